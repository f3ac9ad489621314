//! Putting the files of a certificate or an authority together out of sight, and publishing them
//! at once.
//!
//! The types move forward only: [`Staging`] takes files, [`Staged`] has them all on disk and waits
//! for the certificate to be sealed in the inventory, [`Published`] says where they are.

use std::fs::{self, File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::error::{FileDeed, StoreError};
use super::files::{self, Secrecy};
use super::inventory::{Inventory, Place, RecordId, Recorded, sha256};
use super::layout::{AuthorityFile, CertificateFile, Layout};
use super::name::{Shelf, StoreName};
use super::syncing::Syncing;
use crate::x509::pem_block;

/// A folder that nobody knows yet, into which the files of a record are written. Dropping it
/// removes it.
#[derive(Debug)]
pub struct Staging {
    id: RecordId,
    place: Place,
    layout: Layout,
    folder: StagingFolder,
    syncing: Syncing,
}

/// All files of a record, on disk and synced, still out of sight. Dropping it removes them, unless
/// publishing was tried.
#[derive(Debug)]
pub struct Staged {
    id: RecordId,
    place: Place,
    layout: Layout,
    /// None for the next certificate of an authority: it is in the inventory, and its key is there.
    folder: Option<StagingFolder>,
}

/// Where the files of a record are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The record.
    pub id: RecordId,
    /// `certs/NAME`, or `ca` for an authority.
    pub folder: PathBuf,
}

impl Staging {
    /// A folder for the files of a record; any number of threads may make theirs at once.
    ///
    /// # Errors
    /// [`StoreError::Unplaced`] if the record has no place here, and what the operating system
    /// refuses.
    pub fn new(layout: &Layout, recorded: &Recorded, syncing: Syncing) -> Result<Self, StoreError> {
        let place = place_of(recorded)?;
        let folder = StagingFolder::new(layout, place.shelf)?;
        Ok(Self {
            id: recorded.id,
            place,
            layout: layout.clone(),
            folder,
            syncing,
        })
    }

    /// Writes a file of a certificate: the private key for its owner only, the others for all.
    ///
    /// # Errors
    /// What the operating system refuses, a file that was written already included.
    pub fn write(&self, file: CertificateFile, content: &[u8]) -> Result<(), StoreError> {
        let secrecy = match file {
            CertificateFile::Key => Secrecy::Secret,
            _ => Secrecy::Public,
        };
        let path = self.folder.path.join(file.file_name(&self.place.name));
        files::write_staged(&path, content, secrecy, self.syncing)
    }

    /// Writes a file of an authority: the private key for its owner only.
    ///
    /// # Errors
    /// What the operating system refuses, a file that was written already included.
    pub fn write_authority(&self, file: AuthorityFile, content: &[u8]) -> Result<(), StoreError> {
        let secrecy = match file {
            AuthorityFile::Key => Secrecy::Secret,
            AuthorityFile::Certificate => Secrecy::Public,
        };
        let path = self.folder.path.join(file.file_name(&self.place.name));
        files::write_staged(&path, content, secrecy, self.syncing)
    }

    /// Says that all files are written, and makes that survive a power failure. Next the
    /// certificate is sealed in the inventory, then the files are published.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn complete(self) -> Result<Staged, StoreError> {
        let Self {
            id,
            place,
            layout,
            folder,
            syncing,
        } = self;
        syncing.sync_folder(&folder.path)?;
        Ok(Staged {
            id,
            place,
            layout,
            folder: Some(folder),
        })
    }
}

impl Staged {
    /// The next certificate of an authority, whose file is made from the inventory.
    ///
    /// # Errors
    /// [`StoreError::Unplaced`] if the record has no place here.
    pub fn next_of_authority(layout: &Layout, recorded: &Recorded) -> Result<Self, StoreError> {
        Ok(Self {
            id: recorded.id,
            place: place_of(recorded)?,
            layout: layout.clone(),
            folder: None,
        })
    }

    pub(super) fn publish(
        self,
        inventory: &Inventory,
        syncing: Syncing,
    ) -> Result<Published, StoreError> {
        let Self {
            id,
            place,
            layout,
            folder,
        } = self;
        let Some(mut folder) = folder else {
            let folder = write_authority_certificate(&layout, inventory, &place.name)?;
            return Ok(Published { id, folder });
        };
        // The certificate is in the inventory from here on. If publishing fails its key must not go
        // with this folder: reconciling publishes it later.
        folder.removed_on_drop = false;
        let current = |name: &StoreName| inventory.current_generations(name);
        let folder = match place.shelf {
            Shelf::Certificates => publish_generation(
                &layout,
                &place.name,
                place.generation,
                &folder.path,
                syncing,
                current,
            )?,
            Shelf::Authorities => publish_authority(&layout, &place.name, &folder.path)?,
        };
        Ok(Published { id, folder })
    }
}

fn place_of(recorded: &Recorded) -> Result<Place, StoreError> {
    recorded.place.clone().ok_or(StoreError::Unplaced {
        id: recorded.id.number(),
    })
}

/// Makes a complete staging folder generation `generation` of `name`, and the current one if it is
/// the newest that may be.
pub(super) fn publish_generation(
    layout: &Layout,
    name: &StoreName,
    generation: u32,
    staged: &Path,
    syncing: Syncing,
    current: impl FnOnce(&StoreName) -> Result<Vec<u32>, StoreError>,
) -> Result<PathBuf, StoreError> {
    let generations = layout.generations(name);
    files::make_folder_and_sync(&generations, syncing)?;
    let folder = layout.generation(name, generation);
    fs::rename(staged, &folder)
        .map_err(|error| StoreError::file(FileDeed::Write, &folder, error))?;
    syncing.sync_folder(&generations)?;
    make_current(layout, name, syncing, current)
}

/// Lets `certs/NAME` point to the newest generation that may be the current one and has its files,
/// in one rename.
pub(super) fn make_current(
    layout: &Layout,
    name: &StoreName,
    syncing: Syncing,
    current: impl FnOnce(&StoreName) -> Result<Vec<u32>, StoreError>,
) -> Result<PathBuf, StoreError> {
    let link = layout.certificate_folder(name);
    let refused = |error| StoreError::file(FileDeed::Write, &link, error);
    // Two renewals of one name that publish at once: look and rename must not mix, and the
    // inventory is asked in between.
    let guard = File::open(layout.generations(name)).map_err(refused)?;
    guard.lock().map_err(refused)?;
    let newest = current(name)?
        .into_iter()
        .find(|generation| layout.generation(name, *generation).is_dir());
    let pointed_to = current_generation(layout, name)?;
    let Some(generation) = newest.filter(|newest| pointed_to != Some(*newest)) else {
        return Ok(link);
    };
    let target = Layout::generation_link(name, generation);
    if pointed_to.is_none() {
        symlink(target, &link).map_err(refused)?;
    } else {
        let folder = StagingFolder::new(layout, Shelf::Certificates)?;
        let new_link = folder.path.join("link");
        symlink(target, &new_link).map_err(refused)?;
        fs::rename(&new_link, &link).map_err(refused)?;
    }
    syncing.sync_folder(&layout.certificates())?;
    Ok(link)
}

/// The generation that `certs/NAME` points to.
///
/// # Errors
/// [`StoreError::InTheWay`] if it is no link that certmint made.
pub(super) fn current_generation(
    layout: &Layout,
    name: &StoreName,
) -> Result<Option<u32>, StoreError> {
    let link = layout.certificate_folder(name);
    let in_the_way = || StoreError::InTheWay { path: link.clone() };
    match fs::read_link(&link) {
        Ok(target) => {
            let generation = target
                .file_name()
                .and_then(|generation| generation.to_str()?.parse().ok())
                .filter(|generation| target == Layout::generation_link(name, *generation));
            generation.map(Some).ok_or_else(in_the_way)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        // What is no link at all.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Err(in_the_way()),
        Err(error) => Err(StoreError::file(FileDeed::Read, &link, error)),
    }
}

/// Moves an authority's key, then its certificate, to where they belong; never over a file. What
/// was moved by a process that died in between is left where it is.
pub(super) fn publish_authority(
    layout: &Layout,
    name: &StoreName,
    staged: &Path,
) -> Result<PathBuf, StoreError> {
    for file in [AuthorityFile::Key, AuthorityFile::Certificate] {
        let from = staged.join(file.file_name(name));
        match files::move_new(&from, &layout.authority_file(name, file)) {
            Err(StoreError::File { fault, .. }) if fault.kind() == ErrorKind::NotFound => {}
            other => other?,
        }
        files::sync_folder(&layout.authorities())?;
    }
    // Empty now; if it stays, reconciling removes it.
    let _ = fs::remove_dir(staged);
    Ok(layout.authorities())
}

/// Writes the certificate that the inventory has for an authority in the place of the one before, in
/// one rename; the one before is kept beside it under its generation.
pub(super) fn write_authority_certificate(
    layout: &Layout,
    inventory: &Inventory,
    name: &StoreName,
) -> Result<PathBuf, StoreError> {
    let folder = layout.authorities();
    let path = layout.authority_file(name, AuthorityFile::Certificate);
    // Two renewals at once: whoever comes last must have asked the inventory last.
    let refused = |error| StoreError::file(FileDeed::Write, &path, error);
    let guard = File::open(&folder).map_err(refused)?;
    guard.lock().map_err(refused)?;
    let Some(authority) = inventory.authority_by_name(name)? else {
        return Err(StoreError::AuthorityNameUnknown {
            name: name.to_string(),
        });
    };
    if fs::symlink_metadata(&path).is_ok() {
        let content = files::read(&path, files::USUAL_LIMIT)?;
        let there = pem::parse(content.as_slice()).ok();
        let der = there.as_ref().map_or(&[][..], pem::Pem::contents);
        if der == authority.certificate_der {
            return Ok(folder);
        }
        let generation = inventory
            .by_fingerprint(&sha256(der))?
            .and_then(|row| row.place)
            .map_or(1, |place| place.generation);
        let kept = layout.authority_generation(name, generation);
        files::make_folder(&layout.authority_generations(name))?;
        files::replace(&kept, &content, Secrecy::Public)?;
    }
    let pem = pem_block("CERTIFICATE", &authority.certificate_der);
    files::replace(&path, pem.as_bytes(), Secrecy::Public)?;
    Ok(folder)
}

#[derive(Debug)]
struct StagingFolder {
    path: PathBuf,
    removed_on_drop: bool,
}

impl StagingFolder {
    fn new(layout: &Layout, shelf: Shelf) -> Result<Self, StoreError> {
        let parent = match shelf {
            Shelf::Authorities => layout.authority_staging(),
            Shelf::Certificates => layout.certificate_staging(),
        };
        files::make_folder(&parent)?;
        let folder = tempfile::Builder::new()
            .prefix("new-")
            // The umask takes from this what it takes from every new folder.
            .permissions(Permissions::from_mode(0o777))
            .tempdir_in(&parent)
            .map_err(|error| {
                let error = error
                    .raw_os_error()
                    .map_or(error, std::io::Error::from_raw_os_error);
                StoreError::file(FileDeed::MakeFolder, &parent, error)
            })?;
        Ok(Self {
            path: folder.keep(),
            removed_on_drop: true,
        })
    }
}

impl Drop for StagingFolder {
    fn drop(&mut self) {
        if self.removed_on_drop {
            // If it stays, reconciling removes it.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
