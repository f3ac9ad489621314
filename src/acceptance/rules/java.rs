//! Java: its own TLS and certification path validation.

use crate::acceptance::{
    checks::{
        authority, key, life,
        names::{self, Fallback},
        usage,
    },
    rule::{Rule, Source},
};

const fn java(says: &'static str) -> Source {
    Source::Program {
        name: "OpenJDK 17",
        says,
    }
}

/// Java as a client, with a trust store of its own.
pub(in crate::acceptance) const RULES: &[Rule] = &[
    Rule::refuses(
        "java-host-name",
        java("No subject alternative DNS name matching … found"),
        "the names that clients connect to are subject alternative names, or without any the common name",
        |case| names::another_host_nor_common_name(case, Fallback::Java),
    ),
    Rule::refuses(
        "java-purpose",
        java("Extended key usage does not permit use for TLS server authentication"),
        "where there is an extendedKeyUsage, a server's has serverAuth",
        usage::wrong_purpose,
    ),
    Rule::refuses(
        "java-key-usage",
        java("KeyUsage does not allow digital signatures"),
        "where there is keyUsage, it has digitalSignature",
        usage::no_digital_signature,
    ),
    Rule::refuses(
        "java-expired",
        java("CertificateExpiredException: NotAfter"),
        "the certificate has not ended",
        life::expired,
    ),
    Rule::refuses(
        "java-ca",
        java("TrustAnchor with subject … is not a CA certificate"),
        "a CA says CA:TRUE in basicConstraints",
        authority::denies_it,
    ),
    Rule::refuses(
        "java-key-size",
        Source::Page {
            title: "java.security: jdk.certpath.disabledAlgorithms",
            address: "docs.oracle.com/en/java/javase/17/security/java-secure-socket-extension-jsse-reference-guide.html",
        },
        "RSA keys have 1024 bits or more",
        |case| key::rsa_below(case, 1024),
    ),
];
