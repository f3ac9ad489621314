//! Text out of foreign bytes, safe to show.

use std::fmt::Write as _;

/// The text of an ASN.1 string type, or `None` where the tag is no string type or the bytes do not
/// fit it.
///
/// `tag` is the DER identifier octet. T61String is read as ISO 8859-1, which is what its writers
/// put there (RFC 5280 Appendix B).
pub fn string_value(tag: u8, bytes: &[u8]) -> Option<String> {
    match tag {
        0x0c => std::str::from_utf8(bytes).ok().map(str::to_owned),
        0x12 | 0x13 | 0x16 | 0x1a => bytes
            .is_ascii()
            .then(|| bytes.iter().map(|&byte| char::from(byte)).collect()),
        0x14 => Some(bytes.iter().map(|&byte| char::from(byte)).collect()),
        0x1e => {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| {
                    pair.iter()
                        .fold(0, |unit, &byte| unit << 8 | u16::from(byte))
                })
                .collect();
            bytes
                .len()
                .is_multiple_of(2)
                .then(|| String::from_utf16(&units).ok())
                .flatten()
        }
        0x1c => {
            let scalars = bytes.chunks_exact(4).map(|quad| {
                char::from_u32(
                    quad.iter()
                        .fold(0, |scalar, &byte| scalar << 8 | u32::from(byte)),
                )
            });
            bytes
                .len()
                .is_multiple_of(4)
                .then(|| scalars.collect())
                .flatten()
        }
        _ => None,
    }
}

/// One PEM block with LF line ends (RFC 7468). Not for private keys: it leaves copies behind.
pub fn pem_block(label: &str, der: &[u8]) -> String {
    pem::encode_config(
        &pem::Pem::new(label, der),
        pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF),
    )
}

/// Upper-case hexadecimal without separators, as openssl prints serial numbers.
pub fn hexadecimal(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len().saturating_mul(2));
    for octet in octets {
        // Writing to a String cannot fail.
        let _ = write!(text, "{octet:02X}");
    }
    text
}

/// Upper-case pairs with colons between, as openssl prints fingerprints and key identifiers.
pub fn colon_hexadecimal(octets: &[u8]) -> String {
    let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02X}")).collect();
    pairs.join(":")
}

/// Whether a character could move a terminal's cursor, hide text or turn its direction.
///
/// C0 and C1 controls, and the format characters that reorder or hide what follows.
pub(crate) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text with every character that could drive a terminal written as `\u{…}`.
pub fn escape_control(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_controls_are_written_out() {
        assert_eq!(
            escape_control("a\u{1b}[31mb\u{202e}c\n"),
            "a\\u{1b}[31mb\\u{202e}c\\u{a}"
        );
        assert_eq!(escape_control("日本 Müller"), "日本 Müller");
    }

    #[test]
    fn string_types() {
        assert_eq!(string_value(0x14, b"M\xfcller").unwrap(), "Müller");
        assert_eq!(string_value(0x1e, &[0x65, 0xe5, 0, 0x41]).unwrap(), "日A");
        assert_eq!(string_value(0x1c, &[0, 0, 0, 0x41]).unwrap(), "A");
        assert_eq!(string_value(0x1e, &[0]), None);
        assert_eq!(string_value(0x13, b"\xfc"), None);
        assert_eq!(string_value(0x04, b"a"), None);
    }
}
