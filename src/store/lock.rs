//! The lock of the PKI directory.
//!
//! Every process that writes holds `pki/.lock` shared (`flock(2)`) for as long as it runs. Whoever
//! gets it exclusively knows therefore that nobody is in the middle of anything, and that what looks
//! unfinished was left by a process that died. The lock ends with its process, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;

use super::error::{FileDeed, StoreError};
use super::layout::Layout;

/// The lock as a writing process holds it.
#[derive(Debug)]
pub(super) struct WriteLock {
    // Never read: closing the file is what releases the lock.
    _file: File,
}

impl WriteLock {
    /// Takes the lock. `alone` runs first if no other process writes at this moment.
    pub(super) fn take<T>(
        layout: &Layout,
        alone: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<(Self, Option<T>), StoreError> {
        let path = layout.lock();
        let refused = |error| StoreError::file(FileDeed::Lock, &path, error);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o644)
            .open(&path)
            .map_err(refused)?;
        let done_alone = match file.try_lock() {
            Ok(()) => Some(alone()?),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        };
        // Going from exclusive to shared is a release and a new lock: another process may get the
        // exclusive lock in between. It finds nothing unfinished, since this one has begun nothing.
        file.lock_shared().map_err(refused)?;
        Ok((Self { _file: file }, done_alone))
    }
}
