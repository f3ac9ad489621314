//! How a private key is encrypted, told without opening it (RFC 8018).

use serde::Serialize;

use super::{
    extension::decimal_or_hexadecimal,
    fields::{Fields, INTEGER, OCTET_STRING},
};
use crate::{
    key::protection_name,
    x509::{
        X509Error,
        element::{Element, OBJECT_IDENTIFIER, SEQUENCE},
        object_identifier,
    },
};

/// The encryption of a private key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProtectionDescription {
    /// Scheme, cipher and key derivation for people.
    pub algorithm: String,
    /// Iterations of the key derivation, decimal; `None` where it has none.
    pub iterations: Option<String>,
}

impl ProtectionDescription {
    /// From the DER of an `EncryptedPrivateKeyInfo` (RFC 5958 §3).
    pub(super) fn of_pkcs8(der: &[u8]) -> Result<Self, X509Error> {
        let what = "encrypted private key";
        let mut fields = Fields::of(what, der, SEQUENCE)?;
        let scheme = Algorithm::read(what, fields.required(SEQUENCE)?)?;
        if scheme.oid != PBES2 {
            return Ok(Self {
                algorithm: scheme.name(),
                iterations: scheme.number_after_salt(what)?,
            });
        }
        let mut parameters = scheme.fields(what)?;
        let derivation = Algorithm::read(what, parameters.required(SEQUENCE)?)?;
        let cipher = Algorithm::read(what, parameters.required(SEQUENCE)?)?;
        let (derivation, iterations) = derivation.described(what)?;
        Ok(Self {
            algorithm: format!("PBES2, {}, {derivation}", cipher.name()),
            iterations,
        })
    }

    /// From the value of `DEK-Info` in PEM (RFC 1421 §4.6.1.3).
    pub(super) fn of_dek_info(value: &str) -> Self {
        let cipher = value.split(',').next().unwrap_or(value).trim();
        Self {
            algorithm: format!("traditional PEM encryption, {cipher}, one round of MD5"),
            iterations: Some("1".to_owned()),
        }
    }
}

const PBES2: &str = "1.2.840.113549.1.5.13";
const PBKDF2: &str = "1.2.840.113549.1.5.12";
const SCRYPT: &str = "1.3.6.1.4.1.11591.4.11";

/// An `AlgorithmIdentifier` with its parameters.
struct Algorithm<'der> {
    oid: String,
    parameters: Option<Element<'der>>,
}

impl<'der> Algorithm<'der> {
    fn read(what: &'static str, identifier: Element<'der>) -> Result<Self, X509Error> {
        let mut fields = Fields::new(what, identifier.content);
        let oid = object_identifier(fields.required(OBJECT_IDENTIFIER)?.content)?.to_string();
        Ok(Self {
            oid,
            parameters: fields.next()?,
        })
    }

    fn name(&self) -> String {
        protection_name(&self.oid).map_or_else(|| self.oid.clone(), str::to_owned)
    }

    fn fields(&self, what: &'static str) -> Result<Fields<'der>, X509Error> {
        let parameters = self
            .parameters
            .filter(|parameters| parameters.tag == SEQUENCE);
        parameters
            .map(|parameters| Fields::new(what, parameters.content))
            .ok_or_else(|| X509Error::malformed(what, "an algorithm has no parameters"))
    }

    /// `PBEParameter` (RFC 8018 appendix A.3): salt and iterations.
    fn number_after_salt(&self, what: &'static str) -> Result<Option<String>, X509Error> {
        let mut fields = self.fields(what)?;
        fields.required(OCTET_STRING)?;
        let number = fields.optional(INTEGER)?;
        Ok(number.map(|number| decimal_or_hexadecimal(number.content)))
    }

    /// The key derivation and its iterations.
    fn described(&self, what: &'static str) -> Result<(String, Option<String>), X509Error> {
        match self.oid.as_str() {
            PBKDF2 => {
                let mut fields = self.fields(what)?;
                fields.required(OCTET_STRING)?;
                let iterations = decimal_or_hexadecimal(fields.required(INTEGER)?.content);
                fields.optional(INTEGER)?;
                let function = match fields.optional(SEQUENCE)? {
                    Some(function) => Self::read(what, function)?.name(),
                    // RFC 8018 appendix A.2: the default.
                    None => "HMAC with SHA-1".to_owned(),
                };
                Ok((format!("PBKDF2 and {function}"), Some(iterations)))
            }
            SCRYPT => {
                let mut fields = self.fields(what)?;
                fields.required(OCTET_STRING)?;
                let mut number = || -> Result<String, X509Error> {
                    Ok(decimal_or_hexadecimal(fields.required(INTEGER)?.content))
                };
                let (cost, block_size, parallelization) = (number()?, number()?, number()?);
                let text = format!("scrypt with N={cost}, r={block_size}, p={parallelization}");
                Ok((text, None))
            }
            _ => Ok((self.name(), None)),
        }
    }
}
