//! What people see of a certificate that was made.

use std::{fmt::Write as _, path::Path};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::{
    authority::Filed,
    profile::Decision,
    x509::{Certificate, GeneralName, escape_control, moment_text},
};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default();

/// The day alone.
pub(crate) fn day(moment: OffsetDateTime) -> String {
    moment.date().to_string()
}

/// Whole days from `now` to a moment; negative when it is past.
pub(crate) fn days_left(not_after: OffsetDateTime, now: OffsetDateTime) -> i64 {
    (not_after - now).whole_seconds().div_euclid(86_400)
}

/// Lower case, as fingerprints are compared.
pub(crate) fn hexadecimal(octets: &[u8]) -> String {
    crate::x509::hexadecimal(octets).to_lowercase()
}

/// The name of a certificate in one line: its subject, or its first alternative name.
pub(crate) fn title(certificate: &Certificate) -> String {
    if !certificate.subject().is_empty() {
        return certificate.subject().openssl_oneline();
    }
    certificate
        .subject_alt_names()
        .ok()
        .and_then(|names| names.first().map(GeneralName::to_string))
        .unwrap_or_else(|| "without a name".to_owned())
}

/// How long a certificate that was made just now is good for: the days that were ordered.
pub(crate) fn ordered_days(certificate: &Certificate) -> String {
    // A certificate's last second is part of it; its first may have moved to its issuer's.
    let life = certificate.not_after() - certificate.not_before() + Duration::SECOND;
    let days = (life + Duration::hours(12)).whole_days();
    let plural = if days == 1 { "" } else { "s" };
    format!(
        "until {} ({GREEN}{days}{GREEN:#} day{plural})",
        day(certificate.not_after())
    )
}

/// How long a certificate is still good for.
pub(crate) fn remaining_days(certificate: &Certificate, now: OffsetDateTime) -> String {
    let days = days_left(certificate.not_after(), now);
    let left = if days < 0 { "" } else { " days left" };
    format!(
        "until {} ({}{left})",
        day(certificate.not_after()),
        days_text(days)
    )
}

/// The facts of a certificate; how long it is good for is told by one of the two above.
pub(crate) fn certificate_text(kind: &str, certificate: &Certificate, life: &str) -> String {
    let mut text = format!("{BOLD}{kind} certificate{BOLD:#}  {}\n", title(certificate));
    let names = certificate.subject_alt_names().unwrap_or_default();
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(GeneralName::to_string).collect();
        line(&mut text, "names", &names.join(", "));
    }
    let issuer = if certificate.is_self_issued() {
        "itself".to_owned()
    } else {
        certificate.issuer().openssl_oneline()
    };
    line(&mut text, "issuer", &issuer);
    line(
        &mut text,
        "key",
        &certificate.public_key().algorithm().to_string(),
    );
    line(&mut text, "serial", &serial(certificate));
    line(&mut text, "valid", life);
    text
}

pub(crate) fn line(text: &mut String, name: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {DIM}{name:<9}{DIM:#} {value}");
}

/// A number of certificates, in words.
pub(crate) fn certificates(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} certificate{plural}")
}

/// The serial number as `openssl x509 -serial` prints it.
pub(crate) fn serial(certificate: &Certificate) -> String {
    let octets = certificate.serial_octets();
    // The first octet may only keep the number from being negative.
    match octets {
        [0, significant @ ..] if !significant.is_empty() => crate::x509::hexadecimal(significant),
        _ => crate::x509::hexadecimal(octets),
    }
}

/// The files that were written, a line each.
pub(crate) fn files_text<'file>(
    files: impl IntoIterator<Item = (&'file Path, &'file str)>,
) -> String {
    let files: Vec<(String, &str)> = files
        .into_iter()
        .map(|(file, what)| (file.display().to_string(), what))
        .collect();
    let width = files
        .iter()
        .map(|(file, _)| file.len())
        .max()
        .unwrap_or_default();
    files.iter().fold(String::new(), |mut text, (file, what)| {
        let _ = writeln!(text, "  {file:<width$}  {DIM}{what}{DIM:#}");
        text
    })
}

/// What became of each extension that a request asked for.
pub(crate) fn decisions_text(decisions: &[Decision]) -> String {
    decisions.iter().fold(String::new(), |mut text, decision| {
        let style = match decision.outcome.word() {
            "granted" => GREEN,
            "changed" => YELLOW,
            _ => RED,
        };
        let reason = decision
            .outcome
            .reason()
            .map(|reason| format!(": {}", escape_control(reason)))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "  {} {style}{}{style:#}{reason}",
            decision.extension,
            decision.outcome.word()
        );
        text
    })
}

pub(crate) fn decisions_json(decisions: &[Decision]) -> Value {
    let decision = |decision: &Decision| {
        json!({
            "extension": decision.extension,
            "outcome": decision.outcome.word(),
            "reason": decision.outcome.reason(),
        })
    };
    decisions.iter().map(decision).collect()
}

/// A JSON object with further fields.
pub(crate) fn with_fields(object: Value, fields: Value) -> Value {
    match (object, fields) {
        (Value::Object(mut object), Value::Object(fields)) => {
            object.extend(fields);
            Value::Object(object)
        }
        (object, _) => object,
    }
}

/// A certificate's facts for `--json`.
pub(crate) fn certificate_json(certificate: &Certificate) -> Value {
    let names = certificate.subject_alt_names().unwrap_or_default();
    json!({
        "subject": certificate.subject().to_string(),
        "issuer": certificate.issuer().to_string(),
        "sans": names.iter().map(san_json).collect::<Vec<_>>(),
        "serial": serial(certificate),
        "not_before": moment_text(certificate.not_before()),
        "not_after": moment_text(certificate.not_after()),
        "key": certificate.public_key().algorithm().to_string(),
        "fingerprint_sha256": hexadecimal(&certificate.fingerprint_sha256()),
    })
}

/// As `--san` takes it, where it is of one of its four kinds.
pub(crate) fn san_json(name: &GeneralName) -> String {
    name.to_san()
        .map_or_else(|_| name.to_string(), |san| san.to_string())
}

/// A made certificate for `--json`, its files by what they hold.
pub(crate) fn filed_json(filed: &Filed) -> Value {
    json!({
        "certificate": certificate_json(&filed.certificate),
        "files": filed.files,
        "requested_extensions": decisions_json(&filed.decisions),
    })
}

/// Days left in the colour of their urgency.
pub(crate) fn days_text(days: i64) -> String {
    let style = match days {
        ..0 => RED,
        0..30 => YELLOW,
        _ => GREEN,
    };
    if days < 0 {
        format!("{style}expired{style:#}")
    } else {
        format!("{style}{days}{style:#}")
    }
}
