//! The order for a key: which kinds certmint makes.

use std::fmt;
use std::str::FromStr;

use super::algorithm::{Curve, KeyAlgorithm};
use super::error::KeyError;

/// A kind of key that can be ordered. There is no way to order a weak one.
///
/// Written `rsa2048`, `rsa3072`, `rsa4096`, `p256`, `p384`, `p521` or `ed25519`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySpec {
    /// RSA with a modulus of 2048 bits.
    Rsa2048,
    /// RSA with a modulus of 3072 bits.
    Rsa3072,
    /// RSA with a modulus of 4096 bits.
    Rsa4096,
    /// The NIST curve P-256 (secp256r1, prime256v1).
    P256,
    /// The NIST curve P-384 (secp384r1).
    P384,
    /// The NIST curve P-521 (secp521r1).
    P521,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

impl KeySpec {
    /// Every kind, in the order in which help texts list them.
    pub const ALL: [Self; 7] = [
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Ed25519,
    ];

    /// The kind that a key of an algorithm is of; `None` for one that cannot be ordered.
    pub fn of(algorithm: &KeyAlgorithm) -> Option<Self> {
        match algorithm {
            KeyAlgorithm::Rsa { bits: 2048 } => Some(Self::Rsa2048),
            KeyAlgorithm::Rsa { bits: 3072 } => Some(Self::Rsa3072),
            KeyAlgorithm::Rsa { bits: 4096 } => Some(Self::Rsa4096),
            KeyAlgorithm::Ec(Curve::P256) => Some(Self::P256),
            KeyAlgorithm::Ec(Curve::P384) => Some(Self::P384),
            KeyAlgorithm::Ec(Curve::P521) => Some(Self::P521),
            KeyAlgorithm::Ed25519 => Some(Self::Ed25519),
            KeyAlgorithm::Rsa { .. } | KeyAlgorithm::Other { .. } => None,
        }
    }

    /// The word that orders this kind, for example `rsa2048`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa2048 => "rsa2048",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::P521 => "p521",
            Self::Ed25519 => "ed25519",
        }
    }
}

impl fmt::Display for KeySpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for KeySpec {
    type Err = KeyError;

    /// Reads the word of a kind, in lower or upper case.
    ///
    /// # Errors
    /// [`KeyError::UnknownSpec`] for any other word.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|spec| spec.as_str().eq_ignore_ascii_case(word))
            .ok_or_else(|| KeyError::UnknownSpec(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_word() {
        for spec in KeySpec::ALL {
            assert_eq!(spec.to_string().parse::<KeySpec>().unwrap(), spec);
            assert_eq!(
                spec.to_string().to_uppercase().parse::<KeySpec>().unwrap(),
                spec
            );
        }
    }

    #[test]
    fn weak_and_unknown_kinds_cannot_be_ordered() {
        for word in [
            "rsa1024",
            "rsa8192",
            "p224",
            "ed448",
            "secp256k1",
            "rsa",
            "",
            "p256 ",
        ] {
            let error = word.parse::<KeySpec>().unwrap_err();
            assert!(error.to_string().contains(&format!("{word:?}")), "{error}");
        }
    }
}
