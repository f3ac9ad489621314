//! Why a command did not do its work.

use std::{io, process::ExitStatus, time::Duration};

use std::os::unix::process::ExitStatusExt as _;

/// A command that could not be started, failed, or took too long.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// An empty command line.
    #[error("the command is empty")]
    Empty,
    /// The program is not there or may not be run.
    #[error("{command} could not be run: {fault}")]
    NotStarted {
        /// The command as it was written.
        command: String,
        /// What the operating system said.
        fault: io::Error,
    },
    /// It ran and did not end well.
    #[error("{command}: {}{}", ending(.status), saying(.said))]
    Failed {
        /// The command as it was written.
        command: String,
        /// Its exit code or signal.
        status: ExitStatus,
        /// The last lines that it printed.
        said: String,
    },
    /// It was ended because its time was over.
    #[error("{command}: ended after {} seconds, which was too long{}", .timeout.as_secs_f32(), saying(.said))]
    TooSlow {
        /// The command as it was written.
        command: String,
        /// The time that it was given.
        timeout: Duration,
        /// The last lines that it printed.
        said: String,
    },
}

fn ending(status: &ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("ended by signal {signal}"),
        (None, None) => "ended in an unknown way".to_owned(),
    }
}

fn saying(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(": {}", said.lines().collect::<Vec<_>>().join(" | "))
    }
}

impl HookError {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Failed { status, .. } if status.code() == Some(127) => Some(
                "127 is the shell's answer to a program that it cannot find: give its whole path"
                    .to_owned(),
            ),
            Self::NotStarted { fault, .. } if fault.kind() == io::ErrorKind::NotFound => {
                Some("give the program's whole path".to_owned())
            }
            _ => None,
        }
    }
}
