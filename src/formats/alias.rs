//! The names of the entries of a Java key store.

use std::{fmt, str::FromStr};

/// The longest alias, in characters: PKCS#12's friendly names end there too.
const LONGEST: usize = 255;

/// The name of an entry of a Java key store, in lower case: Java's `KeyStore` makes whatever it is
/// asked for lower case, so an entry of another spelling would never be found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alias(String);

/// Why a name cannot be an alias.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the alias {alias:?} {problem}")]
pub struct AliasError {
    alias: String,
    problem: &'static str,
}

impl Alias {
    /// The alias as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The alias of the entry at `position`, from 0, of several that are wanted under one: the first
    /// has the alias itself.
    #[must_use]
    pub fn numbered(&self, position: usize) -> Self {
        match position {
            0 => self.clone(),
            later => {
                let ending = format!("-{}", later + 1);
                let room = LONGEST - ending.len();
                Self(self.0.chars().take(room).collect::<String>() + &ending)
            }
        }
    }
}

impl FromStr for Alias {
    type Err = AliasError;

    fn from_str(text: &str) -> Result<Self, AliasError> {
        let lower = text.to_lowercase();
        let problem = if lower.is_empty() {
            "is empty"
        } else if lower.chars().any(|character| u32::from(character) > 0xffff) {
            "has a character beyond the Basic Multilingual Plane, which Java would store as two"
        } else if lower.chars().any(char::is_control) {
            "has a control character"
        } else if lower.chars().count() > LONGEST {
            "has more than 255 characters"
        } else {
            return Ok(Self(lower));
        };
        Err(AliasError {
            alias: text.to_owned(),
            problem,
        })
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A certificate that a key store says to trust, and the name of its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedCertificate {
    /// The name of the entry.
    pub alias: Alias,
    /// The certificate, DER.
    pub der: Vec<u8>,
}

impl TrustedCertificate {
    /// One entry for each certificate, under `alias` and the numbers after it.
    pub fn each(alias: &Alias, certificates: impl IntoIterator<Item = Vec<u8>>) -> Vec<Self> {
        certificates
            .into_iter()
            .enumerate()
            .map(|(position, der)| Self {
                alias: alias.numbered(position),
                der,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_what_java_looks_for() {
        let alias: Alias = "Web Server \u{c4}".parse().unwrap();
        assert_eq!(alias.as_str(), "web server \u{e4}");
        assert_eq!(alias.numbered(0), alias);
        assert_eq!(alias.numbered(1).as_str(), "web server \u{e4}-2");
        let long: Alias = "a".repeat(255).parse().unwrap();
        assert_eq!(long.numbered(9).as_str().len(), 255);
        assert!(long.numbered(9).as_str().ends_with("a-10"));
        for wrong in ["", "a\n", "\u{1f600}", &"a".repeat(256)] {
            assert!(wrong.parse::<Alias>().is_err(), "{wrong:?}");
        }
    }
}
