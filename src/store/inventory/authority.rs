//! The authorities that sign.

use std::path::Path;
use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use time::OffsetDateTime;

use super::audit::Deed;
use super::{Inventory, damaged, fault, from_seconds, seconds, sha256};
use crate::store::error::StoreError;
use crate::store::name::{Shelf, StoreName};
use crate::x509::hexadecimal;

/// The inventory's number for an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AuthorityId(pub(super) i64);

impl AuthorityId {
    /// The number, for output.
    pub fn number(self) -> i64 {
        self.0
    }
}

/// An authority that was made elsewhere: adopted under a name, or used by its path.
#[derive(Debug, Clone)]
pub struct NewAuthority {
    /// Its name in this PKI; none if it is used by its path.
    pub name: Option<StoreName>,
    /// Its subject as text.
    pub subject: String,
    /// Its subject's DER.
    pub subject_der: Vec<u8>,
    /// Its subject key identifier; empty if it has none.
    pub key_id: Vec<u8>,
    /// Its certificate's DER.
    pub certificate_der: Vec<u8>,
    /// The begin of its validity.
    pub not_before: OffsetDateTime,
    /// The end of its validity, inclusive.
    pub not_after: OffsetDateTime,
    /// Now.
    pub created_at: OffsetDateTime,
}

/// An authority of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The inventory's number for it.
    pub id: AuthorityId,
    /// Its name in this PKI; none if it is used by its path.
    pub name: Option<StoreName>,
    /// Its subject as text.
    pub subject: String,
    /// Its subject's DER.
    pub subject_der: Vec<u8>,
    /// Its subject key identifier; empty if it has none.
    pub key_id: Vec<u8>,
    /// Its certificate's DER.
    pub certificate_der: Vec<u8>,
    /// SHA-256 of the certificate's DER.
    pub fingerprint: [u8; 32],
    /// The begin of its validity.
    pub not_before: OffsetDateTime,
    /// The end of its validity, inclusive.
    pub not_after: OffsetDateTime,
    /// When the inventory came to know it.
    pub created_at: OffsetDateTime,
    /// The certificate that took the place of this one, with the same name and key.
    pub renewed_by: Option<AuthorityId>,
    /// For a cross-certificate: the authority whose name and key it certifies.
    pub cross_of: Option<AuthorityId>,
    /// The authority with another key that takes over.
    pub successor: Option<AuthorityId>,
    /// When the successor may take over at the earliest.
    pub switch_from: Option<OffsetDateTime>,
    /// When the successor took over.
    pub switched_at: Option<OffsetDateTime>,
    /// When the key stopped signing certificates for good.
    pub retired_at: Option<OffsetDateTime>,
}

impl Authority {
    /// Whether another authority has the same name and key: one of the two renews the other, or is
    /// its cross-certificate.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.id == other.id
            || (self.subject_der == other.subject_der
                && self.key_id == other.key_id
                && !self.key_id.is_empty())
    }
}

const SELECT: &str = "SELECT id, name, subject, subject_der, key_id, der, fingerprint, not_before,
    not_after, created_at, renewed_by, cross_of, successor_id, switch_from, switched_at, retired_at
    FROM authority";

impl Inventory {
    /// Adds an authority that was made elsewhere, durably. One that is there already (the same
    /// certificate) is not added again; if it had no name it gets the new one.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] if another authority has the name, or this one has another name.
    pub fn add_authority(&mut self, new: &NewAuthority) -> Result<AuthorityId, StoreError> {
        self.write_logged(new.created_at, |transaction, path, log| {
            let refused = |error| fault(path, error);
            let name = new.name.as_ref().map(StoreName::to_string);
            let fingerprint = sha256(&new.certificate_der);
            let known: Option<(i64, Option<String>)> = transaction
                .query_row(
                    "SELECT id, name FROM authority WHERE fingerprint = ?",
                    [fingerprint],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()
                .map_err(refused)?;
            if let (Some((_, Some(has))), Some(wanted)) = (&known, &name)
                && !has.eq_ignore_ascii_case(wanted)
            {
                return Err(taken(has));
            }
            let naming = !matches!(known, Some((_, Some(_))));
            if let Some(name) = name.as_deref().filter(|_| naming)
                && is_taken(transaction, name).map_err(refused)?
            {
                return Err(taken(name));
            }
            let id = match (known, name) {
                // Nothing is written, so nothing is waited for on the disk: the usual case of an
                // authority that is used by its path again.
                (Some((id, Some(_))), _) | (Some((id, None)), None) => id,
                (Some((id, None)), Some(name)) => {
                    transaction
                        .execute(
                            "UPDATE authority SET name = ? WHERE id = ?",
                            params![name, id],
                        )
                        .map_err(refused)?;
                    id
                }
                (None, _) => {
                    let id = insert(transaction, new).map_err(refused)?;
                    let details = json!({
                        "authority": id,
                        "name": new.name.as_ref().map(StoreName::to_string),
                        "subject": new.subject,
                        "fingerprint_sha256": hexadecimal(&fingerprint).to_lowercase(),
                    });
                    log.append(Deed::Adopt, None, &details)?;
                    id
                }
            };
            Ok(AuthorityId(id))
        })
    }

    /// All authorities, in the order in which the inventory came to know them.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn authorities(&self) -> Result<Vec<Authority>, StoreError> {
        self.select_authorities(&format!("{SELECT} ORDER BY id"), [])
    }

    /// The authority of the inventory's number for it.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn authority(&self, id: AuthorityId) -> Result<Option<Authority>, StoreError> {
        let sql = format!("{SELECT} WHERE id = ?");
        let found = self.select_authorities(&sql, [id.0])?;
        Ok(found.into_iter().next())
    }

    /// The authority of a name.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn authority_by_name(&self, name: &StoreName) -> Result<Option<Authority>, StoreError> {
        let sql = format!("{SELECT} WHERE name = ?");
        let found = self.select_authorities(&sql, [name.to_string()])?;
        Ok(found.into_iter().next())
    }

    /// The authority with a certificate, by the SHA-256 of its DER.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn authority_by_fingerprint(
        &self,
        fingerprint: &[u8; 32],
    ) -> Result<Option<Authority>, StoreError> {
        let sql = format!("{SELECT} WHERE fingerprint = ?");
        let found = self.select_authorities(&sql, [fingerprint])?;
        Ok(found.into_iter().next())
    }

    fn select_authorities(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<Authority>, StoreError> {
        let refused = |error| fault(&self.path, error);
        let mut select = self.connection.prepare_cached(sql).map_err(refused)?;
        let mut rows = select.query(parameters).map_err(refused)?;
        let mut authorities = Vec::new();
        while let Some(row) = rows.next().map_err(refused)? {
            authorities.push(read(row, &self.path)?);
        }
        Ok(authorities)
    }
}

pub(super) fn insert(connection: &Connection, new: &NewAuthority) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO authority (name, subject, subject_der, key_id, der, fingerprint,
                 not_before, not_after, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .insert(params![
            new.name.as_ref().map(StoreName::to_string),
            new.subject,
            new.subject_der,
            new.key_id,
            new.certificate_der,
            sha256(&new.certificate_der),
            seconds(new.not_before),
            seconds(new.not_after),
            seconds(new.created_at),
        ])
}

fn taken(name: &str) -> StoreError {
    StoreError::NameTaken {
        name: name.to_owned(),
        shelf: Shelf::Authorities,
    }
}

fn is_taken(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM authority WHERE name = ?1)
             OR EXISTS (SELECT 1 FROM certificate
                        WHERE name = ?1 AND shelf = 'ca' AND state <> 'lost')",
        [name],
        |row| row.get(0),
    )
}

fn read(row: &rusqlite::Row<'_>, path: &Path) -> Result<Authority, StoreError> {
    let columns = || -> rusqlite::Result<_> {
        let name: Option<String> = row.get(1)?;
        let times: [i64; 3] = [row.get(7)?, row.get(8)?, row.get(9)?];
        Ok((row.get(0)?, name, row.get(6)?, times))
    };
    let (id, name, fingerprint, [not_before, not_after, created_at]) =
        columns().map_err(|error| fault(path, error))?;
    let text = |column: usize| row.get(column).map_err(|error| fault(path, error));
    let octets = |column: usize| row.get(column).map_err(|error| fault(path, error));
    let name = match name {
        Some(name) => Some(
            StoreName::from_str(&name).map_err(|_| damaged(path, format!("the name {name:?}")))?,
        ),
        None => None,
    };
    let other = |column: usize| -> Result<Option<AuthorityId>, StoreError> {
        let id: Option<i64> = row.get(column).map_err(|error| fault(path, error))?;
        Ok(id.map(AuthorityId))
    };
    let moment = |column: usize| -> Result<Option<OffsetDateTime>, StoreError> {
        let at: Option<i64> = row.get(column).map_err(|error| fault(path, error))?;
        at.map(|at| from_seconds(path, at)).transpose()
    };
    Ok(Authority {
        id: AuthorityId(id),
        name,
        subject: text(2)?,
        subject_der: octets(3)?,
        key_id: octets(4)?,
        certificate_der: octets(5)?,
        fingerprint,
        not_before: from_seconds(path, not_before)?,
        not_after: from_seconds(path, not_after)?,
        created_at: from_seconds(path, created_at)?,
        renewed_by: other(10)?,
        cross_of: other(11)?,
        successor: other(12)?,
        switch_from: moment(13)?,
        switched_at: moment(14)?,
        retired_at: moment(15)?,
    })
}
