//! Key usage and extended key usage.

use std::fmt;

use der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix;

use super::{Extension, X509Error, oid};

/// The bits of RFC 5280 §4.2.1.3, bit 0 (`digitalSignature`) as the lowest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Signs handshakes and data.
    pub const DIGITAL_SIGNATURE: Self = Self(1);
    /// RSA key transport.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// Signs certificates.
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// Signs certificate revocation lists.
    pub const CRL_SIGN: Self = Self(1 << 6);

    const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    /// Both sets of bits.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every bit of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits of both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The names of the set bits, in the order of RFC 5280.
    pub fn names(self) -> Vec<&'static str> {
        Self::NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| self.0 & 1 << bit != 0)
            .map(|(_, name)| *name)
            .collect()
    }

    /// Reads the value of a key usage extension.
    ///
    /// # Errors
    /// Bytes that are no `KeyUsage`.
    pub fn from_extension(extension: &Extension) -> Result<Self, X509Error> {
        let usage: pkix::KeyUsage = extension.read("keyUsage")?;
        Ok(Self(usage.0.bits()))
    }

    pub(crate) fn to_flags(self) -> pkix::KeyUsage {
        pkix::KeyUsage(der::flagset::FlagSet::new_truncated(self.0))
    }
}

/// The names, with a comma between.
impl fmt::Display for KeyUsage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.names().join(", "))
    }
}

impl fmt::Debug for KeyUsage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyUsage({self})")
    }
}

/// The purposes of RFC 5280 §4.2.1.12, at least one, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedKeyUsage(Vec<ObjectIdentifier>);

impl ExtendedKeyUsage {
    /// `serverAuth` alone.
    pub fn server() -> Self {
        Self(vec![oid::SERVER_AUTH])
    }

    /// `clientAuth` alone.
    pub fn client() -> Self {
        Self(vec![oid::CLIENT_AUTH])
    }

    /// Both, for hosts that are server and client to each other.
    pub fn server_and_client() -> Self {
        Self(vec![oid::SERVER_AUTH, oid::CLIENT_AUTH])
    }

    /// The purposes.
    pub fn purposes(&self) -> &[ObjectIdentifier] {
        &self.0
    }

    /// Reads the value of an extended key usage extension.
    ///
    /// # Errors
    /// Bytes that are none, or an empty list.
    pub fn from_extension(extension: &Extension) -> Result<Self, X509Error> {
        let usage: pkix::ExtendedKeyUsage = extension.read("extendedKeyUsage")?;
        if usage.0.is_empty() {
            return Err(X509Error::malformed("extendedKeyUsage", "it is empty"));
        }
        Ok(Self(usage.0))
    }
}

/// The names, with a comma between.
impl fmt::Display for ExtendedKeyUsage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(oid::display).collect();
        formatter.write_str(&names.join(", "))
    }
}
