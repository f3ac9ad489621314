//! Serial numbers.

use std::fmt;

use super::X509Error;

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
        let refused = || X509Error::Serial(text.to_owned());
        let digits: String = text
            .trim_start_matches("0x")
            .chars()
            .filter(|character| *character != ':')
            .collect();
        if digits.is_empty()
            || digits.len() > 42
            || !digits.chars().all(|digit| digit.is_ascii_hexdigit())
        {
            return Err(refused());
        }
        let padded = if digits.len() % 2 == 1 {
            format!("0{digits}")
        } else {
            digits
        };
        let octets: Option<Vec<u8>> = (0..padded.len())
            .step_by(2)
            .map(|start| {
                padded
                    .get(start..start + 2)
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            })
            .collect();
        Self::from_octets(&octets.ok_or_else(refused)?)
    }
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
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
}
