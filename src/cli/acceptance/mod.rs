//! What is judged for its destinations, gathered from files and the PKI, and what came of it.

mod judged;
mod key_file;
mod subject;

pub(crate) use judged::{Judged, document};
pub(crate) use key_file::key_facts;
pub(crate) use subject::{Subject, purpose_of, read_replaced};

use anyhow::Result;

use super::failure::Advised;
use crate::acceptance::{DESTINATIONS, Destination, UnknownDestination, find};

/// The word for every destination.
const ALL: &str = "all";

/// The destinations of a list of words; `all` is every one.
pub(crate) fn destinations<'word>(
    words: impl IntoIterator<Item = &'word str>,
) -> Result<Vec<&'static Destination>> {
    let mut found: Vec<&'static Destination> = Vec::new();
    for word in words {
        if word == ALL {
            return Ok(DESTINATIONS.iter().collect());
        }
        let destination = find(word).map_err(|error: UnknownDestination| {
            let known: Vec<&str> = DESTINATIONS.iter().map(Destination::name).collect();
            Advised {
                message: error.to_string(),
                hint: format!(
                    "rules are known for {}, or all of them: all",
                    known.join(", ")
                ),
            }
        })?;
        if !found.iter().any(|one| one.name() == destination.name()) {
            found.push(destination);
        }
    }
    Ok(found)
}
