//! How the certificates of an authority stand, and from which number its revocation lists go on.

use rusqlite::params;
use time::OffsetDateTime;

use super::authority::AuthorityId;
use super::{Inventory, fault, seconds};
use crate::store::error::StoreError;

impl Inventory {
    /// Notes the number of the last revocation list that another program made for an authority, so
    /// that the next one gets a larger number (RFC 5280 §5.2.3). Its files are not of this PKI. A
    /// number that is not above those of the lists here changes nothing.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn continue_lists_after(
        &mut self,
        issuer: AuthorityId,
        number: i64,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.connection
            .execute(
                "INSERT INTO revocation_list
                     (authority_id, number, this_update, next_update, entries)
                 SELECT ?1, ?2, ?3, ?3, 0 WHERE NOT EXISTS (
                     SELECT 1 FROM revocation_list WHERE authority_id = ?1 AND number >= ?2)",
                params![issuer.0, number, seconds(now)],
            )
            .map(|_| ())
            .map_err(|error| fault(&self.path, error))
    }

    /// How the certificates of an authority stand, its own left out.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn standings(
        &self,
        issuer: AuthorityId,
        now: OffsetDateTime,
    ) -> Result<Standings, StoreError> {
        self.connection
            .query_row(
                "SELECT count(*) FILTER (WHERE NOT revoked AND not_after >= ?2),
                        count(*) FILTER (WHERE NOT revoked AND not_after < ?2),
                        count(*) FILTER (WHERE revoked), count(*) FILTER (WHERE listed)
                 FROM (SELECT not_after, state = 'revoked' AS revoked, source IS 'index' AS listed
                       FROM certificate
                       WHERE authority_id = ?1 AND (state <> 'lost' OR source IS 'index')
                         AND fingerprint IS NOT (SELECT fingerprint FROM authority WHERE id = ?1))",
                params![issuer.0, seconds(now)],
                |row| {
                    Ok(Standings {
                        valid: row.get(0)?,
                        expired: row.get(1)?,
                        revoked: row.get(2)?,
                        listed: row.get(3)?,
                    })
                },
            )
            .map_err(|error| fault(&self.path, error))
    }
}

/// How many certificates of an authority stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standings {
    /// Neither revoked nor ended.
    pub valid: i64,
    /// Ended, and not revoked.
    pub expired: i64,
    /// Revoked, ended or not.
    pub revoked: i64,
    /// How many of all these are known from an index or a revocation list alone.
    pub listed: i64,
}
