//! The certificates themselves, for what shows each of them.

use std::{collections::HashSet, ops::ControlFlow};

use time::OffsetDateTime;

use super::Status;
use super::certificates::is_authority;
use super::finding::distinguished_name;
use crate::store::{
    AuthorityId, CertificateKind, Filter, Inventory, Order, Query, Row, Sort, State, StoreError,
};
use crate::x509::{Certificate, RevocationReason, hexadecimal};

/// A certificate, CAs excepted, that is in use or revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Its name in this PKI; none for one that was written elsewhere.
    pub name: Option<String>,
    /// What it is for.
    pub kind: CertificateKind,
    /// How often it was made under its name, from 1.
    pub generation: Option<u32>,
    /// Its subject (RFC 4514).
    pub subject: String,
    /// Its common name, or its first alternative name, or its subject.
    pub common_name: String,
    /// Its subject alternative names, each with its kind before a colon.
    pub sans: Vec<String>,
    /// Who signed it: one of the status's authorities.
    pub issuer: Option<AuthorityId>,
    /// What the issuer is called.
    pub issuer_title: String,
    /// Its serial number.
    pub serial: String,
    /// First second of its life.
    pub not_before: OffsetDateTime,
    /// Last second of its life.
    pub not_after: OffsetDateTime,
    /// Kind and size of its key; none if the certificate cannot be read.
    pub key: Option<String>,
    /// SHA-256 over the certificate.
    pub fingerprint: Option<String>,
    /// Since when it is revoked, and why.
    pub revoked: Option<(OffsetDateTime, RevocationReason)>,
}

impl Holding {
    /// What people call it.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.common_name)
    }
}

/// Certificates up to a limit: those in use, the first to end first, then those revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// The certificates.
    pub certificates: Vec<Holding>,
    /// How many more there are.
    pub left_out: u64,
}

impl Holdings {
    /// Reads at most `limit` certificates.
    ///
    /// # Errors
    /// An inventory that cannot be read.
    pub fn of(inventory: &Inventory, status: &Status, limit: usize) -> Result<Self, StoreError> {
        let mut rows: Vec<Row> = Vec::new();
        let mut left_out = 0;
        let lists = [
            (State::Issued, None, Order::Ascending),
            (State::Revoked, Some(status.at), Order::Descending),
        ];
        for (state, ends_from, order) in lists {
            let filter = Filter {
                state: Some(state),
                ends_from,
                ..Filter::default()
            };
            let authorities = Filter {
                kind: Some(CertificateKind::Ca),
                ..filter.clone()
            };
            let mut skipped = HashSet::new();
            for row in inventory.list(&Query {
                filter: authorities,
                ..Query::default()
            })? {
                if is_authority(inventory, &row)? {
                    skipped.insert(row.id);
                }
            }
            let all = inventory.count(&filter)?;
            let wanted = all.saturating_sub(u64::try_from(skipped.len()).unwrap_or(u64::MAX));
            let query = Query {
                filter,
                sort: Sort::NotAfter,
                order,
                ..Query::default()
            };
            let before = rows.len();
            inventory.for_each(&query, |row| {
                if rows.len() >= limit {
                    return ControlFlow::Break(());
                }
                if !skipped.contains(&row.id) {
                    rows.push(row);
                }
                ControlFlow::Continue(())
            })?;
            let taken = u64::try_from(rows.len() - before).unwrap_or(u64::MAX);
            left_out += wanted.saturating_sub(taken);
        }
        let mut certificates = Vec::new();
        for row in rows {
            certificates.push(holding(inventory, status, &row)?);
        }
        Ok(Self {
            certificates,
            left_out,
        })
    }
}

fn holding(inventory: &Inventory, status: &Status, row: &Row) -> Result<Holding, StoreError> {
    let certificate = inventory
        .certificate_der(row.id)?
        .and_then(|der| Certificate::from_der(&der).ok());
    let subject = distinguished_name(&row.subject_der, &row.subject);
    let common_name = certificate
        .as_ref()
        .and_then(|certificate| certificate.subject().common_name())
        .or_else(|| row.sans.first().map(|name| name.value.clone()))
        .unwrap_or_else(|| subject.clone());
    let issuer = row.issuer.and_then(|issuer| {
        let mut authorities = status.authorities.iter();
        authorities.find(|authority| authority.has(issuer))
    });
    Ok(Holding {
        name: row.place.as_ref().map(|place| place.name.to_string()),
        kind: row.kind,
        generation: row.place.as_ref().map(|place| place.generation),
        subject,
        common_name,
        sans: row
            .sans
            .iter()
            .map(|name| format!("{}:{}", name.kind.word(), name.value))
            .collect(),
        issuer: issuer.map(|issuer| issuer.id),
        issuer_title: issuer
            .map(|issuer| issuer.title().to_owned())
            .unwrap_or_default(),
        serial: hexadecimal(&row.serial),
        not_before: row.not_before,
        not_after: row.not_after,
        key: certificate.map(|certificate| certificate.public_key().algorithm().to_string()),
        fingerprint: row
            .status
            .signed()
            .map(|signed| hexadecimal(&signed.fingerprint).to_lowercase()),
        revoked: match row.status {
            crate::store::Status::Revoked { at, reason, .. } => Some((at, reason)),
            _ => None,
        },
    })
}
