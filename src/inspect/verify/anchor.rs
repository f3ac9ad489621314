//! How a trust anchor's own certificate is judged, and what strict clients ask of every certificate.
//!
//! RFC 5280 §6.1.1 (d) takes a name and a key from an anchor and looks at nothing else. TLS clients
//! (OpenSSL, NSS, Go, Python) look at the anchor's dates, basicConstraints and keyUsage too; an
//! anchor that they refuse is of no use, so this judges it as they do.

use super::certificate::{KeyUsageBits, PathCertificate};
use super::finding::{Check, Finding, Role};

const STRICT_RULE: &str =
    "RFC 5280 §4.2.1, as openssl verify -x509_strict and Python 3.13 apply it";

/// What TLS clients refuse an anchor for, beyond its dates and its key.
pub(super) fn judge_anchor(anchor: &PathCertificate<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if anchor.version < 3 {
        findings.push(Finding::note(
            Check::StrictClients,
            "RFC 5280 §4.1.2.1",
            format!("a version {} certificate as trust anchor: it cannot say that it is a CA", anchor.version),
            "make a version 3 root (certmint ca init) and distribute it before clients refuse this one",
        ));
        return findings;
    }
    match anchor.basic_constraints {
        Some(constraints) if constraints.is_ca => {}
        Some(_) => findings.push(Finding::failure(
            Check::NotCa,
            "RFC 5280 §4.2.1.9, as TLS clients apply it to trust anchors",
            "the trust anchor says that it is no CA (basicConstraints CA:FALSE)",
            "give the root certificate, not one that it issued",
        )),
        None => findings.push(Finding::failure(
            Check::NotCa,
            "RFC 5280 §4.2.1.9, as TLS clients apply it to trust anchors",
            "the trust anchor does not say that it is a CA (no basicConstraints)",
            "make the root again with basicConstraints CA:TRUE (certmint ca init)",
        )),
    }
    if anchor
        .key_usage
        .is_some_and(|usage| !usage.intersects(KeyUsageBits::KEY_CERT_SIGN))
    {
        findings.push(Finding::failure(
            Check::KeyUsage,
            "RFC 5280 §4.2.1.3, as TLS clients apply it to trust anchors",
            "the trust anchor's keyUsage lacks keyCertSign",
            "make the root again with keyUsage keyCertSign and cRLSign (certmint ca init)",
        ));
    }
    findings
}

/// What passes RFC 5280 §6 but not the strict clients: one note for each thing.
pub(super) fn strict_notes(certificate: &PathCertificate<'_>, role: Role) -> Vec<Finding> {
    let mut notes = Vec::new();
    if certificate.version < 3 {
        return notes;
    }
    let mut note = |what: &str, remedy: &str| {
        notes.push(Finding::note(
            Check::StrictClients,
            STRICT_RULE,
            what,
            remedy,
        ));
    };
    let remake = match role {
        Role::Leaf => "issue it again with certmint",
        Role::Intermediate => "issue it again with certmint ca intermediate",
        Role::TrustAnchor => "make it again with certmint ca init",
    };
    if certificate.is_ca() {
        if certificate.key_usage.is_none() {
            note(
                "a CA without keyUsage: Python 3.13 and openssl -x509_strict refuse it",
                remake,
            );
        }
        if certificate
            .basic_constraints
            .is_some_and(|constraints| !constraints.is_critical)
        {
            note(
                "basicConstraints is not critical: Python 3.13 and openssl -x509_strict refuse it",
                remake,
            );
        }
        if certificate.subject_key_id.is_none() {
            note(
                "a CA without subjectKeyIdentifier: Python 3.13 and openssl -x509_strict refuse it",
                remake,
            );
        }
    }
    if !certificate.is_self_issued() && certificate.authority_key_id.is_none() {
        note(
            "no authorityKeyIdentifier: Python 3.13 and openssl -x509_strict refuse it",
            remake,
        );
    }
    if certificate.subject.is_empty() && certificate.alternative_names.is_none() {
        note(
            "neither subject nor subjectAltName: it names nobody",
            remake,
        );
    }
    notes
}
