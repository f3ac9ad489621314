//! What a plan does, one step at a time.

use super::reason::Reason;
use crate::{
    authority::KeyChoice,
    manifest::{DesiredAuthority, DesiredCertificate, Export},
    store::{AuthorityId, AuthoritySettings, CertificateFile, RecordId, StoreName},
    x509::RevocationReason,
};

/// One thing to be done, with all that is needed to do it, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The CA or certificate that it is about.
    pub name: StoreName,
    /// What is done.
    pub deed: StepDeed,
    /// Why, at least one.
    pub reasons: Vec<Reason>,
}

/// What is done in a step. The CAs that a step needs have their own steps before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepDeed {
    /// A CA is made: its key, its certificate, its settings.
    MakeAuthority(Box<DesiredAuthority>),
    /// A CA gets a new certificate for its name and key; its settings stay.
    RenewAuthority {
        /// What it is to be.
        authority: Box<DesiredAuthority>,
        /// What it is now.
        id: AuthorityId,
    },
    /// What a CA writes into certificates, and the life of its lists, is set.
    Configure {
        /// The CA.
        id: AuthorityId,
        /// What it is set to.
        settings: AuthoritySettings,
    },
    /// The first certificate of a name is made.
    Issue(Box<DesiredCertificate>),
    /// The next generation of a certificate is made, because something about it changed.
    Reissue(Box<Replacement>),
    /// The next generation of a certificate is made, because it is time.
    Renew(Box<Replacement>),
    /// The servers of a certificate are made to take it, which they have not yet.
    Activate {
        /// The certificate, which is published.
        id: RecordId,
        /// What it is by the manifest.
        certificate: Box<DesiredCertificate>,
    },
    /// A certificate is revoked.
    Revoke {
        /// The certificate.
        id: RecordId,
        /// Why, as its CRL says it.
        reason: RevocationReason,
    },
    /// A CA's revocation list is made.
    PublishList {
        /// How long it is good for; what the CA is set to where nothing is said.
        days: Option<u32>,
    },
    /// A CA's certificate is written where it is missing or differs.
    RestoreAuthority {
        /// The CA.
        id: AuthorityId,
    },
    /// Files of a certificate are written from the inventory where they are missing or differ.
    Restore {
        /// The certificate.
        id: RecordId,
        /// Its files.
        files: Vec<CertificateFile>,
    },
    /// A file in a foreign format is written, over an older one of the same certificate.
    Export(Export),
}

/// A certificate that takes the place of another. It ends no later than the CAs above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// What it is to be.
    pub certificate: DesiredCertificate,
    /// The one that is there.
    pub replaces: RecordId,
    /// Whether its key is kept.
    pub key: KeyChoice,
}

impl StepDeed {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::MakeAuthority(_) => "make",
            Self::RenewAuthority { .. } => "renew",
            Self::Configure { .. } => "configure",
            Self::Issue(_) => "issue",
            Self::Reissue(_) => "reissue",
            Self::Renew(_) => "renew",
            Self::Activate { .. } => "activate",
            Self::Revoke { .. } => "revoke",
            Self::PublishList { .. } => "publish_list",
            Self::RestoreAuthority { .. } | Self::Restore { .. } => "restore",
            Self::Export(_) => "export",
        }
    }

    /// Whether it is about a CA, not about a certificate.
    pub fn concerns_authority(&self) -> bool {
        match self {
            Self::MakeAuthority(_)
            | Self::RenewAuthority { .. }
            | Self::Configure { .. }
            | Self::PublishList { .. }
            | Self::RestoreAuthority { .. } => true,
            Self::Issue(_)
            | Self::Reissue(_)
            | Self::Renew(_)
            | Self::Activate { .. }
            | Self::Revoke { .. }
            | Self::Restore { .. }
            | Self::Export(_) => false,
        }
    }

    /// The CA that has to sign for it.
    pub fn signer<'step>(&'step self, name: &'step StoreName) -> Option<&'step StoreName> {
        match self {
            Self::MakeAuthority(authority) | Self::RenewAuthority { authority, .. } => {
                Some(authority.issuer.as_ref().unwrap_or(name))
            }
            Self::Issue(certificate) => Some(&certificate.authority),
            Self::Reissue(replacement) | Self::Renew(replacement) => {
                Some(&replacement.certificate.authority)
            }
            Self::PublishList { .. } => Some(name),
            Self::Configure { .. }
            | Self::Activate { .. }
            | Self::Revoke { .. }
            | Self::RestoreAuthority { .. }
            | Self::Restore { .. }
            | Self::Export(_) => None,
        }
    }
}
