//! What can be said of the file of a private key.

use std::{io::ErrorKind, path::Path};

use anyhow::{Context as _, Result};

use crate::{
    acceptance::{Encoding, KeyFacts},
    key::{KeyError, KeyFile, Passphrase},
    store::{StoreError, files},
};

/// Reads a private key; one that is encrypted is opened where there is a passphrase.
pub(crate) fn key_facts(file: &Path, passphrase: Option<&Passphrase>) -> Result<KeyFacts> {
    let octets = files::read(file, files::USUAL_LIMIT)?;
    let place = || file.display().to_string();
    let facts = of_octets(&octets, passphrase).with_context(place)?;
    let (mode, owned_by_root) = permissions(file);
    Ok(KeyFacts {
        mode,
        owned_by_root,
        ..facts
    })
}

/// Whether a file was not read for want of permission.
pub(crate) fn is_out_of_reach(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(StoreError::File { fault, .. }) if fault.kind() == ErrorKind::PermissionDenied
    )
}

/// The private key that stands among certificates, if there is one.
pub(crate) fn beside(octets: &[u8], file: &Path) -> Option<KeyFacts> {
    let text = octets
        .windows(MARK.len())
        .any(|window| window == MARK)
        .then_some(octets)?;
    let facts = of_octets(text, None).ok()?;
    let (mode, owned_by_root) = permissions(file);
    Some(KeyFacts {
        mode,
        owned_by_root,
        ..facts
    })
}

/// What the first line of every private key in PEM ends with (RFC 7468 §10, §11).
const MARK: &[u8] = b"PRIVATE KEY-----";

fn of_octets(octets: &[u8], passphrase: Option<&Passphrase>) -> Result<KeyFacts, KeyError> {
    let key = KeyFile::read(octets)?;
    let public_key = match key.unlock(passphrase) {
        Ok(opened) => Some(opened.public_key().clone()),
        Err(KeyError::PassphraseNeeded) => None,
        Err(error) => return Err(error),
    };
    let is_pem = octets.windows(MARK.len()).any(|window| window == MARK);
    Ok(KeyFacts {
        form: key.form(),
        encoding: if is_pem {
            Encoding::Pem
        } else {
            Encoding::Other
        },
        octets: octets.len(),
        public_key,
        mode: None,
        owned_by_root: false,
    })
}

#[cfg(unix)]
fn permissions(file: &Path) -> (Option<u32>, bool) {
    use std::os::unix::fs::MetadataExt as _;
    // A file that was just read has metadata.
    std::fs::metadata(file).map_or((None, false), |metadata| {
        (Some(metadata.mode()), metadata.uid() == 0)
    })
}

#[cfg(not(unix))]
fn permissions(_: &Path) -> (Option<u32>, bool) {
    (None, false)
}
