//! The signature algorithms that certmint makes signatures with.

use std::fmt;

/// A message digest of FIPS 180-4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

/// A signature algorithm for certificates, requests and revocation lists
/// (RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// RSA PKCS #1 v1.5 with SHA-256.
    RsaPkcs1Sha256,
    /// RSA PKCS #1 v1.5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSA PKCS #1 v1.5 with SHA-512.
    RsaPkcs1Sha512,
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384,
    /// ECDSA on P-521 with SHA-512.
    EcdsaP521Sha512,
    /// Ed25519 (RFC 8032), which has its own digest.
    Ed25519,
}

// SEQUENCE { OID 1.2.840.113549.1.1.x, NULL }: the NULL is required, RFC 4055 §5.
const SHA256_WITH_RSA: [u8; 15] = rsa_identifier(11);
const SHA384_WITH_RSA: [u8; 15] = rsa_identifier(12);
const SHA512_WITH_RSA: [u8; 15] = rsa_identifier(13);
// SEQUENCE { OID 1.2.840.10045.4.3.x }: no parameters, RFC 5758 §3.2.
const ECDSA_WITH_SHA256: [u8; 12] = ecdsa_identifier(2);
const ECDSA_WITH_SHA384: [u8; 12] = ecdsa_identifier(3);
const ECDSA_WITH_SHA512: [u8; 12] = ecdsa_identifier(4);
// SEQUENCE { OID 1.3.101.112 }: no parameters, RFC 8410 §3.
const ED25519: [u8; 7] = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];

const fn rsa_identifier(last_arc: u8) -> [u8; 15] {
    [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last_arc, 0x05,
        0x00,
    ]
}

const fn ecdsa_identifier(last_arc: u8) -> [u8; 12] {
    [
        0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last_arc,
    ]
}

impl SignatureAlgorithm {
    /// The DER of the `AlgorithmIdentifier` (RFC 5280 §4.1.1.2).
    pub const fn identifier_der(self) -> &'static [u8] {
        match self {
            Self::RsaPkcs1Sha256 => &SHA256_WITH_RSA,
            Self::RsaPkcs1Sha384 => &SHA384_WITH_RSA,
            Self::RsaPkcs1Sha512 => &SHA512_WITH_RSA,
            Self::EcdsaP256Sha256 => &ECDSA_WITH_SHA256,
            Self::EcdsaP384Sha384 => &ECDSA_WITH_SHA384,
            Self::EcdsaP521Sha512 => &ECDSA_WITH_SHA512,
            Self::Ed25519 => &ED25519,
        }
    }

    /// Whether an RSA key signs.
    pub const fn is_rsa(self) -> bool {
        matches!(
            self,
            Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha384 | Self::RsaPkcs1Sha512
        )
    }

    /// The digest that is signed; `None` for Ed25519, which signs the message itself.
    pub const fn digest(self) -> Option<Digest> {
        match self {
            Self::RsaPkcs1Sha256 | Self::EcdsaP256Sha256 => Some(Digest::Sha256),
            Self::RsaPkcs1Sha384 | Self::EcdsaP384Sha384 => Some(Digest::Sha384),
            Self::RsaPkcs1Sha512 | Self::EcdsaP521Sha512 => Some(Digest::Sha512),
            Self::Ed25519 => None,
        }
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::RsaPkcs1Sha256 => "RSA with SHA-256",
            Self::RsaPkcs1Sha384 => "RSA with SHA-384",
            Self::RsaPkcs1Sha512 => "RSA with SHA-512",
            Self::EcdsaP256Sha256 => "ECDSA on P-256 with SHA-256",
            Self::EcdsaP384Sha384 => "ECDSA on P-384 with SHA-384",
            Self::EcdsaP521Sha512 => "ECDSA on P-521 with SHA-512",
            Self::Ed25519 => "Ed25519",
        })
    }
}
