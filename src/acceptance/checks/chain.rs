//! The certificates of a file: which, in which order, with which signatures.

use crate::acceptance::{Case, Encoding, finding::Trouble, reading};

const FULLCHAIN: &str =
    "send the certificate first, then each one's issuer: what NAME.fullchain.crt holds";

/// The first certificate is another one than the one that it is about.
pub(in crate::acceptance) fn not_first(case: &Case<'_>) -> Option<Trouble> {
    let first = case.file.first()?;
    (first != case.certificate).then(|| {
        Trouble::new(
            format!(
                "the file begins with {}, and not with {}",
                reading::title(first),
                reading::title(case.certificate)
            ),
            FULLCHAIN,
        )
    })
}

/// A certificate of the file is followed by one that did not sign it.
pub(in crate::acceptance) fn out_of_order(case: &Case<'_>) -> Option<Trouble> {
    case.file.windows(2).find_map(|pair| {
        let [below, above] = pair else { return None };
        (!reading::has_signed(above, below)).then(|| {
            Trouble::new(
                format!(
                    "{} is followed by {}, which did not sign it",
                    reading::title(below),
                    reading::title(above)
                ),
                FULLCHAIN,
            )
        })
    })
}

/// A root is sent, which clients have or do not trust anyway.
pub(in crate::acceptance) fn root_sent(case: &Case<'_>) -> Option<Trouble> {
    let root = case
        .file
        .iter()
        .find(|one| *one != case.certificate && reading::is_self_signed(one))?;
    Some(Trouble::new(
        format!("the root {} is sent too", reading::title(root)),
        "leave it out: NAME.fullchain.crt ends below the root",
    ))
}

/// A CA between the certificate and the root is known and not in the file.
pub(in crate::acceptance) fn intermediate_missing(case: &Case<'_>) -> Option<Trouble> {
    let missing = case
        .path()
        .into_iter()
        .find(|one| !reading::is_self_signed(one) && !case.file.contains(one))?;
    Some(Trouble::new(
        format!(
            "the intermediate CA {} is not sent",
            reading::title(missing)
        ),
        FULLCHAIN,
    ))
}

/// The file is not PEM.
pub(in crate::acceptance) fn not_pem(case: &Case<'_>) -> Option<Trouble> {
    (case.encoding != Encoding::Pem).then(|| {
        Trouble::new(
            "the file is not PEM",
            "write it as PEM (certmint export pem, or openssl x509 -inform der)",
        )
    })
}

/// A certificate that is signed over SHA-1; roots are trusted for what they are.
pub(in crate::acceptance) fn sha1(case: &Case<'_>) -> Option<Trouble> {
    let weak = case
        .path()
        .into_iter()
        .chain(case.file)
        .find(|one| !reading::is_self_signed(one) && reading::is_sha1(one))?;
    Some(Trouble::new(
        format!("{} is signed over SHA-1", reading::title(weak)),
        "have it issued again with SHA-256, as certmint does",
    ))
}
