//! The lock of the PKI directory.
//!
//! Every process that writes holds `pki/.lock` shared (`flock(2)`) for as long as it runs. Whoever
//! gets it exclusively knows therefore that nobody is in the middle of anything, and that what looks
//! unfinished was left by a process that died. The lock ends with its process, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::error::{FileDeed, StoreError};
use super::layout::Layout;

/// How long a lock is waited for. A renewal that is killed while it starts a command leaves a copy of
/// itself that holds the lock until it has become that command.
const LINGERING: Duration = Duration::from_secs(1);

/// The most that is read of what a holder said of itself, in octets.
const LONGEST_HOLDER: u64 = 400;

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
        let file = lock_file(&path).map_err(refused)?;
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

/// The lock of a renewal: one at a time, so that two timers do not meet. Dropping it releases it.
#[derive(Debug)]
pub struct RenewalLock {
    // Never read: closing the file is what releases the lock.
    _file: File,
}

impl RenewalLock {
    /// Takes the lock, all but without waiting; `holder` is what others are told who come meanwhile.
    ///
    /// # Errors
    /// [`StoreError::NoPki`] if there is no PKI; [`StoreError::RenewalRuns`] with what the holder
    /// said of itself; what the operating system refuses.
    pub fn take(layout: &Layout, holder: &str) -> Result<Self, StoreError> {
        if !layout.root().is_dir() {
            return Err(StoreError::NoPki {
                path: layout.root().to_path_buf(),
            });
        }
        let path = layout.renewal_lock();
        let refused = |error| StoreError::file(FileDeed::Lock, &path, error);
        let mut file = lock_file(&path).map_err(refused)?;
        let until = Instant::now() + LINGERING;
        let mut taken = file.try_lock();
        while matches!(taken, Err(TryLockError::WouldBlock)) && Instant::now() < until {
            thread::sleep(LINGERING / 20);
            taken = file.try_lock();
        }
        match taken {
            Ok(()) => {
                // What a holder that died wrote is longer gone than its lock.
                file.set_len(0).map_err(refused)?;
                file.write_all(holder.as_bytes()).map_err(refused)?;
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let read = file.take(LONGEST_HOLDER).read_to_string(&mut holder);
                Err(StoreError::RenewalRuns {
                    holder: read
                        .is_ok()
                        .then_some(holder)
                        .filter(|text| !text.is_empty()),
                })
            }
            Err(TryLockError::Error(error)) => Err(refused(error)),
        }
    }
}

fn lock_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o644)
        .open(path)
}
