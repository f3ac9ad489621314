//! What is to be judged, from which material, under which rules.

use time::OffsetDateTime;

use super::host::Host;
use super::purpose::Purpose;

/// A certificate to judge and the material to judge it with. All in DER; order does not matter.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The certificate to judge.
    pub target: &'a [u8],
    /// Certificates that a path may use, trusted by nobody.
    pub pool: &'a [&'a [u8]],
    /// Certificates that are trusted as they are (RFC 5280 §6.1.1 (d)).
    pub anchors: &'a [&'a [u8]],
    /// Certificate revocation lists, complete and delta.
    pub crls: &'a [&'a [u8]],
    /// The rules.
    pub options: Options,
}

/// The rules of a judgement.
#[derive(Debug, Clone)]
pub struct Options {
    /// The moment to judge for.
    pub now: OffsetDateTime,
    /// What the target is to be used for.
    pub purpose: Purpose,
    /// The name under which the target's owner is addressed, if that is to be compared.
    pub host: Option<Host>,
    /// What the CRLs must say.
    pub revocation: RevocationMode,
    /// Certificate policies (RFC 5280 §6.1.1 (c), (e), (f), (g)).
    pub policies: PolicyInputs,
    /// Whether SHA-1 signatures and RSA keys below 2048 bits fail.
    pub weak_algorithms: WeakAlgorithms,
}

impl Options {
    /// The default rules: any purpose, no host, CRLs as far as they are given, any policy, weak
    /// algorithms refused.
    #[must_use]
    pub fn at(now: OffsetDateTime) -> Self {
        Self {
            now,
            purpose: Purpose::Any,
            host: None,
            revocation: RevocationMode::WhereGiven,
            policies: PolicyInputs::default(),
            weak_algorithms: WeakAlgorithms::Refused,
        }
    }
}

/// How far revocation is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RevocationMode {
    /// Not at all.
    Off,
    /// A certificate whose issuer's CRL is in the request is judged by it; for the others a note
    /// says that nothing is known. Without any CRL nothing is said.
    #[default]
    WhereGiven,
    /// The status of every certificate below the trust anchor must be known and good
    /// (RFC 5280 §6.1.3 (a) (3)).
    Required,
}

/// What is made of algorithms that clients of today refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WeakAlgorithms {
    /// A failure.
    #[default]
    Refused,
    /// A note.
    Noted,
}

/// The policy inputs of RFC 5280 §6.1.1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyInputs {
    /// (c) user-initial-policy-set as dotted OIDs; empty means any-policy.
    pub initial_policies: Vec<String>,
    /// (e) initial-policy-mapping-inhibit.
    pub inhibit_policy_mapping: bool,
    /// (f) initial-explicit-policy.
    pub require_explicit_policy: bool,
    /// (g) initial-any-policy-inhibit.
    pub inhibit_any_policy: bool,
}
