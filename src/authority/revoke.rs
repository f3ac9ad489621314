//! Revoking certificates, and taking them off hold.

use time::OffsetDateTime;

use super::{AuthorityError, itself};
use crate::{
    store::{
        Authority, AuthorityId, Filter, Inventory, Query, RecordId, Revocation, Row, Shelf, Sort,
        State, Status, Store, StoreName, TextMatch,
    },
    x509::{RevocationReason, hexadecimal},
};

/// What somebody wants revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocable {
    /// A certificate, or else a CA, of this PKI.
    Named(StoreName, Generations),
    /// A serial number: its magnitude, most significant octet first. It may be one that was lost,
    /// whose certificate nobody has and somebody may have seen.
    Serial(Vec<u8>),
    /// SHA-256 of a certificate's DER.
    Fingerprint([u8; 32]),
}

/// Which generations of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generations {
    /// The one that is in use.
    Current,
    /// This one.
    Only(u32),
    /// All that there are.
    All,
}

/// A certificate that somebody chose, with its issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The certificate.
    pub row: Row,
    /// Who signed it; none for a root that was never signed.
    pub issuer: Option<Authority>,
    /// What its issuer is called in this PKI, if it has a name.
    pub issuer_name: Option<StoreName>,
}

impl Candidate {
    /// Whom its issuer names itself, as text.
    pub fn issuer_subject(&self) -> &str {
        self.issuer
            .as_ref()
            .map_or("", |issuer| issuer.subject.as_str())
    }

    /// Since when and why it is revoked.
    pub fn revoked(&self) -> Option<(OffsetDateTime, RevocationReason)> {
        match self.row.status {
            Status::Revoked { at, reason, .. } => Some((at, reason)),
            _ => None,
        }
    }

    /// Whether it is revoked for a reason that can be taken back (RFC 5280 §5.3.1).
    pub fn is_on_hold(&self) -> bool {
        matches!(self.revoked(), Some((_, RevocationReason::CertificateHold)))
    }

    /// Whether revoking it for this reason changes anything.
    pub fn would_change(&self, reason: RevocationReason) -> bool {
        self.revoked().is_none()
            || (self.is_on_hold() && reason != RevocationReason::CertificateHold)
    }
}

/// What was chosen, and what stays beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// What is meant; at least one.
    pub chosen: Vec<Candidate>,
    /// Other generations of the same name that have neither expired nor been revoked.
    pub standing: Vec<Candidate>,
}

/// Finds what somebody wants revoked; `ca` says whose it must be.
///
/// # Errors
/// Nothing that fits, a serial number of several CAs, a root, and what the inventory refuses.
pub fn select_for_revocation(
    inventory: &Inventory,
    wanted: &Revocable,
    ca: Option<&StoreName>,
    now: OffsetDateTime,
) -> Result<Selection, AuthorityError> {
    let authorities = inventory.authorities()?;
    let ca = ca.map(|ca| itself(inventory, Some(ca))).transpose()?;
    let is_of_ca = |row: &Row| {
        let issuer = row.issuer.and_then(|issuer| by_id(&authorities, issuer));
        ca.as_ref()
            .is_none_or(|ca| issuer.is_some_and(|issuer| is_same(issuer, ca)))
    };
    let listed = |filter: Filter| {
        let sort = Sort::Name;
        let query = Query {
            filter,
            sort,
            ..Query::default()
        };
        inventory.list(&query).map(|rows| {
            let rows = rows.into_iter();
            rows.filter(|row| row.status.state() != State::Recorded && is_of_ca(row))
                .collect::<Vec<_>>()
        })
    };
    let (chosen, standing): (Vec<Row>, Vec<Row>) = match wanted {
        Revocable::Named(name, generations) => {
            let on = |shelf| {
                listed(Filter {
                    name: Some(TextMatch::Exactly(name.to_string())),
                    shelf: Some(shelf),
                    ..Filter::default()
                })
            };
            let mut rows = on(Shelf::Certificates)?;
            if rows.is_empty() {
                rows = on(Shelf::Authorities)?;
            }
            rows.retain(|row| row.status.signed().is_some());
            let wanted = match generations {
                Generations::All => None,
                Generations::Only(generation) => Some(*generation),
                Generations::Current => current(&rows),
            };
            rows.into_iter()
                .partition(|row| wanted.is_none() || generation(row) == wanted)
        }
        Revocable::Serial(serial) => {
            let rows = listed(Filter {
                serial: Some(serial.clone()),
                ..Filter::default()
            })?;
            (rows, Vec::new())
        }
        Revocable::Fingerprint(fingerprint) => {
            let rows = listed(Filter {
                fingerprint: Some(*fingerprint),
                ..Filter::default()
            })?;
            (rows, Vec::new())
        }
    };
    let candidates = |rows: Vec<Row>| -> Vec<Candidate> {
        rows.into_iter()
            .map(|row| candidate(&authorities, row))
            .collect()
    };
    let chosen = candidates(chosen);
    match (wanted, chosen.as_slice()) {
        (_, []) => return Err(nothing(wanted)),
        (Revocable::Serial(serial), [_, _, ..]) => {
            return Err(AuthorityError::SerialOfSeveral {
                serial: hexadecimal(serial),
                issuers: chosen
                    .iter()
                    .map(|one| {
                        let name = one.issuer_name.as_ref();
                        let name = name.map_or_else(String::new, |name| format!("{name}, "));
                        format!("{name}{}, for {}", one.issuer_subject(), one.row.subject)
                    })
                    .collect(),
            });
        }
        _ => {}
    }
    for one in &chosen {
        refuse_root(&authorities, &one.row)?;
    }
    let standing = standing
        .into_iter()
        .filter(|row| row.status.state() != State::Revoked && row.not_after >= now)
        .collect();
    Ok(Selection {
        chosen,
        standing: candidates(standing),
    })
}

/// Revokes what of the selection is not revoked yet, all or none, durably; which ones those are.
///
/// # Errors
/// A time in the future or before a certificate's life, and what the inventory refuses.
pub fn revoke(
    store: &mut Store,
    selection: &Selection,
    reason: RevocationReason,
    at: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Vec<RecordId>, AuthorityError> {
    let refused = |reason| AuthorityError::RevocationTime { at, reason };
    if at > now {
        return Err(refused("that time has not come"));
    }
    let changed: Vec<&Candidate> = selection
        .chosen
        .iter()
        .filter(|one| one.would_change(reason))
        .collect();
    if changed.iter().any(|one| at < one.row.not_before) {
        return Err(refused("the certificate was not valid before"));
    }
    let revocations: Vec<Revocation> = changed
        .iter()
        .map(|one| Revocation {
            id: one.row.id,
            reason,
            at,
        })
        .collect();
    if !revocations.is_empty() {
        store.revoke(&revocations, now)?;
    }
    Ok(revocations.iter().map(|one| one.id).collect())
}

/// Takes what of the selection is on hold off it, all or none, durably; which ones those are.
///
/// # Errors
/// What the inventory refuses.
pub fn release(
    store: &mut Store,
    selection: &Selection,
    now: OffsetDateTime,
) -> Result<Vec<RecordId>, AuthorityError> {
    let held: Vec<RecordId> = selection
        .chosen
        .iter()
        .filter(|one| one.is_on_hold())
        .map(|one| one.row.id)
        .collect();
    if !held.is_empty() {
        store.release(&held, now)?;
    }
    Ok(held)
}

/// The generation in use: the newest that was not replaced or set aside.
fn current(rows: &[Row]) -> Option<u32> {
    let in_use = |row: &&Row| row.status.state() != State::Superseded;
    let newest = rows.iter().filter(in_use).filter_map(generation).max();
    newest.or_else(|| rows.iter().filter_map(generation).max())
}

fn generation(row: &Row) -> Option<u32> {
    row.place.as_ref().map(|place| place.generation)
}

fn candidate(authorities: &[Authority], row: Row) -> Candidate {
    let issuer = row.issuer.and_then(|issuer| by_id(authorities, issuer));
    Candidate {
        issuer: issuer.cloned(),
        issuer_name: issuer.and_then(|issuer| {
            authorities
                .iter()
                .filter(|one| is_same(one, issuer))
                .find_map(|one| one.name.clone())
        }),
        row,
    }
}

fn by_id(authorities: &[Authority], id: AuthorityId) -> Option<&Authority> {
    authorities.iter().find(|authority| authority.id == id)
}

/// Whether two certificates are of one CA: the same name and the same key.
fn is_same(one: &Authority, other: &Authority) -> bool {
    one.id == other.id
        || (one.subject_der == other.subject_der
            && one.key_id == other.key_id
            && !one.key_id.is_empty())
}

fn refuse_root(authorities: &[Authority], row: &Row) -> Result<(), AuthorityError> {
    let issuer = row.issuer.and_then(|issuer| by_id(authorities, issuer));
    let is_root = issuer
        .is_some_and(|issuer| issuer.subject_der == row.subject_der && issuer.key_id == row.key_id);
    if is_root {
        return Err(AuthorityError::RootNotRevocable {
            subject: row.subject.clone(),
        });
    }
    Ok(())
}

fn nothing(wanted: &Revocable) -> AuthorityError {
    let (what, hint) = match wanted {
        Revocable::Named(name, Generations::Only(generation)) => (
            format!("is generation {generation} of {name}"),
            Some(format!("see 'certmint list' for those of {name}")),
        ),
        Revocable::Named(name, _) => (
            format!("is named {name}"),
            Some(
                "see 'certmint list' for the names, or give --serial, --fingerprint or --file"
                    .to_owned(),
            ),
        ),
        Revocable::Serial(serial) => (
            format!("has the serial number {}", hexadecimal(serial)),
            Some("give all of its digits, as 'certmint list --json' has them; what another program issued has to be imported first".to_owned()),
        ),
        Revocable::Fingerprint(fingerprint) => (
            format!(
                "has the SHA-256 {}",
                hexadecimal(fingerprint).to_lowercase()
            ),
            Some("give all of its digits, as 'certmint list --json' has them; what another program issued has to be imported first".to_owned()),
        ),
    };
    AuthorityError::NothingToRevoke { what, hint }
}
