//! How a file is protected, for people to look at.

use std::fmt;

/// The protection of a PKCS#12 file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The MAC over the whole file; a file without one can be changed unnoticed.
    pub mac: Option<MacFacts>,
    /// The encryption of each content of the file, in order; `None` is in the clear. A file has
    /// usually one content with certificates and one with keys.
    pub contents: Vec<Option<Encryption>>,
    /// The encryption of each private key by itself, in order; `None` is in the clear, or under the
    /// encryption of its content only. Keys inside encrypted contents appear once the file is open.
    pub keys: Vec<Option<Encryption>>,
}

/// The MAC of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacFacts {
    /// "HMAC-SHA256 with the PKCS#12 key derivation", or PBMAC1 with its parts, or an unknown
    /// algorithm's object identifier.
    pub name: String,
    /// Iterations of the key derivation; `None` when the parameters are not known.
    pub iterations: Option<u64>,
    /// Length of the salt in bytes.
    pub salt_length: usize,
}

/// A password-based encryption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// "PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA256", "PBE-SHA1-3DES", …
    pub name: String,
    /// The object identifier of the scheme (PBES2 or a single scheme).
    pub oid: String,
    /// Iterations of the key derivation, or `None` for scrypt and unknown schemes.
    pub iterations: Option<u64>,
}

impl Facts {
    /// Whether anything in the file is encrypted or under a MAC.
    pub fn is_protected(&self) -> bool {
        self.mac.is_some() || self.contents.iter().chain(&self.keys).any(Option::is_some)
    }
}

impl fmt::Display for MacFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match self.iterations {
            Some(iterations) => write!(f, ", {iterations} iterations"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match self.iterations {
            Some(iterations) => write!(f, ", {iterations} iterations"),
            None => Ok(()),
        }
    }
}
