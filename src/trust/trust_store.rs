//! What all trust stores have in common.

use std::{fmt, path::Path};

use super::{Anchor, TrustError};

/// The kinds of trust stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// The operating system's own.
    System,
    /// The databases of Firefox and Chromium.
    Nss,
    /// The `cacerts` of Java.
    Java,
}

impl StoreKind {
    /// All of them, in the order in which they are worked on: the system's store first, because on
    /// many machines Java's follows it.
    pub const ALL: [Self; 3] = [Self::System, Self::Nss, Self::Java];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Nss => "nss",
            Self::Java => "java",
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// How a store stands to a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Holding {
    /// The store trusts it.
    pub(super) is_trusted: bool,
    /// Something of certmint's is there for it, whether or not the store trusts it for that.
    pub(super) is_ours: bool,
    /// What somebody else calls it there.
    pub(super) foreign: Option<String>,
}

/// A trust store that was found on the machine.
pub(super) trait TrustStore {
    fn kind(&self) -> StoreKind;

    /// Whose it is, such as `Debian` or `Firefox`.
    fn owner(&self) -> &str;

    /// Where it is.
    fn place(&self) -> &Path;

    /// How it stands to each certificate, as the store itself says.
    fn holdings(&self, anchors: &[Anchor]) -> Result<Vec<Holding>, TrustError>;

    /// Makes it trust certificates that it does not trust yet.
    fn add(&self, anchors: &[&Anchor]) -> Result<(), TrustError>;

    /// Takes out what certmint put there for these certificates.
    fn remove(&self, anchors: &[&Anchor]) -> Result<(), TrustError>;
}
