//! What a CA may sign.

use serde::Serialize;

use super::{
    super::{
        fields::{BOOLEAN, Fields, INTEGER},
        name::GeneralNameDescription,
    },
    ExtensionValue,
    others::decimal_or_hexadecimal,
};
use crate::x509::{GeneralName, X509Error, element::SEQUENCE};

/// RFC 5280 §4.2.1.10.
#[derive(Clone, Debug, Serialize)]
pub struct NameConstraintsDescription {
    /// Names of these kinds must be inside of one of these subtrees.
    pub permitted: Vec<GeneralNameDescription>,
    /// No name may be inside of one of these subtrees.
    pub excluded: Vec<GeneralNameDescription>,
}

pub(super) fn basic(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let mut fields = Fields::of("basicConstraints", value, SEQUENCE)?;
    let ca = fields
        .optional(BOOLEAN)?
        .is_some_and(|ca| ca.content.iter().any(|octet| *octet != 0));
    let path_length = fields.optional(INTEGER)?;
    fields.end()?;
    let path_length = path_length.map(|length| decimal_or_hexadecimal(length.content));
    Ok(ExtensionValue::BasicConstraints { ca, path_length })
}

pub(super) fn names(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "nameConstraints";
    let mut fields = Fields::of(what, value, SEQUENCE)?;
    let permitted = fields
        .optional(0xa0)?
        .map(|list| subtrees(what, list.content))
        .transpose()?;
    let excluded = fields
        .optional(0xa1)?
        .map(|list| subtrees(what, list.content))
        .transpose()?;
    fields.end()?;
    Ok(ExtensionValue::NameConstraints(
        NameConstraintsDescription {
            permitted: permitted.unwrap_or_default(),
            excluded: excluded.unwrap_or_default(),
        },
    ))
}

/// `GeneralSubtree`: minimum and maximum are not used (RFC 5280 §4.2.1.10).
fn subtrees(what: &'static str, list: &[u8]) -> Result<Vec<GeneralNameDescription>, X509Error> {
    let subtrees = Fields::new(what, list).rest()?;
    let base = |content| {
        let base = Fields::new(what, content).next()?;
        let base = base.ok_or_else(|| X509Error::malformed(what, "a subtree is empty"))?;
        GeneralName::read(base).map(GeneralNameDescription::of)
    };
    subtrees
        .iter()
        .map(|subtree| base(subtree.content))
        .collect()
}
