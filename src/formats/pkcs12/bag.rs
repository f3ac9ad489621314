//! What a file holds: keys, certificates and other things, each with its attributes.

use std::fmt;

use zeroize::Zeroizing;

use super::{Encryption, Pkcs12Error, names};
use crate::formats::ber::{self, BMP_STRING, BerError, Element, SEQUENCE, SET, UTF8_STRING};

/// One thing in a file, in the order of the file.
#[derive(Debug)]
pub enum Entry {
    /// A private key.
    PrivateKey(KeyEntry),
    /// A certificate.
    Certificate(CertificateEntry),
    /// Something that is neither, named but not read.
    Other(OtherEntry),
}

/// A private key of a file.
pub struct KeyEntry {
    /// The key as PKCS#8 DER.
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// The name for people; may contain any character, control characters too.
    pub friendly_name: Option<String>,
    /// Ties the key to the certificate with the same identifier.
    pub local_key_id: Option<Vec<u8>>,
    /// The key's own encryption; `None` when it has none.
    pub encryption: Option<Encryption>,
}

/// A certificate of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateEntry {
    /// The certificate, byte for byte; not checked.
    pub der: Vec<u8>,
    /// The name for people; may contain any character, control characters too.
    pub friendly_name: Option<String>,
    /// Ties the certificate to the key with the same identifier.
    pub local_key_id: Option<Vec<u8>>,
    /// Whether it carries Java's mark of a trusted certificate.
    pub trusted: bool,
}

/// Something that is neither key nor certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherEntry {
    /// What it is.
    pub kind: OtherKind,
    /// The name for people; may contain any character, control characters too.
    pub friendly_name: Option<String>,
    /// Its identifier.
    pub local_key_id: Option<Vec<u8>>,
}

/// What is in a file besides keys and certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherKind {
    /// A secret (symmetric) key or another secret, as Java stores them (RFC 7292 §4.2.5).
    Secret,
    /// A certificate revocation list (RFC 7292 §4.2.4).
    Crl,
    /// A certificate that is not X.509.
    ForeignCertificate {
        /// Its type.
        oid: String,
    },
    /// A bag of a type that is not in RFC 7292.
    Unknown {
        /// Its type.
        oid: String,
    },
}

impl fmt::Display for OtherKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret => f.write_str("secret key"),
            Self::Crl => f.write_str("certificate revocation list"),
            Self::ForeignCertificate { oid } => write!(f, "certificate of type {oid}"),
            Self::Unknown { oid } => write!(f, "entry of type {oid}"),
        }
    }
}

impl fmt::Debug for KeyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyEntry")
            .field("friendly_name", &self.friendly_name)
            .field("local_key_id", &self.local_key_id)
            .field("encryption", &self.encryption)
            .finish_non_exhaustive()
    }
}

/// The attributes of a bag that mean something here.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) friendly_name: Option<String>,
    pub(super) local_key_id: Option<Vec<u8>>,
    pub(super) trusted: bool,
}

/// A SafeBag: its type, its value and its attributes (RFC 7292 §4.2).
pub(super) struct Bag<'a> {
    pub(super) kind: der::asn1::ObjectIdentifier,
    pub(super) value: Element<'a>,
    pub(super) attributes: Attributes,
}

impl<'a> Bag<'a> {
    pub(super) fn parse(bag: &Element<'a>) -> Result<Self, Pkcs12Error> {
        Self::parse_parts(bag).map_err(Pkcs12Error::damaged("an entry"))
    }

    fn parse_parts(bag: &Element<'a>) -> Result<Self, BerError> {
        let mut parts = bag.with_tag(SEQUENCE, "an entry")?.inside();
        let kind = ber::read_object_identifier(&mut parts, "the type of an entry")?;
        let value = parts
            .expect(super::frame::CONTEXT_0, "the value of an entry")?
            .unwrapped()?;
        let attributes = match parts.optional(&[SET])? {
            Some(set) => Attributes::parse(&set)?,
            None => Attributes::default(),
        };
        parts.end()?;
        Ok(Self {
            kind,
            value,
            attributes,
        })
    }
}

impl Attributes {
    fn parse(set: &Element<'_>) -> Result<Self, BerError> {
        let mut attributes = Self::default();
        let mut each = set.inside();
        while let Some(attribute) = each.next()? {
            let mut parts = attribute.with_tag(SEQUENCE, "an attribute")?.inside();
            let kind = ber::read_object_identifier(&mut parts, "the type of an attribute")?;
            let values = parts.expect(SET, "the values of an attribute")?;
            let Some(value) = values.inside().next()? else {
                continue;
            };
            match kind {
                names::FRIENDLY_NAME => attributes.friendly_name = text(&value),
                names::LOCAL_KEY_ID => {
                    attributes.local_key_id = super::frame::octet_string(&value)
                        .ok()
                        .map(|octets| octets.to_vec());
                }
                names::JAVA_TRUSTED_KEY_USAGE => attributes.trusted = true,
                _ => {}
            }
        }
        Ok(attributes)
    }
}

/// A friendly name: a BMPString by the book, a UTF8String by some. Half surrogates are replaced;
/// any other type is no name.
fn text(value: &Element<'_>) -> Option<String> {
    match value.tag {
        BMP_STRING => {
            let (pairs, []) = value.content.as_chunks::<2>() else {
                return None;
            };
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            Some(
                char::decode_utf16(units)
                    .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect(),
            )
        }
        UTF8_STRING => String::from_utf8(value.content.to_vec()).ok(),
        _ => None,
    }
}

/// The attributes of a bag that is written, as a SET in DER order; nothing when there are none.
pub(super) fn write_attributes(
    friendly_name: Option<&str>,
    local_key_id: Option<&[u8]>,
) -> Vec<u8> {
    write_set(attributes(friendly_name, local_key_id))
}

/// The attributes of a certificate that Java is to trust: its alias, and the mark without which Java
/// ignores it, here for every purpose as `keytool` writes it.
pub(super) fn write_trusted_attributes(alias: &str) -> Vec<u8> {
    let mut attributes = attributes(Some(alias), None);
    attributes.push(attribute(
        &names::JAVA_TRUSTED_KEY_USAGE,
        &ber::object_identifier(&names::ANY_EXTENDED_KEY_USAGE),
    ));
    write_set(attributes)
}

fn attributes(friendly_name: Option<&str>, local_key_id: Option<&[u8]>) -> Vec<Vec<u8>> {
    let mut attributes = Vec::new();
    if let Some(name) = friendly_name {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let value = ber::tlv(BMP_STRING, &[&units]);
        attributes.push(attribute(&names::FRIENDLY_NAME, &value));
    }
    if let Some(id) = local_key_id {
        let value = ber::tlv(ber::OCTET_STRING, &[id]);
        attributes.push(attribute(&names::LOCAL_KEY_ID, &value));
    }
    attributes
}

fn write_set(mut attributes: Vec<Vec<u8>>) -> Vec<u8> {
    if attributes.is_empty() {
        return Vec::new();
    }
    attributes.sort();
    let attributes: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
    ber::tlv(SET, &attributes)
}

fn attribute(kind: &der::asn1::ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    ber::tlv(
        SEQUENCE,
        &[&ber::object_identifier(kind), &ber::tlv(SET, &[value])],
    )
}
