//! `authorityInfoAccess` and `subjectInfoAccess` (RFC 5280 §4.2.2).

use super::super::encode::sequence;
use super::super::error::ConfigError;
use super::super::location::Place;
use super::super::source::Source;
use super::general_name::{self, AddressForm};

/// Reads `OCSP;URI:http://…` and the like.
pub(super) fn descriptions(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    let descriptions = source
        .items(text, place)?
        .iter()
        .map(|item| {
            let (method, kind) = item.name.split_once(';').ok_or_else(|| {
                item.place
                    .invalid(&item.name, "of the form METHOD;KIND, such as OCSP;URI")
            })?;
            let method = source.oid(method, &item.place)?;
            let location = general_name::named(
                source,
                kind,
                item.value.as_deref(),
                &item.place,
                AddressForm::Single,
            )?;
            Ok(sequence([method.to_der()?, location])?)
        })
        .collect::<Result<Vec<_>, ConfigError>>()?;
    Ok(sequence(descriptions)?)
}
