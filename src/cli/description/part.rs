//! The parts of an object that can be asked for alone.

use clap::ValueEnum;
use serde_json::{Map, Value};

/// A part of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Whom it names
    Subject,
    /// Who signed it
    Issuer,
    /// The subject alternative names
    San,
    /// First and last second; of a revocation list, this and next update
    Dates,
    /// The serial number; of a revocation list, its number
    Serial,
    /// SHA-256 over the whole certificate
    Fingerprint,
    /// Kind and size of the key
    Key,
    /// The public key in PEM
    Pubkey,
    /// Every extension
    Extensions,
    /// The signature algorithm
    Signature,
}

impl Part {
    /// The word on the command line.
    pub(crate) fn word(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// The fields of the JSON description that it stands for.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Subject => &["subject"],
            Self::Issuer => &["issuer"],
            Self::San | Self::Extensions => &["extensions"],
            Self::Dates => &["validity", "this_update", "next_update", "state"],
            Self::Serial => &["serial", "number"],
            Self::Fingerprint => &["fingerprints"],
            Self::Key | Self::Pubkey => &["public_key"],
            Self::Signature => &["signature_algorithm"],
        }
    }

    /// A JSON description with only these parts, its kind and what it contains.
    pub(crate) fn select(parts: &[Self], description: Value) -> Value {
        const ALWAYS: [&str; 5] = ["kind", "encoding", "label", "line", "friendly_name"];
        let Value::Object(fields) = description else {
            return description;
        };
        if parts.is_empty() {
            return Value::Object(fields);
        }
        let mut selected = Map::new();
        for (name, value) in fields {
            let is_part = parts
                .iter()
                .any(|part| part.fields().contains(&name.as_str()));
            let value = match (name.as_str(), value) {
                ("objects" | "entries", Value::Array(inside)) => inside
                    .into_iter()
                    .map(|inside| Self::select(parts, inside))
                    .collect(),
                ("object", inside) => Self::select(parts, inside),
                ("extensions", Value::Array(all)) if !parts.contains(&Self::Extensions) => all
                    .into_iter()
                    .filter(|one| one.get("name").is_some_and(|name| name == "subjectAltName"))
                    .collect(),
                (_, value) => value,
            };
            if is_part
                || matches!(name.as_str(), "objects" | "entries" | "object")
                || ALWAYS.contains(&name.as_str())
            {
                selected.insert(name, value);
            }
        }
        Value::Object(selected)
    }
}
