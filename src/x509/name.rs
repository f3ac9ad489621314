//! A distinguished name, kept as its writer encoded it.

use std::fmt;

use der::asn1::ObjectIdentifier;

use super::{
    X509Error,
    certificate::object_identifier,
    element::{Element, OBJECT_IDENTIFIER, SEQUENCE, SET},
    hexadecimal, oid, text,
};

/// A `Name` (RFC 5280 §4.1.2.4) as DER, never re-encoded.
///
/// A foreign CA's or requester's name keeps its string types, its repeated attributes and its
/// multi-valued relative distinguished names, because a chain is built by comparing these bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name {
    der: Vec<u8>,
    relative_names: Vec<Vec<Attribute>>,
}

/// One attribute of a name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Attribute {
    /// Its type.
    pub kind: ObjectIdentifier,
    /// DER identifier octet of its value.
    pub tag: u8,
    /// The value's content octets.
    pub value: Vec<u8>,
    /// The value with tag and length, as written.
    pub encoded: Vec<u8>,
}

impl Attribute {
    /// The value as text, where it is of a string type.
    pub fn text(&self) -> Option<String> {
        text::string_value(self.tag, &self.value)
    }
}

impl Name {
    /// Reads a DER `Name`.
    ///
    /// # Errors
    /// Bytes that are no `RDNSequence`, an empty relative distinguished name among them.
    pub fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        let what = "distinguished name";
        let mut relative_names = Vec::new();
        for set in Element::only(what, der)?.children(what, SEQUENCE)? {
            let mut attributes = Vec::new();
            for pair in set.children(what, SET)? {
                let fields = pair.children(what, SEQUENCE)?;
                let [kind, value] = fields.as_slice() else {
                    return Err(X509Error::malformed(what, "an attribute is not a pair"));
                };
                if kind.tag != OBJECT_IDENTIFIER {
                    return Err(X509Error::malformed(what, "an attribute has no type"));
                }
                attributes.push(Attribute {
                    kind: object_identifier(kind.content)?,
                    tag: value.tag,
                    value: value.content.to_vec(),
                    encoded: value.whole.to_vec(),
                });
            }
            if attributes.is_empty() {
                return Err(X509Error::malformed(what, "a relative name is empty"));
            }
            relative_names.push(attributes);
        }
        Ok(Self {
            der: der.to_vec(),
            relative_names,
        })
    }

    /// The bytes, as written.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Whether there is no attribute at all.
    pub fn is_empty(&self) -> bool {
        self.relative_names.is_empty()
    }

    /// The relative distinguished names in the order of the encoding, each with its attributes.
    pub fn relative_names(&self) -> &[Vec<Attribute>] {
        &self.relative_names
    }

    /// The values of every attribute of one type that are text, in order.
    pub fn values_of(&self, kind: &ObjectIdentifier) -> Vec<String> {
        let attributes = self.relative_names.iter().flatten();
        attributes
            .filter(|attribute| attribute.kind == *kind)
            .filter_map(Attribute::text)
            .collect()
    }

    /// The last common name, which is what people call the holder by.
    pub fn common_name(&self) -> Option<String> {
        self.values_of(&oid::COMMON_NAME).pop()
    }

    /// The name as `openssl x509 -subject` prints it: `C = DE, O = Acme, CN = host`, in the order
    /// of the encoding, `+` between the attributes of a multi-valued relative name.
    pub fn openssl_oneline(&self) -> String {
        let relative: Vec<String> = self
            .relative_names
            .iter()
            .map(|names| joined(names, " = ", " + "))
            .collect();
        relative.join(", ")
    }
}

/// RFC 4514: the most specific name first, special characters escaped.
impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, names) in self.relative_names.iter().rev().enumerate() {
            if position > 0 {
                formatter.write_str(",")?;
            }
            formatter.write_str(&joined(names, "=", "+"))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Name({self})")
    }
}

fn joined(attributes: &[Attribute], equals: &str, plus: &str) -> String {
    let shown: Vec<String> = attributes
        .iter()
        .map(
            |attribute| match (attribute.text(), oid::attribute_name(&attribute.kind)) {
                (Some(text), Some(kind)) => format!("{kind}{equals}{}", escape_value(&text)),
                (Some(text), None) => format!("{}{equals}{}", attribute.kind, escape_value(&text)),
                (None, _) => format!(
                    "{}{equals}#{}",
                    attribute.kind,
                    hexadecimal(&attribute.encoded).to_lowercase()
                ),
            },
        )
        .collect();
    shown.join(plus)
}

/// RFC 4514 §2.4: escapes what would be read as structure, and what could drive a terminal as the
/// hexadecimal pairs of its UTF-8 octets.
fn escape_value(value: &str) -> String {
    let mut shown = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (position, character) in value.chars().enumerate() {
        let at_edge = (character == ' ' && (position == 0 || position == last))
            || (character == '#' && position == 0);
        if text::is_unsafe(character) {
            let mut octets = [0; 4];
            for octet in character.encode_utf8(&mut octets).bytes() {
                shown.push_str(&format!("\\{octet:02X}"));
            }
        } else {
            if at_edge || matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
                shown.push('\\');
            }
            shown.push(character);
        }
    }
    shown
}
