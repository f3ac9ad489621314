//! Many new files of one folder, each there whole or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::{FileDeed, StoreError};
use super::files::{self, Secrecy};
use super::syncing::Syncing;

/// Writes new files into a folder, as [`files::create_new`] writes one, and syncs them together. An
/// answer for each, in their order: what cannot be written does not keep the others back.
///
/// # Errors
/// What the operating system refuses when the folder is synced; some files may be there then.
pub fn create_new_files(
    folder: &Path,
    contents: Vec<(PathBuf, Vec<u8>)>,
    secrecy: Secrecy,
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    let syncing = Syncing::of(contents.len());
    // A relative folder would be looked up anew for each file.
    let folder = &std::path::absolute(folder)
        .map_err(|error| StoreError::file(FileDeed::Write, folder, error))?;
    let unfinished: Vec<Result<(PathBuf, NamedTempFile), StoreError>> = contents
        .into_iter()
        .map(|(path, content)| {
            let written = files::new_unfinished(folder, secrecy).and_then(|mut unfinished| {
                unfinished.as_file_mut().write_all(&content)?;
                if syncing == Syncing::Each {
                    unfinished.as_file().sync_all()?;
                }
                Ok(unfinished)
            });
            match written {
                Ok(unfinished) => Ok((path, unfinished)),
                Err(error) => Err(files::not_written(&path, folder, error)),
            }
        })
        .collect();
    syncing.sync_together(folder)?;
    let shown = unfinished
        .into_iter()
        .map(|unfinished| {
            let (path, unfinished) = unfinished?;
            unfinished
                .persist_noclobber(&path)
                .map(drop)
                .map_err(|refused| files::not_created(&path, refused.error))
        })
        .collect();
    files::sync_folder(folder)?;
    Ok(shown)
}
