//! The inventory: every certificate that an authority here signed or was about to sign.
//!
//! An SQLite database in the PKI directory. A record is written, durably, before the signature
//! exists ([`Inventory::record`]) and completed with the signed certificate after it
//! ([`Inventory::seal`]). Serial numbers are unique per issuer (RFC 5280 §4.1.2.2) by a constraint
//! of the database.

mod activation;
mod audit;
mod audit_authority;
mod audit_check;
mod audit_finding;
mod audit_logged;
mod audit_read;
mod audit_row;
mod authority;
mod census;
mod content;
mod export;
mod import;
mod open;
mod placing;
mod plan;
mod query;
mod record;
mod recording;
mod revocation;
mod revocation_list;
mod row;
mod schema;
mod seal;
mod settings;
mod standings;
mod succession;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use time::OffsetDateTime;

use super::error::{InventoryFault, StoreError};

pub use activation::Activation;
pub use audit::{Actor, AuditEntry, Deed};
pub use audit_finding::{AuditCheck, AuditFinding, Difference, Told, Witness};
pub use authority::{Authority, AuthorityId, NewAuthority};
pub use census::{Census, MonthOfEnds, SignedBy};
pub use content::key_id_of;
pub use export::ExportRecord;
pub use import::{ImportOutcome, Imported, ImportedCertificate};
pub use query::{Filter, Order, Query, Sort, TextMatch};
pub use record::{
    CertificateKind, NewRecord, Place, Placement, RecordId, RecordIssuer, Recorded, SanKind,
    SanText,
};
pub use revocation::Revocation;
pub use revocation_list::{RevocationList, RevocationListId, RevocationListRecord, Revoked, Shown};
pub use row::{Row, Signed, Source, State, Status};
pub use seal::{ActivationNeed, Sealing};
pub use settings::AuthoritySettings;
pub use standings::Standings;
pub use succession::Succession;

/// The inventory of a PKI directory, opened.
#[derive(Debug)]
pub struct Inventory {
    connection: Connection,
    path: PathBuf,
    /// Who writes; nobody where it was opened to read.
    actor: Option<Actor>,
}

impl Inventory {
    /// Who writes: an inventory that was opened to read has nobody, and SQLite refuses it.
    fn writer(&self) -> Actor {
        self.actor.clone().unwrap_or_else(|| Actor::new(""))
    }
}

fn fault(path: &Path, error: rusqlite::Error) -> StoreError {
    StoreError::Inventory {
        path: path.to_path_buf(),
        fault: InventoryFault(error),
    }
}

fn damaged(path: &Path, what: impl Into<String>) -> StoreError {
    StoreError::Damaged {
        path: path.to_path_buf(),
        what: what.into(),
    }
}

/// Times are kept as seconds since 1970; X.509 has no fractions of a second (RFC 5280 §4.1.2.5).
fn seconds(time: OffsetDateTime) -> i64 {
    time.unix_timestamp()
}

fn from_seconds(path: &Path, seconds: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp(seconds)
        .map_err(|_| damaged(path, format!("the time {seconds}")))
}

pub(super) fn sha256(octets: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, octets);
    let mut fingerprint = [0; 32];
    for (to, from) in fingerprint.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    fingerprint
}

#[cfg(test)]
mod tests;
