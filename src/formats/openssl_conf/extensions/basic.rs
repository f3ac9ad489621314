//! Extensions of a simple form.

use der::Tag;

use super::super::encode::{sequence, tlv, true_value};
use super::super::error::{ConfigError, OptionFault};
use super::super::location::{Place, shortened};
use super::super::number::Integer;
use super::super::source::Source;

/// openssl's words for a boolean.
pub(in super::super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "TRUE" | "true" | "Y" | "y" | "YES" | "yes" => Some(true),
        "FALSE" | "false" | "N" | "n" | "NO" | "no" => Some(false),
        _ => None,
    }
}

/// A whole number that is not negative, as the content of an `INTEGER`.
pub(super) fn count(text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    let number = Integer::parse(text).map_err(|fault| place.fault(fault))?;
    if number.is_negative() {
        return Err(place.invalid(text, "a number from 0 up"));
    }
    Ok(number.content().to_vec())
}

/// `basicConstraints` (RFC 5280 §4.2.1.9).
pub(super) fn constraints(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    let mut authority = None;
    let mut path_length = None;
    for item in source.items(text, place)? {
        let repeated = || {
            item.place.fault(OptionFault::Repeated {
                what: shortened(&item.name),
            })
        };
        let value = || {
            item.value
                .as_deref()
                .ok_or_else(|| item.place.invalid(&item.name, "followed by a value"))
        };
        match item.name.as_str() {
            "CA" => {
                let value = value()?;
                let parsed = boolean(value)
                    .ok_or_else(|| item.place.invalid(value, "TRUE or FALSE (for CA)"))?;
                if authority.replace(parsed).is_some() {
                    return Err(repeated());
                }
            }
            "pathlen" => {
                let content = count(value()?, &item.place)?;
                if path_length.replace(content).is_some() {
                    return Err(repeated());
                }
            }
            other => {
                return Err(item
                    .place
                    .unknown("basic constraint", other, ["CA", "pathlen"]));
            }
        }
    }
    let mut parts = Vec::new();
    if authority == Some(true) {
        parts.push(true_value()?);
    }
    if let Some(content) = path_length {
        parts.push(tlv(Tag::Integer, &content)?);
    }
    Ok(sequence(parts)?)
}

/// `tlsfeature` (RFC 7633): TLS extensions by name or number.
pub(super) fn tls_feature(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    let mut features = Vec::new();
    for item in source.items(text, place)? {
        let word = item.value.as_deref().unwrap_or(&item.name);
        let number = if word.eq_ignore_ascii_case("status_request") {
            5
        } else if word.eq_ignore_ascii_case("status_request_v2") {
            17
        } else {
            word.parse::<u16>().map_err(|_| {
                item.place
                    .unknown("TLS feature", word, ["status_request", "status_request_v2"])
            })?
        };
        let content = count(&number.to_string(), &item.place)?;
        features.push(tlv(Tag::Integer, &content)?);
    }
    Ok(sequence(features)?)
}

/// `noCheck`, the OCSP signer's mark (RFC 6960 §4.2.2.2.1): NULL, whatever the value.
pub(super) fn no_check(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    if !matches!(text, "" | "ignored" | "yes" | "true" | "TRUE") {
        source.note(
            &place.location,
            format!("noCheck has no value: {:?} is ignored", shortened(text)),
        );
    }
    Ok(tlv(Tag::Null, &[])?)
}

/// The Netscape extensions that are a text.
pub(super) fn ascii_text(text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    Ok(tlv(Tag::Ia5String, ascii(text, place)?)?)
}

/// The bytes of an `IA5String`.
pub(super) fn ascii<'a>(text: &'a str, place: &Place) -> Result<&'a [u8], ConfigError> {
    if text.is_ascii() {
        Ok(text.as_bytes())
    } else {
        Err(place.fault(OptionFault::Characters {
            value: shortened(text),
            allowed: "IA5String (ASCII)",
        }))
    }
}
