//! The directories in which other programs keep a CA: what is where, and what was issued.

mod certificates;
mod detect;
mod keys;
mod settle;

use std::fmt;
use std::path::{Path, PathBuf};

pub(crate) use certificates::{Found, Issued};
pub(crate) use detect::{around, detect};
pub(crate) use settle::{Settled, settle_all};

/// Which program made a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// `openssl ca`, by its `index.txt`.
    Openssl,
    /// easy-rsa 3.
    EasyRsa,
    /// mkcert.
    Mkcert,
    /// step.
    Step,
    /// A certificate and a key, and whatever lies beside them.
    Files,
}

impl Origin {
    /// The word for `--json`.
    pub(crate) fn word(self) -> String {
        self.to_string().replace('-', "_")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Openssl => "openssl",
            Self::EasyRsa => "easy-rsa",
            Self::Mkcert => "mkcert",
            Self::Step => "step",
            Self::Files => "files",
        })
    }
}

/// A CA as another program keeps it: where its things are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ForeignCa {
    pub(crate) origin: Origin,
    /// Its certificate; the certificates above it may follow in the same file.
    pub(crate) certificate: PathBuf,
    /// Its private key, if there is one where the program puts it.
    pub(crate) key: Option<PathBuf>,
    /// The list of what it issued, as `openssl ca` keeps it.
    pub(crate) index: Option<PathBuf>,
    /// The number of its next revocation list, as `openssl ca` keeps it.
    pub(crate) crl_number: Option<PathBuf>,
    /// Its newest revocation list.
    pub(crate) revocation_list: Option<PathBuf>,
    /// Folders in which a certificate's file is named by its serial number.
    pub(crate) by_serial: Vec<PathBuf>,
    /// Folders in which certificates have names.
    pub(crate) by_name: Vec<PathBuf>,
    /// Folders with the private keys of what it issued.
    pub(crate) keys: Vec<PathBuf>,
    /// Another CA in the same directory, which is imported by its files: certificate and key.
    pub(crate) other: Option<(PathBuf, PathBuf)>,
}

impl ForeignCa {
    /// A CA by its certificate's file, without a directory.
    pub(crate) fn of_files(certificate: &Path) -> Self {
        Self {
            origin: Origin::Files,
            certificate: certificate.to_owned(),
            key: None,
            index: None,
            crl_number: None,
            revocation_list: None,
            by_serial: Vec::new(),
            by_name: Vec::new(),
            keys: Vec::new(),
            other: None,
        }
    }
}
