//! Certificate policies.

use serde::Serialize;

use super::{super::fields::Fields, ExtensionValue, others::decimal_or_hexadecimal};
use crate::x509::{
    X509Error,
    element::{Element, OBJECT_IDENTIFIER, SEQUENCE},
    object_identifier, string_value,
};

/// RFC 5280 §4.2.1.4.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyDescription {
    /// Its object identifier, dotted.
    pub oid: String,
    /// Its name, where it is known.
    pub name: Option<&'static str>,
    /// What else is said about it.
    pub qualifiers: Vec<Qualifier>,
}

/// A qualifier of a policy.
#[derive(Clone, Debug, Serialize)]
pub struct Qualifier {
    /// `cps`, `userNotice`, or an object identifier.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its text; empty where it has none.
    pub text: String,
}

/// RFC 5280 §4.2.1.5: the two policies mean the same.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyMapping {
    /// The issuer's policy.
    pub issuer_domain_policy: String,
    /// The subject's policy.
    pub subject_domain_policy: String,
}

/// Policies of the CA/Browser Forum, and `anyPolicy`.
fn policy_name(dotted: &str) -> Option<&'static str> {
    Some(match dotted {
        "2.5.29.32.0" => "anyPolicy",
        "2.23.140.1.1" => "extended validation",
        "2.23.140.1.2.1" => "domain validated",
        "2.23.140.1.2.2" => "organization validated",
        "2.23.140.1.2.3" => "individual validated",
        _ => return None,
    })
}

pub(super) fn policies(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "certificatePolicies";
    let policies = Fields::of(what, value, SEQUENCE)?.rest()?;
    let policies: Result<Vec<_>, X509Error> = policies
        .iter()
        .map(|policy| {
            let mut fields = Fields::new(what, policy.content);
            let dotted = dotted(what, fields.required(OBJECT_IDENTIFIER)?)?;
            let qualifiers = fields.optional(SEQUENCE)?;
            fields.end()?;
            let qualifiers = match qualifiers {
                Some(list) => Fields::new(what, list.content).rest()?,
                None => Vec::new(),
            };
            let qualifiers: Result<Vec<_>, X509Error> = qualifiers
                .iter()
                .map(|entry| qualifier(what, entry))
                .collect();
            Ok(PolicyDescription {
                name: policy_name(&dotted),
                oid: dotted,
                qualifiers: qualifiers?,
            })
        })
        .collect();
    policies.map(ExtensionValue::Policies)
}

fn qualifier(what: &'static str, entry: &Element<'_>) -> Result<Qualifier, X509Error> {
    let mut fields = Fields::new(what, entry.content);
    let kind = dotted(what, fields.required(OBJECT_IDENTIFIER)?)?;
    let value = fields.next()?;
    let text = |element: &Element<'_>| string_value(element.tag, element.content);
    Ok(match (kind.as_str(), value) {
        ("1.3.6.1.5.5.7.2.1", Some(uri)) => Qualifier {
            kind: "cps".to_owned(),
            text: text(&uri).unwrap_or_default(),
        },
        ("1.3.6.1.5.5.7.2.2", Some(notice)) => Qualifier {
            kind: "userNotice".to_owned(),
            text: notice_text(what, notice.content)?,
        },
        (_, value) => Qualifier {
            text: value.as_ref().and_then(text).unwrap_or_default(),
            kind,
        },
    })
}

/// `UserNotice`: a reference (organization and numbers) and an explicit text.
fn notice_text(what: &'static str, notice: &[u8]) -> Result<String, X509Error> {
    let mut parts = Vec::new();
    for part in Fields::new(what, notice).rest()? {
        if part.tag == SEQUENCE {
            let mut reference = Fields::new(what, part.content);
            if let Some(organization) = reference.next()? {
                parts.extend(string_value(organization.tag, organization.content));
            }
            if let Some(numbers) = reference.optional(SEQUENCE)? {
                let numbers = Fields::new(what, numbers.content).rest()?;
                parts.extend(
                    numbers
                        .iter()
                        .map(|number| format!("#{}", decimal_or_hexadecimal(number.content))),
                );
            }
        } else {
            parts.extend(string_value(part.tag, part.content));
        }
    }
    Ok(parts.join(" "))
}

pub(super) fn mappings(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let what = "policyMappings";
    let pairs = Fields::of(what, value, SEQUENCE)?.rest()?;
    let pairs: Result<Vec<_>, X509Error> = pairs
        .iter()
        .map(|pair| {
            let mut fields = Fields::new(what, pair.content);
            Ok(PolicyMapping {
                issuer_domain_policy: dotted(what, fields.required(OBJECT_IDENTIFIER)?)?,
                subject_domain_policy: dotted(what, fields.required(OBJECT_IDENTIFIER)?)?,
            })
        })
        .collect();
    pairs.map(ExtensionValue::PolicyMappings)
}

pub(super) fn constraints(value: &[u8]) -> Result<ExtensionValue, X509Error> {
    let mut fields = Fields::of("policyConstraints", value, SEQUENCE)?;
    let number =
        |field: Option<Element<'_>>| field.map(|field| decimal_or_hexadecimal(field.content));
    let require_explicit_policy = number(fields.optional(0x80)?);
    let inhibit_policy_mapping = number(fields.optional(0x81)?);
    fields.end()?;
    Ok(ExtensionValue::PolicyConstraints {
        require_explicit_policy,
        inhibit_policy_mapping,
    })
}

fn dotted(what: &'static str, identifier: Element<'_>) -> Result<String, X509Error> {
    let identifier =
        object_identifier(identifier.content).map_err(|error| X509Error::malformed(what, error))?;
    Ok(identifier.to_string())
}
