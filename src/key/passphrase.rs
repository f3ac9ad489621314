//! The passphrase of a private key.

use std::fmt;

use zeroize::Zeroizing;

/// A passphrase: wiped on drop; cannot be printed, cloned or serialised.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes the passphrase as it was typed or read, without a line end.
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The UTF-8 bytes that go into the key derivation, as openssl takes them from a UTF-8 terminal.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether it has no character at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Passphrase(..)")
    }
}
