//! The subject of a CA or certificate.

use der::asn1::ObjectIdentifier;

use crate::{
    manifest::source::Problems,
    x509::{DistinguishedNameBuilder, Name, SubjectParts, X509Error, oid},
};

use super::fields::{Fields, Value};

/// The parts besides the common name, with the attribute that each becomes.
const PARTS: [(&str, ObjectIdentifier); 5] = [
    ("country", oid::COUNTRY),
    ("state", oid::STATE_OR_PROVINCE),
    ("locality", oid::LOCALITY),
    ("organization", oid::ORGANIZATION),
    ("organizational_unit", oid::ORGANIZATIONAL_UNIT),
];

/// Reads the parts of a table, on top of those of the defaults.
pub(super) fn parts(
    fields: &Fields<'_>,
    defaults: &SubjectParts,
    problems: &mut Problems<'_>,
) -> SubjectParts {
    let mut parts = defaults.clone();
    for (key, attribute) in PARTS {
        let Some(value) = fields.value(key) else {
            continue;
        };
        let values = if key == "organizational_unit" && value.is_array() {
            value.list(problems)
        } else {
            vec![value]
        };
        let texts: Vec<String> = values
            .iter()
            .filter_map(|value| attribute_text(value, attribute, problems))
            .collect();
        let first = texts.first().cloned();
        match key {
            "country" => parts.country = first,
            "state" => parts.state = first,
            "locality" => parts.locality = first,
            "organization" => parts.organization = first,
            _ => parts.organizational_units = texts,
        }
    }
    if let Some(value) = fields.value("common_name") {
        parts.common_name = attribute_text(&value, oid::COMMON_NAME, problems);
    }
    parts
}

/// The subject: `subject` as it is, else the parts with this common name where none is written.
pub(super) fn read(
    fields: &Fields<'_>,
    defaults: &SubjectParts,
    usual_common_name: Option<String>,
    problems: &mut Problems<'_>,
) -> Option<Name> {
    if let Some(subject) = fields.value("subject") {
        let both = PARTS.iter().map(|(key, _)| *key).chain(["common_name"]);
        for value in both.filter_map(|key| fields.value(key)) {
            let what = format!(
                "`subject` says everything, and `{}` is there too",
                value.key()
            );
            value.refuse(what, "leave one of them out", problems);
        }
        return attributes(&subject, problems);
    }
    let mut parts = parts(fields, defaults, problems);
    if fields.value("common_name").is_none() {
        parts.common_name = usual_common_name;
    }
    let name = parts.name();
    told(name, problems, |error, problems| {
        let remedy = "write common_name with at most 64 characters";
        problems.push(fields.at(), error.to_string(), remedy);
    })
}

/// `subject = ["DC=com", "CN=host"]`: every attribute in the order of the encoding.
fn attributes(subject: &Value<'_>, problems: &mut Problems<'_>) -> Option<Name> {
    let mut builder = Some(DistinguishedNameBuilder::new());
    for value in subject.list(problems) {
        let read = value.string(problems).and_then(|text| {
            let Some((kind, content)) = text.split_once('=') else {
                value.refuse(
                    format!("{text:?} is no attribute of a subject"),
                    "write it as \"O=Example\"",
                    problems,
                );
                return None;
            };
            let Some(kind) = oid::attribute_of_name(kind.trim()) else {
                value.refuse(
                    format!("the attribute type {:?} is unknown", kind.trim()),
                    "write CN, O, OU, C, ST, L, DC, UID, emailAddress, serialNumber or an object identifier",
                    problems,
                );
                return None;
            };
            Some((kind, content.trim()))
        });
        builder = match (builder, read) {
            (Some(before), Some((kind, content))) => told(
                before.attribute(kind, content),
                problems,
                |error, problems| {
                    value.refuse(error.to_string(), "put it right, or leave it out", problems);
                },
            ),
            _ => None,
        };
    }
    builder?.build().ok()
}

fn attribute_text(
    value: &Value<'_>,
    attribute: ObjectIdentifier,
    problems: &mut Problems<'_>,
) -> Option<String> {
    let text = value.filled(problems)?;
    if text.trim() != text {
        let what = format!("`{}` begins or ends with white space", value.key());
        value.refuse(what, format!("write {:?}", text.trim()), problems);
        return None;
    }
    let tried = DistinguishedNameBuilder::new().attribute(attribute, text);
    told(tried, problems, |error, problems| {
        let remedy = match value.key() {
            "country" => "write the two letters of the country, such as \"JP\"",
            _ => "write fewer characters",
        };
        value.refuse(error.to_string(), remedy, problems);
    })
    .map(|_| text.to_owned())
}

fn told<T>(
    result: Result<T, X509Error>,
    problems: &mut Problems<'_>,
    tell: impl FnOnce(X509Error, &mut Problems<'_>),
) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            tell(error, problems);
            None
        }
    }
}
