//! `certmint trust bundle`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::trust;
use crate::{
    cli::{output, render, report::Report},
    handout::{self, Fleet, HandedFile},
    store::{StoreName, create_folder, files::Secrecy},
    trust::Anchor,
};

/// What others need to trust a CA.
#[derive(Debug, Args)]
pub(crate) struct TrustBundle {
    /// Which CA; the root if left out and there is only one
    ca: Option<StoreName>,
    /// CA certificates from this file, instead of one of this PKI
    #[arg(long, value_name = "FILE", conflicts_with = "ca")]
    file: Option<PathBuf>,
    /// The folder to write; it must not be there yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Whose CA it is, as Apple's systems show it
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
}

pub(super) fn run(pki: &Path, arguments: &TrustBundle) -> Result<Report> {
    output::refuse_unwritable(&arguments.out)?;
    let trusted = match &arguments.file {
        Some(file) => trust::from_file(file)?,
        None => trust::from_pki(pki, arguments.ca.as_ref())?,
    };
    let anchors = trust::anchors(&trusted.now)?;
    let handed = handout::fleet(&Fleet {
        name: trusted.name.file_name(),
        organization: arguments.org.as_deref(),
        certificates: anchors
            .iter()
            .map(|anchor| (anchor.label(), anchor.certificate()))
            .collect(),
    })?;
    write(&arguments.out, &handed, Secrecy::Public)?;
    let mut text = String::new();
    for certificate in anchors.iter().map(Anchor::certificate) {
        text.push_str(&format!(
            "{}{}{:#}\n",
            render::BOLD,
            render::title(certificate),
            render::BOLD
        ));
        render::line(
            &mut text,
            "SHA-256",
            &render::hexadecimal(&certificate.fingerprint_sha256()),
        );
    }
    text.push_str(&files_text(&arguments.out, &handed));
    let json = json!({
        "folder": arguments.out,
        "files": files(&arguments.out, &handed),
        "certificates": anchors
            .iter()
            .map(|anchor| render::certificate_json(anchor.certificate()))
            .collect::<Vec<_>>(),
    });
    Ok(Report::new("trust.bundle", json, text)
        .note("tell the fingerprint by another way than the folder"))
}

/// Writes the folder.
pub(super) fn write(folder: &Path, handed: &[HandedFile], secrecy: Secrecy) -> Result<()> {
    let contents = handed
        .iter()
        .map(|file| (file.name.as_str(), file.content.as_slice()));
    Ok(create_folder(folder, contents, secrecy)?)
}

pub(super) fn files(folder: &Path, handed: &[HandedFile]) -> Vec<PathBuf> {
    handed.iter().map(|file| folder.join(&file.name)).collect()
}

pub(super) fn files_text(folder: &Path, handed: &[HandedFile]) -> String {
    let paths = files(folder, handed);
    render::files_text(
        paths
            .iter()
            .map(PathBuf::as_path)
            .zip(handed.iter().map(|file| file.what)),
    )
}
