//! What came of a judgement, as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Subject;
use crate::{
    acceptance::{Destination, Finding, Side, Use, judge},
    cli::{
        render,
        report::{Report, Verdict},
    },
    x509::escape_control,
};

/// A subject, and what its destinations have against it.
pub(crate) struct Judged {
    subject: Subject,
    destinations: Vec<&'static Destination>,
    findings: Vec<Finding>,
}

impl Judged {
    /// Judges a subject.
    pub(crate) fn new(
        subject: Subject,
        destinations: Vec<&'static Destination>,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            findings: judge(&destinations, &subject.case(now)),
            subject,
            destinations,
        }
    }

    /// Whether nothing was found.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    fn names(&self) -> Vec<&'static str> {
        self.destinations.iter().map(|one| one.name()).collect()
    }

    fn is_refused(&self) -> bool {
        self.findings.iter().any(Finding::refuses)
    }

    fn push_text(&self, text: &mut String) {
        let (style, word) = match (self.is_refused(), self.is_clean()) {
            (true, _) => (render::RED.bold(), "refused"),
            (false, true) => (render::GREEN.bold(), "accepted"),
            (false, false) => (render::YELLOW.bold(), "accepted, with warnings"),
        };
        let dim = render::DIM;
        let names = self.names().join(", ");
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{style}{word}{style:#}  {}  {}\n  {dim}as a {} for {names}{dim:#}",
            escape_control(&self.subject.called),
            render::title(&self.subject.certificate),
            word_of(self.subject.purpose),
        );
        for finding in &self.findings {
            let (style, word) = if finding.refuses() {
                (render::RED, "refuses")
            } else {
                (render::YELLOW, "warns")
            };
            let _ = writeln!(
                text,
                "  {style}{word:<7}{style:#}  {}  {dim}{}{dim:#}\n           {}\n           {}\n           {dim}{}{dim:#}",
                finding.rule().id(),
                finding.destinations().join(", "),
                escape_control(finding.what()),
                escape_control(finding.remedy()),
                finding.rule().source(),
            );
        }
    }

    fn json(&self) -> Value {
        json!({
            "name": self.subject.called,
            "subject": self.subject.certificate.subject().to_string(),
            "serial": render::serial(&self.subject.certificate),
            "purpose": word_of(self.subject.purpose),
            "destinations": self.names(),
            "accepted": !self.is_refused(),
            "findings": self.findings.iter().map(finding_json).collect::<Vec<_>>(),
        })
    }

    /// What was passed over for want of something.
    fn passed_over(&self) -> Vec<&'static str> {
        let asks = |start: &str| {
            self.destinations
                .iter()
                .flat_map(|one| one.rules())
                .any(|rule| rule.id().contains(start))
        };
        let mut notes = Vec::new();
        let is_served = self
            .destinations
            .iter()
            .any(|one| one.side() == Side::Server);
        if self.subject.key.is_none() && is_served {
            notes.push(
                "the private key was not given, so that no rule about it was asked (--key-file)",
            );
        }
        if self.subject.replaces.is_none() && asks("-reimport-") {
            notes.push(
                "no certificate that it replaces was given, so that no rule of a reimport was asked (--replaces)",
            );
        }
        let ends_at_a_root = self
            .subject
            .file
            .iter()
            .chain(&self.subject.above)
            .any(|one| one.subject() == one.issuer());
        if !ends_at_a_root {
            notes.push("the root was not given, so that no rule about CAs was asked of it (--ca)");
        }
        notes
    }
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule().id(),
        "severity": finding.rule().severity().to_string(),
        "destinations": finding.destinations(),
        "what": finding.what(),
        "remedy": finding.remedy(),
        "source": finding.rule().source().to_string(),
    })
}

fn word_of(purpose: Use) -> &'static str {
    match purpose {
        Use::Server => "server",
        Use::Client => "client",
        Use::Peer => "peer",
        Use::Authority => "ca",
    }
}

/// The report of several judgements.
pub(crate) fn document(schema: &str, judged: &[Judged]) -> Report {
    let mut text = String::new();
    for one in judged {
        one.push_text(&mut text);
    }
    let mut notes: Vec<String> = Vec::new();
    for note in judged.iter().flat_map(Judged::passed_over) {
        if !notes.iter().any(|told| told == note) {
            notes.push(note.to_owned());
        }
    }
    let json = json!({
        "accepted": !judged.iter().any(Judged::is_refused),
        "certificates": judged.iter().map(Judged::json).collect::<Vec<_>>(),
    });
    let is_clean = judged.iter().all(Judged::is_clean);
    Report::new(schema, json, text)
        .notes(notes)
        .verdict(if is_clean {
            Verdict::Clean
        } else {
            Verdict::Found
        })
}
