//! Files that a command was told to write.

use std::{fs, path::Path};

use anyhow::Result;

use crate::{
    cli::failure::UsageError,
    store::{
        StoreError,
        files::{self, Secrecy},
    },
};

/// Refuses `-`, which is standard output elsewhere: here that is for the report.
pub(crate) fn refuse_dash(path: &Path) -> Result<()> {
    if path != Path::new("-") {
        return Ok(());
    }
    Err(UsageError(
        "- is no file to write: name one, or /dev/stdout for standard output, ahead of the report"
            .to_owned(),
    )
    .into())
}

/// Refuses a path that is taken, or whose folder is not there, before anything is made for it.
pub(crate) fn refuse_unwritable(path: &Path) -> Result<()> {
    refuse_dash(path)?;
    refuse_existing(path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => {
            Err(StoreError::NoDirectory {
                path: path.to_owned(),
                folder: folder.to_owned(),
            }
            .into())
        }
        _ => Ok(()),
    }
}

/// Refuses a path that is taken before anything is made for it.
pub(crate) fn refuse_existing(path: &Path) -> Result<()> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    // A pipe or a terminal is written to as it is.
    match fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => Ok(()),
        _ => Err(StoreError::Exists {
            path: path.to_owned(),
        }
        .into()),
    }
}

/// Writes what holds a key or another secret: 0600 from the first byte, over nothing.
pub(crate) fn secret(path: &Path, content: &[u8]) -> Result<()> {
    Ok(files::create_new(path, content, Secrecy::Secret)?)
}

/// Writes what everybody may read, over nothing.
pub(crate) fn public(path: &Path, content: &[u8]) -> Result<()> {
    Ok(files::create_new(path, content, Secrecy::Public)?)
}
