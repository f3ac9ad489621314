//! Putting right what processes that died left unfinished. Runs only while no other process writes.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::error::{FileDeed, StoreError};
use super::files;
use super::inventory::{Inventory, Row};
use super::layout::{AuthorityFile, CertificateFile, Layout};
use super::name::{Shelf, StoreName};
use super::staging;

/// What was found and put right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// How many records were waiting for a signature that will never come; they are lost now.
    pub lost: usize,
    /// What was signed and is now published, as its maker would have done.
    pub published: Vec<StoreName>,
    /// What was signed and whose files are gone; the certificate itself is in the inventory.
    pub without_files: Vec<StoreName>,
    /// How many unfinished files and folders were removed.
    pub removed: usize,
}

impl Reconciled {
    /// Whether there was nothing to put right.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// `now` is when what is published now counts as filed.
pub(super) fn reconcile(
    layout: &Layout,
    inventory: &mut Inventory,
    now: OffsetDateTime,
) -> Result<Reconciled, StoreError> {
    let mut reconciled = Reconciled {
        lost: inventory.give_up_recorded()?,
        ..Reconciled::default()
    };
    let mut filed = Vec::new();
    for row in inventory.unfiled()? {
        let Some(place) = &row.place else { continue };
        let Some(der) = inventory.certificate_der(row.id)? else {
            continue;
        };
        let published = match place.shelf {
            Shelf::Certificates => finish_generation(layout, &row, place.generation, &der)?,
            Shelf::Authorities => finish_authority(layout, &place.name, &der)?,
        };
        if published {
            filed.push(row.id);
            reconciled.published.push(place.name.clone());
        } else {
            reconciled.without_files.push(place.name.clone());
        }
    }
    if !filed.is_empty() {
        inventory.mark_filed(&filed, now)?;
    }
    for folder in [layout.certificate_staging(), layout.authority_staging()] {
        for path in entries(&folder)? {
            remove(&path)?;
            reconciled.removed += 1;
        }
    }
    for folder in [
        layout.root(),
        &layout.authorities(),
        &layout.revocation_lists(),
    ] {
        for path in entries(folder)? {
            let unfinished = path.file_name().is_some_and(|name| {
                name.as_encoded_bytes()
                    .starts_with(files::UNFINISHED.as_bytes())
            });
            if unfinished {
                remove(&path)?;
                reconciled.removed += 1;
            }
        }
    }
    Ok(reconciled)
}

fn finish_generation(
    layout: &Layout,
    row: &Row,
    generation: u32,
    der: &[u8],
) -> Result<bool, StoreError> {
    let Some(place) = &row.place else {
        return Ok(false);
    };
    let name = &place.name;
    let certificate = CertificateFile::Certificate.file_name(name);
    let folder = layout.generation(name, generation);
    if holds(&folder.join(&certificate), der) {
        staging::make_current(layout, name, generation)?;
        return Ok(true);
    }
    match staged_with(&layout.certificate_staging(), &certificate, der)? {
        Some(staged) => {
            staging::publish_generation(layout, name, generation, &staged)?;
            Ok(true)
        }
        None => Ok(false),
    }
}

/// An authority's certificate is moved last, so where it is tells how far its maker came.
fn finish_authority(layout: &Layout, name: &StoreName, der: &[u8]) -> Result<bool, StoreError> {
    if holds(
        &layout.authority_file(name, AuthorityFile::Certificate),
        der,
    ) {
        return Ok(true);
    }
    let certificate = AuthorityFile::Certificate.file_name(name);
    match staged_with(&layout.authority_staging(), &certificate, der)? {
        Some(staged) => {
            staging::publish_authority(layout, name, &staged)?;
            Ok(true)
        }
        None => Ok(false),
    }
}

/// The staging folder with a certificate. A certificate is sealed only when its folder is
/// complete, so nothing else needs to be looked at.
fn staged_with(
    staging: &Path,
    certificate: &str,
    der: &[u8],
) -> Result<Option<PathBuf>, StoreError> {
    let mut folders = entries(staging)?.into_iter();
    Ok(folders.find(|folder| holds(&folder.join(certificate), der)))
}

/// Whether the first PEM object of a file is this certificate.
fn holds(path: &Path, der: &[u8]) -> bool {
    files::read(path, files::USUAL_LIMIT)
        .ok()
        .and_then(|content| pem::parse(content.as_slice()).ok())
        .is_some_and(|certificate| certificate.contents() == der)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let refused = |error| StoreError::file(FileDeed::Read, folder, error);
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(refused)?,
    };
    listed
        .map(|entry| entry.map(|entry| entry.path()).map_err(refused))
        .collect()
}

fn remove(path: &Path) -> Result<(), StoreError> {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    let removed = if is_folder {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    removed.map_err(|error| StoreError::file(FileDeed::Remove, path, error))
}
