//! What keeps path validation from starting.

/// An input that is not what it was handed in as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The certificate to be judged.
    #[error("the certificate to verify cannot be read: {0}")]
    UnreadableTarget(String),
    /// A trust anchor, by its place in the request (from 0).
    #[error("trust anchor {index} cannot be read: {reason}")]
    UnreadableAnchor {
        /// Place in the request.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A CRL, by its place in the request (from 0).
    #[error("CRL {index} cannot be read: {reason}")]
    UnreadableCrl {
        /// Place in the request.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
}
