//! The form of a certificate, and of those above it.

use der::asn1::ObjectIdentifier;

use crate::{
    acceptance::{Case, finding::Trouble, reading},
    x509::{Certificate, oid},
};

const AGAIN: &str = "issue it again (certmint issue, or certmint sign with the request)";

/// The first certificate of the path that a question is answered with yes for.
fn one_that(
    case: &Case<'_>,
    is_wrong: impl Fn(&Certificate) -> bool,
    what: &str,
) -> Option<Trouble> {
    let wrong = case.path().into_iter().find(|one| is_wrong(one))?;
    Some(Trouble::new(
        format!("{} {what}", reading::title(wrong)),
        AGAIN,
    ))
}

/// Of X.509 version 1 or 2, which has no extensions.
pub(in crate::acceptance) fn not_version_3(case: &Case<'_>) -> Option<Trouble> {
    let wrong = case
        .path()
        .into_iter()
        .find(|one| !reading::is_version_3(one))?;
    Some(Trouble::new(
        format!(
            "{} is of X.509 version {}",
            reading::title(wrong),
            wrong.version().0
        ),
        "issue it with extensions; openssl x509 -req leaves them out without -extfile",
    ))
}

/// The certificate itself of X.509 version 1 or 2.
pub(in crate::acceptance) fn leaf_not_version_3(case: &Case<'_>) -> Option<Trouble> {
    (!reading::is_version_3(case.certificate)).then(|| {
        Trouble::new(
            format!("it is of X.509 version {}", case.certificate.version().0),
            "issue it with extensions; openssl x509 -req leaves them out without -extfile",
        )
    })
}

/// A serial number that is zero, negative or longer than 20 octets.
pub(in crate::acceptance) fn serial_number(case: &Case<'_>) -> Option<Trouble> {
    let is_wrong = |one: &Certificate| match one.serial_octets() {
        [first, ..] if *first >= 0x80 => true,
        octets => octets.len() > 20 || octets.iter().all(|octet| *octet == 0),
    };
    one_that(
        case,
        is_wrong,
        "has a serial number that is not positive or is too long",
    )
}

/// No issuer's name.
pub(in crate::acceptance) fn no_issuer(case: &Case<'_>) -> Option<Trouble> {
    one_that(case, |one| one.issuer().is_empty(), "has an empty issuer")
}

/// Neither a subject nor a critical subject alternative name.
pub(in crate::acceptance) fn names_not_critical(case: &Case<'_>) -> Option<Trouble> {
    let is_wrong = |one: &Certificate| {
        let is_critical = one
            .extension(&oid::SUBJECT_ALT_NAME)
            .is_some_and(|extension| extension.critical);
        one.subject().is_empty() && !is_critical
    };
    one_that(
        case,
        is_wrong,
        "has a subject alternative name that is not critical",
    )
}

/// A subject alternative name extension that names nobody.
pub(in crate::acceptance) fn names_empty(case: &Case<'_>) -> Option<Trouble> {
    let is_wrong = |one: &Certificate| {
        one.extension(&oid::SUBJECT_ALT_NAME).is_some() && one.subject_alt_names().is_err()
    };
    one_that(
        case,
        is_wrong,
        "has a subject alternative name extension that is empty or malformed",
    )
}

/// No authority key identifier, below the root.
pub(in crate::acceptance) fn no_authority_identifier(case: &Case<'_>) -> Option<Trouble> {
    let is_wrong = |one: &Certificate| {
        !reading::is_self_signed(one) && one.authority_key_identifier().is_none()
    };
    one_that(case, is_wrong, "has no authorityKeyIdentifier")
}

/// No subject key identifier in the certificate itself.
pub(in crate::acceptance) fn no_subject_identifier(case: &Case<'_>) -> Option<Trouble> {
    (case
        .certificate
        .extension(&oid::SUBJECT_KEY_IDENTIFIER)
        .is_none())
    .then(|| Trouble::new("it has no subjectKeyIdentifier", AGAIN))
}

/// A key identifier that is critical.
pub(in crate::acceptance) fn identifier_critical(case: &Case<'_>) -> Option<Trouble> {
    let is_critical = |one: &Certificate, identifier: &ObjectIdentifier| {
        one.extension(identifier)
            .is_some_and(|extension| extension.critical)
    };
    let is_wrong = |one: &Certificate| {
        is_critical(one, &oid::SUBJECT_KEY_IDENTIFIER)
            || is_critical(one, &oid::AUTHORITY_KEY_IDENTIFIER)
    };
    one_that(case, is_wrong, "has a key identifier that is critical")
}

/// Extensions in a certificate of version 1.
pub(in crate::acceptance) fn extensions_before_version_3(case: &Case<'_>) -> Option<Trouble> {
    let is_wrong = |one: &Certificate| !reading::is_version_3(one) && !one.extensions().is_empty();
    one_that(case, is_wrong, "has extensions and is not of version 3")
}

/// The same extension twice.
pub(in crate::acceptance) fn extension_twice(case: &Case<'_>) -> Option<Trouble> {
    let is_wrong = |one: &Certificate| {
        let extensions = one.extensions();
        extensions.iter().enumerate().any(|(position, extension)| {
            extensions
                .iter()
                .skip(position + 1)
                .any(|other| other.oid == extension.oid)
        })
    };
    one_that(case, is_wrong, "has an extension twice")
}

/// Name constraints that are not critical.
pub(in crate::acceptance) fn name_constraints_not_critical(case: &Case<'_>) -> Option<Trouble> {
    let is_wrong = |one: &Certificate| {
        one.extension(&oid::NAME_CONSTRAINTS)
            .is_some_and(|extension| !extension.critical)
    };
    one_that(case, is_wrong, "has nameConstraints that are not critical")
}
