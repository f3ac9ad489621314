//! How a destination takes a renewed certificate.

use super::{definition::Target, language::Language};

/// What a `reload` of `target.toml` leaves open.
const NAME: &str = "NAME";
const FOLDER: &str = "DIR";
const HERE: &str = "HERE";
const FLAGS: &str = "FLAGS";

impl Target {
    /// How the destination takes the renewed certificate `name`, in one line: `reload` with that
    /// name, the folder of the rendered files, `here` on the destination, and the flags that they were
    /// rendered with, each written for a shell. Nothing where `target.toml` says nothing.
    pub fn reload_of(
        &self,
        name: &str,
        folder: &str,
        here: &str,
        flags: &[String],
    ) -> Option<String> {
        let flags: Vec<String> = flags.iter().map(|flag| quoted(flag)).collect();
        let filled: Vec<(&str, String)> = vec![
            (NAME, quoted(name)),
            (FOLDER, quoted(folder)),
            (HERE, quoted(here)),
            (FLAGS, flags.join(" ")),
        ];
        let mut told = String::new();
        for word in pieces(self.reload.as_deref()?) {
            match filled.iter().find(|(open, _)| *open == word) {
                // The space before it goes too.
                Some((_, value)) if value.is_empty() => {
                    told.truncate(told.trim_end_matches(' ').len());
                }
                Some((_, value)) => told.push_str(value),
                None => told.push_str(word),
            }
        }
        Some(told)
    }
}

/// Words of letters, and what is between them.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = first.is_ascii_alphanumeric();
        let end = rest
            .find(|letter: char| letter.is_ascii_alphanumeric() != is_word)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// As a shell reads it; what no shell can read, as it is.
fn quoted(text: &str) -> String {
    Language::Shell
        .literal(text)
        .unwrap_or_else(|_| text.to_owned())
}
