//! A probe for people.

use std::fmt::Write as _;

use super::{Entry, Probed};
use crate::{
    cli::render::{self, BOLD, DIM, GREEN, RED, YELLOW, day},
    inspect::verify::Severity,
    probe::{Admission, Errand, Finding, Identity, Shown, Staple, StapleError, StapleStatus},
    x509::{Certificate, GeneralName, Name, escape_control},
};

/// More names of a certificate or a server's list are counted.
const SHOWN: usize = 6;

/// `client` is what the certificate that was shown is called.
pub(crate) fn text(entries: &[Entry], client: Option<(&str, &Identity)>) -> String {
    let seen = entries
        .iter()
        .filter_map(|entry| Some((&entry.errand, entry.seen.as_ref().ok()?)));
    let texts: Vec<String> = seen
        .map(|(errand, probed)| one(errand, probed, client.map(|(name, _)| name)))
        .collect();
    texts.join("\n")
}

fn one(errand: &Errand, probed: &Probed, client: Option<&str>) -> String {
    let served = &probed.examination.served;
    let failures = probed
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Failure)
        .count();
    let (style, verdict) = match failures {
        0 => (GREEN.bold(), "good".to_owned()),
        1 => (RED.bold(), "1 problem".to_owned()),
        many => (RED.bold(), format!("{many} problems")),
    };
    let address = served
        .address
        .filter(|address| errand.endpoint.host.to_string() != address.to_string())
        .map(|address| format!(" at {address}"))
        .unwrap_or_default();
    let name = if errand.server_name == errand.endpoint.host {
        String::new()
    } else {
        format!(", asked for {}", errand.server_name)
    };
    // Writing to a String cannot fail.
    let mut text = format!(
        "{BOLD}{}{BOLD:#}{address}{name}: {style}{verdict}{style:#}\n",
        errand.endpoint
    );
    let starttls = errand
        .starttls
        .map(|protocol| format!(" after {protocol}'s STARTTLS"))
        .unwrap_or_default();
    line(
        &mut text,
        "versions",
        &format!(
            "{}{starttls} {DIM}(older ones cannot be tried){DIM:#}",
            versions(probed).join(", ")
        ),
    );
    let suite = [&served.cipher_suite, &served.key_exchange];
    let suite: Vec<&str> = suite.into_iter().flatten().map(String::as_str).collect();
    line(&mut text, "cipher", &suite.join(", key exchange "));
    if let Some(protocol) = &served.protocol {
        line(&mut text, "ALPN", &escape_control(protocol));
    }
    for (index, certificate) in served.chain().iter().enumerate() {
        let name = if index == 0 { "chain" } else { "" };
        line(&mut text, name, &link(index + 1, certificate, probed));
    }
    if let Some(staple) = probed.examination.staple(&probed.judgement, probed.at) {
        line(&mut text, "OCSP", &staple_text(staple));
    }
    // Where it is not as it should be a finding says so.
    if let Some(drift) = probed
        .drift
        .as_ref()
        .filter(|drift| drift.remedy().is_none())
    {
        line(&mut text, "inventory", &escape_control(&drift.what()));
    }
    if let Some(asked) = &served.asked {
        let names = names(&asked.authorities, Name::openssl_oneline);
        let of = if names.is_empty() {
            ", and names no CA".to_owned()
        } else {
            format!(" of {}", escape_control(&names))
        };
        line(
            &mut text,
            "client",
            &format!("the server asks for a certificate{of}"),
        );
    }
    let entry = &probed.examination.without;
    if probed.asks() || entry.http.is_some() || entry.refusal.is_some() {
        let name = if probed.asks() { "without" } else { "answer" };
        line(&mut text, name, &admission(entry));
    }
    if let (Some(entry), Some(client)) = (&probed.examination.with, client) {
        line(
            &mut text,
            "with",
            &format!("{} {DIM}({client}){DIM:#}", admission(entry)),
        );
    }
    for finding in &probed.findings {
        push_finding(&mut text, finding);
    }
    text
}

fn line(text: &mut String, name: &str, value: &str) {
    render::line(text, name, value);
}

/// A certificate of the chain, its position first.
fn link(position: usize, certificate: &Certificate, probed: &Probed) -> String {
    let mut text = format!(
        "{position}  {}\n",
        escape_control(&render::title(certificate))
    );
    let found = certificate.subject_alt_names().unwrap_or_default();
    let mut facts = Vec::new();
    if !found.is_empty() {
        facts.push(escape_control(&names(&found, GeneralName::to_string)));
    }
    if certificate.is_self_issued() {
        facts.push("signed by itself".to_owned());
    } else {
        let issuer = certificate.issuer().openssl_oneline();
        facts.push(format!("signed by {}", escape_control(&issuer)));
    }
    facts.push(certificate.public_key().algorithm().to_string());
    facts.push(render::remaining_days(certificate, probed.at));
    for fact in facts {
        let _ = writeln!(text, "{:15}{fact}", "");
    }
    text.truncate(text.trim_end().len());
    text
}

/// The protocol versions that the server takes, newest first.
fn versions(probed: &Probed) -> Vec<String> {
    let versions = probed.examination.versions.iter().rev();
    let taken = versions.filter(|(_, taken)| taken.is_ok());
    taken.map(|(version, _)| version.to_string()).collect()
}

fn names<Item>(items: &[Item], name: impl Fn(&Item) -> String) -> String {
    let mut shown: Vec<String> = items.iter().take(SHOWN).map(name).collect();
    if items.len() > SHOWN {
        shown.push(format!("and {} more", items.len() - SHOWN));
    }
    shown.join(", ")
}

fn staple_text(staple: Result<Staple, StapleError>) -> String {
    match staple {
        Err(error) => format!(
            "{RED}no good{RED:#}: {}",
            escape_control(&error.to_string())
        ),
        Ok(staple) => {
            let style = match staple.status {
                StapleStatus::Good => GREEN,
                _ => RED,
            };
            let until = staple
                .next_update
                .map(|next| format!(" until {}", day(next)))
                .unwrap_or_default();
            format!(
                "{style}{}{style:#}, from {}{until}",
                staple.status,
                day(staple.this_update)
            )
        }
    }
}

/// How a client fared.
fn admission(entry: &Admission) -> String {
    match (&entry.refusal, &entry.http) {
        (Some(refusal), _) => {
            let style = match entry.shown {
                Shown::Nothing => YELLOW,
                _ => RED,
            };
            format!(
                "{style}refused{style:#} by {}",
                escape_control(&refusal.to_string())
            )
        }
        (None, Some(http)) => {
            let style = if http.code < 400 { GREEN } else { YELLOW };
            let reason = escape_control(&http.reason);
            format!("{style}HTTP {}{style:#} {reason}", http.code)
                .trim_end()
                .to_owned()
        }
        (None, None) => format!("{GREEN}let in{GREEN:#} by TLS"),
    }
}

pub(crate) fn push_finding(text: &mut String, finding: &Finding) {
    let (style, word) = match finding.severity {
        Severity::Failure => (RED, "problem"),
        Severity::Note => (YELLOW, "note"),
    };
    let _ = writeln!(
        text,
        "  {style}{word}{style:#}: {}",
        escape_control(&finding.what)
    );
    if !finding.remedy.is_empty() {
        let _ = writeln!(text, "    {}", escape_control(&finding.remedy));
    }
}
