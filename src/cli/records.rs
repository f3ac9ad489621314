//! Certificates of the inventory, as lists show them.

use std::collections::HashMap;

use anyhow::Result;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{
    cli::render,
    store::{Authority, AuthorityId, Inventory, Row, State},
    x509::{Name, moment_text},
};

/// The authorities as lists show them.
pub(crate) struct Issuers(HashMap<AuthorityId, Issuer>);

pub(crate) struct Issuer {
    pub(crate) name: Option<String>,
    /// As openssl writes it.
    pub(crate) subject: String,
    /// RFC 4514.
    pub(crate) distinguished_name: String,
}

impl Issuers {
    pub(crate) fn of(inventory: &Inventory) -> Result<Self> {
        let authorities = inventory.authorities()?;
        let issuers = authorities.iter().map(|authority| {
            let named = authorities.iter().find(|one| is_of(authority, one));
            let issuer = Issuer {
                name: named.and_then(|one| one.name.as_ref().map(ToString::to_string)),
                distinguished_name: distinguished_name(&authority.subject_der, &authority.subject),
                subject: authority.subject.clone(),
            };
            (authority.id, issuer)
        });
        Ok(Self(issuers.collect()))
    }

    pub(crate) fn get(&self, row: &Row) -> Option<&Issuer> {
        row.issuer.and_then(|issuer| self.0.get(&issuer))
    }
}

/// Whether an authority is the CA that has a name: itself, or an older certificate of it, which gave
/// up the name.
pub(crate) fn is_of(authority: &Authority, named: &Authority) -> bool {
    match authority.name {
        Some(_) => authority.id == named.id,
        None => named.name.is_some() && authority.is_same_as(named),
    }
}

/// In the notation of every other document (RFC 4514).
pub(crate) fn distinguished_name(der: &[u8], otherwise: &str) -> String {
    Name::from_der(der).map_or_else(|_| otherwise.to_owned(), |name| name.to_string())
}

/// A certificate of the inventory for `--json`.
pub(crate) fn document(row: &Row, issuer: Option<&Issuer>, now: OffsetDateTime) -> Value {
    let sans: Vec<String> = row
        .sans
        .iter()
        .map(|name| format!("{}:{}", name.kind.word(), name.value))
        .collect();
    json!({
        "name": name(row),
        "kind": row.kind.word(),
        "generation": row.place.as_ref().map(|place| place.generation),
        "subject": distinguished_name(&row.subject_der, &row.subject),
        "sans": sans,
        "issuer": issuer.map(|issuer| &issuer.distinguished_name),
        "ca": issuer.and_then(|issuer| issuer.name.as_ref()),
        "serial": render::hexadecimal(&row.serial).to_uppercase(),
        "not_before": moment_text(row.not_before),
        "not_after": moment_text(row.not_after),
        "state": state(row, now),
        "days_left": render::days_left(row.not_after, now),
        "fingerprint_sha256": row.status.signed().map(|signed| render::hexadecimal(&signed.fingerprint)),
    })
}

/// What it is called in this PKI.
pub(crate) fn name(row: &Row) -> Option<String> {
    row.place.as_ref().map(|place| place.name.to_string())
}

/// The state as people see it: an issued certificate that has ended is expired.
pub(crate) fn state(row: &Row, now: OffsetDateTime) -> &'static str {
    match row.status.state() {
        State::Issued if row.not_after < now => "expired",
        state => state.word(),
    }
}
