//! Every certificate and CA in detail.

use std::collections::HashMap;

use serde::Serialize;

use super::tone::{Tone, Tones};
use crate::authority::status::{AuthorityState, Holding, Holdings, Standing, Status};
use crate::x509::{escape_control, moment_text};

/// The entries of the page.
pub(super) struct Entries {
    pub(super) authorities: Vec<Entry>,
    pub(super) certificates: Vec<Entry>,
    /// Where each is on the page, by its serial number.
    pub(super) by_serial: HashMap<String, String>,
    /// What is said of those that are not on the page.
    pub(super) left_out: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Entry {
    id: String,
    tone: Tone,
    title: String,
    names: String,
    subject: String,
    kind: &'static str,
    life: String,
    facts: Vec<Fact>,
}

#[derive(Serialize)]
struct Fact {
    name: &'static str,
    value: String,
    /// Whether it is set in a typewriter's letters.
    code: bool,
}

/// Facts as they are collected, control characters written out.
#[derive(Default)]
struct Facts(Vec<Fact>);

impl Facts {
    fn text(&mut self, name: &'static str, value: impl AsRef<str>) {
        self.push(name, escape_control(value.as_ref()), false);
    }

    fn code(&mut self, name: &'static str, value: impl AsRef<str>) {
        self.push(name, escape_control(value.as_ref()), true);
    }

    fn lines(&mut self, name: &'static str, values: &[String]) {
        let lines: Vec<String> = values.iter().map(|value| escape_control(value)).collect();
        self.push(name, lines.join("\n"), false);
    }

    fn push(&mut self, name: &'static str, value: String, code: bool) {
        if !value.is_empty() {
            self.0.push(Fact { name, value, code });
        }
    }
}

impl Entries {
    pub(super) fn of(status: &Status, holdings: &Holdings, tones: &Tones<'_>) -> Self {
        let mut by_serial = HashMap::new();
        let mut authorities = Vec::new();
        for (position, authority) in status.authorities.iter().enumerate() {
            let id = format!("ca-{position}");
            by_serial.insert(authority.serial.clone(), id.clone());
            authorities.push(of_authority(id, authority, status, tones));
        }
        let mut certificates = Vec::new();
        for (position, certificate) in holdings.certificates.iter().enumerate() {
            let id = format!("c-{position}");
            by_serial.insert(certificate.serial.clone(), id.clone());
            certificates.push(of_certificate(id, certificate, tones));
        }
        let left_out = match holdings.left_out {
            0 => None,
            more => Some(format!(
                "These are the {} that end first. {more} more are left out, so that the page stays \
                 easy to open; 'certmint list' has all of them.",
                certificates.len()
            )),
        };
        Self {
            authorities,
            certificates,
            by_serial,
            left_out,
        }
    }
}

fn of_authority(
    id: String,
    authority: &AuthorityState,
    status: &Status,
    tones: &Tones<'_>,
) -> Entry {
    let parent = authority.parent.and_then(|parent| {
        let mut authorities = status.authorities.iter();
        authorities.find(|one| one.id == parent)
    });
    let mut facts = Facts::default();
    facts.text("Subject", &authority.subject);
    facts.text("Signed by", parent.map_or("itself", AuthorityState::title));
    if authority.standing != Standing::Current {
        facts.text("Standing", authority.standing.word());
    }
    facts.text("Key", &authority.key);
    facts.text("Valid from", moment_text(authority.not_before));
    facts.text("Valid to", moment_text(authority.not_after));
    facts.text("In use below it", authority.in_use.to_string());
    facts.text("Revoked", authority.revoked.to_string());
    if let Some(list) = &authority.list {
        facts.text(
            "CRL",
            format!(
                "number {}, {} entries, next update {}",
                list.number,
                list.entries,
                moment_text(list.next_update)
            ),
        );
    }
    facts.code("Serial number", &authority.serial);
    facts.code("SHA-256", &authority.fingerprint);
    Entry {
        id,
        tone: tones.of_authority(authority),
        title: escape_control(authority.title()),
        names: String::new(),
        subject: escape_control(&authority.subject),
        kind: "ca",
        life: tones.life(authority.not_after),
        facts: facts.0,
    }
}

fn of_certificate(id: String, certificate: &Holding, tones: &Tones<'_>) -> Entry {
    let mut facts = Facts::default();
    let tone = tones.of_certificate(certificate);
    if let Some((at, reason)) = certificate.revoked {
        facts.text("Revoked", format!("{}, reason {reason}", moment_text(at)));
    }
    facts.text("Subject", &certificate.subject);
    facts.lines("Names", &certificate.sans);
    facts.text("Signed by", &certificate.issuer_title);
    facts.text("Key", certificate.key.as_deref().unwrap_or_default());
    facts.text("Valid from", moment_text(certificate.not_before));
    facts.text("Valid to", moment_text(certificate.not_after));
    match certificate.generation {
        Some(generation) => facts.text("Generation", generation.to_string()),
        None => facts.text("Files", "written elsewhere"),
    }
    facts.code("Serial number", &certificate.serial);
    facts.code(
        "SHA-256",
        certificate.fingerprint.as_deref().unwrap_or_default(),
    );
    let names: Vec<&str> = certificate
        .sans
        .iter()
        .map(|name| {
            name.split_once(':')
                .map_or(name.as_str(), |(_, value)| value)
        })
        .take(4)
        .collect();
    Entry {
        id,
        tone,
        title: escape_control(certificate.title()),
        names: if names.is_empty() {
            escape_control(&certificate.subject)
        } else {
            escape_control(&names.join(", "))
        },
        subject: escape_control(&certificate.subject),
        kind: certificate.kind.word(),
        life: match certificate.revoked {
            Some((at, _)) => format!("revoked on {}", at.date()),
            None => tones.life(certificate.not_after),
        },
        facts: facts.0,
    }
}
