//! What a key may be used for.

use super::{
    super::fields::{BIT_STRING, Fields, INTEGER, named_bits},
    ExtensionValue,
};
use crate::x509::{
    X509Error,
    element::{Element, OBJECT_IDENTIFIER, SEQUENCE},
    object_identifier, oid,
};

/// The bits of RFC 5280 §4.2.1.3, from bit 0.
const KEY_USAGES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

/// The bits of Netscape's certificate type, by the names of openssl's configuration.
const NETSCAPE_TYPES: [&str; 8] = [
    "client", "server", "email", "objsign", "reserved", "sslCA", "emailCA", "objCA",
];

pub(super) fn key_usage(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    bits("keyUsage", value, &KEY_USAGES)
}

pub(super) fn netscape(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    bits("nsCertType", value, &NETSCAPE_TYPES)
}

fn bits(what: &'static str, value: &[u8], names: &[&str]) -> Result<ExtensionValue, X509Error> {
    let bits = Element::only(what, value)?;
    if bits.tag != BIT_STRING {
        return Err(X509Error::malformed(what, "it is no bit string"));
    }
    named_bits(what, bits.content, names).map(ExtensionValue::Usages)
}

/// RFC 5280 §4.2.1.12; Microsoft's application policies hold a sequence for each purpose.
pub(super) fn purposes(extension: &str, value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "extendedKeyUsage";
    let is_microsoft = extension != "2.5.29.37";
    let purposes = Fields::of(what, value, SEQUENCE)?.rest()?;
    let names: Result<Vec<String>, X509Error> = purposes
        .into_iter()
        .map(|purpose| {
            let purpose = if is_microsoft && purpose.tag == SEQUENCE {
                Fields::new(what, purpose.content).required(OBJECT_IDENTIFIER)?
            } else {
                purpose
            };
            if purpose.tag != OBJECT_IDENTIFIER {
                return Err(X509Error::malformed(
                    what,
                    "a purpose is no object identifier",
                ));
            }
            Ok(oid::display(&object_identifier(purpose.content)?))
        })
        .collect();
    names.map(ExtensionValue::Usages)
}

/// RFC 7633 §4: numbers of TLS extensions.
pub(super) fn tls_features(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "tlsfeature";
    let features = Fields::of(what, value, SEQUENCE)?.rest()?;
    let names: Result<Vec<String>, X509Error> = features
        .iter()
        .map(|feature| match (feature.tag, feature.content) {
            (INTEGER, [5]) => Ok("status_request".to_owned()),
            (INTEGER, [17]) => Ok("status_request_v2".to_owned()),
            (INTEGER, content) => Ok(super::others::decimal_or_hexadecimal(content)),
            _ => Err(X509Error::malformed(what, "a feature is no number")),
        })
        .collect();
    names.map(ExtensionValue::Usages)
}
