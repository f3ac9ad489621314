//! `certmint export bundle`

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    super::trust_bundle::{files, files_text, write},
    by_name, key_of, trusted_by, with_chain,
};
use crate::{
    cli::{failure::Advised, output, render, report::Report},
    formats::pkcs12::{Bundle, NewPassword},
    handout::{self, Client, Destination},
    key::Passphrase,
    store::{CertificateKind, Inventory, Layout, StoreName, files::Secrecy},
    trust::Anchor,
    x509::Certificate,
};

/// What somebody needs to use a client certificate.
#[derive(Debug, Args)]
pub(crate) struct ExportBundle {
    /// Name of the client certificate, as `certmint list` shows it
    name: StoreName,
    /// The folder to write; it must not be there yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Where it goes
    #[arg(long = "for", value_name = "DESTINATION", default_value = "modern")]
    destination: To,
    /// Where to write the one-time password; DIR.password if left out
    #[arg(long, value_name = "FILE")]
    password_out: Option<PathBuf>,
    /// Whose PKI it is, as Apple's systems show it
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// File whose first line is the passphrase of the private key, where it is encrypted; - is
    /// standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Where a client certificate goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// Any system of today: AES-256, the steps of all
    Modern,
    /// Any system, old ones too: 3DES, the steps of all
    Legacy,
    /// Windows, Edge, Chrome: 3DES, which Server 2016 reads too
    Windows,
    /// macOS: a profile, and 3DES
    Macos,
    /// Apple's telephones and tablets: a profile, and 3DES
    Ios,
    /// Android: 3DES
    Android,
    /// Firefox on every system: AES-256
    Firefox,
    /// Chromium, Chrome and curl on Linux: AES-256
    Linux,
    /// Java programs: AES-256
    Java,
}

impl To {
    fn destination(self) -> Destination {
        match self {
            Self::Modern => Destination::Modern,
            Self::Legacy => Destination::Legacy,
            Self::Windows => Destination::Windows,
            Self::Macos => Destination::MacOs,
            Self::Ios => Destination::Ios,
            Self::Android => Destination::Android,
            Self::Firefox => Destination::Firefox,
            Self::Linux => Destination::Linux,
            Self::Java => Destination::Java,
        }
    }
}

pub(super) fn run(pki: &Path, arguments: &ExportBundle) -> Result<Report> {
    let ExportBundle { name, out, .. } = arguments;
    let password_file = arguments.password_file()?;
    output::refuse_unwritable(out)?;
    output::refuse_unwritable(&password_file)?;
    let layout = Layout::new(pki);
    let inventory = Inventory::open_to_read(&layout.inventory())?;
    let row = by_name(&inventory, name, pki)?;
    if !matches!(row.kind, CertificateKind::Client | CertificateKind::Peer) {
        return Err(Advised {
            message: format!("{name} is no client certificate"),
            hint: format!("'certmint issue client' makes one; 'certmint export p12 {name}' writes any key and certificate"),
        }
        .into());
    }
    let (leaf, chain) = with_chain(&inventory, &row)?;
    let anchors: Vec<Anchor> = trusted_by(&inventory, &row, name)?
        .into_iter()
        .map(Anchor::new)
        .collect::<Result<_, _>>()?;
    let (key, key_file) = key_of(&layout, &row, name, arguments.passphrase_file.as_ref())?;
    let ders: Vec<&[u8]> = chain.iter().map(Certificate::as_der).collect();
    let bundle = Bundle::new(
        key.pkcs8_der().as_bytes(),
        leaf.as_der(),
        &ders,
        Some(&name.to_string()),
    )
    .with_context(|| key_file.display().to_string())?;
    let password = Passphrase::one_time()?;
    let handed = handout::client(
        &Client {
            name: name.file_name(),
            organization: arguments.org.as_deref(),
            bundle: &bundle,
            certificate: &leaf,
            authorities: anchors
                .iter()
                .map(|anchor| (anchor.label(), anchor.certificate()))
                .collect(),
            destination: arguments.destination.destination(),
        },
        &NewPassword::new(password.as_bytes())?,
    )?;
    // The password first: a folder that nobody can open is worth nothing.
    // One octet more, so that the buffer need not grow and leave the password behind.
    let mut line = Zeroizing::new(Vec::with_capacity(
        password.as_bytes().len().saturating_add(1),
    ));
    line.extend_from_slice(password.as_bytes());
    line.push(b'\n');
    output::secret(&password_file, &line)?;
    if let Err(error) = write(out, &handed, Secrecy::Secret) {
        // The reason why there is no folder is the one to tell. A folder that is there and perhaps not
        // durable needs its password. A pipe or a terminal stays.
        let is_there = fs::symlink_metadata(out).is_ok();
        if !is_there && fs::symlink_metadata(&password_file).is_ok_and(|found| found.is_file()) {
            let _ = fs::remove_file(&password_file);
        }
        return Err(error);
    }
    let mut text = format!(
        "{}{}{:#}\n",
        render::BOLD,
        render::title(&leaf),
        render::BOLD
    );
    text.push_str(&files_text(out, &handed));
    text.push_str(&render::files_text([(
        password_file.as_path(),
        "the one-time password",
    )]));
    let json = json!({
        "folder": out,
        "files": files(out, &handed),
        "password_file": password_file,
        "certificate": render::certificate_json(&leaf),
    });
    let report = Report::new("export.bundle", json, text).notes(super::revoked_note(&row));
    Ok(report.note(format!(
        "give the password in {} by another way than the folder: by telephone, or in another mail",
        password_file.display()
    )))
}

impl ExportBundle {
    /// Where the password goes: never into the folder.
    fn password_file(&self) -> Result<PathBuf> {
        let file = match &self.password_out {
            Some(file) => file.clone(),
            None => {
                let mut name = self
                    .out
                    .file_name()
                    .context("--out: give the folder a name")?
                    .to_owned();
                name.push(".password");
                self.out.with_file_name(name)
            }
        };
        if crate::store::files::is_inside(&file, &self.out)? {
            return Err(Advised {
                message: format!(
                    "{} would be in the folder that the password protects",
                    file.display()
                ),
                hint: "choose another place for --password-out".to_owned(),
            }
            .into());
        }
        Ok(file)
    }
}
