//! Why a step is needed, and why a wish cannot be met.

use std::{fmt, path::PathBuf};

use time::OffsetDateTime;

use crate::{
    key::KeySpec,
    profile::LeafKind,
    store::{CertificateFile, StoreName},
    x509::{RevocationReason, San},
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
    /// A CA ends before something that it is to sign now would.
    EndsTooSoon {
        /// When it ends.
        end: OffsetDateTime,
        /// What would end later.
        needed_by: StoreName,
    },
    /// The path length of a CA is another.
    PathLength {
        /// What it is.
        from: String,
        /// What it is to be.
        to: String,
    },
    /// The names that a CA permits are others.
    NameConstraints,
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
    /// A file of the PKI directory is missing or not what it was.
    File(CertificateFile),
    /// A CA's certificate is missing in the PKI directory or not what it was.
    AuthorityFile,
    /// An exported file is missing.
    ExportMissing(PathBuf),
    /// An exported file is of an older certificate.
    ExportOutdated(PathBuf),
    /// An exported file was made otherwise, or changed since.
    ExportDiffers(PathBuf),
    /// A file revocation lists are in is missing.
    ListFileMissing,
    /// The manifest does not have it, and asks that what it does not have is revoked.
    Removed,
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
            Self::EndsTooSoon { end, needed_by } => {
                write!(
                    formatter,
                    "it ends on {}, before {needed_by} would",
                    end.date()
                )
            }
            Self::PathLength { from, to } => {
                write!(formatter, "path length {to} instead of {from}")
            }
            Self::NameConstraints => formatter.write_str("the permitted names changed"),
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
            Self::File(file) => write!(formatter, "{} is missing or changed", file.ending()),
            Self::AuthorityFile => formatter.write_str("its certificate is missing or changed"),
            Self::ExportMissing(file) => write!(formatter, "{} is missing", file.display()),
            Self::ExportOutdated(file) => {
                write!(formatter, "{} is of an older certificate", file.display())
            }
            Self::ExportDiffers(file) => {
                write!(
                    formatter,
                    "{} is not what the manifest says",
                    file.display()
                )
            }
            Self::Removed => formatter.write_str("removed from the manifest"),
        }
    }
}

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
