//! The CAs above a certificate, or the certificate itself where it is a CA's.

use crate::{
    acceptance::{Case, Use, finding::Trouble, reading},
    key::KeyAlgorithm,
    x509::{BasicConstraints, Certificate, KeyUsage, PathLength, oid},
};

const REMEDY: &str = "renew the CA's certificate (certmint ca renew), or make a CA with certmint ca init, \
     which has it; openssl's own defaults do not";

/// The first CA that a question is answered with yes for.
fn one_that(
    case: &Case<'_>,
    is_wrong: impl Fn(&Certificate) -> bool,
    what: &str,
) -> Option<Trouble> {
    let wrong = case.authorities().into_iter().find(|one| is_wrong(one))?;
    Some(Trouble::new(
        format!("the CA {} {what}", reading::title(wrong)),
        REMEDY,
    ))
}

/// A CA without keyUsage.
pub(in crate::acceptance) fn without_key_usage(case: &Case<'_>) -> Option<Trouble> {
    let lacks = |one: &Certificate| one.extension(&oid::KEY_USAGE).is_none();
    one_that(case, lacks, "has no keyUsage")
}

/// A CA whose keyUsage lacks keyCertSign.
pub(in crate::acceptance) fn may_not_sign(case: &Case<'_>) -> Option<Trouble> {
    let lacks = |one: &Certificate| {
        reading::key_usage(one).is_some_and(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN))
    };
    one_that(case, lacks, "has a keyUsage without keyCertSign")
}

/// A CA whose basicConstraints are not critical.
pub(in crate::acceptance) fn constraints_not_critical(case: &Case<'_>) -> Option<Trouble> {
    let lacks = |one: &Certificate| {
        one.extension(&oid::BASIC_CONSTRAINTS)
            .is_some_and(|extension| !extension.critical)
    };
    one_that(case, lacks, "has basicConstraints that are not critical")
}

/// A CA that does not say that it is one.
pub(in crate::acceptance) fn is_none(case: &Case<'_>) -> Option<Trouble> {
    one_that(
        case,
        |one| !reading::is_authority(one),
        "does not say CA:TRUE in basicConstraints",
    )
}

/// A CA that says CA:FALSE, or one below the root that does not say CA:TRUE. Old roots of version 1
/// say nothing, and are trusted for what they are.
pub(in crate::acceptance) fn denies_it(case: &Case<'_>) -> Option<Trouble> {
    let is_wrong = |one: &Certificate| match reading::constraints(one) {
        Some(BasicConstraints::Ca(_)) => false,
        Some(BasicConstraints::EndEntity) => true,
        None => !reading::is_self_signed(one),
    };
    one_that(case, is_wrong, "does not say CA:TRUE in basicConstraints")
}

/// A CA without subject key identifier.
pub(in crate::acceptance) fn without_identifier(case: &Case<'_>) -> Option<Trouble> {
    let lacks = |one: &Certificate| one.extension(&oid::SUBJECT_KEY_IDENTIFIER).is_none();
    one_that(case, lacks, "has no subjectKeyIdentifier")
}

/// An RSA key above a certificate with an elliptic curve, or the reverse.
pub(in crate::acceptance) fn of_another_algorithm(case: &Case<'_>) -> Option<Trouble> {
    let issuer = *case.path().get(1)?;
    let (own, above) = (case.algorithm(), issuer.public_key().algorithm());
    (family(own) != family(above)).then(|| other_family(own, above))
}

/// The trouble with a CA's key of another family.
pub(in crate::acceptance) fn other_family(own: &KeyAlgorithm, above: &KeyAlgorithm) -> Trouble {
    Trouble::new(
        format!("its key is {own}, and that of its CA is {above}"),
        "issue it with a key of the CA's kind (--key), or from a CA with its kind",
    )
}

/// The family of an algorithm.
pub(in crate::acceptance) fn family(algorithm: &KeyAlgorithm) -> &'static str {
    match algorithm {
        KeyAlgorithm::Rsa { .. } => "RSA",
        KeyAlgorithm::Ec(_) => "EC",
        KeyAlgorithm::Ed25519 => "Ed25519",
        KeyAlgorithm::Other { .. } => "another",
    }
}

/// A CA whose key is of a kind that is not taken.
pub(in crate::acceptance) fn key_kind(
    case: &Case<'_>,
    is_taken: fn(&KeyAlgorithm) -> bool,
) -> Option<Trouble> {
    let wrong = case
        .authorities()
        .into_iter()
        .find(|one| !is_taken(one.public_key().algorithm()))?;
    Some(Trouble::new(
        format!(
            "the key of the CA {} is {}, which is not supported",
            reading::title(wrong),
            wrong.public_key().algorithm()
        ),
        "use a CA with another kind of key (certmint ca init --key rsa4096)",
    ))
}

/// A file of CAs with a certificate that is none.
pub(in crate::acceptance) fn leaf_among_them(case: &Case<'_>) -> Option<Trouble> {
    if case.purpose != Use::Authority {
        return None;
    }
    let leaf = case.file.iter().find(|one| !reading::is_authority(one))?;
    Some(Trouble::new(
        format!("{} is no CA's certificate", reading::title(leaf)),
        "upload the CA and those above it alone: ca/NAME.crt",
    ))
}

/// A path length beside CA:FALSE, or without keyCertSign.
pub(in crate::acceptance) fn stray_path_length(case: &Case<'_>) -> Option<Trouble> {
    let wrong = case.path().into_iter().find(|one| {
        let limited = matches!(
            reading::constraints(one),
            Some(BasicConstraints::Ca(PathLength::AtMost(_)))
        );
        limited
            && reading::key_usage(one).is_some_and(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN))
    })?;
    Some(Trouble::new(
        format!(
            "{} has a path length, and its keyUsage lacks keyCertSign",
            reading::title(wrong)
        ),
        REMEDY,
    ))
}

/// keyCertSign in a certificate that is no CA's.
pub(in crate::acceptance) fn signs_without_being_one(case: &Case<'_>) -> Option<Trouble> {
    let wrong = case.path().into_iter().find(|one| {
        !reading::is_authority(one)
            && reading::key_usage(one).is_some_and(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN))
    })?;
    Some(Trouble::new(
        format!(
            "{} has keyCertSign, and does not say CA:TRUE",
            reading::title(wrong)
        ),
        "issue it without keyCertSign (certmint issue does)",
    ))
}
