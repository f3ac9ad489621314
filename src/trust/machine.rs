//! The machine whose trust stores are meant: where things are, and who asks.

use std::path::{Path, PathBuf};

use crate::key::Passphrase;

/// A machine, as the caller found it.
#[derive(Debug)]
pub struct Machine {
    /// What it runs.
    pub operating_system: OperatingSystem,
    /// The folder that is its `/`.
    pub root: PathBuf,
    /// Whether `root` is the folder of another machine (an image, a chroot), not this one's own.
    pub is_image: bool,
    /// The home folder of whoever asks.
    pub home: Option<PathBuf>,
    /// The folder of the Java that whoever asks uses.
    pub java_home: Option<PathBuf>,
    /// Where programs are looked for, beside the system's own folders.
    pub search: Vec<PathBuf>,
    /// The number of the effective user; 0 is root.
    pub user: u32,
    /// The password of Java's key stores, where it is not the usual one.
    pub java_password: Option<Passphrase>,
    /// A file with the password of NSS databases that have one.
    pub nss_password_file: Option<PathBuf>,
}

/// What a machine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatingSystem {
    /// Linux, of whatever distribution.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
    /// Anything else: NSS and Java are looked for, and no system store.
    Other,
}

impl OperatingSystem {
    /// By the name that Rust gives it (`std::env::consts::OS`).
    pub fn of(name: &str) -> Self {
        match name {
            "linux" => Self::Linux,
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => Self::Other,
        }
    }
}

impl Machine {
    /// A path of the machine as this process reaches it.
    pub(super) fn reach(&self, path: &Path) -> PathBuf {
        if self.is_image {
            self.root.join(path.strip_prefix("/").unwrap_or(path))
        } else {
            path.to_owned()
        }
    }

    /// Whether anything is at a path of the machine.
    pub(super) fn has(&self, path: &str) -> bool {
        self.reach(Path::new(path)).exists()
    }

    /// A path below the home folder.
    pub(super) fn at_home(&self, path: &str) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join(path))
    }
}
