//! The languages of configuration, and how each writes a value.

use std::fmt::Write as _;

use serde::Deserialize;

/// The language of a rendered file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Language {
    /// nginx's configuration.
    Nginx,
    /// Apache's configuration.
    Apache,
    /// HAProxy's configuration.
    Haproxy,
    /// A POSIX shell or bash.
    Shell,
    /// PowerShell.
    Powershell,
    /// HashiCorp's configuration language, as Terraform reads it.
    Hcl,
    /// YAML 1.2.
    Yaml,
    /// JSON (RFC 8259).
    Json,
    /// TOML 1.0.
    Toml,
    /// XML 1.0.
    Xml,
    /// `key = value` to the end of the line, without quoting, as stunnel reads it.
    Ini,
    /// `postgresql.conf`.
    Postgresql,
    /// `pg_hba.conf`.
    PgHba,
    /// Caddy's configuration.
    Caddyfile,
    /// Java's properties.
    Properties,
    /// Text for people.
    Text,
    /// PEM (RFC 7468): nothing but what the filter `pem` has checked.
    Pem,
}

/// Every language, with its name.
const NAMES: &[(Language, &str)] = &[
    (Language::Nginx, "nginx"),
    (Language::Apache, "apache"),
    (Language::Haproxy, "haproxy"),
    (Language::Shell, "shell"),
    (Language::Powershell, "powershell"),
    (Language::Hcl, "hcl"),
    (Language::Yaml, "yaml"),
    (Language::Json, "json"),
    (Language::Toml, "toml"),
    (Language::Xml, "xml"),
    (Language::Ini, "ini"),
    (Language::Postgresql, "postgresql"),
    (Language::PgHba, "pg-hba"),
    (Language::Caddyfile, "caddyfile"),
    (Language::Properties, "properties"),
    (Language::Text, "text"),
    (Language::Pem, "pem"),
];

impl Language {
    /// Its name in `target.toml`.
    pub fn as_str(self) -> &'static str {
        NAMES
            .iter()
            .find(|(language, _)| *language == self)
            .map_or("text", |(_, name)| name)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(language, _)| *language)
    }

    /// A text as one value of the language: bare where that is safe, else quoted. Why it cannot be
    /// written, if the language has no way to.
    pub(super) fn literal(self, text: &str) -> Result<String, String> {
        let escapes_controls = matches!(self, Self::Hcl | Self::Yaml | Self::Json | Self::Toml);
        if !escapes_controls && text.chars().any(char::is_control) {
            return Err("it has a control character or a line break".to_owned());
        }
        match self {
            // A dollar sign starts a variable, in quotes too, and nothing takes that from it.
            Self::Nginx if text.contains('$') => {
                Err("nginx has no way to write a dollar sign".to_owned())
            }
            Self::Nginx if is_bare(text, "-._/:@+*,=~[]") => Ok(text.to_owned()),
            Self::Nginx => Ok(format!("\"{}\"", backslashed(text))),
            Self::Apache if text.contains("${") || text.contains("%{") => {
                Err("Apache would put a variable in the place of ${…} or %{…}".to_owned())
            }
            Self::Apache if is_bare(text, "-._/:@+*,=~[]") => Ok(text.to_owned()),
            Self::Apache => Ok(format!("\"{}\"", backslashed(text))),
            Self::Haproxy if is_bare(text, "-._/:@+,=%*[]") => Ok(text.to_owned()),
            Self::Shell if is_bare(text, "-._/:@+,=%") => Ok(text.to_owned()),
            Self::Haproxy | Self::Shell => Ok(format!("'{}'", text.replace('\'', "'\\''"))),
            Self::Powershell => Ok(powershell(text)),
            Self::Hcl => Ok(format!(
                "\"{}\"",
                json_escaped(text).replace("${", "$${").replace("%{", "%%{")
            )),
            Self::Yaml | Self::Json | Self::Toml => Ok(format!("\"{}\"", json_escaped(text))),
            Self::Xml => Ok(xml(text)),
            Self::Ini if text.is_empty() || text.trim() != text => {
                Err("it is empty or has space around it".to_owned())
            }
            Self::Ini if text.starts_with(['#', ';']) => Err("it would start a comment".to_owned()),
            Self::Ini | Self::Text => Ok(text.to_owned()),
            Self::Postgresql => Ok(format!(
                "'{}'",
                text.replace('\\', "\\\\").replace('\'', "''")
            )),
            Self::PgHba if is_bare(text, "-._/:*") => Ok(text.to_owned()),
            Self::PgHba if text.contains('"') => {
                Err("pg_hba.conf has no way to write a quotation mark".to_owned())
            }
            Self::PgHba => Ok(format!("\"{text}\"")),
            Self::Caddyfile if text.contains(['{', '}']) => {
                Err("Caddy would put something in the place of {…}".to_owned())
            }
            Self::Caddyfile if is_bare(text, "-._/:@+*,=") => Ok(text.to_owned()),
            Self::Caddyfile if !text.contains(['"', '\\']) => Ok(format!("\"{text}\"")),
            Self::Caddyfile if !text.contains('`') => Ok(format!("`{text}`")),
            Self::Caddyfile => Err("Caddy cannot quote it".to_owned()),
            Self::Properties => Ok(properties(text)),
            Self::Pem => Err("a PEM file takes only PEM: use the filter pem".to_owned()),
        }
    }

    /// Whether lists are written in brackets, as JSON has them.
    pub(super) const fn has_lists(self) -> bool {
        matches!(self, Self::Hcl | Self::Yaml | Self::Json | Self::Toml)
    }
}

fn is_bare(text: &str, marks: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || marks.contains(letter))
}

fn backslashed(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Between quotation marks of JSON; what YAML and TOML would not have as it is, is escaped too.
fn json_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                // Nothing fails that writes to a text.
                let _ = write!(escaped, "\\u{:04X}", u32::from(letter));
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// In single quotation marks, which PowerShell takes in five shapes.
fn powershell(text: &str) -> String {
    let mut quoted = String::from("'");
    for letter in text.chars() {
        quoted.push(letter);
        if matches!(
            letter,
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}'
        ) {
            quoted.push(letter);
        }
    }
    quoted.push('\'');
    quoted
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

fn properties(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ':' | '=' | '#' | '!' | ' ' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ if letter.is_ascii() => escaped.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_value() {
        for (language, text, literal) in [
            (Language::Nginx, "/etc/tls/flb.key", "/etc/tls/flb.key"),
            (Language::Nginx, "a; b \"c\"", "\"a; b \\\"c\\\"\""),
            (Language::Apache, "a\\\" b", "\"a\\\\\\\" b\""),
            (Language::Haproxy, "it's", "'it'\\''s'"),
            (Language::Shell, "$(reboot)", "'$(reboot)'"),
            (Language::Powershell, "it’s", "'it’’s'"),
            (Language::Hcl, "${a} %{b} \"", "\"$${a} %%{b} \\\"\""),
            (Language::Yaml, "no", "\"no\""),
            (Language::Json, "a\u{1}\n", "\"a\\u0001\\n\""),
            (Language::Toml, "\u{7f}", "\"\\u007F\""),
            (Language::Xml, "<a>&'", "&lt;a&gt;&amp;&#39;"),
            (Language::Postgresql, "it's \\", "'it''s \\\\'"),
            (Language::PgHba, "all users", "\"all users\""),
            (Language::Caddyfile, "a b", "\"a b\""),
            (Language::Caddyfile, "a\\", "`a\\`"),
            (Language::Properties, "a=b ü", "a\\=b\\ \\u00fc"),
        ] {
            assert_eq!(language.literal(text).as_deref(), Ok(literal), "{text}");
        }
    }

    #[test]
    fn what_a_language_cannot_write_is_refused() {
        for (language, text) in [
            (Language::Nginx, "/srv/$host"),
            (Language::Apache, "${PATH}"),
            (Language::Haproxy, "a\nb"),
            (Language::Shell, "a\0b"),
            (Language::Ini, " a"),
            (Language::Ini, "#a"),
            (Language::PgHba, "a\"b"),
            (Language::Caddyfile, "{$HOME}"),
            (Language::Caddyfile, "a`\\"),
            (Language::Text, "a\u{1b}[2J"),
            (Language::Pem, "anything"),
        ] {
            assert!(language.literal(text).is_err(), "{language:?} {text:?}");
        }
    }

    #[test]
    fn every_language_has_a_name() {
        for (language, name) in NAMES {
            assert_eq!(language.as_str(), *name);
            assert_eq!(Language::named(name), Some(*language));
        }
    }
}
