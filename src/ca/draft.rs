//! A certificate on its way: drafted, recorded, issued.

use super::{CaError, Ledger, LedgerError, RecordId};
use crate::{
    key::SignatureAlgorithm,
    profile::{Approved, Decision, Profile},
    x509::{Certificate, Extension, Name, SerialNumber, Validity, tbs},
};

/// What is to be signed, checked against its order.
#[derive(Debug)]
pub struct Draft {
    approved: Approved,
    serial: SerialNumber,
    validity: Validity,
    issuer: Name,
    signature: SignatureAlgorithm,
    tbs: Vec<u8>,
    unsigned: Certificate,
}

impl Draft {
    /// Reads the structure back with another parser than the one that wrote it and compares every
    /// field with the order, before anything is recorded or signed.
    pub(super) fn checked(
        approved: Approved,
        serial: SerialNumber,
        validity: Validity,
        extensions: Vec<Extension>,
        issuer: Name,
        signature: SignatureAlgorithm,
        tbs: Vec<u8>,
    ) -> Result<Self, CaError> {
        // Any bits serve as the signature: nothing looks at them.
        let unsigned = Certificate::from_der(&tbs::signed(&tbs, signature, &[0])?)?;
        let comparisons = [
            ("version", unsigned.version().0 == 3),
            (
                "serial number",
                SerialNumber::from_octets(unsigned.serial_octets())
                    .is_ok_and(|read| read == serial),
            ),
            ("issuer", *unsigned.issuer() == issuer),
            ("subject", unsigned.subject() == approved.subject()),
            ("public key", unsigned.public_key() == approved.public_key()),
            ("not before", unsigned.not_before() == validity.not_before()),
            ("not after", unsigned.not_after() == validity.not_after()),
            ("extensions", unsigned.extensions() == extensions),
        ];
        if let Some((field, _)) = comparisons.iter().find(|(_, same)| !same) {
            return Err(CaError::DraftDiffers((*field).to_owned()));
        }
        Ok(Self {
            approved,
            serial,
            validity,
            issuer,
            signature,
            tbs,
            unsigned,
        })
    }

    /// Has the ledger write it down for good.
    ///
    /// # Errors
    /// The ledger refused; there is nothing to sign then.
    pub fn record(self, ledger: &mut impl Ledger) -> Result<Recorded, LedgerError> {
        let mut recorded = Self::record_all(vec![self], ledger).map_err(|(error, _)| error)?;
        recorded
            .pop()
            .ok_or_else(|| LedgerError::Storage("the ledger gave no identifier".into()))
    }

    /// Has the ledger write several down at once, all or none.
    ///
    /// # Errors
    /// The ledger refused; there is nothing to sign then, and the drafts come back.
    pub fn record_all(
        drafts: Vec<Self>,
        ledger: &mut impl Ledger,
    ) -> Result<Vec<Recorded>, (LedgerError, Vec<Self>)> {
        let records = match ledger.record(&drafts) {
            Ok(records) if records.len() == drafts.len() => records,
            Ok(_) => {
                let error = "the ledger gave another number of identifiers";
                return Err((LedgerError::Storage(error.into()), drafts));
            }
            Err(error) => return Err((error, drafts)),
        };
        Ok(drafts
            .into_iter()
            .zip(records)
            .map(|(draft, record)| Recorded { draft, record })
            .collect())
    }

    /// What it will be.
    pub fn profile(&self) -> &Profile {
        self.approved.profile()
    }

    /// Its serial number.
    pub fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    /// Its life.
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// Who will sign it.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// The algorithm of the signature to come.
    pub fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.signature
    }

    /// DER of the `TBSCertificate`.
    pub fn tbs(&self) -> &[u8] {
        &self.tbs
    }

    /// The certificate as it will read, with no valid signature.
    pub fn unsigned(&self) -> &Certificate {
        &self.unsigned
    }

    /// What became of each extension that was asked for.
    pub fn decisions(&self) -> &[Decision] {
        self.approved.decisions()
    }
}

/// A draft that is on record, and may be signed once.
#[derive(Debug)]
pub struct Recorded {
    draft: Draft,
    record: RecordId,
}

impl Recorded {
    pub(super) fn into_parts(self) -> (Draft, RecordId) {
        (self.draft, self.record)
    }
}

/// A signed certificate.
#[derive(Debug)]
pub struct Issued {
    approved: Approved,
    serial: SerialNumber,
    record: RecordId,
    certificate: Certificate,
}

impl Issued {
    /// `der` is what was drafted, with its signature.
    pub(super) fn new(draft: Draft, record: RecordId, der: Vec<u8>) -> Self {
        let Draft {
            approved,
            serial,
            unsigned,
            ..
        } = draft;
        Self {
            approved,
            serial,
            record,
            certificate: unsigned.with_signature(der),
        }
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its row in the ledger.
    pub fn record(&self) -> RecordId {
        self.record
    }

    /// What it is.
    pub fn profile(&self) -> &Profile {
        self.approved.profile()
    }

    /// What became of each extension that was asked for.
    pub fn decisions(&self) -> &[Decision] {
        self.approved.decisions()
    }

    /// Its serial number.
    pub fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    /// The certificate, its serial number, and what became of each extension that was asked for.
    pub fn into_parts(self) -> (Certificate, SerialNumber, Vec<Decision>) {
        (
            self.certificate,
            self.serial,
            self.approved.into_decisions(),
        )
    }
}
