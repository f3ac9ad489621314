//! Chrome, with Chromium and Edge, and Firefox.

use crate::acceptance::{
    checks::{authority, chain, key, life, names, usage},
    rule::{Rule, Source},
};

const fn chromium(says: &'static str) -> Source {
    Source::Program {
        name: "Chromium 156",
        says,
    }
}

const fn firefox(says: &'static str) -> Source {
    Source::Program {
        name: "Firefox ESR",
        says,
    }
}

/// Chrome, Chromium, Edge.
pub(in crate::acceptance) const CHROME: &[Rule] = &[
    Rule::refuses(
        "chrome-no-san",
        chromium("ERR_CERT_COMMON_NAME_INVALID"),
        "a server's name is a subject alternative name; the common name does not count",
        names::no_host,
    ),
    Rule::refuses(
        "chrome-host-name",
        chromium("ERR_CERT_COMMON_NAME_INVALID"),
        "the names that clients connect to are subject alternative names (--host)",
        names::another_host,
    ),
    Rule::refuses(
        "chrome-key-usage",
        chromium("ERR_SSL_KEY_USAGE_INCOMPATIBLE"),
        "where there is keyUsage, it has digitalSignature",
        usage::no_digital_signature,
    ),
    Rule::refuses(
        "chrome-purpose",
        chromium("ERR_CERT_INVALID"),
        "where there is an extendedKeyUsage, a server's has serverAuth",
        usage::wrong_purpose,
    ),
    Rule::refuses(
        "chrome-ed25519",
        chromium("ERR_SSL_VERSION_OR_CIPHER_MISMATCH"),
        "a server's key is not Ed25519",
        key::ed25519,
    ),
    Rule::refuses(
        "chrome-p521",
        chromium("ERR_SSL_VERSION_OR_CIPHER_MISMATCH"),
        "a server's key is not on the curve P-521",
        key::p521,
    ),
    Rule::refuses(
        "chrome-sha1",
        chromium("ERR_CERT_WEAK_SIGNATURE_ALGORITHM"),
        "no certificate below the root is signed over SHA-1",
        chain::sha1,
    ),
    Rule::refuses(
        "chrome-key-size",
        chromium("ERR_CERT_WEAK_KEY"),
        "RSA keys have 1024 bits or more",
        |case| key::rsa_below(case, 1024),
    ),
    Rule::refuses(
        "chrome-expired",
        chromium("ERR_CERT_DATE_INVALID"),
        "the certificate has not ended",
        life::expired,
    ),
    Rule::refuses(
        "chrome-ca",
        chromium("ERR_CERT_INVALID"),
        "a CA says CA:TRUE in basicConstraints",
        authority::denies_it,
    ),
];

/// Firefox.
pub(in crate::acceptance) const FIREFOX: &[Rule] = &[
    Rule::refuses(
        "firefox-no-san",
        firefox("SSL_ERROR_BAD_CERT_DOMAIN"),
        "a server's name is a subject alternative name; the common name does not count",
        names::no_host,
    ),
    Rule::refuses(
        "firefox-host-name",
        firefox("SSL_ERROR_BAD_CERT_DOMAIN"),
        "the names that clients connect to are subject alternative names (--host)",
        names::another_host,
    ),
    Rule::refuses(
        "firefox-purpose",
        firefox("SEC_ERROR_INADEQUATE_CERT_TYPE"),
        "where there is an extendedKeyUsage, a server's has serverAuth",
        usage::not_server_auth,
    ),
    Rule::refuses(
        "firefox-ca-as-server",
        firefox("MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY"),
        "a server's certificate is not a CA's",
        usage::authority_as_leaf,
    ),
    Rule::refuses(
        "firefox-ed25519",
        firefox("SSL_ERROR_NO_CYPHER_OVERLAP"),
        "a server's key is not Ed25519",
        key::ed25519,
    ),
    Rule::refuses(
        "firefox-sha1",
        firefox("SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED"),
        "no certificate below the root is signed over SHA-1",
        chain::sha1,
    ),
    Rule::refuses(
        "firefox-expired",
        firefox("SEC_ERROR_EXPIRED_CERTIFICATE"),
        "the certificate has not ended",
        life::expired,
    ),
];
