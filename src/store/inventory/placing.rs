//! Giving a place in the PKI directory to a certificate that has none, such as an imported one.

use rusqlite::params;
use serde_json::json;
use time::OffsetDateTime;

use super::audit::{Deed, certificate_details};
use super::record::{Place, Placement, RecordId, Recorded};
use super::recording::Desk;
use super::{Inventory, fault};
use crate::store::error::StoreError;
use crate::store::name::Shelf;

impl Inventory {
    /// The place that a certificate without one would get. Nothing is reserved: its files are
    /// staged, then [`settle`](Self::settle) takes the place if it still is free.
    ///
    /// # Errors
    /// As [`Inventory::record`], for the name.
    pub(in crate::store) fn place(
        &mut self,
        id: RecordId,
        placement: &Placement,
    ) -> Result<Recorded, StoreError> {
        let Self {
            connection, path, ..
        } = self;
        let transaction = connection
            .transaction()
            .map_err(|error| fault(path, error))?;
        let desk = Desk {
            transaction: &transaction,
            path,
        };
        let place = desk.place(placement)?;
        Ok(Recorded { id, place })
    }

    /// Notes, durably, that a certificate goes to a place, where its files will be published next.
    /// An authority gets its name with its place.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] if the place was taken meanwhile, [`StoreError::Settled`] if the
    /// certificate has one, and what SQLite refuses.
    pub(in crate::store) fn settle(
        &mut self,
        recorded: &Recorded,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let id = recorded.id.0;
        let Some(place) = &recorded.place else {
            return Err(StoreError::Unplaced { id });
        };
        self.write_logged(now, |transaction, path, log| {
            let refused = |error| fault(path, error);
            let desk = Desk { transaction, path };
            let Place {
                shelf,
                name,
                generation,
            } = place;
            if desk.first_generation(*shelf, name)? != *generation {
                return Err(StoreError::NameTaken {
                    name: name.to_string(),
                    shelf: *shelf,
                });
            }
            let changed = transaction
                .execute(
                    "UPDATE certificate SET shelf = ?, name = ?, generation = ?, filed_at = NULL
                     WHERE id = ? AND shelf IS NULL AND fingerprint IS NOT NULL",
                    params![shelf.word(), name.to_string(), generation, id],
                )
                .map_err(refused)?;
            if changed != 1 {
                return Err(StoreError::Settled { id });
            }
            let deed = match shelf {
                Shelf::Authorities => {
                    transaction
                        .execute(
                            "UPDATE authority SET name = ? WHERE fingerprint =
                                 (SELECT fingerprint FROM certificate WHERE id = ?)",
                            params![name.to_string(), id],
                        )
                        .map_err(refused)?;
                    Deed::Adopt
                }
                Shelf::Certificates => Deed::Activate,
            };
            let mut details = certificate_details(transaction, path, id)?;
            details.insert("filed".to_owned(), json!(shelf.word()));
            log.append(deed, Some(id), &details.into())?;
            Ok(())
        })
    }
}
