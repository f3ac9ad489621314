//! What came of a rehearsal, as text and as JSON.

use std::{fmt::Write as _, path::PathBuf};

use serde_json::{Value, json};

use super::{
    probing::{finding_json, push_finding},
    render::{self, BOLD, DIM, GREEN, RED, YELLOW, certificate_json},
};
use crate::{
    inspect::verify::Host,
    rehearsal::{Opinion, Outcome, Rehearsal, Side, Trial},
    store::StoreName,
    x509::{Certificate, escape_control},
};

/// Who met whom, with which files.
pub(crate) struct Materials<'a> {
    pub(crate) server: &'a StoreName,
    pub(crate) client: Option<&'a StoreName>,
    pub(crate) host: &'a Host,
    pub(crate) client_trusts: &'a [PathBuf],
    pub(crate) server_trusts: &'a [PathBuf],
    pub(crate) revocation_lists: &'a [PathBuf],
}

pub(crate) fn text(rehearsal: &Rehearsal, materials: &Materials<'_>) -> String {
    let client = match materials.client {
        Some(client) => client.to_string(),
        None => "a client without a certificate".to_owned(),
    };
    // Writing to a String cannot fail.
    let mut text = format!(
        "{BOLD}{}{BOLD:#} as the server for {}, {BOLD}{client}{BOLD:#}\n",
        materials.server, materials.host
    );
    for (who, files) in [
        ("the client trusts", materials.client_trusts),
        ("the server trusts", materials.server_trusts),
        ("revocation lists", materials.revocation_lists),
    ] {
        if !files.is_empty() {
            let _ = writeln!(text, "  {DIM}{who}{DIM:#}  {}", paths(files).join(", "));
        }
    }
    text.push('\n');
    push_opinion(&mut text, &rehearsal.server);
    if let Some(client) = &rehearsal.client {
        push_opinion(&mut text, client);
    }
    for trial in &rehearsal.trials {
        push_trial(&mut text, trial);
    }
    for disagreement in &rehearsal.disagreements {
        let _ = writeln!(
            text,
            "{YELLOW}note{YELLOW:#}: {}",
            escape_control(disagreement)
        );
    }
    text
}

fn paths(files: &[PathBuf]) -> Vec<String> {
    files
        .iter()
        .map(|file| file.display().to_string())
        .collect()
}

fn push_opinion(text: &mut String, opinion: &Opinion) {
    let (of, by) = match opinion.of {
        Side::Server => (Side::Server, Side::Client),
        Side::Client => (Side::Client, Side::Server),
    };
    let (style, word) = if opinion.is_refused() {
        (RED.bold(), "refused")
    } else {
        (GREEN.bold(), "accepted")
    };
    let own = opinion.judgement.verdict.path.first();
    let title = own
        .and_then(|link| Certificate::from_der(&link.der).ok())
        .map(|own| escape_control(&render::title(&own)))
        .unwrap_or_default();
    let _ = writeln!(
        text,
        "{style}{word:<8}{style:#}  the {of}'s certificate by the {by}: {title}"
    );
    for finding in &opinion.findings {
        push_finding(text, finding);
    }
}

fn push_trial(text: &mut String, trial: &Trial) {
    let version = trial.version;
    let _ = match &trial.outcome {
        Outcome::Agreed => writeln!(text, "{GREEN}{version}{GREEN:#}   the handshake succeeds"),
        Outcome::Refused { by, reason } => writeln!(
            text,
            "{RED}{version}{RED:#}   the {by} refuses {DIM}(rustls: {}){DIM:#}",
            escape_control(reason)
        ),
        Outcome::Failed(reason) => writeln!(
            text,
            "{RED}{version}{RED:#}   the handshake fails {DIM}(rustls: {}){DIM:#}",
            escape_control(reason)
        ),
    };
}

pub(crate) fn document(rehearsal: &Rehearsal, materials: &Materials<'_>) -> Value {
    json!({
        "server": materials.server.to_string(),
        "client": materials.client.map(ToString::to_string),
        "host": materials.host.to_string(),
        "accepted": !rehearsal.is_refused(),
        "client_trusts": paths(materials.client_trusts),
        "server_trusts": paths(materials.server_trusts),
        "revocation_lists": paths(materials.revocation_lists),
        "server_certificate": opinion(&rehearsal.server),
        "client_certificate": rehearsal.client.as_ref().map(opinion),
        "handshakes": rehearsal.trials.iter().map(trial).collect::<Vec<_>>(),
        "disagreements": rehearsal.disagreements,
    })
}

fn opinion(opinion: &Opinion) -> Value {
    let own = opinion.judgement.verdict.path.first();
    let own = own.and_then(|link| Certificate::from_der(&link.der).ok());
    let rustls = &opinion.judgement.rustls;
    json!({
        "certificate": own.as_ref().map(certificate_json),
        "accepted": !opinion.is_refused(),
        "rustls": { "accepted": rustls.is_ok(), "reason": rustls.as_ref().err() },
        "findings": opinion.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

fn trial(trial: &Trial) -> Value {
    let (by, reason) = match &trial.outcome {
        Outcome::Agreed => (None, None),
        Outcome::Refused { by, reason } => (Some(by.to_string()), Some(reason)),
        Outcome::Failed(reason) => (None, Some(reason)),
    };
    json!({
        "version": trial.version.to_string(),
        "succeeds": trial.outcome == Outcome::Agreed,
        "refused_by": by,
        "reason": reason,
    })
}
