//! Which generation of a certificate is the current one, and which are not yet known to be served.
//!
//! The current generation is the newest that is not superseded. A renewal whose servers did not
//! take it is set aside, that is superseded, and the one before is issued again.

use rusqlite::{OptionalExtension, params};
use serde_json::json;
use time::OffsetDateTime;

use super::audit::{Deed, certificate_details};
use super::record::RecordId;
use super::seal::ActivationNeed;
use super::{Inventory, fault, from_seconds, seconds};
use crate::store::error::StoreError;
use crate::store::name::{Shelf, StoreName};

/// A generation that is published, and whose servers are not yet known to serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activation {
    /// The certificate.
    pub id: RecordId,
    /// Since when.
    pub started_at: OffsetDateTime,
    /// What its servers served before; none if it took the place of nothing that may be served. It
    /// is the certificate itself where only its chain files are new.
    pub replaces: Option<RecordId>,
}

impl Activation {
    /// Whether its servers have the certificate, and only its chain files are newer than what they
    /// read.
    pub fn is_of_chain(&self) -> bool {
        self.replaces == Some(self.id)
    }
}

impl Inventory {
    /// The generations of a certificate that may be the current one, the newest first.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn current_generations(&self, name: &StoreName) -> Result<Vec<u32>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT generation FROM certificate
                 WHERE name = ? AND shelf = 'certs' AND state IN ('issued', 'revoked')
                    AND fingerprint IS NOT NULL
                 ORDER BY generation DESC",
            )
            .and_then(|mut select| {
                select
                    .query_map([name.to_string()], |row| row.get(0))?
                    .collect()
            })
            .map_err(|error| fault(&self.path, error))
    }

    /// Makes a generation the current one, durably; those that were are superseded, and whatever
    /// of them waited for its servers waits no longer. It counts as unfiled until its link is set,
    /// so that a crash in between is put right.
    ///
    /// # Errors
    /// [`StoreError::NoSuchGeneration`] if that generation was not signed or is revoked, and what
    /// SQLite refuses.
    pub(in crate::store) fn activate(
        &mut self,
        name: &StoreName,
        generation: u32,
        need: ActivationNeed,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let text = name.to_string();
        let place = params![text, Shelf::Certificates.word(), generation];
        self.write_logged(now, |transaction, path, log| {
            let refused = |error| fault(path, error);
            let chosen = transaction
                .execute(
                    "UPDATE certificate SET state = 'issued', filed_at = NULL
                     WHERE name = ? AND shelf = ? AND generation = ?
                        AND state IN ('issued', 'superseded')",
                    place,
                )
                .map_err(refused)?;
            if chosen != 1 {
                return Err(StoreError::NoSuchGeneration {
                    name: name.to_string(),
                    generation,
                });
            }
            let before: Option<i64> = transaction
                .query_row(
                    "SELECT id FROM certificate
                     WHERE name = ? AND shelf = ? AND generation < ? AND state = 'issued'
                     ORDER BY generation DESC LIMIT 1",
                    place,
                    |row| row.get(0),
                )
                .optional()
                .map_err(refused)?;
            transaction
                .execute(
                    "DELETE FROM activation WHERE certificate_id IN (
                        SELECT id FROM certificate WHERE name = ? AND shelf = ? AND generation <> ?)",
                    place,
                )
                .and_then(|_| {
                    transaction.execute(
                        "UPDATE certificate SET state = 'superseded'
                         WHERE name = ? AND shelf = ? AND generation <> ? AND state = 'issued'",
                        place,
                    )
                })
                .map_err(refused)?;
            let id: i64 = transaction
                .query_row(
                    "SELECT id FROM certificate WHERE name = ? AND shelf = ? AND generation = ?",
                    place,
                    |row| row.get(0),
                )
                .map_err(refused)?;
            if need == ActivationNeed::Servers {
                transaction
                    .execute(
                        "INSERT OR IGNORE INTO activation (certificate_id, started_at, replaces)
                         VALUES (?, ?, ?)",
                        params![id, seconds(now), before],
                    )
                    .map_err(refused)?;
            }
            let details = certificate_details(transaction, path, id)?;
            log.append(Deed::Activate, Some(id), &details.into())?;
            Ok(())
        })
    }

    /// Notes that the chain files of current certificates are newer than what their servers read.
    /// What waits for its servers anyhow goes on to wait as it does.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn await_chain_readers(
        &self,
        ids: &[RecordId],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let transaction = self
            .connection
            .unchecked_transaction()
            .map_err(|error| fault(&self.path, error))?;
        for id in ids {
            transaction
                .prepare_cached(
                    "INSERT OR IGNORE INTO activation (certificate_id, started_at, replaces)
                     VALUES (?1, ?2, ?1)",
                )
                .and_then(|mut insert| insert.execute(params![id.0, seconds(now)]))
                .map_err(|error| fault(&self.path, error))?;
        }
        transaction
            .commit()
            .map_err(|error| fault(&self.path, error))
    }

    /// Forgets that chain files are newer than what servers read, of certificates that have none.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn forget_chain_readers(
        &self,
        ids: &[RecordId],
    ) -> Result<(), StoreError> {
        let transaction = self
            .connection
            .unchecked_transaction()
            .map_err(|error| fault(&self.path, error))?;
        for id in ids {
            transaction
                .prepare_cached(
                    "DELETE FROM activation WHERE certificate_id = ?1 AND replaces = ?1",
                )
                .and_then(|mut delete| delete.execute(params![id.0]))
                .map_err(|error| fault(&self.path, error))?;
        }
        transaction
            .commit()
            .map_err(|error| fault(&self.path, error))
    }

    /// What was published and is not yet known to be served, in the order of its making.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn activations(&self) -> Result<Vec<Activation>, StoreError> {
        let found: Vec<(i64, i64, Option<i64>)> = self
            .connection
            .prepare_cached(
                "SELECT certificate_id, started_at, replaces FROM activation
                 ORDER BY certificate_id",
            )
            .and_then(|mut select| {
                select
                    .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                    .collect()
            })
            .map_err(|error| fault(&self.path, error))?;
        found
            .into_iter()
            .map(|(id, started_at, replaces)| {
                Ok(Activation {
                    id: RecordId(id),
                    started_at: from_seconds(&self.path, started_at)?,
                    replaces: replaces.map(RecordId),
                })
            })
            .collect()
    }

    /// Notes that the servers of a generation serve it.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn end_activation(
        &mut self,
        id: RecordId,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.write_logged(now, |transaction, path, log| {
            let refused = |error| fault(path, error);
            let waited = transaction
                .execute("DELETE FROM activation WHERE certificate_id = ?", [id.0])
                .map_err(refused)?;
            if waited == 0 {
                return Ok(());
            }
            let mut details = certificate_details(transaction, path, id.0)?;
            details.insert("served".to_owned(), json!(true));
            log.append(Deed::Activate, Some(id.0), &details.into())?;
            Ok(())
        })
    }
}
