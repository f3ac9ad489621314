//! The top of the page: the verdict, the numbers, the findings.

use serde::Serialize;

use super::certificates::Entries;
use super::tone::Tone;
use crate::authority::status::{Finding, Matter, Noun, Severity, Status};
use crate::x509::escape_control;

/// More findings of one severity are folded away.
const SHOWN: usize = 10;
/// More than these are counted.
const FOLDED: usize = 200;

#[derive(Serialize)]
pub(super) struct Verdict {
    tone: Tone,
    text: String,
    detail: String,
}

#[derive(Serialize)]
pub(super) struct Tile {
    tone: Tone,
    number: u64,
    what: &'static str,
}

#[derive(Serialize)]
pub(super) struct Group {
    tone: Tone,
    title: &'static str,
    count: usize,
    parts: Vec<Part>,
    left_out: Option<String>,
}

/// Findings, folded away below a heading if there is one.
#[derive(Serialize)]
struct Part {
    heading: Option<String>,
    findings: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    title: String,
    what: String,
    remedy: String,
    link: Option<String>,
}

/// The roots' names.
pub(super) fn title(status: &Status) -> String {
    let mut roots = status
        .authorities
        .iter()
        .filter(|authority| authority.parent.is_none());
    let first = roots.next().map(|root| escape_control(&root.common_name));
    match (first, roots.count()) {
        (None, _) => "a PKI without a CA".to_owned(),
        (Some(first), 0) => first,
        (Some(first), more) => format!("{first} and {more} more"),
    }
}

pub(super) fn verdict(status: &Status) -> Verdict {
    let critical = status.count(Severity::Critical);
    let warnings = status.count(Severity::Warning);
    let things = |count: usize| match count {
        1 => "1 thing".to_owned(),
        many => format!("{many} things"),
    };
    let (tone, text) = match (critical, warnings) {
        (0, 0) => (Tone::Ok, "All is well".to_owned()),
        (0, 1) => (Tone::Soon, "1 thing needs attention".to_owned()),
        (0, _) => (Tone::Soon, format!("{} need attention", things(warnings))),
        (1, _) => (Tone::Bad, "1 thing is broken now".to_owned()),
        (_, _) => (Tone::Bad, format!("{} are broken now", things(critical))),
    };
    let detail = match (critical, warnings) {
        (0, 0) => "Nothing has to be done today.".to_owned(),
        (0, _) | (_, 0) => "What to do is said below.".to_owned(),
        (_, 1) => "1 more needs attention. What to do is said below.".to_owned(),
        (_, _) => format!("{warnings} more need attention. What to do is said below."),
    };
    Verdict { tone, text, detail }
}

pub(super) fn tiles(status: &Status) -> Vec<Tile> {
    let of = |matter| {
        let found = status.findings.iter();
        let count = found.filter(|finding| finding.matter == matter).count();
        u64::try_from(count).unwrap_or(u64::MAX)
    };
    let soon = of(Matter::CertificateExpiresSoon) + of(Matter::AuthorityExpiresSoon);
    let expired = of(Matter::CertificateExpired) + of(Matter::AuthorityExpired);
    let authorities = u64::try_from(status.authorities.len()).unwrap_or(u64::MAX);
    let in_use = status.authorities.iter().map(|one| one.in_use).sum();
    let toned = |count, tone| if count > 0 { tone } else { Tone::Ok };
    [
        (Tone::Ok, in_use, "certificates in use"),
        (toned(soon, Tone::Soon), soon, "end soon"),
        (toned(expired, Tone::Bad), expired, "expired"),
        (Tone::Ok, status.census.revoked, "revoked"),
        (Tone::Ok, authorities, "CAs"),
    ]
    .map(|(tone, number, what)| Tile { tone, number, what })
    .into()
}

pub(super) fn findings(status: &Status, entries: &Entries) -> Vec<Group> {
    let mut groups = Vec::new();
    for severity in Severity::ALL {
        let (tone, title) = match severity {
            Severity::Critical => (Tone::Bad, "Broken now"),
            Severity::Warning => (Tone::Soon, "Needs attention"),
            Severity::Notice => (Tone::Off, "Good to know"),
        };
        let found: Vec<&Finding> = status
            .findings
            .iter()
            .filter(|finding| finding.severity() == severity)
            .collect();
        if !found.is_empty() {
            groups.push(Group {
                tone,
                title,
                count: found.len(),
                parts: parts(&found, entries),
                left_out: match found.len().saturating_sub(SHOWN + FOLDED) {
                    0 => None,
                    more => Some(format!("{more} more are told by 'certmint status --json'.")),
                },
            });
        }
    }
    groups
}

fn parts(found: &[&Finding], entries: &Entries) -> Vec<Part> {
    let part = |heading, found: &[&Finding]| Part {
        heading,
        findings: found.iter().map(|one| shown(one, entries)).collect(),
    };
    let (first, rest) = found.split_at(found.len().min(SHOWN));
    let folded = rest.get(..FOLDED).unwrap_or(rest);
    let mut parts = vec![part(None, first)];
    if !folded.is_empty() {
        parts.push(part(Some(format!("{} more", folded.len())), folded));
    }
    parts
}

fn shown(finding: &Finding, entries: &Entries) -> Shown {
    let about = &finding.about;
    let noun = match about.noun {
        Noun::Authority => "CA ",
        Noun::RevocationList => "CRL of ",
        Noun::Certificate | Noun::Pki => "",
    };
    Shown {
        title: format!("{noun}{}", escape_control(about.title())),
        what: escape_control(&finding.what),
        remedy: escape_control(&finding.remedy),
        link: about
            .serial
            .as_ref()
            .and_then(|serial| entries.by_serial.get(serial).cloned()),
    }
}
