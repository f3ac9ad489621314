//! Which certificates are due for renewal.

use std::ops::ControlFlow;

use time::{Duration, OffsetDateTime};

use crate::store::{Filter, Inventory, Query, Row, Shelf, Sort, State, StoreError, StoreName};

/// A certificate to be renewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// What it is called.
    pub name: StoreName,
    /// Its current generation.
    pub row: Row,
    /// Why.
    pub reason: Reason,
}

/// Why a certificate is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The last stretch of its life has begun at this time.
    Window(OffsetDateTime),
    /// It has ended.
    Expired,
    /// It has not begun: it was made while the clock was ahead.
    NotYetValid,
    /// Somebody asked for it.
    Asked,
}

/// How far a clock may be behind before a certificate counts as not yet valid: they start five
/// minutes in the past, so this much is never met by clocks that agree.
const SKEW: Duration = Duration::HOUR;

impl Reason {
    /// Why a certificate has to be renewed at `now`, if it has to. `due_at` is when the last stretch
    /// of its life begins.
    pub fn at(row: &Row, due_at: OffsetDateTime, now: OffsetDateTime) -> Option<Self> {
        Self::of_life(row.not_before, row.not_after, due_at, now)
    }

    /// As [`Reason::at`], for a life.
    pub fn of_life(
        not_before: OffsetDateTime,
        not_after: OffsetDateTime,
        due_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Option<Self> {
        if now > not_after {
            Some(Self::Expired)
        } else if now + SKEW < not_before {
            Some(Self::NotYetValid)
        } else if now >= due_at {
            Some(Self::Window(due_at))
        } else {
            None
        }
    }
}

/// The certificates of the PKI directory that are due, the first to end first; revoked ones are not
/// renewed. `due_at` says when one is; one for which it says nothing is left alone.
///
/// # Errors
/// What SQLite refuses.
pub fn due(
    inventory: &Inventory,
    due_at: impl Fn(&StoreName, &Row) -> Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Result<Vec<Due>, StoreError> {
    current(inventory, |name, row| {
        Reason::at(row, due_at(name, row)?, now)
    })
}

/// Every current certificate of the PKI directory, the first to end first; revoked ones are not
/// renewed.
///
/// # Errors
/// What SQLite refuses.
pub fn all(inventory: &Inventory) -> Result<Vec<Due>, StoreError> {
    current(inventory, |_, _| Some(Reason::Asked))
}

fn current(
    inventory: &Inventory,
    reason: impl Fn(&StoreName, &Row) -> Option<Reason>,
) -> Result<Vec<Due>, StoreError> {
    let query = Query {
        filter: Filter {
            state: Some(State::Issued),
            shelf: Some(Shelf::Certificates),
            ..Filter::default()
        },
        sort: Sort::NotAfter,
        ..Query::default()
    };
    let mut found = Vec::new();
    inventory.for_each(&query, |row| {
        if let Some(name) = row.place.as_ref().map(|place| place.name.clone())
            && let Some(reason) = reason(&name, &row)
        {
            found.push(Due { name, row, reason });
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// The CAs of this PKI whose revocation list is in the last third of its life, or past it. A CA that
/// has made none, or that has expired, is left alone.
///
/// # Errors
/// What SQLite refuses.
pub fn due_lists(inventory: &Inventory, now: OffsetDateTime) -> Result<Vec<StoreName>, StoreError> {
    let mut due = Vec::new();
    for authority in inventory.authorities()? {
        let Some(name) = authority.name.filter(|_| now <= authority.not_after) else {
            continue;
        };
        let Some(list) = inventory.newest_revocation_list(authority.id)? else {
            continue;
        };
        let third = (list.next_update - list.this_update) / 3;
        // One that ends with its CA cannot be made to last longer.
        let gains = list.next_update + Duration::HOUR < authority.not_after;
        if gains && now >= list.next_update.saturating_sub(third) {
            due.push(name);
        }
    }
    Ok(due)
}
