//! A probe as JSON.

use serde_json::{Value, json};

use super::{Entry, Probed};
use crate::{
    cli::render::{certificate_json, days_left},
    inspect::verify::Severity,
    probe::{Admission, Finding, Shown, Staple, StapleError, StapleStatus},
    x509::moment_text,
};

pub(crate) fn document(entries: &[Entry]) -> Value {
    json!({ "endpoints": entries.iter().map(endpoint).collect::<Vec<_>>() })
}

fn endpoint(entry: &Entry) -> Value {
    let errand = &entry.errand;
    let (error, hint) = match &entry.seen {
        Ok(_) => (None, None),
        Err(error) => (Some(error.to_string()), error.hint()),
    };
    json!({
        "endpoint": errand.endpoint.to_string(),
        "server_name": errand.server_name.to_string(),
        "starttls": errand.starttls.map(crate::probe::StartTls::word),
        "error": error,
        "hint": hint,
        "seen": entry.seen.as_ref().ok().map(seen),
    })
}

fn seen(probed: &Probed) -> Value {
    let served = &probed.examination.served;
    let judgement = &probed.judgement;
    let versions = probed.examination.versions.iter().map(|(version, taken)| {
        json!({
            "version": version.to_string(),
            "taken": taken.is_ok(),
            "reason": taken.as_ref().err().map(ToString::to_string),
        })
    });
    let drift = probed.drift.as_ref().map(|drift| {
        json!({
            "drift": drift.word(),
            "name": drift.name().map(ToString::to_string),
            "what": drift.what(),
        })
    });
    json!({
        "address": served.address.map(|address| address.to_string()),
        "accepted": !probed.has_failures(),
        "version": served.version.map(|version| version.to_string()),
        "versions": versions.collect::<Vec<_>>(),
        "cipher_suite": served.cipher_suite,
        "key_exchange": served.key_exchange,
        "protocol": served.protocol,
        "chain": served.chain().iter().map(certificate_json).collect::<Vec<_>>(),
        "days_left": days_left(served.certificate.not_after(), probed.at),
        "trusted": judgement.verdict.is_accepted(),
        "rustls": {
            "accepted": judgement.rustls.is_ok(),
            "reason": judgement.rustls.as_ref().err(),
        },
        "ocsp": probed.examination.staple(judgement, probed.at).map(staple),
        "inventory": drift,
        "asks_for_client_certificate": probed.asks(),
        "client_authorities": served.asked.as_ref().map_or_else(Vec::new, |asked| {
            asked.authorities.iter().map(ToString::to_string).collect()
        }),
        "without_client_certificate": admission(&probed.examination.without),
        "with_client_certificate": probed.examination.with.as_ref().map(admission),
        "findings": probed.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn staple(staple: Result<Staple, StapleError>) -> Value {
    match staple {
        Ok(staple) => json!({
            "status": match staple.status {
                StapleStatus::Good => "good",
                StapleStatus::Revoked { .. } => "revoked",
                StapleStatus::Unknown => "unknown",
            },
            "this_update": moment_text(staple.this_update),
            "next_update": staple.next_update.map(moment_text),
            "authentic": staple.authentic,
            "error": null,
        }),
        Err(error) => json!({
            "status": null,
            "this_update": null,
            "next_update": null,
            "authentic": null,
            "error": error.to_string(),
        }),
    }
}

fn admission(admission: &Admission) -> Value {
    let refusal = admission.refusal.as_ref();
    json!({
        "certificate_shown": admission.shown == Shown::Certificate,
        "refused": refusal.is_some(),
        "refusal": refusal.map(ToString::to_string),
        "meaning": refusal.map(|refusal| refusal.meaning(admission.shown)),
        "http_status": admission.http.as_ref().map(|http| http.code),
    })
}

pub(crate) fn finding(finding: &Finding) -> Value {
    json!({
        "severity": match finding.severity {
            Severity::Failure => "failure",
            Severity::Note => "note",
        },
        "matter": finding.matter.replace('-', "_"),
        "what": finding.what,
        "remedy": finding.remedy,
    })
}
