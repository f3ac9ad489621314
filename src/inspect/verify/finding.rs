//! The answer: a path, and what was found on each certificate of it.

use time::OffsetDateTime;

/// The outcome of [`super::verify`].
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The accepted path, or the one that got furthest: the target first, the trust anchor (if it
    /// was reached) last.
    pub path: Vec<LinkReport>,
    /// What concerns no certificate of the path: unreadable certificates in the pool, a search that
    /// was cut short.
    pub remarks: Vec<Finding>,
    /// The policies that the path is good for (RFC 5280 §6.1.6), as dotted OIDs; `2.5.29.32.0` is
    /// any policy.
    pub policies: Vec<String>,
}

impl Verdict {
    /// Whether the path reached a trust anchor and nothing on it failed.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.failures().next().is_none()
    }

    /// What failed, with the certificate that it failed on; remarks have none.
    pub fn failures(&self) -> impl Iterator<Item = (Option<&LinkReport>, &Finding)> {
        let on_path = self.path.iter().flat_map(|link| {
            link.findings
                .iter()
                .map(move |finding| (Some(link), finding))
        });
        let elsewhere = self.remarks.iter().map(|finding| (None, finding));
        on_path
            .chain(elsewhere)
            .filter(|(_, finding)| finding.severity == Severity::Failure)
    }
}

/// One certificate of a path.
#[derive(Debug, Clone)]
pub struct LinkReport {
    /// Its place in the path.
    pub role: Role,
    /// Its subject in RFC 4514 form, made safe for a terminal.
    pub subject: String,
    /// Its issuer in RFC 4514 form, made safe for a terminal.
    pub issuer: String,
    /// Its serial number in upper-case hexadecimal.
    pub serial: String,
    /// Start of its validity.
    pub not_before: OffsetDateTime,
    /// End of its validity.
    pub not_after: OffsetDateTime,
    /// The certificate itself.
    pub der: Vec<u8>,
    /// What was found, failures and notes.
    pub findings: Vec<Finding>,
}

impl LinkReport {
    /// What failed on this certificate.
    pub fn failures(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.severity == Severity::Failure)
    }
}

/// The place of a certificate in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The certificate that is judged, whatever kind it is.
    Leaf,
    /// Between the target and the trust anchor.
    Intermediate,
    /// Trusted as it is.
    TrustAnchor,
}

impl std::fmt::Display for Role {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Role::Leaf => "leaf",
            Role::Intermediate => "intermediate",
            Role::TrustAnchor => "trust anchor",
        })
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The path is not accepted.
    Failure,
    /// The path stands; some clients are stricter, or something could not be looked at.
    Note,
}

/// One thing that was found, with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Which check found it.
    pub check: Check,
    /// What is so, in a short sentence without a full stop.
    pub what: String,
    /// Where the rule stands, such as `RFC 5280 §6.1.3 (a)(2)`.
    pub rule: &'static str,
    /// What to do about it.
    pub remedy: String,
}

impl Finding {
    pub(super) fn failure(
        check: Check,
        rule: &'static str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Failure,
            check,
            what: what.into(),
            rule,
            remedy: remedy.into(),
        }
    }

    pub(super) fn note(
        check: Check,
        rule: &'static str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Note,
            check,
            what: what.into(),
            rule,
            remedy: remedy.into(),
        }
    }
}

/// Which check a finding comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Check {
    /// The certificate's own encoding.
    Encoding,
    /// The signature was made by another key, or over something else.
    Signature,
    /// The signature is of an algorithm that cannot be checked here.
    SignatureUnsupported,
    /// SHA-1, short RSA keys.
    WeakAlgorithm,
    /// Validity period not begun.
    NotYetValid,
    /// Validity period over.
    Expired,
    /// The issuer's certificate was not given.
    IssuerMissing,
    /// A self-signed certificate that is no trust anchor.
    Untrusted,
    /// More certificates than are looked at, or than work is spent on.
    Limit,
    /// cA in basic constraints, or a version without extensions.
    NotCa,
    /// pathLenConstraint.
    PathLength,
    /// keyUsage.
    KeyUsage,
    /// nameConstraints.
    NameConstraints,
    /// A critical extension that is not understood.
    CriticalExtension,
    /// Certificate policies.
    Policy,
    /// extendedKeyUsage.
    Purpose,
    /// The name of the host.
    HostName,
    /// On a CRL.
    Revoked,
    /// No CRL tells.
    RevocationUnknown,
    /// authorityKeyIdentifier and subjectKeyIdentifier disagree.
    KeyIdentifier,
    /// What strict clients ask beyond path validation.
    StrictClients,
}

impl Check {
    /// The check's name in machine-readable output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Check::Encoding => "encoding",
            Check::Signature => "signature",
            Check::SignatureUnsupported => "signature-unsupported",
            Check::WeakAlgorithm => "weak-algorithm",
            Check::NotYetValid => "not-yet-valid",
            Check::Expired => "expired",
            Check::IssuerMissing => "issuer-missing",
            Check::Untrusted => "untrusted",
            Check::Limit => "limit",
            Check::NotCa => "not-ca",
            Check::PathLength => "path-length",
            Check::KeyUsage => "key-usage",
            Check::NameConstraints => "name-constraints",
            Check::CriticalExtension => "critical-extension",
            Check::Policy => "policy",
            Check::Purpose => "purpose",
            Check::HostName => "host-name",
            Check::Revoked => "revoked",
            Check::RevocationUnknown => "revocation-unknown",
            Check::KeyIdentifier => "key-identifier",
            Check::StrictClients => "strict-clients",
        }
    }
}
