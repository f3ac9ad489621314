//! The files of revocation lists. The two forms of a list belong together: the PEM is made of the
//! DER that is in place, and what a crash left undone between them is done when the PKI is opened.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use time::OffsetDateTime;

use super::directory::Store;
use super::error::{FileDeed, StoreError};
use super::files::{self, Secrecy};
use super::inventory::{AuthorityId, Inventory, RevocationListRecord, Shown};
use super::layout::{Layout, RevocationListFile};
use super::name::StoreName;
use super::unfinished::Unfinished;
use crate::x509::{PemWriter, Validity};

/// What the PEM of a list is called (RFC 7468 §6).
const LABEL: &str = "X509 CRL";

impl Store {
    /// Takes the next number for a list of an authority, durably, before anything is signed.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn record_revocation_list(
        &mut self,
        authority: AuthorityId,
        validity: &Validity,
    ) -> Result<RevocationListRecord, StoreError> {
        self.inventory_mut()
            .record_revocation_list(authority, validity)
    }

    /// Where the DER of an authority's next list is written, out of sight.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn new_revocation_list(&self, name: &StoreName) -> Result<Unfinished, StoreError> {
        files::make_folder(&self.layout().revocation_lists())?;
        let path = self.layout().revocation_list(name, RevocationListFile::Der);
        Unfinished::for_path(&path, Secrecy::Public)
    }

    /// Puts a signed list in the place of the one before, as DER and as PEM. A list that a newer
    /// one has overtaken meanwhile is not shown.
    ///
    /// # Errors
    /// What the operating system and SQLite refuse. Opening the PKI again finishes what is begun.
    pub fn publish_revocation_list(
        &mut self,
        name: &StoreName,
        record: &RevocationListRecord,
        entries: u64,
        der: Unfinished,
        now: OffsetDateTime,
    ) -> Result<Shown, StoreError> {
        let whole = der.complete()?;
        let layout = self.layout().clone();
        let inventory = self.inventory_mut();
        inventory.seal_revocation_list(record.id, entries, whole.sha256())?;
        inventory.publish_revocation_list(record.id, now, || {
            whole.replace()?;
            write_pem(&layout, name)
        })
    }

    /// Puts the lists of several authorities into one file, `name`'s `NAME.chain.crl`: those of `of`
    /// that are there, in that order. Nothing is written where one of `needed` is not there. Gives
    /// those that are not.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn chain_revocation_lists(
        &self,
        name: &StoreName,
        needed: &[StoreName],
        of: &[StoreName],
    ) -> Result<Vec<StoreName>, StoreError> {
        let pem = |name: &StoreName| self.layout().revocation_list(name, RevocationListFile::Pem);
        let (there, missing): (Vec<StoreName>, Vec<StoreName>) =
            of.iter().cloned().partition(|name| pem(name).is_file());
        if !needed.iter().any(|name| missing.contains(name)) {
            let path = self
                .layout()
                .revocation_list(name, RevocationListFile::Chain);
            let mut chain = Unfinished::for_path(&path, Secrecy::Public)?;
            for list in &there {
                copy(&pem(list), &path, &mut chain)?;
            }
            chain.complete()?.replace()?;
        }
        Ok(missing)
    }

    /// Copies a file of an authority's list to `to`, in the place of what has that name.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn copy_revocation_list(
        &self,
        name: &StoreName,
        file: RevocationListFile,
        to: &Path,
    ) -> Result<(), StoreError> {
        let from = self.layout().revocation_list(name, file);
        if let Some(mut stream) = files::open_stream(to)? {
            return copy(&from, to, &mut stream);
        }
        let path = files::behind_links(to)?;
        let mut unfinished = Unfinished::for_path(&path, Secrecy::Public)?;
        copy(&from, to, &mut unfinished)?;
        unfinished.complete()?.replace()
    }
}

/// Finishes or gives up the lists that a process was publishing when it died; which ones are whole
/// now.
pub(super) fn reconcile(
    layout: &Layout,
    inventory: &mut Inventory,
    now: OffsetDateTime,
) -> Result<Vec<StoreName>, StoreError> {
    let mut published = Vec::new();
    for list in inventory.unpublished_revocation_lists()? {
        let name = inventory
            .authority(list.authority)?
            .and_then(|authority| authority.name);
        let der = name
            .as_ref()
            .map(|name| layout.revocation_list(name, RevocationListFile::Der));
        let in_place = match &der {
            Some(der) => sha256_of(der)? == Some(list.fingerprint),
            None => false,
        };
        match name.filter(|_| in_place) {
            // The DER came into place before its process died; the PEM may not have.
            Some(name) => {
                inventory.publish_revocation_list(list.id, now, || write_pem(layout, &name))?;
                published.push(name);
            }
            None => inventory.give_up_revocation_list(list.id)?,
        }
    }
    Ok(published)
}

fn write_pem(layout: &Layout, name: &StoreName) -> Result<(), StoreError> {
    let der = layout.revocation_list(name, RevocationListFile::Der);
    let path = layout.revocation_list(name, RevocationListFile::Pem);
    let written = |error| StoreError::file(FileDeed::Write, &path, error);
    let pem = Unfinished::for_path(&path, Secrecy::Public)?;
    let mut pem = PemWriter::new(pem, LABEL).map_err(written)?;
    copy(&der, &path, &mut pem)?;
    pem.finish().map_err(written)?.complete()?.replace()
}

fn copy(from: &Path, path: &Path, to: &mut dyn io::Write) -> Result<(), StoreError> {
    for_each_piece(from, |piece| {
        to.write_all(piece)
            .map_err(|error| StoreError::file(FileDeed::Write, path, error))
    })
}

/// SHA-256 of a file, `None` where there is none.
fn sha256_of(path: &Path) -> Result<Option<[u8; 32]>, StoreError> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(None);
    }
    let mut context = Context::new(&SHA256);
    for_each_piece(path, |piece| {
        context.update(piece);
        Ok(())
    })?;
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    Ok(Some(digest))
}

fn for_each_piece(
    path: &Path,
    mut each: impl FnMut(&[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let refused = |error| StoreError::file(FileDeed::Read, path, error);
    let mut file = File::open(path).map_err(refused)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(refused(error)),
        };
        each(buffer.get(..length).unwrap_or_default())?;
    }
}
