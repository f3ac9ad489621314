//! Which certificate of an authority, and which authority, took the place of which.

use rusqlite::Row;
use time::OffsetDateTime;

use super::authority::AuthorityId;
use super::{Inventory, fault, from_seconds};
use crate::store::error::StoreError;

/// What became of an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Succession {
    /// The authority.
    pub id: AuthorityId,
    /// The newer certificate of the same name and key that took its place.
    pub renewed_by: Option<AuthorityId>,
    /// The authority with a new key that takes over.
    pub successor: Option<AuthorityId>,
    /// When the successor signs in its place.
    pub switched_at: Option<OffsetDateTime>,
    /// When it stopped for good.
    pub retired_at: Option<OffsetDateTime>,
}

impl Inventory {
    /// What became of each authority, in the order in which the inventory came to know them.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn successions(&self) -> Result<Vec<Succession>, StoreError> {
        let refused = |error| fault(&self.path, error);
        let read = |row: &Row<'_>| {
            let others: [Option<i64>; 2] = [row.get(1)?, row.get(2)?];
            let moments: [Option<i64>; 2] = [row.get(3)?, row.get(4)?];
            Ok((AuthorityId(row.get(0)?), others, moments))
        };
        let mut select = self
            .connection
            .prepare_cached(
                "SELECT id, renewed_by, successor_id, switched_at, retired_at
                 FROM authority ORDER BY id",
            )
            .map_err(refused)?;
        let mut successions = Vec::new();
        for found in select.query_map([], read).map_err(refused)? {
            let (id, [renewed_by, successor], [switched_at, retired_at]) =
                found.map_err(refused)?;
            let moment = |at: Option<i64>| at.map(|at| from_seconds(&self.path, at)).transpose();
            successions.push(Succession {
                id,
                renewed_by: renewed_by.map(AuthorityId),
                successor: successor.map(AuthorityId),
                switched_at: moment(switched_at)?,
                retired_at: moment(retired_at)?,
            });
        }
        Ok(successions)
    }
}
