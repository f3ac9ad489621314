//! Writing a distinguished name.

use der::{
    Encode, Tag,
    asn1::{Any, ObjectIdentifier, SetOfVec},
};
use x509_cert::attr::AttributeTypeAndValue;

use super::{Name, X509Error, oid};

/// Builds a [`Name`] attribute by attribute, most general first, as RFC 5280 §4.1.2.4 encodes it.
///
/// Countries, serial numbers and DN qualifiers become PrintableString, domain components and mail
/// addresses IA5String, everything else UTF8String (RFC 5280 §4.1.2.4 and Appendix A.1).
#[derive(Default)]
pub struct DistinguishedNameBuilder {
    relative_names: Vec<Vec<u8>>,
}

/// Upper bounds of RFC 5280 Appendix A.1, in characters.
const UPPER_BOUNDS: &[(ObjectIdentifier, usize)] = &[
    (oid::COMMON_NAME, 64),
    (oid::ORGANIZATION, 64),
    (oid::ORGANIZATIONAL_UNIT, 64),
    (oid::LOCALITY, 128),
    (oid::STATE_OR_PROVINCE, 128),
    (oid::SERIAL_NUMBER, 64),
    (oid::EMAIL_ADDRESS, 255),
];

impl DistinguishedNameBuilder {
    /// A name without attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a relative distinguished name of one attribute.
    ///
    /// # Errors
    /// A value that is empty, has control characters, is longer than RFC 5280 Appendix A.1 allows, or
    /// that the attribute's string type cannot hold.
    pub fn attribute(mut self, kind: ObjectIdentifier, value: &str) -> Result<Self, X509Error> {
        let refused = |reason: String| X509Error::NameAttribute {
            attribute: oid::display(&kind),
            value: value.to_owned(),
            reason,
        };
        if value.is_empty() {
            return Err(refused("is empty".to_owned()));
        }
        if value.chars().any(char::is_control) {
            return Err(refused("has control characters".to_owned()));
        }
        let length = value.chars().count();
        if let Some((_, bound)) = UPPER_BOUNDS.iter().find(|(bounded, _)| *bounded == kind)
            && length > *bound
        {
            return Err(refused(format!(
                "has {length} characters; RFC 5280 Appendix A.1 allows {bound}"
            )));
        }
        if kind == oid::COUNTRY
            && !(length == 2 && value.chars().all(|letter| letter.is_ascii_uppercase()))
        {
            return Err(refused(
                "must be the two capital letters of ISO 3166-1, such as JP".to_owned(),
            ));
        }
        let tag = string_type(&kind);
        let fits = match tag {
            Tag::PrintableString => value.chars().all(is_printable),
            Tag::Ia5String => value.is_ascii(),
            _ => true,
        };
        if !fits {
            return Err(refused(format!("has characters that {tag} cannot hold")));
        }
        let encode = |source| X509Error::Encode {
            what: "distinguished name",
            source,
        };
        let value = Any::new(tag, value.as_bytes()).map_err(encode)?;
        let set =
            SetOfVec::try_from(vec![AttributeTypeAndValue { oid: kind, value }]).map_err(encode)?;
        self.relative_names.push(set.to_der().map_err(encode)?);
        Ok(self)
    }

    /// The finished name.
    ///
    /// # Errors
    /// A name too large for DER as certmint writes it.
    pub fn build(self) -> Result<Name, X509Error> {
        let encode = |source| X509Error::Encode {
            what: "distinguished name",
            source,
        };
        let sequence = Any::new(Tag::Sequence, self.relative_names.concat()).map_err(encode)?;
        Name::from_der(&sequence.to_der().map_err(encode)?)
    }
}

fn string_type(kind: &ObjectIdentifier) -> Tag {
    match *kind {
        oid::COUNTRY | oid::SERIAL_NUMBER | oid::DN_QUALIFIER => Tag::PrintableString,
        oid::DOMAIN_COMPONENT | oid::EMAIL_ADDRESS => Tag::Ia5String,
        _ => Tag::Utf8String,
    }
}

/// X.680 §41.4, table 10.
fn is_printable(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(
            character,
            ' ' | '\'' | '(' | ')' | '+' | ',' | '-' | '.' | '/' | ':' | '=' | '?'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_attributes_are_kept_in_order() {
        let name = DistinguishedNameBuilder::new()
            .attribute(oid::DOMAIN_COMPONENT, "com")
            .and_then(|name| name.attribute(oid::DOMAIN_COMPONENT, "example"))
            .and_then(|name| name.attribute(oid::COMMON_NAME, "a, b"))
            .and_then(DistinguishedNameBuilder::build)
            .unwrap();
        assert_eq!(name.to_string(), "CN=a\\, b,DC=example,DC=com");
        assert_eq!(
            name.openssl_oneline(),
            "DC = com, DC = example, CN = a\\, b"
        );
    }

    #[test]
    fn bounds_hold() {
        let with = |kind, value: &str| {
            DistinguishedNameBuilder::new()
                .attribute(kind, value)
                .is_ok()
        };
        assert!(with(oid::COMMON_NAME, &"a".repeat(64)));
        assert!(!with(oid::COMMON_NAME, &"a".repeat(65)));
        assert!(with(oid::COUNTRY, "JP"));
        assert!(!with(oid::COUNTRY, "jp"));
        assert!(!with(oid::COUNTRY, "JPN"));
        assert!(!with(oid::EMAIL_ADDRESS, "ü@example.com"));
        assert!(!with(oid::ORGANIZATION, ""));
        assert!(with(oid::ORGANIZATION, "日本 Ltd"));
        assert!(!with(oid::ORGANIZATION, "a\u{1b}[2J"));
    }
}
