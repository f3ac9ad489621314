//! Writing a private key: plain or encrypted PKCS#8 in PEM.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use der::Encode;
use der::asn1::OctetString;
use pkcs8::EncryptedPrivateKeyInfoOwned;
use pkcs8::pkcs5::{pbes2, scrypt};
use zeroize::Zeroizing;

use super::cipher::{Cipher, encrypt_aes256};
use super::error::KeyError;
use super::kdf::{ITERATION_BOUND, Kdf, Prf};
use super::passphrase::Passphrase;
use super::pem_text::encode;
use super::private::PrivateKey;

/// How a private key is encrypted: always PBES2 with AES-256-CBC (RFC 8018 §6.2), which openssl
/// 1.1 and newer, GnuTLS, NSS, Java and Python read; the key derivation can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// PBKDF2 with HMAC-SHA-256.
    Pbkdf2(Iterations),
    /// scrypt with N = 2^14, r = 8, p = 1: the most that openssl reads without being told to.
    Scrypt,
}

impl Default for Protection {
    /// PBKDF2 with 600,000 iterations.
    fn default() -> Self {
        Self::Pbkdf2(Iterations::default())
    }
}

/// A number of PBKDF2 iterations that is neither too cheap nor too dear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iterations(u32);

impl Iterations {
    /// The least: what OWASP's Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-256.
    pub const LEAST: u32 = 600_000;
    /// The most: what certmint accepts when it reads.
    pub const MOST: u32 = ITERATION_BOUND;

    /// A number between [`Iterations::LEAST`] and [`Iterations::MOST`].
    ///
    /// # Errors
    /// [`KeyError::IterationsOutOfRange`] for any other.
    pub fn new(iterations: u32) -> Result<Self, KeyError> {
        if (Self::LEAST..=Self::MOST).contains(&iterations) {
            Ok(Self(iterations))
        } else {
            Err(KeyError::IterationsOutOfRange {
                iterations,
                least: Self::LEAST,
                most: Self::MOST,
            })
        }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for Iterations {
    /// [`Iterations::LEAST`].
    fn default() -> Self {
        Self(Self::LEAST)
    }
}

const SALT_OCTETS: usize = 16;
const SCRYPT_LOG_COST: u8 = 14;
const SCRYPT_BLOCK_SIZE: u32 = 8;
const SCRYPT_PARALLELIZATION: u32 = 1;

impl PrivateKey {
    /// The key as unencrypted PKCS#8 PEM, `-----BEGIN PRIVATE KEY-----` (RFC 7468 §10).
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        encode("PRIVATE KEY", self.pkcs8_der().as_bytes())
    }

    /// The key as encrypted PKCS#8 PEM, `-----BEGIN ENCRYPTED PRIVATE KEY-----` (RFC 7468 §11).
    /// Deriving the cipher's key takes about a tenth of a second on purpose.
    ///
    /// # Errors
    /// [`KeyError::EmptyPassphrase`], and [`KeyError::NoRandomness`] when the system has no random
    /// numbers for the salt.
    pub fn to_encrypted_pem(
        &self,
        passphrase: &Passphrase,
        protection: &Protection,
    ) -> Result<Zeroizing<String>, KeyError> {
        if passphrase.is_empty() {
            return Err(KeyError::EmptyPassphrase);
        }
        let (salt, iv) = (random::<SALT_OCTETS>()?, random::<16>()?);
        let kdf = match protection {
            Protection::Pbkdf2(iterations) => {
                Kdf::pbkdf2(Prf::HmacSha256, &salt, u64::from(iterations.get()))?
            }
            Protection::Scrypt => Kdf::scrypt(
                &salt,
                1 << SCRYPT_LOG_COST,
                u64::from(SCRYPT_BLOCK_SIZE),
                u64::from(SCRYPT_PARALLELIZATION),
            )?,
        };
        let key = kdf.derive(passphrase, Cipher::Aes256.key_octets())?;
        let ciphertext = encrypt_aes256(&key, &iv, self.pkcs8_der().as_bytes())
            .ok_or(KeyError::Malformed("private key"))?;
        let der = envelope(protection, &salt, iv, ciphertext)?;
        Ok(encode("ENCRYPTED PRIVATE KEY", &der))
    }
}

fn random<const OCTETS: usize>() -> Result<[u8; OCTETS], KeyError> {
    let mut bytes = [0; OCTETS];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| KeyError::NoRandomness)?;
    Ok(bytes)
}

/// The `EncryptedPrivateKeyInfo` (RFC 5958 §3).
fn envelope(
    protection: &Protection,
    salt: &[u8; SALT_OCTETS],
    iv: [u8; 16],
    ciphertext: Vec<u8>,
) -> Result<Vec<u8>, KeyError> {
    let failed = |_| KeyError::Malformed("encrypted private key");
    let parameters = match protection {
        Protection::Pbkdf2(iterations) => {
            pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(iterations.get(), salt, iv)
        }
        Protection::Scrypt => {
            scrypt::Params::new(SCRYPT_LOG_COST, SCRYPT_BLOCK_SIZE, SCRYPT_PARALLELIZATION)
                .map_err(|_| KeyError::Malformed("set of scrypt parameters"))
                .map(|params| pbes2::Parameters::generate_scrypt_aes256cbc(params, salt, iv))?
        }
    }
    .map_err(failed)?;
    let damaged = |source| KeyError::damaged("encrypted private key", source);
    EncryptedPrivateKeyInfoOwned {
        encryption_algorithm: parameters.into(),
        encrypted_data: OctetString::new(ciphertext).map_err(damaged)?,
    }
    .to_der()
    .map_err(damaged)
}
