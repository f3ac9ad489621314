//! What can be wrong with the nouns of this room.

use crate::key::SignatureError;

use super::moment_text;

/// A value that cannot be a noun of RFC 5280, with the value that offended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum X509Error {
    /// A subject alternative name that is none.
    #[error("{value:?} is not a {kind}: {reason}")]
    San {
        /// What was written.
        value: String,
        /// The kind of name that it was read as.
        kind: &'static str,
        /// Why it is not one.
        reason: String,
    },
    /// The same subject alternative name twice.
    #[error("subject alternative name {0} is given twice")]
    SanDoubled(String),
    /// An attribute of a distinguished name that cannot be encoded.
    #[error("{attribute} {value:?}: {reason}")]
    NameAttribute {
        /// The attribute type, as a person knows it.
        attribute: String,
        /// What was written.
        value: String,
        /// Why it cannot stand there.
        reason: String,
    },
    /// A serial number outside of RFC 5280 §4.1.2.2.
    #[error("serial number {0} is not a positive integer of at most 20 octets")]
    Serial(String),
    /// A URL at which clients would not look.
    #[error("{value:?} is no URL for a certificate: {reason}")]
    ServiceUrl {
        /// What was written.
        value: String,
        /// Why.
        reason: String,
    },
    /// A period that ends before it starts, or that DER cannot hold.
    #[error("validity from {} to {}: {reason}", moment_text(*.not_before), moment_text(*.not_after))]
    Validity {
        /// First second.
        not_before: time::OffsetDateTime,
        /// Last second.
        not_after: time::OffsetDateTime,
        /// What is wrong.
        reason: &'static str,
    },
    /// A name constraint that is none.
    #[error("{value:?} is no name constraint: {reason}")]
    NameConstraint {
        /// What was written.
        value: String,
        /// Why.
        reason: String,
    },
    /// Bytes that are not the object they should be.
    #[error("not a valid {what}: {reason}")]
    Malformed {
        /// The object.
        what: &'static str,
        /// What the parser said.
        reason: String,
    },
    /// A certificate that cannot act as a CA.
    #[error("{subject} is not a CA certificate: {reason}")]
    NotACa {
        /// Its subject.
        subject: String,
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// The public key of an object.
    #[error("public key: {0}")]
    Key(#[from] crate::key::KeyError),
    /// A request whose signature does not prove possession of its key.
    #[error("proof of possession failed: {0}")]
    ProofOfPossession(#[source] SignatureError),
    /// A request for a kind of key that certmint cannot check, so that possession is not provable.
    #[error("its key is {0}; certified are RSA, EC P-256, P-384 and P-521, and Ed25519")]
    RequestedKey(String),
    /// DER that could not be written.
    #[error("could not encode {what}")]
    Encode {
        /// The object.
        what: &'static str,
        /// The encoder's reason.
        #[source]
        source: der::Error,
    },
    /// rcgen refused to build a structure.
    #[error("could not build the {what}")]
    Build {
        /// The object.
        what: &'static str,
        /// rcgen's reason.
        #[source]
        source: rcgen::Error,
    },
}

impl X509Error {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        let asks = |what: &str| Some(format!("have the requester {what}"));
        match self {
            Self::RequestedKey(_) => {
                asks("make a new key, for example with 'certmint key new --key p256'")
            }
            Self::ProofOfPossession(SignatureError::UnsupportedAlgorithm(_)) => {
                asks("make the request again with SHA-256, for example with 'certmint csr new'")
            }
            Self::ProofOfPossession(SignatureError::BadSignature) => asks(
                "make the request again with the key that it is for: it was damaged, or somebody else's key signed it",
            ),
            _ => None,
        }
    }

    pub(crate) fn malformed(what: &'static str, reason: impl ToString) -> Self {
        Self::Malformed {
            what,
            reason: reason.to_string(),
        }
    }
}
