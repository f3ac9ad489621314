//! Names and other foreign text for people: RFC 4514 form, with nothing in it that could drive a
//! terminal.

use std::fmt::Write as _;

use time::OffsetDateTime;
use time::macros::format_description;
use x509_parser::asn1_rs::Oid;

use crate::x509::name_matching::{Element, decode_text, read_element};

/// The RFC 4514 form of a Name in DER; the most specific relative name first.
pub(super) fn name_text(name_der: &[u8]) -> String {
    let mut relative_names: Vec<String> =
        elements(read_element(name_der).map_or(&[][..], |name| name.content))
            .map(|set| {
                elements(set.content)
                    .map(|pair| attribute_text(pair.content))
                    .collect::<Vec<_>>()
                    .join("+")
            })
            .collect();
    if relative_names.is_empty() {
        return "(empty name)".to_owned();
    }
    relative_names.reverse();
    relative_names.join(",")
}

fn elements(mut content: &[u8]) -> impl Iterator<Item = Element<'_>> {
    std::iter::from_fn(move || {
        let element = read_element(content)?;
        content = element.rest;
        Some(element)
    })
}

fn attribute_text(pair: &[u8]) -> String {
    let (Some(kind), Some(value)) = (
        read_element(pair),
        read_element(pair).and_then(|kind| read_element(kind.rest)),
    ) else {
        return "(unreadable)".to_owned();
    };
    let oid = oid_text(kind.content);
    let label = match oid.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.42" => "GN",
        "2.5.4.46" => "dnQualifier",
        "2.5.4.65" => "pseudonym",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        other => other,
    };
    match decode_text(value.tag, value.content) {
        Some(text) => format!("{label}={}", escape_value(&text)),
        None => format!("{label}=#{}", hexadecimal(value.whole)),
    }
}

/// RFC 4514 §2.4.
fn escape_value(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (place, c) in text.chars().enumerate() {
        let special = matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
            || (place == 0 && matches!(c, ' ' | '#'))
            || (place == last && c == ' ');
        if special {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    safe_text(&escaped)
}

/// Foreign text with control characters and those that reorder text shown as escapes.
pub(super) fn safe_text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        let reorders = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if c.is_control() || reorders {
            let mut octets = [0; 4];
            for octet in c.encode_utf8(&mut octets).bytes() {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\{octet:02X}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

/// The dotted form of an OID's content octets.
pub(super) fn oid_text(content: &[u8]) -> String {
    Oid::new(content.into()).to_id_string()
}

/// Upper-case hexadecimal without separators.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02X}");
            text
        })
}

/// A moment in UTC, to the second.
pub(super) fn moment_text(moment: OffsetDateTime) -> String {
    moment
        .to_offset(time::UtcOffset::UTC)
        .format(format_description!(
            "[year]-[month]-[day] [hour]:[minute]:[second] UTC"
        ))
        .unwrap_or_else(|_| moment.unix_timestamp().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_most_specific_first_and_escaped() {
        let der = [
            0x30, 30, 0x31, 11, 0x30, 9, 6, 3, 0x55, 4, 6, 0x13, 2, b'D', b'E', 0x31, 15, 0x30, 13,
            6, 3, 0x55, 4, 3, 0x0c, 6, b'a', b',', 0x1b, b'[', b'1', b'm',
        ];
        assert_eq!(name_text(&der), "CN=a\\,\\1B[1m,C=DE");
        assert_eq!(name_text(&[0x30, 0]), "(empty name)");
    }
}
