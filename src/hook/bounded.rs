//! One run of a program within bounds: of time, and of what is kept of what it says.

use std::{
    io::{self, Read},
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use super::output::Output;

/// How often is looked whether the program has ended.
const PAUSE: Duration = Duration::from_millis(3);

/// What a program may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// When it and everything that it started is ended.
    pub timeout: Duration,
    /// The most that is kept of each stream, in octets: the end of it.
    pub kept: usize,
    /// How long is waited for what is still in the pipes when it has ended. What it left running (a
    /// server that it started) may hold them open for ever.
    pub rest: Duration,
    /// What is done with its two streams.
    pub streams: Streams,
}

/// What is done with standard output and standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streams {
    /// They become one, as on a terminal.
    Joined,
    /// Each is kept for itself.
    Apart,
}

/// What became of a program.
#[derive(Debug)]
pub struct Ended {
    /// How it ended; nothing if its time was over.
    pub status: Option<ExitStatus>,
    /// What it wrote to standard output, and where they are joined to standard error.
    pub stdout: String,
    /// What it wrote to standard error; nothing where they are joined.
    pub stderr: String,
}

/// Runs a program to its end, with nothing on standard input.
///
/// # Errors
/// One that cannot be started or waited for.
pub fn run_bounded(mut command: Command, bounds: Bounds) -> io::Result<Ended> {
    let until = Instant::now() + bounds.timeout;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that what it starts can be ended with it.
        .process_group(0)
        .spawn()?;
    let stdout = child.stdout.take().map(boxed);
    let stderr = child.stderr.take().map(boxed);
    let outputs = match bounds.streams {
        Streams::Joined => vec![stdout.into_iter().chain(stderr).collect()],
        Streams::Apart => vec![Vec::from_iter(stdout), Vec::from_iter(stderr)],
    };
    let outputs: Vec<Output> = outputs
        .into_iter()
        .map(|pipes| Output::of(pipes, bounds.kept))
        .collect();
    let status = wait(&mut child, until)?;
    let mut texts = outputs.into_iter().map(|output| output.text(bounds.rest));
    Ok(Ended {
        status,
        stdout: texts.next().unwrap_or_default(),
        stderr: texts.next().unwrap_or_default(),
    })
}

fn boxed(pipe: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(pipe)
}

/// The program's end, or nothing if it had to be killed.
fn wait(child: &mut Child, until: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            break;
        }
        thread::sleep(PAUSE);
    }
    // The child is not waited for yet, so its number is still its group's.
    if let Ok(group) = i32::try_from(child.id()) {
        // It may have ended by itself just now.
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
    child.wait()?;
    Ok(None)
}
