//! What is recorded before it is signed.

use time::OffsetDateTime;

use super::authority::AuthorityId;
use crate::store::error::StoreError;
use crate::store::name::{Shelf, StoreName};

/// The longest serial number that is recorded, in octets. RFC 5280 §4.1.2.2 allows 20; adopted
/// authorities have gone beyond.
const LONGEST_SERIAL: usize = 64;

/// The inventory's number for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub(in crate::store) i64);

impl RecordId {
    /// The number, for output.
    pub fn number(self) -> i64 {
        self.0
    }
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordIssuer {
    /// An authority of the inventory.
    Authority(AuthorityId),
    /// The certificate's own key: it is a root.
    Itself,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateKind {
    /// A certification authority.
    Ca,
    /// A TLS server.
    Server,
    /// A TLS client.
    Client,
    /// Both.
    Peer,
}

impl CertificateKind {
    /// The word: `ca`, `server`, `client`, `peer`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ca => "ca",
            Self::Server => "server",
            Self::Client => "client",
            Self::Peer => "peer",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Ca, Self::Server, Self::Client, Self::Peer]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// Where the certificate is going to be filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// Outside the PKI directory.
    Elsewhere,
    /// As a new authority, under a name that no authority has.
    NewAuthority(StoreName),
    /// As the next certificate of an authority that is there.
    NextAuthority(StoreName),
    /// As the first generation of a name that no certificate has.
    NewCertificate(StoreName),
    /// As the next generation of a certificate that is there.
    NextGeneration(StoreName),
}

/// The kind of a subject alternative name (RFC 5280 §4.2.1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SanKind {
    /// dNSName
    Dns,
    /// iPAddress
    Ip,
    /// rfc822Name
    Email,
    /// uniformResourceIdentifier
    Uri,
    /// Any other form.
    Other,
}

impl SanKind {
    /// The word before the colon: `dns`, `ip`, `email`, `uri`, `other`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Ip => "ip",
            Self::Email => "email",
            Self::Uri => "uri",
            Self::Other => "other",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Dns, Self::Ip, Self::Email, Self::Uri, Self::Other]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// A subject alternative name as text, for listing and searching.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SanText {
    /// Its kind.
    pub kind: SanKind,
    /// Its value without the kind.
    pub value: String,
}

/// What is about to be signed.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// Who signs.
    pub issuer: RecordIssuer,
    /// The serial number: magnitude, most significant octet first.
    pub serial: Vec<u8>,
    /// What the certificate is for.
    pub kind: CertificateKind,
    /// Where it goes.
    pub placement: Placement,
    /// The subject as text, for listing and searching.
    pub subject: String,
    /// The subject's DER.
    pub subject_der: Vec<u8>,
    /// The subject alternative names, in their order.
    pub sans: Vec<SanText>,
    /// The begin of its validity.
    pub not_before: OffsetDateTime,
    /// The end of its validity, inclusive.
    pub not_after: OffsetDateTime,
    /// The subject key identifier.
    pub key_id: Vec<u8>,
    /// SHA-256 of the SubjectPublicKeyInfo's DER.
    pub public_key_sha256: [u8; 32],
    /// The DER of the TBSCertificate, exactly as it will be signed.
    pub to_be_signed: Vec<u8>,
    /// Now.
    pub recorded_at: OffsetDateTime,
}

/// A record that waits for its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The inventory's number for it.
    pub id: RecordId,
    /// Its place in the PKI directory, if it has one.
    pub place: Option<Place>,
}

/// A place in the PKI directory, reserved by its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The shelf.
    pub shelf: Shelf,
    /// The name, in the spelling of its first generation.
    pub name: StoreName,
    /// The generation, from 1.
    pub generation: u32,
}

/// A serial number without the leading zero octets that DER adds, so that it is found however it
/// was written.
pub(super) fn magnitude(serial: &[u8]) -> Result<&[u8], StoreError> {
    let zeros = serial.iter().take_while(|octet| **octet == 0).count();
    // The number zero keeps one octet.
    let from = zeros.min(serial.len().saturating_sub(1));
    let octets = serial.len() - from;
    serial
        .get(from..)
        .filter(|_| (1..=LONGEST_SERIAL).contains(&octets))
        .ok_or(StoreError::SerialLength { octets })
}

impl Shelf {
    pub(in crate::store) fn word(self) -> &'static str {
        match self {
            Self::Authorities => "ca",
            Self::Certificates => "certs",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Authorities, Self::Certificates]
            .into_iter()
            .find(|shelf| shelf.word() == word)
    }
}
