//! Subjects that a manifest can say.

use crate::x509::{DistinguishedNameBuilder, Name, oid};

/// A name as a manifest says it: the same attributes with the same values (RFC 5280 §7.1 takes the two
/// for one name), in the string types that certmint writes. `None` for a name that has several
/// attributes in one relative name, values that are no text, or values that certmint does not write.
pub fn written_name(name: &Name) -> Option<Name> {
    attributes(name)?
        .iter()
        .try_fold(DistinguishedNameBuilder::new(), |builder, text| {
            let (kind, value) = text.split_once('=')?;
            let kind = oid::attribute_of_name(kind)?;
            builder.attribute(kind, value.trim()).ok()
        })?
        .build()
        .ok()
}

/// `TYPE=value` for each attribute; nothing for a name that has others than single texts.
pub(super) fn attributes(name: &Name) -> Option<Vec<String>> {
    name.relative_names()
        .iter()
        .map(|attributes| match attributes.as_slice() {
            [attribute] => {
                let kind = oid::attribute_name(&attribute.kind)
                    .map_or_else(|| attribute.kind.to_string(), str::to_owned);
                Some(format!("{kind}={}", attribute.text()?))
            }
            _ => None,
        })
        .collect()
}
