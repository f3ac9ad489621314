//! `certmint manifest`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use super::manifest_from_inventory::{self, ManifestFromInventory};
use crate::{
    cli::{failure::Advised, manifest_file, output, render, report::Report},
    formats::nearest,
    manifest::{Manifest, TEMPLATES, Template},
};

/// Work on a manifest.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum ManifestCommand {
    /// Write a manifest to start from, or list those that there are
    #[command(after_help = "Examples:
  certmint manifest new
  certmint manifest new minimal
  certmint manifest new oci-load-balancer --out pki.toml")]
    New(ManifestNew),
    /// Write the manifest of the CAs and certificates that are there
    FromInventory(ManifestFromInventory),
    /// Tell what is wrong with a manifest, with line and column
    #[command(after_help = "Examples:
  certmint manifest check
  certmint manifest check other.toml --json")]
    Check(ManifestCheck),
}

/// `certmint manifest new`
#[derive(Debug, Args)]
pub(crate) struct ManifestNew {
    /// Which one; without it they are listed
    name: Option<String>,
    /// Where to write; an existing file is not overwritten
    #[arg(long, value_name = "FILE", default_value = "pki.toml")]
    out: PathBuf,
}

/// `certmint manifest check`
#[derive(Debug, Args)]
pub(crate) struct ManifestCheck {
    /// The manifest
    #[arg(default_value = "pki.toml")]
    file: PathBuf,
}

pub(crate) fn run(pki: &Path, arguments: &ManifestCommand) -> Result<Report> {
    match arguments {
        ManifestCommand::New(ManifestNew { name: None, .. }) => Ok(list()),
        ManifestCommand::New(ManifestNew {
            name: Some(name),
            out,
        }) => new(name, out),
        ManifestCommand::FromInventory(arguments) => manifest_from_inventory::run(pki, arguments),
        ManifestCommand::Check(ManifestCheck { file }) => check(file),
    }
}

fn list() -> Report {
    let width = TEMPLATES
        .iter()
        .map(|template| template.name.len())
        .max()
        .unwrap_or_default();
    let text: String = TEMPLATES
        .iter()
        .map(|Template { name, about, .. }| {
            let (bold, end) = (render::BOLD, render::BOLD);
            format!(
                "{bold}{name}{end:#}{:1$}  {about}\n",
                "",
                width - name.len()
            )
        })
        .collect();
    let documents: Vec<_> = TEMPLATES
        .iter()
        .map(|template| json!({ "name": template.name, "about": template.about }))
        .collect();
    Report::new(
        "manifest.templates",
        json!({ "templates": documents }),
        text,
    )
    .note("write one with 'certmint manifest new NAME'")
}

fn new(name: &str, out: &Path) -> Result<Report> {
    let Some(template) = TEMPLATES.iter().find(|template| template.name == name) else {
        let names: Vec<&str> = TEMPLATES.iter().map(|template| template.name).collect();
        let hint = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", names.join(", ")),
        };
        let message = format!("there is no manifest {name:?} to start from");
        return Err(Advised { message, hint }.into());
    };
    output::refuse_unwritable(out)?;
    output::public(out, template.text.as_bytes())?;
    let text = render::files_text([(out, template.about)]);
    let json = json!({ "name": template.name, "file": out });
    Ok(Report::new("manifest.new", json, text))
}

fn check(file: &Path) -> Result<Report> {
    match manifest_file::read(file)? {
        Ok(manifest) => Ok(sound(file, &manifest)),
        Err(wrong) => Ok(manifest_file::faulty(wrong)),
    }
}

fn sound(file: &Path, manifest: &Manifest) -> Report {
    let authorities = manifest.authorities().len();
    let certificates = manifest.certificates().len();
    let plural = if authorities == 1 { "" } else { "s" };
    let text = format!(
        "{}: {authorities} CA{plural}, {}\n",
        file.display(),
        render::certificates(certificates)
    );
    let json = json!({
        "file": file,
        "authorities": authorities,
        "certificates": certificates,
        "problems": [],
    });
    Report::new("manifest.check", json, text)
}
