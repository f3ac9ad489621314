//! The status as JSON.

use serde_json::{Value, json};

use crate::{
    authority::status::{AuthorityState, Finding, Severity, Status},
    cli::render::days_left,
    store::RevocationList,
    x509::moment_text,
};

pub(crate) fn document(status: &Status) -> Value {
    let census = &status.census;
    let count = |severity| status.count(severity);
    json!({
        "at": moment_text(status.at),
        "needs_attention": status.needs_attention(),
        "findings_by_severity": {
            "critical": count(Severity::Critical),
            "warning": count(Severity::Warning),
            "notice": count(Severity::Notice),
        },
        "certificates_by_state": {
            "issued": census.issued,
            "expired": census.expired,
            "revoked": census.revoked,
            "superseded": census.superseded,
            "lost": census.lost,
            "listed": census.listed,
            "recorded": census.recorded,
        },
        "findings": status
            .findings
            .iter()
            .map(|one| finding(one, status))
            .collect::<Vec<_>>(),
        "authorities": status
            .authorities
            .iter()
            .map(|one| authority(one, status))
            .collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding, status: &Status) -> Value {
    let about = &finding.about;
    json!({
        "severity": finding.severity().word(),
        "matter": finding.matter.word(),
        "about": about.noun.word(),
        "name": about.name,
        "subject": about.subject,
        "serial": about.serial,
        "ends": about.ends.map(moment_text),
        "days_left": about.ends.map(|ends| days_left(ends, status.at)),
        "what": finding.what,
        "remedy": finding.remedy,
    })
}

fn authority(authority: &AuthorityState, status: &Status) -> Value {
    let parent = authority.parent.and_then(|parent| {
        let found = status.authorities.iter().find(|one| one.id == parent);
        found.map(|one| &one.subject)
    });
    json!({
        "name": authority.name,
        "subject": authority.subject,
        "issuer": parent,
        "serial": authority.serial,
        "not_before": moment_text(authority.not_before),
        "not_after": moment_text(authority.not_after),
        "days_left": days_left(authority.not_after, status.at),
        "key": authority.key,
        "fingerprint_sha256": authority.fingerprint,
        "in_use": authority.in_use,
        "revoked": authority.revoked,
        "standing": authority.standing.word(),
        "crl": authority.list.map(list),
    })
}

fn list(list: RevocationList) -> Value {
    json!({
        "number": list.number,
        "this_update": moment_text(list.this_update),
        "next_update": moment_text(list.next_update),
        "entries": list.entries,
    })
}
