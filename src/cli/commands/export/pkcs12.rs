//! `certmint export p12`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};

use super::{by_name, by_name_of_trusted, entries, key_of, report, trusted_by, with_chain};
use crate::{
    cli::{output, render, report::Report, secrets, show_openssl},
    formats::{Alias, pkcs12},
    store::{Inventory, Layout, Row, StoreName},
    x509::Certificate,
};

/// `certmint export p12`
#[derive(Debug, Args)]
pub(crate) struct ExportP12 {
    /// Name of the certificate or CA, as `certmint list` and `certmint ca list` show it
    pub(crate) name: StoreName,
    /// Where to write; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Who will read it: modern (AES-256, SHA-256) or legacy (3DES, SHA-1: Windows Server 2016,
    /// older macOS, Android and Java)
    #[arg(long = "for", value_name = "READER", default_value = "modern")]
    pub(crate) reader: Reader,
    /// Name that the reader shows, Java's alias; NAME if left out
    #[arg(long, value_name = "TEXT")]
    pub(crate) friendly_name: Option<String>,
    /// File whose first line is the password; - is standard input; asked for if left out
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// File whose first line is the passphrase of the private key, where it is encrypted; - is
    /// standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// A trust store of Java instead: no key, but the CA NAME, or the root above the certificate NAME,
    /// marked as trusted
    #[arg(long, conflicts_with = "passphrase_file")]
    pub(crate) trust: bool,
    /// Print the openssl command that does the same, and do nothing
    #[arg(long, conflicts_with = "trust")]
    pub(crate) show_openssl: bool,
}

/// Who reads a PKCS#12 file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reader {
    /// AES-256, PBKDF2-HMAC-SHA256
    Modern,
    /// 3DES, SHA-1
    Legacy,
}

pub(super) fn run(pki: &Path, arguments: &ExportP12) -> Result<Report> {
    let ExportP12 {
        name,
        out,
        reader,
        friendly_name,
        password_file,
        passphrase_file,
        trust,
        show_openssl,
    } = arguments;
    let layout = Layout::new(pki);
    let friendly_name = friendly_name.clone().unwrap_or_else(|| name.to_string());
    if *show_openssl {
        return show_openssl::export_p12(&layout, arguments, &friendly_name);
    }
    output::refuse_unwritable(out)?;
    secrets::refuse_double_standard_input([
        ("--passphrase-file", passphrase_file.as_ref()),
        ("--password-file", password_file.as_ref()),
    ])?;
    let inventory = Inventory::open_to_read(&layout.inventory())?;
    let row = match trust {
        true => by_name_of_trusted(&inventory, name, pki)?,
        false => by_name(&inventory, name, pki)?,
    };
    if *trust {
        return run_trust(&inventory, &row, arguments, &friendly_name);
    }
    let (leaf, chain) = with_chain(&inventory, &row)?;
    let (key, key_file) = key_of(&layout, &row, name, passphrase_file.as_ref())?;
    let password = new_password(password_file.as_ref(), out)?;
    let chain: Vec<&[u8]> = chain.iter().map(Certificate::as_der).collect();
    let bundle = pkcs12::Bundle::new(
        key.pkcs8_der().as_bytes(),
        leaf.as_der(),
        &chain,
        Some(&friendly_name),
    )
    .with_context(|| format!("{}", key_file.display()))?;
    let octets = pkcs12::write(&bundle, &password, reader.protection())?;
    pkcs12::check(&octets, &password, &bundle)
        .context("the file that was made does not read back; it was not written")?;
    output::secret(out, &octets)?;
    let what = format!(
        "PKCS#12 with key and {} ({}), read back",
        render::certificates(chain.len() + 1),
        reader.words()
    );
    let report = report("p12", out, (&row, &leaf), &what);
    Ok(warned(report, &password))
}

/// A trust store of Java.
fn run_trust(
    inventory: &Inventory,
    row: &Row,
    arguments: &ExportP12,
    alias: &str,
) -> Result<Report> {
    let ExportP12 {
        name, out, reader, ..
    } = arguments;
    let alias: Alias = alias.parse()?;
    let (certificate, _) = with_chain(inventory, row)?;
    let trusted = entries(&alias, &trusted_by(inventory, row, name)?);
    let password = new_password(arguments.password_file.as_ref(), out)?;
    let octets = pkcs12::write_trust(&trusted, &password, reader.protection())?;
    pkcs12::check_trust(&octets, &password, &trusted)
        .context("the file that was made does not read back; it was not written")?;
    // What it holds everybody may know, but who can change it can have anything trusted.
    output::public(out, &octets)?;
    let what = format!(
        "PKCS#12 trust store with {} ({}), read back",
        render::certificates(trusted.len()),
        reader.words()
    );
    Ok(warned(
        report("p12", out, (row, &certificate), &what),
        &password,
    ))
}

impl Reader {
    fn protection(self) -> pkcs12::Protection {
        match self {
            Self::Modern => pkcs12::Protection::Modern,
            Self::Legacy => pkcs12::Protection::Legacy,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Modern => "AES-256, SHA-256",
            Self::Legacy => "3DES, SHA-1",
        }
    }
}

/// The password of a file that is to be written.
pub(super) fn new_password(file: Option<&PathBuf>, out: &Path) -> Result<pkcs12::NewPassword> {
    let source = secrets::Source {
        file,
        flag: "--password-file",
        prompt: format!("password for {}", out.display()),
    };
    Ok(pkcs12::NewPassword::new(source.new_secret()?.as_bytes())?)
}

/// Says what the person should know of the password.
pub(super) fn warned(report: Report, password: &pkcs12::NewPassword) -> Report {
    match password.warning() {
        Some(warning) => report.note(warning.to_string()),
        None => report,
    }
}
