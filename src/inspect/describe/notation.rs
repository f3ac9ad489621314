//! How numbers, octets and times are written in descriptions.

pub(super) use crate::x509::{colon_hexadecimal, hexadecimal};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The content octets of a DER INTEGER in hexadecimal, as openssl prints a serial number: a
/// negative one with its sign, no octets that only carry the sign.
pub(super) fn integer_hexadecimal(content: &[u8]) -> String {
    let is_negative = content.first().is_some_and(|first| *first >= 0x80);
    let magnitude = if is_negative {
        negated(content)
    } else {
        content.to_vec()
    };
    let start = magnitude.iter().position(|octet| *octet != 0);
    let digits = match start.and_then(|start| magnitude.get(start..)) {
        Some(significant) => hexadecimal(significant),
        None => "00".to_owned(),
    };
    if is_negative {
        format!("-{digits}")
    } else {
        digits
    }
}

/// Two's complement: every bit the other way, plus one.
fn negated(content: &[u8]) -> Vec<u8> {
    let mut octets: Vec<u8> = content.iter().map(|octet| !octet).collect();
    for octet in octets.iter_mut().rev() {
        let (sum, overflow) = octet.overflowing_add(1);
        *octet = sum;
        if !overflow {
            break;
        }
    }
    octets
}

/// The content octets of a DER INTEGER in decimal, where it has at most eight octets.
pub(super) fn integer_decimal(content: &[u8]) -> Option<String> {
    let first = *content.first()?;
    let significant: Vec<u8> = content
        .iter()
        .copied()
        .skip_while(|octet| *octet == 0)
        .collect();
    if first >= 0x80 {
        return (content.len() <= 8).then(|| {
            let value = content
                .iter()
                .fold(-1_i64, |sum, octet| sum << 8 | i64::from(*octet));
            value.to_string()
        });
    }
    (significant.len() <= 8).then(|| {
        let value = significant
            .iter()
            .fold(0_u64, |sum, octet| sum << 8 | u64::from(*octet));
        value.to_string()
    })
}

/// RFC 3339, in UTC.
pub(super) fn rfc3339(time: OffsetDateTime) -> String {
    // Only years beyond 9999 cannot be written so, and DER has none.
    time.format(&Rfc3339).unwrap_or_else(|_| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_as_openssl_prints_them() {
        for (content, hex, decimal) in [
            (&[0][..], "00", Some("0")),
            (&[1], "01", Some("1")),
            (&[0, 0x80], "80", Some("128")),
            (&[0xff], "-01", Some("-1")),
            (&[0x80], "-80", Some("-128")),
            (&[0xff, 0x7f], "-81", Some("-129")),
            (
                &[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
                "FFFFFFFFFFFFFFFF",
                Some("18446744073709551615"),
            ),
            (&[1, 0, 0, 0, 0, 0, 0, 0, 0], "010000000000000000", None),
        ] {
            assert_eq!(integer_hexadecimal(content), hex);
            assert_eq!(integer_decimal(content).as_deref(), decimal);
        }
    }
}
