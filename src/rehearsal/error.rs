//! Why nothing could be rehearsed.

use std::io;

use crate::inspect::verify::VerifyError;

/// What kept a rehearsal from taking place. That a side refuses is no error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RehearsalError {
    /// There is no certificate to show.
    #[error("the {0} has no certificate")]
    NoCertificate(super::Side),
    /// A certificate or a list cannot be judged at all.
    #[error("what the {side} shows cannot be judged: {fault}")]
    Unjudged {
        /// Who shows it.
        side: super::Side,
        /// Why not.
        fault: VerifyError,
    },
    /// The loopback device gives no connection.
    #[error("no connection on the loopback device: {0}")]
    Loopback(#[from] io::Error),
}
