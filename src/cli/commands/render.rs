//! `certmint render`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;

use crate::{
    cli::{
        failure::{Advised, UsageError},
        render,
        report::Report,
        target_stock::{Keys, PkiStock},
    },
    store::{
        StoreName,
        files::{self, Secrecy},
    },
    target::{Access, Library, Rendered, Settings, Target, Whereabouts, Written},
};

/// The configuration of a server.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint render nginx flb
  certmint render nginx flb --set listen=8443 --set document_root=/srv/www
  certmint render nginx flb --out nginx --files /etc/nginx/tls --here /etc/nginx/conf.d

The targets are listed by 'target list', the variables of one by 'target show'.")]
pub(crate) struct Render {
    /// Where the certificate goes to
    target: String,
    /// Name of the certificate, as `certmint list` shows it
    name: StoreName,
    /// Folder to write into; without it the files are shown
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Value of a variable; may be repeated, for a list too
    #[arg(long = "set", value_name = "VARIABLE=VALUE")]
    settings: Vec<String>,
    /// Folder on the destination where certificate, key and CA lie; left out: where they are here
    #[arg(long, value_name = "DIR")]
    files: Option<String>,
    /// Folder on the destination where the rendered files lie; left out: --out
    #[arg(long, value_name = "DIR")]
    here: Option<String>,
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
    pub(crate) fn library(&self, pki: &Path) -> Library {
        let own = self.templates.clone();
        Library::new(Some(own.unwrap_or_else(|| pki.join("templates"))))
    }
}

pub(crate) fn run(pki: &Path, arguments: &Render) -> Result<Report> {
    let target = arguments.templates.library(pki).target(&arguments.target)?;
    let settings = target.settings(&written(&arguments.settings)?)?;
    if arguments.out.is_none() && target.files.iter().any(|file| file.secret) {
        return Err(Advised {
            message: format!(
                "a file of {} holds a private key, which is not shown",
                target.name
            ),
            hint: "give the folder to write into: --out DIR".to_owned(),
        }
        .into());
    }
    let rendered = rendered(pki, &target, &settings, arguments)?;
    match &arguments.out {
        Some(out) => write(out, &target, &rendered, arguments),
        None => show(&rendered, arguments),
    }
}

fn rendered(
    pki: &Path,
    target: &Target,
    settings: &Settings,
    arguments: &Render,
) -> Result<Vec<Rendered>> {
    let keys = if arguments.out.is_some() && target.files.iter().any(|file| file.secret) {
        Keys::Wanted
    } else {
        Keys::NotWanted
    };
    let stock = PkiStock::open(pki, keys)?;
    let here = match (&arguments.here, &arguments.out) {
        (Some(here), _) => Some(trimmed("--here", here)?),
        (None, Some(out)) => {
            let out = std::path::absolute(out)
                .with_context(|| format!("cannot tell where {} is", out.display()))?;
            let text = out.to_str().with_context(|| {
                format!(
                    "{}: a path that is not UTF-8 cannot be written into a configuration",
                    out.display()
                )
            })?;
            Some(trimmed("--out", text)?)
        }
        (None, None) => None,
    };
    let files = arguments.files.as_deref();
    let places = Whereabouts {
        pki: stock.folder()?,
        files: files.map(|files| trimmed("--files", files)).transpose()?,
        here,
    };
    Ok(target.render(settings, arguments.name.file_name(), &stock, &places)?)
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

fn show(rendered: &[Rendered], arguments: &Render) -> Result<Report> {
    let text = match rendered {
        [only] => only.content.to_string(),
        several => several
            .iter()
            .map(|file| {
                let (bold, end) = (render::BOLD, render::BOLD);
                format!("{bold}==> {} <=={end:#}\n{}\n", file.path, *file.content)
            })
            .collect(),
    };
    Ok(Report::new(
        "render",
        document(arguments, rendered, None),
        text,
    ))
}

fn write(out: &Path, target: &Target, rendered: &[Rendered], arguments: &Render) -> Result<Report> {
    let paths: Vec<PathBuf> = rendered.iter().map(|file| out.join(&file.path)).collect();
    let mut states = Vec::new();
    for (file, path) in rendered.iter().zip(&paths) {
        states.push(state(file, path, arguments.replace)?);
    }
    for (file, path) in rendered.iter().zip(&paths) {
        if let Some(folder) = path.parent() {
            files::make_folder(folder)?;
        }
        put(file, path)?;
    }
    let mut text = format!(
        "{}{}{:#} for {}\n",
        render::BOLD,
        target.title,
        render::BOLD,
        arguments.name
    );
    let told: Vec<String> = rendered
        .iter()
        .zip(&states)
        .map(|(file, state)| match state {
            State::Unchanged => format!("{} (unchanged)", file.about),
            State::New | State::Replaced => file.about.clone(),
        })
        .collect();
    text.push_str(&render::files_text(
        paths
            .iter()
            .map(PathBuf::as_path)
            .zip(told.iter().map(String::as_str)),
    ));
    let report = Report::new(
        "render",
        document(arguments, rendered, Some((&paths, &states))),
        text,
    );
    Ok(match &target.reload {
        Some(reload) => report.note(format!("after a renewal: {reload}")),
        None => report,
    })
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Replaced,
    Unchanged,
}

/// Looks at every place before the first file is written.
fn state(file: &Rendered, path: &Path, replace: bool) -> Result<State> {
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(State::New);
    }
    let same = files::read(path, files::USUAL_LIMIT)
        .is_ok_and(|there| there.as_slice() == file.content.as_bytes());
    match (same, replace) {
        (true, _) => Ok(State::Unchanged),
        (false, true) => Ok(State::Replaced),
        (false, false) => Err(Advised {
            message: format!(
                "{} is there and differs; nothing was written",
                path.display()
            ),
            hint: "--replace writes it anew".to_owned(),
        }
        .into()),
    }
}

fn put(file: &Rendered, path: &Path) -> Result<()> {
    let secrecy = match file.access {
        Access::Secret => Secrecy::Secret,
        Access::Public => Secrecy::Public,
        Access::Executable => Secrecy::Program,
    };
    Ok(files::replace(path, file.content.as_bytes(), secrecy)?)
}

fn document(
    arguments: &Render,
    rendered: &[Rendered],
    written: Option<(&[PathBuf], &[State])>,
) -> serde_json::Value {
    let files: Vec<_> = rendered
        .iter()
        .enumerate()
        .map(|(index, file)| {
            let path = written.and_then(|(paths, _)| paths.get(index));
            let state = written.and_then(|(_, states)| states.get(index));
            json!({
                "name": file.path,
                "about": file.about,
                "secret": file.access == Access::Secret,
                "file": path,
                "state": state.map(|state| match state {
                    State::New => "new",
                    State::Replaced => "replaced",
                    State::Unchanged => "unchanged",
                }),
                "content": written.is_none().then(|| file.content.to_string()),
            })
        })
        .collect();
    json!({ "target": arguments.target, "name": arguments.name.to_string(), "files": files })
}
