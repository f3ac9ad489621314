//! Files that are there whole or not at all.
//!
//! Everything that certmint writes to disk goes through here, inside a PKI directory and outside
//! (`--out FILE`). A file is written under another name in the same folder, synced, and renamed;
//! it has its final permissions from the moment that it exists. A write that fails leaves nothing.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};
use zeroize::Zeroizing;

use super::error::{FileDeed, StoreError};
use super::syncing::Syncing;

/// The most that [`read`] is usually asked for, in octets: 16 MiB holds ten thousand certificates.
pub const USUAL_LIMIT: u64 = 16 * 1024 * 1024;

/// How the names of files that are not yet whole start.
pub(super) const UNFINISHED: &str = ".certmint-";

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// The owner only (mode 0600): whatever holds a private key or a secret.
    Secret,
    /// Whom the umask allows (mode 0644).
    Public,
    /// Whom the umask allows, to run it too (mode 0755).
    Program,
}

impl Secrecy {
    pub(super) fn mode(self) -> u32 {
        match self {
            Self::Secret => 0o600,
            Self::Public => 0o644,
            Self::Program => 0o755,
        }
    }
}

/// Writes a file that must not exist yet; keys are only written so.
///
/// A pipe or a character device (`/dev/stdout`, a shell's `>(…)`) is written to as it is.
///
/// # Errors
/// [`StoreError::Exists`] if anything has that name, a symbolic link included; and what the
/// operating system refuses. Nothing is left behind then.
pub fn create_new(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<(), StoreError> {
    if write_to_stream(path, content)? {
        return Ok(());
    }
    let folder = folder_of(path)?;
    let unfinished = write_unfinished(path, &folder, content, secrecy)?;
    unfinished
        .persist_noclobber(path)
        .map_err(|refused| not_created(path, refused.error))?;
    sync_folder(&folder)
}

/// Writes a file in the place of what has its name, if anything has. Whoever opens it sees the old
/// or the new content whole. A symbolic link to a file stays, and the file that it names is
/// replaced.
///
/// # Errors
/// [`StoreError::Directory`], [`StoreError::DanglingLink`], and what the operating system refuses.
/// The old file is untouched then.
pub fn replace(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<(), StoreError> {
    if write_to_stream(path, content)? {
        return Ok(());
    }
    let path = &behind_links(path)?;
    let folder = folder_of(path)?;
    let unfinished = write_unfinished(path, &folder, content, secrecy)?;
    unfinished
        .persist(path)
        .map_err(|refused| StoreError::file(FileDeed::Write, path, refused.error))?;
    sync_folder(&folder)
}

/// As [`replace`], for a file outside the PKI that certmint alone writes, one process at a time. The
/// new content is written under one and the same name beside it, so that what a killed process left
/// there is written over by the next and no key stays behind. The owner of the old file stays the
/// owner, where certmint may say so.
///
/// # Errors
/// As [`replace`].
pub fn replace_own(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<(), StoreError> {
    let path = &behind_links(path)?;
    let folder = folder_of(path)?;
    if open_stream(path)?.is_some() {
        return Err(StoreError::NotAFile {
            path: path.to_path_buf(),
        });
    }
    let mut name = OsString::from(UNFINISHED);
    name.push(path.file_name().unwrap_or_default());
    let unfinished = folder.join(name);
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(StoreError::file(FileDeed::Remove, &unfinished, error));
        }
        _ => {}
    }
    let written = open_staged(&unfinished, content, secrecy, Syncing::Each).and_then(|file| {
        if let Ok(old) = fs::metadata(path) {
            // Whoever is not root can give nothing away, and the reader is most often root. By the
            // open file: whose folder it is could put a link to another file in its place.
            let _ = std::os::unix::fs::fchown(&file, Some(old.uid()), Some(old.gid()));
        }
        fs::rename(&unfinished, path)
            .map_err(|error| StoreError::file(FileDeed::Write, path, error))
    });
    if let Err(error) = written {
        let _ = fs::remove_file(&unfinished);
        return Err(match error {
            StoreError::File { fault, .. } if fault.kind() == ErrorKind::NotFound => {
                StoreError::NoDirectory {
                    path: path.to_path_buf(),
                    folder,
                }
            }
            StoreError::File { deed, fault, .. } => StoreError::File {
                deed,
                path: path.to_path_buf(),
                fault,
            },
            other => other,
        });
    }
    sync_folder(&folder)
}

/// Removes a file; one that is not there is no fault.
///
/// # Errors
/// What the operating system refuses.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(StoreError::file(FileDeed::Remove, path, error))
        }
        _ => Ok(()),
    }
}

/// Reads a file of at most `limit` octets. A regular file that is larger is refused without
/// reading; of a pipe or a device no more than the limit is read. The content is wiped when it is
/// dropped, because it may be a key.
///
/// # Errors
/// [`StoreError::Directory`], [`StoreError::TooLarge`], and what the operating system refuses.
pub fn read(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let refused = |error| StoreError::file(FileDeed::Read, path, error);
    let too_large = || StoreError::TooLarge {
        path: path.to_path_buf(),
        limit,
    };
    let file = File::open(path).map_err(refused)?;
    let metadata = file.metadata().map_err(refused)?;
    if metadata.is_dir() {
        return Err(StoreError::Directory {
            path: path.to_path_buf(),
        });
    }
    if metadata.len() > limit {
        return Err(too_large());
    }
    // One octet more than expected, so that the buffer need not grow.
    let expected = usize::try_from(metadata.len()).map_err(|_| too_large())?;
    read_whole(file, path, expected.saturating_add(1), limit)
}

/// Opens a file to read it piece by piece, where it is too long for the memory.
///
/// # Errors
/// [`StoreError::Directory`], and what the operating system refuses.
pub fn open_to_read(path: &Path) -> Result<File, StoreError> {
    let refused = |error| StoreError::file(FileDeed::Read, path, error);
    let file = File::open(path).map_err(refused)?;
    if file.metadata().map_err(refused)?.is_dir() {
        return Err(StoreError::Directory {
            path: path.to_path_buf(),
        });
    }
    Ok(file)
}

/// Who may read a file by its permissions: everybody but its owner counts as the public.
///
/// # Errors
/// What the operating system refuses.
pub fn secrecy(path: &Path) -> Result<Secrecy, StoreError> {
    let metadata =
        fs::metadata(path).map_err(|error| StoreError::file(FileDeed::Read, path, error))?;
    Ok(if metadata.permissions().mode() & 0o077 == 0 {
        Secrecy::Secret
    } else {
        Secrecy::Public
    })
}

/// Reads standard input to its end, at most `limit` octets of it; wiped when it is dropped. Nothing
/// of it stays in the buffer that [`std::io::stdin`] shares.
///
/// # Errors
/// [`StoreError::TooLarge`], and what the operating system refuses.
pub fn read_standard_input(limit: u64) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    /// What a line or a small file needs.
    const EXPECTED: usize = 8192;
    let path = Path::new("standard input");
    let input = io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .map_err(|error| StoreError::file(FileDeed::Read, path, error))?;
    read_whole(File::from(input), path, EXPECTED, limit)
}

/// Every buffer that is given up for a larger one is wiped: it may hold the beginning of a key.
fn read_whole(
    mut file: File,
    path: &Path,
    expected: usize,
    limit: u64,
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let mut content = Zeroizing::new(vec![0; expected.max(1)]);
    let mut length = 0;
    loop {
        if length == content.len() {
            let mut larger = Zeroizing::new(Vec::with_capacity(length.saturating_mul(2)));
            larger.extend_from_slice(&content);
            larger.resize(length.saturating_mul(2), 0);
            content = larger;
        }
        match file.read(content.get_mut(length..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(count) => length = length.saturating_add(count),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(StoreError::file(FileDeed::Read, path, error)),
        }
        if u64::try_from(length).is_ok_and(|length| length > limit) {
            return Err(StoreError::TooLarge {
                path: path.to_path_buf(),
                limit,
            });
        }
    }
    content.truncate(length);
    Ok(content)
}

/// Whether a path leads into a folder, whatever links and `..` are on the way; it need not exist.
///
/// # Errors
/// A current directory that cannot be found out.
pub fn is_inside(path: &Path, folder: &Path) -> Result<bool, StoreError> {
    let refused = |error| StoreError::file(FileDeed::Read, path, error);
    let absolute = std::path::absolute(path).map_err(refused)?;
    let folder = match fs::canonicalize(folder) {
        Ok(folder) => folder,
        Err(_) => std::path::absolute(folder).map_err(refused)?,
    };
    // What is there is followed, what is not there yet has no links.
    let inside = absolute.ancestors().find_map(|there| {
        let followed = fs::canonicalize(there).ok()?;
        let missing = absolute.strip_prefix(there).ok()?;
        Some(followed.join(missing).starts_with(&folder))
    });
    Ok(inside.unwrap_or(false))
}

/// Makes a folder and those above it, durably. A folder that exists is left as it is.
///
/// # Errors
/// What the operating system refuses, with the folder.
pub fn make_folder(folder: &Path) -> Result<(), StoreError> {
    make_folder_and_sync(folder, Syncing::Each)
}

/// As [`make_folder`]; whether durably is the caller's business.
pub(super) fn make_folder_and_sync(folder: &Path, syncing: Syncing) -> Result<(), StoreError> {
    match fs::create_dir(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let Some(above) = folder
                .parent()
                .filter(|above| !above.as_os_str().is_empty())
            else {
                return Err(StoreError::file(FileDeed::MakeFolder, folder, error));
            };
            make_folder_and_sync(above, syncing)?;
            match fs::create_dir(folder) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(StoreError::file(FileDeed::MakeFolder, folder, error));
                }
                _ => {}
            }
        }
        Err(error) => return Err(StoreError::file(FileDeed::MakeFolder, folder, error)),
    }
    folder_of(folder).and_then(|above| syncing.sync_folder(&above))
}

/// Makes what was created, renamed or removed in a folder survive a power failure.
pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let synced = File::open(folder).and_then(|open| open.sync_all());
    match synced {
        // Some network file systems have no sync of folders; they order the operations themselves.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        other => other.map_err(|error| StoreError::file(FileDeed::Write, folder, error)),
    }
}

/// Writes a file into a folder that nobody else knows yet, and that becomes visible only whole.
pub(super) fn write_staged(
    path: &Path,
    content: &[u8],
    secrecy: Secrecy,
    syncing: Syncing,
) -> Result<(), StoreError> {
    open_staged(path, content, secrecy, syncing).map(drop)
}

/// As [`write_staged`], and gives the file, still open.
fn open_staged(
    path: &Path,
    content: &[u8],
    secrecy: Secrecy,
    syncing: Syncing,
) -> Result<File, StoreError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(secrecy.mode())
        .open(path)
        .and_then(|mut file| {
            file.write_all(content)?;
            if syncing == Syncing::Each {
                file.sync_all()?;
            }
            Ok(file)
        })
        .map_err(|error| StoreError::file(FileDeed::Write, path, error))
}

/// Moves a whole file to a name that nothing has yet, within one file system.
pub(super) fn move_new(from: &Path, to: &Path) -> Result<(), StoreError> {
    let moving = TempPath::try_from_path(from)
        .map_err(|error| StoreError::file(FileDeed::Write, to, error))?;
    moving.persist_noclobber(to).map_err(|refused| {
        let mut stays = refused.path;
        stays.disable_cleanup(true);
        not_created(to, refused.error)
    })
}

pub(super) fn not_created(path: &Path, error: io::Error) -> StoreError {
    if error.kind() == ErrorKind::AlreadyExists {
        return exists(path);
    }
    StoreError::file(FileDeed::Write, path, error)
}

fn exists(path: &Path) -> StoreError {
    let path = path.to_path_buf();
    if path.is_dir() {
        return StoreError::Directory { path };
    }
    StoreError::Exists { path }
}

pub(super) fn folder_of(path: &Path) -> Result<PathBuf, StoreError> {
    if path.file_name().is_none() || path.as_os_str().as_bytes().ends_with(b"/") {
        return Err(StoreError::Directory {
            path: path.to_path_buf(),
        });
    }
    Ok(match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    })
}

pub(super) fn write_to_stream(path: &Path, content: &[u8]) -> Result<bool, StoreError> {
    let Some(mut stream) = open_stream(path)? else {
        return Ok(false);
    };
    stream
        .write_all(content)
        .map_err(|error| StoreError::file(FileDeed::Write, path, error))?;
    Ok(true)
}

/// A pipe or a character device, if `path` is one: renaming over `/dev/null` would destroy it, and
/// what reads from a pipe would wait for ever.
pub(super) fn open_stream(path: &Path) -> Result<Option<File>, StoreError> {
    let Ok(metadata) = fs::metadata(path) else {
        return Ok(None);
    };
    let kind = metadata.file_type();
    if kind.is_dir() {
        return Err(StoreError::Directory {
            path: path.to_path_buf(),
        });
    }
    if kind.is_file() {
        return Ok(None);
    }
    if !kind.is_fifo() && !kind.is_char_device() {
        return Err(StoreError::NotAFile {
            path: path.to_path_buf(),
        });
    }
    OpenOptions::new()
        .write(true)
        .open(path)
        .map(Some)
        .map_err(|error| StoreError::file(FileDeed::Write, path, error))
}

pub(super) fn behind_links(path: &Path) -> Result<PathBuf, StoreError> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    if !is_link {
        return Ok(path.to_path_buf());
    }
    fs::canonicalize(path).map_err(|error| match fs::read_link(path) {
        Ok(target) if error.kind() == ErrorKind::NotFound => StoreError::DanglingLink {
            path: path.to_path_buf(),
            target,
        },
        _ => StoreError::file(FileDeed::Write, path, error),
    })
}

pub(super) fn write_unfinished(
    path: &Path,
    folder: &Path,
    content: &[u8],
    secrecy: Secrecy,
) -> Result<NamedTempFile, StoreError> {
    new_unfinished(folder, secrecy)
        .and_then(|mut unfinished| {
            unfinished.as_file_mut().write_all(content)?;
            unfinished.as_file().sync_all()?;
            Ok(unfinished)
        })
        .map_err(|error| not_written(path, folder, error))
}

/// An empty file under a name that nobody knows.
pub(super) fn new_unfinished(folder: &Path, secrecy: Secrecy) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(UNFINISHED)
        .permissions(Permissions::from_mode(secrecy.mode()))
        .tempfile_in(folder)
}

pub(super) fn not_written(path: &Path, folder: &Path, error: io::Error) -> StoreError {
    if error.kind() == ErrorKind::NotFound {
        return StoreError::NoDirectory {
            path: path.to_path_buf(),
            folder: folder.to_path_buf(),
        };
    }
    StoreError::file(FileDeed::Write, path, without_name(error))
}

/// The random name of the unfinished file would only confuse.
pub(super) fn without_name(error: io::Error) -> io::Error {
    error
        .raw_os_error()
        .map_or(error, io::Error::from_raw_os_error)
}
