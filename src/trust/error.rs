//! Why a trust store could not be read or changed.

use std::{io, path::PathBuf, time::Duration};

use crate::{store::StoreError, x509::X509Error};

/// What went wrong in a trust store, and what can be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// A certificate that must not be in a trust store.
    #[error("{subject} is no CA certificate")]
    NoCa {
        /// Its subject.
        subject: String,
        /// What it lacks.
        #[source]
        source: X509Error,
    },
    /// A program that the store is changed with is not installed.
    #[error("the program {program} is needed and is not installed")]
    ProgramMissing {
        /// The program.
        program: &'static str,
        /// The packages that have it.
        packages: &'static str,
    },
    /// A program could not be started.
    #[error("{program} could not be run: {fault}")]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// What the operating system said.
        fault: io::Error,
    },
    /// A program said no.
    #[error("{program} failed{}", saying(.said))]
    Refused {
        /// The program.
        program: PathBuf,
        /// The last lines that it printed.
        said: String,
    },
    /// A program did not come to an end.
    #[error("{program} was ended after {} seconds, which was too long", .limit.as_secs())]
    TooSlow {
        /// The program.
        program: PathBuf,
        /// The time that it was given.
        limit: Duration,
    },
    /// Somebody else could have put this in the way.
    #[error("{} is not followed: {why}", path.display())]
    Unsafe {
        /// The folder, file or link.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The store belongs to another user.
    #[error("{} belongs to another user (number {owner})", path.display())]
    OtherUser {
        /// The store.
        path: PathBuf,
        /// The number of its owner.
        owner: u32,
    },
    /// A file has the name of ours and another content.
    #[error("{} is in the way: certmint did not write it", path.display())]
    InTheWay {
        /// The file.
        path: PathBuf,
    },
    /// The store was written and does not show it.
    #[error("it was written, and the store does not show it")]
    NotShown,
    /// It was taken out, and the store trusts it all the same.
    #[error("it was taken out, and the store still has it")]
    StillThere,
    /// Ours was taken out and the store trusts it all the same.
    #[error("it is there as {name:?}, which certmint did not put there")]
    Foreign {
        /// What it is called there.
        name: String,
    },
    /// The certificate is in the database, and somebody decided not to trust it.
    #[error("it is there as {name:?}, and marked as not trusted")]
    Distrusted {
        /// What it is called there.
        name: String,
    },
    /// The database wants a password that was not given, or another one.
    #[error("it has a password, which was not given or is another one")]
    Password,
    /// A database of the format before 2018.
    #[error("it is of a format that NSS gave up (cert8.db)")]
    OldFormat,
    /// Only root may change it.
    #[error("needs root")]
    NeedsRoot,
    /// Something in the answer of a program could not be understood.
    #[error("the answer of {program} was not understood")]
    NotUnderstood {
        /// The program.
        program: &'static str,
    },
    /// The store is made from another, which does not have the certificate.
    #[error("it is made from the system's store, and what is written there is lost")]
    Derived,
    /// The operating system refused.
    #[error("{}: {fault}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Its reason.
        fault: io::Error,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn saying(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(": {}", said.lines().collect::<Vec<_>>().join(" | "))
    }
}

impl TrustError {
    /// The operating system's refusal, with what it refused.
    pub(super) fn file(path: &std::path::Path, fault: io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            fault,
        }
    }

    /// Whether the operating system wants another user for it.
    pub(super) fn is_denied(&self) -> bool {
        match self {
            Self::File { fault, .. } => fault.kind() == io::ErrorKind::PermissionDenied,
            Self::Store(StoreError::File { fault, .. }) => {
                fault.kind() == io::ErrorKind::PermissionDenied
            }
            _ => false,
        }
    }

    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoCa { .. } => {
                "give the certificate of the CA that signed it; 'certmint inspect FILE' shows who that is".to_owned()
            }
            Self::ProgramMissing { packages, .. } => format!("install {packages}"),
            Self::Unsafe { .. } => {
                "run it as the user to whom the folder belongs, or change its owner or permissions".to_owned()
            }
            Self::OtherUser { .. } => {
                "run 'certmint trust' with --store nss as that user, without sudo".to_owned()
            }
            Self::InTheWay { path } => format!("look at {} and move it away", path.display()),
            Self::Foreign { .. } => "take it out with the store's own program if it is not wanted".to_owned(),
            Self::Distrusted { name } => {
                format!("certutil -M -t C,, -n {name:?} -d sql:FOLDER makes it trusted")
            }
            Self::Password => {
                "give it with --nss-password-file FILE or --java-password-file FILE".to_owned()
            }
            Self::OldFormat => "open the profile once with a Firefox of today".to_owned(),
            Self::NeedsRoot => "sudo certmint trust … --store system; the other stores need no root".to_owned(),
            Self::Derived => "use --store system too, as root".to_owned(),
            Self::Store(error) => return error.hint(),
            _ => return None,
        };
        Some(hint)
    }
}
