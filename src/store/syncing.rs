//! When what was written gets to the disk.

use std::fs::File;
use std::path::Path;

use super::error::{FileDeed, StoreError};
use super::files;

/// Fewer files than these are synced one by one: to sync the whole file system takes other programs'
/// files along.
const MANY: usize = 32;

/// When files get to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syncing {
    /// Each as soon as it is written.
    Each,
    /// All together, when whoever writes them says so.
    Together,
}

impl Syncing {
    /// What is right for so many files: one call for the file system (`syncfs`, which Linux has)
    /// costs what a few files cost.
    pub fn of(files: usize) -> Self {
        if cfg!(target_os = "linux") && files >= MANY {
            Self::Together
        } else {
            Self::Each
        }
    }

    /// Makes what was created, renamed or removed in a folder survive a power failure, unless that
    /// is done for all together.
    pub(super) fn sync_folder(self, folder: &Path) -> Result<(), StoreError> {
        match self {
            Self::Each => files::sync_folder(folder),
            Self::Together => Ok(()),
        }
    }

    /// Makes all that was written on a folder's file system survive a power failure, unless each
    /// file does already.
    ///
    /// # Errors
    /// What the operating system refuses, also what it could not write of files that were closed.
    pub(super) fn sync_together(self, folder: &Path) -> Result<(), StoreError> {
        match self {
            Self::Each => Ok(()),
            Self::Together => File::open(folder)
                .and_then(|open| sync_file_system(&open))
                .map_err(|error| StoreError::file(FileDeed::Write, folder, error)),
        }
    }
}

#[cfg(target_os = "linux")]
fn sync_file_system(open: &File) -> std::io::Result<()> {
    Ok(nix::unistd::syncfs(open)?)
}

/// Nobody gets here: see [`Syncing::of`].
#[cfg(not(target_os = "linux"))]
fn sync_file_system(open: &File) -> std::io::Result<()> {
    open.sync_all()
}
