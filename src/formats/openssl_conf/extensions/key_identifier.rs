//! `subjectKeyIdentifier` and `authorityKeyIdentifier` (RFC 5280 §4.2.1.1, §4.2.1.2).

use der::Tag;

use super::super::encode::tlv;
use super::super::error::{ConfigError, OptionFault};
use super::super::location::{Place, shortened};
use super::super::number::hexadecimal;
use super::super::source::Source;
use super::{AuthorityPart, ExtensionValue, KeyIdentifierWish, Target};

/// `hash`, `none` or hexadecimal bytes.
pub(super) fn subject(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Option<ExtensionValue>, ConfigError> {
    match text {
        "hash" => Ok(Some(ExtensionValue::KeyIdentifier(
            KeyIdentifierWish::SubjectKeyHash,
        ))),
        "none" => {
            note_left_out(source, place);
            Ok(None)
        }
        _ => {
            let bytes = hexadecimal(text)
                .ok()
                .filter(|bytes| !bytes.is_empty())
                .ok_or_else(|| place.invalid(text, "hash, none or hexadecimal bytes"))?;
            Ok(Some(ExtensionValue::Der(tlv(Tag::OctetString, &bytes)?)))
        }
    }
}

/// `none`, or `keyid` and `issuer`, each with or without `:always`.
pub(super) fn authority(
    source: &Source<'_>,
    text: &str,
    place: &Place,
    target: Target,
) -> Result<Option<ExtensionValue>, ConfigError> {
    let items = source.items(text, place)?;
    if let [item] = items.as_slice()
        && item.name == "none"
        && item.value.is_none()
    {
        note_left_out(source, place);
        return Ok(None);
    }
    let mut key_identifier = AuthorityPart::Unwanted;
    let mut issuer_and_serial = AuthorityPart::Unwanted;
    for item in &items {
        let wanted = match item.value.as_deref() {
            None => AuthorityPart::Wanted,
            Some("always") => AuthorityPart::Always,
            Some(other) => {
                return Err(item
                    .place
                    .unknown("key identifier option", other, ["always"]));
            }
        };
        let part = match item.name.as_str() {
            "keyid" => &mut key_identifier,
            "issuer" => &mut issuer_and_serial,
            "none" => {
                return Err(item
                    .place
                    .invalid(&shortened(text), "a list (none stands alone)"));
            }
            other => {
                return Err(item.place.unknown(
                    "part of the authority key identifier",
                    other,
                    ["keyid", "issuer", "none"],
                ));
            }
        };
        if *part != AuthorityPart::Unwanted {
            return Err(item.place.fault(OptionFault::Repeated {
                what: shortened(&item.name),
            }));
        }
        *part = wanted;
    }
    match target {
        Target::Request => Err(place.unsupported(
            "an authority key identifier in a request (there is no issuer yet: the CA adds it)",
        )),
        Target::Certificate => Ok(Some(ExtensionValue::KeyIdentifier(
            KeyIdentifierWish::AuthorityKey {
                key_identifier,
                issuer_and_serial,
            },
        ))),
    }
}

fn note_left_out(source: &Source<'_>, place: &Place) {
    source.note(
        &place.location,
        format!("{} is left out: its value is none", place.option),
    );
}
