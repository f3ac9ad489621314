//! A subject in the parts that people know.

use der::asn1::ObjectIdentifier;

use super::{DistinguishedNameBuilder, Name, X509Error, oid};

/// The parts of a subject that certmint's users write; what is absent is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectParts {
    /// Two capital letters (ISO 3166-1).
    pub country: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// City.
    pub locality: Option<String>,
    /// Organization.
    pub organization: Option<String>,
    /// Organizational units, the most general first.
    pub organizational_units: Vec<String>,
    /// What the holder is called.
    pub common_name: Option<String>,
}

impl SubjectParts {
    /// The name, most general attribute first (RFC 5280 §4.1.2.4).
    ///
    /// # Errors
    /// A part that is empty, too long or of wrong characters; see
    /// [`DistinguishedNameBuilder::attribute`].
    pub fn name(&self) -> Result<Name, X509Error> {
        self.attributes()
            .try_fold(DistinguishedNameBuilder::new(), |name, (kind, value)| {
                name.attribute(kind, value)
            })?
            .build()
    }

    /// The parts of a name that [`SubjectParts::name`] would write so; `None` for one with other
    /// attributes, in another order, or in other string types.
    pub fn of(name: &Name) -> Option<Self> {
        let mut parts = Self::default();
        for attributes in name.relative_names() {
            let [attribute] = attributes.as_slice() else {
                return None;
            };
            let value = attribute.text()?;
            match attribute.kind {
                oid::COUNTRY => parts.country = Some(value),
                oid::STATE_OR_PROVINCE => parts.state = Some(value),
                oid::LOCALITY => parts.locality = Some(value),
                oid::ORGANIZATION => parts.organization = Some(value),
                oid::ORGANIZATIONAL_UNIT => parts.organizational_units.push(value),
                oid::COMMON_NAME => parts.common_name = Some(value),
                _ => return None,
            }
        }
        let written = parts.name().ok()?;
        (written == *name).then_some(parts)
    }

    fn attributes(&self) -> impl Iterator<Item = (ObjectIdentifier, &str)> {
        let Self {
            country,
            state,
            locality,
            organization,
            organizational_units,
            common_name,
        } = self;
        let before = [
            (oid::COUNTRY, country),
            (oid::STATE_OR_PROVINCE, state),
            (oid::LOCALITY, locality),
            (oid::ORGANIZATION, organization),
        ];
        let units = organizational_units
            .iter()
            .map(|unit| (oid::ORGANIZATIONAL_UNIT, unit.as_str()));
        let last = common_name
            .iter()
            .map(|name| (oid::COMMON_NAME, name.as_str()));
        before
            .into_iter()
            .filter_map(|(kind, value)| value.as_deref().map(|value| (kind, value)))
            .chain(units)
            .chain(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_from_the_name_that_they_make() {
        let parts = SubjectParts {
            country: Some("JP".to_owned()),
            organization: Some("Example".to_owned()),
            organizational_units: vec!["Web".to_owned(), "Tokyo".to_owned()],
            common_name: Some("www.example.com".to_owned()),
            ..SubjectParts::default()
        };
        let name = parts.name().unwrap();
        assert_eq!(
            name.openssl_oneline(),
            "C = JP, O = Example, OU = Web, OU = Tokyo, CN = www.example.com"
        );
        assert_eq!(SubjectParts::of(&name), Some(parts));
    }

    #[test]
    fn a_name_that_parts_cannot_say_has_none() {
        let other = |attributes: &[(ObjectIdentifier, &str)]| {
            attributes
                .iter()
                .try_fold(DistinguishedNameBuilder::new(), |name, (kind, value)| {
                    name.attribute(*kind, value)
                })
                .and_then(DistinguishedNameBuilder::build)
                .unwrap()
        };
        let reversed = other(&[(oid::COMMON_NAME, "a"), (oid::ORGANIZATION, "b")]);
        assert_eq!(SubjectParts::of(&reversed), None);
        let doubled = other(&[(oid::ORGANIZATION, "a"), (oid::ORGANIZATION, "b")]);
        assert_eq!(SubjectParts::of(&doubled), None);
        let domain = other(&[(oid::DOMAIN_COMPONENT, "com")]);
        assert_eq!(SubjectParts::of(&domain), None);
        assert_eq!(SubjectParts::of(&other(&[])), Some(SubjectParts::default()));
    }
}
