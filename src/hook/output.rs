//! The end of what a command says.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

/// The most that is told of the last lines, in characters: what fits on a screen.
const LONGEST: usize = 1000;

/// Reads what a command prints while it runs, so that it never waits for a reader.
pub(super) struct Output {
    tail: Arc<Mutex<VecDeque<u8>>>,
    ended: mpsc::Receiver<()>,
    pipes: usize,
}

impl Output {
    /// Reads all pipes into one, as a terminal would show them; no more than the last `kept` octets
    /// are kept.
    pub(super) fn of(pipes: Vec<Box<dyn Read + Send>>, kept: usize) -> Self {
        let tail = Arc::new(Mutex::default());
        let (end, ended) = mpsc::channel();
        let count = pipes.len();
        for pipe in pipes {
            let (tail, end) = (Arc::clone(&tail), end.clone());
            thread::spawn(move || {
                keep_the_end(pipe, &tail, kept);
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

    /// What was kept, when the command has ended; it is waited so long for each pipe to end.
    pub(super) fn text(self, rest: Duration) -> String {
        for _ in 0..self.pipes {
            if self.ended.recv_timeout(rest).is_err() {
                break;
            }
        }
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(tail.make_contiguous()).into_owned()
    }
}

/// The last lines of a text that are not empty, and no more than the end of them: a line can be of any
/// length.
pub fn last_lines(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let skipped = all.len().saturating_sub(lines);
    let last = all.into_iter().skip(skipped).collect::<Vec<_>>().join("\n");
    let surplus = last.chars().count().saturating_sub(LONGEST);
    if surplus == 0 {
        return last;
    }
    let end: String = last.chars().skip(surplus).collect();
    format!("…{end}")
}

fn keep_the_end(mut pipe: Box<dyn Read + Send>, tail: &Mutex<VecDeque<u8>>, kept: usize) {
    let mut buffer = [0; 4096];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
                tail.extend(buffer.iter().take(count));
                let surplus = tail.len().saturating_sub(kept);
                tail.drain(..surplus);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}
