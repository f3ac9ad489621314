//! Certificates that have ended or soon will, are lost, or were not filed.

use time::{Duration, OffsetDateTime};

use super::authorities::{AuthorityState, Standing};
use super::finding::{About, Finding, Matter, end, renew};
use super::{Scope, Soon};
use crate::store::{CertificateKind, Filter, Inventory, Query, Row, Sort, State, StoreError};

/// A certificate that ends so shortly before its CA was cut to the CA's end.
const CUT: Duration = Duration::DAY;
/// What was written elsewhere and ended longer ago than this is out of use, or was missed already.
const FORGOTTEN: Duration = Duration::days(30);
/// What was recorded or signed so recently may still be at work.
const AT_WORK: Duration = Duration::minutes(10);

pub(super) fn findings(
    inventory: &Inventory,
    authorities: &[AuthorityState],
    scope: Scope,
    now: OffsetDateTime,
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for row in ending(inventory, scope, now)? {
        let is_forgotten = row.place.is_none() && row.not_after + FORGOTTEN < now;
        if is_forgotten || is_authority(inventory, &row)? || is_replaced_elsewhere(inventory, &row)?
        {
            continue;
        }
        findings.push(ending_finding(&row, issuer_of(&row, authorities), now));
    }
    for authority in authorities {
        let is_old = matches!(authority.standing, Standing::Succeeded | Standing::Retired);
        if is_old && authority.in_use > 0 {
            findings.extend(by_old_key(inventory, authority, now)?);
        }
    }
    for activation in inventory.activations()? {
        // Told at once, even while a renewal may be at work: one that failed a minute ago looks the
        // same, and nobody would hear of it.
        // Whether a chain has servers at all, nobody here knows; the certificate is served.
        if activation.is_of_chain() {
            continue;
        }
        if let Some(row) = inventory.by_id(activation.id)? {
            findings.push(unserved(&row, activation.started_at));
        }
    }
    for row in inventory.unfiled()? {
        let signed_at = row.status.signed().map(|signed| signed.issued_at);
        let in_use = row.status.state() == State::Issued;
        if in_use && signed_at.is_some_and(|at| at + AT_WORK < now) {
            findings.push(Finding {
                matter: Matter::NotFiled,
                about: About::row(&row),
                what: "is signed, and its files are not where they belong".to_owned(),
                remedy: "any command that writes to this PKI, such as 'certmint renew', puts them \
                         there, or says what is in the way"
                    .to_owned(),
            });
        }
    }
    for state in [State::Recorded, State::Lost] {
        let filter = Filter {
            state: Some(state),
            ends_from: Some(now),
            ..Filter::default()
        };
        let query = Query {
            filter,
            ..Query::default()
        };
        for row in inventory.list(&query)? {
            if row.recorded_at + AT_WORK < now {
                findings.push(lost(&row));
            }
        }
    }
    Ok(findings)
}

/// What is in use and has ended or soon will, the first to end first.
fn ending(
    inventory: &Inventory,
    scope: Scope,
    now: OffsetDateTime,
) -> Result<Vec<Row>, StoreError> {
    let mut filter = Filter {
        state: Some(State::Issued),
        ..Filter::default()
    };
    match scope.soon {
        Soon::PartOfLife => {
            filter.last_quarter_at = Some(now);
            filter.ends_before = Some(inventory.last_quarters_end_before(now)?);
        }
        Soon::Within(time) => filter.ends_before = now.checked_add(time),
    }
    inventory.list(&Query {
        filter,
        sort: Sort::NotAfter,
        ..Query::default()
    })
}

/// Whether a certificate is one of an authority of the inventory, cross-certificates included; these
/// are told as CAs.
pub(super) fn is_authority(inventory: &Inventory, row: &Row) -> Result<bool, StoreError> {
    match row.status.signed() {
        Some(signed) if row.kind == CertificateKind::Ca => Ok(inventory
            .authority_by_fingerprint(&signed.fingerprint)?
            .is_some()),
        _ => Ok(false),
    }
}

/// Whether a certificate that was written elsewhere, and so has no generations, was made again for
/// the same names and lives longer.
fn is_replaced_elsewhere(inventory: &Inventory, row: &Row) -> Result<bool, StoreError> {
    if row.place.is_some() {
        return Ok(false);
    }
    let later = inventory.later_elsewhere(row)?;
    Ok(later.iter().any(|other| other.sans == row.sans))
}

fn issuer_of<'a>(row: &Row, authorities: &'a [AuthorityState]) -> Option<&'a AuthorityState> {
    let issuer = row.issuer?;
    authorities.iter().find(|authority| authority.has(issuer))
}

/// What is in use and signed by a key that its CA has given up.
fn by_old_key(
    inventory: &Inventory,
    authority: &AuthorityState,
    now: OffsetDateTime,
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for issuer in [authority.id].iter().chain(&authority.others) {
        let filter = Filter {
            issuers: vec![*issuer],
            state: Some(State::Issued),
            ends_from: Some(now),
            ..Filter::default()
        };
        let query = Query {
            filter,
            sort: Sort::NotAfter,
            ..Query::default()
        };
        for row in inventory.list(&query)? {
            if row.kind != CertificateKind::Ca {
                findings.push(Finding {
                    matter: Matter::SignedByOldKey,
                    what: format!("is signed by the old key of its CA, {}", authority.title()),
                    remedy: renewed(&row),
                    about: About::row(&row),
                });
            }
        }
    }
    Ok(findings)
}

fn unserved(row: &Row, since: OffsetDateTime) -> Finding {
    let generation = row.place.as_ref().map_or(0, |place| place.generation);
    let name = About::row(row).title().to_owned();
    Finding {
        matter: Matter::ActivationUnfinished,
        about: About::row(row),
        what: format!(
            "generation {generation} is in place since {}, and its servers are not known to serve it",
            since.date()
        ),
        remedy: format!(
            "certmint renew {name} --reload COMMAND; 'certmint renew' if the manifest names the command"
        ),
    }
}

/// How to make a certificate again.
fn renewed(row: &Row) -> String {
    match &row.place {
        Some(place) => renew(&place.name),
        None => "sign a new request of it with 'certmint sign'".to_owned(),
    }
}

fn ending_finding(row: &Row, issuer: Option<&AuthorityState>, now: OffsetDateTime) -> Finding {
    let end = end(row.not_after, now);
    let has_ended = row.not_after < now;
    let renewed = renewed(row);
    let (matter, what, remedy) = match (&row.place, has_ended) {
        (Some(_), true) => (
            Matter::CertificateExpired,
            end,
            format!("{renewed}, or 'certmint revoke' if it is not used any more"),
        ),
        (None, true) => (
            Matter::ElsewhereExpired,
            format!("{end}; it was written elsewhere, and may be out of use"),
            format!("{renewed}, if it is still used"),
        ),
        (_, false) => {
            let cut = issuer.filter(|issuer| row.not_after + CUT >= issuer.not_after);
            match cut {
                Some(issuer) => (
                    Matter::CertificateExpiresSoon,
                    format!("{end}, with its CA {}", issuer.title()),
                    format!("renew the CA first, then: {renewed}"),
                ),
                None => (Matter::CertificateExpiresSoon, end, renewed),
            }
        }
    };
    Finding {
        matter,
        about: About::row(row),
        what,
        remedy,
    }
}

fn lost(row: &Row) -> Finding {
    let about = About::row(row);
    let serial = about.serial.clone().unwrap_or_default();
    let day = row.recorded_at.date();
    Finding {
        matter: Matter::Lost,
        about,
        what: format!("was about to be signed on {day}, and was never completed"),
        remedy: format!(
            "nothing has to be done; who wants the serial number on the CRL: certmint revoke --serial {serial}"
        ),
    }
}
