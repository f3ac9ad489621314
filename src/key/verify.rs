//! Verifying a signature with somebody's public key: one table from (signature algorithm, key
//! algorithm) to the verifier, and errors that tell a bad signature from one that cannot be judged.
//!
//! RFC 5280 §4.1.1.2, RFC 4055 (RSA), RFC 5758 (ECDSA with SHA-2), RFC 8410 (Ed25519).

use std::borrow::Cow;

use aws_lc_rs::signature::{self as algorithms, UnparsedPublicKey, VerificationAlgorithm};
use x509_parser::asn1_rs::{Any, FromDer, Integer, Oid};
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// Why a signature was not accepted. Only [`SignatureError::BadSignature`] says that the signature
/// is wrong; the others say that nobody here can tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No verifier for this algorithm; carries its name, or its OID where it has none.
    #[error("signature algorithm {0} is not supported")]
    UnsupportedAlgorithm(String),
    /// The key is of another kind than the algorithm needs.
    #[error("a key of kind {key} makes no signature of kind {algorithm}")]
    KeyDoesNotFit {
        /// The signature algorithm.
        algorithm: String,
        /// The kind of the key.
        key: String,
    },
    /// An RSA modulus of a size that the algorithm's verifier refuses.
    #[error("an RSA key of {bits} bits is outside what can be checked ({lowest} to 8192 bits)")]
    KeySize {
        /// Bits of the modulus.
        bits: usize,
        /// The smallest size that this algorithm's verifier takes.
        lowest: usize,
    },
    /// The SubjectPublicKeyInfo is not readable.
    #[error("the signer's public key is malformed")]
    MalformedKey,
    /// The AlgorithmIdentifier is not readable, or its parameters are not those of the algorithm.
    #[error("the signature's algorithm identifier is malformed")]
    MalformedAlgorithm,
    /// The signature was not made over this message by this key.
    #[error("the signature does not verify with this key")]
    BadSignature,
}

/// A signature or key that verifies but that clients of today no longer trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// SHA-1: collisions are practical (RFC 9155 for TLS).
    #[error("SHA-1")]
    Sha1,
    /// An RSA modulus below 2048 bits (NIST SP 800-131A).
    #[error("RSA key of {bits} bits")]
    RsaKey {
        /// Bits of the modulus.
        bits: usize,
    },
}

const RSA_KEY: &str = "1.2.840.113549.1.1.1";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const EC_KEY: &str = "1.2.840.10045.2.1";
const ED25519: &str = "1.3.101.112";
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";
const P521: &str = "1.3.132.0.35";
/// NIST SP 800-131A allows no RSA signature key below this many bits.
const SHORTEST_STRONG_RSA_BITS: usize = 2048;
/// The largest modulus that aws-lc verifies with.
const LONGEST_RSA_BITS: usize = 8192;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    RsaPkcs1(Hash),
    RsaPss(Hash),
    Ecdsa(Hash),
    Ed25519,
}

enum Key {
    Rsa { pss_only: bool, bits: usize },
    Ec { curve: String },
    Ed25519,
    Other { oid: String },
}

/// Checks that the holder of `signer_spki_der` signed `message`.
///
/// `algorithm_identifier_der` and `signer_spki_der` are the DER of the AlgorithmIdentifier and of
/// the SubjectPublicKeyInfo; `signature` is the content of the BIT STRING. RSA PKCS#1 with SHA-1
/// and keys from 1024 bits verify too: [`signature_weaknesses`] names them, so that policy can
/// refuse.
///
/// # Errors
/// [`SignatureError::BadSignature`] when the signature is wrong, another variant when it could not
/// be judged.
pub fn verify_signature(
    algorithm_identifier_der: &[u8],
    signer_spki_der: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    verifier(algorithm_identifier_der, signer_spki_der)?
        .verify(message, signature)
        .map_err(|_| SignatureError::BadSignature)
}

/// The key of a signer, ready to judge signatures of one algorithm.
pub(super) fn verifier<'key>(
    algorithm_identifier_der: &[u8],
    signer_spki_der: &'key [u8],
) -> Result<UnparsedPublicKey<Cow<'key, [u8]>>, SignatureError> {
    let scheme = read_scheme(algorithm_identifier_der)?;
    let spki = read_key_info(signer_spki_der)?;
    let key = read_key(&spki)?;
    let verifier = select(scheme, &key)?;
    Ok(UnparsedPublicKey::new(
        verifier,
        spki.subject_public_key.data,
    ))
}

/// What a signature by this algorithm and key is weak for; empty when it is strong or unreadable.
#[must_use]
pub fn signature_weaknesses(
    algorithm_identifier_der: &[u8],
    signer_spki_der: &[u8],
) -> Vec<Weakness> {
    let mut weaknesses = Vec::new();
    if let Ok(Scheme::RsaPkcs1(Hash::Sha1) | Scheme::Ecdsa(Hash::Sha1)) =
        read_scheme(algorithm_identifier_der)
    {
        weaknesses.push(Weakness::Sha1);
    }
    weaknesses.extend(key_weakness(signer_spki_der));
    weaknesses
}

/// What a public key is weak for: an RSA modulus below 2048 bits.
#[must_use]
pub fn key_weakness(spki_der: &[u8]) -> Option<Weakness> {
    let spki = read_key_info(spki_der).ok()?;
    match read_key(&spki).ok()? {
        Key::Rsa { bits, .. } if bits < SHORTEST_STRONG_RSA_BITS => Some(Weakness::RsaKey { bits }),
        _ => None,
    }
}

fn read_key_info(spki_der: &[u8]) -> Result<SubjectPublicKeyInfo<'_>, SignatureError> {
    match SubjectPublicKeyInfo::from_der(spki_der) {
        Ok((rest, spki)) if rest.is_empty() && spki.subject_public_key.unused_bits == 0 => Ok(spki),
        _ => Err(SignatureError::MalformedKey),
    }
}

fn read_scheme(algorithm_identifier_der: &[u8]) -> Result<Scheme, SignatureError> {
    let Ok((rest, identifier)) = AlgorithmIdentifier::from_der(algorithm_identifier_der) else {
        return Err(SignatureError::MalformedAlgorithm);
    };
    if !rest.is_empty() {
        return Err(SignatureError::MalformedAlgorithm);
    }
    let oid = identifier.algorithm.to_id_string();
    let scheme = match oid.as_str() {
        "1.2.840.113549.1.1.5" => Scheme::RsaPkcs1(Hash::Sha1),
        "1.2.840.113549.1.1.11" => Scheme::RsaPkcs1(Hash::Sha256),
        "1.2.840.113549.1.1.12" => Scheme::RsaPkcs1(Hash::Sha384),
        "1.2.840.113549.1.1.13" => Scheme::RsaPkcs1(Hash::Sha512),
        RSA_PSS => return read_pss(identifier.parameters.as_ref()),
        "1.2.840.10045.4.1" => Scheme::Ecdsa(Hash::Sha1),
        "1.2.840.10045.4.3.2" => Scheme::Ecdsa(Hash::Sha256),
        "1.2.840.10045.4.3.3" => Scheme::Ecdsa(Hash::Sha384),
        "1.2.840.10045.4.3.4" => Scheme::Ecdsa(Hash::Sha512),
        ED25519 => Scheme::Ed25519,
        _ => return Err(SignatureError::UnsupportedAlgorithm(algorithm_name(&oid))),
    };
    let parameters_fit = match (&identifier.parameters, scheme) {
        (None, _) => true,
        (Some(parameters), Scheme::RsaPkcs1(_)) => parameters.as_null().is_ok(),
        // RFC 5758 §3.2 and RFC 8410 §3: parameters are absent.
        (Some(_), _) => false,
    };
    if parameters_fit {
        Ok(scheme)
    } else {
        Err(SignatureError::MalformedAlgorithm)
    }
}

/// RSASSA-PSS-params (RFC 4055 §3.1): one hash for message and mask, salt as long as the hash.
fn read_pss(parameters: Option<&Any<'_>>) -> Result<Scheme, SignatureError> {
    let parameters = parameters.ok_or(SignatureError::MalformedAlgorithm)?;
    let pss =
        RsaSsaPssParams::try_from(parameters).map_err(|_| SignatureError::MalformedAlgorithm)?;
    let hash_oid = pss.hash_algorithm_oid().to_id_string();
    let (hash, length) = match hash_oid.as_str() {
        "2.16.840.1.101.3.4.2.1" => (Hash::Sha256, 32),
        "2.16.840.1.101.3.4.2.2" => (Hash::Sha384, 48),
        "2.16.840.1.101.3.4.2.3" => (Hash::Sha512, 64),
        _ => {
            return Err(SignatureError::UnsupportedAlgorithm(format!(
                "RSASSA-PSS with hash {hash_oid}"
            )));
        }
    };
    let mask = pss
        .mask_gen_algorithm()
        .map_err(|_| SignatureError::MalformedAlgorithm)?;
    let mask_hash: &Oid<'_> = &mask.hash;
    if mask_hash.to_id_string() != hash_oid || pss.salt_length() != length {
        return Err(SignatureError::UnsupportedAlgorithm(format!(
            "RSASSA-PSS with a salt of {} octets or another mask hash",
            pss.salt_length()
        )));
    }
    Ok(Scheme::RsaPss(hash))
}

fn read_key(spki: &SubjectPublicKeyInfo<'_>) -> Result<Key, SignatureError> {
    let oid = spki.algorithm.algorithm.to_id_string();
    Ok(match oid.as_str() {
        RSA_KEY | RSA_PSS => Key::Rsa {
            pss_only: oid == RSA_PSS,
            bits: modulus_bits(&spki.subject_public_key.data)
                .ok_or(SignatureError::MalformedKey)?,
        },
        EC_KEY => {
            let curve = spki
                .algorithm
                .parameters
                .as_ref()
                .and_then(|parameters| parameters.as_oid().ok())
                .map_or_else(
                    || "explicit parameters".to_owned(),
                    |oid| oid.to_id_string(),
                );
            Key::Ec { curve }
        }
        ED25519 => Key::Ed25519,
        _ => Key::Other { oid },
    })
}

/// Bits of the modulus in an RSAPublicKey (RFC 8017 §A.1.1).
fn modulus_bits(rsa_public_key_der: &[u8]) -> Option<usize> {
    let (_, sequence) = Any::from_der(rsa_public_key_der).ok()?;
    let (_, modulus) = Integer::from_der(sequence.data).ok()?;
    let bytes = modulus.as_ref();
    let start = bytes.iter().position(|byte| *byte != 0)?;
    let significant = bytes.get(start..)?;
    let leading = significant.first()?.leading_zeros() as usize;
    Some(significant.len() * 8 - leading)
}

fn select(scheme: Scheme, key: &Key) -> Result<&'static dyn VerificationAlgorithm, SignatureError> {
    let verifier: &'static dyn VerificationAlgorithm = match (scheme, key) {
        (
            Scheme::RsaPkcs1(hash),
            Key::Rsa {
                pss_only: false,
                bits,
            },
        ) => {
            // aws-lc has no SHA-384 verifier for keys below 2048 bits.
            in_range(*bits, if hash == Hash::Sha384 { 2048 } else { 1024 })?;
            match hash {
                Hash::Sha1 => &algorithms::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
                Hash::Sha256 => &algorithms::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
                Hash::Sha384 => &algorithms::RSA_PKCS1_2048_8192_SHA384,
                Hash::Sha512 => &algorithms::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
            }
        }
        (Scheme::RsaPss(hash), Key::Rsa { bits, .. }) => {
            in_range(*bits, 2048)?;
            match hash {
                Hash::Sha256 => &algorithms::RSA_PSS_2048_8192_SHA256,
                Hash::Sha384 => &algorithms::RSA_PSS_2048_8192_SHA384,
                Hash::Sha512 => &algorithms::RSA_PSS_2048_8192_SHA512,
                Hash::Sha1 => return Err(unsupported(scheme, key)),
            }
        }
        (Scheme::Ecdsa(hash), Key::Ec { curve }) => match (curve.as_str(), hash) {
            (P256, Hash::Sha1) => &algorithms::ECDSA_P256_SHA1_ASN1,
            (P256, Hash::Sha256) => &algorithms::ECDSA_P256_SHA256_ASN1,
            (P256, Hash::Sha384) => &algorithms::ECDSA_P256_SHA384_ASN1,
            (P256, Hash::Sha512) => &algorithms::ECDSA_P256_SHA512_ASN1,
            (P384, Hash::Sha256) => &algorithms::ECDSA_P384_SHA256_ASN1,
            (P384, Hash::Sha384) => &algorithms::ECDSA_P384_SHA384_ASN1,
            (P384, Hash::Sha512) => &algorithms::ECDSA_P384_SHA512_ASN1,
            (P521, Hash::Sha1) => &algorithms::ECDSA_P521_SHA1_ASN1,
            (P521, Hash::Sha256) => &algorithms::ECDSA_P521_SHA256_ASN1,
            (P521, Hash::Sha384) => &algorithms::ECDSA_P521_SHA384_ASN1,
            (P521, Hash::Sha512) => &algorithms::ECDSA_P521_SHA512_ASN1,
            _ => return Err(unsupported(scheme, key)),
        },
        (Scheme::Ed25519, Key::Ed25519) => &algorithms::ED25519,
        _ => {
            return Err(SignatureError::KeyDoesNotFit {
                algorithm: scheme.name().to_owned(),
                key: key.name(),
            });
        }
    };
    Ok(verifier)
}

fn in_range(bits: usize, lowest: usize) -> Result<(), SignatureError> {
    if (lowest..=LONGEST_RSA_BITS).contains(&bits) {
        Ok(())
    } else {
        Err(SignatureError::KeySize { bits, lowest })
    }
}

fn unsupported(scheme: Scheme, key: &Key) -> SignatureError {
    SignatureError::UnsupportedAlgorithm(format!("{} with a {} key", scheme.name(), key.name()))
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Scheme::RsaPkcs1(Hash::Sha1) => "RSA with SHA-1",
            Scheme::RsaPkcs1(Hash::Sha256) => "RSA with SHA-256",
            Scheme::RsaPkcs1(Hash::Sha384) => "RSA with SHA-384",
            Scheme::RsaPkcs1(Hash::Sha512) => "RSA with SHA-512",
            Scheme::RsaPss(_) => "RSASSA-PSS",
            Scheme::Ecdsa(Hash::Sha1) => "ECDSA with SHA-1",
            Scheme::Ecdsa(Hash::Sha256) => "ECDSA with SHA-256",
            Scheme::Ecdsa(Hash::Sha384) => "ECDSA with SHA-384",
            Scheme::Ecdsa(Hash::Sha512) => "ECDSA with SHA-512",
            Scheme::Ed25519 => "Ed25519",
        }
    }
}

impl Key {
    fn name(&self) -> String {
        match self {
            Key::Rsa {
                pss_only: false, ..
            } => "RSA".to_owned(),
            Key::Rsa { pss_only: true, .. } => "RSASSA-PSS".to_owned(),
            Key::Ec { curve } => match curve.as_str() {
                P256 => "EC P-256".to_owned(),
                P384 => "EC P-384".to_owned(),
                P521 => "EC P-521".to_owned(),
                "1.3.132.0.10" => "EC secp256k1".to_owned(),
                "1.3.132.0.33" => "EC P-224".to_owned(),
                other => format!("EC ({other})"),
            },
            Key::Ed25519 => "Ed25519".to_owned(),
            Key::Other { oid } => match oid.as_str() {
                "1.2.840.10040.4.1" => "DSA".to_owned(),
                "1.3.101.113" => "Ed448".to_owned(),
                other => other.to_owned(),
            },
        }
    }
}

/// Names of algorithms that cannot be verified here, so that messages need no OID look-up.
fn algorithm_name(oid: &str) -> String {
    let name = match oid {
        "1.2.840.113549.1.1.2" => "RSA with MD2",
        "1.2.840.113549.1.1.4" => "RSA with MD5",
        "1.2.840.113549.1.1.14" => "RSA with SHA-224",
        "1.2.840.10040.4.3" => "DSA with SHA-1",
        "2.16.840.1.101.3.4.3.1" => "DSA with SHA-224",
        "2.16.840.1.101.3.4.3.2" => "DSA with SHA-256",
        "1.2.840.10045.4.3.1" => "ECDSA with SHA-224",
        "1.3.101.113" => "Ed448",
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44",
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65",
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87",
        _ => return oid.to_owned(),
    };
    format!("{name} ({oid})")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032 §7.1, test 1: the empty message.
    const PUBLIC: [u8; 32] = [
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07,
        0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07,
        0x51, 0x1a,
    ];
    const SIGNATURE: [u8; 64] = [
        0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72, 0x90, 0x86, 0xe2, 0xcc, 0x80, 0x6e, 0x82,
        0x8a, 0x84, 0x87, 0x7f, 0x1e, 0xb8, 0xe5, 0xd9, 0x74, 0xd8, 0x73, 0xe0, 0x65, 0x22, 0x49,
        0x01, 0x55, 0x5f, 0xb8, 0x82, 0x15, 0x90, 0xa3, 0x3b, 0xac, 0xc6, 0x1e, 0x39, 0x70, 0x1c,
        0xf9, 0xb4, 0x6b, 0xd2, 0x5b, 0xf5, 0xf0, 0x59, 0x5b, 0xbe, 0x24, 0x65, 0x51, 0x41, 0x43,
        0x8e, 0x7a, 0x10, 0x0b,
    ];
    const ED25519_IDENTIFIER: &[u8] = &[0x30, 5, 6, 3, 0x2b, 0x65, 0x70];

    fn spki() -> Vec<u8> {
        let mut der = vec![0x30, 42];
        der.extend(ED25519_IDENTIFIER);
        der.extend([0x03, 33, 0]);
        der.extend(PUBLIC);
        der
    }

    #[test]
    fn a_published_signature_verifies_and_a_changed_one_does_not() {
        let verify = |message: &[u8], signature: &[u8]| {
            verify_signature(ED25519_IDENTIFIER, &spki(), message, signature)
        };
        assert_eq!(verify(b"", &SIGNATURE), Ok(()));
        assert_eq!(verify(b"x", &SIGNATURE), Err(SignatureError::BadSignature));
        assert_eq!(
            verify(b"", &SIGNATURE[1..]),
            Err(SignatureError::BadSignature)
        );
        assert!(signature_weaknesses(ED25519_IDENTIFIER, &spki()).is_empty());
    }

    #[test]
    fn what_cannot_be_judged_is_no_bad_signature() {
        let verify = |identifier: &[u8]| verify_signature(identifier, &spki(), b"", &SIGNATURE);
        let ecdsa_sha256 = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
        assert_eq!(
            verify(&ecdsa_sha256).unwrap_err().to_string(),
            "a key of kind Ed25519 makes no signature of kind ECDSA with SHA-256"
        );
        let ed448 = [0x30, 5, 6, 3, 0x2b, 0x65, 0x71];
        assert_eq!(
            verify(&ed448),
            Err(SignatureError::UnsupportedAlgorithm(
                "Ed448 (1.3.101.113)".to_owned()
            ))
        );
        let with_parameters = [0x30, 7, 6, 3, 0x2b, 0x65, 0x70, 5, 0];
        assert_eq!(
            verify(&with_parameters),
            Err(SignatureError::MalformedAlgorithm)
        );
        assert_eq!(
            verify_signature(ED25519_IDENTIFIER, &spki()[1..], b"", &SIGNATURE),
            Err(SignatureError::MalformedKey)
        );
    }
}
