//! A public key, kept as it was written.

use std::fmt;

use super::algorithm::KeyAlgorithm;
use super::error::KeyError;
use super::structure::{AlgorithmIdentifier, Fields, bits};

/// A public key: the bytes of its `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) as they were written,
/// and what kind it is. Two are equal when their bytes are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    spki_der: Vec<u8>,
    key_bits: Vec<u8>,
    algorithm: KeyAlgorithm,
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo`. Algorithms that certmint cannot use are taken too
    /// ([`KeyAlgorithm::Other`]): they are refused where the key is used.
    ///
    /// # Errors
    /// [`KeyError::Damaged`] or [`KeyError::Malformed`] when the bytes are not that structure,
    /// [`KeyError::CurveMissing`] for an elliptic curve key that does not name its curve.
    pub fn from_spki_der(spki_der: &[u8]) -> Result<Self, KeyError> {
        let (identifier, key_bits) =
            split(spki_der).map_err(|source| KeyError::damaged("public key", source))?;
        let algorithm = KeyAlgorithm::of_public(&identifier, key_bits)?;
        Ok(Self {
            spki_der: spki_der.to_vec(),
            key_bits: key_bits.to_vec(),
            algorithm,
        })
    }

    /// The DER `SubjectPublicKeyInfo`, byte for byte as it was read.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki_der
    }

    /// What kind of key it is.
    pub fn algorithm(&self) -> &KeyAlgorithm {
        &self.algorithm
    }

    /// The content of the BIT STRING: what RFC 5280 §4.2.1.2 hashes for a key identifier.
    pub fn key_bits(&self) -> &[u8] {
        &self.key_bits
    }
}

fn split(spki_der: &[u8]) -> der::Result<(AlgorithmIdentifier<'_>, &[u8])> {
    let mut fields = Fields::of(spki_der)?;
    let identifier = AlgorithmIdentifier::read(fields.next()?)?;
    let key_bits = bits(fields.next()?)?;
    fields.end()?;
    Ok((identifier, key_bits))
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({})", self.algorithm)
    }
}
