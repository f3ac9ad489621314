//! Which key a certificate has, and which key signed it.

use serde::Serialize;

use super::{
    super::{
        fields::{Fields, OCTET_STRING},
        name::GeneralNameDescription,
        notation::{colon_hexadecimal, integer_hexadecimal},
    },
    ExtensionValue,
};
use crate::x509::{
    GeneralName, X509Error,
    element::{Element, SEQUENCE},
};

/// RFC 5280 §4.2.1.1.
#[derive(Clone, Debug, Serialize)]
pub struct AuthorityKeyIdentifierDescription {
    /// The issuer's subject key identifier, as pairs with colons.
    pub key_identifier: Option<String>,
    /// The issuer's issuer.
    pub issuer: Vec<GeneralNameDescription>,
    /// The issuer's serial number, hexadecimal.
    pub serial: Option<String>,
}

pub(super) fn subject(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "subjectKeyIdentifier";
    let identifier = Element::only(what, value)?;
    if identifier.tag != OCTET_STRING {
        return Err(X509Error::malformed(what, "it is no octet string"));
    }
    Ok(ExtensionValue::Identifier(colon_hexadecimal(
        identifier.content,
    )))
}

pub(super) fn authority(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let mut fields = Fields::of("authorityKeyIdentifier", value, SEQUENCE)?;
    let key_identifier = fields
        .optional(0x80)?
        .map(|octets| colon_hexadecimal(octets.content));
    let issuer = fields.optional(0xa1)?;
    let serial = fields
        .optional(0x82)?
        .map(|number| integer_hexadecimal(number.content));
    fields.end()?;
    let issuer = issuer.map(|names| general_names("authorityKeyIdentifier", names.content));
    Ok(ExtensionValue::AuthorityKeyIdentifier(
        AuthorityKeyIdentifierDescription {
            key_identifier,
            issuer: issuer.transpose()?.unwrap_or_default(),
            serial,
        },
    ))
}

/// The names inside of an implicitly tagged `GeneralNames`.
pub(super) fn general_names(
    what: &'static str,
    content: &[u8],
) -> Result<Vec<GeneralNameDescription>, X509Error> {
    let names = Fields::new(what, content).rest()?;
    names
        .into_iter()
        .map(|name| GeneralName::read(name).map(GeneralNameDescription::of))
        .collect()
}
