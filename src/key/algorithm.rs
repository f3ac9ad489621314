//! What kind of key a public key is.

use std::fmt;

use super::error::KeyError;
use super::names::key_name;
use super::structure::{AlgorithmIdentifier, Fields, unsigned_bits};

/// `rsaEncryption` (RFC 8017 appendix C).
pub(super) const RSA: &str = "1.2.840.113549.1.1.1";
/// `id-ecPublicKey` (RFC 5480 §2.1.1).
pub(super) const EC: &str = "1.2.840.10045.2.1";
/// `id-Ed25519` (RFC 8410 §3).
pub(super) const ED25519: &str = "1.3.101.112";
/// `id-dsa` (RFC 3279 §2.3.2).
const DSA: &str = "1.2.840.10040.4.1";

/// A curve that certmint signs on (RFC 5480 §2.1.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Curve {
    /// secp256r1, prime256v1.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
}

impl Curve {
    pub(super) const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// The object identifier, dotted.
    pub const fn oid(self) -> &'static str {
        match self {
            Self::P256 => "1.2.840.10045.3.1.7",
            Self::P384 => "1.3.132.0.34",
            Self::P521 => "1.3.132.0.35",
        }
    }

    /// The curve of an object identifier, if it is one of the three.
    pub fn from_oid(oid: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.oid() == oid)
    }

    /// The size of a coordinate and of a private key, in octets (SEC 1 §2.3.5).
    pub(super) const fn field_octets(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        })
    }
}

/// What kind of key it is. Kinds that certmint cannot use are still described.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSA.
    Rsa {
        /// Size of the modulus, in bits.
        bits: u32,
    },
    /// ECDSA on one of the three usual curves.
    Ec(Curve),
    /// Ed25519.
    Ed25519,
    /// Anything else: it can be looked at, not used.
    Other {
        /// The algorithm's object identifier, dotted; for an elliptic curve that of the curve.
        oid: String,
        /// The usual name, if certmint knows one, for example `Ed448` or `EC brainpoolP256r1`.
        name: Option<&'static str>,
    },
}

impl KeyAlgorithm {
    /// Whether certmint can sign and verify with such a key: false for [`KeyAlgorithm::Other`] and
    /// for RSA outside 2048 to 8192 bits.
    pub fn is_supported(&self) -> bool {
        match self {
            Self::Rsa { bits } => (2048..=8192).contains(bits),
            Self::Ec(_) | Self::Ed25519 => true,
            Self::Other { .. } => false,
        }
    }

    pub(super) fn other(oid: &str) -> Self {
        Self::Other {
            oid: oid.to_owned(),
            name: key_name(oid),
        }
    }

    /// The kind of an elliptic curve key from the parameters of its algorithm identifier: a named
    /// curve, or the field and equation spelled out (RFC 5480 §2.1.1 forbids that, some write it).
    pub(super) fn of_curve(identifier: &AlgorithmIdentifier<'_>) -> Result<Self, KeyError> {
        let Some(parameters) = identifier.parameters else {
            return Err(KeyError::CurveMissing);
        };
        match identifier.parameter_oid() {
            Some(oid) => Ok(Curve::from_oid(&oid).map_or_else(|| Self::other(&oid), Self::Ec)),
            None if parameters.is_null() => Err(KeyError::CurveMissing),
            None => Ok(Self::other(EC)),
        }
    }

    /// The kind of a public key from its algorithm identifier and key bits (RFC 5280 §4.1.2.7).
    pub(super) fn of_public(
        identifier: &AlgorithmIdentifier<'_>,
        key_bits: &[u8],
    ) -> Result<Self, KeyError> {
        match identifier.oid.as_str() {
            RSA => Ok(Self::Rsa {
                bits: modulus_bits(key_bits)?,
            }),
            EC => Self::of_curve(identifier),
            ED25519 if key_bits.len() == 32 => Ok(Self::Ed25519),
            ED25519 => Err(KeyError::Malformed("Ed25519 public key")),
            DSA => Ok(Self::Other {
                oid: DSA.to_owned(),
                name: Some(dsa_name(identifier)),
            }),
            other => Ok(Self::other(other)),
        }
    }
}

/// The modulus size of an `RSAPublicKey` (RFC 8017 appendix A.1.1).
fn modulus_bits(key_bits: &[u8]) -> Result<u32, KeyError> {
    let mut fields =
        Fields::of(key_bits).map_err(|source| KeyError::damaged("RSA public key", source))?;
    let modulus = fields
        .next()
        .map_err(|source| KeyError::damaged("RSA public key", source))?;
    unsigned_bits(modulus).map_err(|source| KeyError::damaged("RSA public key", source))
}

/// The name of a DSA key with its size, which is that of the first parameter (RFC 3279 §2.3.2).
fn dsa_name(identifier: &AlgorithmIdentifier<'_>) -> &'static str {
    let bits = identifier
        .parameters
        .and_then(|parameters| Fields::inside(parameters).ok())
        .and_then(|mut fields| fields.next().ok())
        .and_then(|prime| unsigned_bits(prime).ok());
    match bits {
        Some(1024) => "DSA 1024",
        Some(2048) => "DSA 2048",
        Some(3072) => "DSA 3072",
        _ => "DSA",
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(formatter, "RSA {bits}"),
            Self::Ec(curve) => write!(formatter, "EC {curve}"),
            Self::Ed25519 => formatter.write_str("Ed25519"),
            Self::Other {
                name: Some(name), ..
            } => formatter.write_str(name),
            Self::Other { oid, name: None } => write!(formatter, "algorithm {oid}"),
        }
    }
}
