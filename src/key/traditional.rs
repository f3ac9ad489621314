//! Keys that old openssl encrypted itself: PEM with `Proc-Type: 4,ENCRYPTED` and `DEK-Info`
//! (RFC 1421 §4.6.1.1 and .3, with OpenSSL's key derivation `EVP_BytesToKey`).

use md5::{Digest, Md5};
use zeroize::{Zeroize, Zeroizing};

use super::cipher::Cipher;
use super::error::KeyError;
use super::passphrase::Passphrase;
use super::pbes2::opened;
use super::pem_text::PemBlock;

/// Longer names of ciphers are none.
const NAME_BOUND: usize = 40;
/// OpenSSL takes the first eight octets of the initialisation vector for the salt.
const SALT_OCTETS: usize = 8;

/// An encrypted PKCS #1 or SEC 1 key.
pub(super) struct TraditionalKey {
    cipher: Cipher,
    initialisation_vector: Vec<u8>,
    ciphertext: Zeroizing<Vec<u8>>,
}

impl TraditionalKey {
    /// Reads a PEM block that says of itself that it is encrypted; `None` for any other.
    pub(super) fn read(block: &PemBlock<'_>) -> Result<Option<Self>, KeyError> {
        if !block
            .header("Proc-Type")
            .is_some_and(|value| value.ends_with("ENCRYPTED"))
        {
            return Ok(None);
        }
        let (name, vector) = block
            .header("DEK-Info")
            .and_then(|value| value.split_once(','))
            .filter(|(name, _)| name.len() <= NAME_BOUND)
            .ok_or_else(|| block.damaged("it has no DEK-Info header"))?;
        let cipher =
            Cipher::from_header(name.trim()).ok_or_else(|| KeyError::UnsupportedProtection {
                name: format!(
                    "traditional PEM encryption with {}",
                    name.trim().escape_debug()
                ),
                identifier: "DEK-Info".to_owned(),
            })?;
        let initialisation_vector = hexadecimal(vector.trim())
            .filter(|vector| vector.len() == cipher.block_octets())
            .ok_or_else(|| block.damaged("its DEK-Info header has no initialisation vector"))?;
        let ciphertext = block.decode()?;
        Ok(Some(Self {
            cipher,
            initialisation_vector,
            ciphertext,
        }))
    }

    /// Decrypts; what comes out is one whole SEQUENCE.
    pub(super) fn open(&self, passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let salt = self
            .initialisation_vector
            .get(..SALT_OCTETS)
            .unwrap_or_default();
        let key = bytes_to_key(passphrase, salt, self.cipher.key_octets());
        opened(
            self.cipher
                .decrypt(&key, &self.initialisation_vector, &self.ciphertext),
        )
    }
}

/// OpenSSL's `EVP_BytesToKey` with MD5 and one iteration, the only way in which it was ever used
/// for PEM: D1 = MD5(passphrase ‖ salt), Dn = MD5(Dn-1 ‖ passphrase ‖ salt), the key is D1 ‖ D2 ….
fn bytes_to_key(passphrase: &Passphrase, salt: &[u8], octets: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(octets.saturating_add(16)));
    let mut previous = Zeroizing::new(Vec::with_capacity(16));
    while key.len() < octets {
        let mut hash = Md5::new();
        hash.update(&*previous);
        hash.update(passphrase.as_bytes());
        hash.update(salt);
        let mut digest = hash.finalize();
        key.extend_from_slice(&digest);
        previous.clear();
        previous.extend_from_slice(&digest);
        digest.as_mut_slice().zeroize();
    }
    key.truncate(octets);
    key
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => {
                let digit = |octet: u8| char::from(octet).to_digit(16);
                u8::try_from(digit(*high)?.checked_mul(16)?.checked_add(digit(*low)?)?).ok()
            }
            _ => None,
        })
        .collect()
}
