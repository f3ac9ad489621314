//! How far a rollover has come: read from the inventory, kept nowhere else.

use std::{collections::HashSet, fmt, ops::ControlFlow};

use time::{Duration, OffsetDateTime};

use super::RolloverRefusal;
use crate::{
    authority::{AuthorityError, is_self_signed, named_certificate, stands_for},
    store::{Authority, CertificateKind, Filter, Inventory, Query, State, StoreError, StoreName},
};

/// A step of a rollover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RolloverStep {
    /// Make the successor and the cross-certificates.
    Prepare,
    /// Give the new root to everybody who trusts the old one.
    Distribute,
    /// Let the successor sign.
    Switch,
    /// Make anew what the old key signed.
    Reissue,
    /// Let the old key sign revocation lists only.
    Retire,
}

impl RolloverStep {
    /// All steps in their order.
    pub const ALL: [Self; 5] = [
        Self::Prepare,
        Self::Distribute,
        Self::Switch,
        Self::Reissue,
        Self::Retire,
    ];

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Distribute => "distribute",
            Self::Switch => "switch",
            Self::Reissue => "reissue",
            Self::Retire => "retire",
        }
    }
}

impl fmt::Display for RolloverStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// Where a CA stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaLevel {
    /// A root: its successor is another root, and cross-certificates join the two.
    Root,
    /// Below another CA, whose root stays.
    Subordinate,
}

/// A cross-certificate of a rollover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cross {
    /// The new key, certified by the old one: for who knows the old root only.
    NewWithOld,
    /// The old key, certified by the new one: for who knows the new root only.
    OldWithNew,
}

/// What is in use under the old key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftBehind {
    /// Certificates in this PKI's directory, those of subordinate CAs included.
    pub filed: u64,
    /// Certificates that were signed from somebody's request.
    pub elsewhere: u64,
    /// When the last of them ends.
    pub last_end: Option<OffsetDateTime>,
    /// The longest life among the certificates that are no CA's.
    pub longest_life: Option<Duration>,
}

impl LeftBehind {
    /// How many there are.
    pub fn total(&self) -> u64 {
        self.filed.saturating_add(self.elsewhere)
    }
}

impl fmt::Display for LeftBehind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total();
        let plural = if total == 1 { "" } else { "s" };
        write!(formatter, "{total} certificate{plural} in use")
    }
}

/// A CA whose key is, or may be, replaced by a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollover {
    /// The CA with the old key.
    pub old: Authority,
    /// Its name.
    pub name: StoreName,
    /// Where it stands.
    pub level: CaLevel,
    /// The CA with the new key.
    pub successor: Option<Authority>,
    /// When the successor was made.
    pub prepared_at: Option<OffsetDateTime>,
    /// The cross-certificates that are not made yet, though there is a successor.
    pub missing: Vec<Cross>,
    /// What is in use under the old key.
    pub left: LeftBehind,
}

impl Rollover {
    /// How far the rollover of a CA has come.
    ///
    /// # Errors
    /// A CA without a name, and an inventory that cannot be read.
    pub fn of(
        inventory: &Inventory,
        old: &Authority,
        now: OffsetDateTime,
    ) -> Result<Self, AuthorityError> {
        let authorities = inventory.authorities()?;
        let name = old.name.clone().ok_or_else(|| RolloverRefusal::Nameless {
            subject: old.subject.clone(),
        })?;
        let level = if is_self_signed(&named_certificate(old)?) {
            CaLevel::Root
        } else {
            CaLevel::Subordinate
        };
        let successor = authorities
            .iter()
            .find(|other| Some(other.id) == old.successor)
            .cloned();
        let prepared_at = successor.as_ref().and_then(|successor| {
            let same = authorities.iter().filter(|one| {
                one.cross_of.is_none() && (one.id == successor.id || one.is_same_as(successor))
            });
            same.map(|one| one.created_at).min()
        });
        let missing = match (&successor, level) {
            (Some(successor), CaLevel::Root) => missing(old, successor, &authorities)?,
            _ => Vec::new(),
        };
        Ok(Self {
            left: left_behind(inventory, old, &authorities, now)?,
            old: old.clone(),
            name,
            level,
            successor,
            prepared_at,
            missing,
        })
    }

    /// What is to be done next, or what goes on; `None` when all is done.
    pub fn next(&self, now: OffsetDateTime) -> Option<RolloverStep> {
        let old = &self.old;
        if self.successor.is_none() || !self.missing.is_empty() {
            Some(RolloverStep::Prepare)
        } else if old.switched_at.is_none() {
            let waits = old.switch_from.is_some_and(|from| now < from);
            Some(if waits {
                RolloverStep::Distribute
            } else {
                RolloverStep::Switch
            })
        } else if old.retired_at.is_some() {
            None
        } else if self.left.total() > 0 {
            Some(RolloverStep::Reissue)
        } else {
            Some(RolloverStep::Retire)
        }
    }

    /// Whether it has begun and is not over.
    pub fn is_under_way(&self) -> bool {
        self.successor.is_some() && self.old.retired_at.is_none()
    }
}

/// The rollovers that have begun, those that are over included.
///
/// # Errors
/// An inventory that cannot be read.
pub fn rollovers(
    inventory: &Inventory,
    now: OffsetDateTime,
) -> Result<Vec<Rollover>, AuthorityError> {
    inventory
        .authorities()?
        .iter()
        .filter(|authority| authority.name.is_some() && authority.successor.is_some())
        .map(|old| Rollover::of(inventory, old, now))
        .collect()
}

/// The CA that `authority` is the successor of, if that one is not retired.
pub(super) fn unfinished_before(
    inventory: &Inventory,
    authority: &Authority,
) -> Result<Option<Authority>, StoreError> {
    Ok(inventory
        .authorities()?
        .into_iter()
        .find(|old| old.successor == Some(authority.id) && old.retired_at.is_none()))
}

fn missing(
    old: &Authority,
    successor: &Authority,
    authorities: &[Authority],
) -> Result<Vec<Cross>, AuthorityError> {
    let of = |id| {
        authorities
            .iter()
            .filter(move |cross| cross.cross_of == Some(id))
    };
    let mut missing = Vec::new();
    // A successor has one predecessor; an old root may be somebody's successor itself.
    if of(successor.id).next().is_none() {
        missing.push(Cross::NewWithOld);
    }
    let mut by_successor = false;
    for cross in of(old.id) {
        let issuer = named_certificate(cross)?.authority_key_identifier();
        by_successor |= issuer.is_some_and(|issuer| issuer.as_octets() == successor.key_id);
    }
    if !by_successor {
        missing.push(Cross::OldWithNew);
    }
    Ok(missing)
}

/// What the old key signed and is in use, without the CA's own certificates, the cross-certificates,
/// and CAs below that are retired.
fn left_behind(
    inventory: &Inventory,
    old: &Authority,
    authorities: &[Authority],
    now: OffsetDateTime,
) -> Result<LeftBehind, StoreError> {
    let not_counted: HashSet<[u8; 32]> = authorities
        .iter()
        .filter(|authority| {
            authority.is_same_as(old)
                || authority.cross_of.is_some()
                || authority.retired_at.is_some()
        })
        .map(|authority| authority.fingerprint)
        .collect();
    let mut left = LeftBehind::default();
    let signers = authorities
        .iter()
        .filter(|authority| authority.is_same_as(old) && authority.cross_of.is_none());
    for signer in signers {
        let query = Query {
            filter: Filter {
                issuers: vec![signer.id],
                state: Some(State::Issued),
                ends_from: Some(now),
                ..Filter::default()
            },
            ..Query::default()
        };
        inventory.for_each(&query, |row| {
            let fingerprint = row.status.signed().map(|signed| signed.fingerprint);
            if fingerprint.is_some_and(|fingerprint| not_counted.contains(&fingerprint)) {
                return ControlFlow::Continue(());
            }
            if row.place.is_some() {
                left.filed += 1;
            } else {
                left.elsewhere += 1;
            }
            left.last_end = left.last_end.max(Some(row.not_after));
            if row.kind != CertificateKind::Ca {
                let life = row.not_after - row.not_before;
                left.longest_life = left.longest_life.max(Some(life));
            }
            ControlFlow::Continue(())
        })?;
    }
    Ok(left)
}

impl Rollover {
    /// The CA with the new key.
    ///
    /// # Errors
    /// [`RolloverRefusal::NoSuccessor`].
    pub fn successor(&self, inventory: &Inventory) -> Result<Authority, AuthorityError> {
        match &self.successor {
            Some(successor) => stands_for(inventory, successor.id),
            None => Err(RolloverRefusal::NoSuccessor {
                name: self.name.to_string(),
            }
            .into()),
        }
    }
}
