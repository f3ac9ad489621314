//! The kinds of certificate that a CA here issues.

use std::{fmt, str::FromStr};

use crate::{
    key::KeyAlgorithm,
    x509::{BasicConstraints, ExtendedKeyUsage, KeyUsage, NameConstraints, PathLength},
};

/// A leaf for one purpose, or a CA. A leaf has no path length and a CA no purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Profile {
    /// An end entity.
    Leaf(LeafKind),
    /// A certification authority.
    Ca(CaProfile),
}

/// What a leaf certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafKind {
    /// A TLS server.
    Server,
    /// A TLS client.
    Client,
    /// A host that is both, such as a cluster member.
    Peer,
}

/// What a CA certificate says about what may follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaProfile {
    /// How many CAs may follow.
    pub path_length: PathLength,
    /// Which names may follow.
    pub name_constraints: Option<NameConstraints>,
}

impl LeafKind {
    /// Its purposes (RFC 5280 §4.2.1.12): one, but for a peer.
    pub fn extended_key_usage(self) -> ExtendedKeyUsage {
        match self {
            Self::Server => ExtendedKeyUsage::server(),
            Self::Client => ExtendedKeyUsage::client(),
            Self::Peer => ExtendedKeyUsage::server_and_client(),
        }
    }

    /// Its key usage (RFC 5280 §4.2.1.3, RFC 8446 §4.4.2.2): every TLS handshake since ECDHE signs;
    /// RSA key transport, where a server still offers it, enciphers too.
    pub fn key_usage(self, algorithm: &KeyAlgorithm) -> KeyUsage {
        match (self, algorithm) {
            (Self::Server | Self::Peer, KeyAlgorithm::Rsa { .. }) => {
                KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::KEY_ENCIPHERMENT)
            }
            _ => KeyUsage::DIGITAL_SIGNATURE,
        }
    }

    /// Whether TLS clients connect to it by name.
    pub fn is_connected_to(self) -> bool {
        matches!(self, Self::Server | Self::Peer)
    }
}

impl FromStr for LeafKind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        [Self::Server, Self::Client, Self::Peer]
            .into_iter()
            .find(|kind| kind.to_string() == word)
            .ok_or_else(|| UnknownKind(word.to_owned()))
    }
}

/// A word that is no kind of leaf certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no profile; there are server, client and peer")]
pub struct UnknownKind(String);

impl Profile {
    /// What it says in basic constraints.
    pub fn basic_constraints(&self) -> BasicConstraints {
        match self {
            Self::Leaf(_) => BasicConstraints::EndEntity,
            Self::Ca(ca) => BasicConstraints::Ca(ca.path_length),
        }
    }

    /// What it says in key usage for a key of this kind.
    pub fn key_usage(&self, algorithm: &KeyAlgorithm) -> KeyUsage {
        match self {
            Self::Leaf(leaf) => leaf.key_usage(algorithm),
            Self::Ca(_) => KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN),
        }
    }
}

impl fmt::Display for LeafKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Peer => "peer",
        })
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(leaf) => leaf.fmt(formatter),
            Self::Ca(_) => formatter.write_str("ca"),
        }
    }
}
