//! The certification authority itself, without a disk.
//!
//! A certificate is made in steps that consume one another: [`Issuer::draft`] fills in what only
//! the issuer knows, [`Draft::record`] has the [`Ledger`] write it down for good, and only then does
//! [`Issuer::sign`] use the CA's key. Signing what was not recorded, or signing twice, does not
//! compile. RFC 5280 §4.1 and §6.1.

mod draft;
mod error;
mod issuer;
mod ledger;
mod revocation_list;
mod services;

pub use draft::{Draft, Issued, Recorded};
pub use error::CaError;
pub use issuer::Issuer;
pub use ledger::{Ledger, LedgerError, RecordId};
pub use revocation_list::{RevocationListOrder, RevokedCertificates, WrittenRevocationList};
pub use services::Services;
