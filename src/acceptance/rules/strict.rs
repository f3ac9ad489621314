//! X509_V_FLAG_X509_STRICT of OpenSSL, which Python sets by itself since 3.13.

use crate::acceptance::{
    checks::{
        authority, chain, key, life,
        names::{self, Fallback},
        structure, usage,
    },
    rule::{
        Rule,
        Source::{Page, Program},
    },
};

/// The list of strict checks, once for each program that makes them.
macro_rules! strict {
    ($prefix:literal, $source:expr) => {
        &[
            Rule::refuses(
                concat!($prefix, "-ca-key-usage"),
                $source,
                "a CA has keyUsage (error 92)",
                authority::without_key_usage,
            ),
            Rule::refuses(
                concat!($prefix, "-basic-constraints"),
                $source,
                "a CA's basicConstraints are critical (error 89)",
                authority::constraints_not_critical,
            ),
            Rule::refuses(
                concat!($prefix, "-authority-key-identifier"),
                $source,
                "every certificate but a root's has an authorityKeyIdentifier (error 85)",
                structure::no_authority_identifier,
            ),
            Rule::refuses(
                concat!($prefix, "-subject-key-identifier"),
                $source,
                "a CA has a subjectKeyIdentifier (error 86)",
                authority::without_identifier,
            ),
            Rule::refuses(
                concat!($prefix, "-key-identifier-critical"),
                $source,
                "key identifiers are not critical (errors 83, 84)",
                structure::identifier_critical,
            ),
            Rule::refuses(
                concat!($prefix, "-key-cert-sign"),
                $source,
                "keyCertSign stands beside CA:TRUE only (error 81)",
                authority::signs_without_being_one,
            ),
            Rule::refuses(
                concat!($prefix, "-issuer"),
                $source,
                "the issuer is not empty (error 76)",
                structure::no_issuer,
            ),
            Rule::refuses(
                concat!($prefix, "-subject"),
                $source,
                "without a subject, the subject alternative name is critical (error 78)",
                structure::names_not_critical,
            ),
            Rule::refuses(
                concat!($prefix, "-extensions"),
                $source,
                "a certificate with extensions is of version 3 (error 93)",
                structure::extensions_before_version_3,
            ),
        ]
    };
}

const OPENSSL_PAGE: crate::acceptance::Source = Page {
    title: "openssl-verification-options: -x509_strict",
    address: "docs.openssl.org/3.0/man1/openssl-verification-options/",
};
const PYTHON_PAGE: crate::acceptance::Source = Page {
    title: "ssl: VERIFY_X509_STRICT, set by create_default_context() since Python 3.13",
    address: "docs.python.org/3/library/ssl.html#ssl.create_default_context",
};

/// `openssl verify -x509_strict`.
pub(in crate::acceptance) const OPENSSL: &[Rule] = strict!("openssl", OPENSSL_PAGE);

/// Python 3.13 and later: `ssl.create_default_context()`, urllib, requests, httpx.
pub(in crate::acceptance) const PYTHON: &[Rule] = strict!("python", PYTHON_PAGE);

/// Every program that takes OpenSSL's default security level 2, as Debian's do.
pub(in crate::acceptance) const LEVEL_2: &[Rule] = &[
    Rule::refuses(
        "openssl-key-size",
        Page {
            title: "SSL_CTX_set_security_level: level 2",
            address: "docs.openssl.org/3.0/man3/SSL_CTX_get_security_level/",
        },
        "RSA keys have 112 bits of security, those of the CAs too: 2048 bits (by OpenSSL's rounding 1963)",
        |case| key::rsa_below(case, key::LEVEL_2_BITS),
    ),
    Rule::refuses(
        "openssl-sha1",
        Page {
            title: "SSL_CTX_set_security_level: level 2",
            address: "docs.openssl.org/3.0/man3/SSL_CTX_get_security_level/",
        },
        "no certificate below the root is signed over SHA-1",
        chain::sha1,
    ),
    Rule::refuses(
        "openssl-expired",
        Program {
            name: "OpenSSL 3.0",
            says: "error 10: certificate has expired",
        },
        "the certificate has not ended",
        life::expired,
    ),
    Rule::refuses(
        "openssl-purpose",
        Program {
            name: "OpenSSL 3.0",
            says: "error 26: unsuitable certificate purpose",
        },
        "where there is an extendedKeyUsage, it has serverAuth for a server",
        usage::wrong_purpose,
    ),
    Rule::refuses(
        "openssl-ca",
        Program {
            name: "OpenSSL 3.0",
            says: "error 79: invalid CA certificate",
        },
        "a CA says CA:TRUE in basicConstraints",
        authority::denies_it,
    ),
    Rule::refuses(
        "openssl-host-name",
        Page {
            title: "X509_check_host",
            address: "docs.openssl.org/3.0/man3/X509_check_host/",
        },
        "the names that clients connect to are subject alternative names, or without any the common name",
        |case| names::another_host_nor_common_name(case, Fallback::OpenSsl),
    ),
];
