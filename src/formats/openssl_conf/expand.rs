//! Quotes, escapes and variables within a value (`config(5)`).

use super::config::{Config, Value};
use super::error::SyntaxFault;
use super::location::shortened;

/// openssl's limit for a value after its variables are expanded (`MAX_CONF_VALUE_LENGTH`).
const MAX_VALUE: usize = 65_536;

/// Where `$name` without a section is looked up.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// In this section and then in the default section.
    Section(&'a str),
    /// In the default section only: the name of a section is being read.
    Default,
}

/// Whether `$` may be part of a name (`.pragma dollarid`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dollar {
    /// `$name` is a variable.
    Variable,
    /// Only `${name}` and `$(name)` are.
    Ordinary,
}

/// Letters, digits and the underscore: what a variable's name is made of.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Expands what stands right of an equal sign.
pub(super) fn expand(
    config: &mut Config,
    scope: Scope<'_>,
    dollar: Dollar,
    text: &[u8],
) -> Result<Value, SyntaxFault> {
    let mut output = Vec::with_capacity(text.len());
    let mut environment = None;
    let mut capacity = text.len() + 1;
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\'' | b'"' | b'`' => rest = quoted(byte, rest, &mut output),
            b'\\' => {
                let Some((&escaped, after)) = rest.split_first() else {
                    break;
                };
                rest = after;
                output.push(match escaped {
                    b'r' => b'\r',
                    b'n' => b'\n',
                    b'b' => 0x08,
                    b't' => b'\t',
                    other => other,
                });
            }
            b'$' if dollar == Dollar::Variable || matches!(rest.first(), Some(b'{' | b'(')) => {
                let before = rest.len() + 1;
                let variable = Variable::read(rest, dollar)?;
                rest = variable.rest;
                match variable.value(config, scope)? {
                    Value::Known(value) => {
                        capacity = (capacity + value.len()).saturating_sub(before - rest.len());
                        if capacity > MAX_VALUE {
                            return Err(SyntaxFault::ExpansionTooLong);
                        }
                        output.extend_from_slice(&value);
                    }
                    Value::NeedsEnvironment(name) => environment = Some(name),
                }
            }
            other => output.push(other),
        }
    }
    Ok(environment.map_or(Value::Known(output), Value::NeedsEnvironment))
}

/// Copies to the closing quote, which may be missing. Inside only the backslash is special.
fn quoted<'a>(quote: u8, text: &'a [u8], output: &mut Vec<u8>) -> &'a [u8] {
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == quote {
            return rest;
        }
        if byte == b'\\' {
            let Some((&escaped, after)) = rest.split_first() else {
                return rest;
            };
            rest = after;
            output.push(escaped);
        } else {
            output.push(byte);
        }
    }
    rest
}

/// A variable as written, and what follows it.
struct Variable<'a> {
    section: Option<&'a [u8]>,
    name: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Variable<'a> {
    /// Reads what follows the dollar sign.
    fn read(text: &'a [u8], dollar: Dollar) -> Result<Self, SyntaxFault> {
        let (close, text) = match text.split_first() {
            Some((b'{', rest)) => (Some(b'}'), rest),
            Some((b'(', rest)) => (Some(b')'), rest),
            _ => (None, text),
        };
        let (first, rest) = word(text, dollar);
        let (section, name, rest) = match rest.strip_prefix(b"::") {
            Some(rest) => {
                let (name, rest) = word(rest, dollar);
                (Some(first), name, rest)
            }
            None => (None, first, rest),
        };
        let rest = match close {
            Some(close) => rest
                .strip_prefix(&[close])
                .ok_or(SyntaxFault::MissingBrace)?,
            None => rest,
        };
        Ok(Self {
            section,
            name,
            rest,
        })
    }

    fn value(&self, config: &mut Config, scope: Scope<'_>) -> Result<Value, SyntaxFault> {
        let name = String::from_utf8_lossy(self.name).into_owned();
        let own = self
            .section
            .map(|section| String::from_utf8_lossy(section).into_owned());
        let section = match (&own, scope) {
            (Some(section), _) => section.as_str(),
            (None, Scope::Section(section)) => section,
            (None, Scope::Default) => super::config::DEFAULT_SECTION,
        };
        let here = config
            .section(section)
            .and_then(|section| section.get(&name))
            .map(|entry| entry.value().clone());
        let value = match here {
            Some(value) => Ok(value),
            None if section == "ENV" && !name.is_empty() => Ok(Value::NeedsEnvironment(name)),
            None => config
                .get(super::config::DEFAULT_SECTION, &name)
                .map(|entry| entry.value().clone())
                .ok_or_else(|| SyntaxFault::NoSuchVariable(shortened(&name))),
        };
        if let Some(section) = own {
            config.refer(section);
        }
        value
    }
}

fn word(text: &[u8], dollar: Dollar) -> (&[u8], &[u8]) {
    let length = text
        .iter()
        .position(|byte| !(is_word(*byte) || (dollar == Dollar::Ordinary && *byte == b'$')))
        .unwrap_or(text.len());
    text.split_at_checked(length).unwrap_or((text, &[]))
}
