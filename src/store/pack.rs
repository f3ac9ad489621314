//! Many keys and certificates in one file, so that a hundred thousand of them are not as many
//! folders: a `tar` archive (POSIX.1-2001 `ustar`).
//!
//! The archive grows under another name, `FILE.unfinished`, and gets its own when it is whole. What
//! is in it is synced before the inventory says that it was issued, so that no key is lost: a run
//! that was killed leaves an unfinished archive, and the next one goes on with that.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tar::{Archive, Builder, EntryType, Header};
use time::OffsetDateTime;

use super::error::{FileDeed, StoreError};
use super::files::{self, Secrecy};
use super::inventory::{Inventory, sha256};
use super::layout::CertificateFile;
use super::name::StoreName;

/// What an archive's parts are multiples of, in octets.
const BLOCK: u64 = 512;

/// More than any file of a certificate, in octets.
const LONGEST_FILE: u64 = 1024 * 1024;

/// The certificates above those in the archive, at its top.
const CHAIN: &str = "chain.crt";

/// The files of a certificate in the archive, in their order. The last one tells that all are there.
const FILES: [CertificateFile; 3] = [
    CertificateFile::Key,
    CertificateFile::FullChain,
    CertificateFile::Certificate,
];

/// A key and its certificate, as they go into an archive.
#[derive(Clone)]
pub struct PackedCertificate<'files> {
    /// What its files are called.
    pub name: &'files StoreName,
    /// PEM of the private key.
    pub key_pem: &'files str,
    /// PEM of the certificate.
    pub certificate_pem: String,
    /// PEM of what a server sends after it.
    pub sent_pem: &'files str,
}

/// An archive that is being written; only its owner may read it (mode 0600).
pub struct Pack {
    archive: Builder<BufWriter<File>>,
    path: PathBuf,
    unfinished: PathBuf,
    now: u64,
}

/// What an archive has had since a run that was killed.
#[derive(Debug, Default)]
pub struct PackedNames(HashSet<String>);

impl PackedNames {
    /// Whether a certificate of that name is in the archive.
    pub fn has(&self, name: &StoreName) -> bool {
        self.0.contains(name.file_name())
    }
}

impl Pack {
    /// Begins an archive, or goes on with the one that a killed run left: what the inventory knows
    /// of it as issued stays.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the archive is there, [`StoreError::PackBusy`] if another process
    /// writes it, [`StoreError::InTheWay`] if what has the unfinished archive's name is none, and
    /// what the operating system and SQLite refuse.
    pub fn begin(
        path: &Path,
        chain_pem: &str,
        inventory: &Inventory,
        now: OffsetDateTime,
    ) -> Result<(Self, PackedNames), StoreError> {
        refuse_existing(path)?;
        let mut unfinished = OsString::from(path);
        unfinished.push(".unfinished");
        let unfinished = PathBuf::from(unfinished);
        let folder = files::folder_of(path)?;
        let refused = |error| files::not_written(path, &folder, error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(Secrecy::Secret.mode())
            .open(&unfinished)
            .map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::PackBusy {
                    path: path.to_path_buf(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
        // Who had the lock until now has given the archive its name.
        refuse_existing(path)?;
        let Sound { octets, there } = Sound::of(&file, &unfinished, inventory)?;
        file.set_len(octets)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .map_err(refused)?;
        let mut pack = Self {
            archive: Builder::new(BufWriter::with_capacity(256 * 1024, file)),
            path: path.to_path_buf(),
            unfinished,
            now: u64::try_from(now.unix_timestamp()).unwrap_or_default(),
        };
        if octets == 0 {
            pack.add(Path::new(CHAIN), [chain_pem, ""], Secrecy::Public)?;
            pack.sync()?;
            files::sync_folder(&folder)?;
        }
        Ok((pack, there))
    }

    /// Adds certificates; when this returns, no power failure can lose their keys.
    ///
    /// # Errors
    /// What the operating system refuses. The archive is of no use any more then, except to the next
    /// run.
    pub fn append(&mut self, certificates: &[PackedCertificate<'_>]) -> Result<(), StoreError> {
        for certificate in certificates {
            let PackedCertificate {
                name,
                key_pem,
                certificate_pem,
                sent_pem,
            } = certificate;
            for file in FILES {
                let (content, secrecy) = match file {
                    CertificateFile::Key => ([*key_pem, ""], Secrecy::Secret),
                    CertificateFile::FullChain => ([certificate_pem, *sent_pem], Secrecy::Public),
                    _ => ([certificate_pem, ""], Secrecy::Public),
                };
                let path = Path::new(name.file_name()).join(file.file_name(name));
                self.add(&path, content, secrecy)?;
            }
        }
        self.sync()
    }

    /// Ends the archive and gives it its name.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if something has got that name meanwhile, and what the operating
    /// system refuses. The unfinished archive stays then.
    pub fn finish(mut self) -> Result<(), StoreError> {
        let path = &self.path;
        let refused = |error| StoreError::file(FileDeed::Write, path, files::without_name(error));
        self.archive.finish().map_err(refused)?;
        let written = self.archive.get_mut();
        written
            .flush()
            .and_then(|()| written.get_ref().sync_all())
            .map_err(refused)?;
        files::move_new(&self.unfinished, path)?;
        files::sync_folder(&files::folder_of(path)?)
    }

    /// Adds a file whose content is two texts, one after the other.
    fn add(
        &mut self,
        path: &Path,
        [first, second]: [&str; 2],
        secrecy: Secrecy,
    ) -> Result<(), StoreError> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(secrecy.mode());
        header.set_mtime(self.now);
        let length = first.len().saturating_add(second.len());
        header.set_size(u64::try_from(length).unwrap_or(u64::MAX));
        self.archive
            .append_data(&mut header, path, first.as_bytes().chain(second.as_bytes()))
            .map_err(|error| StoreError::file(FileDeed::Write, &self.unfinished, error))
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        let written = self.archive.get_mut();
        written
            .flush()
            .and_then(|()| written.get_ref().sync_data())
            .map_err(|error| StoreError::file(FileDeed::Write, &self.unfinished, error))
    }
}

fn refuse_existing(path: &Path) -> Result<(), StoreError> {
    match path.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) => Err(StoreError::Exists {
            path: path.to_path_buf(),
        }),
    }
}

/// How far an unfinished archive is whole and known to the inventory.
#[derive(Default)]
struct Sound {
    octets: u64,
    there: PackedNames,
}

impl Sound {
    /// What was written last may be torn, or not be known as issued: nobody has seen it, and its
    /// record is lost by now.
    fn of(file: &File, path: &Path, inventory: &Inventory) -> Result<Self, StoreError> {
        let in_the_way = || StoreError::InTheWay {
            path: path.to_path_buf(),
        };
        let mut sound = Self::default();
        let mut archive = Archive::new(file);
        let entries = archive.entries_with_seek().map_err(|_| in_the_way())?;
        for entry in entries {
            let Ok(mut entry) = entry else { break };
            let end = entry
                .raw_file_position()
                .saturating_add(entry.size().next_multiple_of(BLOCK));
            let Ok(inside) = entry.path().map(|path| path.into_owned()) else {
                break;
            };
            if inside == Path::new(CHAIN) {
                if file.metadata().is_ok_and(|file| file.len() < end) {
                    break;
                }
                sound.octets = end;
                continue;
            }
            if sound.octets == 0 {
                return Err(in_the_way());
            }
            if inside.extension().is_none_or(|ending| ending != "crt")
                || inside.to_string_lossy().ends_with(".fullchain.crt")
            {
                continue;
            }
            let mut content = String::new();
            let read = entry
                .by_ref()
                .take(LONGEST_FILE)
                .read_to_string(&mut content);
            let Some(certificate) = read.ok().and_then(|_| pem::parse(&content).ok()) else {
                break;
            };
            if inventory
                .by_fingerprint(&sha256(certificate.contents()))?
                .is_none()
            {
                break;
            }
            let folder = inside.parent().map(Path::to_string_lossy);
            sound
                .there
                .0
                .extend(folder.map(std::borrow::Cow::into_owned));
            sound.octets = end;
        }
        match file.metadata() {
            Ok(there) if there.len() > 0 && sound.octets == 0 => Self::torn(file, in_the_way),
            Ok(_) => Ok(sound),
            Err(error) => Err(StoreError::file(FileDeed::Read, path, error)),
        }
    }

    /// A process that was killed in its first moments left less than a first entry; anything longer
    /// is somebody's file.
    fn torn(file: &File, in_the_way: impl Fn() -> StoreError) -> Result<Self, StoreError> {
        let is_short = file
            .metadata()
            .is_ok_and(|there| there.len() < LONGEST_FILE);
        let mut beginning = Vec::new();
        let mut file = file;
        let name_is_ours = file
            .seek(SeekFrom::Start(0))
            .and_then(|_| file.take(BLOCK).read_to_end(&mut beginning))
            .is_ok_and(|_| beginning.starts_with(CHAIN.as_bytes()));
        if is_short && name_is_ours {
            return Ok(Self::default());
        }
        Err(in_the_way())
    }
}
