//! What a CA is willing to issue.
//!
//! An [`Application`] says what somebody wants; [`approve`] holds it against a [`Profile`] and
//! gives an [`Approved`] order with every extension decided, or every refusal at once. Nothing here
//! knows of a CA, a file or a clock. RFC 5280 §4.1 and §4.2; the limits that real TLS clients add
//! carry their sources.

mod application;
mod approve;
mod decision;
mod extensions;
mod kind;
mod refusal;

pub use application::{AlternativeNames, Application, LongLife, OperatorExtension};
pub use approve::{Approved, approve};
pub use decision::{Decision, Outcome};
pub use kind::{CaProfile, LeafKind, Profile};
pub use refusal::{Refusal, Refusals};
