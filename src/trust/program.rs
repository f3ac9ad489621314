//! The stores' own programs: finding and running them.

use std::{
    ffi::OsString,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tempfile::NamedTempFile;

use super::{Machine, TrustError};
use crate::hook::{Bounds, Ended, Streams, last_lines, run_bounded};

/// A program that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(300);
/// How long is waited for what is still in the pipes when it has ended.
const REST: Duration = Duration::from_secs(2);
/// The most that is kept of what it prints: a listing of all CAs with their certificates has less
/// than a megabyte.
const KEPT: usize = 64 * 1024 * 1024;
/// How many of its last lines are told.
const LINES: usize = 3;
/// Where a system has the programs of its administrator, whether or not they are on `PATH`.
const SYSTEM: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
];

/// What a program that ended well said.
pub(super) struct Said {
    pub(super) stdout: String,
}

/// A command line.
pub(super) struct Line {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    /// Besides the environment of this process. What is in it, others of this user can read.
    pub(super) environment: Vec<(&'static str, OsString)>,
}

impl Line {
    pub(super) fn new(program: &Path) -> Self {
        Self {
            program: program.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    pub(super) fn words<I: IntoIterator<Item: Into<OsString>>>(mut self, words: I) -> Self {
        self.arguments.extend(words.into_iter().map(Into::into));
        self
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Runs it to its end, with nothing on standard input.
    pub(super) fn run(&self) -> Result<Said, TrustError> {
        let not_started = |fault| TrustError::NotStarted {
            program: self.program.clone(),
            fault,
        };
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env("LC_ALL", "C")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        let bounds = Bounds {
            timeout: LIMIT,
            kept: KEPT,
            rest: REST,
            streams: Streams::Apart,
        };
        let Ended {
            status,
            stdout,
            stderr,
        } = run_bounded(command, bounds).map_err(not_started)?;
        match status {
            None => Err(TrustError::TooSlow {
                program: self.program.clone(),
                limit: LIMIT,
            }),
            Some(status) if status.success() => Ok(Said { stdout }),
            Some(_) => Err(TrustError::Refused {
                program: self.program.clone(),
                said: last_lines(&format!("{stdout}\n{stderr}"), LINES),
            }),
        }
    }
}

/// A program in the system's own folders: what changes the whole machine is looked for nowhere else.
pub(super) fn of_the_system(machine: &Machine, name: &str) -> Option<PathBuf> {
    SYSTEM
        .map(|folder| Path::new(folder).join(name))
        .into_iter()
        .find(|path| is_program(&machine.reach(path)))
}

/// A program of the machine that this process runs on, in its system's folders or where the user
/// looks for programs.
pub(super) fn anywhere(machine: &Machine, name: &str) -> Option<PathBuf> {
    SYSTEM
        .iter()
        .map(Path::new)
        .chain(machine.search.iter().map(PathBuf::as_path))
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|path| is_program(path))
}

pub(super) fn is_program(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// A certificate in a file of its own for a program that reads no other way; gone with the value.
pub(super) fn certificate_file(pem: &str) -> Result<NamedTempFile, TrustError> {
    let written = NamedTempFile::with_prefix("certmint-").and_then(|mut file| {
        file.write_all(pem.as_bytes())?;
        file.flush()?;
        Ok(file)
    });
    written.map_err(|fault| TrustError::file(Path::new("the temporary folder"), fault))
}
