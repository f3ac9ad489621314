//! What HAProxy keeps of its files in memory.

use std::fmt;

/// A kind of file that can be replaced while HAProxy runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// `ssl cert`: a certificate, its chain and its key; HAProxy 2.1 and later.
    Certificate,
    /// `ssl crl-file`: revocation lists; HAProxy 2.5 and later.
    RevocationLists,
}

impl Stored {
    /// The word of its commands.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Certificate => "cert",
            Self::RevocationLists => "crl-file",
        }
    }
}

impl fmt::Display for Stored {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Certificate => "certificate",
            Self::RevocationLists => "revocation list",
        })
    }
}
