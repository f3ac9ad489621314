//! One run of a command.

use std::{
    ffi::OsString,
    fmt,
    io::{self, Read},
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    str::FromStr,
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use super::{HookError, output::Output};

/// How many of the last lines of a command are told.
const LINES: usize = 5;

/// How often is looked whether the command has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// A command as a user wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookCommand {
    /// A line for `sh -c`.
    Shell(String),
    /// A program and its arguments, run without a shell.
    Program(Vec<String>),
}

/// What a command that did its work said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The last lines that it printed.
    pub said: String,
    /// How long it took.
    pub took: Duration,
}

/// A shell's line; it has to say something.
impl FromStr for HookCommand {
    type Err = HookError;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        if line.trim().is_empty() {
            return Err(HookError::Empty);
        }
        Ok(Self::Shell(line.to_owned()))
    }
}

impl fmt::Display for HookCommand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shell(line) => write!(formatter, "'{line}'"),
            Self::Program(words) => write!(formatter, "'{}'", words.join(" ")),
        }
    }
}

/// Runs a command to its end. It gets the environment of this process and `environment` besides,
/// which never holds a secret. After `timeout` its whole process group is killed.
///
/// # Errors
/// A command that cannot be started, that ends with anything but 0, or that takes too long.
pub fn run(
    command: &HookCommand,
    environment: &[(&str, OsString)],
    timeout: Duration,
) -> Result<Ran, HookError> {
    let started = Instant::now();
    let not_started = |fault| HookError::NotStarted {
        command: command.to_string(),
        fault,
    };
    let mut child = prepared(command)?
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that what it starts can be ended with it.
        .process_group(0)
        .spawn()
        .map_err(not_started)?;
    let pipes = [
        child
            .stdout
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        child.stderr.take().map(|pipe| Box::new(pipe) as _),
    ];
    let output = Output::of(pipes.into_iter().flatten().collect());
    let ended = wait(&mut child, started + timeout).map_err(not_started)?;
    let said = output.last_lines(LINES);
    let command = command.to_string();
    match ended {
        Some(status) if status.success() => Ok(Ran {
            said,
            took: started.elapsed(),
        }),
        Some(status) => Err(HookError::Failed {
            command,
            status,
            said,
        }),
        None => Err(HookError::TooSlow {
            command,
            timeout,
            said,
        }),
    }
}

fn prepared(command: &HookCommand) -> Result<Command, HookError> {
    match command {
        HookCommand::Shell(line) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", line]);
            Ok(shell)
        }
        HookCommand::Program(words) => {
            let (program, arguments) = words.split_first().ok_or(HookError::Empty)?;
            let mut command = Command::new(program);
            command.args(arguments);
            Ok(command)
        }
    }
}

/// The command's end, or nothing if it had to be killed.
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
