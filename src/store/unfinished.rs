//! A long file that is written piece by piece, out of sight until it is whole.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use tempfile::NamedTempFile;

use super::error::{FileDeed, StoreError};
use super::files::{self, Secrecy};

/// A file in the making: it replaces what has its name in one rename, or is gone when it is
/// dropped. Its SHA-256 is known when it is whole.
pub struct Unfinished {
    file: BufWriter<NamedTempFile>,
    digest: Context,
    path: PathBuf,
    folder: PathBuf,
}

impl Unfinished {
    pub(super) fn for_path(path: &Path, secrecy: Secrecy) -> Result<Self, StoreError> {
        let folder = files::folder_of(path)?;
        let file = files::new_unfinished(&folder, secrecy)
            .map_err(|error| files::not_written(path, &folder, error))?;
        Ok(Self {
            file: BufWriter::new(file),
            digest: Context::new(&SHA256),
            path: path.to_path_buf(),
            folder,
        })
    }

    /// Makes the content survive a power failure; nobody sees it yet.
    pub(super) fn complete(self) -> Result<Whole, StoreError> {
        let Self {
            file,
            digest,
            path,
            folder,
        } = self;
        let synced = file.into_inner().map_err(|error| error.into_error());
        let synced = synced.and_then(|file| file.as_file().sync_all().map(|()| file));
        let file = synced.map_err(|error| files::not_written(&path, &folder, error))?;
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(digest.finish().as_ref());
        Ok(Whole {
            file,
            sha256,
            path,
            folder,
        })
    }
}

impl Write for Unfinished {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let taken = self.file.write(octets).map_err(files::without_name)?;
        let (written, _) = octets.split_at(taken.min(octets.len()));
        self.digest.update(written);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(files::without_name)
    }
}

/// A file whose content is whole and safe on the disk, under a name that nobody knows.
pub(super) struct Whole {
    file: NamedTempFile,
    sha256: [u8; 32],
    path: PathBuf,
    folder: PathBuf,
}

impl Whole {
    pub(super) fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Puts it in the place of what has its name, durably.
    pub(super) fn replace(self) -> Result<(), StoreError> {
        let Self {
            file,
            sha256: _,
            path,
            folder,
        } = self;
        file.persist(&path)
            .map_err(|refused| StoreError::file(FileDeed::Write, &path, refused.error))?;
        files::sync_folder(&folder)
    }
}
