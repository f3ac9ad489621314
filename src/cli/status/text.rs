//! The status for people: what needs attention first, calm when nothing does.

use std::fmt::Write as _;

use anstyle::Style;

use crate::{
    authority::status::{Finding, Matter, Noun, Severity, Status},
    cli::render::{self, BOLD, DIM, GREEN, RED, YELLOW},
    store::Row,
    x509::escape_control,
};

/// More of one kind are counted, and a command shows them.
const SHOWN: usize = 10;

/// `next` is the certificate in use that ends first.
pub(crate) fn text(status: &Status, next: Option<&Row>) -> String {
    let mut text = headline(status);
    overview(&mut text, status, next);
    for severity in Severity::ALL {
        let findings: Vec<&Finding> = status
            .findings
            .iter()
            .filter(|finding| finding.severity() == severity)
            .collect();
        if findings.is_empty() {
            continue;
        }
        let (style, title) = match severity {
            Severity::Critical => (RED.bold(), "Broken now"),
            Severity::Warning => (YELLOW.bold(), "Needs attention"),
            Severity::Notice => (BOLD, "Good to know"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{style}{title}{style:#}");
        let width = findings
            .iter()
            .map(|finding| title_of(finding).chars().count())
            .max()
            .unwrap_or_default()
            .min(24);
        for matter in findings.chunk_by(|one, other| one.matter == other.matter) {
            group(&mut text, matter, width);
        }
    }
    text
}

fn headline(status: &Status) -> String {
    let count = |severity| status.count(severity);
    let (critical, warnings) = (count(Severity::Critical), count(Severity::Warning));
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let green = GREEN.bold();
    match (critical, warnings) {
        (0, 0) if status.census.total() == 0 => format!("{BOLD}Nothing here yet.{BOLD:#}\n"),
        (0, 0) => format!("{green}All is well.{green:#}\n"),
        (0, _) => {
            let style = YELLOW.bold();
            let need = if warnings == 1 { "needs" } else { "need" };
            format!(
                "{style}{warnings} thing{} {need} attention.{style:#}\n",
                plural(warnings)
            )
        }
        (_, _) => {
            let style = RED.bold();
            let is = if critical == 1 { "is" } else { "are" };
            let more = match warnings {
                0 => String::new(),
                1 => ", and 1 more needs attention".to_owned(),
                many => format!(", and {many} more need attention"),
            };
            format!(
                "{style}{critical} thing{} {is} broken now{more}.{style:#}\n",
                plural(critical)
            )
        }
    }
}

fn overview(text: &mut String, status: &Status, next: Option<&Row>) {
    let in_use: u64 = status
        .authorities
        .iter()
        .map(|authority| authority.in_use)
        .sum();
    let authorities = match status.authorities.len() {
        1 => "1 CA".to_owned(),
        many => format!("{many} CAs"),
    };
    let plural = if in_use == 1 { "" } else { "s" };
    let mut facts = vec![format!("{in_use} certificate{plural} in use")];
    let census = &status.census;
    for (count, what) in [
        (census.expired, "expired"),
        (census.revoked, "revoked"),
        (census.superseded, "replaced"),
        (census.listed, "known from an index alone"),
    ] {
        if count > 0 {
            facts.push(format!("{count} {what}"));
        }
    }
    let _ = writeln!(text, "  {authorities}; {}", facts.join(", "));
    if let Some(next) = next {
        let days = render::days_left(next.not_after, status.at);
        let plural = if days == 1 { "" } else { "s" };
        let title = next.place.as_ref().map_or_else(
            || escape_control(&next.subject),
            |place| place.name.to_string(),
        );
        let _ = writeln!(
            text,
            "  the next to end is {title}, on {}, in {days} day{plural}",
            render::day(next.not_after)
        );
    }
}

/// What a finding is about, as its line begins.
fn title_of(finding: &Finding) -> String {
    let noun = match finding.about.noun {
        Noun::Authority => "CA ",
        Noun::RevocationList => "CRL of ",
        Noun::Certificate | Noun::Pki => "",
    };
    format!("{noun}{}", escape_control(finding.about.title()))
}

fn group(text: &mut String, findings: &[&Finding], width: usize) {
    for finding in findings.iter().take(SHOWN) {
        line(text, finding, width);
    }
    let more = findings.len().saturating_sub(SHOWN);
    if let (Some(first), true) = (findings.first(), more > 0) {
        let _ = writeln!(
            text,
            "  {DIM}and {more} more like {}: {}{DIM:#}",
            if more == 1 { "this" } else { "these" },
            shown_by(first.matter)
        );
    }
}

/// The command that shows all of a kind.
fn shown_by(matter: Matter) -> &'static str {
    match matter {
        Matter::CertificateExpired | Matter::ElsewhereExpired => "certmint list --state expired",
        Matter::CertificateExpiresSoon => "certmint list --sort not-after",
        Matter::Lost => "certmint list --state lost",
        _ => "certmint status --json",
    }
}

fn line(text: &mut String, finding: &Finding, width: usize) {
    let style = match finding.severity() {
        Severity::Critical => RED,
        Severity::Warning => YELLOW,
        Severity::Notice => Style::new(),
    };
    let title = title_of(finding);
    let _ = writeln!(
        text,
        "  {style}{title:<width$}{style:#}  {}",
        escape_control(&finding.what)
    );
    let _ = writeln!(text, "    {DIM}{}{DIM:#}", escape_control(&finding.remedy));
}
