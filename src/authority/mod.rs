//! The deeds of an authority: the only room that joins `ca` with `store`.
//!
//! Every certificate is made by [`certify`], whatever door it came in by; a root, a subordinate CA,
//! a signed request and an issued leaf differ in their [`Order`] alone.

mod activate;
mod adopt;
mod again;
mod batch;
mod certify;
mod difference;
mod drift;
mod due;
mod error;
mod filing;
mod import;
mod issue;
mod issue_packed;
mod issuer_difference;
mod ledger;
mod list_chain;
mod outliving;
mod parallel;
mod publish;
mod reissue;
mod reload;
mod renew;
mod renew_authority;
mod renewal_window;
mod revoke;
pub mod rollover;
mod settle;
mod signer;
pub mod status;
mod trusted;

pub use crate::store::{chain_above, is_self_signed, sent_chain};
pub use activate::{
    NotTaken, PutBack, SeenAt, Servers, Taken, Waiting, activate, waiting, write_server_files,
};
pub use adopt::{Adopted, Adoption, adopt, name_here};
pub use again::{again, leaf_kind, same_life};
pub use batch::{BatchAnswer, issue_batch};
pub use certify::{Filed, Order, certify, certify_all};
pub use drift::{Drift, trust};
pub use due::{Due, Reason, all, due, due_lists};
pub use error::AuthorityError;
pub use filing::Filing;
pub use import::{FoundCertificate, ImportReport, Importer, LeftOut, Listing};
pub use issue::{Generation, LeafKey, LeafOrder, issue, issue_all};
pub use issue_packed::issue_packed;
pub use issuer_difference::{IssuerDifference, issuer_difference};
pub use list_chain::ListChains;
pub use outliving::{Outliving, outliving};
pub use publish::{
    ChainState, IncompleteChain, ListEnd, PublishedList, USUAL_CRL_DAYS, list_publishers,
    publish_revocation_list,
};
pub use reissue::{
    NotHere, Reissuable, ReissuableAuthority, ReissueScope, ReissueSelection, reissue,
    select_for_reissue,
};
pub use reload::{HaProxyReload, Reload, ReloadError};
pub use renew::{
    KeyChoice, check_renewable, has_newer, kept_key, renewal, renewing_authority, set_aside,
    set_aside_as_ordered,
};
pub use renew_authority::{CertifiedBy, RenewedAuthority, certified_by, renew_authority};
pub use renewal_window::RenewalWindow;
pub use revoke::{
    Candidate, Generations, Revocable, Selection, release, revoke, select_for_revocation,
};
pub use settle::{Settlement, settle};
pub use signer::{SigningAuthority, itself, named, named_certificate, stands_for};
pub use trusted::{Trusted, trusted};
