//! What somebody wants to have certified.

use crate::{
    profile::Profile,
    x509::{Extension, Name, ProvenKey, SanSet, Validity},
};

/// An unvetted order for a certificate. Every door (issue, sign, init, later renew and apply) makes
/// one of these, and all go the same way from here.
#[derive(Clone, Debug)]
pub struct Application {
    /// What it is to be.
    pub profile: Profile,
    /// The key, whose holder has shown to have it.
    pub key: ProvenKey,
    /// The subject, its own bytes.
    pub subject: Name,
    /// The names besides the subject.
    pub alternative_names: AlternativeNames,
    /// From when until when.
    pub validity: Validity,
    /// Whether a server may outlive what Apple's systems accept.
    pub long_life: LongLife,
    /// The extensions that the requester's own request asks for.
    pub requested: Vec<Extension>,
    /// The extensions that the operator of the CA wants in, besides the profile's own.
    pub operator: Vec<OperatorExtension>,
}

/// Where the subject alternative names come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlternativeNames {
    /// The request's own, if it has some.
    AsRequested,
    /// These, whatever the request says.
    Given(SanSet),
}

/// What to do with a server's life of over 825 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LongLife {
    /// Refuse it.
    Refuse,
    /// The operator said that it is wanted.
    Allow,
}

/// An extension that the operator wrote into a configuration section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorExtension {
    /// The extension.
    pub extension: Extension,
    /// Where it is written: file and line.
    pub location: String,
}
