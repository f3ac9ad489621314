//! `certmint manifest from-inventory`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::json;
use time::OffsetDateTime;

use crate::{
    cli::{output, render, report::Report},
    key::KeyFile,
    manifest::{Custody, Description, Unsaid, from_inventory, write},
    store::{
        AuthorityFile, CertificateKind, Filter, Inventory, Layout, Shelf, State, StoreName, files,
    },
};

/// `certmint manifest from-inventory`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint manifest from-inventory
  certmint manifest from-inventory --out pki.toml")]
pub(crate) struct ManifestFromInventory {
    /// Where to write instead of standard output; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(pki: &Path, arguments: &ManifestFromInventory) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    if let Some(out) = &arguments.out {
        output::refuse_unwritable(out)?;
    }
    let layout = Layout::new(pki);
    let inventory = Inventory::open_to_read(&layout.inventory())?;
    let Description { manifest, left_out } =
        from_inventory(&inventory, |name| custody(&layout, name))?;
    let text = write(&manifest);
    let shown = match &arguments.out {
        Some(out) => {
            output::public(out, text.as_bytes())?;
            render::files_text([(out.as_path(), "a manifest of what is there")])
        }
        None => text.clone(),
    };
    let document = json!({
        "file": arguments.out,
        "manifest": text,
        "authorities": manifest.authorities().len(),
        "certificates": manifest.certificates().len(),
        "left_out": left_out.iter().map(|one| json!({
            "table": one.table.word(),
            "name": one.name,
            "reason": one.reason,
        })).collect::<Vec<_>>(),
    });
    let told =
        |Unsaid {
             table,
             name,
             reason,
         }: &Unsaid| format!("{} {name} is not in it: {reason}", table.word());
    let notes: Vec<String> = left_out
        .iter()
        .map(told)
        .chain(nameless(&inventory, now)?)
        .collect();
    Ok(Report::new("manifest.from_inventory", document, shown).notes(notes))
}

/// How the key of a CA is protected, by its file; where there is none, as usual.
fn custody(layout: &Layout, name: &StoreName) -> Custody {
    let file = layout.authority_file(name, AuthorityFile::Key);
    let is_plain = files::read(&file, files::USUAL_LIMIT)
        .ok()
        .and_then(|octets| KeyFile::read(&octets).ok().map(|key| !key.is_encrypted()));
    match is_plain {
        Some(true) => Custody::Plain,
        _ => Custody::Asked,
    }
}

/// How many valid certificates have no name here, and so cannot be in a manifest.
fn nameless(inventory: &Inventory, now: OffsetDateTime) -> Result<Option<String>> {
    let count = |state, kind, shelf| {
        inventory.count(&Filter {
            state: Some(state),
            kind,
            shelf,
            ends_from: Some(now),
            ..Filter::default()
        })
    };
    let mut all = count(State::Listed, None, None)?;
    for kind in [
        CertificateKind::Server,
        CertificateKind::Client,
        CertificateKind::Peer,
    ] {
        all += count(State::Issued, Some(kind), None)?;
    }
    let named = count(State::Issued, None, Some(Shelf::Certificates))?;
    let nameless = usize::try_from(all.saturating_sub(named)).unwrap_or(usize::MAX);
    Ok((nameless > 0).then(|| {
        format!(
            "{} without a name here cannot be in it; 'certmint ca import --with-files' gives \
             names to those whose keys it finds",
            render::certificates(nameless)
        )
    }))
}
