//! Why a step is needed, and why a wish cannot be met.

use std::{fmt, path::PathBuf};

use time::OffsetDateTime;

use crate::{
    key::KeySpec,
    profile::LeafKind,
    store::StoreName,
    x509::{RevocationReason, San, hexadecimal},
};

/// Why something has to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There is none.
    Missing,
    /// The one that is there is revoked.
    Revoked(RevocationReason),
    /// Its private key is not in its folder.
    KeyMissing,
    /// A subject alternative name came.
    NameAdded(San),
    /// A subject alternative name, as text with its kind, went.
    NameRemoved(String),
    /// The subject is another.
    Subject {
        /// What it is.
        from: String,
        /// What it is to be.
        to: String,
    },
    /// What it is for is another.
    Purpose {
        /// What it is for.
        from: String,
        /// What it is to be for.
        to: LeafKind,
    },
    /// The kind of key is another.
    Key {
        /// What it is.
        from: String,
        /// What it is to be.
        to: KeySpec,
    },
    /// Another CA is to sign it.
    Issuer {
        /// Who signed it, as text.
        from: String,
        /// Who is to.
        to: StoreName,
    },
    /// The CA that is to sign it has another key than the one that signed it.
    IssuerKey(StoreName),
    /// It lives longer than the manifest says now.
    LongerLife {
        /// Whole days until its end.
        left: i64,
        /// How many days one lives by the manifest.
        days: u32,
    },
    /// The last stretch of its life has begun.
    Due {
        /// Whole days until its end.
        left: i64,
    },
    /// It has ended.
    Expired {
        /// When.
        at: OffsetDateTime,
    },
    /// It has not begun: it was made while the clock was ahead.
    NotYetValid {
        /// When it begins.
        from: OffsetDateTime,
    },
    /// A CA has less time left than what it signs lives for.
    ShorterThanSigned {
        /// Whole days until its end.
        left: i64,
        /// The longest life of what it signs, in days.
        days: u32,
    },
    /// A setting of a CA is another.
    Setting {
        /// Its key in the manifest.
        key: &'static str,
        /// What it is.
        from: Option<String>,
        /// What it is to be.
        to: Option<String>,
    },
    /// A CA has made no revocation list.
    NoList,
    /// A revocation list ends soon.
    ListDue {
        /// When.
        next_update: OffsetDateTime,
    },
    /// What is revoked now is not what the newest list says.
    ListOutdated,
    /// A file of the PKI directory, which is called so, is missing or not what it was.
    File(String),
    /// A CA's certificate is missing in the PKI directory or not what it was.
    AuthorityFile,
    /// An exported file is missing.
    ExportMissing(PathBuf),
    /// An exported file is of an older certificate.
    ExportOutdated(PathBuf),
    /// An exported file has the right certificate and an older chain.
    ExportOldChain(PathBuf),
    /// An exported file was made otherwise, or changed since.
    ExportDiffers(PathBuf),
    /// A file revocation lists are in is missing.
    ListFileMissing,
    /// Its servers are not known to have taken it.
    NotTaken,
    /// Its servers are not known to have read its new chain.
    ChainNotTaken,
    /// The manifest does not have it, and asks that what it does not have is revoked.
    Removed {
        /// Which generation of its name it is.
        generation: u32,
        /// Its serial number: magnitude, most significant octet first.
        serial: Vec<u8>,
    },
}

impl Reason {
    /// The word for its kind.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Revoked(_) => "revoked",
            Self::KeyMissing => "key_missing",
            Self::NameAdded(_) => "name_added",
            Self::NameRemoved(_) => "name_removed",
            Self::Subject { .. } => "subject",
            Self::Purpose { .. } => "purpose",
            Self::Key { .. } => "key",
            Self::Issuer { .. } => "issuer",
            Self::IssuerKey(_) => "issuer_key",
            Self::LongerLife { .. } => "longer_life",
            Self::Due { .. } => "due",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::ShorterThanSigned { .. } => "shorter_than_signed",
            Self::Setting { .. } => "setting",
            Self::NoList => "no_list",
            Self::ListDue { .. } => "list_due",
            Self::ListOutdated => "list_outdated",
            Self::ListFileMissing => "list_file_missing",
            Self::File(_) => "file",
            Self::AuthorityFile => "authority_file",
            Self::ExportMissing(_) => "export_missing",
            Self::ExportOutdated(_) => "export_outdated",
            Self::ExportOldChain(_) => "export_old_chain",
            Self::ExportDiffers(_) => "export_differs",
            Self::NotTaken => "not_taken",
            Self::ChainNotTaken => "chain_not_taken",
            Self::Removed { .. } => "removed",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("new"),
            Self::Revoked(reason) => write!(formatter, "the one before is revoked ({reason})"),
            Self::KeyMissing => formatter.write_str("its private key is missing"),
            Self::NameAdded(name) => write!(formatter, "SAN {} added", name.value()),
            Self::NameRemoved(name) => write!(formatter, "SAN {name} removed"),
            Self::Subject { from, to } => {
                write!(
                    formatter,
                    "subject {} instead of {}",
                    shown(to),
                    shown(from)
                )
            }
            Self::Purpose { from, to } => write!(formatter, "{to} instead of {from}"),
            Self::Key { from, to } => write!(formatter, "key {to} instead of {from}"),
            Self::Issuer { from, to } => write!(formatter, "signed by {to} instead of {from}"),
            Self::IssuerKey(issuer) => write!(formatter, "CA {issuer} has another key now"),
            Self::LongerLife { left, days } => {
                write!(formatter, "{left} days left, and {days} days are the most")
            }
            Self::Due { left: 1 } => formatter.write_str("1 day left"),
            Self::Due { left } => write!(formatter, "{left} days left"),
            Self::Expired { at } => write!(formatter, "expired on {}", at.date()),
            Self::NotYetValid { from } => write!(formatter, "not valid before {}", from.date()),
            Self::ShorterThanSigned { left, days } => {
                write!(
                    formatter,
                    "{left} days left, and what it signs lives for {days}"
                )
            }
            Self::Setting { key, from, to } => match (from, to) {
                (_, Some(to)) => write!(formatter, "{key} = {to}"),
                (Some(from), None) => write!(formatter, "{key} = {from} removed"),
                (None, None) => write!(formatter, "{key}"),
            },
            Self::NoList => formatter.write_str("there is none"),
            Self::ListDue { next_update } => {
                write!(formatter, "the one there is ends on {}", next_update.date())
            }
            Self::ListOutdated => {
                formatter.write_str("what is revoked changed since the one before")
            }
            Self::ListFileMissing => formatter.write_str("its files are missing"),
            Self::File(file) => write!(formatter, "{file} is missing or changed"),
            Self::AuthorityFile => formatter.write_str("its certificate is missing or changed"),
            Self::ExportMissing(file) => write!(formatter, "{} is missing", file.display()),
            Self::ExportOutdated(file) => {
                write!(formatter, "{} is of an older certificate", file.display())
            }
            Self::ExportOldChain(file) => {
                write!(formatter, "{} has an older chain", file.display())
            }
            Self::ExportDiffers(file) => {
                write!(
                    formatter,
                    "{} is not what the manifest says",
                    file.display()
                )
            }
            Self::NotTaken => formatter.write_str("its servers have not taken it yet"),
            Self::ChainNotTaken => formatter.write_str("its servers do not have its new chain yet"),
            Self::Removed { generation, serial } => {
                let start = serial.get(..SERIAL_START).unwrap_or(serial);
                let more = if start.len() < serial.len() {
                    "…"
                } else {
                    ""
                };
                let start = hexadecimal(start);
                write!(
                    formatter,
                    "removed from the manifest (generation {generation}, serial {start}{more})"
                )
            }
        }
    }
}

/// How many octets of a serial number tell it from others.
const SERIAL_START: usize = 4;

fn shown(subject: &str) -> &str {
    if subject.is_empty() { "none" } else { subject }
}

/// What the manifest asks for and no step can bring about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The CA or certificate.
    pub name: StoreName,
    /// What is in the way.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.name, self.what)
    }
}
