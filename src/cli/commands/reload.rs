//! `certmint reload`

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use clap::Args;
use serde_json::json;
use time::OffsetDateTime;

use crate::{
    authority::{Reload as ServerReload, Waiting, waiting, write_server_files},
    cli::{
        actor::{actor, renewal_holder},
        commands::list::abbreviated,
        failure::{Advised, one_line},
        manifest_file,
        render::{self, GREEN},
        renewal::{Outcome, Policy, Wishes, take, waiting_json},
        report::Report,
        table::Table,
    },
    store::{ActivationNeed, Layout, RenewalLock, Row, Shelf, State, Store, StoreName},
};

/// Whose servers are told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint reload
  certmint reload flb
  certmint reload flb --only-files

Makes nothing: the servers take what is in place, as the manifest says. Without names it is about what
was renewed and is not known to be served. --only-files is for a HAProxy that does not run yet: it
gets the files that it reads when it starts. See docs/howto/renewal-without-cuts.md.")]
pub(crate) struct Reload {
    /// Have the servers of these take them, whether or not they have
    #[arg(value_name = "NAME")]
    names: Vec<StoreName>,
    /// The manifest that says how servers are told; pki.toml in this folder if left out
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Write the files that HAProxy reads when it starts, and tell no server
    #[arg(long)]
    only_files: bool,
    /// Seconds that a reload, and then its servers, may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    timeout: u32,
}

pub(crate) fn run(pki: &Path, arguments: &Reload) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let wishes = Wishes {
        timeout: Duration::from_secs(u64::from(arguments.timeout)),
        ..Wishes::default()
    };
    let policy = match Policy::of_manifest(arguments.manifest.as_ref(), wishes)? {
        Err(wrong) => return Ok(manifest_file::faulty(wrong)),
        Ok(policy) => policy,
    };
    if !policy.has_manifest() {
        return Err(Advised {
            message: "there is no manifest that says how servers are told".into(),
            hint: "name one with --manifest FILE, or tell them with 'certmint renew NAME --reload COMMAND'"
                .into(),
        }
        .into());
    }
    let _lock = RenewalLock::take(&Layout::new(pki), &renewal_holder(now))?;
    let mut store = Store::open(pki, &actor(), now)?;
    let named = named(&store, &policy, &arguments.names)?;
    if arguments.only_files {
        return only_files(&store, &policy, named);
    }
    let waits = waiting(store.inventory())?;
    for (name, row) in named {
        let Some(place) = row.place else { continue };
        if waits.iter().all(|one| one.name != name) {
            store.activate(&name, place.generation, ActivationNeed::Servers, now)?;
        }
    }
    let concerns =
        |one: &Waiting| arguments.names.is_empty() || arguments.names.contains(&one.name);
    let mut outcome = Outcome::default();
    // Whom the servers took is told even if the inventory fails on the way.
    if let Err(error) = take(&mut store, pki, &policy, concerns, now, &mut outcome) {
        outcome.failures.push(error);
    }
    Ok(report(outcome))
}

/// Certificates by their names; each has servers, and a certificate that they may serve.
fn named(store: &Store, policy: &Policy, names: &[StoreName]) -> Result<Vec<(StoreName, Row)>> {
    let mut found: Vec<(StoreName, Row)> = Vec::new();
    for name in names {
        if found.iter().any(|(other, _)| other == name) {
            continue;
        }
        let current = store.inventory().current(Shelf::Certificates, name)?;
        let Some(row) = current.filter(|row| row.status.state() == State::Issued) else {
            return Err(Advised {
                message: format!(
                    "this PKI has no certificate {name} that could be served; nothing was done"
                ),
                hint: "certmint list shows the names".into(),
            }
            .into());
        };
        if !policy.has_servers(name) {
            return Err(Advised {
                message: format!(
                    "the manifest does not say how the servers of {name} are told; nothing was done"
                ),
                hint: format!("write reload or probe in its entry [server.{name}]"),
            }
            .into());
        }
        found.push((name.clone(), row));
    }
    Ok(found)
}

/// Writes what HAProxy reads when it starts: of the certificates that are named, else of all that
/// the manifest gives to one.
fn only_files(store: &Store, policy: &Policy, named: Vec<(StoreName, Row)>) -> Result<Report> {
    let is_named = !named.is_empty();
    let names: Vec<StoreName> = if is_named {
        named.into_iter().map(|(name, _)| name).collect()
    } else {
        policy.names()
    };
    let mut written: Vec<PathBuf> = Vec::new();
    let mut failures: Vec<anyhow::Error> = Vec::new();
    for name in names {
        match policy.reload(&name) {
            Some(reload @ ServerReload::HaProxy(_)) => {
                match write_server_files(store, &name, &reload) {
                    Ok(files) => written.extend(files),
                    Err(error) => failures.push(error.into()),
                }
            }
            _ if is_named => failures.push(anyhow::anyhow!(
                "{name}: its servers read their files from the PKI directory; there is nothing to write"
            )),
            _ => {}
        }
    }
    let mut text = render::files_text(
        written
            .iter()
            .map(|file| (file.as_path(), "HAProxy reads it when it starts")),
    );
    if text.is_empty() && failures.is_empty() {
        text.push_str("the manifest gives no certificate to a HAProxy\n");
    }
    let json = json!({
        "in_use": [],
        "not_taken": [],
        "files": written,
        "failures": failures.iter().map(one_line).collect::<Vec<_>>(),
    });
    Ok(Report::new("reload", json, text).failures(failures))
}

fn report(outcome: Outcome) -> Report {
    let Outcome {
        in_use,
        not_taken,
        untold,
        notes,
        failures,
        ..
    } = outcome;
    let mut table = Table::new(["NAME", "DEED", "NOT AFTER", "SERIAL"]);
    for one in &in_use {
        table.row([
            one.name.to_string(),
            format!("{GREEN}in use{GREEN:#}"),
            render::day(one.certificate.not_after()),
            abbreviated(&render::serial(&one.certificate)),
        ]);
    }
    let text = match (table.is_empty(), failures.is_empty()) {
        (false, _) => table.to_string(),
        (true, true) => "no servers have to be told\n".to_owned(),
        (true, false) => String::new(),
    };
    let json = json!({
        "in_use": in_use.iter().map(waiting_json).collect::<Vec<_>>(),
        "not_taken": not_taken.iter().map(StoreName::to_string).collect::<Vec<_>>(),
        "files": [],
        "failures": failures.iter().map(one_line).collect::<Vec<_>>(),
    });
    let untold = untold.iter().map(|one| {
        format!(
            "the manifest does not say how the servers of {} are told",
            one.name
        )
    });
    Report::new("reload", json, text)
        .notes(notes)
        .notes(untold)
        .failures(failures)
}
