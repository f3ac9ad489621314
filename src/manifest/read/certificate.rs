//! `[server.NAME]`, `[client.NAME]`, `[peer.NAME]`

use crate::{
    manifest::{
        certificate::{DesiredCertificate, Probe},
        keys,
        refused::meant,
        source::Problems,
    },
    profile::{LeafKind, LongLife},
    store::StoreName,
    x509::{San, SanSet, usual_alternative_name, usual_common_name},
};

use super::{
    defaults::{self, Defaults},
    export,
    fields::Fields,
    reload, subject, target,
};

/// What a table's head says.
pub(super) struct Called {
    pub(super) name: StoreName,
    pub(super) kind: LeafKind,
}

/// Reads a certificate; nothing where a value that it cannot do without is wrong, which is told.
pub(super) fn read(
    Called { name, kind }: Called,
    fields: &Fields<'_>,
    defaults: &Defaults,
    authorities: &[StoreName],
    problems: &mut Problems<'_>,
) -> Option<DesiredCertificate> {
    fields.refuse_unknown(keys::CERTIFICATE.keys, problems);
    let called = name.to_string();
    let authority = match fields.value("ca") {
        Some(value) => defaults::store_name(&value, problems),
        None => usual_authority(defaults, authorities).or_else(|| {
            let what = format!("[{kind}.{name}] does not say which CA signs it");
            let known: Vec<String> = authorities.iter().map(StoreName::to_string).collect();
            let remedy = match known.as_slice() {
                [] => "add a [ca.NAME]; the manifest has none".to_owned(),
                known => format!(
                    "write ca = \"NAME\" here or in [defaults], with one of {}",
                    known.join(", ")
                ),
            };
            problems.push(fields.at(), what, remedy);
            None
        }),
    };
    let names = alternative_names(&called, fields, problems);
    let common_name = usual_common_name(&called, names.as_ref());
    let subject = subject::read(fields, &defaults.subject, common_name, problems);
    let key = defaults::key(fields, problems).unwrap_or(defaults.key);
    let days = defaults::days(fields, "days", problems).unwrap_or(defaults.days);
    let long_life = fields
        .value("allow_long_life")
        .and_then(|value| value.truth(problems))
        .unwrap_or_default();
    let renewal = defaults::renewal(fields, problems).unwrap_or(defaults.renewal);
    let renewal_key = defaults::renewal_key(fields, problems).unwrap_or(defaults.renewal_key);
    let reload = match fields.value("reload") {
        Some(_) => reload::read(fields, problems),
        None => defaults.reload.clone(),
    };
    let probe = probe(fields, problems);
    let targets = targets(fields, problems);
    let settings = target::read(fields, &targets, authorities, problems);
    let exports = export::read(&called, fields, problems);
    Some(DesiredCertificate {
        name,
        kind,
        authority: authority?,
        subject: subject?,
        names,
        key,
        key_file: defaults::key_file(fields, problems),
        days,
        long_life: if long_life {
            LongLife::Allow
        } else {
            LongLife::Refuse
        },
        renewal,
        renewal_key,
        reload,
        probe,
        targets,
        settings,
        exports,
    })
}

/// The CA of the defaults, else the only one.
fn usual_authority(defaults: &Defaults, authorities: &[StoreName]) -> Option<StoreName> {
    let only = match authorities {
        [only] => Some(only),
        _ => None,
    };
    defaults.authority.as_ref().or(only).cloned()
}

/// `san`; where it is left out, the name itself if it is a host name or an address.
fn alternative_names(
    called: &str,
    fields: &Fields<'_>,
    problems: &mut Problems<'_>,
) -> Option<SanSet> {
    let names: Vec<San> = match fields.value("san") {
        None => usual_alternative_name(called).into_iter().collect(),
        Some(value) => {
            let mut names: Vec<San> = Vec::new();
            for item in value.list(problems) {
                let remedy = "write a host name, an IP address, a mail address or a URI";
                let Some(name) = item.parsed::<San>(remedy, problems) else {
                    continue;
                };
                if names.contains(&name) {
                    item.refuse(format!("{name} is there twice"), "leave one out", problems);
                } else {
                    names.push(name);
                }
            }
            names
        }
    };
    SanSet::new(names).ok().flatten()
}

/// `"host:443"`, or `{ address = "10.0.0.7:443", server_name = "host" }`.
fn probe(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Probe> {
    const REMEDY: &str = "write it as \"www.example.com:443\"";
    let value = fields.value("probe")?;
    if value.is_string() {
        return Some(Probe {
            endpoint: value.parsed(REMEDY, problems)?,
            server_name: None,
        });
    }
    let inner = value.table(
        keys::PROBE.keys,
        "{ address = \"10.0.0.7:443\", server_name = \"www.example.com\" }",
        problems,
    )?;
    let Some(address) = inner.value("address") else {
        value.refuse("`probe` has no address", REMEDY, problems);
        return None;
    };
    let endpoint = address.parsed(REMEDY, problems);
    let server_name = inner
        .value("server_name")
        .and_then(|value| value.parsed("write a host name", problems));
    Some(Probe {
        endpoint: endpoint?,
        server_name,
    })
}

/// Names of places that a certificate goes to.
fn targets(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<String> {
    let Some(value) = fields.value("targets") else {
        return Vec::new();
    };
    let mut targets: Vec<String> = Vec::new();
    for item in value.list(problems) {
        let Some(target) = item.string(problems) else {
            continue;
        };
        let plain =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if target.is_empty() || !target.chars().all(plain) {
            let remedy = "write small letters, digits and hyphens, such as \"oci-lb\"";
            item.refuse(
                format!("{target:?} is no name of a target"),
                remedy,
                problems,
            );
        } else if let Some(near) = meant(target) {
            item.refuse(
                format!("there is no target {target:?}"),
                format!("did you mean {near:?}? One of your own needs a name that is less like it"),
                problems,
            );
        } else if targets.iter().any(|before| before == target) {
            item.refuse(
                format!("{target:?} is there twice"),
                "leave one out",
                problems,
            );
        } else {
            targets.push(target.to_owned());
        }
    }
    targets
}
