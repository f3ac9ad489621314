//! What is wrong with a manifest, and where.

use std::fmt;

/// One fault with its place: `pki.toml:12:7: what: what to do`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}: {remedy}")]
pub struct Problem {
    /// The manifest, as it was named.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// Every fault of a manifest, in the order of the file; at least one.
#[derive(Debug, thiserror::Error)]
pub struct ManifestError(pub Vec<Problem>);

impl fmt::Display for ManifestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems: Vec<String> = self.0.iter().map(Problem::to_string).collect();
        formatter.write_str(&problems.join("; "))
    }
}
