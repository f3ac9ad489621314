//! A configuration that was read: sections of names and values, each with its line.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use super::error::{ConfigError, OptionFault};
use super::include::Included;
use super::location::{Location, Note, Place, printable};

/// The section that holds whatever stands before the first `[ section ]`, and in which every
/// name is looked up that its own section does not have (`config(5)`).
pub(super) const DEFAULT_SECTION: &str = "default";

/// How many replaced entries of a section are told of; a file with more has not been read by
/// people.
const MAX_REPLACED_NOTES: usize = 1_000;

/// A value after expansion, or the reason why it has none.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// The bytes of the value.
    Known(Vec<u8>),
    /// The value uses this variable of the environment. That is an error only where the value is
    /// used: configurations carry such lines for programs that they no longer serve.
    NeedsEnvironment(String),
}

/// A name and its value, with the line where it is set. The value may be a password and is not
/// part of the debug output.
#[derive(Clone)]
pub struct Entry {
    name: String,
    value: Value,
    location: Location,
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Entry")
            .field("name", &self.name)
            .field("location", &self.location)
            .finish_non_exhaustive()
    }
}

impl Entry {
    pub(super) fn new(name: String, value: Value, location: Location) -> Self {
        Self {
            name,
            value,
            location,
        }
    }

    /// The name as written, left of the equal sign.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The value's bytes after quotes, escapes and variables.
    ///
    /// # Errors
    /// The value uses a variable of the environment.
    pub fn bytes(&self) -> Result<&[u8], ConfigError> {
        match &self.value {
            Value::Known(bytes) => Ok(bytes),
            Value::NeedsEnvironment(name) => Err(self
                .place()
                .fault(OptionFault::Environment(printable(name)))),
        }
    }

    /// The value as text.
    ///
    /// # Errors
    /// The value uses a variable of the environment, or is not UTF-8.
    pub fn text(&self) -> Result<&str, ConfigError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| self.place().fault(OptionFault::NotText))
    }

    /// How long name and value are together, in bytes.
    pub(super) fn length(&self) -> usize {
        let value = match &self.value {
            Value::Known(bytes) => bytes.len(),
            Value::NeedsEnvironment(_) => 0,
        };
        self.name.len() + value
    }

    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    pub(super) fn place(&self) -> Place {
        Place::new(self.location.clone(), &self.name)
    }
}

/// One section. Of a name that is set twice only the last remains, at its later place, as openssl
/// has it; [`Section::replaced`] tells which were lost.
#[derive(Debug, Clone)]
pub struct Section {
    name: String,
    location: Location,
    entries: Vec<Option<Entry>>,
    places: HashMap<String, usize>,
    replaced: Vec<Note>,
}

impl Section {
    fn new(name: String, location: Location) -> Self {
        Self {
            name,
            location,
            entries: Vec::new(),
            places: HashMap::new(),
            replaced: Vec::new(),
        }
    }

    /// The section's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the section first begins.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The entries in their order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().flatten()
    }

    /// A note for each entry that a later one of the same name replaced, the first thousand.
    pub fn replaced(&self) -> &[Note] {
        &self.replaced
    }

    /// The entry of that name, in this section alone.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.places
            .get(name)
            .and_then(|index| self.entries.get(*index))
            .and_then(Option::as_ref)
    }

    fn insert(&mut self, entry: Entry) {
        let place = self.entries.len();
        let earlier = self
            .places
            .insert(entry.name.clone(), place)
            .and_then(|index| self.entries.get_mut(index))
            .and_then(Option::take);
        if let Some(earlier) = earlier
            && self.replaced.len() < MAX_REPLACED_NOTES
        {
            self.replaced.push(Note {
                text: format!(
                    "{} is set again at line {}, which replaces this one (give each its own \
                     name, such as 1.{} and 2.{})",
                    printable(&entry.name),
                    entry.location.line(),
                    printable(&entry.name),
                    printable(&entry.name),
                ),
                location: earlier.location,
            });
        }
        self.entries.push(Some(entry));
    }
}

/// A whole configuration: the files that were read, in openssl's language (`config(5)`).
#[derive(Debug, Clone)]
pub struct Config {
    file: Arc<str>,
    sections: Vec<Section>,
    places: HashMap<String, usize>,
    referenced: BTreeSet<String>,
}

impl Config {
    /// Reads a configuration.
    ///
    /// `file` is its name, for messages. `includes` is asked for each file that an `.include`
    /// names, with the path as openssl would open it: relative paths are relative to the working
    /// directory, not to the including file, unless `.pragma includedir` says otherwise.
    ///
    /// # Errors
    /// The text is not in the language, or an included file cannot be had. Unlike openssl, which
    /// ignores a missing one.
    pub fn read(
        file: &str,
        bytes: &[u8],
        includes: &mut dyn FnMut(&str) -> Result<Included, std::io::Error>,
    ) -> Result<Self, ConfigError> {
        super::parse::parse(file, bytes, includes)
    }

    /// Reads a configuration which may not include other files.
    ///
    /// # Errors
    /// As [`Config::read`]; an `.include` is one.
    pub fn read_alone(file: &str, bytes: &[u8]) -> Result<Self, ConfigError> {
        Self::read(file, bytes, &mut |_| {
            Err(std::io::Error::new(
                std::io::ErrorKind::Unsupported,
                "other files are not read here",
            ))
        })
    }

    pub(super) fn empty(file: Arc<str>) -> Self {
        let mut config = Self {
            file: Arc::clone(&file),
            sections: Vec::new(),
            places: HashMap::new(),
            referenced: BTreeSet::new(),
        };
        config.open(DEFAULT_SECTION, &Location::new(file, 1));
        config
    }

    /// The name of the outermost file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// All sections in the order of their first appearance. The first is `default`.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter()
    }

    /// The section of that name.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.places
            .get(name)
            .and_then(|index| self.sections.get(*index))
    }

    /// Looks a name up in a section and then in the default section, as openssl does.
    pub fn get(&self, section: &str, name: &str) -> Option<&Entry> {
        self.section(section)
            .and_then(|section| section.get(name))
            .or_else(|| self.section(DEFAULT_SECTION)?.get(name))
    }

    /// The sections that variables were taken from.
    pub(super) fn referenced(&self) -> &BTreeSet<String> {
        &self.referenced
    }

    pub(super) fn refer(&mut self, section: String) {
        self.referenced.insert(section);
    }

    pub(super) fn open(&mut self, name: &str, location: &Location) {
        if !self.places.contains_key(name) {
            self.places.insert(name.to_owned(), self.sections.len());
            self.sections
                .push(Section::new(name.to_owned(), location.clone()));
        }
    }

    pub(super) fn insert(&mut self, section: &str, entry: Entry) {
        self.open(section, &entry.location);
        if let Some(section) = self
            .places
            .get(section)
            .and_then(|index| self.sections.get_mut(*index))
        {
            section.insert(entry);
        }
    }
}
