//! The inventory as the CA's ledger.

use time::OffsetDateTime;

use crate::{
    ca::{Draft, Ledger, LedgerError, RecordId},
    profile::{LeafKind, Profile},
    store::{
        self, CertificateKind, NewRecord, Placement, RecordIssuer, SanText, Store, StoreError,
    },
    x509::X509Error,
};

/// Writes drafts of one issuer into the inventory, each for its place.
pub(super) struct InventoryLedger<'store> {
    pub(super) store: &'store mut Store,
    pub(super) issuer: RecordIssuer,
    /// A place for each draft, in order.
    pub(super) placements: Vec<Placement>,
    pub(super) now: OffsetDateTime,
    /// What the inventory made of the drafts.
    pub(super) recorded: Vec<store::Recorded>,
}

impl Ledger for InventoryLedger<'_> {
    fn record(&mut self, drafts: &[Draft]) -> Result<Vec<RecordId>, LedgerError> {
        let storage = |error: Box<dyn std::error::Error + Send + Sync>| LedgerError::Storage(error);
        if drafts.len() != self.placements.len() {
            return Err(storage("a draft has no place".into()));
        }
        let records: Result<Vec<NewRecord>, X509Error> = drafts
            .iter()
            .zip(&self.placements)
            .map(|(draft, placement)| self.new_record(draft, placement.clone()))
            .collect();
        let records = records.map_err(|error| storage(error.into()))?;
        self.recorded = self.store.record(&records).map_err(|error| match error {
            StoreError::SerialTaken { .. } => LedgerError::SerialTaken(error.to_string()),
            other => storage(other.into()),
        })?;
        Ok(self
            .recorded
            .iter()
            .map(|recorded| RecordId(recorded.id.number()))
            .collect())
    }
}

impl InventoryLedger<'_> {
    fn new_record(&self, draft: &Draft, placement: Placement) -> Result<NewRecord, X509Error> {
        let certificate = draft.unsigned();
        let spki = certificate.public_key().spki_der();
        let mut public_key_sha256 = [0; 32];
        public_key_sha256
            .copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, spki).as_ref());
        Ok(NewRecord {
            issuer: self.issuer,
            serial: draft.serial().as_octets().to_vec(),
            kind: kind(draft.profile()),
            placement,
            subject: certificate.subject().openssl_oneline(),
            subject_der: certificate.subject().as_der().to_vec(),
            sans: certificate
                .subject_alt_names()?
                .iter()
                .map(SanText::of)
                .collect(),
            not_before: draft.validity().not_before(),
            not_after: draft.validity().not_after(),
            key_id: store::key_id_of(certificate),
            public_key_sha256,
            to_be_signed: draft.tbs().to_vec(),
            recorded_at: self.now,
        })
    }
}

fn kind(profile: &Profile) -> CertificateKind {
    match profile {
        Profile::Ca(_) => CertificateKind::Ca,
        Profile::Leaf(kind) => inventory_kind(*kind),
    }
}

fn inventory_kind(kind: LeafKind) -> CertificateKind {
    match kind {
        LeafKind::Server => CertificateKind::Server,
        LeafKind::Client => CertificateKind::Client,
        LeafKind::Peer => CertificateKind::Peer,
    }
}
