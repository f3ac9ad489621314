//! Certificate Manager and the Application Load Balancer of Amazon Web Services.

use crate::{
    acceptance::{
        Case, Use,
        checks::{authority, chain, key, life, names, replacing, structure},
        finding::Trouble,
        rule::{Rule, Source},
    },
    key::KeyAlgorithm,
};

const PREREQUISITES: Source = Source::Page {
    title: "AWS Certificate Manager: Prerequisites for importing certificates",
    address: "docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html",
};
const PROBLEMS: Source = Source::Page {
    title: "AWS Certificate Manager: Certificate import problems",
    address: "docs.aws.amazon.com/acm/latest/userguide/troubleshoot-import.html",
};
const AGAIN: Source = Source::Page {
    title: "AWS Certificate Manager: Reimport a certificate",
    address: "docs.aws.amazon.com/acm/latest/userguide/import-reimport.html",
};
const MUTUAL: Source = Source::Page {
    title: "Application Load Balancer: Mutual authentication with TLS",
    address: "docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
};

/// The largest private key that is taken.
const LARGEST_KEY: usize = 5120;

/// Import into Certificate Manager.
pub(in crate::acceptance) const ACM: &[Rule] = &[
    Rule::refuses(
        "aws-acm-key-kind",
        PREREQUISITES,
        "the key is RSA of 1024, 2048, 3072 or 4096 bits, or on P-256, P-384 or P-521",
        |case| (!is_acm_kind(case.algorithm())).then(|| key::another_kind(case.algorithm())),
    ),
    Rule::refuses(
        "aws-acm-version",
        PREREQUISITES,
        "the certificate is of X.509 version 3",
        structure::leaf_not_version_3,
    ),
    Rule::refuses(
        "aws-acm-no-name",
        PREREQUISITES,
        "the certificate has the host name or address of the site",
        names::nothing_to_call_it_by,
    ),
    Rule::refuses(
        "aws-acm-expired",
        PREREQUISITES,
        "the certificate has not ended when it is imported",
        life::expired,
    ),
    Rule::refuses(
        "aws-acm-not-yet-valid",
        PREREQUISITES,
        "the certificate's time has begun when it is imported",
        life::not_yet_valid,
    ),
    Rule::refuses(
        "aws-acm-encrypted-key",
        PREREQUISITES,
        "the private key is not encrypted",
        key::encrypted,
    ),
    Rule::refuses(
        "aws-acm-key-file-size",
        PREREQUISITES,
        "the private key has 5,120 octets or less",
        |case| key::larger_than(case, LARGEST_KEY),
    ),
    Rule::refuses(
        "aws-acm-ca-kind",
        PREREQUISITES,
        "the key is of the same algorithm as that of the CA",
        authority::of_another_algorithm,
    ),
    Rule::refuses(
        "aws-acm-pem",
        PROBLEMS,
        "the certificates are PEM",
        chain::not_pem,
    ),
    Rule::refuses(
        "aws-acm-key-pem",
        PROBLEMS,
        "the private key is PEM",
        key::not_pem,
    ),
    Rule::refuses(
        "aws-acm-key-mismatch",
        PREREQUISITES,
        "the private key is the certificate's",
        key::does_not_fit,
    ),
    Rule::refuses(
        "aws-acm-chain",
        PROBLEMS,
        "each certificate of the chain directly certifies the one before it",
        chain::out_of_order,
    ),
    Rule::refuses(
        "aws-acm-reimport-key",
        AGAIN,
        "under the same ARN, the key stays of the same kind and size (--replaces)",
        replacing::another_key_kind,
    ),
    Rule::refuses(
        "aws-acm-reimport-key-usage",
        AGAIN,
        "under the same ARN, no value of keyUsage goes away, but keyEncipherment with ECDSA (--replaces)",
        replacing::key_usage_gone,
    ),
    Rule::refuses(
        "aws-acm-reimport-purpose",
        AGAIN,
        "under the same ARN, no value of extendedKeyUsage goes away, but clientAuth (--replaces)",
        replacing::purpose_gone,
    ),
    Rule::refuses(
        "aws-acm-reimport-added",
        PREREQUISITES,
        "under the same ARN, keyUsage and extendedKeyUsage do not appear where they were not (--replaces)",
        replacing::usage_added,
    ),
    Rule::refuses(
        "aws-acm-reimport-names",
        AGAIN,
        "under the same ARN, not all names go away (--replaces)",
        replacing::names_gone,
    ),
];

/// A trust store for mutual TLS: the CAs of clients, and the certificates that clients show.
pub(in crate::acceptance) const TRUST_STORE: &[Rule] = &[
    Rule::refuses(
        "aws-alb-trust-store-version",
        MUTUAL,
        "clients and CAs have certificates of X.509 version 3",
        structure::not_version_3,
    ),
    Rule::refuses(
        "aws-alb-trust-store-ca-only",
        MUTUAL,
        "the bundle of CAs holds certificates of CAs alone",
        authority::leaf_among_them,
    ),
    Rule::refuses(
        "aws-alb-trust-store-ca-key",
        MUTUAL,
        "the keys of the CAs are RSA of 2048 to 8192 bits, or on P-256, P-384 or P-521",
        |case| authority::key_kind(case, is_trust_store_kind),
    ),
    Rule::refuses(
        "aws-alb-trust-store-client-key",
        MUTUAL,
        "the keys of clients are RSA of 2048 to 8192 bits, or on P-256, P-384 or P-521",
        client_key,
    ),
    Rule::refuses(
        "aws-alb-trust-store-sha1",
        MUTUAL,
        "certificates are signed over SHA-256, SHA-384 or SHA-512",
        chain::sha1,
    ),
    Rule::refuses(
        "aws-alb-trust-store-pem",
        MUTUAL,
        "the bundle of CAs is PEM",
        chain::not_pem,
    ),
];

/// What Certificate Manager imports.
pub(in crate::acceptance) fn is_acm_kind(algorithm: &KeyAlgorithm) -> bool {
    match algorithm {
        KeyAlgorithm::Rsa { bits } => [1024, 2048, 3072, 4096].contains(bits),
        KeyAlgorithm::Ec(_) => true,
        KeyAlgorithm::Ed25519 | KeyAlgorithm::Other { .. } => false,
    }
}

/// What a trust store takes.
pub(in crate::acceptance) fn is_trust_store_kind(algorithm: &KeyAlgorithm) -> bool {
    match algorithm {
        KeyAlgorithm::Rsa { bits } => (2048..=8192).contains(bits),
        KeyAlgorithm::Ec(_) => true,
        KeyAlgorithm::Ed25519 | KeyAlgorithm::Other { .. } => false,
    }
}

fn client_key(case: &Case<'_>) -> Option<Trouble> {
    let is_wrong = case.purpose != Use::Authority && !is_trust_store_kind(case.algorithm());
    is_wrong.then(|| key::another_kind(case.algorithm()))
}
