//! Values written as `type:value` with modifiers (`ASN1_generate_nconf(3)`).

use der::{Tag, TagNumber};

use super::asn1_types::{Format, Untagged, bytes, string, time};
use super::encode::{joined, tlv};
use super::error::{ConfigError, OptionFault};
use super::list::unspaced;
use super::location::Place;
use super::number::Integer;
use super::source::Source;

/// How deep sequences may contain each other, as in openssl (`ASN1_GEN_SEQ_MAX_DEPTH`).
const MAX_DEPTH: usize = 50;
/// How many tags may be put around one value, as in openssl (`ASN1_FLAG_EXP_MAX`).
const MAX_TAGS: usize = 20;
/// A tag to be put around a value.
struct Wrapping {
    tag: Tag,
    /// A `BIT STRING` needs its count of unused bits before the content.
    padded: bool,
}

/// Reads a value and gives its DER.
pub(super) fn generate(
    source: &Source<'_>,
    text: &str,
    place: &Place,
) -> Result<Vec<u8>, ConfigError> {
    value(source, text, place, 0)
}

fn value(
    source: &Source<'_>,
    text: &str,
    place: &Place,
    depth: usize,
) -> Result<Vec<u8>, ConfigError> {
    let mut format = Format::Ascii;
    let mut implicit: Option<Tag> = None;
    let mut wrappings: Vec<Wrapping> = Vec::new();
    let mut rest = text;
    let base = loop {
        rest = unspaced(rest);
        let end = rest.find(',').unwrap_or(rest.len());
        let (element, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (keyword, argument) = match element.split_once(':') {
            Some((keyword, argument)) => (keyword, Some(argument.trim_end())),
            None => (element.trim_end(), None),
        };
        let tag_argument = || argument.and_then(parse_tag).ok_or(());
        let bad_tag = |()| place.invalid(element, "a tag such as EXP:0 or IMP:1A");
        match keyword {
            "EXP" | "EXPLICIT" => {
                let tag = tag_argument().map_err(bad_tag)?;
                if implicit.is_some() {
                    return Err(place.invalid(text, "valid: IMPLICIT cannot precede EXPLICIT"));
                }
                wrappings.push(Wrapping {
                    tag: constructed(tag),
                    padded: false,
                });
            }
            "IMP" | "IMPLICIT" => {
                let tag = tag_argument().map_err(bad_tag)?;
                if implicit.replace(tag).is_some() {
                    return Err(place.invalid(text, "valid: IMPLICIT is given twice"));
                }
            }
            "SEQWRAP" | "SETWRAP" | "OCTWRAP" | "BITWRAP" => {
                let own = match keyword {
                    "SEQWRAP" => Tag::Sequence,
                    "SETWRAP" => Tag::Set,
                    "OCTWRAP" => Tag::OctetString,
                    _ => Tag::BitString,
                };
                let tag = match implicit.take() {
                    Some(tag) if own.is_constructed() => constructed(tag),
                    Some(tag) => tag,
                    None => own,
                };
                wrappings.push(Wrapping {
                    tag,
                    padded: own == Tag::BitString,
                });
            }
            "FORM" | "FORMAT" => format = parse_format(argument.unwrap_or(""), place)?,
            _ => {
                // The value runs to the end of the text, commas included.
                let own = rest.split_once(':').map(|(_, value)| value);
                if argument.is_none() && !after.is_empty() {
                    return Err(place.invalid(text, "a type with a value"));
                }
                let own = own.filter(|_| argument.is_some());
                break base_value(source, keyword, own, format, place, depth)?;
            }
        }
        if wrappings.len() > MAX_TAGS {
            return Err(place.fault(OptionFault::TooLarge));
        }
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => {
                return Err(place.invalid(text, "a value: a type such as UTF8:text must follow"));
            }
        }
    };
    let tag = match implicit {
        Some(tag) if base.tag.is_constructed() => constructed(tag),
        Some(tag) => tag,
        None => base.tag,
    };
    let mut encoded = tlv(tag, &base.content)?;
    for wrapping in wrappings.iter().rev() {
        if wrapping.padded {
            encoded.insert(0, 0);
        }
        encoded = tlv(wrapping.tag, &encoded)?;
    }
    Ok(encoded)
}

fn constructed(tag: Tag) -> Tag {
    match tag {
        Tag::Application { number, .. } => Tag::Application {
            constructed: true,
            number,
        },
        Tag::ContextSpecific { number, .. } => Tag::ContextSpecific {
            constructed: true,
            number,
        },
        Tag::Private { number, .. } => Tag::Private {
            constructed: true,
            number,
        },
        other => other,
    }
}

/// A number and `A`, `P` or `C` for the class. Tags of the universal class, `U`, are refused: a
/// value has its own.
fn parse_tag(text: &str) -> Option<Tag> {
    let digits = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, class) = text.split_at_checked(digits)?;
    let number = TagNumber(number.parse().ok()?);
    let constructed = false;
    match class {
        "" | "C" => Some(Tag::ContextSpecific {
            constructed,
            number,
        }),
        "A" => Some(Tag::Application {
            constructed,
            number,
        }),
        "P" => Some(Tag::Private {
            constructed,
            number,
        }),
        _ => None,
    }
}

fn parse_format(text: &str, place: &Place) -> Result<Format, ConfigError> {
    match text {
        "ASCII" => Ok(Format::Ascii),
        "UTF8" => Ok(Format::Utf8),
        "HEX" => Ok(Format::Hexadecimal),
        "BITLIST" => Ok(Format::BitList),
        other => Err(place.unknown("format", other, ["ASCII", "UTF8", "HEX", "BITLIST"])),
    }
}

fn base_value(
    source: &Source<'_>,
    keyword: &str,
    text: Option<&str>,
    format: Format,
    place: &Place,
    depth: usize,
) -> Result<Untagged, ConfigError> {
    let given = text.ok_or_else(|| place.invalid(keyword, "a type with a value"));
    let ascii = |text: &str| match format {
        Format::Ascii => Ok(()),
        _ => Err(place.invalid(text, "allowed to have a FORMAT")),
    };
    match keyword {
        "NULL" => match text {
            None | Some("") => Ok(Untagged {
                tag: Tag::Null,
                content: Vec::new(),
            }),
            Some(text) => Err(place.invalid(text, "empty, as NULL must be")),
        },
        "BOOL" | "BOOLEAN" => {
            let text = given?;
            ascii(text)?;
            let content = match super::extensions::boolean(text) {
                Some(true) => 0xFF,
                Some(false) => 0,
                None => return Err(place.invalid(text, "TRUE or FALSE")),
            };
            Ok(Untagged {
                tag: Tag::Boolean,
                content: vec![content],
            })
        }
        "INT" | "INTEGER" | "ENUM" | "ENUMERATED" => {
            let text = given?;
            ascii(text)?;
            let number = Integer::parse(text).map_err(|fault| place.fault(fault))?;
            let tag = if keyword.starts_with('I') {
                Tag::Integer
            } else {
                Tag::Enumerated
            };
            Ok(Untagged {
                tag,
                content: number.content().to_vec(),
            })
        }
        "OID" | "OBJECT" => {
            let text = given?;
            ascii(text)?;
            Ok(Untagged {
                tag: Tag::ObjectIdentifier,
                content: source.oid(text, place)?.content(),
            })
        }
        "UTCTIME" | "UTC" | "GENERALIZEDTIME" | "GENTIME" => {
            let text = given?;
            ascii(text)?;
            time(keyword, text, place)
        }
        "OCT" | "OCTETSTRING" | "BITSTR" | "BITSTRING" => bytes(keyword, given?, format, place),
        "SEQ" | "SEQUENCE" | "SET" => {
            let members = match text {
                Some(section) => members(source, section, place, depth)?,
                None => Vec::new(),
            };
            Ok(collection(keyword, members))
        }
        _ => string(keyword, given?, format, place),
    }
}

fn members(
    source: &Source<'_>,
    section: &str,
    place: &Place,
    depth: usize,
) -> Result<Vec<Vec<u8>>, ConfigError> {
    if depth >= MAX_DEPTH {
        return Err(place.fault(OptionFault::TooLarge));
    }
    source
        .section(section, place)?
        .into_iter()
        .map(|entry| value(source, entry.text()?, &entry.place(), depth + 1))
        .collect()
}

fn collection(keyword: &str, mut members: Vec<Vec<u8>>) -> Untagged {
    let tag = if keyword == "SET" {
        members.sort();
        Tag::Set
    } else {
        Tag::Sequence
    };
    Untagged {
        tag,
        content: joined(members),
    }
}
