//! Reading the audit log.

use rusqlite::OptionalExtension;
use time::OffsetDateTime;

use super::audit::AuditEntry;
use super::record::RecordId;
use super::{Inventory, damaged, fault, from_seconds};
use crate::store::error::StoreError;

impl Inventory {
    /// Hands the entries of the log out one by one, the oldest first, or from `first` on.
    ///
    /// # Errors
    /// What SQLite refuses, and what `each` gives back.
    pub fn for_each_audit_entry<E: From<StoreError>>(
        &self,
        first: i64,
        mut each: impl FnMut(AuditEntry) -> Result<(), E>,
    ) -> Result<(), E> {
        let refused = |error| fault(&self.path, error);
        let mut select = self
            .connection
            .prepare_cached(
                "SELECT number, at, who, deed, plan, certificate_id, details, previous, hash
                 FROM audit WHERE number >= ? ORDER BY number",
            )
            .map_err(refused)?;
        let mut rows = select.query([first]).map_err(refused)?;
        while let Some(row) = rows.next().map_err(refused)? {
            each(self.audit_entry(row)?)?;
        }
        Ok(())
    }

    /// How many entries the log has and the hash of the newest, as its head says.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn audit_head(&self) -> Result<(i64, [u8; 32]), StoreError> {
        self.connection
            .query_row("SELECT entries, hash FROM audit_head", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
            .map(|head| head.unwrap_or((0, [0; 32])))
            .map_err(|error| fault(&self.path, error))
    }

    fn audit_entry(&self, row: &rusqlite::Row<'_>) -> Result<AuditEntry, StoreError> {
        let read = || -> rusqlite::Result<(AuditEntry, i64)> {
            let certificate: Option<i64> = row.get(5)?;
            let entry = AuditEntry {
                number: row.get(0)?,
                at: OffsetDateTime::UNIX_EPOCH,
                who: row.get(2)?,
                deed: row.get(3)?,
                plan: row.get(4)?,
                certificate: certificate.map(RecordId),
                details: row.get(6)?,
                previous: row.get(7)?,
                hash: row.get(8)?,
            };
            Ok((entry, row.get(1)?))
        };
        let (entry, at) =
            read().map_err(|error| damaged(&self.path, format!("audit entry: {error}")))?;
        Ok(AuditEntry {
            at: from_seconds(&self.path, at)?,
            ..entry
        })
    }
}
