//! Numbers in hexadecimal.

use super::error::IndexFault;

/// The longest number, in octets. RFC 5280 §4.1.2.2 allows 20 for serial numbers; there are longer
/// ones.
const LONGEST: usize = 64;

/// The number in a file such as `serial` or `crlnumber`: the next one that openssl will use, most
/// significant octet first, without leading zeros; one octet for zero.
///
/// # Errors
/// [`IndexFault::Number`] for anything but hexadecimal digits and white space around them.
pub fn next_number(file: &[u8]) -> Result<Vec<u8>, IndexFault> {
    let text = String::from_utf8_lossy(file.trim_ascii());
    octets(&text).ok_or_else(|| IndexFault::Number(text.chars().take(40).collect()))
}

pub(super) fn serial(digits: &str) -> Result<Vec<u8>, IndexFault> {
    octets(digits).ok_or_else(|| IndexFault::Serial(digits.chars().take(140).collect()))
}

fn octets(digits: &str) -> Option<Vec<u8>> {
    let values: Vec<u8> = digits
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        })
        .collect::<Option<_>>()?;
    let zeros = values.iter().take_while(|value| **value == 0).count();
    let significant = values.get(zeros.min(values.len().checked_sub(1)?)..)?;
    let octets: Vec<u8> = significant
        .rchunks(2)
        .rev()
        .map(|pair| pair.iter().fold(0, |octet, value| octet << 4 | value))
        .collect();
    (octets.len() <= LONGEST).then_some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_openssl_writes_them() {
        assert_eq!(next_number(b"1000\n").unwrap(), [0x10, 0x00]);
        assert_eq!(next_number(b"01\r\n").unwrap(), [1]);
        assert_eq!(next_number(b"00").unwrap(), [0]);
        assert_eq!(next_number(b"00ab1").unwrap(), [0x0a, 0xb1]);
        let longest = "f".repeat(128);
        assert_eq!(next_number(longest.as_bytes()).unwrap().len(), 64);
    }

    #[test]
    fn anything_else_is_refused() {
        for file in ["", "\n", "0x10", "10 11", "-1", "ten", &"f".repeat(129)] {
            assert!(next_number(file.as_bytes()).is_err(), "{file:?}");
        }
    }
}
