//! Private keys and parameters in descriptions. Nothing secret is in them.

use serde::Serialize;

use super::{
    ProtectionDescription, PublicKeyDescription,
    fields::{Fields, INTEGER},
};
use crate::{
    inspect::{InspectError, PrivateKeyObject},
    key::{KeyError, KeyForm, Passphrase, key_name},
    x509::{
        X509Error,
        element::{OBJECT_IDENTIFIER, SEQUENCE, read_element},
        object_identifier,
    },
};

/// A private key.
#[derive(Clone, Debug, Serialize)]
pub struct PrivateKeyDescription {
    /// The form of the file for people, for example `PKCS#8`.
    pub form: Option<String>,
    /// How it is encrypted; `None` when it lies open.
    pub encryption: Option<ProtectionDescription>,
    /// Whether it was not opened, for want of a passphrase.
    pub locked: bool,
    /// The public half, where the key could be opened.
    pub public_key: Option<PublicKeyDescription>,
    /// Why certmint cannot use the key, and what would help.
    pub problem: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl PrivateKeyDescription {
    /// Describes a private key, opening it where it is open or the passphrase opens it.
    ///
    /// # Errors
    /// A passphrase that does not fit.
    pub fn of(
        object: &PrivateKeyObject,
        passphrase: Option<&Passphrase>,
    ) -> Result<Self, InspectError> {
        let PrivateKeyObject {
            file,
            dek_info,
            der,
        } = object;
        let opened = match file {
            Ok(file) => file.unlock(passphrase),
            Err(error) => return Ok(Self::unusable(error, object)),
        };
        let form = file.as_ref().ok().map(|file| file.form());
        let encryption = match (form, dek_info) {
            (Some(KeyForm::Traditional), Some(value)) => {
                Some(ProtectionDescription::of_dek_info(value))
            }
            (Some(KeyForm::EncryptedPkcs8), _) => ProtectionDescription::of_pkcs8(der).ok(),
            _ => None,
        };
        let description = Self {
            form: form.map(|form| form.to_string()),
            encryption,
            locked: false,
            public_key: None,
            problem: None,
            hint: None,
        };
        Ok(match opened {
            Ok(key) => Self {
                public_key: Some(PublicKeyDescription::of(key.public_key())),
                ..description
            },
            Err(KeyError::PassphraseNeeded) => Self {
                locked: true,
                ..description
            },
            Err(error @ KeyError::WrongPassphrase) => return Err(error.into()),
            Err(error) => Self {
                problem: Some(error.to_string()),
                hint: error.hint(),
                ..description
            },
        })
    }

    /// A key whose file the key room refuses before any passphrase: what can be said is said.
    fn unusable(error: &KeyError, object: &PrivateKeyObject) -> Self {
        let encryption = match &object.dek_info {
            Some(value) => Some(ProtectionDescription::of_dek_info(value)),
            None => ProtectionDescription::of_pkcs8(&object.der).ok(),
        };
        Self {
            form: None,
            locked: encryption.is_some(),
            encryption,
            public_key: None,
            problem: Some(error.to_string()),
            hint: error.hint(),
        }
    }

    /// A key inside of an opened PKCS#12 file.
    pub(super) fn of_pkcs8(der: &[u8], encryption: Option<ProtectionDescription>) -> Self {
        let key = crate::key::PrivateKey::from_pkcs8_der(der);
        let error = key.as_ref().err();
        Self {
            form: Some(KeyForm::Pkcs8.to_string()),
            encryption,
            locked: false,
            problem: error.map(KeyError::to_string),
            hint: error.and_then(KeyError::hint),
            public_key: key
                .ok()
                .map(|key| PublicKeyDescription::of(key.public_key())),
        }
    }
}

/// Parameters without a key.
#[derive(Clone, Debug, Serialize)]
pub struct ParametersDescription {
    /// What they are for: `Diffie-Hellman` or an elliptic curve.
    pub algorithm: String,
    /// Size of the prime, in bits.
    pub bits: Option<usize>,
    /// The generator, decimal or hexadecimal.
    pub generator: Option<String>,
}

impl ParametersDescription {
    /// PKCS #3: prime, generator, and perhaps a length.
    pub(super) fn diffie_hellman(der: &[u8]) -> Result<Self, X509Error> {
        let mut fields = Fields::of("set of Diffie-Hellman parameters", der, SEQUENCE)?;
        let prime = fields.required(INTEGER)?;
        let generator = fields.required(INTEGER)?;
        Ok(Self {
            algorithm: "Diffie-Hellman".to_owned(),
            bits: Some(bits(prime.content)),
            generator: Some(super::extension::decimal_or_hexadecimal(generator.content)),
        })
    }

    /// RFC 5480 §2.1.1: the name of a curve, or all of its numbers.
    pub(super) fn curve(der: &[u8]) -> Result<Self, X509Error> {
        let curve = read_element(der).filter(|curve| curve.rest.is_empty());
        let algorithm = match curve {
            Some(name) if name.tag == OBJECT_IDENTIFIER => {
                let oid = object_identifier(name.content)?.to_string();
                key_name(&oid).map_or(oid, str::to_owned)
            }
            Some(explicit) if explicit.tag == SEQUENCE => "EC with explicit parameters".to_owned(),
            _ => {
                return Err(X509Error::malformed(
                    "set of curve parameters",
                    "it is no curve",
                ));
            }
        };
        Ok(Self {
            algorithm,
            bits: None,
            generator: None,
        })
    }
}

fn bits(integer: &[u8]) -> usize {
    let start = integer.iter().position(|octet| *octet != 0);
    let significant = start
        .and_then(|start| integer.get(start..))
        .unwrap_or_default();
    let leading = significant
        .first()
        .map_or(0, |first| first.leading_zeros() as usize);
    (significant.len() * 8).saturating_sub(leading)
}
