//! Distinguished names of a configuration (`X509V3_NAME_from_section`, `req(1)`).

use der::Tag;

use super::config::Entry;
use super::encode::{Encoded, sequence, set_of, tlv};
use super::error::{ConfigError, OptionFault};
use super::location::{Location, Place};
use super::objects::Oid;
use super::source::Source;
use super::strings::{AttributeRule, TextEncoding, attribute_value};
use crate::x509::{Attribute, Name};

/// One attribute of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAttribute {
    oid: Oid,
    value: Vec<u8>,
    content: Vec<u8>,
}

impl NameAttribute {
    /// The attribute type in dotted form, `2.5.4.3`.
    pub fn oid(&self) -> &str {
        self.oid.as_str()
    }

    /// The value's DER, string type included.
    pub fn value_der(&self) -> &[u8] {
        &self.value
    }

    fn to_der(&self) -> Encoded {
        sequence([self.oid.to_der()?, self.value.clone()])
    }
}

/// A distinguished name: relative names in order, each of one or (with `+`) more attributes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DistinguishedName {
    relative_names: Vec<Vec<NameAttribute>>,
}

/// `emailAddress` of PKCS #9.
const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";

impl DistinguishedName {
    /// Reads a name's DER, such as the subject of somebody's request. Values are kept as they are.
    /// None if the bytes are not a name.
    pub fn from_der(bytes: &[u8]) -> Option<Self> {
        let name = Name::from_der(bytes).ok()?;
        let attribute = |attribute: &Attribute| {
            Some(NameAttribute {
                oid: Oid::from_dotted(&attribute.kind.to_string())?,
                value: attribute.encoded.clone(),
                content: attribute.value.clone(),
            })
        };
        let relative_names = name
            .relative_names()
            .iter()
            .map(|attributes| attributes.iter().map(attribute).collect())
            .collect::<Option<_>>()?;
        Some(Self { relative_names })
    }

    /// The relative names in order, each with its attributes as they were written.
    pub fn relative_names(&self) -> impl Iterator<Item = &[NameAttribute]> {
        self.relative_names.iter().map(Vec::as_slice)
    }

    /// Whether the name has no attribute.
    pub fn is_empty(&self) -> bool {
        self.relative_names.is_empty()
    }

    /// The DER of the name (RFC 5280 §4.1.2.4).
    ///
    /// # Errors
    /// The name is too long for DER.
    pub fn to_der(&self) -> Result<Vec<u8>, ConfigError> {
        Ok(sequence(self.relative_names_der()?)?)
    }

    fn relative_names_der(&self) -> Result<Vec<Vec<u8>>, der::Error> {
        self.relative_names
            .iter()
            .map(|attributes| {
                set_of(
                    attributes
                        .iter()
                        .map(NameAttribute::to_der)
                        .collect::<Result<Vec<_>, _>>()?,
                )
            })
            .collect()
    }

    /// The content of the only relative name's `SET`, if there is exactly one.
    pub(super) fn single_relative_name(&self) -> Result<Option<Vec<u8>>, der::Error> {
        let [attributes] = self.relative_names.as_slice() else {
            return Ok(None);
        };
        let mut parts = attributes
            .iter()
            .map(NameAttribute::to_der)
            .collect::<Result<Vec<_>, _>>()?;
        parts.sort();
        Ok(Some(super::encode::joined(parts)))
    }

    /// The content of every e-mail address in the name.
    pub(super) fn email_addresses(&self) -> Vec<Vec<u8>> {
        self.relative_names
            .iter()
            .flatten()
            .filter(|attribute| attribute.oid() == EMAIL_ADDRESS)
            .map(|attribute| attribute.content.clone())
            .collect()
    }

    /// Takes every e-mail address out of the name.
    pub(super) fn remove_email_addresses(&mut self) {
        for attributes in &mut self.relative_names {
            attributes.retain(|attribute| attribute.oid() != EMAIL_ADDRESS);
        }
        self.relative_names
            .retain(|attributes| !attributes.is_empty());
    }
}

/// A name while its fields are added.
pub(super) struct NameReader<'s, 'a> {
    source: &'s Source<'a>,
    encoding: TextEncoding,
    name: DistinguishedName,
}

/// A field's name without what makes it unique: `0.`, and the `+` of a multi-valued name.
pub(super) struct Field<'a> {
    pub(super) attribute: &'a str,
    joined: bool,
}

impl<'a> Field<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        let attribute = match name.split_once([':', ',', '.']) {
            Some((_, rest)) if !rest.is_empty() => rest,
            _ => name,
        };
        match attribute.strip_prefix('+') {
            Some(attribute) => Self {
                attribute,
                joined: true,
            },
            None => Self {
                attribute,
                joined: false,
            },
        }
    }
}

impl<'s, 'a> NameReader<'s, 'a> {
    pub(super) fn new(source: &'s Source<'a>, encoding: TextEncoding) -> Self {
        Self {
            source,
            encoding,
            name: DistinguishedName::default(),
        }
    }

    /// Adds a field.
    pub(super) fn add(
        &mut self,
        field: &Field<'_>,
        bytes: &[u8],
        place: &Place,
    ) -> Result<(), ConfigError> {
        let oid = self.source.oid(field.attribute, place)?;
        let rule = AttributeRule::of(oid.as_str());
        if self.encoding == TextEncoding::Latin1 && !bytes.is_ascii() {
            self.note_latin1(bytes, &place.location);
        }
        let (tag, content) = attribute_value(rule, bytes, self.encoding, self.source.string_mask())
            .map_err(|fault| place.fault(fault))?;
        let attribute = NameAttribute {
            oid,
            value: encode(tag, &content)?,
            content,
        };
        match self.name.relative_names.last_mut() {
            Some(last) if field.joined => last.push(attribute),
            _ => self.name.relative_names.push(vec![attribute]),
        }
        Ok(())
    }

    fn note_latin1(&self, bytes: &[u8], location: &Location) {
        if std::str::from_utf8(bytes).is_ok() {
            self.source.note(
                location,
                "the value is UTF-8 but is read as ISO 8859-1, one character for each byte, as \
                 openssl does without utf8 = yes in [ req ]"
                    .to_owned(),
            );
        }
    }

    pub(super) fn finish(self) -> DistinguishedName {
        self.name
    }
}

fn encode(tag: Tag, content: &[u8]) -> Encoded {
    tlv(tag, content)
}

/// Reads a section in which every entry is a field: `prompt = no`, and `dirName` everywhere.
pub(super) fn read_fields(
    mut reader: NameReader<'_, '_>,
    entries: &[&Entry],
) -> Result<DistinguishedName, ConfigError> {
    for entry in entries {
        reader.add(&Field::new(entry.name()), entry.bytes()?, &entry.place())?;
    }
    Ok(reader.finish())
}

/// Reads the name of a section that an extension refers to.
pub(super) fn read_section(
    source: &Source<'_>,
    section: &str,
    place: &Place,
) -> Result<DistinguishedName, ConfigError> {
    let entries = source.section(section, place)?;
    if entries.is_empty() {
        return Err(
            place.fault(OptionFault::EmptySection(super::location::printable(
                section,
            ))),
        );
    }
    read_fields(NameReader::new(source, TextEncoding::Latin1), &entries)
}
