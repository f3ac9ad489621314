//! Names for object identifiers that a configuration defines itself (`oid_section`).

use super::config::{DEFAULT_SECTION, Entry};
use super::error::ConfigError;
use super::location::printable;
use super::objects::{ObjectNames, Oid};
use super::source::Source;

/// The keys of an `openssl_conf` section that configure openssl's library and nothing here.
const LIBRARY_KEYS: [&str; 7] = [
    "providers",
    "alg_section",
    "ssl_conf",
    "engines",
    "random",
    "stbl_section",
    "config_diagnostics",
];

/// Reads the sections that `oid_section` names, in the default section (`req(1)`) and in the
/// section that `openssl_conf` names (`config(5)`).
pub(super) fn names(source: &Source<'_>) -> Result<ObjectNames, ConfigError> {
    let mut names = ObjectNames::default();
    if let Some(entry) = source.option(DEFAULT_SECTION, "openssl_conf") {
        for entry in source.section(entry.text()?, &entry.place())? {
            match entry.name() {
                "oid_section" => add_all(source, entry, &mut names)?,
                name if LIBRARY_KEYS.contains(&name) => {
                    if let Ok(section) = entry.text() {
                        source.mark_used(section);
                    }
                    source.note_unused(entry);
                }
                name => {
                    let known = LIBRARY_KEYS.into_iter().chain(["oid_section"]);
                    return Err(entry.place().unknown("library option", name, known));
                }
            }
        }
    }
    if let Some(entry) = source.option(DEFAULT_SECTION, "oid_section") {
        add_all(source, entry, &mut names)?;
    }
    if let Some(entry) = source.option(DEFAULT_SECTION, "oid_file") {
        return Err(entry
            .place()
            .unsupported("a file of object names (use oid_section)"));
    }
    Ok(names)
}

/// `name = 1.2.3` or `name = long name, 1.2.3`.
fn add_all(
    source: &Source<'_>,
    section: &Entry,
    names: &mut ObjectNames,
) -> Result<(), ConfigError> {
    for entry in source.section(section.text()?, &section.place())? {
        let place = entry.place();
        let text = entry.text()?;
        let (long, dotted) = match text.rsplit_once(',') {
            Some((long, dotted)) => (long.trim(), dotted.trim()),
            None => (entry.name(), text),
        };
        let oid = Oid::from_dotted(dotted)
            .ok_or_else(|| place.invalid(dotted, "an object identifier such as 1.2.3.4"))?;
        let known = printable(oid.as_str());
        if !names.add(entry.name(), long, oid) {
            return Err(place.invalid(&known, "new: its name or its identifier is known already"));
        }
    }
    Ok(())
}
