//! What can go wrong in the PKI directory, with the path or the value that it went wrong with.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::name::Shelf;

/// Why something in the PKI directory, or a file beside it, could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {deed} {}", path.display())]
    File {
        /// What was being done.
        deed: FileDeed,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason, in words.
        #[source]
        fault: FileFault,
    },
    /// The folder for a new file does not exist.
    #[error("cannot write {}: no such directory as {}", path.display(), folder.display())]
    NoDirectory {
        /// The file.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// Another renewal is at work.
    #[error("another renewal is at work here{}", .holder.as_ref().map(|holder| format!(": {holder}")).unwrap_or_default())]
    RenewalRuns {
        /// What it says of itself.
        holder: Option<String>,
    },
    /// Another process writes the archive.
    #[error("another process is writing {}", path.display())]
    PackBusy {
        /// The archive.
        path: PathBuf,
    },
    /// A new file was asked for where something is already.
    #[error("{} exists and is not overwritten", path.display())]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// A file was asked for and a directory found.
    #[error("{} is a directory, not a file", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
    },
    /// The file to replace is a symbolic link that leads nowhere.
    #[error("{} is a symbolic link to {}, which does not exist", path.display(), target.display())]
    DanglingLink {
        /// The link.
        path: PathBuf,
        /// What it names.
        target: PathBuf,
    },
    /// Some of several files were written when one could not be.
    #[error("{fault}; written before it: {}", paths(written))]
    Partly {
        /// Why no more were.
        fault: Box<StoreError>,
        /// What was written.
        written: Vec<PathBuf>,
    },
    /// A block device or a socket.
    #[error("{} is neither a file nor a pipe", path.display())]
    NotAFile {
        /// What was named.
        path: PathBuf,
    },
    /// More octets than the reader takes.
    #[error("{} is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read, in octets.
        limit: u64,
    },
    /// Something that certmint did not make is where it would write.
    #[error("{} is in the way: certmint did not make it", path.display())]
    InTheWay {
        /// What is there.
        path: PathBuf,
    },
    /// There is no inventory in the directory.
    #[error("no PKI in {}", path.display())]
    NoPki {
        /// The directory.
        path: PathBuf,
    },
    /// A name that cannot be the name of a folder.
    #[error("{name:?} cannot be a name in the PKI: {reason}")]
    InvalidName {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The name belongs to something already.
    #[error("{shelf} {name} exists")]
    NameTaken {
        /// The name.
        name: String,
        /// Where it is taken.
        shelf: Shelf,
    },
    /// The name belongs to something that another process is making at this moment.
    #[error("{shelf} {name} is being made by another process")]
    NameBusy {
        /// The name.
        name: String,
        /// Where it is taken.
        shelf: Shelf,
    },
    /// Nothing of that name is there to renew.
    #[error("no certificate is named {name}")]
    NameUnknown {
        /// The name.
        name: String,
    },
    /// No authority of that name is there to renew.
    #[error("no certification authority is named {name}")]
    AuthorityNameUnknown {
        /// The name.
        name: String,
    },
    /// The authority has a successor already, or none that could take over.
    #[error("certification authority {id} of the inventory {state}")]
    Succession {
        /// The inventory's number for it.
        id: i64,
        /// What it has or lacks.
        state: &'static str,
    },
    /// The issuer has used the serial number before.
    #[error("serial number {serial} has been used by this issuer before")]
    SerialTaken {
        /// The serial number in hexadecimal.
        serial: String,
    },
    /// A serial number of no octets or more than the inventory takes.
    #[error("a serial number of {octets} octets cannot be recorded")]
    SerialLength {
        /// How many there are.
        octets: usize,
    },
    /// The authority is not in the inventory.
    #[error("certification authority {id} is not in the inventory")]
    AuthorityUnknown {
        /// The inventory's number for it.
        id: i64,
    },
    /// The record is not waiting for a signature.
    #[error("record {id} of the inventory is not waiting for its signature")]
    NotRecorded {
        /// The inventory's number for it.
        id: i64,
    },
    /// The signed certificate does not hold what was recorded before signing.
    #[error("the certificate signed for record {id} is not the one that was recorded")]
    NotTheRecorded {
        /// The inventory's number for it.
        id: i64,
    },
    /// The certificate is revoked already, or it waits for its signature.
    #[error("record {id} of the inventory cannot be revoked: it is revoked, or not signed yet")]
    NotRevocable {
        /// The inventory's number for it.
        id: i64,
    },
    /// Only a certificate on hold can be taken off the CRL.
    #[error("record {id} of the inventory is not on hold")]
    NotOnHold {
        /// The inventory's number for it.
        id: i64,
    },
    /// No such generation of a certificate, or one that is revoked or was never signed.
    #[error("certificate {name} has no generation {generation} that could be the current one")]
    NoSuchGeneration {
        /// The certificate's name.
        name: String,
        /// The generation.
        generation: u32,
    },
    /// The record has no place in the PKI directory, so nothing can be staged for it.
    #[error("record {id} of the inventory has no place in the PKI directory")]
    Unplaced {
        /// The inventory's number for it.
        id: i64,
    },
    /// The certificate has a place in the PKI directory already.
    #[error("record {id} of the inventory has a place in the PKI directory already")]
    Settled {
        /// The inventory's number for it.
        id: i64,
    },
    /// A query whose values cannot be looked for.
    #[error("cannot look for {what}")]
    Query {
        /// The value.
        what: String,
    },
    /// SQLite refused.
    #[error("cannot use the inventory {}", path.display())]
    Inventory {
        /// The database file.
        path: PathBuf,
        /// SQLite's reason, in words.
        #[source]
        fault: InventoryFault,
    },
    /// The inventory was written by a newer program.
    #[error("the inventory {} has schema version {found}; this program knows {known}", path.display())]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// The version in the file.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The inventory is of an older program and cannot be brought up to date while reading.
    #[error("the inventory {} has schema version {found}; this program reads {known}", path.display())]
    OlderSchema {
        /// The database file.
        path: PathBuf,
        /// The version in the file.
        found: i64,
        /// The version that this program reads.
        known: i64,
    },
    /// The file in the inventory's place is something else.
    #[error("{} is not an inventory of certmint: {reason}", path.display())]
    NotAnInventory {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        reason: &'static str,
    },
    /// The inventory holds a value that certmint does not write.
    #[error("the inventory {} is damaged: {what}", path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
}

fn paths(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}

impl StoreError {
    /// What the reader of the message can do about it, as a full sentence.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Exists { .. } => {
                "choose another name, or move the file away if it is no longer needed".into()
            }
            Self::NoDirectory { folder, .. } => format!("make {} first", folder.display()),
            Self::File {
                deed: FileDeed::Read,
                fault,
                ..
            } if fault.kind() == io::ErrorKind::NotFound => "check the path".into(),
            Self::File { fault, .. } => return fault.hint().map(Into::into),
            Self::Inventory { fault, .. } => return fault.hint().map(Into::into),
            Self::Partly { fault, .. } => return fault.hint(),
            Self::DanglingLink { path, .. } => {
                format!("remove {} or make what it names", path.display())
            }
            Self::RenewalRuns { .. } | Self::PackBusy { .. } => {
                "wait for it to end, then try again".into()
            }
            Self::InTheWay { path } => format!("move {} away", path.display()),
            Self::NoPki { .. } => {
                "`certmint ca init` makes one; --pki DIR or CERTMINT_PKI names another".into()
            }
            Self::NameTaken {
                shelf: Shelf::Certificates,
                ..
            } => "choose another name, or renew it".into(),
            Self::NameTaken { .. } => "choose another name for the new authority".into(),
            Self::NameBusy { .. } => "wait for it to end, then try again".into(),
            Self::NewerSchema { .. } => "use a newer certmint".into(),
            Self::OlderSchema { .. } => {
                "any command that writes to the PKI brings it up to date".into()
            }
            Self::NotAnInventory { .. } | Self::Damaged { .. } => {
                "put the inventory back from a backup; without it the issued certificates are unknown"
                    .into()
            }
            _ => return None,
        };
        Some(hint)
    }

    pub(super) fn file(deed: FileDeed, path: &Path, source: io::Error) -> Self {
        Self::File {
            deed,
            path: path.to_path_buf(),
            fault: FileFault(source),
        }
    }
}

/// What was being done to a file when the operating system refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileDeed {
    /// Reading it.
    Read,
    /// Writing it.
    Write,
    /// Making a folder.
    MakeFolder,
    /// Removing it.
    Remove,
    /// Taking the lock of the PKI directory.
    Lock,
}

impl fmt::Display for FileDeed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::MakeFolder => "make the folder",
            Self::Remove => "remove",
            Self::Lock => "lock",
        })
    }
}

/// The operating system's reason for a refusal; its text has no error number.
#[derive(Debug)]
pub struct FileFault(io::Error);

impl FileFault {
    /// The kind of the refusal.
    pub fn kind(&self) -> io::ErrorKind {
        self.0.kind()
    }

    /// The operating system's own error.
    pub fn io_error(&self) -> &io::Error {
        &self.0
    }

    fn hint(&self) -> Option<&'static str> {
        match self.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Some("make room, then run the same command again; nothing was left half-written")
            }
            io::ErrorKind::NotFound => Some("check the path, or make the directory first"),
            io::ErrorKind::ReadOnlyFilesystem => {
                Some("choose a place that can be written, or remount it")
            }
            io::ErrorKind::PermissionDenied => {
                Some("run as the owner of the file, or change its permissions")
            }
            _ => None,
        }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            io::ErrorKind::StorageFull => out.write_str("no space left on the device"),
            io::ErrorKind::QuotaExceeded => out.write_str("disk quota exceeded"),
            io::ErrorKind::ReadOnlyFilesystem => out.write_str("the file system is read-only"),
            io::ErrorKind::PermissionDenied => out.write_str("permission denied"),
            io::ErrorKind::NotFound => out.write_str("no such file or directory"),
            io::ErrorKind::NotADirectory => out.write_str("a part of the path is not a directory"),
            io::ErrorKind::InvalidFilename => out.write_str("the name is too long"),
            _ => write!(out, "{}", self.0),
        }
    }
}

impl std::error::Error for FileFault {}

/// SQLite's reason for a refusal.
#[derive(Debug)]
pub struct InventoryFault(pub(super) rusqlite::Error);

impl InventoryFault {
    pub(super) fn code(&self) -> Option<rusqlite::ErrorCode> {
        match self.0.sqlite_error() {
            // The index of the write-ahead log could not be given its size; SQLite has no other
            // word for it when the disk is full.
            Some(error) if error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => {
                Some(rusqlite::ErrorCode::DiskFull)
            }
            _ => self.0.sqlite_error_code(),
        }
    }

    fn hint(&self) -> Option<&'static str> {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseCorrupt, DiskFull, PermissionDenied, ReadOnly,
        };
        match self.code()? {
            DiskFull => {
                Some("make room, then run the same command again; nothing was left half-written")
            }
            ReadOnly | CannotOpen | PermissionDenied => {
                Some("check the permissions of the PKI directory and that it can be written")
            }
            DatabaseBusy => Some("wait for the other process to end, then try again"),
            DatabaseCorrupt => Some("put the inventory back from a backup"),
            _ => None,
        }
    }
}

impl fmt::Display for InventoryFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseCorrupt, DiskFull, PermissionDenied, ReadOnly,
        };
        match self.code() {
            Some(DiskFull) => out.write_str("no space left on the device"),
            Some(ReadOnly) => out.write_str("it cannot be written"),
            Some(CannotOpen) => out.write_str("it cannot be opened"),
            Some(PermissionDenied) => out.write_str("permission denied"),
            Some(DatabaseBusy) => {
                out.write_str("another process has been writing to it for a minute")
            }
            Some(DatabaseCorrupt) => out.write_str("the database is damaged"),
            _ => write!(out, "{}", self.0),
        }
    }
}

impl std::error::Error for InventoryFault {}
