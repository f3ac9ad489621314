//! Values written as `type:value` with modifiers (`ASN1_generate_nconf(3)`).

use der::{Tag, TagNumber};

use super::encode::{joined, named_bits, tlv};
use super::error::{ConfigError, OptionFault};
use super::list::unspaced;
use super::location::Place;
use super::number::{Integer, hexadecimal};
use super::source::Source;
use super::strings::{StringTypes, TextEncoding, choose, decode};

/// How deep sequences may contain each other, as in openssl (`ASN1_GEN_SEQ_MAX_DEPTH`).
const MAX_DEPTH: usize = 50;
/// How many tags may be put around one value, as in openssl (`ASN1_FLAG_EXP_MAX`).
const MAX_TAGS: usize = 20;
/// The highest bit of a `BITLIST`, as in openssl.
const MAX_BIT: u16 = 256;

/// How the text of a value is to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Ascii,
    Utf8,
    Hexadecimal,
    BitList,
}

/// A tag to be put around a value.
struct Wrapping {
    tag: Tag,
    /// A `BIT STRING` needs its count of unused bits before the content.
    padded: bool,
}

/// A value before its tag is written.
struct Untagged {
    tag: Tag,
    content: Vec<u8>,
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

/// The names of the types, for suggestions.
const TYPES: [&str; 37] = [
    "BOOL",
    "BOOLEAN",
    "NULL",
    "INT",
    "INTEGER",
    "ENUM",
    "ENUMERATED",
    "OID",
    "OBJECT",
    "UTCTIME",
    "UTC",
    "GENERALIZEDTIME",
    "GENTIME",
    "OCT",
    "OCTETSTRING",
    "BITSTR",
    "BITSTRING",
    "UNIV",
    "UNIVERSALSTRING",
    "IA5",
    "IA5STRING",
    "UTF8",
    "UTF8String",
    "BMP",
    "BMPSTRING",
    "VISIBLE",
    "VISIBLESTRING",
    "PRINTABLE",
    "PRINTABLESTRING",
    "T61",
    "T61STRING",
    "TELETEXSTRING",
    "NUMERIC",
    "NUMERICSTRING",
    "SEQ",
    "SEQUENCE",
    "SET",
];

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

/// DER wants seconds and `Z` (X.690 §11.7, §11.8).
fn time(keyword: &str, text: &str, place: &Place) -> Result<Untagged, ConfigError> {
    let (tag, digits, expected) = if keyword.starts_with('U') {
        (Tag::UtcTime, 12, "a time of the form YYMMDDhhmmssZ")
    } else {
        (
            Tag::GeneralizedTime,
            14,
            "a time of the form YYYYMMDDhhmmssZ",
        )
    };
    let field = |from_end: usize| {
        let start = digits - from_end;
        text.get(start..start + 2)
            .and_then(|field| field.parse::<u8>().ok())
    };
    let shape = text.len() == digits + 1
        && text.ends_with('Z')
        && text.bytes().take(digits).all(|byte| byte.is_ascii_digit());
    let range = matches!(field(10), Some(1..=12))
        && matches!(field(8), Some(1..=31))
        && matches!(field(6), Some(0..=23))
        && matches!(field(4), Some(0..=59))
        && matches!(field(2), Some(0..=59));
    if !(shape && range) {
        return Err(place.invalid(text, expected));
    }
    Ok(Untagged {
        tag,
        content: text.as_bytes().to_vec(),
    })
}

fn bytes(
    keyword: &str,
    text: &str,
    format: Format,
    place: &Place,
) -> Result<Untagged, ConfigError> {
    let is_bits = keyword.starts_with('B');
    let raw = match format {
        Format::Ascii => text.as_bytes().to_vec(),
        Format::Hexadecimal => hexadecimal(text).map_err(|fault| place.fault(fault))?,
        Format::BitList if is_bits => {
            return Ok(Untagged {
                tag: Tag::BitString,
                content: bit_list(text, place)?,
            });
        }
        _ => return Err(place.invalid(text, "allowed to have this FORMAT")),
    };
    Ok(if is_bits {
        Untagged {
            tag: Tag::BitString,
            content: joined([&[0][..], &raw]),
        }
    } else {
        Untagged {
            tag: Tag::OctetString,
            content: raw,
        }
    })
}

fn bit_list(text: &str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    let mut bits = Vec::new();
    for bit in text.split(',') {
        let bit = bit.trim();
        bits.push(
            bit.parse::<u16>()
                .ok()
                .filter(|bit| *bit < MAX_BIT)
                .and_then(|bit| u8::try_from(bit).ok())
                .ok_or_else(|| place.invalid(bit, "the number of a bit, 0 to 255"))?,
        );
    }
    Ok(named_bits(&bits))
}

fn string(
    keyword: &str,
    text: &str,
    format: Format,
    place: &Place,
) -> Result<Untagged, ConfigError> {
    let encoding = match format {
        Format::Ascii => TextEncoding::Latin1,
        Format::Utf8 => TextEncoding::Utf8,
        _ => return Err(place.invalid(text, "allowed to have this FORMAT")),
    };
    let text = decode(text.as_bytes(), encoding).map_err(|fault| place.fault(fault))?;
    let types = match keyword {
        "IA5" | "IA5STRING" => StringTypes::IA5,
        "UTF8" | "UTF8String" => StringTypes::UTF8,
        "BMP" | "BMPSTRING" => StringTypes::BMP,
        "PRINTABLE" | "PRINTABLESTRING" => StringTypes::PRINTABLE,
        "T61" | "T61STRING" | "TELETEXSTRING" => StringTypes::T61,
        "NUMERIC" | "NUMERICSTRING" => StringTypes::NUMERIC,
        "UNIV" | "UNIVERSALSTRING" => {
            return Err(place.unsupported("UniversalString"));
        }
        "VISIBLE" | "VISIBLESTRING" => {
            return visible(&text, place);
        }
        "GENSTR" | "GeneralString" => {
            return Ok(Untagged {
                tag: Tag::GeneralString,
                content: ascii_only(&text, "ASCII", place)?,
            });
        }
        _ => return Err(place.unknown("ASN.1 type", keyword, TYPES)),
    };
    let (tag, content) = choose(&text, types).map_err(|fault| place.fault(fault))?;
    Ok(Untagged { tag, content })
}

fn visible(text: &str, place: &Place) -> Result<Untagged, ConfigError> {
    Ok(Untagged {
        tag: Tag::VisibleString,
        content: ascii_only(text, "VisibleString (ASCII)", place)?,
    })
}

fn ascii_only(text: &str, allowed: &'static str, place: &Place) -> Result<Vec<u8>, ConfigError> {
    if text.is_ascii() {
        Ok(text.as_bytes().to_vec())
    } else {
        Err(place.fault(OptionFault::Characters {
            value: super::location::shortened(text),
            allowed,
        }))
    }
}
