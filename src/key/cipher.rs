//! The block ciphers, in CBC mode with PKCS #7 padding, that key files are encrypted with.

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use des::{Des, TdesEde3};
use zeroize::Zeroizing;

/// A cipher in CBC mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    DesEde3,
    Des,
}

/// Why nothing was decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CipherError {
    /// The encrypted data is empty or does not end at a block: no passphrase can help.
    Length,
    /// What came out is not padded as it should be: most likely the wrong key.
    Padding,
}

impl Cipher {
    const ALL: [Self; 5] = [
        Self::Aes128,
        Self::Aes192,
        Self::Aes256,
        Self::DesEde3,
        Self::Des,
    ];

    /// By object identifier (RFC 8018 appendix B.2).
    pub(super) fn from_oid(oid: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cipher| cipher.oid() == oid)
    }

    /// By the name in a `DEK-Info` header.
    pub(super) fn from_header(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cipher| cipher.name() == name)
    }

    const fn oid(self) -> &'static str {
        match self {
            Self::Aes128 => "2.16.840.1.101.3.4.1.2",
            Self::Aes192 => "2.16.840.1.101.3.4.1.22",
            Self::Aes256 => "2.16.840.1.101.3.4.1.42",
            Self::DesEde3 => "1.2.840.113549.3.7",
            Self::Des => "1.3.14.3.2.7",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Aes128 => "AES-128-CBC",
            Self::Aes192 => "AES-192-CBC",
            Self::Aes256 => "AES-256-CBC",
            Self::DesEde3 => "DES-EDE3-CBC",
            Self::Des => "DES-CBC",
        }
    }

    /// Size of the key, in octets.
    pub(super) const fn key_octets(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 | Self::DesEde3 => 24,
            Self::Aes256 => 32,
            Self::Des => 8,
        }
    }

    /// Size of a block and of the initialisation vector, in octets.
    pub(super) const fn block_octets(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
            Self::DesEde3 | Self::Des => 8,
        }
    }

    /// Decrypts and takes the padding off.
    pub(super) fn decrypt(
        self,
        key: &[u8],
        initialisation_vector: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CipherError> {
        if ciphertext.is_empty() || !ciphertext.len().is_multiple_of(self.block_octets()) {
            return Err(CipherError::Length);
        }
        match self {
            Self::Aes128 => run::<cbc::Decryptor<Aes128>>(key, initialisation_vector, ciphertext),
            Self::Aes192 => run::<cbc::Decryptor<Aes192>>(key, initialisation_vector, ciphertext),
            Self::Aes256 => run::<cbc::Decryptor<Aes256>>(key, initialisation_vector, ciphertext),
            Self::DesEde3 => {
                run::<cbc::Decryptor<TdesEde3>>(key, initialisation_vector, ciphertext)
            }
            Self::Des => run::<cbc::Decryptor<Des>>(key, initialisation_vector, ciphertext),
        }
    }
}

fn run<D: BlockModeDecrypt + KeyIvInit>(
    key: &[u8],
    initialisation_vector: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CipherError> {
    let cipher = D::new_from_slices(key, initialisation_vector).map_err(|_| CipherError::Length)?;
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let length = cipher
        .decrypt_padded::<Pkcs7>(&mut buffer)
        .map_err(|_| CipherError::Padding)?
        .len();
    buffer.truncate(length);
    Ok(buffer)
}

/// Pads and encrypts with AES-256. `None` only when a size is wrong.
pub(super) fn encrypt_aes256(
    key: &[u8],
    initialisation_vector: &[u8],
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(key, initialisation_vector).ok()?;
    let padding = Cipher::Aes256.block_octets();
    // Room for the padding first: growing later would leave the secret behind in freed memory.
    let mut buffer = Zeroizing::new(Vec::with_capacity(plaintext.len().checked_add(padding)?));
    buffer.extend_from_slice(plaintext);
    buffer.resize(plaintext.len().checked_add(padding)?, 0);
    Some(
        cipher
            .encrypt_padded::<Pkcs7>(&mut buffer, plaintext.len())
            .ok()?
            .to_vec(),
    )
}
