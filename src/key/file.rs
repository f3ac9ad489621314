//! A file that holds a private key, in any of the forms in which openssl writes one.

use std::fmt;

use zeroize::Zeroizing;

use super::error::{ForeignContainer, KeyError};
use super::load;
use super::passphrase::Passphrase;
use super::pbes2::{EncryptedKey, inside};
use super::pem_text::{PemBlock, blocks};
use super::private::PrivateKey;
use super::recognise::{Shape, foreign, other_block, shape};
use super::secret::SecretDer;
use super::traditional::TraditionalKey;

/// A file that holds one private key: PKCS#8, PKCS #1 or SEC 1, plain or encrypted, PEM or DER.
pub struct KeyFile {
    content: Content,
}

enum Content {
    Plain(Plain),
    Encrypted(EncryptedKey),
    Traditional {
        key: TraditionalKey,
        parameters: Option<SecretDer>,
    },
}

enum Plain {
    Pkcs8(SecretDer),
    Pkcs1(SecretDer),
    Sec1 {
        der: SecretDer,
        parameters: Option<SecretDer>,
    },
}

/// The form in which a file holds its private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyForm {
    /// PKCS#8 (RFC 5208), not encrypted.
    Pkcs8,
    /// PKCS#8, encrypted with PBES2.
    EncryptedPkcs8,
    /// The RSA structure of PKCS #1 (RFC 8017).
    Pkcs1,
    /// The elliptic curve structure of SEC 1 (RFC 5915).
    Sec1,
    /// PKCS #1 or SEC 1, encrypted by `Proc-Type: 4,ENCRYPTED`.
    Traditional,
}

impl KeyFile {
    /// Finds the private key in a file: PEM, alone or among other blocks and text, or DER. An
    /// encrypted key is not opened, but how it is encrypted is judged already.
    ///
    /// # Errors
    /// What is in the file instead, why the private key in it cannot be used, or that there is
    /// none or more than one ([`KeyError`]; [`KeyError::hint`] has the command that helps).
    pub fn read(file: &[u8]) -> Result<Self, KeyError> {
        if file.trim_ascii().is_empty() {
            return Err(KeyError::Empty);
        }
        if let Some(foreign) = foreign(file) {
            return Err(foreign);
        }
        let blocks = blocks(file);
        let keys: Vec<_> = blocks.iter().filter(|block| is_private(block)).collect();
        let content = match (keys.as_slice(), blocks.first()) {
            ([key], _) => Self::of_pem(key, &blocks)?,
            ([], Some(first)) => return Err(other_block(first.label)),
            ([], None) => Self::of_der(SecretDer::copy_from(file), None)?,
            (several, _) => return Err(KeyError::SeveralKeys(several.len())),
        };
        Ok(Self { content })
    }

    fn of_pem(key: &PemBlock<'_>, blocks: &[PemBlock<'_>]) -> Result<Content, KeyError> {
        match key.label {
            "OPENSSH PRIVATE KEY" => {
                return Err(KeyError::ForeignContainer(ForeignContainer::OpenSsh));
            }
            "DSA PRIVATE KEY" => return Err(load::dsa()),
            _ => {}
        }
        let parameters = blocks
            .iter()
            .find(|block| block.label == "EC PARAMETERS")
            .map(|block| block.decode().map(SecretDer::new))
            .transpose()?;
        match TraditionalKey::read(key)? {
            Some(key) => Ok(Content::Traditional { key, parameters }),
            None => Self::of_der(SecretDer::new(key.decode()?), parameters),
        }
    }

    fn of_der(der: SecretDer, parameters: Option<SecretDer>) -> Result<Content, KeyError> {
        match shape(der.as_bytes())? {
            Shape::EncryptedPkcs8 => EncryptedKey::read(der.as_bytes()).map(Content::Encrypted),
            Shape::Pkcs8 => Ok(Content::Plain(Plain::Pkcs8(der))),
            Shape::Pkcs1 => Ok(Content::Plain(Plain::Pkcs1(der))),
            Shape::Sec1 => Ok(Content::Plain(Plain::Sec1 { der, parameters })),
            Shape::Dsa => Err(load::dsa()),
        }
    }

    /// Whether a passphrase is needed.
    pub fn is_encrypted(&self) -> bool {
        match self.content {
            Content::Plain(_) => false,
            Content::Encrypted(_) | Content::Traditional { .. } => true,
        }
    }

    /// The form in which the key is held.
    pub fn form(&self) -> KeyForm {
        match self.content {
            Content::Plain(Plain::Pkcs8(_)) => KeyForm::Pkcs8,
            Content::Plain(Plain::Pkcs1(_)) => KeyForm::Pkcs1,
            Content::Plain(Plain::Sec1 { .. }) => KeyForm::Sec1,
            Content::Encrypted(_) => KeyForm::EncryptedPkcs8,
            Content::Traditional { .. } => KeyForm::Traditional,
        }
    }

    /// Opens the key and checks that its numbers belong together. A passphrase for a key that is
    /// not encrypted is not looked at.
    ///
    /// # Errors
    /// [`KeyError::PassphraseNeeded`], [`KeyError::WrongPassphrase`], and all that
    /// [`PrivateKey::from_pkcs8_der`] refuses.
    pub fn unlock(&self, passphrase: Option<&Passphrase>) -> Result<PrivateKey, KeyError> {
        match (&self.content, passphrase) {
            (Content::Plain(plain), _) => plain.load(),
            (_, None) => Err(KeyError::PassphraseNeeded),
            (Content::Encrypted(key), Some(passphrase)) => key.unlock(passphrase),
            (Content::Traditional { key, parameters }, Some(passphrase)) => {
                traditional(key.open(passphrase)?, parameters.as_ref()).map_err(inside)
            }
        }
    }
}

/// What traditional encryption protects is PKCS #1 or SEC 1.
fn traditional(
    der: Zeroizing<Vec<u8>>,
    parameters: Option<&SecretDer>,
) -> Result<PrivateKey, KeyError> {
    match shape(&der)? {
        Shape::Pkcs1 => load::pkcs1(&der),
        Shape::Sec1 => load::sec1(&der, parameters.map(SecretDer::as_bytes)),
        Shape::Pkcs8 => PrivateKey::from_pkcs8_der(&der),
        Shape::Dsa => Err(load::dsa()),
        Shape::EncryptedPkcs8 => Err(KeyError::NoPrivateKey),
    }
}

impl Plain {
    fn load(&self) -> Result<PrivateKey, KeyError> {
        match self {
            Self::Pkcs8(der) => PrivateKey::from_pkcs8_der(der.as_bytes()),
            Self::Pkcs1(der) => load::pkcs1(der.as_bytes()),
            Self::Sec1 { der, parameters } => {
                load::sec1(der.as_bytes(), parameters.as_ref().map(SecretDer::as_bytes))
            }
        }
    }
}

/// Every label of a private key ends so, also those that are not supported.
fn is_private(block: &PemBlock<'_>) -> bool {
    block.label.ends_with("PRIVATE KEY")
}

impl fmt::Display for KeyForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pkcs8 => "PKCS#8",
            Self::EncryptedPkcs8 => "PKCS#8, encrypted",
            Self::Pkcs1 => "PKCS #1",
            Self::Sec1 => "SEC 1",
            Self::Traditional => "traditional PEM, encrypted",
        })
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyFile({})", self.form())
    }
}
