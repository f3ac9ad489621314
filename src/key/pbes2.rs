//! Encrypted PKCS#8 (RFC 5958 §3) with PBES2 (RFC 8018 §6.2), for reading.
//!
//! Read here and not with the `pkcs5` crate: the parameters have to be judged before anything is
//! derived from them, a refusal has to name the algorithm, and that crate panics on some bytes.

use zeroize::Zeroizing;

use super::cipher::{Cipher, CipherError};
use super::error::KeyError;
use super::kdf::{Kdf, Prf};
use super::names::protection_name;
use super::passphrase::Passphrase;
use super::private::PrivateKey;
use super::structure::{AlgorithmIdentifier, Fields, is_whole_sequence, octets, unsigned};

const WHAT: &str = "encrypted PKCS#8 private key";
const PBES2: &str = "1.2.840.113549.1.5.13";
const PBKDF2: &str = "1.2.840.113549.1.5.12";
const SCRYPT: &str = "1.3.6.1.4.1.11591.4.11";

/// An encrypted PKCS#8 key whose encryption is supported and whose cost is bearable.
pub(super) struct EncryptedKey {
    kdf: Kdf,
    cipher: Cipher,
    initialisation_vector: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl EncryptedKey {
    /// Reads the DER of an `EncryptedPrivateKeyInfo`; nothing is derived yet.
    pub(super) fn read(der: &[u8]) -> Result<Self, KeyError> {
        let damaged = |source| KeyError::damaged(WHAT, source);
        let (scheme, ciphertext) = split(der).map_err(damaged)?;
        if scheme.oid != PBES2 {
            return Err(unsupported(&scheme.oid));
        }
        let (kdf, encryption) = pbes2_parameters(&scheme).map_err(damaged)?;
        let cipher =
            Cipher::from_oid(&encryption.oid).ok_or_else(|| unsupported(&encryption.oid))?;
        let initialisation_vector = encryption
            .parameters
            .and_then(|parameters| octets(parameters).ok())
            .filter(|vector| vector.len() == cipher.block_octets())
            .ok_or(KeyError::Malformed(WHAT))?
            .to_vec();
        let kdf = match kdf.oid.as_str() {
            PBKDF2 => Pbkdf2Fields::read(&kdf).map_err(damaged)?.judge(cipher)?,
            SCRYPT => ScryptFields::read(&kdf).map_err(damaged)?.judge(cipher)?,
            other => return Err(unsupported(other)),
        };
        Ok(Self {
            kdf,
            cipher,
            initialisation_vector,
            ciphertext: ciphertext.to_vec(),
        })
    }

    /// Decrypts and checks the key.
    pub(super) fn unlock(&self, passphrase: &Passphrase) -> Result<PrivateKey, KeyError> {
        let key = self.kdf.derive(passphrase, self.cipher.key_octets())?;
        let der = opened(
            self.cipher
                .decrypt(&key, &self.initialisation_vector, &self.ciphertext),
        )?;
        PrivateKey::from_pkcs8_der(&der).map_err(inside)
    }
}

/// Tells the wrong passphrase from damage: bytes decrypted with the wrong key are hardly ever
/// padded well and in addition one whole SEQUENCE.
pub(super) fn opened(
    decrypted: Result<Zeroizing<Vec<u8>>, CipherError>,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    match decrypted {
        Ok(der) if is_whole_sequence(&der) => Ok(der),
        Ok(_) | Err(CipherError::Padding) => Err(KeyError::WrongPassphrase),
        Err(CipherError::Length) => Err(KeyError::Malformed("encrypted private key")),
    }
}

/// Damage inside of what a passphrase opened is not the passphrase's fault; a kind of key that is
/// not supported is no damage.
pub(super) fn inside(error: KeyError) -> KeyError {
    match error {
        KeyError::Damaged { .. }
        | KeyError::Malformed(_)
        | KeyError::Inconsistent(_)
        | KeyError::NoPrivateKey => KeyError::DamagedInside(Box::new(error)),
        other => other,
    }
}

fn unsupported(oid: &str) -> KeyError {
    KeyError::UnsupportedProtection {
        name: protection_name(oid)
            .unwrap_or("unknown algorithm")
            .to_owned(),
        identifier: oid.to_owned(),
    }
}

fn split(der: &[u8]) -> der::Result<(AlgorithmIdentifier<'_>, &[u8])> {
    let mut fields = Fields::of(der)?;
    let scheme = AlgorithmIdentifier::read(fields.next()?)?;
    let ciphertext = octets(fields.next()?)?;
    fields.end()?;
    Ok((scheme, ciphertext))
}

/// `PBES2-params` (RFC 8018 appendix A.4).
fn pbes2_parameters<'a>(
    scheme: &AlgorithmIdentifier<'a>,
) -> der::Result<(AlgorithmIdentifier<'a>, AlgorithmIdentifier<'a>)> {
    let mut fields = scheme.parameter_fields()?;
    let kdf = AlgorithmIdentifier::read(fields.next()?)?;
    let encryption = AlgorithmIdentifier::read(fields.next()?)?;
    fields.end()?;
    Ok((kdf, encryption))
}

/// `PBKDF2-params` (RFC 8018 appendix A.2).
struct Pbkdf2Fields<'a> {
    salt: &'a [u8],
    iterations: u64,
    key_octets: Option<u64>,
    prf: Option<AlgorithmIdentifier<'a>>,
}

impl<'a> Pbkdf2Fields<'a> {
    fn read(kdf: &AlgorithmIdentifier<'a>) -> der::Result<Self> {
        let mut fields = kdf.parameter_fields()?;
        let salt = octets(fields.next()?)?;
        let iterations = unsigned(fields.next()?)?;
        let (mut key_octets, mut prf) = (None, None);
        if let Some(field) = fields.next_or_end()? {
            match AlgorithmIdentifier::read(field) {
                Ok(identifier) => prf = Some(identifier),
                Err(_) => {
                    key_octets = Some(unsigned(field)?);
                    prf = fields
                        .next_or_end()?
                        .map(AlgorithmIdentifier::read)
                        .transpose()?;
                }
            }
        }
        fields.end()?;
        Ok(Self {
            salt,
            iterations,
            key_octets,
            prf,
        })
    }

    fn judge(self, cipher: Cipher) -> Result<Kdf, KeyError> {
        right_key_size(self.key_octets, cipher)?;
        let prf = match self.prf {
            Some(prf) => Prf::from_oid(&prf.oid).ok_or_else(|| unsupported(&prf.oid))?,
            None => Prf::HmacSha1,
        };
        Kdf::pbkdf2(prf, self.salt, self.iterations)
    }
}

/// `scrypt-params` (RFC 7914 §7.1).
struct ScryptFields<'a> {
    salt: &'a [u8],
    cost: u64,
    block_size: u64,
    parallelization: u64,
    key_octets: Option<u64>,
}

impl<'a> ScryptFields<'a> {
    fn read(kdf: &AlgorithmIdentifier<'a>) -> der::Result<Self> {
        let mut fields = kdf.parameter_fields()?;
        let salt = octets(fields.next()?)?;
        let cost = unsigned(fields.next()?)?;
        let block_size = unsigned(fields.next()?)?;
        let parallelization = unsigned(fields.next()?)?;
        let key_octets = fields.next_or_end()?.map(unsigned).transpose()?;
        fields.end()?;
        Ok(Self {
            salt,
            cost,
            block_size,
            parallelization,
            key_octets,
        })
    }

    fn judge(self, cipher: Cipher) -> Result<Kdf, KeyError> {
        right_key_size(self.key_octets, cipher)?;
        Kdf::scrypt(self.salt, self.cost, self.block_size, self.parallelization)
    }
}

/// A key length that is stated has to be the cipher's.
fn right_key_size(stated: Option<u64>, cipher: Cipher) -> Result<(), KeyError> {
    match stated {
        Some(octets) if usize::try_from(octets) != Ok(cipher.key_octets()) => {
            Err(KeyError::Malformed(WHAT))
        }
        _ => Ok(()),
    }
}
