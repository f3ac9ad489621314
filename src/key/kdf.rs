//! From a passphrase to a cipher's key: PBKDF2 (RFC 8018 §5.2) and scrypt (RFC 7914).

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{
    self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512,
};
use pkcs8::pkcs5::scrypt;
use zeroize::Zeroizing;

use super::error::KeyError;
use super::passphrase::Passphrase;

/// PBKDF2 iterations that a file may ask for: about two seconds. RFC 8018 §4.2 names this number
/// as fit for especially critical keys.
pub(super) const ITERATION_BOUND: u32 = 10_000_000;
/// Memory that scrypt may take, in octets: eight times what openssl allows.
const SCRYPT_MEMORY_BOUND: u64 = 256 * 1024 * 1024;
/// Work N·r·p that scrypt may take: about three seconds, 64 times what openssl writes.
const SCRYPT_WORK_BOUND: u64 = 1 << 23;

/// A key derivation whose cost was found bearable.
pub(super) enum Kdf {
    Pbkdf2 {
        prf: Prf,
        salt: Vec<u8>,
        iterations: NonZeroU32,
    },
    Scrypt {
        salt: Vec<u8>,
        params: scrypt::Params,
    },
}

/// The pseudo-random function of PBKDF2.
#[derive(Clone, Copy)]
pub(super) enum Prf {
    HmacSha1,
    HmacSha256,
    HmacSha384,
    HmacSha512,
}

impl Prf {
    /// By object identifier (RFC 8018 appendix B.1).
    pub(super) fn from_oid(oid: &str) -> Option<Self> {
        Some(match oid {
            "1.2.840.113549.2.7" => Self::HmacSha1,
            "1.2.840.113549.2.9" => Self::HmacSha256,
            "1.2.840.113549.2.10" => Self::HmacSha384,
            "1.2.840.113549.2.11" => Self::HmacSha512,
            _ => return None,
        })
    }
}

impl Kdf {
    pub(super) fn pbkdf2(prf: Prf, salt: &[u8], iterations: u64) -> Result<Self, KeyError> {
        let too_many = || KeyError::TooManyIterations {
            iterations,
            bound: u64::from(ITERATION_BOUND),
        };
        if iterations > u64::from(ITERATION_BOUND) {
            return Err(too_many());
        }
        let iterations = u32::try_from(iterations).map_err(|_| too_many())?;
        let iterations =
            NonZeroU32::new(iterations).ok_or(KeyError::Malformed("PBKDF2 iteration count"))?;
        Ok(Self::Pbkdf2 {
            prf,
            salt: salt.to_vec(),
            iterations,
        })
    }

    pub(super) fn scrypt(
        salt: &[u8],
        cost: u64,
        block_size: u64,
        parallelization: u64,
    ) -> Result<Self, KeyError> {
        const MALFORMED: KeyError = KeyError::Malformed("set of scrypt parameters");
        // N is a power of two greater than 1 (RFC 7914 §2).
        if !cost.is_power_of_two() || cost < 2 || block_size == 0 || parallelization == 0 {
            return Err(MALFORMED);
        }
        // Both the table of N and the p blocks are r·128 octets each.
        let memory = cost
            .max(parallelization)
            .saturating_mul(block_size)
            .saturating_mul(128);
        let work = cost
            .saturating_mul(block_size)
            .saturating_mul(parallelization);
        if memory > SCRYPT_MEMORY_BOUND || work > SCRYPT_WORK_BOUND {
            return Err(KeyError::ScryptTooCostly {
                cost,
                block_size,
                parallelization,
                memory_bound: SCRYPT_MEMORY_BOUND,
                work_bound: SCRYPT_WORK_BOUND,
            });
        }
        let log_cost = u8::try_from(cost.trailing_zeros()).map_err(|_| MALFORMED)?;
        let block_size = u32::try_from(block_size).map_err(|_| MALFORMED)?;
        let parallelization = u32::try_from(parallelization).map_err(|_| MALFORMED)?;
        let params =
            scrypt::Params::new(log_cost, block_size, parallelization).map_err(|_| MALFORMED)?;
        Ok(Self::Scrypt {
            salt: salt.to_vec(),
            params,
        })
    }

    /// Derives a key of so many octets. This takes the time that the parameters ask for.
    pub(super) fn derive(
        &self,
        passphrase: &Passphrase,
        octets: usize,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut key = Zeroizing::new(vec![0; octets]);
        match self {
            Self::Pbkdf2 {
                prf,
                salt,
                iterations,
            } => {
                let algorithm = match prf {
                    Prf::HmacSha1 => PBKDF2_HMAC_SHA1,
                    Prf::HmacSha256 => PBKDF2_HMAC_SHA256,
                    Prf::HmacSha384 => PBKDF2_HMAC_SHA384,
                    Prf::HmacSha512 => PBKDF2_HMAC_SHA512,
                };
                pbkdf2::derive(
                    algorithm,
                    *iterations,
                    salt,
                    passphrase.as_bytes(),
                    &mut key,
                );
            }
            Self::Scrypt { salt, params } => {
                scrypt::scrypt(passphrase.as_bytes(), salt, params, &mut key)
                    .map_err(|_| KeyError::Malformed("set of scrypt parameters"))?;
            }
        }
        Ok(key)
    }
}
