//! The deeds of an authority: the only room that joins `ca` with `store`.
//!
//! Every certificate is made by [`certify`], whatever door it came in by; a root, a subordinate CA,
//! a signed request and an issued leaf differ in their [`Order`] alone.

mod certify;
mod chain;
mod error;
mod ledger;
mod signer;
pub mod status;

pub use certify::{Filed, Filing, Order, certify};
pub use chain::chain_above;
pub use error::AuthorityError;
pub use signer::{SigningAuthority, named, named_certificate};
