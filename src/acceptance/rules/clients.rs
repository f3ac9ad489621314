//! curl and GnuTLS.

use crate::acceptance::{
    checks::{
        authority, chain, key, life,
        names::{self, Fallback},
        usage,
    },
    rule::{Rule, Source},
};

const fn curl(says: &'static str) -> Source {
    Source::Program {
        name: "curl 7.88 with OpenSSL 3.0",
        says,
    }
}

const fn gnutls(says: &'static str) -> Source {
    Source::Program {
        name: "GnuTLS 3.7",
        says,
    }
}

/// curl, built with OpenSSL.
pub(in crate::acceptance) const CURL: &[Rule] = &[
    Rule::refuses(
        "curl-key-size",
        curl("EE certificate key too weak"),
        "RSA keys have 112 bits of security, those of the CAs too: 2048 bits (by OpenSSL's rounding 1963)",
        |case| key::rsa_below(case, key::LEVEL_2_BITS),
    ),
    Rule::refuses(
        "curl-sha1",
        curl("CA signature digest algorithm too weak"),
        "no certificate below the root is signed over SHA-1",
        chain::sha1,
    ),
    Rule::refuses(
        "curl-expired",
        curl("certificate has expired"),
        "the certificate has not ended",
        life::expired,
    ),
    Rule::refuses(
        "curl-purpose",
        curl("unsuitable certificate purpose"),
        "where there is an extendedKeyUsage, a server's has serverAuth",
        usage::wrong_purpose,
    ),
    Rule::refuses(
        "curl-ca",
        curl("invalid CA certificate"),
        "a CA says CA:TRUE in basicConstraints",
        authority::denies_it,
    ),
    Rule::refuses(
        "curl-host-name",
        curl("no alternative certificate subject name matches target host name"),
        "the names that clients connect to are subject alternative names, or without any the common name",
        |case| names::another_host_nor_common_name(case, Fallback::Curl),
    ),
];

/// GnuTLS: wget, glib, many mail programs.
pub(in crate::acceptance) const GNUTLS: &[Rule] = &[
    Rule::refuses(
        "gnutls-sha1",
        gnutls("insecure algorithm"),
        "no certificate below the root is signed over SHA-1",
        chain::sha1,
    ),
    Rule::refuses(
        "gnutls-key-usage",
        gnutls("Key usage violation in certificate has been detected"),
        "where there is keyUsage, it has digitalSignature",
        usage::no_digital_signature,
    ),
    Rule::refuses(
        "gnutls-purpose",
        gnutls("not valid for the intended purpose"),
        "where there is an extendedKeyUsage, a server's has serverAuth",
        usage::wrong_purpose,
    ),
    Rule::refuses(
        "gnutls-ca",
        gnutls("The certificate issuer is not a CA"),
        "a CA says CA:TRUE in basicConstraints",
        authority::denies_it,
    ),
    Rule::refuses(
        "gnutls-expired",
        gnutls("The certificate chain uses expired certificate"),
        "the certificate has not ended",
        life::expired,
    ),
    Rule::refuses(
        "gnutls-host-name",
        gnutls("The name in the certificate does not match the expected"),
        "the names that clients connect to are subject alternative names, or without any the common name",
        |case| names::another_host_nor_common_name(case, Fallback::GnuTls),
    ),
];
