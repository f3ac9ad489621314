//! Looking into the inventory.

use std::ops::ControlFlow;

use rusqlite::{OptionalExtension, params_from_iter};
use time::OffsetDateTime;

use super::authority::AuthorityId;
use super::plan::Plan;
use super::record::{CertificateKind, RecordId, SanKind, SanText, magnitude};
use super::row::{self, Row, State};
use super::{Inventory, damaged, fault, seconds};
use crate::store::error::StoreError;
use crate::store::name::{Shelf, StoreName};
use crate::x509::SerialStart;

/// A text to compare with, without regard to the case of ASCII letters in names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextMatch {
    /// Equal to this.
    Exactly(String),
    /// Starting with this.
    StartingWith(String),
}

/// What a certificate must have to be listed; a value that is not set does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Its name in the PKI directory.
    pub name: Option<TextMatch>,
    /// Its subject as text.
    pub subject: Option<TextMatch>,
    /// One of its subject alternative names, without the kind.
    pub san: Option<TextMatch>,
    /// Its serial number: magnitude, most significant octet first.
    pub serial: Option<Vec<u8>>,
    /// How its serial number starts.
    pub serial_start: Option<SerialStart>,
    /// SHA-256 of its DER.
    pub fingerprint: Option<[u8; 32]>,
    /// Its state.
    pub state: Option<State>,
    /// What it is for.
    pub kind: Option<CertificateKind>,
    /// Where it is filed.
    pub shelf: Option<Shelf>,
    /// Who signed it: one of these; whoever it was if there are none.
    pub issuers: Vec<AuthorityId>,
    /// Ends at this time or later: what is valid at it, as far as the end is concerned.
    pub ends_from: Option<OffsetDateTime>,
    /// Ends before this time: what has expired by then.
    pub ends_before: Option<OffsetDateTime>,
    /// Is in the last quarter of its life at this time, or beyond it.
    pub last_quarter_at: Option<OffsetDateTime>,
}

/// What to sort by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// The order in which they were recorded.
    #[default]
    Recorded,
    /// Name, then generation; those without a name come first.
    Name,
    /// Subject as text.
    Subject,
    /// Serial number, octet by octet.
    Serial,
    /// End of validity.
    NotAfter,
}

/// Which way to sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// A list of certificates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What they must have.
    pub filter: Filter,
    /// What they are sorted by.
    pub sort: Sort,
    /// Which way.
    pub order: Order,
    /// How many at most.
    pub limit: Option<u64>,
    /// How many are passed over first.
    pub offset: u64,
}

impl Inventory {
    /// Lists certificates.
    ///
    /// # Errors
    /// [`StoreError::SerialLength`] for a serial number that cannot be, and what SQLite refuses.
    pub fn list(&self, query: &Query) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.for_each(query, |row| {
            rows.push(row);
            ControlFlow::Continue(())
        })?;
        Ok(rows)
    }

    /// Hands certificates out one by one, for lists that are larger than memory should be.
    ///
    /// # Errors
    /// As [`Inventory::list`].
    pub fn for_each(
        &self,
        query: &Query,
        mut each: impl FnMut(Row) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let refused = |error| fault(&self.path, error);
        let plan = self.plan(query)?;
        let mut select = self.connection.prepare_cached(&plan.sql).map_err(refused)?;
        let mut found = select
            .query(params_from_iter(plan.values))
            .map_err(refused)?;
        while let Some(found) = found.next().map_err(refused)? {
            let mut row = row::read(found, &self.path)?;
            row.sans = self.sans(row.id)?;
            if each(row).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// How many certificates there are with what the filter asks for.
    ///
    /// # Errors
    /// As [`Inventory::list`].
    pub fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        let plan = Plan::to_count(&self.connection, filter)
            .map_err(|error| fault(&self.path, error))
            .and_then(|plan| plan.ok_or_else(|| impossible(filter)))?;
        self.connection
            .prepare_cached(&plan.sql)
            .and_then(|mut select| {
                select.query_row(params_from_iter(plan.values), |row| row.get::<_, i64>(0))
            })
            .map(|count| u64::try_from(count).unwrap_or(0))
            .map_err(|error| fault(&self.path, error))
    }

    /// The current certificate of a name: the newest generation that was signed and is not
    /// superseded; if all are, the newest.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn current(&self, shelf: Shelf, name: &StoreName) -> Result<Option<Row>, StoreError> {
        self.first(
            "name = ? AND shelf = ? AND fingerprint IS NOT NULL
                ORDER BY state = 'superseded', generation DESC",
            rusqlite::params![name.to_string(), shelf.word()],
        )
    }

    /// The certificates with a serial number; each issuer may have one.
    ///
    /// # Errors
    /// As [`Inventory::list`].
    pub fn by_serial(&self, serial: &[u8]) -> Result<Vec<Row>, StoreError> {
        self.list(&Query {
            filter: Filter {
                serial: Some(serial.to_vec()),
                ..Filter::default()
            },
            ..Query::default()
        })
    }

    /// The certificate with a fingerprint: the SHA-256 of its DER.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn by_fingerprint(&self, fingerprint: &[u8; 32]) -> Result<Option<Row>, StoreError> {
        self.first("fingerprint = ?", [fingerprint])
    }

    /// The certificates in use that were written elsewhere for the same subject and purpose, and
    /// end later.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn later_elsewhere(&self, row: &Row) -> Result<Vec<Row>, StoreError> {
        self.select(
            "subject = ? AND subject_der = ? AND +kind = ? AND shelf IS NULL
                AND +state = 'issued' AND +not_after > ?",
            rusqlite::params![
                row.subject,
                row.subject_der,
                row.kind.word(),
                seconds(row.not_after)
            ],
        )
    }

    /// One record.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn by_id(&self, id: RecordId) -> Result<Option<Row>, StoreError> {
        self.first("id = ?", [id.0])
    }

    /// The DER of a certificate; none if it was never completed.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn certificate_der(&self, id: RecordId) -> Result<Option<Vec<u8>>, StoreError> {
        let der: Option<Option<Vec<u8>>> = self
            .connection
            .prepare_cached("SELECT der FROM encoding WHERE certificate_id = ?")
            .and_then(|mut select| select.query_row([id.0], |row| row.get(0)).optional())
            .map_err(|error| fault(&self.path, error))?;
        Ok(der.flatten())
    }

    /// What was signed and has a place in the PKI directory, but is not known to be there. The next
    /// process that writes while no other does puts it there.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn unfiled(&self) -> Result<Vec<Row>, StoreError> {
        self.select(UNFILED, [])
    }

    pub(super) fn plan(&self, query: &Query) -> Result<Plan, StoreError> {
        Plan::to_list(&self.connection, query)
            .map_err(|error| fault(&self.path, error))?
            .ok_or_else(|| impossible(&query.filter))
    }

    fn first(
        &self,
        condition: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Option<Row>, StoreError> {
        let found = self.select(&format!("{condition} LIMIT 1"), parameters)?;
        Ok(found.into_iter().next())
    }

    fn select(
        &self,
        condition: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<Row>, StoreError> {
        let refused = |error| fault(&self.path, error);
        let sql = format!("SELECT {} FROM certificate WHERE {condition}", row::COLUMNS);
        let mut select = self.connection.prepare_cached(&sql).map_err(refused)?;
        let mut found = select.query(parameters).map_err(refused)?;
        let mut rows = Vec::new();
        while let Some(found) = found.next().map_err(refused)? {
            let mut row = row::read(found, &self.path)?;
            row.sans = self.sans(row.id)?;
            rows.push(row);
        }
        Ok(rows)
    }

    fn sans(&self, id: RecordId) -> Result<Vec<SanText>, StoreError> {
        let refused = |error| fault(&self.path, error);
        let mut select = self
            .connection
            .prepare_cached(
                "SELECT kind, value FROM san WHERE certificate_id = ? ORDER BY position",
            )
            .map_err(refused)?;
        let mut found = select.query([id.0]).map_err(refused)?;
        let mut sans = Vec::new();
        while let Some(row) = found.next().map_err(refused)? {
            let kind: String = row.get(0).map_err(refused)?;
            sans.push(SanText {
                kind: SanKind::from_word(&kind)
                    .ok_or_else(|| damaged(&self.path, format!("the kind of name {kind:?}")))?,
                value: row.get(1).map_err(refused)?,
            });
        }
        Ok(sans)
    }
}

/// Only a serial number can be one that no certificate has.
fn impossible(filter: &Filter) -> StoreError {
    let serial = filter.serial.as_deref().unwrap_or_default();
    match magnitude(serial) {
        Err(error) => error,
        Ok(serial) => StoreError::SerialLength {
            octets: serial.len(),
        },
    }
}

/// The condition of the index `certificate_unfiled`, in its order. Without an order SQLite would
/// rather walk along the index of the fingerprints, that is, through every certificate, each time
/// that the PKI is opened to write.
pub(super) const UNFILED: &str =
    "filed_at IS NULL AND shelf IS NOT NULL AND fingerprint IS NOT NULL ORDER BY id";
