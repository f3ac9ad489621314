//! Why a CA does not make a certificate.

use time::OffsetDateTime;

use super::LedgerError;
use crate::{
    key::KeyError,
    x509::{X509Error, moment_text},
};

/// A refusal or a failure of this room.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaError {
    /// The private key is not the one that the certificate certifies.
    #[error("the key does not fit the CA certificate {subject}: it is another key")]
    KeyDoesNotFit {
        /// The certificate's subject.
        subject: String,
    },
    /// The issuer's own life is over.
    #[error("the CA certificate {issuer} expired at {}", moment_text(*.not_after))]
    IssuerExpired {
        /// Its subject.
        issuer: String,
        /// Its last second.
        not_after: OffsetDateTime,
    },
    /// The issuer's own life has not begun.
    #[error("the CA certificate {issuer} is not valid before {}", moment_text(*.not_before))]
    IssuerNotYetValid {
        /// Its subject.
        issuer: String,
        /// Its first second.
        not_before: OffsetDateTime,
    },
    /// The certificate would be valid longer than its issuer's.
    #[error(
        "it would be valid until {}, longer than its issuer {issuer}, which ends at {} ({days_left} days from now)",
        moment_text(*.wanted), moment_text(*.not_after)
    )]
    OutlivesIssuer {
        /// The issuer's subject.
        issuer: String,
        /// The last second asked for.
        wanted: OffsetDateTime,
        /// The issuer's last second.
        not_after: OffsetDateTime,
        /// Whole days that a certificate made now can have.
        days_left: i64,
    },
    /// The issuer may have no CA below it.
    #[error(
        "the path length of {issuer} allows no CA below it that may have {wanted} (RFC 5280 §4.2.1.9)"
    )]
    PathTooLong {
        /// The issuer's subject.
        issuer: String,
        /// What the new CA would allow below it.
        wanted: String,
    },
    /// A name outside of what the constraints of the CAs above permit.
    #[error("a name is not permitted: {reason}")]
    NameNotPermitted {
        /// Which name, and which constraint.
        reason: String,
    },
    /// The request carries the CA's own key.
    #[error("the key to certify is the key of {issuer} itself")]
    IssuersOwnKey {
        /// The issuer's subject.
        issuer: String,
    },
    /// The draft did not come out as ordered; nothing was signed.
    #[error("the draft is not what was ordered: {0}")]
    DraftDiffers(String),
    /// What was recorded belongs to another issuer.
    #[error("the draft was recorded for another issuer")]
    OtherIssuer,
    /// A structure could not be built.
    #[error(transparent)]
    Structure(#[from] X509Error),
    /// The ledger refused; nothing was signed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The key did not sign.
    #[error("the CA's key could not sign")]
    Signing(#[source] KeyError),
    /// The signature that came out does not verify; the certificate was thrown away.
    #[error("the signature that the CA's key made does not verify")]
    BadSignature(#[source] crate::key::SignatureError),
    /// The CA's certificate does not say that it may sign revocation lists.
    #[error(
        "the CA {issuer} may not sign revocation lists: its keyUsage lacks cRLSign (RFC 5280 §4.2.1.3)"
    )]
    MayNotSignLists {
        /// Its subject.
        issuer: String,
    },
    /// What is revoked could not be read.
    #[error("the revoked certificates could not be read")]
    RevokedUnknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The revoked certificates were not the same each time that they were asked for.
    #[error("the revoked certificates changed while the list was written")]
    RevokedChanged,
    /// The revocation list could not be written.
    #[error("the revocation list could not be written")]
    Output(#[source] std::io::Error),
}

impl CaError {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::OutlivesIssuer { days_left, .. } if *days_left > 0 => Some(format!(
                "give --days {days_left} or fewer, or renew the CA first"
            )),
            Self::OutlivesIssuer { .. } | Self::IssuerExpired { .. } => {
                Some("renew or replace the CA first".to_owned())
            }
            Self::IssuerNotYetValid { .. } => Some("check this machine's clock".to_owned()),
            Self::KeyDoesNotFit { .. } => {
                Some("give the key that was made for this certificate".to_owned())
            }
            Self::PathTooLong { .. } => {
                Some("make the issuing CA with a larger --path-len".to_owned())
            }
            Self::NameNotPermitted { .. } => {
                Some("use another CA, or make one that permits the name".to_owned())
            }
            Self::IssuersOwnKey { .. } => {
                Some("make a key of its own for the certificate".to_owned())
            }
            Self::MayNotSignLists { .. } => Some(
                "renew the CA, or make another: its certificate needs keyUsage keyCertSign and cRLSign"
                    .to_owned(),
            ),
            Self::Structure(error) => error.hint(),
            _ => None,
        }
    }
}
