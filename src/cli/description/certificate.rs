//! Certificates and requests as text.

use time::OffsetDateTime;

use super::{
    extension,
    keys::key_facts,
    sheet::{Sheet, Tone},
};
use crate::inspect::{
    CertificateDescription, ExtensionDescription, ExtensionValue, NameDescription,
    ProofOfPossession, RequestDescription, SelfSigned, ValidityDescription, ValidityState,
};

/// From how many days on the end is not near: what `status` calls due is in the same order.
const SOON: i64 = 30;

pub(super) fn certificate(sheet: &mut Sheet<'_>, one: &CertificateDescription) {
    let kind = match (one.ca, one.self_signed) {
        (true, SelfSigned::Yes) => "root CA certificate",
        (true, _) => "CA certificate",
        (false, _) => "certificate",
    };
    sheet.headline(kind, &headline_title(&one.subject, &one.extensions));
    sheet.fact("subject", &full(&one.subject));
    sheet.fact(
        "issuer",
        &match one.self_signed {
            SelfSigned::Yes => format!("{} (itself)", full(&one.issuer)),
            SelfSigned::SelfIssued => {
                format!("{} (the same name, but another key)", full(&one.issuer))
            }
            SelfSigned::Unchecked => {
                format!(
                    "{} (the same name; signature not checked)",
                    full(&one.issuer)
                )
            }
            SelfSigned::No => full(&one.issuer),
        },
    );
    names(sheet, &one.extensions);
    validity(sheet, &one.validity);
    key_facts(sheet, &one.public_key);
    sheet.fact(
        "serial",
        &match &one.serial.decimal {
            Some(decimal) if *decimal != one.serial.hex => {
                format!("{} (decimal {decimal})", one.serial.hex)
            }
            _ => one.serial.hex.clone(),
        },
    );
    sheet.fact("signature", &one.signature_algorithm.name);
    if one.version != 3 {
        sheet.bad("version", &format!("{} (without extensions)", one.version));
    }
    sheet.lines("SHA-256", &halves(&one.fingerprints.sha256), Tone::Plain);
    sheet.fact("SHA-1", &one.fingerprints.sha1);
    if let Some(trust) = &one.trust {
        let list = |purposes: &[String]| match purposes {
            [] => "nothing noted".to_owned(),
            purposes => purposes.join(", "),
        };
        sheet.fact("alias", trust.alias.as_deref().unwrap_or("none"));
        sheet.fact("trusted", &list(&trust.trusted));
        sheet.fact("rejected", &list(&trust.rejected));
    }
    extensions(sheet, "extensions", &one.extensions);
}

pub(super) fn request(sheet: &mut Sheet<'_>, one: &RequestDescription) {
    sheet.headline("request", &headline_title(&one.subject, &one.extensions));
    sheet.fact("subject", &full(&one.subject));
    names(sheet, &one.extensions);
    key_facts(sheet, &one.public_key);
    sheet.fact("signature", &one.signature_algorithm.name);
    match &one.proof_of_possession {
        ProofOfPossession::Ok => sheet.good("proof", "the requester has the private key"),
        ProofOfPossession::Failed { reason } => sheet.bad("proof", &format!("failed: {reason}")),
        ProofOfPossession::Unchecked { reason } => {
            sheet.coloured("proof", "", &format!("not checked: {reason}"), Tone::Soon);
        }
    }
    for attribute in &one.attributes {
        let value = attribute.value.as_deref().unwrap_or("(not shown)");
        sheet.fact("attribute", &format!("{}: {value}", attribute.name));
    }
    extensions(sheet, "requested extensions", &one.extensions);
}

/// Every extension, the alternative names left out: they stand above.
pub(super) fn extensions(sheet: &mut Sheet<'_>, title: &str, all: &[ExtensionDescription]) {
    let shown: Vec<_> = all.iter().filter(|one| !is_shown_above(one)).collect();
    if shown.is_empty() {
        return;
    }
    sheet.section(title);
    for one in shown {
        extension::extension(sheet, one);
    }
}

fn is_shown_above(extension: &ExtensionDescription) -> bool {
    extension.oid == SUBJECT_ALT_NAME
        && !extension.critical
        && matches!(extension.value, ExtensionValue::Names(_))
}

const SUBJECT_ALT_NAME: &str = "2.5.29.17";

/// The alternative names, up to three of them on one line.
fn names(sheet: &mut Sheet<'_>, extensions: &[ExtensionDescription]) {
    const ON_ONE_LINE: usize = 3;
    let found = extensions
        .iter()
        .find(|extension| extension.oid == SUBJECT_ALT_NAME);
    let Some(ExtensionValue::Names(names)) = found.map(|extension| &extension.value) else {
        return;
    };
    let titles: Vec<String> = names.iter().map(|name| name.title()).collect();
    if titles.len() <= ON_ONE_LINE {
        sheet.fact("names", &titles.join(", "));
    } else {
        sheet.lines("names", &titles, Tone::Plain);
    }
}

fn headline_title(subject: &NameDescription, extensions: &[ExtensionDescription]) -> String {
    if !subject.name.is_empty() {
        return subject.title();
    }
    let found = extensions
        .iter()
        .find(|extension| extension.oid == SUBJECT_ALT_NAME);
    match found.map(|extension| &extension.value) {
        Some(ExtensionValue::Names(names)) => names
            .first()
            .map(|name| name.title())
            .unwrap_or_else(|| subject.title()),
        _ => subject.title(),
    }
}

pub(super) fn full(name: &NameDescription) -> String {
    if name.name.is_empty() {
        "(empty)".to_owned()
    } else {
        name.name.openssl_oneline()
    }
}

fn validity(sheet: &mut Sheet<'_>, validity: &ValidityDescription) {
    let period = format!(
        "{} to {} UTC, ",
        instant(validity.not_before),
        instant(validity.not_after)
    );
    let days = |days: i64| {
        if days == 1 {
            "1 day".to_owned()
        } else {
            format!("{days} days")
        }
    };
    let (urgent, tone) = match (
        validity.state,
        validity.days_left,
        validity.days_since_expiry,
    ) {
        (ValidityState::Expired, _, Some(0)) => ("expired today".to_owned(), Tone::Bad),
        (ValidityState::Expired, _, since) => (
            format!("expired {} ago", days(since.unwrap_or_default())),
            Tone::Bad,
        ),
        (ValidityState::NotYetValid, ..) => ("not yet valid".to_owned(), Tone::Bad),
        (ValidityState::Valid, left, _) => {
            let left = left.unwrap_or_default();
            let tone = if left < SOON { Tone::Soon } else { Tone::Good };
            (format!("{} left", days(left)), tone)
        }
    };
    sheet.coloured("valid", &period, &urgent, tone);
}

/// Date and time to the second.
pub(super) fn instant(time: OffsetDateTime) -> String {
    let (date, clock) = (time.date(), time.time());
    format!(
        "{date} {:02}:{:02}:{:02}",
        clock.hour(),
        clock.minute(),
        clock.second()
    )
}

/// A fingerprint on two lines.
fn halves(fingerprint: &str) -> Vec<String> {
    let middle = fingerprint.len() / 2;
    match fingerprint.split_at_checked(middle + 1) {
        Some((first, second)) => vec![first.to_owned(), second.to_owned()],
        None => vec![fingerprint.to_owned()],
    }
}
