//! Certificates that another program issued.
//!
//! Importing is written so that it can be done again: what is known stays as it is, what was
//! revoked since is revoked here too, and a certificate that was known by its serial number alone
//! is completed when its bytes turn up.

use std::path::Path;

use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};
use serde_json::json;
use time::OffsetDateTime;

use super::audit::{AuditLog, Deed, certificate_details};
use super::authority::AuthorityId;
use super::record::{CertificateKind, RecordId, SanText, magnitude};
use super::{Inventory, fault, seconds, sha256};
use crate::store::error::StoreError;
use crate::x509::{RevocationReason, moment_text};

/// A certificate that another program issued.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The serial number: magnitude, most significant octet first.
    pub serial: Vec<u8>,
    /// The subject as text.
    pub subject: String,
    /// The end of its validity, inclusive.
    pub not_after: OffsetDateTime,
    /// Why and since when it is revoked.
    pub revocation: Option<(RevocationReason, OffsetDateTime)>,
    /// The certificate; none if it is known from an index or a revocation list alone.
    pub certificate: Option<ImportedCertificate>,
}

/// What only the certificate itself can tell.
#[derive(Debug, Clone)]
pub struct ImportedCertificate {
    /// Its DER.
    pub der: Vec<u8>,
    /// What it is for.
    pub kind: CertificateKind,
    /// The subject's DER.
    pub subject_der: Vec<u8>,
    /// The subject alternative names, in their order.
    pub sans: Vec<SanText>,
    /// The begin of its validity.
    pub not_before: OffsetDateTime,
    /// The subject key identifier.
    pub key_id: Vec<u8>,
    /// SHA-256 of the SubjectPublicKeyInfo's DER.
    pub public_key_sha256: [u8; 32],
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It is in the inventory now.
    Added(RecordId),
    /// It was known by its serial number; its bytes are there now.
    Completed(RecordId),
    /// It was known, and is revoked now.
    Revoked(RecordId),
    /// It was known, and nothing has changed.
    Known(RecordId),
    /// The inventory has another certificate of this issuer with this serial number. Nothing was
    /// changed.
    SerialTaken(RecordId),
}

impl Inventory {
    /// Takes up certificates that `issuer` (none: one that the inventory does not know) signed by
    /// another program, all or nothing, durably.
    ///
    /// # Errors
    /// [`StoreError::SerialLength`], and what SQLite refuses.
    pub fn import(
        &mut self,
        issuer: Option<AuthorityId>,
        certificates: &[Imported],
        now: OffsetDateTime,
    ) -> Result<Vec<ImportOutcome>, StoreError> {
        let actor = self.writer();
        let Self {
            connection, path, ..
        } = self;
        let refused = |error| fault(path, error);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(refused)?;
        let mut desk = Desk {
            transaction: &transaction,
            path,
            log: AuditLog::begin(&transaction, path, &actor, now)?,
            issuer: issuer.map(|id| id.0),
            now,
        };
        let outcomes = certificates
            .iter()
            .map(|one| desk.import(one))
            .collect::<Result<_, _>>()?;
        desk.log.finish()?;
        transaction.commit().map_err(refused)?;
        Ok(outcomes)
    }
}

/// A transaction that certificates are taken up in.
struct Desk<'a> {
    transaction: &'a Transaction<'a>,
    path: &'a Path,
    log: AuditLog<'a>,
    issuer: Option<i64>,
    now: OffsetDateTime,
}

/// What the inventory has of a certificate.
struct KnownRow {
    id: i64,
    state: String,
    fingerprint: Option<[u8; 32]>,
}

impl Desk<'_> {
    fn import(&mut self, one: &Imported) -> Result<ImportOutcome, StoreError> {
        let serial = magnitude(&one.serial)?;
        let fingerprint = one
            .certificate
            .as_ref()
            .map(|certificate| sha256(&certificate.der));
        let Some(known) = self.known(serial, fingerprint)? else {
            let id = self.add(one, serial, fingerprint)?;
            return Ok(ImportOutcome::Added(RecordId(id)));
        };
        let id = RecordId(known.id);
        match (known.fingerprint, fingerprint) {
            (Some(has), Some(other)) if has != other => return Ok(ImportOutcome::SerialTaken(id)),
            // Being signed by this program at this moment: it is not the other program's.
            (None, _) if known.state == "recorded" => return Ok(ImportOutcome::SerialTaken(id)),
            _ => {}
        }
        let completes = match (&one.certificate, fingerprint, known.fingerprint) {
            (Some(certificate), Some(fingerprint), None) => {
                self.complete(known.id, one, certificate, fingerprint)?;
                true
            }
            _ => false,
        };
        let revokes = one.revocation.is_some() && known.state != "revoked";
        if let Some((reason, at)) = one.revocation.filter(|_| revokes) {
            self.revoke(known.id, reason, at)?;
        }
        Ok(match (completes, revokes) {
            (true, _) => ImportOutcome::Completed(id),
            (false, true) => ImportOutcome::Revoked(id),
            (false, false) => ImportOutcome::Known(id),
        })
    }

    /// By its bytes, whoever is said to have signed it: a CA that was renewed has two rows.
    fn known(
        &self,
        serial: &[u8],
        fingerprint: Option<[u8; 32]>,
    ) -> Result<Option<KnownRow>, StoreError> {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(KnownRow {
                id: row.get(0)?,
                state: row.get(1)?,
                fingerprint: row.get(2)?,
            })
        };
        let by_bytes = match fingerprint {
            Some(fingerprint) => self
                .transaction
                .prepare_cached(
                    "SELECT id, state, fingerprint FROM certificate WHERE fingerprint = ?",
                )
                .and_then(|mut select| select.query_row([fingerprint], read).optional())
                .map_err(|error| self.fault(error))?,
            None => None,
        };
        if by_bytes.is_some() || self.issuer.is_none() {
            return Ok(by_bytes);
        }
        self.transaction
            .prepare_cached(
                "SELECT id, state, fingerprint FROM certificate
                 WHERE authority_id = ? AND serial = ?",
            )
            .and_then(|mut select| {
                select
                    .query_row(params![self.issuer, serial], read)
                    .optional()
            })
            .map_err(|error| self.fault(error))
    }

    fn add(
        &mut self,
        one: &Imported,
        serial: &[u8],
        fingerprint: Option<[u8; 32]>,
    ) -> Result<i64, StoreError> {
        let certificate = one.certificate.as_ref();
        let state = match (&one.revocation, certificate) {
            (Some(_), _) => "revoked",
            (None, Some(_)) => "issued",
            (None, None) => "lost",
        };
        let since = certificate.map(|certificate| certificate.not_before);
        let id = self
            .transaction
            .prepare_cached(
                "INSERT INTO certificate (authority_id, serial, state, kind, subject, subject_der,
                     not_before, not_after, key_id, public_key_sha256, fingerprint, recorded_at,
                     issued_at, filed_at, revoked_at, revocation_reason, source)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .and_then(|mut insert| {
                insert.insert(params![
                    self.issuer,
                    serial,
                    state,
                    certificate
                        .map_or(CertificateKind::Peer, |certificate| certificate.kind)
                        .word(),
                    one.subject,
                    certificate.map_or(&[][..], |certificate| &certificate.subject_der),
                    seconds(since.unwrap_or_else(|| self.earliest_known(one))),
                    seconds(one.not_after),
                    certificate.map_or(&[][..], |certificate| &certificate.key_id),
                    certificate.map_or([0; 32], |certificate| certificate.public_key_sha256),
                    fingerprint,
                    seconds(self.now),
                    since.map(seconds),
                    certificate.map(|_| seconds(self.now)),
                    one.revocation.map(|(_, at)| seconds(at)),
                    one.revocation.map(|(reason, _)| reason.number()),
                    if certificate.is_some() {
                        "import"
                    } else {
                        "index"
                    },
                ])
            })
            .map_err(|error| self.fault(error))?;
        if let Some(certificate) = certificate {
            self.attach(id, certificate)?;
        }
        self.tell(Deed::Import, id, one.revocation)?;
        Ok(id)
    }

    /// The first moment at which a certificate is known to have been there.
    fn earliest_known(&self, one: &Imported) -> OffsetDateTime {
        let revoked_at = one.revocation.map_or(self.now, |(_, at)| at);
        self.now.min(one.not_after).min(revoked_at)
    }

    fn complete(
        &mut self,
        id: i64,
        one: &Imported,
        certificate: &ImportedCertificate,
        fingerprint: [u8; 32],
    ) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "UPDATE certificate
                 SET state = CASE state WHEN 'lost' THEN 'issued' ELSE state END,
                     kind = ?, subject = ?, subject_der = ?, not_before = ?, not_after = ?,
                     key_id = ?, public_key_sha256 = ?, fingerprint = ?, issued_at = ?,
                     filed_at = ?, source = 'import'
                 WHERE id = ?",
            )
            .and_then(|mut update| {
                update.execute(params![
                    certificate.kind.word(),
                    one.subject,
                    certificate.subject_der,
                    seconds(certificate.not_before),
                    seconds(one.not_after),
                    certificate.key_id,
                    certificate.public_key_sha256,
                    fingerprint,
                    seconds(certificate.not_before),
                    seconds(self.now),
                    id
                ])
            })
            .map_err(|error| self.fault(error))?;
        // A record of this program that was given up has its bytes to be signed, and its names.
        for sql in [
            "DELETE FROM encoding WHERE certificate_id = ?",
            "DELETE FROM san WHERE certificate_id = ?",
        ] {
            self.transaction
                .prepare_cached(sql)
                .and_then(|mut delete| delete.execute([id]))
                .map_err(|error| self.fault(error))?;
        }
        self.attach(id, certificate)?;
        self.tell(Deed::Import, id, None)
    }

    fn attach(&self, id: i64, certificate: &ImportedCertificate) -> Result<(), StoreError> {
        let attached = || -> rusqlite::Result<()> {
            self.transaction
                .prepare_cached("INSERT INTO encoding (certificate_id, der) VALUES (?, ?)")?
                .execute(params![id, certificate.der])?;
            let mut insert = self.transaction.prepare_cached(
                "INSERT INTO san (certificate_id, position, kind, value) VALUES (?, ?, ?, ?)",
            )?;
            for (position, san) in (0_i64..).zip(&certificate.sans) {
                insert.execute(params![id, position, san.kind.word(), san.value])?;
            }
            Ok(())
        };
        attached().map_err(|error| self.fault(error))
    }

    fn revoke(
        &mut self,
        id: i64,
        reason: RevocationReason,
        at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "UPDATE certificate SET state = 'revoked', revoked_at = ?, revocation_reason = ?
                 WHERE id = ?",
            )
            .and_then(|mut update| update.execute(params![seconds(at), reason.number(), id]))
            .map_err(|error| self.fault(error))?;
        self.tell(Deed::Revoke, id, Some((reason, at)))
    }

    fn tell(
        &mut self,
        deed: Deed,
        id: i64,
        revocation: Option<(RevocationReason, OffsetDateTime)>,
    ) -> Result<(), StoreError> {
        let mut details = certificate_details(self.transaction, self.path, id)?;
        if let Some((reason, at)) = revocation {
            details.insert("reason".to_owned(), json!(reason.number()));
            details.insert("revoked_at".to_owned(), json!(moment_text(at)));
        }
        self.log.append(deed, Some(id), &details.into())
    }

    fn fault(&self, error: rusqlite::Error) -> StoreError {
        fault(self.path, error)
    }
}
