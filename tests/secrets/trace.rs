//! A run of certmint under strace, and what it wrote where.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    judge,
    sandbox::{CERTMINT, Sandbox, Told, told},
};

/// The calls that make, fill, name and open files, and start programs. Files are not filled through
/// memory but for the index of the database's log, which is looked at when it is there.
const CALLS: &str = "trace=execve,openat,open,creat,write,writev,pwrite64,pwritev,sendto,sendmsg,\
    rename,renameat,renameat2,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,mknodat,memfd_create,\
    copy_file_range,sendfile,unlink,unlinkat";

/// One system call: its name, its arguments as strace wrote them with every string decoded, and
/// what came back.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// The strings among the arguments, paths of file descriptors included, in order.
    pub(crate) strings: Vec<Vec<u8>>,
    /// The arguments with the strings left out.
    pub(crate) rest: String,
    pub(crate) result: String,
}

/// What a command did.
pub(crate) struct Trace {
    pub(crate) line: String,
    /// Where it ran.
    folder: PathBuf,
    pub(crate) told: Told,
    pub(crate) calls: Vec<Call>,
}

/// A file that was written: how it was made, all that was written to it, and where it ended.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) made: Option<Call>,
    pub(crate) content: Vec<u8>,
    pub(crate) last_name: PathBuf,
}

impl Trace {
    /// Runs a line with a umask that forbids nothing, so that every mode is certmint's own.
    pub(crate) fn of(sandbox: &Sandbox, line: &str) -> Self {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut command = std::process::Command::new("sh");
        command
            .args(["-c", "umask 0; exec \"$0\" \"$@\""])
            .arg(judge::strace().get_program())
            .args(["-f", "-qq", "-xx", "-y", "-s", "1000000", "-e", CALLS, "-o"])
            .arg(log.path())
            .arg(CERTMINT)
            .args(line.split_whitespace());
        sandbox.seal(&mut command);
        let told = told(&mut command);
        let text = fs::read_to_string(log.path()).unwrap();
        let calls: Vec<Call> = text.lines().filter_map(call).collect();
        assert!(calls.iter().any(|call| call.name == "execve"), "{text}");
        Self {
            line: line.to_owned(),
            folder: fs::canonicalize(sandbox.root()).unwrap(),
            told,
            calls,
        }
    }

    /// Every file that anything was written to, by its first name.
    pub(crate) fn written(&self) -> BTreeMap<PathBuf, Written> {
        let mut files: BTreeMap<PathBuf, Written> = BTreeMap::new();
        for call in self.calls.iter().filter(|call| call.succeeded()) {
            match call.name.as_str() {
                "openat" if call.rest.contains("O_CREAT") => {
                    let path = call.result_path();
                    let file = files.entry(path.clone()).or_default();
                    file.made.get_or_insert_with(|| call.clone());
                    file.last_name = path;
                }
                "write" | "pwrite64" | "writev" | "pwritev" => {
                    let path = as_path(&call.strings[0]);
                    let file = files.entry(path.clone()).or_default();
                    if file.made.is_none() {
                        file.last_name = path;
                    }
                    file.content.extend(call.strings[1..].concat());
                }
                "rename" | "renameat" | "renameat2" => {
                    let (from, to) = (call.path(0, &self.folder), call.path(1, &self.folder));
                    for file in files.values_mut() {
                        if let Ok(rest) = file.last_name.strip_prefix(&from) {
                            file.last_name = if rest.as_os_str().is_empty() {
                                to.clone()
                            } else {
                                to.join(rest)
                            };
                        }
                    }
                }
                "linkat" | "link" => panic!("a second name for a file: {call:?}"),
                _ => {}
            }
        }
        files
    }

    /// Everything that left the process: arguments, environment, files and what it said.
    pub(crate) fn everything(&self) -> Vec<u8> {
        let mut all: Vec<u8> = self
            .calls
            .iter()
            .flat_map(|call| call.strings.concat())
            .collect();
        all.extend(self.told.stdout.bytes());
        all.extend(self.told.stderr.bytes());
        all
    }
}

impl Call {
    pub(crate) fn succeeded(&self) -> bool {
        !self.result.starts_with('-') && !self.result.starts_with('?')
    }

    /// The path of the file descriptor that came back: `3</path>`.
    fn result_path(&self) -> PathBuf {
        let inside = self.result.split_once('<').unwrap().1;
        as_path(&unescape(inside.trim_end_matches('>')))
    }

    /// The n-th path of a call of the `rename` family, some of which tell folders beside them.
    fn path(&self, index: usize, folder: &Path) -> PathBuf {
        let at = self.name.ends_with("at") || self.name.ends_with("at2");
        let path = if at {
            as_path(&self.strings[2 * index]).join(as_path(&self.strings[2 * index + 1]))
        } else {
            as_path(&self.strings[index])
        };
        folder.join(path)
    }
}

fn as_path(octets: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(octets))
}

/// A line of strace: `123 name(arguments) = result`.
fn call(line: &str) -> Option<Call> {
    let (_, line) = line.split_once(' ')?;
    let (name, rest) = line.trim_start().split_once('(')?;
    let (arguments, result) = rest.rsplit_once(") = ").or_else(|| rest.rsplit_once(')'))?;
    assert!(
        !line.contains("<unfinished") && !line.contains("resumed>"),
        "certmint has one thread here: {line}"
    );
    let mut strings = Vec::new();
    let mut other = String::new();
    let mut left = arguments;
    while let Some(start) = left.find(['"', '<']) {
        let close = if left[start..].starts_with('"') {
            '"'
        } else {
            '>'
        };
        let inside = &left[start + 1..];
        let end = inside.find(close)?;
        assert!(!inside[end + 1..].starts_with("..."), "cut off: {line}");
        other.push_str(&left[..start]);
        strings.push(unescape(&inside[..end]));
        left = &inside[end + 1..];
    }
    other.push_str(left);
    Some(Call {
        name: name.to_owned(),
        strings,
        rest: other,
        result: result.trim().to_owned(),
    })
}

/// `\x2f\x74`, as `-xx` writes every octet.
fn unescape(text: &str) -> Vec<u8> {
    if !text.starts_with("\\x") {
        return text.as_bytes().to_vec();
    }
    text.split("\\x")
        .skip(1)
        .map(|octet| u8::from_str_radix(&octet[..2], 16).unwrap())
        .collect()
}
