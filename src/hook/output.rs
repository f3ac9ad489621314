//! The end of what a command says.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

/// The most that is kept, in octets: enough for any message, little enough for any memory.
const KEPT: usize = 16 * 1024;

/// How long is waited for what is still in the pipes when the command has ended. What it left
/// running (a server that it started) may hold them open for ever.
const REST: Duration = Duration::from_millis(200);

/// Reads what a command prints while it runs, so that it never waits for a reader.
pub(super) struct Output {
    tail: Arc<Mutex<VecDeque<u8>>>,
    ended: mpsc::Receiver<()>,
    pipes: usize,
}

impl Output {
    /// Reads all pipes into one, as a terminal would show them.
    pub(super) fn of(pipes: Vec<Box<dyn Read + Send>>) -> Self {
        let tail = Arc::new(Mutex::default());
        let (end, ended) = mpsc::channel();
        let count = pipes.len();
        for pipe in pipes {
            let (tail, end) = (Arc::clone(&tail), end.clone());
            thread::spawn(move || {
                keep_the_end(pipe, &tail);
                // Nobody waits any more.
                let _ = end.send(());
            });
        }
        Self {
            tail,
            ended,
            pipes: count,
        }
    }

    /// The last lines, when the command has ended.
    pub(super) fn last_lines(self, lines: usize) -> String {
        for _ in 0..self.pipes {
            if self.ended.recv_timeout(REST).is_err() {
                break;
            }
        }
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(tail.make_contiguous()).into_owned();
        let all: Vec<&str> = text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .collect();
        let skipped = all.len().saturating_sub(lines);
        all.into_iter().skip(skipped).collect::<Vec<_>>().join("\n")
    }
}

fn keep_the_end(mut pipe: Box<dyn Read + Send>, tail: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 4096];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
                tail.extend(buffer.iter().take(count));
                let surplus = tail.len().saturating_sub(KEPT);
                tail.drain(..surplus);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}
