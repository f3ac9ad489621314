//! What `certmint ca import` tells.

use anyhow::Result;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{
    foreign_ca::{ForeignCa, Origin, Settled},
    render,
    report::Report,
};
use crate::{
    authority::{Adopted, ImportReport, LeftOut, is_self_signed},
    store::StoreName,
    x509::Certificate,
};

/// Left-out things that are told one by one; the JSON document has them all.
const TOLD: usize = 5;

/// What came of adopting a CA.
pub(crate) fn report(
    name: &StoreName,
    ca: &ForeignCa,
    adopted: &Adopted,
    imported: ImportReport,
    settled: Settled,
    now: OffsetDateTime,
) -> Result<Report> {
    let certificate = Certificate::from_der(&adopted.authority.certificate_der)?;
    let ImportReport {
        added,
        completed,
        revoked_since,
        refused,
        foreign,
        standings,
    } = imported;
    let mut text = render::certificate_text(
        "CA",
        &certificate,
        &render::remaining_days(&certificate, now),
    );
    let mut fact = |name: &str, value: String| render::line(&mut text, name, &value);
    fact("from", ca.origin.to_string());
    let mut news = format!("{added} new");
    if completed > 0 {
        news.push_str(&format!(", {completed} known by number are complete now"));
    }
    if revoked_since > 0 {
        news.push_str(&format!(", {revoked_since} revoked since"));
    }
    fact("imported", news);
    let mut stand = format!(
        "{} valid, {} expired, {} revoked",
        standings.valid, standings.expired, standings.revoked
    );
    if standings.listed > 0 {
        stand.push_str(&format!(
            "; {} of these without a certificate's file",
            standings.listed
        ));
    }
    fact("issued", stand);
    let written = adopted.written.iter().map(|file| {
        let is_key = file.extension().is_some_and(|extension| extension == "key");
        (
            file.as_path(),
            if is_key { "private key" } else { "certificate" },
        )
    });
    text.push_str(&render::files_text(
        written.chain(
            settled
                .folders
                .iter()
                .map(|(_, folder)| (folder.as_path(), "a certificate's folder")),
        ),
    ));
    let left_out = |all: &[LeftOut]| -> Value {
        all.iter()
            .map(|one| json!({ "place": one.place, "reason": one.reason }))
            .collect()
    };
    let document = json!({
        "name": name.to_string(),
        "origin": ca.origin.word(),
        "certificate": render::certificate_json(&certificate),
        "files": adopted.written,
        "added": added,
        "completed": completed,
        "revoked_since": revoked_since,
        "valid": standings.valid,
        "expired": standings.expired,
        "revoked": standings.revoked,
        "without_file": standings.listed,
        "refused": left_out(&refused),
        "foreign": left_out(&foreign),
        "folders": settled.folders.iter().map(|(name, folder)| {
            json!({ "name": name.to_string(), "folder": folder })
        }).collect::<Vec<_>>(),
        "without_folder": left_out(&settled.left_out),
    });
    let failures = refused
        .iter()
        .map(|one| anyhow::anyhow!("{}: {}", one.place, one.reason))
        .collect();
    let notes = notes(ca, &certificate, adopted, &foreign, &settled);
    Ok(Report::new("ca.import", document, text)
        .notes(notes)
        .failures(failures))
}

fn notes(
    ca: &ForeignCa,
    certificate: &Certificate,
    adopted: &Adopted,
    foreign: &[LeftOut],
    settled: &Settled,
) -> Vec<String> {
    let mut notes = Vec::new();
    let is_listed = ca.index.is_some() || !ca.by_serial.is_empty();
    if !is_listed {
        let keeper = match ca.origin {
            Origin::Mkcert => "mkcert keeps no list of what it issued",
            _ => "there is no list of what this CA issued",
        };
        notes.push(format!(
            "{keeper}: only what was found is known; name folders with --newcerts DIR"
        ));
    }
    if !is_self_signed(certificate) && adopted.chain.is_empty() {
        notes.push(format!(
            "the CA above ({}) is not known here, so chains end with this one; import it with \
             --no-key to have it in them",
            certificate.issuer().openssl_oneline()
        ));
    }
    if let Some((certificate, key)) = &ca.other {
        notes.push(format!(
            "there is another CA: --cert {} --key {}",
            certificate.display(),
            key.display()
        ));
    }
    notes.extend(told(foreign, "certificates of other issuers were left out"));
    notes.extend(told(&settled.left_out, "certificates have no folder"));
    notes
}

/// A few of many.
fn told(all: &[LeftOut], what: &str) -> Vec<String> {
    let mut told: Vec<String> = all
        .iter()
        .take(TOLD)
        .map(|one| format!("{}: {}", one.place, one.reason))
        .collect();
    if all.len() > TOLD {
        told.push(format!("{} {what}; --json has them all", all.len()));
    }
    told
}
