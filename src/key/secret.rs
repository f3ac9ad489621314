//! DER bytes that hold a secret.

use std::fmt;

use zeroize::Zeroizing;

/// DER bytes of a private key: wiped on drop; cannot be printed, cloned or serialised.
pub struct SecretDer(Zeroizing<Vec<u8>>);

impl SecretDer {
    /// Takes the bytes; they are wiped when the value is dropped.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// Copies the bytes. Whoever owns the original has to wipe it.
    pub fn copy_from(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// The bytes themselves.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretDer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretDer(..)")
    }
}
