//! The types of `ASN1_generate_nconf(3)` that hold text, bytes or a time.

use der::Tag;

use super::encode::{joined, named_bits};
use super::error::{ConfigError, OptionFault};
use super::location::Place;
use super::number::hexadecimal;
use super::strings::{StringTypes, TextEncoding, choose, decode};

/// The highest bit of a `BITLIST`, as in openssl.
const MAX_BIT: u16 = 256;

/// How the text of a value is to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Ascii,
    Utf8,
    Hexadecimal,
    BitList,
}

/// A value before its tag is written.
pub(super) struct Untagged {
    pub(super) tag: Tag,
    pub(super) content: Vec<u8>,
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

/// `UTCTime` and `GeneralizedTime`. DER wants seconds and `Z` (X.690 §11.7, §11.8).
pub(super) fn time(keyword: &str, text: &str, place: &Place) -> Result<Untagged, ConfigError> {
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

/// `OCTET STRING` and `BIT STRING`.
pub(super) fn bytes(
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

/// The types that hold text.
pub(super) fn string(
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
