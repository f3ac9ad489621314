//! Counting the inventory.

use time::{Duration, OffsetDateTime};

use super::authority::AuthorityId;
use super::row::{STATE, State};
use super::{Inventory, fault, seconds};
use crate::store::error::StoreError;

/// How many certificates there are in each state, at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Census {
    /// About to be signed.
    pub recorded: u64,
    /// In use and not ended.
    pub issued: u64,
    /// In use by their state, and ended.
    pub expired: u64,
    /// Recorded and never completed.
    pub lost: u64,
    /// Known from another program's index alone.
    pub listed: u64,
    /// Revoked, ended or not.
    pub revoked: u64,
    /// Replaced or set aside.
    pub superseded: u64,
}

impl Census {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.recorded
            + self.issued
            + self.expired
            + self.lost
            + self.listed
            + self.revoked
            + self.superseded
    }
}

/// How many certificates in use end in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthOfEnds {
    /// The year, in UTC.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u8,
    /// How many.
    pub certificates: u64,
}

/// What an authority signed and has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedBy {
    /// The authority.
    pub issuer: AuthorityId,
    /// How many certificates of others than CAs are in use.
    pub in_use: u64,
    /// The longest life among those.
    pub longest_life: Option<Duration>,
    /// How many certificates are revoked, those of CAs included.
    pub revoked: u64,
}

impl Inventory {
    /// Counts the certificates of each state.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn census(&self, now: OffsetDateTime) -> Result<Census, StoreError> {
        let refused = |error| fault(&self.path, error);
        let mut select = self
            .connection
            .prepare_cached(&format!(
                "SELECT {STATE}, not_after < ?, count(*) FROM certificate GROUP BY 1, 2"
            ))
            .map_err(refused)?;
        let mut found = select.query([seconds(now)]).map_err(refused)?;
        let mut census = Census::default();
        while let Some(row) = found.next().map_err(refused)? {
            let state: String = row.get(0).map_err(refused)?;
            let ended: bool = row.get(1).map_err(refused)?;
            let count: i64 = row.get(2).map_err(refused)?;
            let counted = match State::from_word(&state) {
                Some(State::Recorded) => &mut census.recorded,
                Some(State::Issued) if ended => &mut census.expired,
                Some(State::Issued) => &mut census.issued,
                Some(State::Lost) => &mut census.lost,
                Some(State::Listed) => &mut census.listed,
                Some(State::Revoked) => &mut census.revoked,
                Some(State::Superseded) => &mut census.superseded,
                None => continue,
            };
            *counted += u64::try_from(count).unwrap_or(0);
        }
        Ok(census)
    }

    /// How many certificates in use end in each month, the months without any left out, in order.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn ends_by_month(&self) -> Result<Vec<MonthOfEnds>, StoreError> {
        let refused = |error| fault(&self.path, error);
        let mut select = self
            .connection
            .prepare_cached(
                "SELECT CAST(strftime('%Y', not_after, 'unixepoch') AS INTEGER),
                        CAST(strftime('%m', not_after, 'unixepoch') AS INTEGER), count(*)
                 FROM certificate WHERE state = 'issued' GROUP BY 1, 2 ORDER BY 1, 2",
            )
            .map_err(refused)?;
        let months = select
            .query_map([], |row| {
                let certificates: i64 = row.get(2)?;
                Ok(MonthOfEnds {
                    year: row.get(0)?,
                    month: row.get(1)?,
                    certificates: u64::try_from(certificates).unwrap_or(0),
                })
            })
            .map_err(refused)?;
        months.collect::<Result<_, _>>().map_err(refused)
    }

    /// What each authority signed, in the order of their numbers; those that signed nothing are left
    /// out.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn signed_by(&self, now: OffsetDateTime) -> Result<Vec<SignedBy>, StoreError> {
        let refused = |error| fault(&self.path, error);
        let mut select = self
            .connection
            .prepare_cached(
                "SELECT authority_id,
                        sum(state = 'issued' AND kind <> 'ca' AND not_after >= ?1),
                        max(CASE WHEN state = 'issued' AND kind <> 'ca' AND not_after >= ?1
                            THEN not_after - not_before + 1 END),
                        sum(state = 'revoked' AND not_after >= ?1)
                 FROM certificate NOT INDEXED WHERE authority_id IS NOT NULL
                 GROUP BY authority_id",
            )
            .map_err(refused)?;
        let counted = |number: i64| u64::try_from(number).unwrap_or(0);
        let found = select
            .query_map([seconds(now)], |row| {
                let longest: Option<i64> = row.get(2)?;
                Ok(SignedBy {
                    issuer: AuthorityId(row.get(0)?),
                    in_use: counted(row.get(1)?),
                    longest_life: longest.map(Duration::seconds),
                    revoked: counted(row.get(3)?),
                })
            })
            .map_err(refused)?;
        found.collect::<Result<_, _>>().map_err(refused)
    }
}
