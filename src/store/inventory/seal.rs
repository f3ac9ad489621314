//! What happens to a record after its signature.

use std::path::Path;
use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use time::OffsetDateTime;

use super::audit::{Deed, LoggedCertificate, certificate_details};
use super::authority::{self, NewAuthority};
use super::record::RecordId;
use super::succession::{self, Succession};
use super::{Inventory, damaged, fault, from_seconds, seconds, sha256};
use crate::store::error::StoreError;
use crate::store::name::StoreName;

/// A signed certificate for its record.
#[derive(Debug, Clone)]
pub struct Sealing {
    /// The record.
    pub id: RecordId,
    /// The certificate's DER.
    pub certificate_der: Vec<u8>,
    /// When it was signed.
    pub issued_at: OffsetDateTime,
    /// Whether its servers have yet to take it once it is published. They have to in any case where
    /// they did not take the generation before.
    pub activation: ActivationNeed,
    /// How it is tied to an authority that is there.
    pub succession: Succession,
}

/// Whether something remains to be done after a certificate is published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ActivationNeed {
    /// Nothing: nobody has to be told.
    #[default]
    Nothing,
    /// Its servers have to take it, and whether they did is to be noted. Survives a crash.
    Servers,
}

impl Inventory {
    /// Completes records with their signed certificates, all or nothing, durably. A certificate
    /// that is to be an authority of this PKI, or that is its own issuer, becomes one.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`] if a record is not waiting for a signature,
    /// [`StoreError::NotTheRecorded`] if a certificate is not over the recorded bytes, and what
    /// SQLite refuses.
    pub fn seal(&mut self, sealings: &[Sealing]) -> Result<(), StoreError> {
        let Some(first) = sealings.first() else {
            return Ok(());
        };
        self.write_logged(first.issued_at, |transaction, path, log| {
            for sealing in sealings {
                let waiting = Waiting::of(transaction, path, sealing.id.0)?;
                let authority = seal(transaction, path, sealing, &waiting)?;
                let details = LoggedCertificate {
                    authority: waiting.authority.or(authority),
                    fingerprint: Some(sha256(&sealing.certificate_der).to_vec()),
                    ..waiting.logged
                };
                log.append(Deed::Issue, Some(sealing.id.0), &details.into_json())?;
                if let Some(authority) = authority {
                    succession::note(transaction, path, log, sealing, authority)?;
                }
            }
            Ok(())
        })
    }

    /// Notes that certificates were filed where they belong; what they replace is superseded. If
    /// a power failure takes this note back, reconciling makes it again.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn mark_filed(
        &mut self,
        ids: &[RecordId],
        filed_at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let Self {
            connection, path, ..
        } = self;
        let refused = |error| fault(path, error);
        // Not synced to disk by itself: the files say the same.
        set_synchronous(connection, "NORMAL").map_err(refused)?;
        let marked = write_filed(connection, ids, seconds(filed_at));
        set_synchronous(connection, "FULL").map_err(refused)?;
        marked.map_err(refused)
    }

    /// Notes that records will never be completed: the signature failed, or its process died. A
    /// serial number that may have been signed stays used.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`] if a record is not waiting for a signature, and what SQLite
    /// refuses.
    pub fn mark_lost(&mut self, ids: &[RecordId], now: OffsetDateTime) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.write_logged(now, |transaction, path, log| {
            let refused = |error| fault(path, error);
            for id in ids {
                let changed = transaction
                    .prepare_cached(
                        "UPDATE certificate SET state = 'lost' WHERE id = ? AND state = 'recorded'",
                    )
                    .and_then(|mut update| update.execute([id.0]))
                    .map_err(refused)?;
                if changed != 1 {
                    return Err(StoreError::NotRecorded { id: id.0 });
                }
                let details = certificate_details(transaction, path, id.0)?;
                log.append(Deed::Lose, Some(id.0), &details.into())?;
            }
            Ok(())
        })
    }

    /// Gives up every record that waits for a signature; for when no other process is at work.
    pub(in crate::store) fn give_up_recorded(
        &mut self,
        now: OffsetDateTime,
    ) -> Result<usize, StoreError> {
        let refused = |error| fault(&self.path, error);
        let waiting: Vec<RecordId> = self
            .connection
            .prepare_cached("SELECT id FROM certificate WHERE state = 'recorded' ORDER BY id")
            .and_then(|mut select| {
                select
                    .query_map([], |row| row.get(0).map(RecordId))?
                    .collect()
            })
            .map_err(refused)?;
        self.mark_lost(&waiting, now)?;
        Ok(waiting.len())
    }
}

fn set_synchronous(connection: &Connection, level: &str) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", level)
}

fn write_filed(connection: &mut Connection, ids: &[RecordId], at: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for id in ids {
        let follows_another: Option<bool> = transaction
            .prepare_cached(
                "UPDATE certificate SET filed_at = ?
                 WHERE id = ? AND filed_at IS NULL AND fingerprint IS NOT NULL
                 RETURNING shelf = 'certs' AND generation > 1",
            )?
            .query_row(params![at, id.0], |row| row.get(0))
            .optional()?;
        if follows_another == Some(false) {
            continue;
        }
        // Seen from the newest that is filed and not set aside, not from this one: two renewals of
        // one name may be filed in either order.
        transaction
            .prepare_cached(
                "UPDATE certificate AS old SET state = 'superseded'
                 FROM certificate AS this
                 WHERE this.id = ? AND this.shelf = 'certs'
                   AND old.name = this.name AND old.shelf = this.shelf AND old.state = 'issued'
                   AND old.generation < (SELECT max(generation) FROM certificate
                        WHERE name = this.name AND shelf = this.shelf AND filed_at IS NOT NULL
                            AND state IN ('issued', 'revoked'))",
            )?
            .execute([id.0])?;
    }
    transaction.commit()
}

/// A record that waits for its signature.
struct Waiting {
    to_be_signed: Vec<u8>,
    shelf: Option<String>,
    authority: Option<i64>,
    logged: LoggedCertificate,
}

impl Waiting {
    fn of(connection: &Connection, path: &Path, id: i64) -> Result<Self, StoreError> {
        connection
            .prepare_cached(
                "SELECT tbs, shelf, authority_id, name, generation, serial, subject
                 FROM encoding JOIN certificate ON certificate.id = certificate_id
                 WHERE certificate_id = ? AND state = 'recorded'",
            )
            .and_then(|mut select| {
                select
                    .query_row([id], |row| {
                        let authority = row.get(2)?;
                        Ok(Self {
                            to_be_signed: row.get(0)?,
                            shelf: row.get(1)?,
                            authority,
                            logged: LoggedCertificate {
                                name: row.get(3)?,
                                generation: row.get(4)?,
                                serial: row.get(5)?,
                                subject: row.get(6)?,
                                authority,
                                fingerprint: None,
                            },
                        })
                    })
                    .optional()
            })
            .map_err(|error| fault(path, error))?
            .ok_or(StoreError::NotRecorded { id })
    }

    /// Whether there may be an earlier generation, which its servers have or wait for.
    fn follows_another(&self) -> bool {
        self.logged
            .generation
            .is_some_and(|generation| generation > 1)
    }

    fn becomes_authority(&self) -> bool {
        self.authority.is_none() || self.shelf.as_deref() == Some("ca")
    }
}

/// The number of the authority that it became, if it became one. What has no place in the PKI
/// directory is filed as soon as it is sealed: nothing is left to be done here.
fn seal(
    connection: &Connection,
    path: &Path,
    sealing: &Sealing,
    waiting: &Waiting,
) -> Result<Option<i64>, StoreError> {
    let refused = |error| fault(path, error);
    let id = sealing.id.0;
    let to_be_signed = &waiting.to_be_signed;
    if signed_part(&sealing.certificate_der).is_none_or(|part| !part.starts_with(to_be_signed)) {
        return Err(StoreError::NotTheRecorded { id });
    }
    let at = seconds(sealing.issued_at);
    connection
        .prepare_cached(
            "UPDATE certificate SET state = 'issued', fingerprint = ?, issued_at = ?, filed_at = ?
             WHERE id = ?",
        )
        .and_then(|mut update| {
            update.execute(params![
                sha256(&sealing.certificate_der),
                at,
                waiting.shelf.is_none().then_some(at),
                id
            ])
        })
        .map_err(refused)?;
    connection
        .prepare_cached("UPDATE encoding SET tbs = NULL, der = ? WHERE certificate_id = ?")
        .and_then(|mut update| update.execute(params![sealing.certificate_der, id]))
        .map_err(refused)?;
    if sealing.activation == ActivationNeed::Servers
        || waiting.follows_another() && replaces_what_waits(connection, path, id)?
    {
        // What is served until now is the current generation, unless that one was not taken yet.
        connection
            .prepare_cached(
                "INSERT INTO activation (certificate_id, started_at, replaces)
                 VALUES (?1, ?2, (
                    SELECT coalesce(activation.replaces, old.id)
                    FROM certificate AS this
                    JOIN certificate AS old
                        ON old.name = this.name AND old.shelf = this.shelf AND old.id <> this.id
                    LEFT JOIN activation ON activation.certificate_id = old.id
                    WHERE this.id = ?1 AND old.state = 'issued'
                    ORDER BY old.generation DESC LIMIT 1))",
            )
            .and_then(|mut insert| insert.execute(params![id, seconds(sealing.issued_at)]))
            .map_err(refused)?;
    }
    if waiting.follows_another() {
        // It is this one that they are to take now, not what it takes the place of.
        connection
            .prepare_cached(
                "DELETE FROM activation WHERE certificate_id IN (
                    SELECT old.id FROM certificate AS this JOIN certificate AS old
                        ON old.name = this.name AND old.shelf = this.shelf AND old.id <> this.id
                    WHERE this.id = ?)",
            )
            .and_then(|mut delete| delete.execute([id]))
            .map_err(refused)?;
    }
    if !waiting.becomes_authority() {
        return Ok(None);
    }
    found_authority(connection, path, sealing)
}

/// Whether servers have yet to take another generation of the same name. They have to be told of
/// this one then, whoever makes it. A generation of which only the chain files are new is none that
/// they have to take.
fn replaces_what_waits(connection: &Connection, path: &Path, id: i64) -> Result<bool, StoreError> {
    connection
        .prepare_cached(
            "SELECT EXISTS (
                SELECT 1 FROM certificate AS this
                JOIN certificate AS old
                    ON old.name = this.name AND old.shelf = this.shelf AND old.id <> this.id
                JOIN activation ON activation.certificate_id = old.id
                    AND activation.replaces IS NOT activation.certificate_id
                WHERE this.id = ?)",
        )
        .and_then(|mut select| select.query_row([id], |row| row.get(0)))
        .map_err(|error| fault(path, error))
}

/// The content of the outer SEQUENCE of a certificate (RFC 5280 §4.1), which starts with what was
/// signed.
fn signed_part(certificate_der: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = certificate_der.split_first()?;
    let (length, content) = rest.split_first()?;
    let length_octets = match length {
        0x81..=0x84 => usize::from(length & 0x7f),
        _ => 0,
    };
    if *tag != 0x30 {
        return None;
    }
    content.get(length_octets..)
}

/// Only now, with its certificate, can an authority have a row of its own.
fn found_authority(
    connection: &Connection,
    path: &Path,
    sealing: &Sealing,
) -> Result<Option<i64>, StoreError> {
    let refused = |error| fault(path, error);
    let id = sealing.id.0;
    type Founded = (Option<String>, String, Vec<u8>, Vec<u8>, i64, i64);
    let founded: Option<Founded> = connection
        .prepare_cached(
            "SELECT name, subject, subject_der, key_id, not_before, not_after FROM certificate
             WHERE id = ? AND (shelf = 'ca' OR authority_id IS NULL)",
        )
        .and_then(|mut select| {
            select
                .query_row([id], |row| {
                    Ok((
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                        row.get(5)?,
                    ))
                })
                .optional()
        })
        .map_err(refused)?;
    let Some((name, subject, subject_der, key_id, not_before, not_after)) = founded else {
        return Ok(None);
    };
    let name = match name {
        // Nobody signs with a cross-certificate: what it certifies has a name already.
        Some(_) if matches!(sealing.succession, Succession::Cross { .. }) => None,
        Some(name) => Some(
            StoreName::from_str(&name).map_err(|_| damaged(path, format!("the name {name:?}")))?,
        ),
        None => None,
    };
    let renewed = match (&sealing.succession, &name) {
        (Succession::Renewal, Some(name)) => {
            Some(succession::give_up_name(connection, path, name)?)
        }
        _ => None,
    };
    let authority = NewAuthority {
        name,
        subject,
        subject_der,
        key_id,
        certificate_der: sealing.certificate_der.clone(),
        not_before: from_seconds(path, not_before)?,
        not_after: from_seconds(path, not_after)?,
        created_at: sealing.issued_at,
    };
    let authority_id = authority::insert(connection, &authority).map_err(refused)?;
    connection
        .execute(
            "UPDATE certificate SET authority_id = ? WHERE id = ? AND authority_id IS NULL",
            params![authority_id, id],
        )
        .map_err(refused)?;
    if let Some(renewed) = renewed {
        succession::take_over(connection, renewed, authority_id).map_err(refused)?;
    }
    Ok(Some(authority_id))
}
