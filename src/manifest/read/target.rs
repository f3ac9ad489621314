//! `[server.NAME.target.TARGET]`

use std::collections::BTreeMap;

use toml::de::DeValue;

use crate::{
    formats::nearest,
    manifest::{rules::no_such_authority, source::Problems},
    store::StoreName,
    target::{Library, Target, TargetError, Variable, VariableKind, Written},
};

use super::fields::{Fields, Value};

const EXAMPLE: &str = "{ nginx = { document_root = \"/srv/www\" } }";

/// Reads what a certificate's targets are told: variables by targets. A target that certmint brings
/// along is known with its variables; any other is the user's own, of which only `render` knows.
/// `authorities` are the CAs that a variable can name.
pub(super) fn read(
    fields: &Fields<'_>,
    targets: &[String],
    authorities: &[StoreName],
    problems: &mut Problems<'_>,
) -> BTreeMap<String, Written> {
    let Some(settings) = fields
        .value("target")
        .and_then(|value| value.open_table(EXAMPLE, problems))
    else {
        return BTreeMap::new();
    };
    settings
        .values()
        .filter_map(|value| {
            let name = value.key().to_owned();
            let target = known(&value, targets, problems)?;
            let variables = value.open_table("{ document_root = \"/srv/www\" }", problems)?;
            Some((
                name,
                written(&variables, target.as_ref(), authorities, problems),
            ))
        })
        .collect()
}

/// The target of a table, where certmint brings it along.
fn known(
    value: &Value<'_>,
    targets: &[String],
    problems: &mut Problems<'_>,
) -> Option<Option<Target>> {
    let name = value.key();
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if name.is_empty() || !name.chars().all(plain) {
        let remedy = "write small letters, digits and hyphens, such as [server.NAME.target.nginx]";
        problems.push(
            value.key_at(),
            format!("{name:?} is no name of a target"),
            remedy,
        );
        return None;
    }
    match Library::new(None).target(name) {
        Ok(target) => Some(Some(target)),
        Err(fault) if !targets.iter().any(|target| target == name) => {
            let remedy = match fault {
                TargetError::Unknown {
                    nearest: Some(near),
                    ..
                } => format!("did you mean {near}?"),
                _ => "one of your own has to stand in `targets` too".to_owned(),
            };
            problems.push(
                value.key_at(),
                format!("there is no target {name:?}"),
                remedy,
            );
            None
        }
        Err(_) => Some(None),
    }
}

fn written(
    fields: &Fields<'_>,
    target: Option<&Target>,
    authorities: &[StoreName],
    problems: &mut Problems<'_>,
) -> Written {
    let mut written = Written::new();
    for value in fields.values() {
        let variable = match target.map(|target| (target, target.declared(value.key()))) {
            None => None,
            Some((_, Ok(variable))) => Some(variable),
            Some((target, Err(_))) => {
                unknown(&value, target, problems);
                continue;
            }
        };
        if let Some(values) = texts(&value, variable, authorities, problems) {
            written.insert(value.key().to_owned(), values);
        }
    }
    written
}

fn unknown(value: &Value<'_>, target: &Target, problems: &mut Problems<'_>) {
    let names: Vec<&str> = target
        .variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    let remedy = match nearest(value.key(), names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names.join(", ")),
    };
    let what = format!(
        "{} has no variable `{}`, which stands in [{}]",
        target.name,
        value.key(),
        value.table_title()
    );
    problems.push(value.key_at(), what, remedy);
}

/// The value or the values of a variable, as they would be typed.
fn texts(
    value: &Value<'_>,
    variable: Option<&Variable>,
    authorities: &[StoreName],
    problems: &mut Problems<'_>,
) -> Option<Vec<String>> {
    let items = if value.is_array() {
        value.items()
    } else {
        vec![value.clone()]
    };
    let mut texts = Vec::new();
    for item in &items {
        let text = item.plain_text(problems)?;
        if let Some(variable) = variable
            && let Err(fault) = variable.split(std::slice::from_ref(&text))
        {
            item.refuse(
                format!("`{}` cannot be {text:?}", value.key()),
                reason(fault),
                problems,
            );
            return None;
        }
        if variable.is_some_and(|variable| variable.kind == VariableKind::Authority)
            && !is_authority(&text, authorities)
        {
            let known = authorities.iter().map(StoreName::to_string).collect();
            let (what, remedy) = no_such_authority(&text, known);
            item.refuse(what, remedy, problems);
            return None;
        }
        texts.push(text);
    }
    if let Some(variable) = variable
        && !variable.list
        && texts.len() != 1
    {
        let what = format!(
            "`{}` has one value, and here are {}",
            value.key(),
            texts.len()
        );
        value.refuse(what, "write it without brackets", problems);
        return None;
    }
    Some(texts)
}

/// Whether a CA is one of the manifest, or one above the certificate.
fn is_authority(text: &str, authorities: &[StoreName]) -> bool {
    text.starts_with('@') || authorities.iter().any(|one| one.to_string() == text)
}

fn reason(fault: TargetError) -> String {
    match fault {
        TargetError::Value { reason, .. } => reason,
        other => other.to_string(),
    }
}

impl Value<'_> {
    /// A string, a number or a truth, as it would be typed.
    fn plain_text(&self, problems: &mut Problems<'_>) -> Option<String> {
        match self.written() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Boolean(truth) => Some(truth.to_string()),
            DeValue::Integer(number) => {
                let value = i64::from_str_radix(number.as_str(), number.radix());
                Some(value.map_or_else(|_| number.to_string(), |value| value.to_string()))
            }
            _ => {
                let wanted = "a string, a number, true, false or an array of these";
                self.wrong_type(wanted, "\"…\"", problems);
                None
            }
        }
    }
}
