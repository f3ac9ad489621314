//! A certificate and the one that it takes the place of.

use crate::{
    acceptance::{Case, finding::Trouble, reading},
    key::KeyAlgorithm,
    x509::{Certificate, oid},
};

/// A key of another kind or size.
pub(in crate::acceptance) fn another_key_kind(case: &Case<'_>) -> Option<Trouble> {
    let before = case.replaces?.public_key().algorithm();
    (before != case.algorithm()).then(|| changed_key(before, case.algorithm()))
}

/// The trouble with a key that changed its kind.
pub(in crate::acceptance) fn changed_key(before: &KeyAlgorithm, after: &KeyAlgorithm) -> Trouble {
    Trouble::new(
        format!("its key is {after}, and that of the certificate that it replaces is {before}"),
        "issue it with a key of the same kind and size, or import it as a new certificate",
    )
}

/// Key usages that are gone. keyEncipherment may go where the key is of an elliptic curve.
pub(in crate::acceptance) fn key_usage_gone(case: &Case<'_>) -> Option<Trouble> {
    let before = reading::key_usage(case.replaces?)?;
    let after = reading::key_usage(case.certificate).unwrap_or_default();
    let is_curve = matches!(case.algorithm(), KeyAlgorithm::Ec(_));
    let may_go = |name: &str| is_curve && name == "keyEncipherment";
    let gone: Vec<&str> = before
        .names()
        .into_iter()
        .filter(|name| !after.names().contains(name) && !may_go(name))
        .collect();
    (!gone.is_empty()).then(|| {
        Trouble::new(
            format!(
                "its keyUsage lacks {}, which the certificate that it replaces has",
                gone.join(", ")
            ),
            "issue it with the same keyUsage, or import it as a new certificate",
        )
    })
}

/// Purposes that are gone. clientAuth may go.
pub(in crate::acceptance) fn purpose_gone(case: &Case<'_>) -> Option<Trouble> {
    let before = reading::purposes(case.replaces?)?;
    let after = reading::purposes(case.certificate).unwrap_or_default();
    let gone: Vec<String> = before
        .iter()
        .filter(|purpose| **purpose != oid::CLIENT_AUTH && !after.contains(purpose))
        .map(oid::display)
        .collect();
    (!gone.is_empty()).then(|| {
        Trouble::new(
            format!(
                "its extendedKeyUsage lacks {}, which the certificate that it replaces has",
                gone.join(", ")
            ),
            "issue it with the same purposes, or import it as a new certificate",
        )
    })
}

/// keyUsage or extendedKeyUsage that was not there.
pub(in crate::acceptance) fn usage_added(case: &Case<'_>) -> Option<Trouble> {
    let before = case.replaces?;
    let has = |one: &Certificate, identifier| one.extension(identifier).is_some();
    let added: Vec<&str> = [
        (&oid::KEY_USAGE, "keyUsage"),
        (&oid::EXTENDED_KEY_USAGE, "extendedKeyUsage"),
    ]
    .into_iter()
    .filter(|(identifier, _)| has(case.certificate, identifier) && !has(before, identifier))
    .map(|(_, name)| name)
    .collect();
    (!added.is_empty()).then(|| {
        Trouble::new(
            format!(
                "it has {}, which the certificate that it replaces has not",
                added.join(" and ")
            ),
            "import it as a new certificate and switch the listener to that, once",
        )
    })
}

/// All names are gone.
pub(in crate::acceptance) fn names_gone(case: &Case<'_>) -> Option<Trouble> {
    let is_named =
        |one: &Certificate| reading::has_host(one) || one.subject().common_name().is_some();
    let before = case.replaces?;
    (is_named(before) && !is_named(case.certificate)).then(|| {
        Trouble::new(
            "it names no host, and the certificate that it replaces does",
            "issue it with the host name as subject alternative name (--san NAME)",
        )
    })
}
