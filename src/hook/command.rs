//! One run of a command.

use std::{
    ffi::OsString,
    fmt,
    process::Command,
    str::FromStr,
    time::{Duration, Instant},
};

use super::{Bounds, Ended, HookError, Streams, last_lines, run_bounded};

/// How many of the last lines of a command are told.
const LINES: usize = 5;

/// The most that is kept of what it says, in octets: enough for any message, little enough for any
/// memory.
const KEPT: usize = 16 * 1024;

/// How long is waited for what is still in the pipes when it has ended.
const REST: Duration = Duration::from_millis(200);

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
    let mut prepared = prepared(command)?;
    prepared.envs(environment.iter().map(|(name, value)| (name, value)));
    let bounds = Bounds {
        timeout,
        kept: KEPT,
        rest: REST,
        streams: Streams::Joined,
    };
    let Ended { status, stdout, .. } = run_bounded(prepared, bounds).map_err(not_started)?;
    let said = last_lines(&stdout, LINES);
    let command = command.to_string();
    match status {
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
