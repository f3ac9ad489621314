//! A PKI directory opened for writing.

use std::fs;
use std::path::PathBuf;

use time::OffsetDateTime;

use super::chain_files::{self, RefreshedChains};
use super::error::{FileDeed, StoreError};
use super::files;
use super::inventory::{
    ActivationNeed, Actor, Authority, AuthorityId, AuthoritySettings, ExportRecord, Inventory,
    NewAuthority, NewRecord, Placement, RecordId, Recorded, Revocation, Sealing,
};
use super::layout::{AuthorityFile, Layout};
use super::lock::WriteLock;
use super::name::{Shelf, StoreName};
use super::reconcile::{self, Reconciled};
use super::staging::{self, Published, Staged, Staging};
use super::syncing::Syncing;

/// A PKI directory opened for writing: its lock is held, what dead processes left is put right,
/// and the inventory is open.
///
/// A certificate is made in this order: [`record`](Self::record), sign, [`stage`](Self::stage) its
/// files, [`seal`](Self::seal), [`publish`](Self::publish). A crash between any two steps loses
/// nothing that was signed; `docs/store.md` has the whole story.
#[derive(Debug)]
pub struct Store {
    layout: Layout,
    inventory: Inventory,
    reconciled: Reconciled,
    // Declared last: the inventory is closed before the lock is released.
    _lock: WriteLock,
}

impl Store {
    /// Opens the PKI in the directory `root`, and makes it if there is none. The audit log notes
    /// what is done as `actor`'s; `now` is when what a dead process left is put right.
    ///
    /// # Errors
    /// What the operating system and SQLite refuse; see [`Inventory::open_to_write`].
    pub fn create(
        root: impl Into<PathBuf>,
        actor: &Actor,
        now: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let layout = Layout::new(root);
        for folder in [layout.authorities(), layout.certificates()] {
            files::make_folder(&folder)?;
        }
        Self::open_layout(layout, actor, now)
    }

    /// Opens the PKI in the directory `root`.
    ///
    /// # Errors
    /// [`StoreError::NoPki`] if there is none; otherwise as [`Store::create`].
    pub fn open(
        root: impl Into<PathBuf>,
        actor: &Actor,
        now: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let layout = Layout::new(root);
        let inventory = layout.inventory();
        let exists = inventory
            .try_exists()
            .map_err(|error| StoreError::file(FileDeed::Read, &inventory, error))?;
        if !exists {
            return Err(StoreError::NoPki {
                path: layout.root().to_path_buf(),
            });
        }
        Self::open_layout(layout, actor, now)
    }

    fn open_layout(layout: Layout, actor: &Actor, now: OffsetDateTime) -> Result<Self, StoreError> {
        let (lock, opened_alone) = WriteLock::take(&layout, || {
            let mut inventory = Inventory::open_to_write(&layout.inventory(), actor, now)?;
            let reconciled = reconcile::reconcile(&layout, &mut inventory, now)?;
            Ok((inventory, reconciled))
        })?;
        let (inventory, reconciled) = match opened_alone {
            Some(opened) => opened,
            None => (
                Inventory::open_to_write(&layout.inventory(), actor, now)?,
                Reconciled::default(),
            ),
        };
        Ok(Self {
            layout,
            inventory,
            reconciled,
            _lock: lock,
        })
    }

    /// Where things are.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The inventory, to look into.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    pub(super) fn inventory_mut(&mut self) -> &mut Inventory {
        &mut self.inventory
    }

    /// What opening found left by dead processes, and put right.
    pub fn reconciled(&self) -> &Reconciled {
        &self.reconciled
    }

    /// Records what is about to be signed, durably, and reserves its names.
    ///
    /// # Errors
    /// [`StoreError::Exists`] or [`StoreError::InTheWay`] if there is a file where one would be
    /// published; otherwise as [`Inventory::record`].
    pub fn record(&mut self, records: &[NewRecord]) -> Result<Vec<Recorded>, StoreError> {
        let layout = &self.layout;
        let permitted = |record: &NewRecord, reserved: &Recorded| {
            check_place(layout, &record.placement, reserved)
        };
        // Looked at after the names are reserved, so that the name of a certificate that exists is
        // refused for what it is, and before anything is signed.
        let [record] = records else {
            return self.inventory.record_if(records, permitted);
        };
        let recorded = self.inventory.record(records)?;
        let refused = recorded
            .iter()
            .try_for_each(|reserved| permitted(record, reserved));
        if let Err(error) = refused {
            // What is refused alone stays as a lost record, so that the next try takes the next
            // generation: the inventory may be older than the files, put back from a backup.
            let ids: Vec<_> = recorded.iter().map(|recorded| recorded.id).collect();
            self.inventory.mark_lost(&ids, record.recorded_at)?;
            return Err(error);
        }
        Ok(recorded)
    }

    /// A folder for the files of a record.
    ///
    /// # Errors
    /// [`StoreError::Unplaced`] if the record has no place here, and what the operating system
    /// refuses.
    pub fn stage(&self, recorded: &Recorded) -> Result<Staging, StoreError> {
        Staging::new(&self.layout, recorded, Syncing::Each)
    }

    /// Makes staged files that were to be synced together survive a power failure; before they are
    /// sealed.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn sync_staged(&self, syncing: Syncing) -> Result<(), StoreError> {
        syncing.sync_together(self.layout.root())
    }

    /// Completes records with their signed certificates, durably.
    ///
    /// # Errors
    /// As [`Inventory::seal`].
    pub fn seal(&mut self, sealings: &[Sealing]) -> Result<(), StoreError> {
        self.inventory.seal(sealings)
    }

    /// Shows the files of sealed records to the world, each certificate in one rename, and notes
    /// that they are filed.
    ///
    /// # Errors
    /// What the operating system and SQLite refuse. Opening the PKI again publishes what is left.
    pub fn publish(
        &mut self,
        staged: Vec<Staged>,
        now: OffsetDateTime,
    ) -> Result<Vec<Published>, StoreError> {
        self.publish_each(staged, now)?.into_iter().collect()
    }

    /// As [`publish`](Self::publish), with an answer for each.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn publish_each(
        &mut self,
        staged: Vec<Staged>,
        now: OffsetDateTime,
    ) -> Result<Vec<Result<Published, StoreError>>, StoreError> {
        if staged.is_empty() {
            return Ok(Vec::new());
        }
        let syncing = Syncing::of(staged.len());
        let published: Vec<Result<Published, StoreError>> = staged
            .into_iter()
            .map(|staged| staged.publish(&self.inventory, syncing))
            .collect();
        syncing.sync_together(self.layout.root())?;
        let ids: Vec<_> = published.iter().flatten().map(|one| one.id).collect();
        self.inventory.mark_filed(&ids, now)?;
        Ok(published)
    }

    /// Notes that the signature of records failed; it frees their names.
    ///
    /// # Errors
    /// As [`Inventory::mark_lost`].
    pub fn mark_lost(&mut self, ids: &[RecordId], now: OffsetDateTime) -> Result<(), StoreError> {
        self.inventory.mark_lost(ids, now)
    }

    /// Makes a generation of a certificate the current one, in one rename: the way back from a
    /// renewal that its servers did not take. What was current is superseded. `need` says whether
    /// servers have yet to take this one.
    ///
    /// # Errors
    /// [`StoreError::NoSuchGeneration`], and what the operating system and SQLite refuse.
    pub fn activate(
        &mut self,
        name: &StoreName,
        generation: u32,
        need: ActivationNeed,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        if !self.layout.generation(name, generation).is_dir() {
            return Err(StoreError::NoSuchGeneration {
                name: name.to_string(),
                generation,
            });
        }
        self.inventory.activate(name, generation, need, now)?;
        let current = |name: &StoreName| self.inventory.current_generations(name);
        staging::make_current(&self.layout, name, Syncing::Each, current)?;
        let row = self.inventory.current(Shelf::Certificates, name)?;
        self.inventory
            .mark_filed(&row.map(|row| row.id).into_iter().collect::<Vec<_>>(), now)
    }

    /// Notes that the servers of a generation serve it.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn end_activation(&mut self, id: RecordId, now: OffsetDateTime) -> Result<(), StoreError> {
        self.inventory.end_activation(id, now)
    }

    /// Revokes certificates, all or none, durably.
    ///
    /// # Errors
    /// As [`Inventory::revoke`].
    pub fn revoke(
        &mut self,
        revocations: &[Revocation],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.inventory.revoke(revocations, now)
    }

    /// Takes certificates off hold.
    ///
    /// # Errors
    /// As [`Inventory::release`].
    pub fn release(&mut self, ids: &[RecordId], now: OffsetDateTime) -> Result<(), StoreError> {
        self.inventory.release(ids, now)
    }

    /// Adds an authority that was made elsewhere.
    ///
    /// # Errors
    /// As [`Inventory::add_authority`].
    pub fn add_authority(&mut self, new: &NewAuthority) -> Result<AuthorityId, StoreError> {
        self.inventory.add_authority(new)
    }

    /// Changes what an authority writes of itself into what it signs.
    ///
    /// # Errors
    /// [`StoreError::AuthorityUnknown`], and what SQLite refuses.
    pub fn configure_authority(
        &mut self,
        id: AuthorityId,
        settings: &AuthoritySettings,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.inventory.configure_authority(id, settings, now)
    }

    /// Notes files in foreign formats that were written for certificates.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn record_exports(
        &mut self,
        exports: &[ExportRecord],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.inventory.record_exports(exports, now)
    }

    /// Notes that a file in a foreign format was not written after all.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn forget_export(&mut self, file: &str, now: OffsetDateTime) -> Result<(), StoreError> {
        self.inventory.forget_export(file, now)
    }

    /// Lets the successor of an authority sign from now on.
    ///
    /// # Errors
    /// [`StoreError::Succession`] if it has no successor, and what SQLite refuses.
    pub fn switch(&mut self, id: AuthorityId, now: OffsetDateTime) -> Result<(), StoreError> {
        self.inventory.switch(id, now)
    }

    /// Lets the key of an authority that has a successor sign no certificate any more.
    ///
    /// # Errors
    /// [`StoreError::Succession`] if no successor has taken over, and what SQLite refuses.
    pub fn retire(&mut self, id: AuthorityId, now: OffsetDateTime) -> Result<(), StoreError> {
        self.inventory.retire(id, now)
    }

    /// Brings the chain files of all current certificates and the trust bundles up to date, if the
    /// certificates above them changed, and notes which servers have to read theirs again. A crash in between is put right when the PKI is opened.
    ///
    /// # Errors
    /// What the operating system and SQLite refuse.
    pub fn refresh_chains(&mut self, now: OffsetDateTime) -> Result<RefreshedChains, StoreError> {
        chain_files::refresh(&self.layout, &self.inventory, now)
    }

    /// Notes that files beside current certificates, such as revocation lists, are newer than what
    /// their servers read.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn await_readers(
        &mut self,
        ids: &[RecordId],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.inventory.await_chain_readers(ids, now)
    }

    /// Forgets that chain files are newer than what servers read, of certificates that have none.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn forget_chain_readers(&mut self, ids: &[RecordId]) -> Result<(), StoreError> {
        self.inventory.forget_chain_readers(ids)
    }

    /// The authority of a name.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn authority_by_name(&self, name: &StoreName) -> Result<Option<Authority>, StoreError> {
        self.inventory.authority_by_name(name)
    }
}

/// Nothing may be where the files will go.
pub(super) fn check_place(
    layout: &Layout,
    placement: &Placement,
    reserved: &Recorded,
) -> Result<(), StoreError> {
    if let Some(place) = reserved
        .place
        .as_ref()
        .filter(|place| place.shelf == Shelf::Certificates)
    {
        // The inventory may be older than the files: put back from a backup.
        let path = layout.generation(&place.name, place.generation);
        if fs::symlink_metadata(&path).is_ok() {
            return Err(StoreError::Exists { path });
        }
    }
    match placement {
        Placement::Elsewhere | Placement::NextAuthority(_) => Ok(()),
        Placement::NewAuthority(name) => {
            for file in [AuthorityFile::Key, AuthorityFile::Certificate] {
                let path = layout.authority_file(name, file);
                if fs::symlink_metadata(&path).is_ok() {
                    return Err(StoreError::Exists { path });
                }
            }
            Ok(())
        }
        Placement::NewCertificate(name) => match staging::current_generation(layout, name)? {
            Some(_) => Err(StoreError::Exists {
                path: layout.certificate_folder(name),
            }),
            None => Ok(()),
        },
        Placement::NextGeneration(name) => staging::current_generation(layout, name).map(|_| ()),
    }
}
