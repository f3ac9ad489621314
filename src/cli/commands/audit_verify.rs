//! `certmint audit verify`

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::{
    cli::{
        matching::Sha256,
        render::{self, BOLD, GREEN, RED},
        report::{Report, Verdict},
    },
    store::{AuditFinding, Difference, Inventory, Layout, Told, Witness},
    x509::escape_control,
};

/// The most findings that are told one by one; all are counted.
const MOST_TOLD: usize = 1000;

/// What was compared.
const WHOLE: &str =
    "no entry and no certificate was removed or changed; subject, names, dates, key,
            kind, place, state and revocation of each certificate, and subject, dates, key, URLs
            and days of lists of each CA, are what its certificate and the log say";

/// A check of the audit log.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint audit verify
  certmint audit verify --head 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

It prints the head: the hash of the newest entry, which stands for all before it. Write it down
elsewhere, and give it the next time: whoever can write to the inventory can compute a whole new
log, and cannot make it go through a head that you kept.

Exit code 3 if anything does not fit.")]
pub(crate) struct AuditVerify {
    /// A head that was written down before
    #[arg(long, value_name = "HASH")]
    pub(crate) head: Option<Sha256>,
}

pub(crate) fn run(pki: &Path, arguments: &AuditVerify) -> Result<Report> {
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let mut findings: Vec<AuditFinding> = Vec::new();
    let mut count = 0_usize;
    let known = arguments.head.map(|Sha256(head)| head);
    let check = inventory.check_audit(known, &mut |finding| {
        count += 1;
        if findings.len() < MOST_TOLD {
            findings.push(finding);
        }
    })?;
    let mut text = format!(
        "{BOLD}audit log{BOLD:#}  {} entries, compared with {}\n",
        check.entries,
        render::certificates(usize::try_from(check.certificates).unwrap_or(usize::MAX))
    );
    render::line(&mut text, "head", &render::hexadecimal(&check.head));
    if let Some(known) = check.known {
        let since = check.entries - known;
        render::line(
            &mut text,
            "kept head",
            &format!("is entry {known}; {since} were added since"),
        );
    }
    for finding in &findings {
        let message = escape_control(&message(finding));
        text.push_str(&format!("  {RED}wrong{RED:#}     {message}\n"));
    }
    if count > findings.len() {
        let more = count - findings.len();
        render::line(&mut text, "", &format!("and {more} more"));
    }
    if count == 0 {
        text.push_str(&format!("  {GREEN}whole{GREEN:#}     {WHOLE}\n"));
    }
    let documents: Vec<Value> = findings.iter().map(document).collect();
    let json = json!({
        "entries": check.entries,
        "head": render::hexadecimal(&check.head),
        "known_head_entry": check.known,
        "certificates": check.certificates,
        "count": count,
        "findings": documents,
    });
    let verdict = if count == 0 {
        Verdict::Clean
    } else {
        Verdict::Found
    };
    Ok(Report::new("audit.verify", json, text).verdict(verdict))
}

/// What is wrong, in words.
fn message(finding: &AuditFinding) -> String {
    match finding {
        AuditFinding::Missing { first, last } if first == last => {
            format!("entry {first} is missing")
        }
        AuditFinding::Missing { first, last } => format!("entries {first} to {last} are missing"),
        AuditFinding::Changed { number } => {
            format!("entry {number} was changed: its hash does not fit its content")
        }
        AuditFinding::Unlinked { number } => format!(
            "entry {number} does not follow entry {}: one of the two was put there later",
            number - 1
        ),
        AuditFinding::Head { counted, found } => format!(
            "the head is not that of the last entry: it counts {counted}, and there are {found}"
        ),
        AuditFinding::HeadUnknown => {
            "no entry has the hash that was given with --head: the log was written anew, or it ends before that entry".to_owned()
        }
        AuditFinding::Begin {
            number,
            counted,
            found,
        } => format!(
            "the certificates from before the log are not those of entry {number}: it tells of {counted}, and there are {found}"
        ),
        AuditFinding::CertificateGone { number, told } => format!(
            "the certificate of entry {number} is not in the inventory any more: {}",
            described(told)
        ),
        AuditFinding::Unlogged { told } => {
            format!("no entry tells of the signing of {}", described(told))
        }
        AuditFinding::OtherCertificate { number, told } => format!(
            "the certificate of entry {number} was replaced by another: {}",
            described(told)
        ),
        AuditFinding::OtherBytes { told } => format!(
            "the bytes of a certificate are not those that were signed: {}",
            described(told)
        ),
        AuditFinding::AuthorityBytes { subject } => {
            format!("the bytes of a CA's certificate were changed: {subject}")
        }
        AuditFinding::RowChanged { told, difference } => {
            format!("{}: {}", described(told), differing(difference))
        }
        AuditFinding::AuthorityChanged {
            subject,
            difference,
        } => format!("the CA {subject}: {}", differing(difference)),
        AuditFinding::RevocationUnlogged { told } => {
            format!("no entry tells of this revocation of {}", described(told))
        }
        AuditFinding::RevocationGone { number, told } => format!(
            "revoked by entry {number} and not any more: {}",
            described(told)
        ),
    }
}

fn differing(difference: &Difference) -> String {
    let Difference {
        column,
        row,
        truth,
        witness,
    } = difference;
    let value = |value: &Option<String>| match value.as_deref() {
        None | Some("") => "nothing".to_owned(),
        Some(value) => value.to_owned(),
    };
    let (row, truth) = (value(row), value(truth));
    let by = match witness {
        Witness::Certificate => "its certificate says".to_owned(),
        Witness::Entry(number) => format!("entry {number} says"),
        Witness::Log => "it is by the log".to_owned(),
    };
    format!("{column} is {row} in the inventory, and {by} {truth}")
}

fn described(told: &Told) -> String {
    let name = told
        .name
        .as_ref()
        .map_or_else(String::new, |name| format!("{name}, "));
    format!("{name}{}, serial number {}", told.subject, told.serial)
}

fn document(finding: &AuditFinding) -> Value {
    let entry = |difference: &Difference| match difference.witness {
        Witness::Entry(number) => Some(number),
        Witness::Certificate | Witness::Log => None,
    };
    let column = match finding {
        AuditFinding::RowChanged { difference, .. }
        | AuditFinding::AuthorityChanged { difference, .. } => Some(difference.column),
        _ => None,
    };
    let (check, entry, certificate) = match finding {
        AuditFinding::Missing { first, .. } => ("missing", Some(*first), None),
        AuditFinding::Changed { number } => ("changed", Some(*number), None),
        AuditFinding::Unlinked { number } => ("unlinked", Some(*number), None),
        AuditFinding::Head { .. } => ("head", None, None),
        AuditFinding::HeadUnknown => ("head_unknown", None, None),
        AuditFinding::Begin { number, .. } => ("begin", Some(*number), None),
        AuditFinding::CertificateGone { number, told } => {
            ("certificate_gone", Some(*number), Some(told))
        }
        AuditFinding::Unlogged { told } => ("unlogged", None, Some(told)),
        AuditFinding::OtherCertificate { number, told } => {
            ("other_certificate", Some(*number), Some(told))
        }
        AuditFinding::OtherBytes { told } => ("other_bytes", None, Some(told)),
        AuditFinding::AuthorityBytes { .. } => ("authority_bytes", None, None),
        AuditFinding::RowChanged { told, difference } => {
            ("row_changed", entry(difference), Some(told))
        }
        AuditFinding::AuthorityChanged { difference, .. } => {
            ("authority_changed", entry(difference), None)
        }
        AuditFinding::RevocationUnlogged { told } => ("revocation_unlogged", None, Some(told)),
        AuditFinding::RevocationGone { number, told } => {
            ("revocation_gone", Some(*number), Some(told))
        }
    };
    let certificate = certificate
        .map(|told| json!({ "name": told.name, "serial": told.serial, "subject": told.subject }));
    json!({
        "check": check,
        "message": message(finding),
        "entry": entry,
        "certificate": certificate,
        "column": column,
    })
}
