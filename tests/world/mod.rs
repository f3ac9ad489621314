//! A sealed world for the program under test: a folder of its own, an environment with nothing in
//! it, and the foreign judges at work in the same folder.

#![allow(dead_code, reason = "no test program uses all of it")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::judge;

/// The folder in which a test's commands run; gone at the end.
pub(crate) struct World(TempDir);

/// What a run of certmint said.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A world on a file system in memory where there is one: for tests that write so much that they
    /// would only wait for the disk.
    pub(crate) fn in_memory() -> Self {
        Self(tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap()))
    }

    /// A world with a CA `testca.com` in `pki`, its key in the clear.
    pub(crate) fn with_authority(key: &str) -> Self {
        let world = Self::new();
        world.ok(&format!(
            "ca init --cn testca.com --key {key} --no-passphrase"
        ));
        world
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn read_text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// Copies one of the project's fixtures into the folder.
    pub(crate) fn fixture(&self, name: &str) {
        let fixture = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/openssl")
            .join(name);
        std::fs::copy(&fixture, self.path(name))
            .unwrap_or_else(|error| panic!("{}: {error}", fixture.display()));
    }

    /// The program under test, with an empty environment and no standard input.
    pub(crate) fn command(&self, line: &str) -> Command {
        self.sealed(Command::new(env!("CARGO_BIN_EXE_certmint")), line)
    }

    /// As [`World::command`], in a session without a terminal.
    pub(crate) fn command_without_terminal(&self, line: &str) -> Command {
        let mut command = Command::new("setsid");
        command.args(["--wait", env!("CARGO_BIN_EXE_certmint")]);
        self.sealed(command, line)
    }

    fn sealed(&self, mut command: Command, line: &str) -> Command {
        command
            .args(words(line))
            .current_dir(self.0.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.0.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a line of words; single quotes keep spaces.
    pub(crate) fn run(&self, line: &str) -> Told {
        told(self.command(line))
    }

    /// Runs a line that has to end with exit code 0.
    pub(crate) fn ok(&self, line: &str) -> Told {
        let told = self.run(line);
        assert_eq!(told.code, 0, "certmint {line}\n{told:#?}");
        told
    }

    /// Runs a line that has to be refused: exit code 1, one line of error, nothing on standard
    /// output.
    pub(crate) fn refused(&self, line: &str) -> Told {
        let told = self.run(line);
        assert_eq!(told.code, 1, "certmint {line}\n{told:#?}");
        assert_eq!(told.stdout, "", "certmint {line}");
        let mut lines = told.stderr.lines();
        let first = lines.next().unwrap_or_default();
        assert!(first.starts_with("certmint: "), "{line}\n{told:#?}");
        assert!(
            lines.all(|line| line.starts_with("  hint: ")),
            "{line}\n{told:#?}"
        );
        told
    }

    /// Runs a line with `--json` that has to end with exit code 0, for its document.
    pub(crate) fn json(&self, line: &str) -> Value {
        self.ok(&format!("{line} --json")).document()
    }

    /// A judge at work in the folder.
    pub(crate) fn judge(&self, line: &str) -> Output {
        self.judge_command(line)
            .output()
            .unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    pub(crate) fn judge_command(&self, line: &str) -> Command {
        let mut words = words(line).into_iter();
        let mut command = judge::command(&words.next().unwrap());
        command
            .args(words)
            .current_dir(self.0.path())
            .env("LC_ALL", "C.UTF-8")
            .env_remove("OPENSSL_CONF")
            .stdin(Stdio::null());
        command
    }

    /// A judge that has to accept, for what it said.
    pub(crate) fn accepts(&self, line: &str) -> String {
        judge::text(&judge::ok(self.judge_command(line)))
    }

    /// A Python program that has to end well, for what it printed.
    pub(crate) fn python(&self, program: &str, arguments: &[&str]) -> String {
        let mut python = judge::python();
        python
            .args(["-c", program])
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null());
        judge::text(&judge::ok(python))
    }
}

impl Told {
    /// The one JSON document that standard output has to be.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no single JSON document ({error}):\n{self:#?}"))
    }
}

/// Runs a command for what it says; a signal counts as exit code -1.
pub(crate) fn told(mut command: Command) -> Told {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Told {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The words of a line; single quotes keep spaces.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    assert!(!quoted, "an open quote in {line}");
    words.extend(word);
    words
}
