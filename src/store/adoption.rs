//! Taking over what another program keeps: its certificates, and places for them here.

use time::OffsetDateTime;

use super::directory::{Store, check_place};
use super::error::StoreError;
use super::files::{self, Secrecy};
use super::inventory::{AuthorityId, ImportOutcome, Imported, Placement, RecordId, Recorded};
use super::layout::AuthorityFile;
use super::name::StoreName;

impl Store {
    /// Takes up certificates that another program issued.
    ///
    /// # Errors
    /// As [`Inventory::import`](super::Inventory::import).
    pub fn import(
        &mut self,
        issuer: Option<AuthorityId>,
        certificates: &[Imported],
        now: OffsetDateTime,
    ) -> Result<Vec<ImportOutcome>, StoreError> {
        self.inventory_mut().import(issuer, certificates, now)
    }

    /// Goes on after the revocation lists that another program made for an authority.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn continue_lists_after(
        &mut self,
        issuer: AuthorityId,
        number: i64,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.inventory_mut()
            .continue_lists_after(issuer, number, now)
    }

    /// The place that a certificate without one would get, for [`stage`](Self::stage). Nothing is
    /// reserved until [`settle`](Self::settle).
    ///
    /// # Errors
    /// A name that is taken, and [`StoreError::Exists`] or [`StoreError::InTheWay`] if there is a
    /// file where one would be published.
    pub fn place(&mut self, id: RecordId, placement: &Placement) -> Result<Recorded, StoreError> {
        let recorded = self.inventory_mut().place(id, placement)?;
        check_place(self.layout(), placement, &recorded)?;
        Ok(recorded)
    }

    /// Notes that a certificate goes to the place for which its files are staged; next they are
    /// [published](Self::publish).
    ///
    /// # Errors
    /// [`StoreError::NameTaken`], [`StoreError::Settled`], and what SQLite refuses.
    pub fn settle(&mut self, recorded: &Recorded, now: OffsetDateTime) -> Result<(), StoreError> {
        self.inventory_mut().settle(recorded, now)
    }

    /// Writes the private key of an authority that was adopted without it.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if it has one, and what the operating system refuses.
    pub fn bring_key(&mut self, name: &StoreName, key_pem: &str) -> Result<(), StoreError> {
        let path = self.layout().authority_file(name, AuthorityFile::Key);
        files::create_new(&path, key_pem.as_bytes(), Secrecy::Secret)
    }
}
