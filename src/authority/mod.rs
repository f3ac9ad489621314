//! The deeds of an authority: the only room that joins `ca` with `store`.
//!
//! Every certificate is made by [`certify`], whatever door it came in by; a root, a subordinate CA,
//! a signed request and an issued leaf differ in their [`Order`] alone.

mod certify;
mod error;
mod filing;
mod issue;
mod ledger;
mod parallel;
mod renew_authority;
mod signer;

pub use crate::store::{chain_above, is_self_signed, sent_chain};
pub use certify::{Filed, Order, certify, certify_all};
pub use error::AuthorityError;
pub use filing::Filing;
pub use issue::{Generation, LeafKey, LeafOrder, issue, issue_all};
pub use renew_authority::{CertifiedBy, certified_by, renew_authority};
pub use signer::{SigningAuthority, named, named_certificate, signing, stands_for};
