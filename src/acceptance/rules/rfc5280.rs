//! The standard itself: what a CA that conforms writes.

use crate::acceptance::{
    checks::{authority, life, structure, usage},
    rule::{Rule, Source::Standard},
};

/// RFC 5280, and what updates it.
pub(in crate::acceptance) const RULES: &[Rule] = &[
    Rule::refuses(
        "rfc5280-version",
        Standard("RFC 5280 §4.1.2.1"),
        "a certificate with extensions, which every one needs, is of version 3",
        structure::not_version_3,
    ),
    Rule::refuses(
        "rfc5280-serial",
        Standard("RFC 5280 §4.1.2.2"),
        "the serial number is positive and no longer than 20 octets",
        structure::serial_number,
    ),
    Rule::refuses(
        "rfc5280-issuer",
        Standard("RFC 5280 §4.1.2.4"),
        "the issuer is not empty",
        structure::no_issuer,
    ),
    Rule::refuses(
        "rfc5280-validity",
        Standard("RFC 5280 §4.1.2.5"),
        "the end is not before the start",
        life::ends_before_it_begins,
    ),
    Rule::refuses(
        "rfc5280-expired",
        Standard("RFC 5280 §4.1.2.5, §6.1.3 (a)(2)"),
        "the moment is not after the end",
        life::expired,
    ),
    Rule::refuses(
        "rfc5280-not-yet-valid",
        Standard("RFC 5280 §4.1.2.5, §6.1.3 (a)(2)"),
        "the moment is not before the start",
        life::not_yet_valid,
    ),
    Rule::refuses(
        "rfc5280-subject",
        Standard("RFC 5280 §4.1.2.6"),
        "without a subject, the subject alternative name is there and critical",
        structure::names_not_critical,
    ),
    Rule::refuses(
        "rfc5280-extension-twice",
        Standard("RFC 5280 §4.2"),
        "no extension is there twice",
        structure::extension_twice,
    ),
    Rule::refuses(
        "rfc5280-authority-key-identifier",
        Standard("RFC 5280 §4.2.1.1"),
        "every certificate but a root's has an authorityKeyIdentifier",
        structure::no_authority_identifier,
    ),
    Rule::refuses(
        "rfc5280-ca-subject-key-identifier",
        Standard("RFC 5280 §4.2.1.2"),
        "a CA has a subjectKeyIdentifier",
        authority::without_identifier,
    ),
    Rule::warns(
        "rfc5280-subject-key-identifier",
        Standard("RFC 5280 §4.2.1.2"),
        "every certificate has a subjectKeyIdentifier",
        structure::no_subject_identifier,
    ),
    Rule::refuses(
        "rfc5280-key-identifier-critical",
        Standard("RFC 5280 §4.2.1.1, §4.2.1.2"),
        "key identifiers are not critical",
        structure::identifier_critical,
    ),
    Rule::refuses(
        "rfc5280-ca-key-usage",
        Standard("RFC 5280 §4.2.1.3"),
        "a CA has keyUsage",
        authority::without_key_usage,
    ),
    Rule::refuses(
        "rfc5280-ca-key-cert-sign",
        Standard("RFC 5280 §4.2.1.3, §6.1.4 (n)"),
        "a CA's keyUsage has keyCertSign",
        authority::may_not_sign,
    ),
    Rule::refuses(
        "rfc5280-key-cert-sign",
        Standard("RFC 5280 §4.2.1.3"),
        "keyCertSign stands beside CA:TRUE only",
        authority::signs_without_being_one,
    ),
    Rule::refuses(
        "rfc5280-subject-alt-name",
        Standard("RFC 5280 §4.2.1.6"),
        "a subject alternative name extension holds a name",
        structure::names_empty,
    ),
    Rule::refuses(
        "rfc5280-ca",
        Standard("RFC 5280 §4.2.1.9, §6.1.4 (k)"),
        "a CA says CA:TRUE in basicConstraints",
        authority::is_none,
    ),
    Rule::refuses(
        "rfc5280-basic-constraints",
        Standard("RFC 5280 §4.2.1.9"),
        "a CA's basicConstraints are critical",
        authority::constraints_not_critical,
    ),
    Rule::refuses(
        "rfc5280-path-length",
        Standard("RFC 5280 §4.2.1.9"),
        "a path length stands beside keyCertSign only",
        authority::stray_path_length,
    ),
    Rule::refuses(
        "rfc5280-name-constraints",
        Standard("RFC 5280 §4.2.1.10"),
        "nameConstraints are critical",
        structure::name_constraints_not_critical,
    ),
    Rule::refuses(
        "rfc5280-key-encipherment",
        Standard("RFC 8813 §3, RFC 9295 §3"),
        "a key on an elliptic curve has no keyEncipherment",
        usage::enciphers_without_rsa,
    ),
];
