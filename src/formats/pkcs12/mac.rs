//! The MAC over a file: RFC 7292 §4 (HMAC with PKCS#12's key derivation) and RFC 9579 (PBMAC1).

use std::num::NonZeroU32;

use aws_lc_rs::{digest, hmac, pbkdf2};
use der::asn1::ObjectIdentifier as Oid;
use zeroize::Zeroizing;

use super::kdf::{Purpose, derive};
use super::limits::Budget;
use super::password::Form;
use super::scheme::{Pbkdf2, iterations, named};
use super::{MacFacts, Pkcs12Error, names};
use crate::formats::ber::{self, Element, INTEGER, OCTET_STRING, SEQUENCE};

const ROLE: &str = "MAC";
const PART: &str = "the MAC";

/// RFC 9579 §4 asks for a key of at least 20 bytes.
const MIN_PBMAC1_KEY: u64 = 20;
/// No HMAC gains from a longer key than its block.
const MAX_PBMAC1_KEY: u64 = 128;

/// The MacData of a file.
pub(super) struct Mac {
    key: Key,
    value: Zeroizing<Vec<u8>>,
}

enum Key {
    Traditional {
        digest: Oid,
        salt: Zeroizing<Vec<u8>>,
        iterations: u64,
    },
    Pbmac1 {
        derivation: Pbkdf2,
        hmac: Oid,
    },
    Unknown(Oid),
}

impl Mac {
    pub(super) fn parse(mac_data: &Element<'_>) -> Result<Self, Pkcs12Error> {
        let damaged = |source| Pkcs12Error::Damaged { part: PART, source };
        let mut parts = mac_data.inside();
        let info = parts.expect(SEQUENCE, "a DigestInfo").map_err(damaged)?;
        let salt = parts
            .next()
            .map_err(damaged)?
            .ok_or(ber::BerError::Missing("the salt of the MAC"))
            .and_then(|salt| salt.octets())
            .map_err(damaged)?;
        let count = parts.optional(&[INTEGER]).map_err(damaged)?;

        let mut parts = info.inside();
        let algorithm = parts
            .expect(SEQUENCE, "a digest algorithm")
            .map_err(damaged)?;
        let value = parts
            .next()
            .map_err(damaged)?
            .ok_or(ber::BerError::Missing("the value of the MAC"))
            .and_then(|value| value.octets())
            .map_err(damaged)?;
        let mut algorithm = algorithm.inside();
        let oid =
            ber::read_object_identifier(&mut algorithm, "a digest algorithm").map_err(damaged)?;
        let key = match oid {
            names::PBMAC1 => {
                let parameters = algorithm
                    .expect(SEQUENCE, "PBMAC1 parameters")
                    .map_err(damaged)?;
                Self::pbmac1(&parameters)?
            }
            names::SHA1 | names::SHA224 | names::SHA256 | names::SHA384 | names::SHA512 => {
                Key::Traditional {
                    digest: oid,
                    salt,
                    // DEFAULT 1, RFC 7292 §4
                    iterations: match count {
                        Some(count) => iterations(&mut ber::Reader::over(count.raw))?,
                        None => 1,
                    },
                }
            }
            _ => Key::Unknown(oid),
        };
        Ok(Self { key, value })
    }

    fn pbmac1(parameters: &Element<'_>) -> Result<Key, Pkcs12Error> {
        let damaged = |source| Pkcs12Error::Damaged {
            part: "the PBMAC1 parameters",
            source,
        };
        let mut parts = parameters.inside();
        let derivation = parts
            .expect(SEQUENCE, "a key derivation")
            .map_err(damaged)?;
        let scheme = parts.expect(SEQUENCE, "a MAC scheme").map_err(damaged)?;
        let hmac =
            ber::read_object_identifier(&mut scheme.inside(), "a MAC scheme").map_err(damaged)?;
        let mut parts = derivation.inside();
        let oid = ber::read_object_identifier(&mut parts, "a key derivation").map_err(damaged)?;
        if oid != names::PBKDF2 {
            return Err(Pkcs12Error::unsupported("key derivation of the MAC", &oid));
        }
        let parameters = parts
            .expect(SEQUENCE, "PBKDF2 parameters")
            .map_err(damaged)?;
        Ok(Key::Pbmac1 {
            derivation: Pbkdf2::parse(&parameters)?,
            hmac,
        })
    }

    /// What to tell people about it.
    pub(super) fn describe(&self) -> MacFacts {
        match &self.key {
            Key::Traditional {
                digest,
                salt,
                iterations,
            } => MacFacts {
                name: format!("HMAC-{}, PKCS#12 key derivation", named(digest)),
                iterations: Some(*iterations),
                salt_length: salt.len(),
            },
            Key::Pbmac1 { derivation, hmac } => MacFacts {
                name: format!(
                    "PBMAC1, {}, PBKDF2 with {}",
                    named(hmac),
                    named(&derivation.prf)
                ),
                iterations: Some(derivation.iterations),
                salt_length: derivation.salt.len(),
            },
            Key::Unknown(oid) => MacFacts {
                name: named(oid),
                iterations: None,
                salt_length: 0,
            },
        }
    }

    /// Whether the MAC over `content` fits this form of the password.
    pub(super) fn fits(
        &self,
        form: &Form<'_>,
        content: &[u8],
        budget: &mut Budget,
    ) -> Result<bool, Pkcs12Error> {
        let (algorithm, key) = match &self.key {
            Key::Unknown(oid) => return Err(Pkcs12Error::unsupported(ROLE, oid)),
            Key::Traditional {
                digest,
                salt,
                iterations,
            } => {
                let digest = traditional(digest)?;
                budget.spend(*iterations)?;
                let length = digest.digest_algorithm().output_len();
                let key = derive(
                    digest.digest_algorithm(),
                    &form.bmp(),
                    salt,
                    Purpose::Mac,
                    *iterations,
                    length,
                );
                (digest, key)
            }
            Key::Pbmac1 { derivation, hmac } => {
                let algorithm = keyed(hmac)?;
                (algorithm, pbmac1_key(derivation, form, budget)?)
            }
        };
        let key = hmac::Key::new(algorithm, &key);
        Ok(hmac::verify(&key, content, &self.value).is_ok())
    }
}

fn pbmac1_key(
    derivation: &Pbkdf2,
    form: &Form<'_>,
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    let length = derivation.key_length.unwrap_or(0);
    if !(MIN_PBMAC1_KEY..=MAX_PBMAC1_KEY).contains(&length) {
        return Err(Pkcs12Error::Invalid(format!(
            "the PBMAC1 key is {length} bytes long (from {MIN_PBMAC1_KEY} to {MAX_PBMAC1_KEY} are allowed)"
        )));
    }
    let algorithm = match derivation.prf {
        names::HMAC_SHA1 => pbkdf2::PBKDF2_HMAC_SHA1,
        names::HMAC_SHA256 => pbkdf2::PBKDF2_HMAC_SHA256,
        names::HMAC_SHA384 => pbkdf2::PBKDF2_HMAC_SHA384,
        names::HMAC_SHA512 => pbkdf2::PBKDF2_HMAC_SHA512,
        _ => {
            return Err(Pkcs12Error::unsupported(
                "pseudo-random function of the MAC",
                &derivation.prf,
            ));
        }
    };
    budget.spend(derivation.iterations)?;
    // Within the limit just checked, and at least 1 since parsing.
    let iterations = u32::try_from(derivation.iterations)
        .ok()
        .and_then(NonZeroU32::new)
        .unwrap_or(NonZeroU32::MIN);
    let mut key = Zeroizing::new(vec![0; usize::try_from(length).unwrap_or(0)]);
    pbkdf2::derive(
        algorithm,
        iterations,
        &derivation.salt,
        form.utf8(),
        &mut key,
    );
    Ok(key)
}

/// The HMAC over a digest.
fn traditional(digest: &Oid) -> Result<hmac::Algorithm, Pkcs12Error> {
    match *digest {
        names::SHA1 => Ok(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        names::SHA224 => Ok(hmac::HMAC_SHA224),
        names::SHA256 => Ok(hmac::HMAC_SHA256),
        names::SHA384 => Ok(hmac::HMAC_SHA384),
        names::SHA512 => Ok(hmac::HMAC_SHA512),
        _ => Err(Pkcs12Error::unsupported(ROLE, digest)),
    }
}

/// The HMAC of an HMAC's own identifier.
fn keyed(oid: &Oid) -> Result<hmac::Algorithm, Pkcs12Error> {
    match *oid {
        names::HMAC_SHA1 => Ok(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        names::HMAC_SHA224 => Ok(hmac::HMAC_SHA224),
        names::HMAC_SHA256 => Ok(hmac::HMAC_SHA256),
        names::HMAC_SHA384 => Ok(hmac::HMAC_SHA384),
        names::HMAC_SHA512 => Ok(hmac::HMAC_SHA512),
        _ => Err(Pkcs12Error::unsupported(ROLE, oid)),
    }
}

/// The digests that files are written with.
#[derive(Debug, Clone, Copy)]
pub(super) enum WrittenDigest {
    Sha1,
    Sha256,
}

/// A MacData over `content`, in DER.
pub(super) fn write(
    written: WrittenDigest,
    form: &Form<'_>,
    salt: &[u8],
    iterations: u64,
    content: &[u8],
) -> Vec<u8> {
    let (oid, algorithm): (Oid, &'static digest::Algorithm) = match written {
        WrittenDigest::Sha1 => (names::SHA1, &digest::SHA1_FOR_LEGACY_USE_ONLY),
        WrittenDigest::Sha256 => (names::SHA256, &digest::SHA256),
    };
    let hmac = match written {
        WrittenDigest::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        WrittenDigest::Sha256 => hmac::HMAC_SHA256,
    };
    let key = derive(
        algorithm,
        &form.bmp(),
        salt,
        Purpose::Mac,
        iterations,
        algorithm.output_len(),
    );
    let value = hmac::sign(&hmac::Key::new(hmac, &key), content);
    // The parameters of a digest are NULL where a signature or MAC names it (RFC 8017 appendix B.1).
    let algorithm = ber::tlv(SEQUENCE, &[&ber::object_identifier(&oid), &[0x05, 0x00]]);
    let info = ber::tlv(
        SEQUENCE,
        &[&algorithm, &ber::tlv(OCTET_STRING, &[value.as_ref()])],
    );
    ber::tlv(
        SEQUENCE,
        &[
            &info,
            &ber::tlv(OCTET_STRING, &[salt]),
            &ber::integer(iterations),
        ],
    )
}
