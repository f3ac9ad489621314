//! What a certificate is used for, and whether its extensions allow that.
//!
//! RFC 5280 §4.2.1.12 lets extendedKeyUsage restrict the certificate that carries it; TLS clients
//! (OpenSSL, NSS, rustls, Go, Windows) let that of a CA restrict what is below it too, and do not
//! take anyExtendedKeyUsage for a TLS purpose. So does this.

use super::certificate::{KeyUsageBits, PathCertificate};
use super::finding::{Check, Finding};

/// What the target is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// Nothing in particular: extendedKeyUsage is not looked at.
    #[default]
    Any,
    /// A TLS server.
    Server,
    /// A TLS client.
    Client,
    /// Signing or receiving e-mail.
    Email,
    /// Signing programs.
    CodeSigning,
    /// Signing time stamps.
    TimeStamping,
    /// Signing OCSP responses.
    OcspSigning,
}

/// A word that names no purpose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown purpose {0:?}: expected any, server, client, email, code-signing, time-stamping or ocsp-signing"
)]
pub struct UnknownPurpose(String);

impl std::str::FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "any" => Purpose::Any,
            "server" => Purpose::Server,
            "client" => Purpose::Client,
            "email" => Purpose::Email,
            "code-signing" => Purpose::CodeSigning,
            "time-stamping" => Purpose::TimeStamping,
            "ocsp-signing" => Purpose::OcspSigning,
            other => return Err(UnknownPurpose(other.to_owned())),
        })
    }
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Purpose::Any => "any",
            Purpose::Server => "server",
            Purpose::Client => "client",
            Purpose::Email => "email",
            Purpose::CodeSigning => "code-signing",
            Purpose::TimeStamping => "time-stamping",
            Purpose::OcspSigning => "ocsp-signing",
        })
    }
}

const KEY_USAGE_RULE: &str = "RFC 5280 §4.2.1.12";

impl Purpose {
    /// The key purpose that a certificate needs (RFC 5280 §4.2.1.12): its OID and its name.
    fn needed(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Purpose::Any => return None,
            Purpose::Server => ("1.3.6.1.5.5.7.3.1", "serverAuth"),
            Purpose::Client => ("1.3.6.1.5.5.7.3.2", "clientAuth"),
            Purpose::CodeSigning => ("1.3.6.1.5.5.7.3.3", "codeSigning"),
            Purpose::Email => ("1.3.6.1.5.5.7.3.4", "emailProtection"),
            Purpose::TimeStamping => ("1.3.6.1.5.5.7.3.8", "timeStamping"),
            Purpose::OcspSigning => ("1.3.6.1.5.5.7.3.9", "OCSPSigning"),
        })
    }

    /// Whether a certificate without extendedKeyUsage serves; RFC 6960 §4.2.2.2 and RFC 3161 §2.3
    /// ask for the purpose by name, and so do verifiers of signed programs.
    fn must_be_named(self) -> bool {
        matches!(
            self,
            Purpose::CodeSigning | Purpose::TimeStamping | Purpose::OcspSigning
        )
    }

    /// The key usages of which the leaf needs one (RFC 5280 §4.2.1.12, last page).
    fn key_usages(self) -> Option<(KeyUsageBits, &'static str)> {
        use KeyUsageBits as Bits;
        Some(match self {
            Purpose::Any => return None,
            Purpose::Server => (
                Bits::DIGITAL_SIGNATURE | Bits::KEY_ENCIPHERMENT | Bits::KEY_AGREEMENT,
                "digitalSignature, keyEncipherment or keyAgreement",
            ),
            Purpose::Client => (
                Bits::DIGITAL_SIGNATURE | Bits::KEY_AGREEMENT,
                "digitalSignature or keyAgreement",
            ),
            Purpose::Email => (
                Bits::DIGITAL_SIGNATURE
                    | Bits::CONTENT_COMMITMENT
                    | Bits::KEY_ENCIPHERMENT
                    | Bits::KEY_AGREEMENT,
                "digitalSignature, contentCommitment, keyEncipherment or keyAgreement",
            ),
            Purpose::CodeSigning => (Bits::DIGITAL_SIGNATURE, "digitalSignature"),
            Purpose::TimeStamping | Purpose::OcspSigning => (
                Bits::DIGITAL_SIGNATURE | Bits::CONTENT_COMMITMENT,
                "digitalSignature or contentCommitment",
            ),
        })
    }

    /// What keeps the leaf from serving this purpose.
    pub(super) fn judge_leaf(self, leaf: &PathCertificate<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some((oid, name)) = self.needed() else {
            return findings;
        };
        if matches!(self, Purpose::Server | Purpose::Client) {
            let unlike_leaf = if leaf.is_ca() {
                Some(
                    "it is a CA's certificate, which rustls takes for no server or client"
                        .to_owned(),
                )
            } else if leaf.version < 3 {
                Some(format!(
                    "it is a version {} certificate, which rustls refuses",
                    leaf.version
                ))
            } else {
                None
            };
            findings.extend(unlike_leaf.map(|what| {
                Finding::note(
                    Check::StrictClients,
                    "RFC 5280 §4.1.2.1, §4.2.1.9",
                    what,
                    "issue a certificate for the server or client itself (certmint issue)",
                )
            }));
        }
        match &leaf.extended_key_usage {
            Some(purposes) if purposes.iter().any(|purpose| purpose == oid) => {}
            Some(purposes) => findings.push(Finding::failure(
                Check::Purpose,
                KEY_USAGE_RULE,
                format!(
                    "extendedKeyUsage is {} and lacks {name}",
                    purposes_text(purposes)
                ),
                format!("issue a certificate for the purpose {self}, or verify it for another one"),
            )),
            None if self.must_be_named() => findings.push(Finding::failure(
                Check::Purpose,
                KEY_USAGE_RULE,
                format!("no extendedKeyUsage, and {self} needs {name} by name"),
                format!("issue a certificate with extendedKeyUsage {name}"),
            )),
            None => {}
        }
        if let (Some((needed, names)), Some(usage)) = (self.key_usages(), leaf.key_usage)
            && !usage.intersects(needed)
        {
            findings.push(Finding::failure(
                Check::KeyUsage,
                "RFC 5280 §4.2.1.3",
                format!("keyUsage has none of {names}"),
                format!("issue a certificate whose keyUsage serves the purpose {self}"),
            ));
        }
        findings
    }

    /// What keeps a CA on the path from standing above a certificate of this purpose.
    pub(super) fn judge_ca(self, ca: &PathCertificate<'_>) -> Option<Finding> {
        let (oid, name) = self.needed()?;
        let purposes = ca.extended_key_usage.as_ref()?;
        if purposes.iter().any(|purpose| purpose == oid) {
            return None;
        }
        Some(Finding::failure(
            Check::Purpose,
            "RFC 5280 §4.2.1.12, as TLS clients apply it to CAs",
            format!(
                "this CA's extendedKeyUsage is {} and so allows no {name} below it",
                purposes_text(purposes)
            ),
            format!("use a CA without extendedKeyUsage, or one with {name} in it"),
        ))
    }
}

fn purposes_text(purposes: &[String]) -> String {
    if purposes.is_empty() {
        return "empty".to_owned();
    }
    let names: Vec<&str> = purposes
        .iter()
        .map(|oid| match oid.as_str() {
            "1.3.6.1.5.5.7.3.1" => "serverAuth",
            "1.3.6.1.5.5.7.3.2" => "clientAuth",
            "1.3.6.1.5.5.7.3.3" => "codeSigning",
            "1.3.6.1.5.5.7.3.4" => "emailProtection",
            "1.3.6.1.5.5.7.3.8" => "timeStamping",
            "1.3.6.1.5.5.7.3.9" => "OCSPSigning",
            "2.5.29.37.0" => "anyExtendedKeyUsage",
            other => other,
        })
        .collect();
    names.join(", ")
}
