//! `certmint target`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{render::Templates, target_check};
use crate::{
    cli::{output, render, report::Report},
    store::files,
    target::{Need, Origin, Target, Variable},
};

/// Look at the places that a certificate can go to.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum TargetCommand {
    /// List the targets
    #[command(after_help = "Examples:
  certmint target list
  certmint target list --templates my-targets")]
    List(TargetList),
    /// Show what a target can be told, and what it is given
    #[command(after_help = "Examples:
  certmint target show nginx
  certmint target show nginx --out pki/templates/nginx

A copy in PKI/templates/NAME, or in --templates DIR, is taken instead of ours: change it as you like.
A copy under another name is a target of your own.")]
    Show(TargetShow),
    /// Tell what a target refuses of a certificate, before it is there
    #[command(after_help = "Examples:
  certmint target check nginx flb
  certmint target check aws-acm flb --replaces imported.crt --host www.2026testsite.com

docs/acceptance.md has every rule with its source. Exit code 3 when something is refused or warned of.")]
    Check(Box<target_check::TargetCheck>),
}

/// `certmint target list`
#[derive(Debug, Args)]
pub(crate) struct TargetList {
    #[command(flatten)]
    templates: Templates,
}

/// `certmint target show`
#[derive(Debug, Args)]
pub(crate) struct TargetShow {
    /// Which target
    target: String,
    /// Write its files into a new folder, to change them
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    templates: Templates,
}

pub(crate) fn run(pki: &Path, arguments: &TargetCommand) -> Result<Report> {
    match arguments {
        TargetCommand::List(arguments) => list(pki, arguments),
        TargetCommand::Show(arguments) => show(pki, arguments),
        TargetCommand::Check(arguments) => target_check::run(pki, arguments),
    }
}

fn list(pki: &Path, arguments: &TargetList) -> Result<Report> {
    let library = arguments.templates.library(pki)?;
    let mut targets: Vec<(Target, Origin)> = Vec::new();
    let mut failures = Vec::new();
    for name in library.names()? {
        match (library.target(&name), library.files(&name)) {
            (Ok(target), Ok((origin, _))) => targets.push((target, origin)),
            (Err(error), _) | (_, Err(error)) => failures.push(error.into()),
        }
    }
    let width = targets.iter().map(|(target, _)| target.name.len()).max();
    let width = width.unwrap_or_default();
    let text: String = targets
        .iter()
        .map(|(target, origin)| {
            let own = match origin {
                Origin::Ours => String::new(),
                Origin::Own(folder) => format!(" ({})", folder.display()),
            };
            let bold = render::BOLD;
            let gap = width - target.name.len();
            format!(
                "{bold}{}{bold:#}{:gap$}  {}: {}{own}\n",
                target.name, "", target.title, target.about
            )
        })
        .collect();
    let documents: Vec<_> = targets
        .iter()
        .map(|(target, origin)| {
            json!({
                "name": target.name,
                "title": target.title,
                "about": target.about,
                "own": folder_of(origin),
            })
        })
        .collect();
    let report = Report::new("target.list", json!({ "targets": documents }), text)
        .failures(failures)
        .note("'certmint target show NAME' has the variables of one");
    Ok(report)
}

fn show(pki: &Path, arguments: &TargetShow) -> Result<Report> {
    let library = arguments.templates.library(pki)?;
    let target = library.target(&arguments.target)?;
    let (origin, texts) = library.files(&arguments.target)?;
    if let Some(out) = &arguments.out {
        output::refuse_existing(out)?;
        files::make_folder(out)?;
        for (name, text) in &texts {
            output::public(&out.join(name), text.as_bytes())?;
        }
    }
    let mut text = format!(
        "{}{}{:#}: {}, {}\n",
        render::BOLD,
        target.name,
        render::BOLD,
        target.title,
        target.about
    );
    if let Origin::Own(folder) = &origin {
        render::line(&mut text, "own", &folder.display().to_string());
    }
    if let Some(reload) = &target.reload {
        render::line(&mut text, "reload", reload);
    }
    if !target.variables.is_empty() {
        text.push_str("\nvariables, for --set VARIABLE=VALUE:\n");
        let width = target
            .variables
            .iter()
            .map(|variable| variable.name.len())
            .max()
            .unwrap_or_default();
        for variable in &target.variables {
            let (bold, end) = (render::BOLD, render::BOLD);
            let name = &variable.name;
            let gap = width - name.len();
            text.push_str(&format!(
                "  {bold}{name}{end:#}{:gap$}  {} ({})\n",
                "",
                variable.about,
                facts(variable)
            ));
        }
    }
    text.push_str("\nfiles:\n");
    let named = |path: &str| path.replace("{{ name }}", "NAME");
    let width = target.files.iter().map(|file| named(&file.path).len());
    let width = width.max().unwrap_or_default();
    for file in &target.files {
        let when = match &file.when {
            Some(when) => format!(", if {when} is set"),
            None => String::new(),
        };
        let secret = if file.secret { ", 0600" } else { "" };
        text.push_str(&format!(
            "  {:width$}  {}{secret}{when}\n",
            named(&file.path),
            file.about
        ));
    }
    let report = Report::new("target.show", document(&target, &origin), text);
    Ok(match &arguments.out {
        Some(out) => report.note(format!("its files are in {}", out.display())),
        None => report,
    })
}

/// The kind of a variable, and what holds without it.
fn facts(variable: &Variable) -> String {
    let mut facts = if variable.choices.is_empty() {
        variable.kind.as_str().to_owned()
    } else {
        variable.choices.join(", ")
    };
    if variable.list {
        facts.push_str(", any number");
    }
    match &variable.need {
        Need::Required => facts.push_str("; needed"),
        Need::Optional => {}
        Need::Default(values) if values.is_empty() => {}
        Need::Default(values) => facts.push_str(&format!("; {}", values.join(", "))),
    }
    facts
}

fn folder_of(origin: &Origin) -> Option<&PathBuf> {
    match origin {
        Origin::Ours => None,
        Origin::Own(folder) => Some(folder),
    }
}

fn document(target: &Target, origin: &Origin) -> serde_json::Value {
    let variables: Vec<_> = target
        .variables
        .iter()
        .map(|variable| {
            json!({
                "name": variable.name,
                "about": variable.about,
                "kind": variable.kind.as_str(),
                "list": variable.list,
                "choices": variable.choices,
                "needed": variable.need == Need::Required,
                "default": match &variable.need {
                    Need::Default(values) => values.as_slice(),
                    Need::Required | Need::Optional => &[],
                },
            })
        })
        .collect();
    let files: Vec<_> = target
        .files
        .iter()
        .map(|file| {
            json!({
                "name": file.path,
                "about": file.about,
                "language": file.language.as_str(),
                "secret": file.secret,
                "when": file.when,
            })
        })
        .collect();
    json!({
        "name": target.name,
        "title": target.title,
        "about": target.about,
        "own": folder_of(origin),
        "reload": target.reload,
        "accepts": target.accepts,
        "variables": variables,
        "files": files,
    })
}
