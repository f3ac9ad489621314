//! Rehearses a TLS handshake with the files that a server and its client would use, before either
//! is touched.
//!
//! [`rehearse`] has our own path validation judge what each side shows to the other, then lets a
//! server and a client of rustls meet on the loopback device, once with TLS 1.2 and once with
//! TLS 1.3, and compares the two opinions. Nothing leaves the machine.

mod error;
mod party;
mod play;
mod trial;

pub use error::RehearsalError;
pub use party::Party;
pub use play::{Opinion, Rehearsal, Scene, rehearse};
pub use trial::{Outcome, Side, Trial};
