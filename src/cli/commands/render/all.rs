//! `certmint render --all`

use std::path::Path;

use anyhow::Result;
use serde_json::json;

use super::{Render, Work, misgivings, of_manifest};
use crate::{
    acceptance,
    cli::{
        failure::{Advised, UsageError},
        manifest_file, rendered,
        report::Report,
    },
    manifest::{DesiredCertificate, Manifest, section_of_target},
    target::{Library, TargetError},
};

/// Each target of each certificate of the manifest; what cannot be rendered does not keep the rest
/// from it.
pub(super) fn run(pki: &Path, arguments: &Render, manifest: Option<&Manifest>) -> Result<Report> {
    let (Some(manifest), Some(out)) = (manifest, &arguments.out) else {
        let what = "--all is for the targets of a manifest, and there is no pki.toml here: add --manifest FILE";
        return Err(UsageError(what.to_owned()).into());
    };
    let library = arguments.templates.library(pki)?;
    let mut documents = Vec::new();
    let mut text = String::new();
    let mut failures = Vec::new();
    let mut notes = Vec::new();
    for certificate in manifest.certificates() {
        for target in &certificate.targets {
            let name = &certificate.name;
            if has_rules_alone(&library, target) {
                let what = "it is known by what it refuses alone, so there is nothing to render";
                notes.push(format!("{target} for {name}: {what}"));
                continue;
            }
            let place = format!("{target}/{}", name.file_name());
            let made = library
                .target(target)
                .map_err(anyhow::Error::from)
                .and_then(|target| {
                    let settings = of_manifest(Some(manifest), &target, name);
                    let out = out.join(&place);
                    let work = Work {
                        target: &target,
                        name,
                        out: Some(out.clone()),
                        here: arguments
                            .here
                            .as_ref()
                            .map(|here| format!("{}/{place}", here.trim_end_matches('/'))),
                    };
                    if !arguments.refused_too {
                        misgivings::refuse(pki, &target, name)?;
                    }
                    let settings = target.settings(&settings)?;
                    let files = work.rendered(pki, &settings, arguments)?;
                    notes.extend(misgivings::doubts(pki, &settings, name)?);
                    rendered::write(&out, &target, name, &files, arguments.replace)
                });
            match made {
                Ok((document, part)) => {
                    documents.push(document);
                    text.push_str(&part);
                }
                Err(error) => failures.push(
                    in_manifest(error, arguments, certificate, target)
                        .context(format!("{target} for {name}")),
                ),
            }
        }
    }
    let is_empty = manifest
        .certificates()
        .iter()
        .all(|one| one.targets.is_empty());
    let report = Report::new("render.all", json!({ "rendered": documents }), text)
        .notes(notes)
        .failures(failures);
    Ok(if is_empty {
        report.note("no certificate of the manifest has targets")
    } else {
        report
    })
}

/// Whether a name of `targets` is a destination whose rules are known, and that is given no files.
fn has_rules_alone(library: &Library, target: &str) -> bool {
    matches!(library.target(target), Err(TargetError::Unknown { .. }))
        && acceptance::find(target).is_ok()
}

/// What is missing is not on the command line but in the manifest.
fn in_manifest(
    error: anyhow::Error,
    arguments: &Render,
    certificate: &DesiredCertificate,
    target: &str,
) -> anyhow::Error {
    let Some(TargetError::Missing { missing, .. }) = error.downcast_ref() else {
        return error;
    };
    let wanted: Vec<String> = missing
        .iter()
        .map(|(name, about)| format!("{name} = … ({about})"))
        .collect();
    let file = manifest_file::named_or_usual(arguments.manifest.as_ref()).unwrap_or_default();
    Advised {
        message: error.to_string(),
        hint: format!(
            "write {} into [{}] of {}",
            wanted.join(", "),
            section_of_target(certificate, target),
            file.display()
        ),
    }
    .into()
}
