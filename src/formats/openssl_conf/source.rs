//! Reading values that refer to other sections, and keeping count of what was used.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::config::{Config, DEFAULT_SECTION, Entry};
use super::error::{ConfigError, OptionFault};
use super::list;
use super::location::{Location, Note, Place, printable, shortened};
use super::objects::{ObjectNames, Oid};
use super::strings::StringTypes;

/// How much may be read before a configuration counts as hostile, in entries and pieces of text:
/// sections that name each other multiply.
const MAX_WORK: usize = 100_000;
/// How many bytes of an entry count as much as the entry.
const BYTES_OF_WORK: usize = 16;

/// A configuration while its options are read.
pub(super) struct Source<'a> {
    config: &'a Config,
    objects: ObjectNames,
    used: RefCell<BTreeSet<String>>,
    work: Cell<usize>,
    notes: RefCell<Vec<Note>>,
    string_mask: StringTypes,
}

/// One `name`, or `name` and `value`, of a list or of a section that stands for a list.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) value: Option<String>,
    pub(super) place: Place,
}

impl<'a> Source<'a> {
    /// Takes up a configuration, with the object names that it defines.
    pub(super) fn new(config: &'a Config) -> Result<Self, ConfigError> {
        let mut source = Self {
            config,
            objects: ObjectNames::default(),
            used: RefCell::new(BTreeSet::from([DEFAULT_SECTION.to_owned()])),
            work: Cell::new(0),
            notes: RefCell::new(Vec::new()),
            string_mask: StringTypes::UTF8,
        };
        source.objects = super::oid_section::names(&source)?;
        Ok(source)
    }

    /// The string types that names may have (`string_mask`); `UTF8String` unless set.
    pub(super) fn string_mask(&self) -> StringTypes {
        self.string_mask
    }

    pub(super) fn set_string_mask(&mut self, mask: StringTypes) {
        self.string_mask = mask;
    }

    pub(super) fn config(&self) -> &'a Config {
        self.config
    }

    /// Looks up an option in a section and in the default section.
    pub(super) fn option(&self, section: &str, name: &str) -> Option<&'a Entry> {
        self.config.get(section, name)
    }

    /// The entries of a section that `place` names. It may be empty.
    pub(super) fn section(&self, name: &str, place: &Place) -> Result<Vec<&'a Entry>, ConfigError> {
        let section = self
            .config
            .section(name)
            .ok_or_else(|| place.fault(OptionFault::NoSection(printable(name))))?;
        if self.used.borrow_mut().insert(name.to_owned()) {
            self.notes
                .borrow_mut()
                .extend_from_slice(section.replaced());
        }
        let entries: Vec<&Entry> = section.entries().collect();
        let text: usize = entries.iter().map(|entry| entry.length()).sum();
        self.count(entries.len() + text / BYTES_OF_WORK + 1, place)?;
        Ok(entries)
    }

    /// Counts work, and stops when there is too much of it.
    fn count(&self, more: usize, place: &Place) -> Result<(), ConfigError> {
        let work = self.work.get().saturating_add(more);
        self.work.set(work);
        if work > MAX_WORK {
            Err(place.fault(OptionFault::TooLarge))
        } else {
            Ok(())
        }
    }

    /// The items of `@section` or of a list.
    pub(super) fn items(&self, value: &str, place: &Place) -> Result<Vec<Item>, ConfigError> {
        let Some(name) = value.strip_prefix('@') else {
            return self.list(value, place);
        };
        let items = self
            .section(name, place)?
            .into_iter()
            .map(|entry| {
                Ok(Item {
                    name: entry.name().to_owned(),
                    value: Some(entry.text()?.to_owned()),
                    place: entry.place(),
                })
            })
            .collect::<Result<Vec<_>, ConfigError>>()?;
        if items.is_empty() {
            return Err(place.fault(OptionFault::EmptySection(printable(name))));
        }
        Ok(items)
    }

    /// The items of a list that cannot be a section.
    pub(super) fn list(&self, value: &str, place: &Place) -> Result<Vec<Item>, ConfigError> {
        let items = list::items(value).map_err(|fault| place.fault(fault))?;
        self.count(items.len(), place)?;
        Ok(items
            .into_iter()
            .map(|item| Item {
                name: item.name.to_owned(),
                value: item.value.map(str::to_owned),
                place: place.clone(),
            })
            .collect())
    }

    /// The object of that name or dotted identifier.
    pub(super) fn oid(&self, text: &str, place: &Place) -> Result<Oid, ConfigError> {
        self.objects
            .find(text)
            .ok_or_else(|| place.unknown("object name or identifier", text, self.objects.all()))
    }

    /// The object of that name, if there is one.
    pub(super) fn find_oid(&self, text: &str) -> Option<Oid> {
        self.objects.find(text)
    }

    pub(super) fn note(&self, location: &Location, text: String) {
        self.notes.borrow_mut().push(Note {
            location: location.clone(),
            text,
        });
    }

    /// Notes that an option has no effect here. Passwords are not repeated.
    pub(super) fn note_unused(&self, entry: &Entry) {
        let value = match entry.text() {
            Ok(text) if !entry.name().contains("password") => shortened(text),
            _ => "…".to_owned(),
        };
        self.note(
            entry.location(),
            format!(
                "not used here: {} = {}",
                printable(entry.name()),
                printable(&value)
            ),
        );
    }

    /// Reads something whose notes are of no interest.
    pub(super) fn quietly<T>(&self, read: impl FnOnce() -> T) -> T {
        let before = self.notes.borrow().len();
        let result = read();
        self.notes.borrow_mut().truncate(before);
        result
    }

    /// Marks a section as used without reading it.
    pub(super) fn mark_used(&self, name: &str) {
        self.used.borrow_mut().insert(name.to_owned());
    }

    /// Notes the sections that nothing led to: often the sign of a forgotten `req_extensions`.
    pub(super) fn note_unused_sections(&self) {
        let unused: Vec<_> = self
            .config
            .sections()
            .filter(|section| {
                !self.used.borrow().contains(section.name())
                    && !self.config.referenced().contains(section.name())
            })
            .collect();
        if let Some(first) = unused.first() {
            let names = unused
                .iter()
                .take(20)
                .map(|section| {
                    format!(
                        "[ {} ] (line {})",
                        printable(section.name()),
                        section.location().line()
                    )
                })
                .collect::<Vec<_>>()
                .join(", ");
            let more = match unused.len() {
                0..=20 => String::new(),
                count => format!(" and {} more", count - 20),
            };
            self.note(
                first.location(),
                format!("not used here: no option names {names}{more}"),
            );
        }
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes.into_inner()
    }
}
