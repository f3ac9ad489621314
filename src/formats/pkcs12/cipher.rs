//! The ciphers of PKCS#12's own encryption schemes (RFC 7292 appendix C): old, and still what
//! Windows, OpenSSL before 3 and Java before 8u301 write.

use aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY as SHA1;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{
    BlockCipherDecrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit, KeyIvInit,
};
use der::asn1::ObjectIdentifier as Oid;
use zeroize::Zeroizing;

use super::kdf::{Purpose, derive};
use super::{Pkcs12Error, names};

/// A block cipher in CBC mode, with its key from the PKCS#12 derivation over SHA-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cipher {
    TripleDes,
    TwoKeyTripleDes,
    Rc2Bits128,
    Rc2Bits40,
}

/// The block of DES and RC2, in bytes.
const BLOCK: usize = 8;

impl Cipher {
    /// The cipher of a scheme; `None` for those that are not supported (RC4, PKCS#5's).
    pub(super) fn of(scheme: &Oid) -> Option<Self> {
        match *scheme {
            names::PBE_3DES => Some(Self::TripleDes),
            names::PBE_2DES => Some(Self::TwoKeyTripleDes),
            names::PBE_RC2_128 => Some(Self::Rc2Bits128),
            names::PBE_RC2_40 => Some(Self::Rc2Bits40),
            _ => None,
        }
    }

    fn key_length(self) -> usize {
        match self {
            Self::TripleDes => 24,
            Self::TwoKeyTripleDes | Self::Rc2Bits128 => 16,
            Self::Rc2Bits40 => 5,
        }
    }

    /// Decrypts; `None` when the padding does not come out, which is what a wrong password does.
    pub(super) fn decrypt(
        self,
        password: &[u8],
        salt: &[u8],
        iterations: u64,
        ciphertext: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let key = derive(
            &SHA1,
            password,
            salt,
            Purpose::Key,
            iterations,
            self.key_length(),
        );
        let vector = vector(password, salt, iterations);
        match self {
            Self::TripleDes => unpad(
                des::TdesEde3::new_from_slice(&key).ok()?,
                &vector,
                ciphertext,
            ),
            Self::TwoKeyTripleDes => unpad(
                des::TdesEde2::new_from_slice(&key).ok()?,
                &vector,
                ciphertext,
            ),
            // The effective key length is that of the key in both (RFC 7292 appendix C).
            Self::Rc2Bits128 | Self::Rc2Bits40 => {
                unpad(rc2::Rc2::new_from_slice(&key).ok()?, &vector, ciphertext)
            }
        }
    }
}

/// Encrypts with three-key triple DES, the one old cipher that is still written.
pub(super) fn encrypt_triple_des(
    password: &[u8],
    salt: &[u8],
    iterations: u64,
    plaintext: &[u8],
) -> Result<Vec<u8>, Pkcs12Error> {
    let key = derive(&SHA1, password, salt, Purpose::Key, iterations, 24);
    let vector = vector(password, salt, iterations);
    cbc::Encryptor::<des::TdesEde3>::new_from_slices(&key, &vector)
        .map(|encryptor| encryptor.encrypt_padded_vec::<Pkcs7>(plaintext))
        .map_err(|error| Pkcs12Error::Encryption(error.to_string()))
}

fn vector(password: &[u8], salt: &[u8], iterations: u64) -> Zeroizing<Vec<u8>> {
    derive(
        &SHA1,
        password,
        salt,
        Purpose::InitializationVector,
        iterations,
        BLOCK,
    )
}

fn unpad<C: BlockCipherDecrypt>(
    cipher: C,
    vector: &[u8],
    ciphertext: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    cbc::Decryptor::inner_iv_slice_init(cipher, vector)
        .ok()?
        .decrypt_padded_vec::<Pkcs7>(ciphertext)
        .ok()
        .map(Zeroizing::new)
}
