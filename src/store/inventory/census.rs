//! Counting the inventory.

use time::{Duration, OffsetDateTime, UtcOffset};

use super::authority::AuthorityId;
use super::row::State;
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
            .prepare_cached("SELECT state, month < ?1, sum(certificates) FROM tally GROUP BY 1, 2")
            .map_err(refused)?;
        let mut found = select.query([month_of(now)]).map_err(refused)?;
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
        // Of those that end in this month some have ended already.
        let ended = self.ended_in_month(now)?;
        census.issued = census.issued.saturating_sub(ended);
        census.expired += ended;
        Ok(census)
    }

    /// How many certificates in use have ended since the month began.
    fn ended_in_month(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT count(*) FROM certificate
                 WHERE state = 'issued' AND not_after >= ?1 AND not_after < ?2",
            )
            .and_then(|mut select| {
                select.query_row([month_start(now), seconds(now)], |row| row.get::<_, i64>(0))
            })
            .map(|count| u64::try_from(count).unwrap_or(0))
            .map_err(|error| fault(&self.path, error))
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
                "SELECT month / 12, month % 12 + 1, sum(certificates) FROM tally
                 WHERE state = 'issued' GROUP BY month HAVING sum(certificates) > 0
                 ORDER BY month",
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

    /// A moment before which every certificate in use ends that is in the last quarter of its life.
    /// The index knows ends only: without this a long life of one would have all others looked at.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn last_quarters_end_before(
        &self,
        now: OffsetDateTime,
    ) -> Result<OffsetDateTime, StoreError> {
        let refused = |error| fault(&self.path, error);
        let mut select = self
            .connection
            .prepare_cached(
                "SELECT DISTINCT month, life FROM tally
                 WHERE state = 'issued' AND certificates > 0",
            )
            .map_err(refused)?;
        let mut found = select.query([]).map_err(refused)?;
        let mut latest = now;
        while let Some(row) = found.next().map_err(refused)? {
            let month: i64 = row.get(0).map_err(refused)?;
            let life = Duration::days(row.get(1).map_err(refused)?);
            let end = now.saturating_add(life / 4 + Duration::SECOND);
            if month <= month_of(end) {
                latest = latest.max(end);
            }
        }
        Ok(latest)
    }

    /// What each authority signed, in the order of their numbers; those that signed nothing are left
    /// out.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn signed_by(&self, now: OffsetDateTime) -> Result<Vec<SignedBy>, StoreError> {
        let refused = |error| fault(&self.path, error);
        // What ends in this month is looked at one by one, the rest is counted already.
        let mut select = self
            .connection
            .prepare_cached(
                "SELECT authority_id, sum(in_use), max(CASE WHEN in_use > 0 THEN life END),
                        sum(revoked)
                 FROM (
                     SELECT authority_id, life,
                            certificates * (state = 'issued' AND NOT is_ca AND month > ?1) AS in_use,
                            certificates * (state = 'revoked' AND month > ?1) AS revoked
                     FROM tally WHERE authority_id > 0 AND certificates > 0
                     UNION ALL
                     SELECT authority_id, (not_after - not_before + 86400) / 86400,
                            state = 'issued' AND kind <> 'ca', state = 'revoked'
                     FROM certificate
                     WHERE authority_id IS NOT NULL AND not_after >= ?2 AND not_after < ?3)
                 GROUP BY authority_id ORDER BY authority_id",
            )
            .map_err(refused)?;
        let counted = |number: i64| u64::try_from(number).unwrap_or(0);
        let parameters = [month_of(now), seconds(now), next_month_start(now)];
        let found = select
            .query_map(parameters, |row| {
                let longest: Option<i64> = row.get(2)?;
                Ok(SignedBy {
                    issuer: AuthorityId(row.get(0)?),
                    in_use: counted(row.get(1)?),
                    longest_life: longest.map(Duration::days),
                    revoked: counted(row.get(3)?),
                })
            })
            .map_err(refused)?;
        found.collect::<Result<_, _>>().map_err(refused)
    }
}

/// Months since the year 0, as the tally counts them.
fn month_of(moment: OffsetDateTime) -> i64 {
    let day = moment.to_offset(UtcOffset::UTC).date();
    12 * i64::from(day.year()) + i64::from(u8::from(day.month())) - 1
}

/// The first second of the month, as the inventory keeps times.
fn month_start(moment: OffsetDateTime) -> i64 {
    let day = moment.to_offset(UtcOffset::UTC).date();
    // Every month has a first day.
    let first = day.replace_day(1).unwrap_or(day);
    first.midnight().assume_utc().unix_timestamp()
}

/// The first second of the next month.
fn next_month_start(moment: OffsetDateTime) -> i64 {
    let day = moment.to_offset(UtcOffset::UTC).date();
    let length = i64::from(day.month().length(day.year()));
    month_start(moment) + 86_400 * length
}
