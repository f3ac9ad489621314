//! A row of the inventory as it is listed.

use std::path::Path;
use std::str::FromStr;

use time::OffsetDateTime;

use super::authority::AuthorityId;
use super::record::{CertificateKind, Place, RecordId, SanText};
use super::{damaged, fault, from_seconds};
use crate::store::error::StoreError;
use crate::store::name::{Shelf, StoreName};
use crate::x509::RevocationReason;

/// The state of a certificate, as a word. Being expired is not a state: it follows from the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// About to be signed.
    Recorded,
    /// Signed, and neither revoked nor replaced.
    Issued,
    /// Recorded and never completed; its serial number may have been signed.
    Lost,
    /// Known from another program's index alone, and not revoked.
    Listed,
    /// Revoked.
    Revoked,
    /// Replaced by a newer generation of its name, or set aside.
    Superseded,
}

impl State {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Issued => "issued",
            Self::Lost => "lost",
            Self::Listed => "listed",
            Self::Revoked => "revoked",
            Self::Superseded => "superseded",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [
            Self::Recorded,
            Self::Issued,
            Self::Lost,
            Self::Listed,
            Self::Revoked,
            Self::Superseded,
        ]
        .into_iter()
        .find(|state| state.word() == word)
    }
}

/// Where the inventory has a certificate from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// It was made here.
    Here,
    /// Another program issued it, and it was imported.
    Imported,
    /// Another program's index or revocation list speaks of it; the certificate itself is not
    /// known. Begin of validity, kind and key are not known either: the row has the first moment at
    /// which the certificate is known to have been there, `peer` and zeros.
    Listed,
}

/// The state of a certificate with what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// About to be signed.
    Recorded,
    /// Recorded and never completed.
    Lost,
    /// Known from another program's index alone, and not revoked.
    Listed,
    /// Signed, and neither revoked nor replaced.
    Issued(Signed),
    /// Replaced by a newer generation of its name.
    Superseded(Signed),
    /// Revoked, with what is known of it if it was ever completed.
    Revoked {
        /// Since when.
        at: OffsetDateTime,
        /// Why.
        reason: RevocationReason,
        /// What was signed, unless it was lost.
        signed: Option<Signed>,
    },
}

/// What a signed certificate has beyond its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// When it was signed.
    pub issued_at: OffsetDateTime,
    /// SHA-256 of its DER.
    pub fingerprint: [u8; 32],
}

impl Status {
    /// The state as a word.
    pub fn state(&self) -> State {
        match self {
            Self::Recorded => State::Recorded,
            Self::Lost => State::Lost,
            Self::Listed => State::Listed,
            Self::Issued(_) => State::Issued,
            Self::Superseded(_) => State::Superseded,
            Self::Revoked { .. } => State::Revoked,
        }
    }

    /// What was signed.
    pub fn signed(&self) -> Option<Signed> {
        match self {
            Self::Recorded | Self::Lost | Self::Listed => None,
            Self::Issued(signed) | Self::Superseded(signed) => Some(*signed),
            Self::Revoked { signed, .. } => *signed,
        }
    }
}

/// A certificate of the inventory, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The inventory's number for it.
    pub id: RecordId,
    /// Who signed it; none for a root that is not signed yet.
    pub issuer: Option<AuthorityId>,
    /// The serial number: magnitude, most significant octet first.
    pub serial: Vec<u8>,
    /// Its state.
    pub status: Status,
    /// What it is for.
    pub kind: CertificateKind,
    /// Its place in the PKI directory.
    pub place: Option<Place>,
    /// The subject as text.
    pub subject: String,
    /// The subject's DER.
    pub subject_der: Vec<u8>,
    /// The subject alternative names, in their order.
    pub sans: Vec<SanText>,
    /// The begin of its validity.
    pub not_before: OffsetDateTime,
    /// The end of its validity, inclusive.
    pub not_after: OffsetDateTime,
    /// The subject key identifier.
    pub key_id: Vec<u8>,
    /// SHA-256 of the SubjectPublicKeyInfo's DER.
    pub public_key_sha256: [u8; 32],
    /// When it was recorded.
    pub recorded_at: OffsetDateTime,
    /// Where the inventory has it from.
    pub source: Source,
    /// When its files were written; none if they are not (yet) where they belong.
    pub filed_at: Option<OffsetDateTime>,
}

/// What an index lists is kept as lost, with its source.
pub(super) const COLUMNS: &str = "
    certificate.id, certificate.authority_id, certificate.serial,
    CASE WHEN certificate.state = 'lost' AND certificate.source = 'index'
        THEN 'listed' ELSE certificate.state END,
    certificate.kind, certificate.shelf, certificate.name,
    certificate.generation, certificate.subject, certificate.subject_der, certificate.not_before,
    certificate.not_after, certificate.key_id, certificate.public_key_sha256,
    certificate.fingerprint, certificate.recorded_at, certificate.issued_at, certificate.filed_at,
    certificate.revoked_at, certificate.revocation_reason, certificate.source";

/// Reads a row of [`COLUMNS`]; the alternative names are filled in by the caller.
pub(super) fn read(row: &rusqlite::Row<'_>, path: &Path) -> Result<Row, StoreError> {
    let reader = Reader { row, path };
    let id: i64 = reader.get(0)?;
    let issuer: Option<i64> = reader.get(1)?;
    let kind: String = reader.get(4)?;
    Ok(Row {
        id: RecordId(id),
        issuer: issuer.map(AuthorityId),
        serial: reader.get(2)?,
        status: reader.status(id)?,
        kind: CertificateKind::from_word(&kind)
            .ok_or_else(|| damaged(path, format!("the kind {kind:?}")))?,
        place: reader.place()?,
        subject: reader.get(8)?,
        subject_der: reader.get(9)?,
        sans: Vec::new(),
        not_before: from_seconds(path, reader.get(10)?)?,
        not_after: from_seconds(path, reader.get(11)?)?,
        key_id: reader.get(12)?,
        public_key_sha256: reader.get(13)?,
        recorded_at: from_seconds(path, reader.get(15)?)?,
        source: reader.source()?,
        filed_at: reader.time(17)?,
    })
}

struct Reader<'a> {
    row: &'a rusqlite::Row<'a>,
    path: &'a Path,
}

impl Reader<'_> {
    fn get<T: rusqlite::types::FromSql>(&self, column: usize) -> Result<T, StoreError> {
        self.row
            .get(column)
            .map_err(|error| fault(self.path, error))
    }

    fn time(&self, column: usize) -> Result<Option<OffsetDateTime>, StoreError> {
        let seconds: Option<i64> = self.get(column)?;
        seconds
            .map(|seconds| from_seconds(self.path, seconds))
            .transpose()
    }

    fn place(&self) -> Result<Option<Place>, StoreError> {
        let shelf: Option<String> = self.get(5)?;
        let name: Option<String> = self.get(6)?;
        let generation: Option<u32> = self.get(7)?;
        let (Some(shelf), Some(name), Some(generation)) = (shelf, name, generation) else {
            return Ok(None);
        };
        Ok(Some(Place {
            shelf: Shelf::from_word(&shelf)
                .ok_or_else(|| damaged(self.path, format!("the shelf {shelf:?}")))?,
            name: StoreName::from_str(&name)
                .map_err(|_| damaged(self.path, format!("the name {name:?}")))?,
            generation,
        }))
    }

    fn source(&self) -> Result<Source, StoreError> {
        let source: Option<String> = self.get(20)?;
        match source.as_deref() {
            None => Ok(Source::Here),
            Some("import") => Ok(Source::Imported),
            Some("index") => Ok(Source::Listed),
            Some(other) => Err(damaged(self.path, format!("the source {other:?}"))),
        }
    }

    fn status(&self, id: i64) -> Result<Status, StoreError> {
        let state: String = self.get(3)?;
        let incomplete = || damaged(self.path, format!("record {id}, which is {state}"));
        let signed = match (self.get(14)?, self.time(16)?) {
            (Some(fingerprint), Some(issued_at)) => Some(Signed {
                issued_at,
                fingerprint,
            }),
            _ => None,
        };
        match State::from_word(&state) {
            Some(State::Recorded) => Ok(Status::Recorded),
            Some(State::Lost) => Ok(Status::Lost),
            Some(State::Listed) => Ok(Status::Listed),
            Some(State::Issued) => signed.map(Status::Issued).ok_or_else(incomplete),
            Some(State::Superseded) => signed.map(Status::Superseded).ok_or_else(incomplete),
            Some(State::Revoked) => {
                let number: Option<i64> = self.get(19)?;
                Ok(Status::Revoked {
                    at: self.time(18)?.ok_or_else(incomplete)?,
                    reason: number
                        .and_then(RevocationReason::from_number)
                        .ok_or_else(incomplete)?,
                    signed,
                })
            }
            None => Err(incomplete()),
        }
    }
}
