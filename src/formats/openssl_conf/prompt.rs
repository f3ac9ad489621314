//! Distinguished names of a configuration that is made for prompting (`prompt = yes`, which is
//! openssl's default). Nobody is asked here: the `_default` values are the answers.

use super::config::Entry;
use super::error::{ConfigError, OptionFault};
use super::location::{Place, printable};
use super::name::{DistinguishedName, Field, NameReader};
use super::source::Source;

/// What follows a field's name in the entries that go with it.
const SUFFIXES: [&str; 4] = ["_min", "_max", "_default", "_value"];

/// The answer that is no answer: the field stays empty.
const SKIP: &[u8] = b".";

pub(super) fn read_fields(
    source: &Source<'_>,
    mut reader: NameReader<'_, '_>,
    section: &str,
    entries: &[&Entry],
) -> Result<DistinguishedName, ConfigError> {
    for entry in entries {
        if let Some(field) = SUFFIXES
            .into_iter()
            .find_map(|suffix| entry.name().strip_suffix(suffix))
        {
            let known = source.config().section(section);
            if known.is_none_or(|section| section.get(field).is_none()) {
                let fields = entries.iter().map(|entry| entry.name());
                return Err(entry.place().unknown(
                    "field of the distinguished name",
                    field,
                    fields,
                ));
            }
            continue;
        }
        let place = entry.place();
        let field = Field::new(entry.name());
        // Checked before the value, so that a misspelt field is not asked for first.
        source.oid(field.attribute, &place)?;
        let Some((value, place)) = answer(source, section, entry, place)? else {
            continue;
        };
        check_length(source, section, entry.name(), value, &place)?;
        reader.add(&field, value, &place)?;
    }
    Ok(reader.finish())
}

/// The value that a field gets without asking, and the entry that it comes from.
fn answer<'a>(
    source: &Source<'a>,
    section: &str,
    entry: &Entry,
    place: Place,
) -> Result<Option<(&'a [u8], Place)>, ConfigError> {
    let option = |suffix: &str| source.option(section, &format!("{}{suffix}", entry.name()));
    if let Some(value) = option("_value") {
        match value.bytes()? {
            b"" => {}
            SKIP => {
                note_empty(source, value);
                return Ok(None);
            }
            bytes => return Ok(Some((bytes, value.place()))),
        }
    }
    match option("_default") {
        None => Err(place.fault(OptionFault::NeedsPrompt(printable(entry.name())))),
        Some(default) => match default.bytes()? {
            b"" => {
                note_empty(source, default);
                Ok(None)
            }
            bytes => Ok(Some((bytes, default.place()))),
        },
    }
}

fn note_empty(source: &Source<'_>, entry: &Entry) {
    source.note(
        entry.location(),
        format!(
            "the field is left out: {} is empty",
            printable(entry.name())
        ),
    );
}

/// `_min` and `_max`, which count bytes.
fn check_length(
    source: &Source<'_>,
    section: &str,
    name: &str,
    value: &[u8],
    place: &Place,
) -> Result<(), ConfigError> {
    let limit = |suffix: &str| -> Result<Option<usize>, ConfigError> {
        let Some(entry) = source.option(section, &format!("{name}{suffix}")) else {
            return Ok(None);
        };
        let text = entry.text()?;
        text.parse()
            .map(Some)
            .map_err(|_| entry.place().invalid(text, "a number"))
    };
    let minimum = limit("_min")?.unwrap_or(0);
    let maximum = limit("_max")?.unwrap_or(usize::MAX);
    if (minimum..=maximum).contains(&value.len()) {
        Ok(())
    } else {
        Err(place.fault(OptionFault::Length {
            value: super::location::shortened(&String::from_utf8_lossy(value)),
            length: value.len(),
            minimum,
            maximum,
        }))
    }
}
