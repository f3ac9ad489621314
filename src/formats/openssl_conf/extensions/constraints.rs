//! `nameConstraints` (RFC 5280 §4.2.1.10).

use super::super::encode::{context_constructed, joined, sequence};
use super::super::error::ConfigError;
use super::super::location::Place;
use super::super::source::Source;
use super::general_name::{self, AddressForm};

const PERMITTED: u32 = 0;
const EXCLUDED: u32 = 1;

/// Reads `permitted;DNS:…` and `excluded;IP:address/mask`.
pub(super) fn names(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    let mut permitted = Vec::new();
    let mut excluded = Vec::new();
    for item in source.items(text, place)? {
        let (subtrees, rest) = if let Some(rest) = item.name.strip_prefix("permitted") {
            (&mut permitted, rest)
        } else if let Some(rest) = item.name.strip_prefix("excluded") {
            (&mut excluded, rest)
        } else {
            return Err(item
                .place
                .invalid(&item.name, "of the form permitted;KIND or excluded;KIND"));
        };
        // openssl takes any one character here.
        let mut rest = rest.chars();
        if !matches!(rest.next(), Some(';' | '.' | ',')) {
            return Err(item
                .place
                .invalid(&item.name, "of the form permitted;KIND or excluded;KIND"));
        }
        let base = general_name::named(
            source,
            rest.as_str(),
            item.value.as_deref(),
            &item.place,
            AddressForm::Network,
        )?;
        subtrees.push(sequence([base])?);
    }
    let mut parts = Vec::new();
    for (number, subtrees) in [(PERMITTED, permitted), (EXCLUDED, excluded)] {
        if !subtrees.is_empty() {
            parts.push(context_constructed(number, &joined(subtrees))?);
        }
    }
    Ok(sequence(parts)?)
}
