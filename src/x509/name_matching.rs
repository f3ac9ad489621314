//! Comparing distinguished names as RFC 5280 §7.1 asks: text against text whatever its string type,
//! without regard to case or to extra white space; and whether one name lies within the subtree of
//! another (§4.2.1.10).
//!
//! Full LDAP string preparation (RFC 4518) also normalises composed characters (NFKC); this does
//! not, so two spellings of one accented letter are two names.

use super::element::{OBJECT_IDENTIFIER, SEQUENCE, SET, read_element};
use super::string_value;

/// A DER structure that is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameMatchingError {
    /// The bytes are not the DER of a Name.
    #[error("not a distinguished name in DER")]
    Malformed,
}

/// A distinguished name in the form in which it is compared: two names match when these are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ComparableName {
    relative_names: Vec<Vec<Attribute>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Attribute {
    kind: Vec<u8>,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Value {
    Text(String),
    Other { tag: u8, content: Vec<u8> },
}

/// Whether two Names, given as DER, are the same name (RFC 5280 §7.1). A name that cannot be read
/// matches nothing.
#[must_use]
pub fn names_match(one: &[u8], other: &[u8]) -> bool {
    match (
        ComparableName::from_der(one),
        ComparableName::from_der(other),
    ) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

impl ComparableName {
    /// Reads the DER of a Name, all of it.
    ///
    /// # Errors
    /// [`NameMatchingError::Malformed`] when the bytes are not exactly one Name.
    pub fn from_der(der: &[u8]) -> Result<Self, NameMatchingError> {
        let sequence = read_only_element(der, SEQUENCE)?;
        let mut relative_names = Vec::new();
        let mut rest = sequence;
        while !rest.is_empty() {
            let element = read_element(rest).ok_or(NameMatchingError::Malformed)?;
            if element.tag != SET {
                return Err(NameMatchingError::Malformed);
            }
            relative_names.push(read_relative_name(element.content)?);
            rest = element.rest;
        }
        Ok(Self { relative_names })
    }

    /// Whether the name has no attributes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.relative_names.is_empty()
    }

    /// Whether this name lies within the subtree whose top is `base` (RFC 5280 §4.2.1.10): `base`
    /// is its first part, attribute by attribute.
    #[must_use]
    pub fn is_within(&self, base: &Self) -> bool {
        self.relative_names.starts_with(&base.relative_names)
    }

    /// This name with one relative name after it, as `nameRelativeToCRLIssuer` asks
    /// (RFC 5280 §4.2.1.13). `attributes` is the content of the SET.
    ///
    /// # Errors
    /// [`NameMatchingError::Malformed`] when `attributes` is no sequence of attributes.
    pub fn with_relative_name(&self, attributes: &[u8]) -> Result<Self, NameMatchingError> {
        let mut relative_names = self.relative_names.clone();
        relative_names.push(read_relative_name(attributes)?);
        Ok(Self { relative_names })
    }
}

fn read_relative_name(mut content: &[u8]) -> Result<Vec<Attribute>, NameMatchingError> {
    let mut attributes = Vec::new();
    while !content.is_empty() {
        let element = read_element(content).ok_or(NameMatchingError::Malformed)?;
        if element.tag != SEQUENCE {
            return Err(NameMatchingError::Malformed);
        }
        let kind = read_element(element.content).ok_or(NameMatchingError::Malformed)?;
        let value = read_element(kind.rest).ok_or(NameMatchingError::Malformed)?;
        if kind.tag != OBJECT_IDENTIFIER || !value.rest.is_empty() {
            return Err(NameMatchingError::Malformed);
        }
        let value = match string_value(value.tag, value.content) {
            Some(text) => Value::Text(fold(&text)),
            None => Value::Other {
                tag: value.tag,
                content: value.content.to_vec(),
            },
        };
        attributes.push(Attribute {
            kind: kind.content.to_vec(),
            value,
        });
        content = element.rest;
    }
    if attributes.is_empty() {
        return Err(NameMatchingError::Malformed);
    }
    attributes.sort();
    Ok(attributes)
}

/// Case folded, white space at the ends removed and inner runs of it made one space
/// (RFC 4518 §2.2 and §2.6.1).
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        let visible = word
            .chars()
            .filter(|c| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}'));
        folded.extend(visible.flat_map(char::to_lowercase));
    }
    folded
}

/// The content of the one element that the input consists of.
fn read_only_element(input: &[u8], tag: u8) -> Result<&[u8], NameMatchingError> {
    match read_element(input) {
        Some(element) if element.tag == tag && element.rest.is_empty() => Ok(element.content),
        _ => Err(NameMatchingError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Name of attributes (last arc of 2.5.4, string tag, bytes), one per relative name.
    fn name(attributes: &[(u8, u8, &[u8])]) -> Vec<u8> {
        let mut content = Vec::new();
        for (arc, tag, text) in attributes {
            let mut pair = vec![0x06, 3, 0x55, 4, *arc, *tag, text.len() as u8];
            pair.extend_from_slice(text);
            let mut sequence = vec![SEQUENCE, pair.len() as u8];
            sequence.append(&mut pair);
            content.extend([SET, sequence.len() as u8]);
            content.append(&mut sequence);
        }
        let mut der = vec![SEQUENCE, content.len() as u8];
        der.append(&mut content);
        der
    }

    const COMMON_NAME: u8 = 3;
    const ORGANIZATION: u8 = 10;

    #[test]
    fn string_type_case_and_white_space_do_not_matter() {
        let printable = name(&[(COMMON_NAME, 0x13, b"Test CA")]);
        assert!(names_match(
            &printable,
            &name(&[(COMMON_NAME, 0x0c, b"  test   ca ")])
        ));
        assert!(names_match(
            &printable,
            &name(&[(COMMON_NAME, 0x1e, b"\0T\0e\0s\0t\0 \0C\0A")])
        ));
        assert!(!names_match(
            &printable,
            &name(&[(COMMON_NAME, 0x0c, b"TestCA")])
        ));
        assert!(!names_match(
            &printable,
            &name(&[(ORGANIZATION, 0x13, b"Test CA")])
        ));
    }

    #[test]
    fn latin_1_and_utf_8_are_the_same_text() {
        let teletex = name(&[(COMMON_NAME, 0x14, b"Z\xfcrich")]);
        assert!(names_match(
            &teletex,
            &name(&[(COMMON_NAME, 0x0c, "zÜrich".as_bytes())])
        ));
    }

    #[test]
    fn order_of_relative_names_matters() {
        let one = name(&[(ORGANIZATION, 0x13, b"A"), (COMMON_NAME, 0x13, b"B")]);
        let other = name(&[(COMMON_NAME, 0x13, b"B"), (ORGANIZATION, 0x13, b"A")]);
        assert!(!names_match(&one, &other));
    }

    #[test]
    fn a_subtree_holds_its_own_top_and_what_begins_with_it() {
        let base = ComparableName::from_der(&name(&[(ORGANIZATION, 0x13, b"A")])).unwrap();
        let child = name(&[(ORGANIZATION, 0x0c, b"a"), (COMMON_NAME, 0x13, b"B")]);
        let child = ComparableName::from_der(&child).unwrap();
        assert!(child.is_within(&base) && base.is_within(&base));
        assert!(!base.is_within(&child));
        assert!(base.is_within(&ComparableName::default()));
    }

    #[test]
    fn trailing_and_missing_bytes_are_refused() {
        let mut der = name(&[(COMMON_NAME, 0x13, b"B")]);
        assert!(ComparableName::from_der(&der).is_ok());
        der.push(0);
        assert!(ComparableName::from_der(&der).is_err());
        der.truncate(der.len() - 2);
        assert!(ComparableName::from_der(&der).is_err());
    }
}
