//! From the unencrypted structures of a private key to a checked [`PrivateKey`]:
//! PKCS#8 (RFC 5208, RFC 5958), PKCS #1 (RFC 8017), SEC 1 (RFC 5915).

use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use der::asn1::AnyRef;
use der::{Decode, Tag, Tagged};
use zeroize::Zeroizing;

use super::algorithm::{Curve, EC, ED25519, KeyAlgorithm, RSA};
use super::error::KeyError;
use super::private::{Pair, PrivateKey, ecdsa_algorithm};
use super::structure::{
    AlgorithmIdentifier, Fields, bits, octets, oid, unsigned, unsigned_bits, whole_octets,
};

const PKCS8: &str = "PKCS#8 private key";
const PKCS1: &str = "PKCS #1 RSA private key";
const SEC1: &str = "SEC 1 elliptic curve private key";

impl PrivateKey {
    /// Reads an unencrypted DER PKCS#8 key, version 1 or 2.
    ///
    /// # Errors
    /// [`KeyError::UnsupportedKey`] and [`KeyError::RsaSize`] for kinds that certmint cannot use,
    /// [`KeyError::PublicHalfMismatch`] and [`KeyError::Inconsistent`] when the numbers do not
    /// belong together, [`KeyError::Damaged`] or [`KeyError::Malformed`] for anything else.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        let parts = Pkcs8::read(der).map_err(|source| KeyError::damaged(PKCS8, source))?;
        let identifier = &parts.identifier;
        match identifier.oid.as_str() {
            RSA => pkcs1(parts.private_key)?.with_public(parts.public_key),
            EC => match KeyAlgorithm::of_curve(identifier)? {
                KeyAlgorithm::Ec(curve) => {
                    let key = Sec1::read(parts.private_key)
                        .map_err(|source| KeyError::damaged(SEC1, source))?;
                    on_curve(curve, key.scalar, key.public_key)?.with_public(parts.public_key)
                }
                KeyAlgorithm::Other { oid, .. } if oid == EC => {
                    explicit(|curve| EcdsaKeyPair::from_pkcs8(ecdsa_algorithm(curve), der).ok())?
                        .with_public(parts.public_key)
                }
                other => Err(KeyError::UnsupportedKey(other)),
            },
            ED25519 => ed25519(parts.private_key)?.with_public(parts.public_key),
            other => Err(KeyError::UnsupportedKey(KeyAlgorithm::other(other))),
        }
    }

    /// Compares the public half that a file holds beside the private one.
    fn with_public(self, stated: Option<&[u8]>) -> Result<Self, KeyError> {
        match stated {
            Some(stated) if !same_point(stated, self.public_key().key_bits()) => {
                Err(KeyError::PublicHalfMismatch)
            }
            _ => Ok(self),
        }
    }
}

/// `OneAsymmetricKey` (RFC 5958 §2).
struct Pkcs8<'a> {
    identifier: AlgorithmIdentifier<'a>,
    private_key: &'a [u8],
    public_key: Option<&'a [u8]>,
}

impl<'a> Pkcs8<'a> {
    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut fields = Fields::of(der)?;
        if unsigned(fields.next()?)? > 1 {
            return Err(Tag::Integer.value_error().into());
        }
        let identifier = AlgorithmIdentifier::read(fields.next()?)?;
        let private_key = octets(fields.next()?)?;
        let mut public_key = None;
        while let Some(field) = fields.next_or_end()? {
            match field.tag() {
                // Attributes carry nothing that a key needs.
                Tag::ContextSpecific { number, .. } if number.value() == 0 => {}
                Tag::ContextSpecific {
                    number,
                    constructed: false,
                } if number.value() == 1 => {
                    public_key = Some(whole_octets(field.value())?);
                }
                // Old versions of the ring library wrote the tag as explicit.
                Tag::ContextSpecific {
                    number,
                    constructed: true,
                } if number.value() == 1 => {
                    public_key = Some(bits(AnyRef::from_der(field.value())?)?);
                }
                other => return Err(other.value_error().into()),
            }
        }
        Ok(Self {
            identifier,
            private_key,
            public_key,
        })
    }
}

/// Reads a DER `RSAPrivateKey` (RFC 8017 appendix A.1.2).
pub(super) fn pkcs1(der: &[u8]) -> Result<PrivateKey, KeyError> {
    let (version, bits) = rsa_shape(der).map_err(|source| KeyError::damaged(PKCS1, source))?;
    if version != 0 {
        return Err(KeyError::RsaMultiPrime);
    }
    // The check of a larger key takes long, and it would be refused afterwards.
    if !(2048..=8192).contains(&bits) {
        return Err(KeyError::RsaSize { bits });
    }
    let pair = rsa::KeyPair::from_der(der).map_err(|_| KeyError::Inconsistent("RSA"))?;
    PrivateKey::from_pair(Pair::Rsa(pair))
}

/// Version and modulus size, if there are as many integers as there have to be.
fn rsa_shape(der: &[u8]) -> der::Result<(u64, u32)> {
    let mut fields = Fields::of(der)?;
    let version = unsigned(fields.next()?)?;
    let modulus_bits = unsigned_bits(fields.next()?)?;
    for _ in 0..7 {
        unsigned_bits(fields.next()?)?;
    }
    if version == 0 {
        fields.end()?;
    }
    Ok((version, modulus_bits))
}

/// `ECPrivateKey` (RFC 5915 §3).
struct Sec1<'a> {
    scalar: &'a [u8],
    parameters: Option<AnyRef<'a>>,
    public_key: Option<&'a [u8]>,
}

impl<'a> Sec1<'a> {
    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut fields = Fields::of(der)?;
        if unsigned(fields.next()?)? != 1 {
            return Err(Tag::Integer.value_error().into());
        }
        let scalar = octets(fields.next()?)?;
        let (mut parameters, mut public_key) = (None, None);
        while let Some(field) = fields.next_or_end()? {
            match field.tag() {
                Tag::ContextSpecific {
                    number,
                    constructed: true,
                } if number.value() == 0 => {
                    parameters = Some(AnyRef::from_der(field.value())?);
                }
                Tag::ContextSpecific {
                    number,
                    constructed: true,
                } if number.value() == 1 => {
                    public_key = Some(bits(AnyRef::from_der(field.value())?)?);
                }
                other => return Err(other.value_error().into()),
            }
        }
        Ok(Self {
            scalar,
            parameters,
            public_key,
        })
    }
}

/// Reads a DER `ECPrivateKey`. `parameters` is the DER of an `EC PARAMETERS` block ahead of it,
/// which counts only where the key itself does not name its curve.
pub(super) fn sec1(der: &[u8], parameters: Option<&[u8]>) -> Result<PrivateKey, KeyError> {
    let key = Sec1::read(der).map_err(|source| KeyError::damaged(SEC1, source))?;
    let beside = parameters
        .map(AnyRef::from_der)
        .transpose()
        .map_err(|source| KeyError::damaged("EC PARAMETERS block", source))?;
    let parameters = key.parameters.or(beside).ok_or(KeyError::CurveMissing)?;
    match oid(parameters) {
        Ok(oid) => match Curve::from_oid(&oid) {
            Some(curve) => on_curve(curve, key.scalar, key.public_key),
            None => Err(KeyError::UnsupportedKey(KeyAlgorithm::other(&oid))),
        },
        // Spelled out in the key itself; beside it nobody would compare it with the curve tried.
        Err(_) if key.parameters.is_some() => {
            explicit(|curve| EcdsaKeyPair::from_private_key_der(ecdsa_algorithm(curve), der).ok())
        }
        Err(_) => Err(KeyError::UnsupportedKey(KeyAlgorithm::other(EC))),
    }
}

/// Loads a private key on a named curve; a public half that is there has to be its own.
fn on_curve(curve: Curve, scalar: &[u8], stated: Option<&[u8]>) -> Result<PrivateKey, KeyError> {
    let scalar = padded(curve, scalar)?;
    // The shortest ECPrivateKey: from it the library computes the public half itself.
    let length = u8::try_from(scalar.len()).map_err(|_| KeyError::Malformed(SEC1))?;
    let mut bare = Zeroizing::new(Vec::with_capacity(scalar.len().saturating_add(7)));
    bare.extend_from_slice(&[
        0x30,
        length.saturating_add(5),
        0x02,
        0x01,
        0x01,
        0x04,
        length,
    ]);
    bare.extend_from_slice(&scalar);
    let computed = EcdsaKeyPair::from_private_key_der(ecdsa_algorithm(curve), &bare)
        .map_err(|_| KeyError::Inconsistent("elliptic curve"))?;
    canonical(curve, &scalar, computed.public_key().as_ref())?.with_public(stated)
}

/// Loads a key whose curve is spelled out, if it is one of the three after all.
fn explicit(load: impl Fn(Curve) -> Option<EcdsaKeyPair>) -> Result<PrivateKey, KeyError> {
    for curve in Curve::ALL {
        if let Some(pair) = load(curve) {
            let scalar: EcPrivateKeyBin<'_> = pair
                .private_key()
                .as_be_bytes()
                .map_err(|_| KeyError::Inconsistent("elliptic curve"))?;
            return canonical(curve, scalar.as_ref(), pair.public_key().as_ref());
        }
    }
    Err(KeyError::UnsupportedKey(KeyAlgorithm::other(EC)))
}

/// The same key whatever optional parts it was read with: named curve, uncompressed public half.
fn canonical(curve: Curve, scalar: &[u8], point: &[u8]) -> Result<PrivateKey, KeyError> {
    let algorithm = ecdsa_algorithm(curve);
    let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, point)
        .map_err(|_| KeyError::Inconsistent("elliptic curve"))?;
    PrivateKey::from_pair(Pair::Ec(curve, pair))
}

/// The private number in as many octets as the curve has (RFC 5915 §3); some writers drop zeros.
fn padded(curve: Curve, scalar: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut digits = scalar;
    while let Some((0, rest)) = digits.split_first() {
        digits = rest;
    }
    let zeros = curve
        .field_octets()
        .checked_sub(digits.len())
        .ok_or(KeyError::Malformed(SEC1))?;
    let mut padded = Zeroizing::new(Vec::with_capacity(curve.field_octets()));
    padded.resize(zeros, 0);
    padded.extend_from_slice(digits);
    Ok(padded)
}

/// `CurvePrivateKey` (RFC 8410 §7): an OCTET STRING inside the OCTET STRING.
fn ed25519(private_key: &[u8]) -> Result<PrivateKey, KeyError> {
    let seed = AnyRef::from_der(private_key)
        .and_then(octets)
        .map_err(|source| KeyError::damaged("Ed25519 private key", source))?;
    if seed.len() != 32 {
        return Err(KeyError::Malformed("Ed25519 private key"));
    }
    let pair =
        Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Inconsistent("Ed25519"))?;
    PrivateKey::from_pair(Pair::Ed25519(pair))
}

/// Whether a public half is the computed one; a point may also be compressed (SEC 1 §2.3.3).
fn same_point(stated: &[u8], computed: &[u8]) -> bool {
    match stated.split_first() {
        Some((sign @ (2 | 3), x)) if computed.len() == x.len().saturating_mul(2) + 1 => {
            computed.get(1..=x.len()) == Some(x)
                && computed.last().is_some_and(|last| last & 1 == sign & 1)
        }
        _ => stated == computed,
    }
}

/// The refusal of a DSA key, which has forms of its own.
pub(super) fn dsa() -> KeyError {
    KeyError::UnsupportedKey(KeyAlgorithm::other("1.2.840.10040.4.1"))
}
