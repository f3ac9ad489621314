//! The audit log: who did what, when and from which plan, each entry's hash covering the one before.
//!
//! An entry is written in the transaction of its deed, so that neither is there without the other.
//! The hash is SHA-256 over every field, each with its length before it, and the hash of the entry
//! before. Whoever changes or removes an entry has to compute all later ones anew; a copy of the
//! head, kept elsewhere, shows that.

use std::fmt;
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::record::RecordId;
use super::{Inventory, fault, seconds};
use crate::store::error::StoreError;
use crate::x509::hexadecimal;

/// Who writes to the PKI, and from which plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    who: String,
    plan: Option<String>,
}

impl Actor {
    /// Somebody, such as `user@host`.
    pub fn new(who: impl Into<String>) -> Self {
        Self {
            who: who.into(),
            plan: None,
        }
    }

    /// The same, carrying out a plan with this fingerprint.
    #[must_use]
    pub fn with_plan(self, plan: impl Into<String>) -> Self {
        Self {
            plan: Some(plan.into()),
            ..self
        }
    }

    /// Who it is.
    pub fn who(&self) -> &str {
        &self.who
    }

    /// The fingerprint of the plan that is carried out.
    pub fn plan(&self) -> Option<&str> {
        self.plan.as_deref()
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// The log began in an inventory that had certificates already.
    Begin,
    /// A certificate was signed.
    Issue,
    /// A certificate was recorded and will never be completed.
    Lose,
    /// A certificate was revoked.
    Revoke,
    /// A certificate on hold was taken off the CRL again.
    Release,
    /// A CRL was signed.
    PublishCrl,
    /// A CA made elsewhere became known.
    Adopt,
    /// A certificate that another program issued came into the inventory.
    Import,
    /// Another generation of a certificate became the current one.
    Activate,
    /// What a CA writes into certificates and CRLs was changed.
    Configure,
    /// A CA got a successor with a new key.
    Succeed,
    /// The successor of a CA signs from now on.
    Switch,
    /// The old key of a CA stopped signing.
    Retire,
    /// Old generations of a certificate were removed from the directory.
    Prune,
    /// A certificate was written in a foreign format, for a manifest.
    Export,
}

impl Deed {
    const ALL: [Self; 15] = [
        Self::Begin,
        Self::Issue,
        Self::Lose,
        Self::Revoke,
        Self::Release,
        Self::PublishCrl,
        Self::Adopt,
        Self::Import,
        Self::Activate,
        Self::Configure,
        Self::Succeed,
        Self::Switch,
        Self::Retire,
        Self::Prune,
        Self::Export,
    ];

    /// The word in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Issue => "issue",
            Self::Lose => "lose",
            Self::Revoke => "revoke",
            Self::Release => "release",
            Self::PublishCrl => "publish-crl",
            Self::Adopt => "adopt",
            Self::Import => "import",
            Self::Activate => "activate",
            Self::Configure => "configure",
            Self::Succeed => "succeed",
            Self::Switch => "switch",
            Self::Retire => "retire",
            Self::Prune => "prune",
            Self::Export => "export",
        }
    }

    /// The deed of a word in the log.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.word() == word)
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number, from 1 without gaps.
    pub number: i64,
    /// When.
    pub at: OffsetDateTime,
    /// Who.
    pub who: String,
    /// What, as a word of [`Deed`].
    pub deed: String,
    /// The fingerprint of the plan that was carried out.
    pub plan: Option<String>,
    /// The certificate that it is about.
    pub certificate: Option<RecordId>,
    /// The rest, a JSON object.
    pub details: String,
    /// The hash of the entry before; zeros for the first.
    pub previous: [u8; 32],
    /// The hash over all of this.
    pub hash: [u8; 32],
}

impl AuditEntry {
    /// The hash that its fields ought to have.
    pub fn computed_hash(&self) -> [u8; 32] {
        hash(&Fields {
            number: self.number,
            at: seconds(self.at),
            who: &self.who,
            deed: &self.deed,
            plan: self.plan.as_deref(),
            certificate: self.certificate.map(|id| id.0),
            details: &self.details,
            previous: &self.previous,
        })
    }
}

pub(super) struct Fields<'a> {
    pub(super) number: i64,
    pub(super) at: i64,
    pub(super) who: &'a str,
    pub(super) deed: &'a str,
    pub(super) plan: Option<&'a str>,
    pub(super) certificate: Option<i64>,
    pub(super) details: &'a str,
    pub(super) previous: &'a [u8; 32],
}

/// SHA-256 over the fields in their order; a text has its length in octets before it, and what may
/// be missing has one octet that says whether it is there.
pub(super) fn hash(fields: &Fields<'_>) -> [u8; 32] {
    let Fields {
        number,
        at,
        who,
        deed,
        plan,
        certificate,
        details,
        previous,
    } = fields;
    let mut context = Context::new(&SHA256);
    let text = |value: &str, context: &mut Context| {
        let length = u64::try_from(value.len()).unwrap_or(u64::MAX);
        context.update(&length.to_be_bytes());
        context.update(value.as_bytes());
    };
    context.update(*previous);
    context.update(&number.to_be_bytes());
    context.update(&at.to_be_bytes());
    text(who, &mut context);
    text(deed, &mut context);
    context.update(&[u8::from(plan.is_some())]);
    text(plan.unwrap_or_default(), &mut context);
    context.update(&[u8::from(certificate.is_some())]);
    context.update(&certificate.unwrap_or_default().to_be_bytes());
    text(details, &mut context);
    let mut result = [0; 32];
    for (to, from) in result.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    result
}

/// Appends entries within a transaction of the inventory.
pub(super) struct AuditLog<'a> {
    connection: &'a Connection,
    path: &'a Path,
    actor: &'a Actor,
    at: i64,
    entries: i64,
    head: [u8; 32],
    /// How many entries there were.
    before: i64,
}

impl<'a> AuditLog<'a> {
    /// Reads the head of the log; `connection` is in a transaction that writes.
    pub(super) fn begin(
        connection: &'a Connection,
        path: &'a Path,
        actor: &'a Actor,
        at: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let head: Option<(i64, [u8; 32])> = connection
            .prepare_cached("SELECT entries, hash FROM audit_head")
            .and_then(|mut select| {
                select
                    .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .map_err(|error| fault(path, error))?;
        let (entries, head) = head.unwrap_or((0, [0; 32]));
        Ok(Self {
            connection,
            path,
            actor,
            at: seconds(at),
            entries,
            head,
            before: entries,
        })
    }

    /// Appends an entry; it counts when [`finish`](Self::finish) is called and the transaction is
    /// committed.
    pub(super) fn append(
        &mut self,
        deed: Deed,
        certificate: Option<i64>,
        details: &Value,
    ) -> Result<(), StoreError> {
        let number = self.entries.saturating_add(1);
        let details = details.to_string();
        let hash = hash(&Fields {
            number,
            at: self.at,
            who: &self.actor.who,
            deed: deed.word(),
            plan: self.actor.plan(),
            certificate,
            details: &details,
            previous: &self.head,
        });
        self.connection
            .prepare_cached(
                "INSERT INTO audit (number, at, who, deed, plan, certificate_id, details,
                     previous, hash)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    number,
                    self.at,
                    self.actor.who,
                    deed.word(),
                    self.actor.plan(),
                    certificate,
                    details,
                    self.head,
                    hash
                ])
            })
            .map_err(|error| fault(self.path, error))?;
        self.entries = number;
        self.head = hash;
        Ok(())
    }

    /// Writes the new head, if there is one.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        if self.entries == self.before {
            return Ok(());
        }
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO audit_head (only, entries, hash) VALUES (1, ?, ?)",
            )
            .and_then(|mut insert| insert.execute(params![self.entries, self.head]))
            .map(|_| ())
            .map_err(|error| fault(self.path, error))
    }
}

impl Inventory {
    /// Does something in one transaction that writes, together with its entries of the log: all or
    /// nothing, durably.
    ///
    /// # Errors
    /// What `deed` gives back, and what SQLite refuses; nothing was changed then.
    pub(super) fn write_logged<Done>(
        &mut self,
        now: OffsetDateTime,
        deed: impl FnOnce(&Transaction<'_>, &Path, &mut AuditLog<'_>) -> Result<Done, StoreError>,
    ) -> Result<Done, StoreError> {
        let actor = self.writer();
        let Self {
            connection, path, ..
        } = self;
        let refused = |error| fault(path, error);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(refused)?;
        let mut log = AuditLog::begin(&transaction, path, &actor, now)?;
        let done = deed(&transaction, path, &mut log)?;
        log.finish()?;
        transaction.commit().map_err(refused)?;
        Ok(done)
    }
}

/// What the log says of a certificate: enough to find it again without the inventory's number.
pub(super) struct LoggedCertificate {
    pub(super) name: Option<String>,
    pub(super) generation: Option<i64>,
    pub(super) serial: Vec<u8>,
    pub(super) subject: String,
    pub(super) authority: Option<i64>,
    pub(super) fingerprint: Option<Vec<u8>>,
}

impl LoggedCertificate {
    pub(super) fn into_json(self) -> Value {
        self.into_fields().into()
    }

    fn into_fields(self) -> serde_json::Map<String, Value> {
        let Self {
            name,
            generation,
            serial,
            subject,
            authority,
            fingerprint,
        } = self;
        let mut details = serde_json::Map::new();
        if let (Some(name), Some(generation)) = (name, generation) {
            details.insert("name".to_owned(), json!(name));
            details.insert("generation".to_owned(), json!(generation));
        }
        details.insert("serial".to_owned(), json!(hexadecimal(&serial)));
        details.insert("subject".to_owned(), json!(subject));
        details.insert("authority".to_owned(), json!(authority));
        if let Some(fingerprint) = fingerprint {
            let fingerprint = hexadecimal(&fingerprint).to_lowercase();
            details.insert("fingerprint_sha256".to_owned(), json!(fingerprint));
        }
        details
    }
}

/// What the log says of a certificate of the inventory.
pub(super) fn certificate_details(
    connection: &Connection,
    path: &Path,
    id: i64,
) -> Result<serde_json::Map<String, Value>, StoreError> {
    connection
        .prepare_cached(
            "SELECT name, generation, serial, subject, authority_id, fingerprint
             FROM certificate WHERE id = ?",
        )
        .and_then(|mut select| {
            select.query_row([id], |row| {
                Ok(LoggedCertificate {
                    name: row.get(0)?,
                    generation: row.get(1)?,
                    serial: row.get(2)?,
                    subject: row.get(3)?,
                    authority: row.get(4)?,
                    fingerprint: row.get(5)?,
                })
            })
        })
        .map(LoggedCertificate::into_fields)
        .map_err(|error| fault(path, error))
}

/// The first entry of a log that begins in an inventory which has certificates: how many were
/// signed by then, and a digest over their numbers and fingerprints.
pub(super) fn begin_log(
    connection: &Connection,
    path: &Path,
    actor: &Actor,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let (count, digest) = digest_of_unlogged(connection).map_err(|error| fault(path, error))?;
    if count == 0 {
        return Ok(());
    }
    let mut log = AuditLog::begin(connection, path, actor, now)?;
    let details = json!({
        "certificates": count,
        "digest_sha256": hexadecimal(&digest).to_lowercase(),
    });
    log.append(Deed::Begin, None, &details)?;
    log.finish()
}

/// How many signed certificates no entry speaks of, and SHA-256 over the number (8 octets, big
/// endian) and the fingerprint of each, in the order of their numbers.
pub(super) fn digest_of_unlogged(connection: &Connection) -> rusqlite::Result<(i64, [u8; 32])> {
    let mut select = connection.prepare(
        "SELECT id, fingerprint FROM certificate
         WHERE fingerprint IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit WHERE certificate_id = certificate.id
                AND deed IN ('issue', 'import'))
         ORDER BY id",
    )?;
    let mut rows = select.query([])?;
    let mut context = Context::new(&SHA256);
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let fingerprint: Vec<u8> = row.get(1)?;
        context.update(&id.to_be_bytes());
        context.update(&fingerprint);
        count += 1;
    }
    let mut digest = [0; 32];
    for (to, from) in digest.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    Ok((count, digest))
}
