//! Why a deed was not done.

use time::OffsetDateTime;

use super::{
    NotTaken, PutBack, ReloadError,
    rollover::RolloverRefusal,
    signer::{RevokedCa, Succeeded},
};
use crate::{
    ca::{CaError, LedgerError},
    inspect::verify::VerifyError,
    key::KeyError,
    profile::Refusals,
    store::{StoreError, StoreName},
    x509::{RevocationReason, X509Error, moment_text},
};

/// What each room below refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// The profile refuses the application.
    #[error("not certified: {0}")]
    Refused(#[from] Refusals),
    /// The CA does not make it.
    #[error(transparent)]
    Ca(#[from] CaError),
    /// The PKI directory or the inventory failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A CA certificate that cannot be read for its constraints.
    #[error(transparent)]
    Constraints(#[from] VerifyError),
    /// A noun that cannot be.
    #[error(transparent)]
    X509(#[from] X509Error),
    /// The CA's successor signs in its place.
    #[error(transparent)]
    Succeeded(#[from] Succeeded),
    /// The CA's own certificate is revoked.
    #[error(transparent)]
    RevokedCa(#[from] RevokedCa),
    /// A CA that cannot be renewed here.
    #[error("the CA {name} cannot be renewed: {reason}")]
    AuthorityNotRenewable {
        /// Its name.
        name: String,
        /// Why not.
        reason: String,
        /// What to do instead.
        hint: String,
    },
    /// A step of a rollover that is not taken.
    #[error(transparent)]
    Rollover(#[from] RolloverRefusal),
    /// No CA of that name, or no CA at all.
    #[error("there is no CA {name:?} in this PKI{}", there_is(.known))]
    NoSuchCa {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Several CAs, and none was named.
    #[error("this PKI has several CAs ({}), and none was named", .0.join(", "))]
    WhichCa(Vec<String>),
    /// A PKI without any CA.
    #[error("this PKI has no CA yet")]
    NoCa,
    /// The inventory took a draft and gave no record.
    #[error("the inventory gave no record of the certificate; nothing was signed")]
    Unrecorded,
    /// The inventory has not taken what is in an archive.
    #[error(
        "what was signed last is in the archive and not in the inventory; the same command goes on with what came before"
    )]
    Unsealed,
    /// The certificate exists, and the last step of filing it failed. The cause is told, not
    /// handed on: its advice to run the command again does not hold here.
    #[error("the certificate is signed and in the inventory, but filing it was not finished: {0}")]
    Unfinished(String),
    /// The certificates that went together with one that failed were not made either.
    #[error("not made, because one step for all of them failed: {0}")]
    WithOthers(String),
    /// A revocation list is filed under its CA's name.
    #[error("a CA without a name in this PKI publishes no revocation list here")]
    NoListWithoutName,
    /// Nothing that could be revoked fits.
    #[error("no certificate of this PKI {what}")]
    NothingToRevoke {
        /// What it would have.
        what: String,
        /// What to try instead.
        hint: Option<String>,
    },
    /// A serial number that several CAs used.
    #[error("serial number {serial} was used by several CAs: {}", .issuers.join("; "))]
    SerialOfSeveral {
        /// The serial number in hexadecimal.
        serial: String,
        /// The CAs, and whom they certified.
        issuers: Vec<String>,
    },
    /// A root is trusted because it is in trust stores; nothing that it signs can end that.
    #[error("{subject} is a root CA: no revocation list can revoke it")]
    RootNotRevocable {
        /// Its subject.
        subject: String,
    },
    /// A revocation at a time at which the certificate did not exist, or has not come.
    #[error("it cannot be revoked as of {}: {reason}", moment_text(*.at))]
    RevocationTime {
        /// When.
        at: OffsetDateTime,
        /// Why not.
        reason: &'static str,
    },
    /// A key was not made, or did not sign its request.
    #[error("could not make the key and its request")]
    Key(#[source] KeyError),
    /// The key that a renewal is to keep cannot be read.
    #[error("the key that is to be kept cannot be read")]
    KeptKey(#[source] KeyError),
    /// A certificate that cannot be renewed as it is.
    #[error("{name} cannot be renewed: {reason}")]
    NotRenewable {
        /// The certificate.
        name: StoreName,
        /// Why.
        reason: &'static str,
    },
    /// A certificate that has a CA's end already: renewing it would gain nothing.
    #[error("{name} is due, but a new one would end no later: its CA {issuer} ends on {}", moment_text(*.not_after))]
    EndsWithIssuer {
        /// The certificate.
        name: StoreName,
        /// The CA that ends first.
        issuer: String,
        /// When it ends.
        not_after: OffsetDateTime,
    },
    /// A new generation is published and its servers did not take it.
    #[error("{name}: {} in use: {cause}; {put_back}", put_back.what())]
    NotTaken {
        /// The certificate.
        name: StoreName,
        /// What its servers did not do.
        cause: NotTaken,
        /// What became of the generation before.
        put_back: PutBack,
    },
    /// What the servers of a certificate read was not written.
    #[error("{name}: {cause}")]
    Reload {
        /// The certificate.
        name: StoreName,
        /// Why not.
        cause: Box<ReloadError>,
    },
    /// A CA that is to be adopted under another name than it has.
    #[error("this CA is in this PKI already; its name is {name}")]
    KnownAs {
        /// The name.
        name: String,
    },
    /// A CA to be adopted whose serial number its issuer has given to another certificate.
    #[error("the issuer of this CA has given its serial number to another certificate as well")]
    SerialOfAnother,
    /// A certificate that cannot be made again as it is.
    #[error("{subject} cannot be made again: {reason}")]
    NotAgain {
        /// Its subject.
        subject: String,
        /// Why.
        reason: String,
    },
    /// The name belongs to a certificate that is not what was ordered.
    #[error("certificate {name} exists and {difference}")]
    OtherCertificate {
        /// The name.
        name: String,
        /// What is different, as a sentence goes on after "it".
        difference: String,
    },
    /// The operating system gave no random number.
    #[error("no random serial number could be had")]
    NoRandom,
}

fn there_is(names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!("; there is {}", names.join(", "))
    }
}

impl From<LedgerError> for AuthorityError {
    /// A failure of the inventory is told as the inventory's, not as the ledger's.
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Storage(inner) => match inner.downcast::<StoreError>() {
                Ok(store) => Self::Store(*store),
                Err(other) => Self::Ca(CaError::Ledger(LedgerError::Storage(other))),
            },
            other => Self::Ca(CaError::Ledger(other)),
        }
    }
}

impl AuthorityError {
    pub(super) fn unfinished(error: StoreError) -> Self {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        Self::Unfinished(format!("{error}{}", cause.unwrap_or_default()))
    }

    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Ca(error) => error.hint(),
            Self::Store(error) => error.hint(),
            Self::X509(error) => error.hint(),
            Self::Succeeded(Succeeded { successor, .. }) => {
                Some(format!("use {successor}, or renew that"))
            }
            Self::RevokedCa(RevokedCa { reason: RevocationReason::CertificateHold, .. }) => {
                Some("take it off hold with 'certmint revoke NAME --release', or use another CA".to_owned())
            }
            Self::RevokedCa(_) => Some("use another CA, or make one".to_owned()),
            Self::AuthorityNotRenewable { hint, .. } => Some(hint.clone()),
            Self::Rollover(refusal) => refusal.hint(),
            Self::NotTaken { cause, .. } => match cause {
                NotTaken::Reload(error) => error.hint(),
                NotTaken::Handshake(error) => error.hint(),
                NotTaken::Refused(_) => Some(
                    "change the certificate in the manifest, or leave the target out there"
                        .to_owned(),
                ),
            },
            Self::Reload { cause, .. } => cause.hint(),
            Self::EndsWithIssuer { .. } => Some("renew the CA first".to_owned()),
            Self::NotRenewable { .. } => {
                Some("renew it with a new key, or issue it anew".to_owned())
            }
            Self::WhichCa(_) => Some(
                "say which: --ca NAME, --issuer NAME for 'ca intermediate', NAME for 'ca show' and 'trust'"
                    .to_owned(),
            ),
            Self::KnownAs { name } => Some(format!(
                "use {name}: importing again under its name brings what is new"
            )),
            Self::NoCa => Some(
                "make one with 'certmint ca init --cn NAME', or name another PKI with --pki DIR"
                    .to_owned(),
            ),
            Self::Unfinished(_) => Some(
                "put right what is said above; the next command that writes to this PKI finishes it"
                    .to_owned(),
            ),
            Self::OtherCertificate { .. } => Some("choose another name, or renew it".to_owned()),
            Self::NothingToRevoke { hint, .. } => hint.clone(),
            Self::SerialOfSeveral { .. } => Some("say whose: --ca NAME".to_owned()),
            Self::RootNotRevocable { .. } => Some(
                "take it out of every trust store that has it, and make another".to_owned(),
            ),
            Self::NoListWithoutName => {
                Some("give the CA a name here with 'certmint ca import'".to_owned())
            }
            Self::NoSuchCa { known, .. } if known.is_empty() => {
                Some("make one with 'certmint ca init'".to_owned())
            }
            _ => None,
        }
    }
}
