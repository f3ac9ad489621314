//! Password-based encryption schemes: their parameters, and decrypting with them.
//!
//! RFC 7292 appendix C (PKCS#12's own) and RFC 8018 §6.2 (PBES2). Parameters are read and bounded
//! here before the crate `pkcs5` sees them.

use der::Decode;
use der::asn1::ObjectIdentifier as Oid;
use pkcs8::pkcs5::pbes2;
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::limits::{Budget, MAX_SCRYPT_MEMORY};
use super::password::Form;
use super::{Encryption, Pkcs12Error, names};
use crate::formats::ber::{self, BerError, Element, INTEGER, OCTET_STRING, SEQUENCE};

const ROLE: &str = "encryption";
const PART: &str = "an encryption algorithm";

/// An AlgorithmIdentifier of an encryption, understood.
#[derive(Debug)]
pub(super) struct Scheme {
    oid: Oid,
    parameters: Parameters,
}

#[derive(Debug)]
enum Parameters {
    /// A single scheme with salt and iterations; `None` for a cipher that is not supported.
    Single {
        cipher: Option<Cipher>,
        salt: Vec<u8>,
        iterations: u64,
    },
    Pbes2 {
        der: Zeroizing<Vec<u8>>,
        derivation: Derivation,
        cipher: Oid,
        initialization_vector: Option<usize>,
    },
    Unknown,
}

#[derive(Debug)]
enum Derivation {
    Pbkdf2 { prf: Oid, iterations: u64 },
    Scrypt { cost: u64, block: u64, lanes: u64 },
    Unknown(Oid),
}

impl Scheme {
    /// Reads an AlgorithmIdentifier. Unknown algorithms are kept to be named.
    pub(super) fn parse(algorithm: &Element<'_>) -> Result<Self, Pkcs12Error> {
        let damaged = |source| Pkcs12Error::Damaged { part: PART, source };
        let mut parts = algorithm.inside();
        let oid = ber::read_object_identifier(&mut parts, PART).map_err(damaged)?;
        let parameters = if oid == names::PBES2 {
            Self::pbes2(
                &parts
                    .expect(SEQUENCE, "PBES2 parameters")
                    .map_err(damaged)?,
            )?
        } else if is_single(&oid) {
            Self::single(
                &oid,
                &parts.expect(SEQUENCE, "PBE parameters").map_err(damaged)?,
            )?
        } else {
            Parameters::Unknown
        };
        Ok(Self { oid, parameters })
    }

    fn single(oid: &Oid, parameters: &Element<'_>) -> Result<Parameters, Pkcs12Error> {
        let mut parts = parameters.inside();
        let salt = octets(&mut parts)?;
        let iterations = iterations(&mut parts)?;
        Ok(Parameters::Single {
            cipher: Cipher::of(oid),
            salt,
            iterations,
        })
    }

    fn pbes2(parameters: &Element<'_>) -> Result<Parameters, Pkcs12Error> {
        let damaged = |source| Pkcs12Error::Damaged { part: PART, source };
        let der = ber::to_der(parameters).map_err(damaged)?;
        let mut parts = parameters.inside();
        let derivation = parts
            .expect(SEQUENCE, "a key derivation")
            .map_err(damaged)?;
        let derivation = Derivation::parse(&derivation)?;
        let encryption = parts.expect(SEQUENCE, "a cipher").map_err(damaged)?;
        let mut parts = encryption.inside();
        let cipher = ber::read_object_identifier(&mut parts, "a cipher").map_err(damaged)?;
        let vector = parts
            .optional(&[OCTET_STRING])
            .map_err(damaged)?
            .map(|vector| vector.content.len());
        Ok(Parameters::Pbes2 {
            der,
            derivation,
            cipher,
            initialization_vector: vector,
        })
    }

    /// What to tell people about it.
    pub(super) fn describe(&self) -> Encryption {
        let (name, iterations) = match &self.parameters {
            Parameters::Single { iterations, .. } => (
                names::name_or_unknown(&self.oid).to_owned(),
                Some(*iterations),
            ),
            Parameters::Pbes2 {
                derivation, cipher, ..
            } => {
                let cipher = named(cipher);
                match derivation {
                    Derivation::Pbkdf2 { prf, iterations } => (
                        format!("PBES2, {cipher}, PBKDF2 with {}", named(prf)),
                        Some(*iterations),
                    ),
                    Derivation::Scrypt { cost, block, lanes } => (
                        format!("PBES2, {cipher}, scrypt with N={cost} r={block} p={lanes}"),
                        None,
                    ),
                    Derivation::Unknown(oid) => (format!("PBES2, {cipher}, {}", named(oid)), None),
                }
            }
            Parameters::Unknown => (names::name_or_unknown(&self.oid).to_owned(), None),
        };
        Encryption {
            name,
            oid: self.oid.to_string(),
            iterations,
        }
    }

    /// Decrypts with one form of the password; `None` when the padding says that it was the wrong
    /// one. Work is bounded before it begins.
    pub(super) fn decrypt(
        &self,
        form: &Form<'_>,
        ciphertext: &[u8],
        budget: &mut Budget,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Pkcs12Error> {
        match &self.parameters {
            Parameters::Unknown | Parameters::Single { cipher: None, .. } => {
                Err(Pkcs12Error::unsupported(ROLE, &self.oid))
            }
            Parameters::Single {
                cipher: Some(cipher),
                salt,
                iterations,
            } => {
                budget.spend(*iterations)?;
                Ok(cipher.decrypt(&form.bmp(), salt, *iterations, ciphertext))
            }
            Parameters::Pbes2 {
                der,
                derivation,
                cipher,
                initialization_vector,
            } => {
                check_cipher(cipher, *initialization_vector)?;
                derivation.admit(budget)?;
                let parameters = pbes2::Parameters::from_der(der)
                    .map_err(|error| Pkcs12Error::Invalid(format!("PBES2 parameters: {error}")))?;
                match parameters.decrypt(form.utf8(), ciphertext) {
                    Ok(plaintext) => Ok(Some(Zeroizing::new(plaintext))),
                    Err(pkcs8::pkcs5::Error::DecryptFailed) => Ok(None),
                    Err(error) => Err(Pkcs12Error::Invalid(format!("PBES2: {error}"))),
                }
            }
        }
    }
}

impl Derivation {
    fn parse(algorithm: &Element<'_>) -> Result<Self, Pkcs12Error> {
        let damaged = |source| Pkcs12Error::Damaged { part: PART, source };
        let mut parts = algorithm.inside();
        let oid = ber::read_object_identifier(&mut parts, "a key derivation").map_err(damaged)?;
        match oid {
            names::PBKDF2 => {
                let parameters = parts
                    .expect(SEQUENCE, "PBKDF2 parameters")
                    .map_err(damaged)?;
                let parameters = Pbkdf2::parse(&parameters)?;
                Ok(Self::Pbkdf2 {
                    prf: parameters.prf,
                    iterations: parameters.iterations,
                })
            }
            names::SCRYPT => {
                let parameters = parts
                    .expect(SEQUENCE, "scrypt parameters")
                    .map_err(damaged)?;
                let mut parts = parameters.inside();
                octets(&mut parts)?;
                Ok(Self::Scrypt {
                    cost: iterations(&mut parts)?,
                    block: iterations(&mut parts)?,
                    lanes: iterations(&mut parts)?,
                })
            }
            _ => Ok(Self::Unknown(oid)),
        }
    }

    /// Refuses what is unknown or too expensive.
    fn admit(&self, budget: &mut Budget) -> Result<(), Pkcs12Error> {
        match self {
            Self::Pbkdf2 { prf, iterations } => match *prf {
                names::HMAC_SHA1
                | names::HMAC_SHA224
                | names::HMAC_SHA256
                | names::HMAC_SHA384
                | names::HMAC_SHA512 => budget.spend(*iterations),
                _ => Err(Pkcs12Error::unsupported(
                    "pseudo-random function of the encryption",
                    prf,
                )),
            },
            Self::Scrypt { cost, block, lanes } => {
                // RFC 7914 §2: 128·r·N bytes, and 128·r·p for the lanes.
                let memory = block
                    .saturating_mul((*cost).max(*lanes))
                    .saturating_mul(128);
                if memory > MAX_SCRYPT_MEMORY {
                    return Err(Pkcs12Error::TooMuchMemory {
                        bytes: memory,
                        limit: MAX_SCRYPT_MEMORY,
                    });
                }
                budget.spend(cost.saturating_mul(*block).saturating_mul(*lanes))
            }
            Self::Unknown(oid) => Err(Pkcs12Error::unsupported(
                "key derivation of the encryption",
                oid,
            )),
        }
    }
}

/// PBKDF2-params, RFC 8018 appendix A.2.
pub(super) struct Pbkdf2 {
    pub(super) salt: Vec<u8>,
    pub(super) iterations: u64,
    pub(super) key_length: Option<u64>,
    pub(super) prf: Oid,
}

impl Pbkdf2 {
    pub(super) fn parse(parameters: &Element<'_>) -> Result<Self, Pkcs12Error> {
        let damaged = |source| Pkcs12Error::Damaged {
            part: "a PBKDF2 parameter",
            source,
        };
        let mut parts = parameters.inside();
        let salt = octets(&mut parts)?;
        let iterations = iterations(&mut parts)?;
        let key_length = match parts.optional(&[INTEGER]).map_err(damaged)? {
            Some(length) => Some(length.unsigned().ok_or_else(|| {
                Pkcs12Error::Invalid("impossible key length of PBKDF2".to_owned())
            })?),
            None => None,
        };
        let prf = match parts.optional(&[SEQUENCE]).map_err(damaged)? {
            Some(algorithm) => {
                ber::read_object_identifier(&mut algorithm.inside(), "a pseudo-random function")
                    .map_err(damaged)?
            }
            None => names::HMAC_SHA1,
        };
        Ok(Self {
            salt,
            iterations,
            key_length,
            prf,
        })
    }
}

/// The ciphers of PBES2 that are supported, and the initialization vector that each must have:
/// the crate below slices a DES vector without looking at its length.
fn check_cipher(cipher: &Oid, vector: Option<usize>) -> Result<(), Pkcs12Error> {
    let expected = match *cipher {
        names::AES_128_CBC | names::AES_192_CBC | names::AES_256_CBC => 16,
        names::DES_EDE3_CBC | names::DES_CBC => 8,
        _ => return Err(Pkcs12Error::unsupported("cipher", cipher)),
    };
    if vector == Some(expected) {
        Ok(())
    } else {
        Err(Pkcs12Error::Invalid(format!(
            "initialization vector of {} is not {expected} bytes long",
            named(cipher)
        )))
    }
}

/// The schemes whose parameters are salt and iterations.
fn is_single(oid: &Oid) -> bool {
    matches!(
        *oid,
        names::PBE_RC4_128
            | names::PBE_RC4_40
            | names::PBE_3DES
            | names::PBE_2DES
            | names::PBE_RC2_128
            | names::PBE_RC2_40
            | names::PBE_MD2_DES
            | names::PBE_MD5_DES
            | names::PBE_MD2_RC2
            | names::PBE_MD5_RC2
            | names::PBE_SHA1_DES
            | names::PBE_SHA1_RC2
    )
}

/// The name, or the dotted object identifier.
pub(super) fn named(oid: &Oid) -> String {
    names::name(oid).map_or_else(|| oid.to_string(), str::to_owned)
}

fn octets(parts: &mut ber::Reader<'_>) -> Result<Vec<u8>, Pkcs12Error> {
    let salt = parts
        .expect(OCTET_STRING, "a salt")
        .map_err(Pkcs12Error::damaged("a salt"))?;
    Ok(salt.content.to_vec())
}

/// A count of at least 1.
pub(super) fn iterations(parts: &mut ber::Reader<'_>) -> Result<u64, Pkcs12Error> {
    let count = parts
        .expect(INTEGER, "an iteration count")
        .map_err(Pkcs12Error::damaged("an iteration count"))?;
    match count.unsigned() {
        None | Some(0) => Err(Pkcs12Error::Damaged {
            part: "an iteration count",
            source: BerError::Content("an iteration count"),
        }),
        Some(count) => Ok(count),
    }
}
