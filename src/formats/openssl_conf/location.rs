//! Where a line of a configuration is written.

use std::fmt;
use std::sync::Arc;

/// A file name and a line number, for messages: `flb.cnf:12`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    file: Arc<str>,
    line: u32,
}

impl Location {
    pub(super) fn new(file: Arc<str>, line: u32) -> Self {
        Self { file, line }
    }

    /// The file's name as the caller or the `.include` directive wrote it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, counted from 1. For a value that continues over several lines, the first.
    pub fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printable: String = self
            .file
            .chars()
            .flat_map(|character| character.escape_debug())
            .collect();
        write!(formatter, "{printable}:{}", self.line)
    }
}

/// Something that a person should know about a configuration which was read without an error:
/// an option that has no effect here, or one that openssl would drop without a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The line that the note is about.
    pub location: Location,
    /// What is to be known, as a fragment: `not used here: encrypt_key = no`.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.location, self.text)
    }
}

/// A place that an error can point at: a line and the option that is set there.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) location: Location,
    pub(super) option: String,
}

/// How much of a name or value from the file goes into a message, in characters.
const SHOWN_CHARACTERS: usize = 80;

/// Shortens text from the file for a message.
pub(super) fn shortened(text: &str) -> String {
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(SHOWN_CHARACTERS).collect();
    if characters.next().is_some() {
        format!("{head}…")
    } else {
        head
    }
}

/// Shortens a name and escapes its control characters, for messages that show it without quotes.
pub(super) fn printable(text: &str) -> String {
    shortened(text)
        .chars()
        .flat_map(|character| {
            let escaped: Vec<char> = if character.is_control() {
                character.escape_debug().collect()
            } else {
                vec![character]
            };
            escaped
        })
        .collect()
}
