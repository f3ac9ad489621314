//! A folder that is there whole or not at all.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use super::{
    error::{FileDeed, StoreError},
    files::{self, Secrecy},
    syncing::Syncing,
};

/// Writes a new folder with files in it, each under a plain name. It is made aside and renamed when
/// it is complete and durable; a failure leaves nothing. Of a secret folder the owner alone can see
/// anything.
///
/// # Errors
/// [`StoreError::Exists`] if anything has that name, and what the operating system refuses.
pub fn create_folder<'file>(
    path: &Path,
    contents: impl IntoIterator<Item = (&'file str, &'file [u8])>,
    secrecy: Secrecy,
) -> Result<(), StoreError> {
    let above = files::folder_of(path)?;
    if fs::symlink_metadata(path).is_ok() {
        return Err(StoreError::Exists {
            path: path.to_owned(),
        });
    }
    // Of the owner alone until it is whole.
    let unfinished = tempfile::Builder::new()
        .prefix(files::UNFINISHED)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(&above)
        .map_err(|error| files::not_written(path, &above, error))?;
    for (name, content) in contents {
        files::write_staged(
            &unfinished.path().join(name),
            content,
            secrecy,
            Syncing::Each,
        )?;
    }
    if secrecy == Secrecy::Public {
        // As the umask would have it for files: what it takes from 0644 was taken from them.
        let mode = 0o755;
        fs::set_permissions(unfinished.path(), Permissions::from_mode(mode))
            .map_err(|error| StoreError::file(FileDeed::Write, path, error))?;
    }
    files::sync_folder(unfinished.path())?;
    move_new_folder(unfinished.path(), path)?;
    // Its name leads nowhere any more.
    let _ = unfinished.keep();
    files::sync_folder(&above)
}

/// Where a file system cannot rename to a free name only, as NFS, files are linked to it; folders
/// cannot be. There the name is looked at first. In between, an empty folder alone could be replaced.
fn move_new_folder(from: &Path, to: &Path) -> Result<(), StoreError> {
    match files::move_new(from, to) {
        Err(StoreError::File { .. }) if fs::symlink_metadata(to).is_err() => {
            fs::rename(from, to).map_err(|error| StoreError::file(FileDeed::Write, to, error))
        }
        other => other,
    }
}
