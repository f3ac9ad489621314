//! The private keys of what a CA issued, where they lie beside it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::ForeignCa;
use crate::{
    key::{KeyFile, PrivateKey},
    store::files,
};

/// A key that was found.
pub(crate) struct LeafKey {
    /// Its file.
    pub(crate) file: PathBuf,
    /// The key.
    pub(crate) key: PrivateKey,
}

/// Where the keys are, by the public keys that they belong to.
#[derive(Default)]
pub(crate) struct LeafKeys {
    files: HashMap<Vec<u8>, PathBuf>,
    /// Keys that nobody can tell the certificate of.
    pub(crate) encrypted: Vec<PathBuf>,
}

impl LeafKeys {
    /// Looks into the folders where a program keeps keys. What is no key is passed over.
    pub(crate) fn of(ca: &ForeignCa) -> Result<Self> {
        let mut keys = Self::default();
        for folder in &ca.keys {
            for entry in std::fs::read_dir(folder)? {
                let file = entry?.path();
                if !file.is_file() || ca.key.as_deref() == Some(&file) {
                    continue;
                }
                match read(&file) {
                    Some(Reading::Plain(key)) => {
                        keys.files
                            .insert(key.public_key().spki_der().to_vec(), file);
                    }
                    Some(Reading::Encrypted) => keys.encrypted.push(file),
                    None => {}
                }
            }
        }
        keys.encrypted.sort();
        Ok(keys)
    }

    /// The key of a certificate's public key (DER of its SubjectPublicKeyInfo).
    pub(crate) fn of_public_key(&self, spki_der: &[u8]) -> Option<LeafKey> {
        let file = self.files.get(spki_der)?;
        match read(file)? {
            Reading::Plain(key) if key.public_key().spki_der() == spki_der => Some(LeafKey {
                file: file.clone(),
                key,
            }),
            _ => None,
        }
    }
}

enum Reading {
    Plain(PrivateKey),
    Encrypted,
}

fn read(file: &Path) -> Option<Reading> {
    let octets = files::read(file, files::USUAL_LIMIT).ok()?;
    let key = KeyFile::read(&octets).ok()?;
    if key.is_encrypted() {
        return Some(Reading::Encrypted);
    }
    key.unlock(None).ok().map(Reading::Plain)
}
