//! What a command did or found, in the two forms that it is shown in.

use serde_json::Value;

/// The value that every command gives back.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// For standard output, for people; may be styled.
    pub(crate) text: String,
    /// For standard output with `--json`.
    pub(crate) json: Value,
    /// For standard error: what a person should know besides.
    pub(crate) notes: Vec<String>,
    /// For standard error: what failed while the rest was done. Exit code 1 if there is any.
    pub(crate) failures: Vec<anyhow::Error>,
    /// Whether a check found something.
    pub(crate) verdict: Verdict,
}

/// Which of the two forms will be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text for people.
    Text,
    /// A JSON document.
    Json,
}

/// What a check came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing to complain about, or nothing was checked.
    #[default]
    Clean,
    /// Exit code 3.
    Found,
}

impl Report {
    /// A report whose JSON document carries its schema: `certmint.<name>/<version>`.
    pub(crate) fn new(schema: &str, json: Value, text: String) -> Self {
        let mut document = serde_json::Map::new();
        document.insert(
            "schema".to_owned(),
            Value::String(format!("certmint.{schema}/1")),
        );
        match json {
            Value::Object(fields) => document.extend(fields),
            other => {
                document.insert("value".to_owned(), other);
            }
        }
        Self {
            text,
            json: Value::Object(document),
            notes: Vec::new(),
            failures: Vec::new(),
            verdict: Verdict::Clean,
        }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(crate) fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    pub(crate) fn failures(mut self, failures: Vec<anyhow::Error>) -> Self {
        self.failures = failures;
        self
    }

    pub(crate) fn verdict(mut self, verdict: Verdict) -> Self {
        self.verdict = verdict;
        self
    }
}
