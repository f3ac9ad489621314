//! What holds wherever TLS is spoken: the other side refuses, whatever the server's program says.

use crate::acceptance::{
    checks::{chain, life, names, usage},
    rule::{Rule, Source::Standard},
};

/// For a certificate that is served or shown.
pub(in crate::acceptance) const RULES: &[Rule] = &[
    Rule::refuses(
        "tls-expired",
        Standard("RFC 5280 §6.1.3 (a)(2)"),
        "the certificate has not ended",
        life::expired,
    ),
    Rule::refuses(
        "tls-not-yet-valid",
        Standard("RFC 5280 §6.1.3 (a)(2)"),
        "the certificate's time has begun",
        life::not_yet_valid,
    ),
    Rule::refuses(
        "tls-purpose",
        Standard("RFC 5280 §4.2.1.12"),
        "where there is an extendedKeyUsage, it has serverAuth for a server, clientAuth for a client",
        usage::wrong_purpose,
    ),
    Rule::refuses(
        "tls-host-name",
        Standard("RFC 9525 §6"),
        "the names that clients connect to are subject alternative names (--host)",
        names::another_host,
    ),
    Rule::warns(
        "tls-no-san",
        Standard("RFC 9525 §6.3"),
        "a server has a host name or address as subject alternative name; browsers refuse it otherwise",
        names::no_host,
    ),
    Rule::warns(
        "tls-chain-order",
        Standard("RFC 8446 §4.4.2"),
        "each certificate that is sent is followed by its issuer",
        chain::out_of_order,
    ),
    Rule::refuses(
        "tls-intermediate",
        Standard("RFC 5246 §7.4.2"),
        "every CA between the certificate and the root is sent",
        chain::intermediate_missing,
    ),
    Rule::warns(
        "tls-root-sent",
        Standard("RFC 8446 §4.4.2"),
        "the root is not sent, since clients have it or do not trust it",
        chain::root_sent,
    ),
];
