//! `subjectAltName` (RFC 5280 §4.2.1.6).

use super::super::error::{ConfigError, OptionFault};
use super::super::list::is_keyword;
use super::super::location::{Place, shortened};
use super::super::name::DistinguishedName;
use super::super::source::Source;
use super::general_name::{self, AddressForm};

/// Reads the names. `email:copy` takes the addresses of the subject, `email:move` also removes
/// them there. None if that leaves no name at all, which RFC 5280 forbids.
pub(super) fn subject(
    source: &Source<'_>,
    text: &str,
    place: &Place,
    subject: &mut DistinguishedName,
) -> Result<Option<Vec<u8>>, ConfigError> {
    let mut names = Vec::new();
    for item in source.items(text, place)? {
        match item.value.as_deref() {
            Some(word @ ("copy" | "move")) if is_keyword(&item.name, "email") => {
                for address in subject.email_addresses() {
                    if !address.is_ascii() {
                        return Err(item.place.fault(OptionFault::Characters {
                            value: shortened(&String::from_utf8_lossy(&address)),
                            allowed: "IA5String (ASCII)",
                        }));
                    }
                    names.push(general_name::email(&address)?);
                }
                if word == "move" {
                    subject.remove_email_addresses();
                }
            }
            _ => names.push(general_name::read(source, &item, AddressForm::Single)?),
        }
    }
    if names.is_empty() {
        source.note(
            &place.location,
            format!(
                "{} is left out: the subject has no e-mail address to copy",
                place.option
            ),
        );
        return Ok(None);
    }
    general_name::sequence_of(names).map(Some)
}
