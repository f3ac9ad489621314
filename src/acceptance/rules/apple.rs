//! iOS, iPadOS, macOS and the others of Apple.

use time::{OffsetDateTime, macros::datetime};

use crate::acceptance::{
    Case,
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
        "a server's certificate that begins in July 2019 or later lives for 825 days or less",
        |case| {
            since_july_2019(case)
                .then(|| life::longer_than(case, 825))
                .flatten()
        },
    ),
    Rule::refuses(
        "apple-server-auth",
        PAGE,
        "a server's certificate that begins in July 2019 or later has extendedKeyUsage serverAuth",
        |case| {
            since_july_2019(case)
                .then(|| usage::server_auth_not_named(case))
                .flatten()
        },
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
    Rule::refuses(
        "apple-expired",
        Source::Program {
            name: "Security.framework, errSecCertificateExpired (-67818)",
            says: "An expired certificate was detected.",
        },
        "the certificate has not ended",
        life::expired,
    ),
    Rule::refuses(
        "apple-not-yet-valid",
        Source::Program {
            name: "Security.framework, errSecCertificateNotValidYet (-67819)",
            says: "The certificate is not yet valid.",
        },
        "the certificate has begun",
        life::not_yet_valid,
    ),
];

/// What begins earlier was made under other rules.
const JULY_2019: OffsetDateTime = datetime!(2019-07-01 0:00 UTC);

fn since_july_2019(case: &Case<'_>) -> bool {
    case.certificate.not_before() >= JULY_2019
}
