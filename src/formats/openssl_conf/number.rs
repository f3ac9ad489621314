//! Numbers and hexadecimal bytes as openssl reads them (`s2i_ASN1_INTEGER`,
//! `OPENSSL_hexstr2buf`).

use super::error::OptionFault;
use super::location::shortened;

/// The longest number: an RSA modulus of 8192 bits is shorter, also in decimal.
const MAX_DIGITS: usize = 2_500;

/// A whole number of any size as the content of a DER `INTEGER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Integer {
    content: Vec<u8>,
}

impl Integer {
    /// Reads `12`, `-12` or `0x0C`.
    pub(super) fn parse(text: &str) -> Result<Self, OptionFault> {
        let invalid = || OptionFault::Invalid {
            value: shortened(text),
            expected: "a whole number (decimal, or hexadecimal after 0x)",
        };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (radix, digits) = match digits
            .strip_prefix("0x")
            .or_else(|| digits.strip_prefix("0X"))
        {
            Some(digits) => (16, digits),
            None => (10, digits),
        };
        if digits.is_empty() || digits.len() > MAX_DIGITS {
            return Err(invalid());
        }
        let mut magnitude: Vec<u8> = vec![0];
        for digit in digits.chars() {
            let mut carry = digit.to_digit(radix).ok_or_else(invalid)?;
            for byte in &mut magnitude {
                let value = u32::from(*byte) * radix + carry;
                *byte = value.to_le_bytes().first().copied().unwrap_or(0);
                carry = value >> 8;
            }
            if let Ok(carry @ 1..) = u8::try_from(carry) {
                magnitude.push(carry);
            }
        }
        // Least significant byte first, with a byte for the sign.
        magnitude.push(0);
        if negative {
            let mut carry = true;
            for byte in &mut magnitude {
                let (value, overflow) = (!*byte).overflowing_add(u8::from(carry));
                *byte = value;
                carry = overflow;
            }
        }
        while let [.., second, first] = magnitude.as_slice() {
            let redundant =
                (*first == 0 && second & 0x80 == 0) || (*first == 0xFF && second & 0x80 != 0);
            if !redundant {
                break;
            }
            magnitude.pop();
        }
        magnitude.reverse();
        Ok(Self { content: magnitude })
    }

    pub(super) fn is_negative(&self) -> bool {
        self.content.first().is_some_and(|byte| byte & 0x80 != 0)
    }

    pub(super) fn content(&self) -> &[u8] {
        &self.content
    }
}

/// Bytes in hexadecimal, with or without a colon before each.
pub(super) fn hexadecimal(text: &str) -> Result<Vec<u8>, OptionFault> {
    let invalid = || OptionFault::Invalid {
        value: shortened(text),
        expected: "an even number of hexadecimal digits",
    };
    if text.is_empty() {
        return Err(invalid());
    }
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut characters = text.chars();
    while let Some(high) = characters.next() {
        if high == ':' {
            continue;
        }
        let digit = |character: char| character.to_digit(16).and_then(|d| u8::try_from(d).ok());
        let high = digit(high).ok_or_else(invalid)?;
        let low = characters.next().and_then(digit).ok_or_else(invalid)?;
        bytes.push(high << 4 | low);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_two_complement_and_shortest() {
        let content = |text: &str| Integer::parse(text).map(|number| number.content);
        for (text, expected) in [
            ("0", &[0_u8][..]),
            ("-0", &[0]),
            ("127", &[0x7F]),
            ("128", &[0, 0x80]),
            ("-128", &[0x80]),
            ("-129", &[0xFF, 0x7F]),
            ("0x10000", &[1, 0, 0]),
            ("18446744073709551616", &[1, 0, 0, 0, 0, 0, 0, 0, 0]),
        ] {
            assert_eq!(content(text).unwrap(), expected, "{text}");
        }
        for text in ["", "-", "0x", "1a", "1 ", "--1", "+1"] {
            assert!(content(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hexadecimal_takes_colons_between_bytes_only() {
        assert_eq!(hexadecimal("01:aB").unwrap(), [1, 0xAB]);
        for text in ["", "0", "0:1", "zz", "01 02"] {
            assert!(hexadecimal(text).is_err(), "{text}");
        }
    }
}
