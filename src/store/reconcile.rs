//! Putting right what processes that died left unfinished. Runs only while no other process writes.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::chain_files::{self, RefreshedChains};
use super::error::{FileDeed, StoreError};
use super::files;
use super::inventory::{Inventory, Place};
use super::layout::{AuthorityFile, CertificateFile, Layout};
use super::name::{Shelf, StoreName};
use super::revocation_list;
use super::staging;
use super::syncing::Syncing;

/// What was found and put right.
#[derive(Debug, Default)]
pub struct Reconciled {
    /// How many records were waiting for a signature that will never come; they are lost now.
    pub lost: usize,
    /// What was signed and is now published, as its maker would have done.
    pub published: Vec<StoreName>,
    /// What was signed and cannot be published yet, and why. It is tried again the next time.
    pub refused: Vec<(StoreName, StoreError)>,
    /// What was signed and whose files are gone; the certificate itself is in the inventory.
    pub without_files: Vec<StoreName>,
    /// The authorities whose newest revocation list is whole again.
    pub revocation_lists: Vec<StoreName>,
    /// The certificates whose chain files follow their authorities again.
    pub chains: RefreshedChains,
    /// How many unfinished files and folders were removed.
    pub removed: usize,
}

impl Reconciled {
    /// Whether something was put right, so that the PKI is not as it was read before.
    pub fn has_changed(&self) -> bool {
        self.lost > 0 || !self.published.is_empty()
    }

    /// Whether nothing was done and nothing is left to do.
    pub fn is_nothing(&self) -> bool {
        self.revocation_lists.is_empty()
            && self.chains.is_nothing()
            && self.lost == 0
            && self.published.is_empty()
            && self.refused.is_empty()
            && self.removed == 0
    }
}

/// `now` is when what is published now counts as filed.
pub(super) fn reconcile(
    layout: &Layout,
    inventory: &mut Inventory,
    now: OffsetDateTime,
) -> Result<Reconciled, StoreError> {
    let mut reconciled = Reconciled {
        lost: inventory.give_up_recorded(now)?,
        ..Reconciled::default()
    };
    let mut filed = Vec::new();
    let mut kept = Vec::new();
    for row in inventory.unfiled()? {
        let (Some(place), Some(der)) = (&row.place, inventory.certificate_der(row.id)?) else {
            continue;
        };
        let name = place.name.clone();
        match whereabouts(layout, place, &der)? {
            Whereabouts::Gone if !is_rewritten(layout, inventory, place)? => {
                reconciled.without_files.push(name);
            }
            found => match finish(layout, inventory, place, &found) {
                Ok(()) => {
                    filed.push(row.id);
                    reconciled.published.push(name);
                }
                // One name that cannot be published does not keep all others from being used, and
                // its key is kept.
                Err(error) => {
                    reconciled.refused.push((name, error));
                    if let Whereabouts::Staged(folder) = found {
                        kept.push(folder);
                    }
                }
            },
        }
    }
    if !filed.is_empty() {
        inventory.mark_filed(&filed, now)?;
    }
    reconciled.chains = chain_files::refresh(layout, inventory, now)?;
    reconciled.revocation_lists = revocation_list::reconcile(layout, inventory, now)?;
    reconciled.removed = remove_unfinished(layout, &kept)?;
    Ok(reconciled)
}

/// How far the maker of a certificate came with its files.
enum Whereabouts {
    Published,
    Staged(PathBuf),
    Gone,
}

/// A certificate is sealed only when its staging folder is complete, and an authority's certificate
/// is moved after its key: where the certificate is tells where all of it is.
fn whereabouts(layout: &Layout, place: &Place, der: &[u8]) -> Result<Whereabouts, StoreError> {
    let name = &place.name;
    let (published, staging, certificate) = match place.shelf {
        Shelf::Certificates => {
            let certificate = CertificateFile::Certificate.file_name(name);
            let published = layout.generation(name, place.generation).join(&certificate);
            (published, layout.certificate_staging(), certificate)
        }
        Shelf::Authorities => (
            layout.authority_file(name, AuthorityFile::Certificate),
            layout.authority_staging(),
            AuthorityFile::Certificate.file_name(name),
        ),
    };
    if holds(&published, der) {
        return Ok(Whereabouts::Published);
    }
    let staged = entries(&staging)?
        .into_iter()
        .find(|folder| holds(&folder.join(&certificate), der));
    Ok(staged.map_or(Whereabouts::Gone, Whereabouts::Staged))
}

/// Whether the missing certificate can be written anew: that of an authority whose key is there, as
/// after a renewal.
fn is_rewritten(layout: &Layout, inventory: &Inventory, place: &Place) -> Result<bool, StoreError> {
    Ok(place.shelf == Shelf::Authorities
        && layout
            .authority_file(&place.name, AuthorityFile::Key)
            .is_file()
        && inventory.authority_by_name(&place.name)?.is_some())
}

fn finish(
    layout: &Layout,
    inventory: &Inventory,
    place: &Place,
    found: &Whereabouts,
) -> Result<(), StoreError> {
    let current = |name: &StoreName| inventory.current_generations(name);
    let Place {
        shelf,
        name,
        generation,
    } = place;
    match (shelf, found) {
        (Shelf::Certificates, Whereabouts::Published) => {
            staging::make_current(layout, name, Syncing::Each, current).map(|_| ())
        }
        (Shelf::Certificates, Whereabouts::Staged(folder)) => {
            staging::publish_generation(layout, name, *generation, folder, Syncing::Each, current)
                .map(|_| ())
        }
        (Shelf::Authorities, Whereabouts::Staged(folder)) => {
            staging::publish_authority(layout, name, folder).map(|_| ())
        }
        (Shelf::Authorities, Whereabouts::Gone) => {
            staging::write_authority_certificate(layout, inventory, name).map(|_| ())
        }
        (Shelf::Authorities, Whereabouts::Published) | (Shelf::Certificates, Whereabouts::Gone) => {
            Ok(())
        }
    }
}

fn remove_unfinished(layout: &Layout, kept: &[PathBuf]) -> Result<usize, StoreError> {
    let mut removed = 0;
    for staging in [layout.certificate_staging(), layout.authority_staging()] {
        for path in entries(&staging)? {
            if !kept.contains(&path) {
                remove(&path)?;
                removed += 1;
            }
        }
    }
    for folder in [layout.authorities(), layout.revocation_lists()] {
        for path in entries(&folder)? {
            let unfinished = path.file_name().is_some_and(|name| {
                name.as_encoded_bytes()
                    .starts_with(files::UNFINISHED.as_bytes())
            });
            if unfinished {
                remove(&path)?;
                removed += 1;
            }
        }
    }
    Ok(removed)
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
