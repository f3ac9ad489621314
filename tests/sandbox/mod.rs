//! A folder in which the program under test is treated badly: an empty environment, no terminal,
//! little memory, and a look at everything that it leaves behind.

#![allow(dead_code, reason = "no test program uses all of it")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

pub(crate) mod audit;
pub(crate) mod chance;
pub(crate) mod kill;
pub(crate) mod meddle;
pub(crate) mod mount;

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::{
        fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _},
        process::ExitStatusExt as _,
    },
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::judge;

pub(crate) const CERTMINT: &str = env!("CARGO_BIN_EXE_certmint");

/// Five seconds of processor time, 512 MiB of memory, and a minute by the clock for a machine that
/// is busy with other things. Who reads a gigabyte or computes for ever meets one of them.
const BOUNDED: &str = "ulimit -t 5; ulimit -v 524288; exec timeout -s KILL 60 \"$0\" \"$@\"";

/// The same for what makes RSA keys: the search for primes takes ten times as long in one run as in
/// the next, and several keys in a row go beyond five seconds now and then.
const SEARCHING: &str = "ulimit -t 30; ulimit -v 524288; exec timeout -s KILL 60 \"$0\" \"$@\"";

/// A folder of its own, gone at the end.
pub(crate) struct Sandbox(TempDir);

/// What a command said.
#[derive(Debug)]
pub(crate) struct Told {
    /// The exit code; what killed it, as a shell gives it (128 and the signal).
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Everything in a folder: the mode and the content of each name.
pub(crate) type Snapshot = BTreeMap<PathBuf, (u32, Content)>;

/// What a name stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Octets(Vec<u8>),
    /// Too large to compare: its size and when it was written.
    Large(u64, i64),
    Link(PathBuf),
    Folder,
    Other,
}

impl Sandbox {
    /// In memory where there is such a place: a thousand commands do not wait for a disk that other
    /// tests keep busy.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap()))
    }

    /// Where syncing takes the time that it takes.
    pub(crate) fn on_disk() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With a CA in `pki`: P-256, its key in the clear.
    pub(crate) fn with_authority(self) -> Self {
        self.ok("ca init --cn testca.com --key p256 --no-passphrase");
        self
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The program as people start it.
    pub(crate) fn certmint(&self, line: &str) -> Command {
        let mut command = Command::new(CERTMINT);
        command.args(line.split_whitespace());
        self.seal(&mut command);
        command
    }

    /// The program without a terminal and within bounds.
    pub(crate) fn bounded(&self, line: &str) -> Command {
        self.within(BOUNDED, line)
    }

    fn within(&self, bounds: &str, line: &str) -> Command {
        let mut command = Command::new("setsid");
        command
            .args(["--wait", "sh", "-c", bounds, CERTMINT])
            .args(line.split_whitespace());
        self.seal(&mut command);
        command
    }

    pub(crate) fn seal(&self, command: &mut Command) {
        command
            .current_dir(self.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root())
            .stdin(Stdio::null());
    }

    /// Runs a line within bounds.
    pub(crate) fn run(&self, line: &str) -> Told {
        told(&mut self.bounded(line))
    }

    /// Runs a line that has to succeed.
    pub(crate) fn ok(&self, line: &str) -> Told {
        let told = told(&mut self.within(SEARCHING, line));
        assert_eq!(told.code, 0, "certmint {line}\n{told:#?}");
        told
    }

    /// Runs a line that has to be refused and to change nothing.
    pub(crate) fn refused(&self, line: &str) -> Told {
        let before = snapshot(self.root());
        let told = self.run(line);
        told.assert_refused(line, 1);
        assert_same(&before, &snapshot(self.root()), line);
        told
    }

    /// A judge at work in the folder that has to succeed, for what it says.
    pub(crate) fn judge<S: AsRef<OsStr>>(&self, program: &str, arguments: &[S]) -> String {
        let mut command = judge::command(program);
        command
            .args(arguments)
            .current_dir(self.root())
            .env("LC_ALL", "C.UTF-8")
            .env_remove("OPENSSL_CONF")
            .stdin(Stdio::null());
        judge::text(&judge::ok(command))
    }

    /// `openssl` with a line of words.
    pub(crate) fn openssl(&self, line: &str) -> String {
        self.judge("openssl", &line.split_whitespace().collect::<Vec<_>>())
    }
}

impl Told {
    pub(crate) fn of(output: Output) -> Self {
        let killed = output.status.signal().map(|signal| 128 + signal);
        Self {
            code: output.status.code().or(killed).unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Refused as a person can use it: nothing on standard output (the error as a document with
    /// `--json`), one line of error and the hints
    /// below it, the exit code of a refusal.
    pub(crate) fn assert_refused(&self, line: &str, code: i32) {
        assert_eq!(self.code, code, "certmint {line}\n{self:#?}");
        if line.contains("--json") {
            assert_eq!(self.document()["schema"], "certmint.error/1", "{self:#?}");
        } else {
            assert_eq!(self.stdout, "", "certmint {line}\n{self:#?}");
        }
        let mut lines = self.stderr.lines();
        let first = lines.next().unwrap_or_default();
        assert!(first.starts_with("certmint: "), "{line}\n{self:#?}");
        assert!(
            lines.all(|line| line.starts_with("  hint: ")),
            "certmint {line}\n{self:#?}"
        );
        let most = first.chars().count();
        assert!(most < 600, "{most} characters of error\n{self:#?}");
    }

    /// The one JSON document that standard output is.
    pub(crate) fn document(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

pub(crate) fn told(command: &mut Command) -> Told {
    Told::of(
        command
            .output()
            .unwrap_or_else(|error| panic!("{command:?}: {error}")),
    )
}

/// A look at everything below a folder; the folder itself is the empty name.
pub(crate) fn snapshot(folder: &Path) -> Snapshot {
    const COMPARED: u64 = 1 << 20;
    let mut seen = Snapshot::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            continue;
        };
        let kind = metadata.file_type();
        let content = if kind.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            Content::Folder
        } else if kind.is_symlink() {
            Content::Link(fs::read_link(&path).unwrap())
        } else if kind.is_fifo() || kind.is_char_device() || kind.is_socket() {
            Content::Other
        } else if metadata.len() > COMPARED {
            Content::Large(metadata.len(), metadata.mtime())
        } else {
            Content::Octets(fs::read(&path).unwrap())
        };
        let name = path.strip_prefix(folder).unwrap().to_path_buf();
        seen.insert(name, (metadata.permissions().mode() & 0o7777, content));
    }
    seen
}

/// The names that differ between two looks at a folder.
pub(crate) fn changes(before: &Snapshot, after: &Snapshot) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = before
        .keys()
        .chain(after.keys())
        .filter(|name| before.get(*name) != after.get(*name))
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    names
}

pub(crate) fn assert_same(before: &Snapshot, after: &Snapshot, line: &str) {
    let changed = changes(before, after);
    assert!(changed.is_empty(), "certmint {line} changed {changed:?}");
}
