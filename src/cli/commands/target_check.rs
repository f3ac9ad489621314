//! `certmint target check`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use time::OffsetDateTime;

use super::{render::Templates, verify::moment};
use crate::{
    acceptance::{Destination, find},
    cli::{
        acceptance::{Judged, Subject, document, read_replaced},
        failure::Advised,
        report::Report,
        secrets,
    },
    inspect::verify::Host,
    store::{Filter, Inventory, Layout, Query, Row, Shelf, Sort, StoreName, TextMatch},
    target::{Library, Origin, TargetError},
    x509::Certificate,
};

/// `certmint target check`
#[derive(Debug, Args)]
pub(crate) struct TargetCheck {
    /// Where the certificate goes to
    target: String,
    /// Name of the certificate, as `certmint list` shows it
    name: StoreName,
    /// The certificate that is there now; the generation before if left out
    #[arg(long, value_name = "FILE")]
    replaces: Option<PathBuf>,
    /// Name or address that clients connect to; may be repeated
    #[arg(long, value_name = "HOST")]
    host: Vec<Host>,
    /// File whose first line is the passphrase of the private key; - is standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The moment to judge for (RFC 3339) instead of now
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<OffsetDateTime>,
    #[command(flatten)]
    templates: Templates,
}

pub(crate) fn run(pki: &Path, arguments: &TargetCheck) -> Result<Report> {
    let now = arguments.at.unwrap_or_else(OffsetDateTime::now_utc);
    let destination = destination(&arguments.templates.library(pki)?, &arguments.target)?;
    let passphrase = arguments
        .passphrase_file
        .as_ref()
        .map(|file| {
            secrets::Source {
                file: Some(file),
                flag: "--passphrase-file",
                prompt: "passphrase".to_owned(),
            }
            .existing()
        })
        .transpose()?;
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let name = &arguments.name;
    let mut subject = Subject::of_name(pki, &inventory, name, passphrase.as_ref())?
        .with_context(|| format!("no certificate is named {name} in {}", pki.display()))?;
    subject.hosts.clone_from(&arguments.host);
    subject.replaces = match &arguments.replaces {
        Some(file) => Some(read_replaced(file).context("--replaces")?),
        None => generation_before(&inventory, name)?,
    };
    Ok(document(
        "target.check",
        &[Judged::new(subject, vec![destination], now)],
    ))
}

/// Whose rules hold for a target: those that its `accepts` names, or those of its own name.
pub(crate) fn destination(library: &Library, word: &str) -> Result<&'static Destination> {
    let (rules, origin) = match library.target(word) {
        Ok(target) => (
            target.accepts.unwrap_or_else(|| word.to_owned()),
            library.files(word).ok().map(|(origin, _)| origin),
        ),
        Err(TargetError::Unknown { .. }) if find(word).is_ok() => (word.to_owned(), None),
        Err(error) => return Err(error.into()),
    };
    find(&rules).map_err(|error| {
        let hint = match origin {
            Some(Origin::Own(_)) => {
                "write accepts = \"nginx\", or whose rules hold, into its target.toml; docs/acceptance.md has them"
            }
            Some(Origin::Ours) => {
                "the certificate goes to the servers behind it and not there: check it for them, such as 'certmint target check nginx NAME'"
            }
            None => "docs/acceptance.md has the names",
        };
        Advised {
            message: format!("target {word}: {error}"),
            hint: hint.to_owned(),
        }
        .into()
    })
}

/// The certificate that the current one took the place of.
fn generation_before(inventory: &Inventory, name: &StoreName) -> Result<Option<Certificate>> {
    let Some(current) = inventory.current(Shelf::Certificates, name)? else {
        return Ok(None);
    };
    let generation = |row: &Row| row.place.as_ref().map(|place| place.generation);
    let rows = inventory.list(&Query {
        filter: Filter {
            name: Some(TextMatch::Exactly(name.to_string())),
            shelf: Some(Shelf::Certificates),
            ..Filter::default()
        },
        sort: Sort::Name,
        ..Query::default()
    })?;
    let before = rows
        .iter()
        .filter(|row| generation(row) < generation(&current))
        .max_by_key(|row| generation(row));
    let Some(before) = before else {
        return Ok(None);
    };
    let der = inventory.certificate_der(before.id)?;
    Ok(der.map(|der| Certificate::from_der(&der)).transpose()?)
}
