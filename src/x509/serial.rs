//! Serial numbers.

use std::fmt;

use super::{X509Error, hexadecimal};

/// A positive integer of at most 20 octets (RFC 5280 §4.1.2.2), as big-endian octets without
/// leading zeros.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber(Vec<u8>);

impl SerialNumber {
    /// A serial number of up to 159 bits from 20 random octets: the top bit is cleared, so that the
    /// DER INTEGER is positive and stays within 20 octets.
    ///
    /// # Errors
    /// Octets that come to zero, which no random source gives twice.
    pub fn from_random(mut octets: [u8; 20]) -> Result<Self, X509Error> {
        if let Some(first) = octets.first_mut() {
            *first &= 0x7f;
        }
        Self::from_octets(&octets)
    }

    /// Reads an unsigned big-endian integer.
    ///
    /// # Errors
    /// Zero, or a number that needs more than 20 octets as a DER INTEGER.
    pub fn from_octets(octets: &[u8]) -> Result<Self, X509Error> {
        let significant: Vec<u8> = octets
            .iter()
            .copied()
            .skip_while(|octet| *octet == 0)
            .collect();
        let refused = || X509Error::Serial(hexadecimal(octets));
        let first = *significant.first().ok_or_else(refused)?;
        let encoded_length = significant.len() + usize::from(first >= 0x80);
        if encoded_length > 20 {
            return Err(refused());
        }
        Ok(Self(significant))
    }

    /// Big-endian octets without leading zeros.
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }
}

/// Upper-case hexadecimal, as `openssl x509 -serial` prints it.
impl fmt::Display for SerialNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hexadecimal(&self.0))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SerialNumber({self})")
    }
}

/// Reads the hexadecimal form, with or without `0x` and colons.
impl std::str::FromStr for SerialNumber {
    type Err = X509Error;

    fn from_str(text: &str) -> Result<Self, X509Error> {
        let digits = hexadecimal_digits(text).ok_or_else(|| X509Error::Serial(text.to_owned()))?;
        let padded = if digits.len() % 2 == 1 {
            format!("0{digits}")
        } else {
            digits
        };
        Self::from_octets(&octets(&padded))
    }
}

/// The first digits of a serial number, as lists show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialStart(String);

impl SerialStart {
    /// The smallest and the largest octets that start so; one of at most 64 octets lies between
    /// them, whatever its length.
    pub fn bounds(&self) -> (Vec<u8>, Vec<u8>) {
        /// The longest serial number that an inventory holds, in octets.
        const LONGEST: usize = 64;
        let filled = |digit| {
            let mut digits = self.0.clone();
            if digits.len() % 2 == 1 {
                digits.push(digit);
            }
            octets(&digits)
        };
        let mut last = filled('F');
        last.resize(LONGEST.max(last.len()), 0xff);
        (filled('0'), last)
    }
}

/// Upper-case hexadecimal.
impl fmt::Display for SerialStart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Reads hexadecimal digits, with or without `0x` and colons; an ellipsis at the end, as lists show
/// it, is passed over.
impl std::str::FromStr for SerialStart {
    type Err = X509Error;

    fn from_str(text: &str) -> Result<Self, X509Error> {
        hexadecimal_digits(text.trim_end_matches('…'))
            .map(Self)
            .ok_or_else(|| X509Error::Serial(text.to_owned()))
    }
}

/// The digits in upper case; at most those of 21 octets, the longest that DER has here.
fn hexadecimal_digits(text: &str) -> Option<String> {
    let digits: String = text
        .strip_prefix("0x")
        .unwrap_or(text)
        .chars()
        .filter(|character| *character != ':')
        .collect();
    let is_number =
        (1..=42).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_number.then(|| digits.to_ascii_uppercase())
}

/// The octets of an even number of hexadecimal digits.
fn octets(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| {
            pair.iter().fold(0, |octet, digit| {
                let value = char::from(*digit).to_digit(16).unwrap_or_default();
                octet << 4 | u8::try_from(value).unwrap_or_default()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_octets_with_a_clear_top_bit_are_the_limit() {
        assert_eq!(
            SerialNumber::from_random([0xff; 20])
                .unwrap()
                .as_octets()
                .len(),
            20
        );
        assert!(SerialNumber::from_octets(&[0x7f; 20]).is_ok());
        assert!(SerialNumber::from_octets(&[0x80; 20]).is_err());
        assert!(SerialNumber::from_octets(&[0x01; 21]).is_err());
        assert!(SerialNumber::from_octets(&[0; 20]).is_err());
        assert!(SerialNumber::from_octets(&[]).is_err());
        assert_eq!(
            "0x0a:0b".parse::<SerialNumber>().unwrap().to_string(),
            "0A0B"
        );
        assert!("zz".parse::<SerialNumber>().is_err());
    }

    #[test]
    fn the_start_of_a_serial_number_bounds_it() {
        let starts = |start: &str, whole: &str| {
            let (first, last) = start.parse::<SerialStart>().unwrap().bounds();
            let whole = whole.parse::<SerialNumber>().unwrap();
            (first.as_slice()..=last.as_slice()).contains(&whole.as_octets())
        };
        assert!(starts("5a01…", "5A01FF"));
        assert!(starts("5a0", "5A01FF"));
        assert!(starts("0B", "0B"));
        assert!(!starts("5A0", "5A1F"));
        assert!(!starts("5A01", "5A"));
        assert!("".parse::<SerialStart>().is_err());
        assert!("5G".parse::<SerialStart>().is_err());
    }
}
