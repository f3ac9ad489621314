//! What certificates are chosen by, as people write it.

use std::str::FromStr;

use crate::{
    store::{CertificateKind, TextMatch},
    x509::{San, X509Error},
};

/// A number of days: `30` or `30d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days(pub(crate) u32);

impl FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        /// A hundred years: nothing is planned for longer.
        const MOST: u32 = 36_500;
        let number = text.strip_suffix('d').unwrap_or(text);
        match number.parse() {
            Ok(days) if (1..=MOST).contains(&days) => Ok(Self(days)),
            _ => Err(format!(
                "write a number of days from 1 to {MOST}, such as 30 or 30d"
            )),
        }
    }
}

/// A SHA-256 in hexadecimal, with or without colons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sha256(pub(crate) [u8; 32]);

impl FromStr for Sha256 {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b':').collect();
        let refused = || "write 64 hexadecimal digits, with or without colons".to_owned();
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let mut octets = [0_u8; 32];
        if digits.len() != 2 * octets.len() {
            return Err(refused());
        }
        for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
            let values: Option<Vec<u32>> = pair.iter().map(digit).collect();
            let value = values
                .ok_or_else(refused)?
                .iter()
                .fold(0, |all, one| all * 16 + one);
            *octet = u8::try_from(value).map_err(|_| refused())?;
        }
        Ok(Self(octets))
    }
}

/// A text, or the beginning of one with `*` behind it.
pub(crate) fn text(text: &str) -> Result<TextMatch, String> {
    match text.strip_suffix('*') {
        Some("") => Err("a * alone says nothing; leave the flag out".to_owned()),
        Some(start) => Ok(TextMatch::StartingWith(start.to_owned())),
        None => Ok(TextMatch::Exactly(text.to_owned())),
    }
}

/// A subject alternative name as `--san` takes it; the inventory has it without its kind. One that
/// ends in `*` is the beginning of one.
pub(crate) fn san(written: &str) -> Result<TextMatch, String> {
    if written.ends_with('*') {
        let kinds = ["dns:", "ip:", "email:", "uri:"];
        let value = kinds.iter().find_map(|kind| written.strip_prefix(kind));
        return text(value.unwrap_or(written));
    }
    let san: San = written
        .parse()
        .map_err(|error: X509Error| error.to_string())?;
    Ok(TextMatch::Exactly(san.value()))
}

/// A subject in the notation of the inventory, which is openssl's: `O = Acme, CN = flb`.
pub(crate) fn subject(written: &str) -> Result<TextMatch, String> {
    if !written.contains('=') {
        return text(&format!("CN = {written}"));
    }
    let parts: Vec<String> = written
        .split(", ")
        .flat_map(|part| part.split(',').collect::<Vec<_>>())
        .map(|part| match part.split_once('=') {
            Some((kind, value)) => format!("{} = {}", kind.trim(), value.trim()),
            None => part.to_owned(),
        })
        .collect();
    text(&parts.join(", "))
}

/// What a certificate is for.
pub(crate) fn kind(word: &str) -> Result<CertificateKind, String> {
    let kinds = [
        CertificateKind::Ca,
        CertificateKind::Server,
        CertificateKind::Client,
        CertificateKind::Peer,
    ];
    kinds
        .into_iter()
        .find(|kind| kind.word() == word)
        .ok_or_else(|| "it is ca, server, client or peer".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_plain_or_with_their_unit() {
        assert_eq!("30".parse(), Ok(Days(30)));
        assert_eq!("30d".parse(), Ok(Days(30)));
        for wrong in ["", "d", "0", "-1", "30h", "36501", "3.5"] {
            assert!(wrong.parse::<Days>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn fingerprints_have_64_digits() {
        let plain = "0a".repeat(32);
        assert_eq!(plain.parse(), Ok(Sha256([10; 32])));
        assert_eq!(vec!["0A"; 32].join(":").parse(), Ok(Sha256([10; 32])));
        for wrong in ["", "0a", &"0g".repeat(32), &"0a".repeat(33)] {
            assert!(wrong.parse::<Sha256>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_looked_for_as_the_inventory_has_them() {
        let exactly = |text: &str| Ok(TextMatch::Exactly(text.to_owned()));
        let starting = |text: &str| Ok(TextMatch::StartingWith(text.to_owned()));
        assert_eq!(san("*.Example.com"), exactly("*.example.com"));
        assert_eq!(san("bücher.example"), exactly("xn--bcher-kva.example"));
        assert_eq!(san("ip:10.0.0.7"), exactly("10.0.0.7"));
        assert_eq!(san("[fd00::7]"), exactly("fd00::7"));
        assert_eq!(san("dns:www*"), starting("www"));
        assert!(san("a..b").is_err());
        assert_eq!(subject("flb"), exactly("CN = flb"));
        assert_eq!(subject("O=Acme,CN=f*"), starting("O = Acme, CN = f"));
        assert_eq!(subject("O = Acme, CN = flb"), exactly("O = Acme, CN = flb"));
        assert!(text("*").is_err());
    }
}
