//! Where a CA writes down what it is about to sign.

use super::Draft;

/// The row of one recorded draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub i64);

/// A ledger could not record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The serial number is on record for this issuer already.
    #[error("serial number {0} is on record for this issuer already")]
    SerialTaken(String),
    /// Whatever keeps the ledger failed.
    #[error("the inventory could not record the certificate")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Keeps every draft before it is signed.
pub trait Ledger {
    /// Writes drafts down, all or none, and returns when they would survive a power cut; one
    /// identifier for each draft, in order.
    ///
    /// # Errors
    /// A serial number that is taken, or storage that failed; nothing was recorded then.
    fn record(&mut self, drafts: &[Draft]) -> Result<Vec<RecordId>, LedgerError>;
}
