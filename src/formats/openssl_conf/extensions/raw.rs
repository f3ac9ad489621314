//! Extensions whose value is written out: `DER:hex` and `ASN1:type:value`.

use der::Decode;
use der::asn1::AnyRef;

use super::super::asn1_generate::generate;
use super::super::error::ConfigError;
use super::super::list::unspaced;
use super::super::location::Place;
use super::super::number::hexadecimal;
use super::super::source::Source;

/// Whether the value is of this kind.
pub(super) fn is_raw(text: &str) -> bool {
    text.starts_with("DER:") || text.starts_with("ASN1:")
}

pub(super) fn read(source: &Source<'_>, text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    if let Some(text) = text.strip_prefix("ASN1:") {
        return generate(source, unspaced(text), place);
    }
    let digits = unspaced(text.strip_prefix("DER:").unwrap_or(text));
    let value = hexadecimal(digits).map_err(|fault| place.fault(fault))?;
    if AnyRef::from_der(&value).is_err() {
        source.note(
            &place.location,
            format!("{}: the bytes are not one DER value", place.option),
        );
    }
    Ok(value)
}
