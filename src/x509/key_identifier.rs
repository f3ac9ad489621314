//! Key identifiers.

use std::fmt;

use aws_lc_rs::digest;
use x509_cert::ext::pkix;

use super::{Extension, X509Error, colon_hexadecimal};
use crate::key::PublicKey;

/// The octets that name a key in subject and authority key identifiers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyIdentifier(Vec<u8>);

impl KeyIdentifier {
    /// Method 1 of RFC 5280 §4.2.1.2: SHA-1 over the key bits, which is what openssl writes and
    /// what other tools expect; it identifies, it protects nothing.
    pub fn of(key: &PublicKey) -> Self {
        Self(
            digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, key.key_bits())
                .as_ref()
                .to_vec(),
        )
    }

    /// An identifier that somebody else chose.
    pub fn from_octets(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }

    /// Its octets.
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }
}

/// Upper-case pairs with colons, as openssl prints it.
impl fmt::Display for KeyIdentifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&colon_hexadecimal(&self.0))
    }
}

impl fmt::Debug for KeyIdentifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyIdentifier({self})")
    }
}

/// Reads a subject key identifier (RFC 5280 §4.2.1.2).
///
/// # Errors
/// Bytes that are none.
pub fn subject_key_identifier(extension: &Extension) -> Result<KeyIdentifier, X509Error> {
    let identifier: pkix::SubjectKeyIdentifier = extension.read("subjectKeyIdentifier")?;
    Ok(KeyIdentifier(identifier.0.as_bytes().to_vec()))
}

/// Reads the key identifier of an authority key identifier (RFC 5280 §4.2.1.1), if it has one.
///
/// # Errors
/// Bytes that are no authority key identifier.
pub fn authority_key_identifier(extension: &Extension) -> Result<Option<KeyIdentifier>, X509Error> {
    let identifier: pkix::AuthorityKeyIdentifier = extension.read("authorityKeyIdentifier")?;
    Ok(identifier
        .key_identifier
        .map(|octets| KeyIdentifier(octets.as_bytes().to_vec())))
}
