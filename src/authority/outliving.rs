//! Certificates that end later than a certificate of the CA that signed them.

use std::{collections::HashSet, ops::ControlFlow};

use time::{Duration, OffsetDateTime};

use crate::{
    store::{Authority, AuthorityId, Filter, Inventory, Query, Row, Sort, State, StoreError},
    x509::Validity,
};

/// Certificates in use that end later than their CA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outliving {
    /// How many there are.
    pub count: u64,
    /// The one that ends first.
    pub first: Row,
    /// When the last one ends.
    pub last_end: OffsetDateTime,
}

impl Outliving {
    /// For how many days, from now on, the CA has to be certified to end no earlier than any of them.
    pub fn days_needed(&self, now: OffsetDateTime) -> i64 {
        let life = self.last_end - now + Validity::BACKDATE + Duration::SECOND;
        life.whole_seconds().div_euclid(86_400) + 1
    }
}

/// What a CA signed, with whichever of its certificates, that is in use and ends after `not_after`;
/// its own certificates are left out. `authorities` are those of the inventory.
///
/// # Errors
/// What SQLite refuses.
pub fn outliving(
    inventory: &Inventory,
    authorities: &[Authority],
    authority: &Authority,
    not_after: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Option<Outliving>, StoreError> {
    let same = || authorities.iter().filter(|one| one.is_same_as(authority));
    let own: HashSet<[u8; 32]> = same().map(|one| one.fingerprint).collect();
    let issuers: Vec<AuthorityId> = same().map(|one| one.id).collect();
    let query = Query {
        filter: Filter {
            issuers,
            state: Some(State::Issued),
            ends_from: Some(now.max(not_after.saturating_add(Duration::SECOND))),
            ..Filter::default()
        },
        sort: Sort::NotAfter,
        ..Query::default()
    };
    let mut found: Option<Outliving> = None;
    inventory.for_each(&query, |row| {
        let signed = row.status.signed();
        if signed.is_none_or(|signed| !own.contains(&signed.fingerprint)) {
            match &mut found {
                Some(found) => {
                    found.count += 1;
                    found.last_end = row.not_after;
                }
                None => {
                    found = Some(Outliving {
                        count: 1,
                        last_end: row.not_after,
                        first: row,
                    });
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}
