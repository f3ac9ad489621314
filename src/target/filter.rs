//! What templates can do with values besides writing them.

use std::net::IpAddr;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use minijinja::{Environment, Error, ErrorKind, Value, value::Kwargs};

use crate::formats::kubernetes::{NameError, Namespace, ObjectName};
use crate::x509::escape_control;

/// Adds the filters that every target's templates have.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("pem", pem);
    environment.add_filter("base64", base64);
    environment.add_filter("json", json);
    environment.add_filter("comment", comment);
    environment.add_filter("slug", slug);
    environment.add_filter("object_name", object_name);
    environment.add_filter("namespace", namespace);
    environment.add_filter("identifier", identifier);
    environment.add_test("address", |text: &str| text.parse::<IpAddr>().is_ok());
}

/// PEM as it is, each line moved in by `indent` spaces, without the last line break; anything else
/// is refused.
fn pem(text: &str, options: Kwargs) -> Result<Value, Error> {
    let indent: Option<usize> = options.get("indent")?;
    options.assert_all_used()?;
    let indent = " ".repeat(indent.unwrap_or_default().min(64));
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let armour = line
            .strip_prefix("-----")
            .and_then(|line| line.strip_suffix("-----"));
        let sound = match armour {
            Some(label) => {
                let begins = label.starts_with("BEGIN ");
                let fits = inside != begins && (begins || label.starts_with("END "));
                inside = begins;
                fits && label
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == ' ')
            }
            None => {
                inside
                    && line
                        .chars()
                        .all(|letter| letter.is_ascii_alphanumeric() || "+/=".contains(letter))
            }
        };
        if !sound {
            return Err(Error::new(ErrorKind::InvalidOperation, "this is not PEM"));
        }
        lines.push(format!("{indent}{line}"));
    }
    if lines.is_empty() || inside {
        return Err(Error::new(ErrorKind::InvalidOperation, "this is not PEM"));
    }
    Ok(Value::from_safe_string(lines.join("\n")))
}

/// Base64 without line breaks (RFC 4648 §4).
fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

/// A value as JSON text (RFC 8259), which is then written as any other text.
fn json(value: &Value) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|fault| {
        Error::new(ErrorKind::BadSerialization, "it cannot be JSON").with_source(fault)
    })
}

/// Text for a comment: it cannot end the line that it stands in.
fn comment(text: &str) -> Value {
    Value::from_safe_string(escape_control(text))
}

/// A text as the identifier of a programming language, which is written without quotation marks:
/// ASCII letters, digits and `_`, and no digit first.
fn identifier(text: &str) -> Result<Value, Error> {
    let mut name: String = text
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    if name.is_empty() {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "an identifier has at least one letter",
        ));
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    Ok(Value::from_safe_string(name))
}

/// A text as a name: letters, digits, `-` and `_`; anything else becomes a `-`. Configurations call
/// what they are about so.
pub fn slug(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => letter,
            _ => '-',
        })
        .collect()
}

/// A text that is a name of an object of Kubernetes; any other is refused.
fn object_name(text: &str) -> Result<String, Error> {
    let name: Result<ObjectName, _> = text.parse();
    name.map(|name| name.to_string()).map_err(no_name)
}

/// A text that is a namespace of Kubernetes; any other is refused.
fn namespace(text: &str) -> Result<String, Error> {
    let name: Result<Namespace, _> = text.parse();
    name.map(|name| name.to_string()).map_err(no_name)
}

fn no_name(fault: NameError) -> Error {
    Error::new(ErrorKind::InvalidOperation, fault.to_string())
}
