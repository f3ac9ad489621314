//! `[ca.NAME]`

use std::path::PathBuf;

use crate::{
    ca::Services,
    manifest::{
        authority::{Custody, DesiredAuthority},
        keys,
        source::Problems,
    },
    store::{AuthoritySettings, StoreName},
    x509::{NameConstraints, PathLength, ServiceUrl, Subtree},
};

use super::{
    defaults::{self, Defaults},
    fields::Fields,
    subject,
};

/// Reads a CA; nothing where a value that it cannot do without is wrong, which is told.
pub(super) fn read(
    name: StoreName,
    fields: &Fields<'_>,
    defaults: &Defaults,
    problems: &mut Problems<'_>,
) -> Option<DesiredAuthority> {
    fields.refuse_unknown(keys::CA.keys, problems);
    if fields.value("common_name").is_none() && fields.value("subject").is_none() {
        problems.push(
            fields.at(),
            format!("[ca.{name}] has no name for its certificate"),
            "write common_name = \"…\", the name that people see in their trust store",
        );
    }
    let issuer = fields
        .value("issuer")
        .and_then(|value| defaults::store_name(&value, problems));
    let subject = subject::read(fields, &defaults.subject, None, problems);
    let key = defaults::key(fields, problems).unwrap_or(DesiredAuthority::KEY);
    let days = defaults::days(fields, "days", problems)
        .unwrap_or_else(|| DesiredAuthority::usual_days(issuer.as_ref()));
    let path_length = path_length(fields, problems)
        .unwrap_or_else(|| DesiredAuthority::usual_path_length(issuer.as_ref()));
    let permitted = subtrees(fields, ["permit_dns", "permit_ip"], problems);
    let excluded = subtrees(fields, ["exclude_dns", "exclude_ip"], problems);
    let custody = custody(fields, problems).unwrap_or_default();
    let renewal = defaults::renewal(fields, problems).unwrap_or_default();
    let mut url = |key| -> Option<ServiceUrl> {
        let remedy = "write it as \"http://pki.example.com/ca.crl\"";
        fields.value(key)?.parsed(remedy, problems)
    };
    let services = Services {
        crl: url("crl_url"),
        ca_issuers: url("ca_issuers_url"),
        ocsp: url("ocsp_url"),
    };
    let crl_days = defaults::days(fields, "crl_days", problems).or(defaults.crl_days);
    Some(DesiredAuthority {
        name,
        issuer,
        subject: subject?,
        key,
        key_file: defaults::key_file(fields, problems),
        days,
        path_length,
        name_constraints: NameConstraints::new(permitted, excluded),
        custody,
        renewal,
        settings: AuthoritySettings { services, crl_days },
    })
}

fn path_length(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<PathLength> {
    let value = fields.value("path_length")?;
    if value.is_string() {
        return value.word(&[("unlimited", PathLength::Unlimited)], problems);
    }
    let most = value.number(0..=255, problems)?;
    u8::try_from(most).ok().map(PathLength::AtMost)
}

fn subtrees(
    fields: &Fields<'_>,
    [dns, ip]: [&'static str; 2],
    problems: &mut Problems<'_>,
) -> Vec<Subtree> {
    let mut found: Vec<Subtree> = Vec::new();
    for (key, example) in [(dns, "internal.local"), (ip, "10.0.0.0/8")] {
        let Some(value) = fields.value(key) else {
            continue;
        };
        for item in value.list(problems) {
            let Some(text) = item.string(problems) else {
                continue;
            };
            let read = if key == dns {
                Subtree::dns(text)
            } else {
                text.parse().map(Subtree::Ip)
            };
            match read {
                Ok(subtree) if found.contains(&subtree) => {
                    item.refuse(
                        format!("{text:?} is there twice"),
                        "leave one out",
                        problems,
                    );
                }
                Ok(subtree) => found.push(subtree),
                Err(error) => {
                    item.refuse(
                        error.to_string(),
                        format!("write it as \"{example}\""),
                        problems,
                    );
                }
            }
        }
    }
    found
}

/// `"none"`, or `{ file = "…" }`; a file's name alone would be taken for the passphrase itself, and
/// that never stands in a manifest.
fn custody(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Custody> {
    let value = fields.value("passphrase")?;
    let example = "{ file = \"ca.pass\" }";
    if value.is_string() {
        if value.string(problems)? == "none" {
            return Some(Custody::Plain);
        }
        let remedy = format!(
            "write passphrase = {example} with a file that has it on its first line, \"none\" for a key without one, or leave it out to be asked"
        );
        value.refuse(
            "a passphrase does not stand in a manifest",
            remedy,
            problems,
        );
        return None;
    }
    let inner = value.table(keys::PASSPHRASE.keys, example, problems)?;
    match inner.value("file") {
        Some(file) => file
            .filled(problems)
            .map(|file| Custody::File(PathBuf::from(file))),
        None => {
            let remedy = format!("write passphrase = {example}");
            value.refuse("`passphrase` names no file", remedy, problems);
            None
        }
    }
}
