//! `certmint crl`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::signing::{open_authority_without_asking, open_this};
use crate::{
    authority::{
        ChainState, ListEnd, PublishedList, itself, list_publishers, publish_revocation_list,
    },
    cli::{
        actor::actor,
        failure::UsageError,
        output,
        render::{self, BOLD},
        report::Report,
    },
    store::{Authority, AuthorityFile, RevocationListFile, Shown, Store, StoreName},
    x509::moment_text,
};

/// Revocation lists.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint crl
  certmint crl web --days 7 --passphrase-file web.pass
  certmint crl ca --out /srv/www/ca.crl --der

The lists are crl/NAME.crl (PEM) and crl/NAME.crl.der (DER). crl/NAME.chain.crl has besides the lists
of the CAs above, of those below and, while a key is rolled over, of the old and the new one, which
servers need that trust NAME (nginx: ssl_crl).")]
pub(crate) struct Crl {
    /// Which CAs; all of this PKI when none is named
    #[arg(value_name = "CA")]
    pub(crate) names: Vec<StoreName>,
    /// Days until the next list is due; what the CA was told if left out, else 30
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(crate) days: Option<u32>,
    /// File whose first line is the passphrase of the CA's key; - is standard input; asked for if
    /// left out
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Write the list to a file too, in the place of what is there
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// DER for --out
    #[arg(long, requires = "out")]
    pub(crate) der: bool,
}

pub(crate) fn run(pki: &Path, arguments: &Crl) -> Result<Report> {
    let Crl {
        names,
        days,
        passphrase_file,
        out,
        der,
    } = arguments;
    if let Some(out) = out {
        output::refuse_dash(out)?;
    }
    let now = OffsetDateTime::now_utc();
    let mut store = Store::open(pki, &actor(), now)?;
    let publishers = list_publishers(store.inventory(), names)?;
    if publishers.len() > 1 {
        let only_one = |flag: &str| {
            UsageError(format!(
                "{flag} is for one CA, and there are {}",
                publishers.len()
            ))
        };
        if out.is_some() {
            return Err(only_one("--out").into());
        }
        if passphrase_file.as_deref() == Some(Path::new("-")) {
            return Err(only_one("--passphrase-file -").into());
        }
    }
    let (mut lists, mut notes, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for (name, authority) in &publishers {
        // Where all are meant, one that cannot is no reason to leave the others out.
        if names.is_empty()
            && let Some(reason) = no_list(&store, name, authority, now)
        {
            notes.push(format!("no list of {name}: {reason}"));
            continue;
        }
        let made = open_this(
            &store,
            authority,
            passphrase_file.as_ref(),
            "--passphrase-file",
        )
        .and_then(|signing| Ok(publish_revocation_list(&mut store, &signing, *days, now)?));
        match made {
            Ok(list) => {
                notes.extend(list_notes(&list));
                lists.push(list);
            }
            Err(error) => failures.push(error.context(format!("no list of {name}"))),
        }
    }
    if let (Some(out), [list]) = (out, lists.as_slice()) {
        let form = if *der {
            RevocationListFile::Der
        } else {
            RevocationListFile::Pem
        };
        store.copy_revocation_list(&list.name, form, out)?;
    }
    // What is refused for the only one that was meant is the command's own failure.
    if lists.is_empty()
        && failures.len() == 1
        && let Some(error) = failures.pop()
    {
        return Err(error);
    }
    let text = lists.iter().map(list_text).collect::<String>();
    let documents: Vec<Value> = lists.iter().map(list_json).collect();
    let report = Report::new("crl", json!({ "lists": documents, "out": out }), text);
    Ok(report.notes(notes).failures(failures))
}

/// Why a CA makes no list when all are asked to.
pub(crate) fn no_list(
    store: &Store,
    name: &StoreName,
    authority: &Authority,
    now: OffsetDateTime,
) -> Option<String> {
    if authority.not_after < now {
        let end = render::day(authority.not_after);
        return Some(format!("the CA expired on {end}"));
    }
    let key = store.layout().authority_file(name, AuthorityFile::Key);
    (!key.exists()).then(|| format!("its key is not here ({})", key.display()))
}

/// The lists that were made besides a command's own work.
#[derive(Default)]
pub(super) struct Made {
    pub(super) lists: Vec<PublishedList>,
    pub(super) notes: Vec<String>,
    pub(super) failures: Vec<anyhow::Error>,
}

/// Publishes the lists of CAs whose keys open without anybody being asked.
pub(super) fn publish_without_asking(
    store: &mut Store,
    names: &[StoreName],
    passphrase_file: Option<&PathBuf>,
    now: OffsetDateTime,
) -> Made {
    let mut all = Made::default();
    for name in names {
        let made = itself(store.inventory(), Some(name))
            .map_err(anyhow::Error::from)
            .and_then(|authority| {
                open_authority_without_asking(store, name, &authority, passphrase_file)
            })
            .and_then(|signing| {
                let publish = |signing| publish_revocation_list(store, &signing, None, now);
                Ok(signing.map(publish).transpose()?)
            });
        match made {
            Ok(Some(list)) => {
                all.notes.extend(list_notes(&list));
                all.lists.push(list);
            }
            Ok(None) => all.notes.push(format!(
                "clients learn of it from the next revocation list, and the key of {name} is encrypted: run 'certmint crl {name}'"
            )),
            Err(error) => all.failures.push(error.context(format!(
                "the revocation is recorded, and the list of {name} was not made"
            ))),
        }
    }
    all
}

/// What should be known of a list besides.
pub(crate) fn list_notes(list: &PublishedList) -> Vec<String> {
    let mut notes = Vec::new();
    let name = &list.name;
    if list.end == ListEnd::Authority {
        notes.push(format!(
            "the list of {name} ends with the CA itself, on {}",
            render::day(list.next_update)
        ));
    }
    if list.shown == Shown::Overtaken {
        notes.push(format!(
            "another process made a newer list of {name} meanwhile, which stays"
        ));
    }
    for chain in &list.incomplete {
        let missing: Vec<String> = chain.missing.iter().map(StoreName::to_string).collect();
        let lacks = match chain.state {
            ChainState::Waits => "waits for",
            ChainState::Written => "lacks",
        };
        notes.push(format!(
            "{} {lacks} the list of {}: run 'certmint crl {}'",
            RevocationListFile::Chain.file_name(&chain.name),
            missing.join(" and "),
            missing.join(" ")
        ));
    }
    notes
}

/// A list in words.
pub(crate) fn list_text(list: &PublishedList) -> String {
    let mut text = format!("{BOLD}revocation list{BOLD:#}  {}\n", list.name);
    render::line(&mut text, "number", &list.number.to_string());
    let entries = usize::try_from(list.entries).unwrap_or(usize::MAX);
    render::line(&mut text, "revoked", &render::certificates(entries));
    render::line(&mut text, "next due", &moment_text(list.next_update));
    let uses = list.files.iter().map(|file| {
        let name = file.to_string_lossy();
        let what = if name.ends_with(".chain.crl") {
            "PEM, with the lists of other CAs that servers need"
        } else if name.ends_with(".der") {
            "DER"
        } else {
            "PEM"
        };
        (file.as_path(), what)
    });
    text.push_str(&render::files_text(uses));
    text
}

/// A list for `--json`.
pub(crate) fn list_json(list: &PublishedList) -> Value {
    json!({
        "name": list.name.to_string(),
        "number": list.number,
        "this_update": moment_text(list.this_update),
        "next_update": moment_text(list.next_update),
        "entries": list.entries,
        "published": list.shown == Shown::Published,
        "files": list.files,
    })
}
