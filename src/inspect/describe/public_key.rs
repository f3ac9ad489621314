//! Public keys in descriptions.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;

use super::notation::{hexadecimal, integer_decimal, integer_hexadecimal};
use crate::{
    key::{KeyAlgorithm, PublicKey},
    x509::{
        KeyIdentifier,
        element::{SEQUENCE, read_element},
    },
};

/// A public key.
#[derive(Clone, Debug, Serialize)]
pub struct PublicKeyDescription {
    /// Kind and size for people, for example `RSA 2048`.
    pub algorithm: String,
    /// `rsa`, `ec`, `ed25519` or `other`; `type` in JSON, where `kind` says what object it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Size of an RSA modulus, in bits.
    pub bits: Option<u32>,
    /// Public exponent of RSA, decimal (hexadecimal when it has more than eight octets).
    pub exponent: Option<String>,
    /// Elliptic curve, for example `P-256`.
    pub curve: Option<String>,
    /// SHA-1 over the key bits (RFC 5280 §4.2.1.2, method 1): what a subject key identifier
    /// usually is.
    pub key_identifier: String,
    /// SHA-256 over the SubjectPublicKeyInfo, hexadecimal.
    pub spki_sha256: String,
    /// The same in base64: the pin of RFC 7469 §2.4 and of `curl --pinnedpubkey sha256//…`.
    pub pin_sha256: String,
    /// The key itself.
    #[serde(skip)]
    pub key: PublicKey,
}

impl PublicKeyDescription {
    pub(super) fn of(key: &PublicKey) -> Self {
        let spki_sha256 = digest::digest(&digest::SHA256, key.spki_der());
        let (kind, bits, curve) = match key.algorithm() {
            KeyAlgorithm::Rsa { bits } => ("rsa", Some(*bits), None),
            KeyAlgorithm::Ec(curve) => ("ec", None, Some(curve.to_string())),
            KeyAlgorithm::Ed25519 => ("ed25519", None, None),
            KeyAlgorithm::Other { .. } => ("other", None, None),
        };
        Self {
            algorithm: key.algorithm().to_string(),
            kind,
            bits,
            exponent: exponent(key),
            curve,
            key_identifier: KeyIdentifier::of(key).to_string(),
            spki_sha256: hexadecimal(spki_sha256.as_ref()).to_lowercase(),
            pin_sha256: STANDARD.encode(spki_sha256.as_ref()),
            key: key.clone(),
        }
    }
}

/// The second integer of an `RSAPublicKey` (RFC 8017 appendix A.1.1).
fn exponent(key: &PublicKey) -> Option<String> {
    let KeyAlgorithm::Rsa { .. } = key.algorithm() else {
        return None;
    };
    let numbers = read_element(key.key_bits()).filter(|numbers| numbers.tag == SEQUENCE)?;
    let exponent = read_element(read_element(numbers.content)?.rest)?;
    Some(
        integer_decimal(exponent.content)
            .unwrap_or_else(|| format!("0x{}", integer_hexadecimal(exponent.content))),
    )
}
