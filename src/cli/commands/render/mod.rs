//! `certmint render`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{
    cli::{
        failure::{Advised, UsageError},
        manifest_file, rendered,
        report::Report,
        target_stock::{Keys, PkiStock},
    },
    manifest::Manifest,
    store::StoreName,
    target::{Library, Rendered, Settings, Target, Whereabouts, Written},
};

mod all;
mod misgivings;

/// The configuration of a server.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint render nginx flb
  certmint render nginx flb --set listen=8443 --set document_root=/srv/www
  certmint render nginx flb --out nginx --files /etc/nginx/tls --here /etc/nginx/conf.d
  certmint render haproxy flb --set backends=10.0.0.11:443,10.0.0.12:443 --set backend_name=backend.internal.local --out lb --here /etc/haproxy/flb --with-files
  certmint render --all --out configuration

The targets are listed by 'target list', the variables of one by 'target show'. A manifest has them in
[server.NAME.target.TARGET].")]
pub(crate) struct Render {
    /// Where the certificate goes to
    #[arg(required_unless_present = "all")]
    target: Option<String>,
    /// Name of the certificate, as `certmint list` shows it
    #[arg(required_unless_present = "all")]
    name: Option<StoreName>,
    /// Everything that the manifest has in its `targets`, into DIR/TARGET/NAME
    #[arg(long, requires = "out", conflicts_with_all = ["target", "name", "settings"])]
    all: bool,
    /// Folder to write into; without it the files are shown
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Value of a variable, instead of that of the manifest; may be repeated, for a list too
    #[arg(long = "set", value_name = "VARIABLE=VALUE")]
    settings: Vec<String>,
    /// The manifest that has values of variables; pki.toml in this folder if it is there
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Folder on the destination where certificate, key and CA lie; left out: where they are here
    #[arg(long, value_name = "DIR")]
    files: Option<String>,
    /// Copy certificate, key and CA beside the configuration, so that --out has all that is needed
    #[arg(long, requires = "out", conflicts_with = "files")]
    with_files: bool,
    /// Folder on the destination where the rendered files lie; left out: --out
    #[arg(long, value_name = "DIR")]
    here: Option<String>,
    /// Write it though the destination refuses the certificate ('certmint target check' says why)
    #[arg(long)]
    refused_too: bool,
    /// Replace files in --out that are there and differ
    #[arg(long, requires = "out")]
    replace: bool,
    #[command(flatten)]
    templates: Templates,
}

/// Where own targets are.
#[derive(Debug, Args)]
pub(crate) struct Templates {
    /// Folder of your own targets, DIR/TARGET/target.toml, which come before those of certmint; left
    /// out: `templates` in the PKI directory
    #[arg(long, value_name = "DIR", env = "CERTMINT_TEMPLATES")]
    templates: Option<PathBuf>,
}

impl Templates {
    /// The targets that can be had.
    ///
    /// # Errors
    /// A folder that was named and is not there.
    pub(crate) fn library(&self, pki: &Path) -> Result<Library> {
        let own = match &self.templates {
            Some(own) if !own.is_dir() => {
                return Err(Advised {
                    message: format!("there is no folder of templates {}", own.display()),
                    hint: "--templates and CERTMINT_TEMPLATES name the folder that has TARGET/target.toml".to_owned(),
                }
                .into());
            }
            Some(own) => own.clone(),
            None => pki.join("templates"),
        };
        Ok(Library::new(Some(own)))
    }
}

pub(crate) fn run(pki: &Path, arguments: &Render) -> Result<Report> {
    let file = manifest_file::named_or_usual(arguments.manifest.as_ref());
    let manifest = match file.as_deref().map(manifest_file::read).transpose()? {
        Some(Err(wrong)) => return Ok(manifest_file::faulty(wrong)),
        Some(Ok(manifest)) => Some(manifest),
        None => None,
    };
    match (&arguments.target, &arguments.name) {
        (Some(target), Some(name)) => one(pki, arguments, manifest.as_ref(), target, name),
        _ => all::run(pki, arguments, manifest.as_ref()),
    }
}

fn one(
    pki: &Path,
    arguments: &Render,
    manifest: Option<&Manifest>,
    target: &str,
    name: &StoreName,
) -> Result<Report> {
    let target = arguments.templates.library(pki)?.target(target)?;
    let mut settings = of_manifest(manifest, &target, name);
    settings.extend(written(&arguments.settings)?);
    let work = Work {
        target: &target,
        name,
        out: arguments.out.clone(),
        here: arguments.here.clone(),
    };
    let settings = target.settings(&settings)?;
    if !arguments.refused_too {
        misgivings::refuse(pki, &target, name)?;
    }
    let files = work.rendered(pki, &settings, arguments)?;
    let notes = misgivings::doubts(pki, &settings, name)?;
    let Some(out) = &arguments.out else {
        let (document, text) = rendered::show(&target, name, &files);
        let report = Report::new("render", document, text).notes(notes);
        let secret = target.secret_files(&settings, name.file_name());
        return Ok(secret.iter().fold(report, |report, file| {
            report.note(format!(
                "{file} holds a private key and is not shown: --out DIR writes it"
            ))
        }));
    };
    let (document, text) = rendered::write(out, &target, name, &files, arguments.replace)?;
    let report = Report::new("render", document, text).notes(notes);
    let folder = out.display().to_string();
    let here = arguments.here.as_deref().unwrap_or(&folder);
    let reload = target.reload_of(name.file_name(), &folder, here, &flags(pki, arguments));
    Ok(match reload {
        Some(reload) => report.note(format!("after a renewal: {reload}")),
        None => report,
    })
}

/// What was given besides target, name and folder, so that the same can be rendered again.
fn flags(pki: &Path, arguments: &Render) -> Vec<String> {
    let mut flags = Vec::new();
    let mut add = |flag: &str, value: String| flags.extend([flag.to_owned(), value]);
    if pki != Path::new(USUAL_PKI) {
        add("--pki", pki.display().to_string());
    }
    if let Some(manifest) = &arguments.manifest {
        add("--manifest", manifest.display().to_string());
    }
    if let Some(templates) = &arguments.templates.templates {
        add("--templates", templates.display().to_string());
    }
    if let Some(files) = &arguments.files {
        add("--files", files.clone());
    }
    if let Some(here) = &arguments.here {
        add("--here", here.clone());
    }
    for setting in &arguments.settings {
        add("--set", setting.clone());
    }
    if arguments.with_files {
        flags.push("--with-files".to_owned());
    }
    if arguments.refused_too {
        flags.push("--refused-too".to_owned());
    }
    flags
}

/// The PKI directory that is taken when none is named.
const USUAL_PKI: &str = "pki";

/// What the manifest says to a target of a certificate.
fn of_manifest(manifest: Option<&Manifest>, target: &Target, name: &StoreName) -> Written {
    manifest
        .and_then(|manifest| manifest.certificate(name))
        .and_then(|certificate| certificate.settings.get(&target.name))
        .cloned()
        .unwrap_or_default()
}

/// One target of one certificate.
struct Work<'work> {
    target: &'work Target,
    name: &'work StoreName,
    out: Option<PathBuf>,
    here: Option<String>,
}

impl Work<'_> {
    fn rendered(
        &self,
        pki: &Path,
        settings: &Settings,
        arguments: &Render,
    ) -> Result<Vec<Rendered>> {
        let has_secrets = !self.target.secret_files(settings, "").is_empty();
        let with_secrets = self.out.is_some();
        let keys = if arguments.with_files || (with_secrets && has_secrets) {
            Keys::Wanted
        } else {
            Keys::NotWanted
        };
        let stock = PkiStock::open(pki, keys)?;
        let here = self.here()?;
        let files = match &arguments.files {
            Some(files) => Some(trimmed("--files", files)?),
            None => here.clone().filter(|_| arguments.with_files),
        };
        let places = Whereabouts {
            pki: stock.folder()?,
            files,
            here,
            with_files: arguments.with_files,
            with_secrets,
        };
        Ok(self
            .target
            .render(settings, self.name.file_name(), &stock, &places)?)
    }

    /// Where the rendered files will be.
    fn here(&self) -> Result<Option<String>> {
        match (&self.here, &self.out) {
            (Some(here), _) => Ok(Some(trimmed("--here", here)?)),
            (None, Some(out)) => {
                let out = std::path::absolute(out)
                    .with_context(|| format!("cannot tell where {} is", out.display()))?;
                let text = out.to_str().with_context(|| {
                    format!(
                        "{}: a path that is not UTF-8 cannot be written into a configuration",
                        out.display()
                    )
                })?;
                Ok(Some(trimmed("--out", text)?))
            }
            (None, None) => Ok(None),
        }
    }
}

/// A folder without the `/` at its end.
fn trimmed(flag: &str, folder: &str) -> Result<String> {
    if !folder.starts_with('/') {
        let what = format!("{flag} {folder}: write the whole path, from its first /");
        return Err(UsageError(what).into());
    }
    Ok(folder.trim_end_matches('/').to_owned())
}

/// What `--set` says.
pub(crate) fn written(settings: &[String]) -> Result<Written> {
    let mut written = Written::new();
    for setting in settings {
        let (variable, value) = setting
            .split_once('=')
            .ok_or_else(|| UsageError(format!("--set {setting}: write it as VARIABLE=VALUE")))?;
        let values = written.entry(variable.to_owned()).or_default();
        values.push(value.to_owned());
    }
    Ok(written)
}
