//! What a key or certificate may be used for.

use der::Tag;

use super::super::encode::{named_bits, sequence, tlv};
use super::super::error::ConfigError;
use super::super::location::Place;
use super::super::source::{Item, Source};

/// A bit of a named bit list: its number, short name and long name.
type NamedBit = (u8, &'static str, &'static str);

/// `KeyUsage` (RFC 5280 §4.2.1.3).
const KEY_USAGES: [NamedBit; 9] = [
    (0, "digitalSignature", "Digital Signature"),
    (1, "nonRepudiation", "Non Repudiation"),
    (2, "keyEncipherment", "Key Encipherment"),
    (3, "dataEncipherment", "Data Encipherment"),
    (4, "keyAgreement", "Key Agreement"),
    (5, "keyCertSign", "Certificate Sign"),
    (6, "cRLSign", "CRL Sign"),
    (7, "encipherOnly", "Encipher Only"),
    (8, "decipherOnly", "Decipher Only"),
];

/// The Netscape certificate type.
const NETSCAPE_TYPES: [NamedBit; 8] = [
    (0, "client", "SSL Client"),
    (1, "server", "SSL Server"),
    (2, "email", "S/MIME"),
    (3, "objsign", "Object Signing"),
    (4, "reserved", "Unused"),
    (5, "sslCA", "SSL CA"),
    (6, "emailCA", "S/MIME CA"),
    (7, "objCA", "Object Signing CA"),
];

/// The words with which an entry of a section says that its name counts.
const CONSENT: [&str; 7] = ["", "1", "yes", "YES", "true", "TRUE", "on"];

/// `keyUsage` (RFC 5280 §4.2.1.3).
pub(super) fn key_usage(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    bits(source, text, place, "key usage", &KEY_USAGES)
}

/// `nsCertType`.
pub(super) fn netscape_type(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    bits(source, text, place, "certificate type", &NETSCAPE_TYPES)
}

fn bits(
    source: &Source<'_>,
    text: &str,
    place: &Place,
    kind: &'static str,
    table: &[NamedBit],
) -> Result<Vec<u8>, ConfigError> {
    let mut bits = Vec::new();
    for item in source.items(text, place)? {
        let found = table
            .iter()
            .find(|(_, short, long)| item.name == *short || item.name == *long);
        let Some((bit, ..)) = found else {
            let known = table.iter().map(|(_, short, _)| *short);
            return Err(item.place.unknown(kind, &item.name, known));
        };
        refuse_value(&item)?;
        bits.push(*bit);
    }
    Ok(tlv(Tag::BitString, &named_bits(&bits))?)
}

/// openssl sets the bit whatever stands right of the name, even `no`.
fn refuse_value(item: &Item) -> Result<(), ConfigError> {
    match item.value.as_deref() {
        Some(value) if !CONSENT.contains(&value) => Err(item.place.invalid(
            value,
            "a yes (openssl sets the usage for any value, also for no: remove the entry instead)",
        )),
        _ => Ok(()),
    }
}

/// `extendedKeyUsage` (RFC 5280 §4.2.1.12).
pub(super) fn extended(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    let purposes = source
        .items(text, place)?
        .iter()
        .map(|item| {
            let word = item.value.as_deref().unwrap_or(&item.name);
            Ok(source.oid(word, &item.place)?.to_der()?)
        })
        .collect::<Result<Vec<_>, ConfigError>>()?;
    Ok(sequence(purposes)?)
}
