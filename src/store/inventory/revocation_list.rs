//! The revocation lists that were made, and what is on them.
//!
//! A list of an authority covers what every certificate of that authority signed: after a CA was
//! renewed with its name and key, clients look for one list under the two certificates.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde_json::json;
use std::path::Path;
use time::OffsetDateTime;

use super::audit::Deed;
use super::authority::AuthorityId;
use super::open::CACHE_KIBIBYTES;
use super::{Inventory, damaged, fault, from_seconds, seconds};
use crate::store::error::StoreError;
use crate::x509::{RevocationReason, RevokedCertificate, Validity, hexadecimal, moment_text};

/// The inventory's number for a revocation list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RevocationListId(i64);

/// A revocation list that is about to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevocationListRecord {
    /// The inventory's number for it.
    pub id: RevocationListId,
    /// Its own number, larger than that of every list of this authority before.
    pub number: u64,
    /// What ended before this has been on a list that was made after its end, and can be left out
    /// (RFC 5280 §5.1).
    pub ends_from: OffsetDateTime,
}

/// A revocation list that was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevocationList {
    /// Its number.
    pub number: u64,
    /// When it was made.
    pub this_update: OffsetDateTime,
    /// When the next one is due at the latest.
    pub next_update: OffsetDateTime,
    /// How many certificates are on it.
    pub entries: u64,
    /// SHA-256 of its DER.
    pub fingerprint: [u8; 32],
    /// When its files were written.
    pub published_at: OffsetDateTime,
}

/// A list that was signed and whose files may not all be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct UnpublishedList {
    pub(in crate::store) id: RevocationListId,
    pub(in crate::store) authority: AuthorityId,
    pub(in crate::store) fingerprint: [u8; 32],
}

/// The rows of all certificates of one authority: the same name and the same key.
const SAME_AUTHORITY: &str = "SELECT same.id FROM authority AS this JOIN authority AS same
    ON same.id = this.id
        OR (same.subject_der = this.subject_der AND same.key_id = this.key_id
            AND length(this.key_id) > 0)
    WHERE this.id = ?1";

impl Inventory {
    /// Takes the next number for a list of an authority, durably, before anything is signed.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn record_revocation_list(
        &mut self,
        authority: AuthorityId,
        validity: &Validity,
    ) -> Result<RevocationListRecord, StoreError> {
        let Self {
            connection, path, ..
        } = self;
        let refused = |error| fault(path, error);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(refused)?;
        let (newest, before): (i64, Option<i64>) = transaction
            .query_row(
                &format!(
                    "SELECT coalesce(max(number), 0),
                        max(this_update) FILTER (WHERE published_at IS NOT NULL)
                     FROM revocation_list WHERE authority_id IN ({SAME_AUTHORITY})"
                ),
                [authority.0],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .map_err(refused)?;
        let number = newest
            .checked_add(1)
            .ok_or_else(|| damaged(path, format!("the CRL number {newest}")))?;
        let this_update = seconds(validity.not_before());
        let id = transaction
            .prepare_cached(
                "INSERT INTO revocation_list (authority_id, number, this_update, next_update,
                     entries)
                 VALUES (?, ?, ?, ?, 0)",
            )
            .and_then(|mut insert| {
                insert.insert(params![
                    authority.0,
                    number,
                    this_update,
                    seconds(validity.not_after())
                ])
            })
            .map_err(refused)?;
        transaction.commit().map_err(refused)?;
        Ok(RevocationListRecord {
            id: RevocationListId(id),
            number: unsigned(path, number)?,
            ends_from: from_seconds(path, before.unwrap_or(this_update).min(this_update))?,
        })
    }

    /// Notes the signed list, durably, before anybody sees it.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn seal_revocation_list(
        &mut self,
        id: RevocationListId,
        entries: u64,
        fingerprint: [u8; 32],
    ) -> Result<(), StoreError> {
        self.connection
            .execute(
                "UPDATE revocation_list SET entries = ?, fingerprint = ? WHERE id = ?",
                params![
                    i64::try_from(entries).unwrap_or(i64::MAX),
                    fingerprint,
                    id.0
                ],
            )
            .map(|_| ())
            .map_err(|error| fault(&self.path, error))
    }

    /// Shows a sealed list to the world by `show`, while no other process can publish one, and
    /// notes it. One that a newer list has overtaken is not shown.
    ///
    /// # Errors
    /// What `show` and SQLite refuse.
    pub(in crate::store) fn publish_revocation_list(
        &mut self,
        id: RevocationListId,
        now: OffsetDateTime,
        show: impl FnOnce() -> Result<(), StoreError>,
    ) -> Result<Shown, StoreError> {
        self.write_logged(now, |transaction, path, log| {
            let refused = |error| fault(path, error);
            type Sealed = (i64, i64, i64, i64, i64, Vec<u8>);
            let (authority, number, this_update, next_update, entries, fingerprint): Sealed =
                transaction
                    .query_row(
                        "SELECT authority_id, number, this_update, next_update, entries, fingerprint
                         FROM revocation_list WHERE id = ?",
                        [id.0],
                        |row| {
                            Ok((
                                row.get(0)?,
                                row.get(1)?,
                                row.get(2)?,
                                row.get(3)?,
                                row.get(4)?,
                                row.get(5)?,
                            ))
                        },
                    )
                    .map_err(refused)?;
            if newest_published(transaction, path, AuthorityId(authority))?.is_some_and(|newest| {
                i64::try_from(newest.number).is_ok_and(|newest| newest > number)
            }) {
                give_up(transaction, id).map_err(refused)?;
                return Ok(Shown::Overtaken);
            }
            show()?;
            transaction
                .execute(
                    "UPDATE revocation_list SET published_at = ? WHERE id = ?",
                    params![seconds(now), id.0],
                )
                .map_err(refused)?;
            let name: Option<String> = transaction
                .query_row(
                    "SELECT name FROM authority WHERE id = ?",
                    [authority],
                    |row| row.get(0),
                )
                .map_err(refused)?;
            let moment = |at| from_seconds(path, at).map(moment_text);
            let details = json!({
                "authority": authority,
                "name": name,
                "number": number,
                "this_update": moment(this_update)?,
                "next_update": moment(next_update)?,
                "entries": entries,
                "fingerprint_sha256": hexadecimal(&fingerprint).to_lowercase(),
            });
            log.append(Deed::PublishCrl, None, &details)?;
            Ok(Shown::Published)
        })
    }

    /// Notes that nobody will ever see a list: its process died before its files appeared.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn give_up_revocation_list(
        &mut self,
        id: RevocationListId,
    ) -> Result<(), StoreError> {
        give_up(&self.connection, id).map_err(|error| fault(&self.path, error))
    }

    /// The lists that were signed and not noted as published.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn unpublished_revocation_lists(
        &self,
    ) -> Result<Vec<UnpublishedList>, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT id, authority_id, fingerprint FROM revocation_list
                 WHERE published_at IS NULL AND fingerprint IS NOT NULL ORDER BY id",
            )
            .and_then(|mut select| {
                select
                    .query_map([], |row| {
                        Ok(UnpublishedList {
                            id: RevocationListId(row.get(0)?),
                            authority: AuthorityId(row.get(1)?),
                            fingerprint: row.get(2)?,
                        })
                    })?
                    .collect()
            })
            .map_err(|error| fault(&self.path, error))
    }

    /// The newest list of an authority that was published, under whichever of its certificates.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn newest_revocation_list(
        &self,
        authority: AuthorityId,
    ) -> Result<Option<RevocationList>, StoreError> {
        newest_published(&self.connection, &self.path, authority)
    }

    /// Whether what is revoked now is not what the newest published list of an authority says.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn is_outdated(
        &self,
        authority: AuthorityId,
        list: &RevocationList,
    ) -> Result<bool, StoreError> {
        let before: Option<i64> = self
            .connection
            .prepare_cached(&format!(
                "SELECT max(this_update) FROM revocation_list
                 WHERE authority_id IN ({SAME_AUTHORITY}) AND published_at IS NOT NULL
                    AND number < ?2"
            ))
            .and_then(|mut select| {
                let number = i64::try_from(list.number).unwrap_or(i64::MAX);
                select.query_row(params![authority.0, number], |row| row.get(0))
            })
            .map_err(|error| fault(&self.path, error))?;
        // What that list left out, this count leaves out.
        let ends_from = before
            .map(|at| from_seconds(&self.path, at))
            .transpose()?
            .map_or(list.this_update, |before| before.min(list.this_update));
        let (mut entries, mut is_newer) = (0, false);
        self.revoked(authority, ends_from)?
            .for_each::<StoreError>(|entry| {
                entries += 1;
                is_newer |= entry.revoked_at > list.published_at;
                Ok(())
            })?;
        Ok(is_newer || entries != list.entries)
    }

    /// What is revoked of an authority's certificates and ends at `ends_from` or later, as it is
    /// at this moment: what other processes write meanwhile is not seen.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn revoked(
        &self,
        authority: AuthorityId,
        ends_from: OffsetDateTime,
    ) -> Result<Revoked<'_>, StoreError> {
        let refused = |error| fault(&self.path, error);
        set_cache(&self.connection, WALK_KIBIBYTES).map_err(refused)?;
        // A transaction that reads sees one state of the database from its first read on.
        let snapshot = self.connection.unchecked_transaction().map_err(refused)?;
        let authorities: Vec<i64> = snapshot
            .prepare_cached(&format!("{SAME_AUTHORITY} ORDER BY 1"))
            .and_then(|mut select| select.query_map([authority.0], |row| row.get(0))?.collect())
            .map_err(refused)?;
        Ok(Revoked {
            snapshot,
            path: &self.path,
            authorities,
            ends_from: seconds(ends_from),
        })
    }
}

/// Whether a list's files were put in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// They are.
    Published,
    /// A newer list is there already.
    Overtaken,
}

/// The revoked certificates of an authority in the order of their numbers, the same each time.
pub struct Revoked<'inventory> {
    snapshot: Transaction<'inventory>,
    path: &'inventory Path,
    authorities: Vec<i64>,
    ends_from: i64,
}

/// What is kept of the database while the revoked certificates are walked through, in KiB: each page
/// is read once a walk, so that more would not make it faster.
const WALK_KIBIBYTES: i64 = 4096;

fn set_cache(connection: &Connection, kibibytes: i64) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -kibibytes)
}

impl Drop for Revoked<'_> {
    fn drop(&mut self) {
        // Only how fast later questions are answered hangs on it.
        let _ = set_cache(&self.snapshot, CACHE_KIBIBYTES);
    }
}

impl Revoked<'_> {
    /// Hands them out one by one.
    ///
    /// # Errors
    /// What SQLite refuses, and what `each` gives back.
    pub fn for_each<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(&RevokedCertificate) -> Result<(), E>,
    ) -> Result<(), E> {
        let refused = |error| fault(self.path, error);
        let mut select = self
            .snapshot
            .prepare_cached(
                "SELECT serial, revoked_at, revocation_reason FROM certificate
                    INDEXED BY certificate_revoked
                 WHERE state = 'revoked' AND authority_id = ? AND not_after >= ? ORDER BY id",
            )
            .map_err(refused)?;
        for authority in &self.authorities {
            let mut rows = select
                .query(params![authority, self.ends_from])
                .map_err(refused)?;
            while let Some(row) = rows.next().map_err(refused)? {
                let (serial, at, reason): (Vec<u8>, i64, i64) =
                    (|| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))().map_err(refused)?;
                each(&RevokedCertificate {
                    serial,
                    revoked_at: from_seconds(self.path, at)?,
                    reason: RevocationReason::from_number(reason).ok_or_else(|| {
                        damaged(self.path, format!("the revocation reason {reason}"))
                    })?,
                })?;
            }
        }
        Ok(())
    }
}

fn newest_published(
    connection: &Connection,
    path: &Path,
    authority: AuthorityId,
) -> Result<Option<RevocationList>, StoreError> {
    type Found = (i64, [i64; 3], i64, [u8; 32]);
    let found: Option<Found> = connection
        .prepare_cached(&format!(
            "SELECT number, this_update, next_update, published_at, entries, fingerprint
             FROM revocation_list
             WHERE authority_id IN ({SAME_AUTHORITY}) AND published_at IS NOT NULL
             ORDER BY number DESC LIMIT 1"
        ))
        .and_then(|mut select| {
            select
                .query_row([authority.0], |row| {
                    let times = [row.get(1)?, row.get(2)?, row.get(3)?];
                    Ok((row.get(0)?, times, row.get(4)?, row.get(5)?))
                })
                .optional()
        })
        .map_err(|error| fault(path, error))?;
    found
        .map(
            |(number, [this_update, next_update, published_at], entries, fingerprint)| {
                Ok(RevocationList {
                    number: unsigned(path, number)?,
                    this_update: from_seconds(path, this_update)?,
                    next_update: from_seconds(path, next_update)?,
                    entries: unsigned(path, entries)?,
                    fingerprint,
                    published_at: from_seconds(path, published_at)?,
                })
            },
        )
        .transpose()
}

fn give_up(connection: &Connection, id: RevocationListId) -> rusqlite::Result<()> {
    connection
        .execute(
            "UPDATE revocation_list SET fingerprint = NULL WHERE id = ? AND published_at IS NULL",
            [id.0],
        )
        .map(|_| ())
}

fn unsigned(path: &Path, number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| damaged(path, format!("the number {number}")))
}
