//! What runs certmint again and again: systemd's service and timer, and cron's table, from
//! `templates/`.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use minijinja::{Environment, context};

use super::show_openssl::quoting;
use crate::{authority::Reload, manifest::Manifest};

/// A file that has certmint run again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Schedule {
    /// For /etc/systemd/system/certmint-renew.service
    SystemdService,
    /// For /etc/systemd/system/certmint-renew.timer
    SystemdTimer,
    /// For /etc/cron.d/certmint-renew
    Cron,
}

impl Schedule {
    /// Where the file belongs.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::SystemdService => "/etc/systemd/system/certmint-renew.service",
            Self::SystemdTimer => "/etc/systemd/system/certmint-renew.timer",
            Self::Cron => "/etc/cron.d/certmint-renew",
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::SystemdService => {
                include_str!("../../templates/systemd/certmint-renew.service")
            }
            Self::SystemdTimer => include_str!("../../templates/systemd/certmint-renew.timer"),
            Self::Cron => include_str!("../../templates/cron/certmint-renew"),
        }
    }

    /// The file, for a command line of `words` that runs in `folder` and writes to `pki` and to
    /// `others`; all are absolute.
    pub(crate) fn text(
        self,
        words: &[String],
        folder: &Path,
        pki: &Path,
        others: &BTreeSet<PathBuf>,
    ) -> Result<String> {
        let shown = |path: &Path| {
            path.to_str()
                .map(str::to_owned)
                .with_context(|| format!("{}: a path that is not UTF-8", path.display()))
        };
        let (folder, pki) = (shown(folder)?, shown(pki)?);
        let others: Vec<String> = others
            .iter()
            .map(|other| shown(other))
            .collect::<Result<_>>()?;
        for text in words.iter().chain([&folder, &pki]).chain(&others) {
            if text.chars().any(char::is_control) {
                bail!("{text:?} has a control character, which has no place in a timer's file");
            }
        }
        let context = match self {
            Self::SystemdService | Self::SystemdTimer => {
                let command: Vec<String> = words.iter().map(|word| unit_word(word)).collect();
                context! {
                    command => command.join(" "),
                    // Taken as it is to the end of the line, but for the specifiers.
                    folder => folder.replace('%', "%%"),
                    pki => unit_path(&pki),
                    // One that is not there keeps nothing else from being written.
                    others => others
                        .iter()
                        .map(|other| unit_path(&format!("-{other}")))
                        .collect::<Vec<_>>(),
                }
            }
            Self::Cron => {
                let command: Result<Vec<String>> =
                    words.iter().map(|word| cron_word(word)).collect();
                context! { command => command?.join(" "), folder => cron_word(&folder)? }
            }
        };
        let mut environment = Environment::new();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        Ok(environment.render_str(self.template(), context)?)
    }
}

/// The folders outside the PKI that a renewal writes to by a manifest whose paths start from `folder`:
/// those of exports, and of what a HAProxy reads.
pub(crate) fn written_folders(manifest: &Manifest, folder: &Path) -> BTreeSet<PathBuf> {
    let mut files: Vec<&Path> = Vec::new();
    for certificate in manifest.certificates() {
        files.extend(
            certificate
                .exports
                .iter()
                .map(|export| export.file.as_path()),
        );
        if let Some(Reload::HaProxy(reload)) = &certificate.reload {
            files.push(reload.file());
            files.extend(reload.key_file.as_deref());
        }
    }
    files
        .into_iter()
        .filter_map(|file| folder.join(file).parent().map(Path::to_owned))
        .collect()
}

/// A word of `ExecStart=` (systemd.service(5), command lines; systemd.unit(5), specifiers).
fn unit_word(word: &str) -> String {
    unit_path(word).replace('$', "$$")
}

/// A word of a list (systemd.syntax(7), quoting; systemd.unit(5), specifiers).
fn unit_path(word: &str) -> String {
    let word = word.replace('%', "%%");
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "+,-./:=@_%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word;
    }
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A word for the shell that cron starts, where `%` would end the line (crontab(5)).
fn cron_word(word: &str) -> Result<String> {
    Ok(quoting::word(word)?.replace('%', "\\%"))
}
