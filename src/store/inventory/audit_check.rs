//! Proving that the audit log is whole, and that it and the certificates tell the same.
//!
//! Two walks, each holding one row at a time: along the entries in their order, and along the
//! certificates, each with the entries about it.

use rusqlite::{Connection, OptionalExtension, Row, Statement};
use serde_json::Value;

use super::audit::{Deed, Fields, digest_of_unlogged, hash};
use super::audit_authority::{Configured, check_authorities};
use super::audit_finding::{AuditCheck, AuditFinding, Told};
use super::audit_logged::{Logged, LoggedRevocation, text};
use super::audit_row::{COLUMNS, RowCheck, optional, told_text};
use super::{Inventory, fault, sha256};
use crate::store::error::StoreError;
use crate::x509::{Certificate, hexadecimal, moment_text};

impl Inventory {
    /// Checks the log and the certificates against one another, as they are at this moment, and
    /// hands out what does not fit. `known` is a head that was written down elsewhere: the log must
    /// go through it.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn check_audit(
        &self,
        known: Option<[u8; 32]>,
        found: &mut dyn FnMut(AuditFinding),
    ) -> Result<AuditCheck, StoreError> {
        let mut check = || -> rusqlite::Result<AuditCheck> {
            let snapshot = self.connection.unchecked_transaction()?;
            let mut configured = Configured::new();
            let check = check_entries(&snapshot, known, &mut configured, found)?;
            check_authorities(&snapshot, &configured, found)?;
            let certificates = check_certificates(&snapshot, found)?;
            Ok(AuditCheck {
                certificates,
                ..check
            })
        };
        check().map_err(|error| fault(&self.path, error))
    }
}

/// Along the entries: numbers without gaps, hashes that fit, each linked to the one before, and the
/// head at the end.
fn check_entries(
    connection: &Connection,
    known: Option<[u8; 32]>,
    configured: &mut Configured,
    found: &mut dyn FnMut(AuditFinding),
) -> rusqlite::Result<AuditCheck> {
    let mut is_there =
        connection.prepare("SELECT EXISTS (SELECT 1 FROM certificate WHERE id = ?)")?;
    let mut select = connection.prepare(
        "SELECT number, at, who, deed, plan, certificate_id, details, previous, hash
         FROM audit ORDER BY number",
    )?;
    let mut rows = select.query([])?;
    let (mut last, mut head) = (0_i64, [0_u8; 32]);
    let (mut count, mut known_at) = (0_i64, None);
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let previous: [u8; 32] = row.get(7)?;
        let stated: [u8; 32] = row.get(8)?;
        let next = last.saturating_add(1);
        if number > next {
            let last = number - 1;
            found(AuditFinding::Missing { first: next, last });
        } else if previous != head {
            found(AuditFinding::Unlinked { number });
        }
        if computed(row, number, &previous)? != Some(stated) {
            found(AuditFinding::Changed { number });
        }
        check_deed(connection, row, number, &mut is_there, configured, found)?;
        if known == Some(stated) {
            known_at = Some(number);
        }
        (last, head) = (number, stated);
        count += 1;
    }
    let stated: Option<(i64, [u8; 32])> = connection
        .query_row("SELECT entries, hash FROM audit_head", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (counted, hash) = stated.unwrap_or((0, [0; 32]));
    if counted > last {
        let first = last + 1;
        found(AuditFinding::Missing {
            first,
            last: counted,
        });
    } else if (counted, hash) != (last, head) {
        found(AuditFinding::Head {
            counted,
            found: count,
        });
    }
    // An empty log has a head too: the zeros that its first entry will carry.
    if known.is_some_and(|known| known != [0; 32]) && known_at.is_none() {
        found(AuditFinding::HeadUnknown);
    }
    Ok(AuditCheck {
        entries: count,
        head,
        certificates: 0,
        known: known_at,
    })
}

/// The hash that an entry's content has; `None` for a text that no program wrote.
fn computed(row: &Row<'_>, number: i64, previous: &[u8; 32]) -> rusqlite::Result<Option<[u8; 32]>> {
    let at = row.get(1)?;
    let certificate = row.get(5)?;
    let text = |column| row.get_ref(column).map(|value| value.as_str().ok());
    let plan = match row.get_ref(4)? {
        rusqlite::types::ValueRef::Null => Some(None),
        value => value.as_str().ok().map(Some),
    };
    let (Some(who), Some(deed), Some(plan), Some(details)) = (text(2)?, text(3)?, plan, text(6)?)
    else {
        return Ok(None);
    };
    Ok(Some(hash(&Fields {
        number,
        at,
        who,
        deed,
        plan,
        certificate,
        details,
        previous,
    })))
}

/// The certificate that an entry brought must be there still; what it set is kept.
fn check_deed(
    connection: &Connection,
    row: &Row<'_>,
    number: i64,
    is_there: &mut Statement<'_>,
    configured: &mut Configured,
    found: &mut dyn FnMut(AuditFinding),
) -> rusqlite::Result<()> {
    let details = || -> rusqlite::Result<Value> {
        let text = row.get_ref(6)?.as_str().unwrap_or_default();
        Ok(serde_json::from_str(text).unwrap_or_default())
    };
    match row.get_ref(3)?.as_str().ok().and_then(Deed::from_word) {
        Some(Deed::Issue | Deed::Import | Deed::Lose) => {
            let id: Option<i64> = row.get(5)?;
            let is_there: bool = is_there.query_row([id], |row| row.get(0))?;
            if !is_there {
                let told = told_by(&details()?);
                found(AuditFinding::CertificateGone { number, told });
            }
        }
        Some(Deed::Begin) => {
            let details = details()?;
            let counted = details.get("certificates").and_then(Value::as_i64);
            let digest = details.get("digest_sha256").and_then(Value::as_str);
            let (count, unlogged) = digest_of_unlogged(connection)?;
            let unlogged = hexadecimal(&unlogged).to_lowercase();
            if (counted, digest) != (Some(count), Some(unlogged.as_str())) {
                found(AuditFinding::Begin {
                    number,
                    counted: counted.unwrap_or_default(),
                    found: count,
                });
            }
        }
        Some(Deed::Configure) => {
            let details = details()?;
            if let Some(authority) = details.get("authority").and_then(Value::as_i64) {
                configured.insert(authority, (number, details));
            }
        }
        _ => {}
    }
    Ok(())
}

/// Along the certificates: each signed one has its entry, its logged fingerprint and its bytes, its
/// row says what these say, and it is revoked if and only if the entries say so.
fn check_certificates(
    connection: &Connection,
    found: &mut dyn FnMut(AuditFinding),
) -> rusqlite::Result<u64> {
    // Those from before the log are compared all together, by the digest of its first entry.
    let began_later: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM audit WHERE number = 1 AND deed = 'begin')",
        [],
        |row| row.get(0),
    )?;
    let mut entries = connection.prepare(
        "SELECT number, deed, details FROM audit WHERE certificate_id = ? ORDER BY number",
    )?;
    let mut check = RowCheck::new(connection)?;
    let mut select = connection.prepare(&format!(
        "SELECT {COLUMNS} FROM certificate LEFT JOIN encoding ON certificate_id = id
         ORDER BY certificate.id"
    ))?;
    let mut rows = select.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let logged = Logged::read(&mut entries, row.get("id")?)?;
        let told = told(row)?;
        let mut differs = |difference| {
            let told = told.clone();
            found(AuditFinding::RowChanged { told, difference });
        };
        RowCheck::against_log(row, &logged, &mut differs)?;
        let state = told_text(row, "state")?;
        if state == "recorded" {
            continue;
        }
        count += 1;
        check.against_others(row, &logged, &mut differs)?;
        let fingerprint: Option<[u8; 32]> = row.get("fingerprint")?;
        if let Some(fingerprint) = fingerprint {
            let der: Option<Vec<u8>> = row.get("der")?;
            let certificate = der
                .filter(|der| sha256(der) == fingerprint)
                .and_then(|der| Certificate::from_der(&der).ok());
            match certificate {
                Some(certificate) => check.against_certificate(row, &certificate, &mut differs)?,
                None => found(AuditFinding::OtherBytes { told: told.clone() }),
            }
            match logged.signed {
                Some((number, logged)) if logged != hexadecimal(&fingerprint).to_lowercase() => {
                    let told = told.clone();
                    found(AuditFinding::OtherCertificate { number, told });
                }
                None if !began_later => found(AuditFinding::Unlogged { told: told.clone() }),
                _ => {}
            }
        } else if logged.told.is_none() && !began_later {
            found(AuditFinding::Unlogged { told: told.clone() });
        }
        let at: Option<i64> = row.get("revoked_at")?;
        let reason: Option<i64> = row.get("revocation_reason")?;
        let revoked = at.zip(reason).map(|(at, reason)| LoggedRevocation {
            at: time::OffsetDateTime::from_unix_timestamp(at)
                .map(moment_text)
                .unwrap_or_default(),
            reason,
        });
        match (revoked, logged.revoked) {
            (None, Some((number, _))) => {
                found(AuditFinding::RevocationGone { number, told });
            }
            (Some(revoked), logged)
                if logged.as_ref().is_none_or(|(_, logged)| *logged != revoked)
                    && !(began_later && logged.is_none()) =>
            {
                found(AuditFinding::RevocationUnlogged { told });
            }
            _ => {}
        }
    }
    Ok(count)
}

fn told_by(details: &Value) -> Told {
    Told {
        name: text(details, "name"),
        serial: text(details, "serial").unwrap_or_default(),
        subject: text(details, "subject").unwrap_or_default(),
    }
}

fn told(row: &Row<'_>) -> rusqlite::Result<Told> {
    let serial: Vec<u8> = row.get("serial")?;
    Ok(Told {
        name: optional(row, "name")?,
        serial: hexadecimal(&serial),
        subject: told_text(row, "subject")?,
    })
}
