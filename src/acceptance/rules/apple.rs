//! iOS, iPadOS, macOS and the others of Apple.

use crate::acceptance::{
    checks::{chain, key, life, names, usage},
    rule::{Rule, Source},
};

const PAGE: Source = Source::Page {
    title: "Requirements for trusted certificates in iOS 13 and macOS 10.15",
    address: "support.apple.com/103769",
};

/// They hold for private CAs too.
pub(in crate::acceptance) const RULES: &[Rule] = &[
    Rule::refuses(
        "apple-825-days",
        PAGE,
        "a server's certificate lives for 825 days or less",
        |case| life::longer_than(case, 825),
    ),
    Rule::refuses(
        "apple-server-auth",
        PAGE,
        "a server's certificate has extendedKeyUsage serverAuth",
        usage::server_auth_not_named,
    ),
    Rule::refuses(
        "apple-no-san",
        PAGE,
        "a server's name is a subject alternative name; the common name does not count",
        names::no_host,
    ),
    Rule::refuses(
        "apple-key-size",
        PAGE,
        "RSA keys have 2048 bits or more, those of the CAs too",
        |case| key::rsa_below(case, 2048),
    ),
    Rule::refuses(
        "apple-sha1",
        PAGE,
        "certificates are signed over a digest of the SHA-2 family",
        chain::sha1,
    ),
];
