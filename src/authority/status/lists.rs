//! The revocation lists: whether they are there, in time, and say what the inventory says.

use std::{collections::HashSet, io::ErrorKind};

use time::OffsetDateTime;

use super::authorities::AuthorityState;
use super::finding::{About, Finding, Matter, Noun, end};
use super::{Files, Scope, Soon};
use crate::store::{
    Inventory, Layout, RevocationList, RevocationListFile, StoreError, StoreName, files,
};
use crate::x509::revoked_serials;

/// A list with more entries than this is compared by their number alone: nobody waits for a status.
const LONG: u64 = 20_000;

/// What is revoked and not on the published list, and what is on it and not revoked any more.
#[derive(Default)]
struct Difference {
    missing: usize,
    released: usize,
}

pub(super) fn findings(
    inventory: &Inventory,
    layout: &Layout,
    authorities: &[AuthorityState],
    scope: Scope,
    now: OffsetDateTime,
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for authority in authorities {
        // One that is used by its files publishes its list elsewhere; one that has ended has no
        // certificate left that a list could speak of.
        let name = authority.name.as_ref().and_then(|name| name.parse().ok());
        if let Some(name) = name.filter(|_| authority.not_after >= now) {
            of_authority(
                inventory,
                layout,
                authority,
                &name,
                scope,
                now,
                &mut findings,
            )?;
        }
    }
    Ok(findings)
}

fn of_authority(
    inventory: &Inventory,
    layout: &Layout,
    authority: &AuthorityState,
    name: &StoreName,
    scope: Scope,
    now: OffsetDateTime,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let revoked = usize::try_from(authority.revoked).unwrap_or(usize::MAX);
    let remedy = format!("certmint crl {name}");
    let about = About {
        noun: Noun::RevocationList,
        name: authority.name.clone(),
        subject: authority.subject.clone(),
        serial: None,
        ends: authority.list.map(|list| list.next_update),
    };
    let mut find = |matter, what| {
        findings.push(Finding {
            matter,
            about: about.clone(),
            what,
            remedy: remedy.clone(),
        });
    };
    let Some(list) = authority.list else {
        if revoked > 0 {
            let certificates = certificates(revoked, "is", "are");
            find(
                Matter::RevocationListMissing,
                format!("is not there, and {certificates} revoked: nobody learns of it"),
            );
        }
        return Ok(());
    };
    let life = list.next_update - list.this_update;
    let soon = match scope.soon {
        Soon::PartOfLife => life / 4,
        Soon::Within(time) => time.min(life / 2),
    };
    let end = end(list.next_update, now);
    if list.next_update < now {
        find(
            Matter::RevocationListExpired,
            format!("{end}: servers that check it refuse everybody"),
        );
        return Ok(());
    }
    if list.next_update - now < soon {
        find(Matter::RevocationListExpiresSoon, end);
    }
    let difference = match scope.files {
        Files::Skipped => by_count(&list, revoked),
        _ if list.entries > LONG || authority.revoked > LONG => by_count(&list, revoked),
        Files::Compared | Files::ComparedUpTo(_) => match published(layout, name, &list) {
            Ok(Some(der)) => by_serial(&der, inventory, authority, now)?,
            // Too long to be looked at here.
            Ok(None) => by_count(&list, revoked),
            Err(what) => {
                find(Matter::RevocationListDiffers, what);
                return Ok(());
            }
        },
    };
    if difference.missing > 0 {
        let certificates = certificates(difference.missing, "is", "are");
        find(
            Matter::RevocationListOutdated,
            format!("does not say that {certificates} revoked"),
        );
    }
    if difference.released > 0 {
        let certificates = certificates(difference.released, "is", "are");
        find(
            Matter::RevocationListOutdated,
            format!("does not say that {certificates} off hold again"),
        );
    }
    Ok(())
}

fn certificates(count: usize, is: &str, are: &str) -> String {
    if count == 1 {
        format!("1 certificate {is}")
    } else {
        format!("{count} certificates {are}")
    }
}

/// The DER of the list, if both its files are the ones that were published; none if they are too
/// long; else what is wrong.
fn published(
    layout: &Layout,
    name: &StoreName,
    list: &RevocationList,
) -> Result<Option<Vec<u8>>, String> {
    let mut found = None;
    for file in [RevocationListFile::Der, RevocationListFile::Pem] {
        let path = layout.revocation_list(name, file);
        let shown = path.display();
        let octets = match files::read(&path, files::USUAL_LIMIT) {
            Ok(octets) => octets,
            Err(StoreError::TooLarge { .. }) => return Ok(None),
            Err(StoreError::File { fault, .. }) if fault.kind() == ErrorKind::NotFound => {
                return Err(format!("is not there: {shown}"));
            }
            Err(error) => return Err(error.to_string()),
        };
        let der = match file {
            RevocationListFile::Der => octets.to_vec(),
            _ => pem::parse(octets.as_slice())
                .map(pem::Pem::into_contents)
                .unwrap_or_default(),
        };
        let fingerprint = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der);
        if fingerprint.as_ref() != list.fingerprint {
            return Err(format!("{shown} is not the list that was published last"));
        }
        found = Some(der);
    }
    Ok(found)
}

/// More that are revoked than are on the list: at least so many are not on it.
fn by_count(list: &RevocationList, revoked: usize) -> Difference {
    let listed = usize::try_from(list.entries).unwrap_or(usize::MAX);
    Difference {
        missing: revoked.saturating_sub(listed),
        released: 0,
    }
}

fn by_serial(
    der: &[u8],
    inventory: &Inventory,
    authority: &AuthorityState,
    now: OffsetDateTime,
) -> Result<Difference, StoreError> {
    let mut revoked = HashSet::new();
    inventory.revoked(authority.id, now)?.for_each(|entry| {
        revoked.insert(entry.serial.clone());
        Ok::<(), StoreError>(())
    })?;
    // It has the published fingerprint, so that it can be read.
    let listed = revoked_serials(der).unwrap_or_default();
    let mut released = 0;
    for serial in listed.difference(&revoked) {
        // Most of these have ended since.
        let is_in_use = inventory.by_serial(serial)?.iter().any(|row| {
            let by_this = row.issuer.is_some_and(|issuer| authority.has(issuer));
            by_this && row.not_after >= now
        });
        released += usize::from(is_in_use);
    }
    Ok(Difference {
        missing: revoked.difference(&listed).count(),
        released,
    })
}
