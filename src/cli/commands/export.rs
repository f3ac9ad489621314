//! `certmint export`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use serde_json::json;

use super::{
    export_bundle::{self, ExportBundle},
    signing::open_key,
};
use crate::{
    authority::{chain_above, is_self_signed},
    cli::{failure::Advised, output, render, report::Report, secrets, show_openssl},
    formats::{pkcs7, pkcs12},
    store::{
        AuthorityFile, CertificateFile, Filter, Inventory, Layout, Query, Row, Shelf, StoreName,
    },
    x509::{Certificate, SerialStart, pem_block},
};

/// Which format.
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Write PKCS#12: key, certificate and chain under a password (.p12, .pfx)
    #[command(after_help = "Examples:
  certmint export p12 client01 --out client01.p12 --password-file client01.pass
  certmint export p12 client01 --out client01.pfx --for legacy --friendly-name 'client 01'")]
    P12(ExportP12),
    /// Write PKCS#7: certificate and chain (.p7b)
    #[command(after_help = "Examples:
  certmint export p7b flb --out flb.p7b")]
    P7b(ExportChain),
    /// Write DER: the certificate alone (.cer, .der)
    #[command(after_help = "Examples:
  certmint export der flb --out flb.cer")]
    Der(ExportPlain),
    /// Write PEM: the certificate, its chain or both
    #[command(after_help = "Examples:
  certmint export pem flb --out flb.crt
  certmint export pem --serial 5A01C3F49B7E --out old.crt
  certmint export pem flb --part fullchain --out flb.pem")]
    Pem(ExportPem),
    /// Write a folder for whoever uses a client certificate: PKCS#12, CA, steps, a one-time password
    #[command(after_help = "Examples:
  certmint export bundle client01 --out client01
  certmint export bundle client01 --out client01 --for ios --password-out client01.pass

The password goes to its owner by another way than the folder. See docs/clients.md.")]
    Bundle(ExportBundle),
}

/// Which certificate.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").args(["name", "serial"]).required(true))]
pub(crate) struct Which {
    /// Name of the certificate, as `certmint list` shows it
    name: Option<StoreName>,
    /// Serial number in hexadecimal instead of NAME; its first digits, as `certmint list` shows them,
    /// are enough
    #[arg(long, value_name = "SERIAL")]
    serial: Option<SerialStart>,
}

/// `certmint export p12`
#[derive(Debug, Args)]
pub(crate) struct ExportP12 {
    /// Name of the certificate, as `certmint list` shows it
    pub(crate) name: StoreName,
    /// Where to write; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Who will read it: modern (AES-256, SHA-256) or legacy (3DES, SHA-1: Windows Server 2016,
    /// older macOS, Android and Java)
    #[arg(long = "for", value_name = "READER", default_value = "modern")]
    pub(crate) reader: Reader,
    /// Name that the reader shows; NAME if left out
    #[arg(long, value_name = "TEXT")]
    pub(crate) friendly_name: Option<String>,
    /// File whose first line is the password; - is standard input; asked for if left out
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// File whose first line is the passphrase of the private key, where it is encrypted; - is
    /// standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Print the openssl command that does the same, and do nothing
    #[arg(long)]
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

/// `certmint export p7b`
#[derive(Debug, Args)]
pub(crate) struct ExportChain {
    #[command(flatten)]
    which: Which,
    /// Where to write; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// `certmint export der`
#[derive(Debug, Args)]
pub(crate) struct ExportPlain {
    #[command(flatten)]
    which: Which,
    /// Where to write; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// `certmint export pem`
#[derive(Debug, Args)]
pub(crate) struct ExportPem {
    #[command(flatten)]
    which: Which,
    /// Where to write; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Which certificates
    #[arg(long, value_name = "PART", default_value = "certificate")]
    part: Part,
}

/// Part of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The certificate alone
    Certificate,
    /// The certificate, then the intermediates: what a server sends
    Fullchain,
    /// The issuer up to the root
    Chain,
}

pub(crate) fn run(pki: &Path, arguments: &Export) -> Result<Report> {
    match arguments {
        Export::P12(p12) => export_p12(pki, p12),
        Export::Bundle(bundle) => export_bundle::run(pki, bundle),
        Export::P7b(ExportChain { which, out }) => {
            output::refuse_unwritable(out)?;
            let (leaf, chain) = find(pki, which)?;
            let all: Vec<&[u8]> = std::iter::once(&leaf)
                .chain(&chain)
                .map(Certificate::as_der)
                .collect();
            let pem = pem_block("PKCS7", &pkcs7::write(&all)?);
            output::public(out, pem.as_bytes())?;
            Ok(report(
                "p7b",
                out,
                &leaf,
                &format!("PKCS#7 with {}", render::certificates(all.len())),
            ))
        }
        Export::Der(ExportPlain { which, out }) => {
            output::refuse_unwritable(out)?;
            let (leaf, _) = find(pki, which)?;
            output::public(out, leaf.as_der())?;
            Ok(report("der", out, &leaf, "DER certificate"))
        }
        Export::Pem(ExportPem { which, out, part }) => {
            output::refuse_unwritable(out)?;
            let (leaf, chain) = find(pki, which)?;
            let mut chosen: Vec<&Certificate> = Vec::new();
            if *part != Part::Chain {
                chosen.push(&leaf);
            }
            match part {
                Part::Certificate => {}
                Part::Fullchain => {
                    chosen.extend(chain.iter().filter(|issuer| !is_self_signed(issuer)))
                }
                Part::Chain => chosen.extend(&chain),
            }
            if chosen.is_empty() {
                bail!("there is no certificate above it to write");
            }
            let pem: String = chosen
                .iter()
                .map(|certificate| certificate.to_pem())
                .collect();
            output::public(out, pem.as_bytes())?;
            Ok(report(
                "pem",
                out,
                &leaf,
                &format!("PEM with {}", render::certificates(chosen.len())),
            ))
        }
    }
}

fn export_p12(pki: &Path, arguments: &ExportP12) -> Result<Report> {
    let ExportP12 {
        name,
        out,
        reader,
        friendly_name,
        password_file,
        passphrase_file,
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
    let row = by_name(&inventory, name, pki)?;
    let key_file = match row.place.as_ref().map(|place| place.shelf) {
        Some(Shelf::Authorities) => layout.authority_file(name, AuthorityFile::Key),
        _ => layout.certificate_file(name, CertificateFile::Key),
    };
    let (leaf, chain) = with_chain(&inventory, &row)?;
    let key = open_key(&key_file, passphrase_file.as_ref(), "--passphrase-file")?;
    let source = secrets::Source {
        file: password_file.as_ref(),
        flag: "--password-file",
        prompt: format!("password for {}", out.display()),
    };
    let password = pkcs12::NewPassword::new(source.new_secret()?.as_bytes())?;
    let chain: Vec<&[u8]> = chain.iter().map(Certificate::as_der).collect();
    let bundle = pkcs12::Bundle::new(
        key.pkcs8_der().as_bytes(),
        leaf.as_der(),
        &chain,
        Some(&friendly_name),
    )
    .with_context(|| format!("{}", key_file.display()))?;
    let protection = match reader {
        Reader::Modern => pkcs12::Protection::Modern,
        Reader::Legacy => pkcs12::Protection::Legacy,
    };
    let octets = pkcs12::write(&bundle, &password, protection)?;
    pkcs12::check(&octets, &password, &bundle)
        .context("the file that was made does not read back; it was not written")?;
    output::secret(out, &octets)?;
    let words = match reader {
        Reader::Modern => "AES-256, SHA-256",
        Reader::Legacy => "3DES, SHA-1",
    };
    let what = format!(
        "PKCS#12 with key and {} ({words}), read back",
        render::certificates(chain.len() + 1)
    );
    let report = report("p12", out, &leaf, &what);
    Ok(match password.warning() {
        Some(warning) => report.note(warning.to_string()),
        None => report,
    })
}

/// A certificate of the inventory and those above it.
fn find(pki: &Path, which: &Which) -> Result<(Certificate, Vec<Certificate>)> {
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let row = match (&which.name, &which.serial) {
        (Some(name), _) => by_name(&inventory, name, pki)?,
        (None, Some(serial)) => by_serial(&inventory, serial)?,
        (None, None) => bail!("neither a name nor a serial number was given"),
    };
    with_chain(&inventory, &row)
}

/// The certificate of a name; a CA's where no other has it.
pub(super) fn by_name(inventory: &Inventory, name: &StoreName, pki: &Path) -> Result<Row> {
    inventory
        .current(Shelf::Certificates, name)?
        .or(inventory.current(Shelf::Authorities, name)?)
        .with_context(|| format!("no certificate is named {name} in {}", pki.display()))
}

pub(super) fn with_chain(
    inventory: &Inventory,
    row: &Row,
) -> Result<(Certificate, Vec<Certificate>)> {
    let der = inventory
        .certificate_der(row.id)?
        .context("the inventory has a record of it but no certificate: it was never finished")?;
    let certificate = Certificate::from_der(&der)?;
    let chain = chain_above(inventory, &certificate)?;
    Ok((certificate, chain))
}

/// The one certificate whose serial number starts so.
fn by_serial(inventory: &Inventory, start: &SerialStart) -> Result<Row> {
    let mut rows = inventory.list(&Query {
        filter: Filter {
            serial_start: Some(start.clone()),
            ..Filter::default()
        },
        limit: Some(2),
        ..Query::default()
    })?;
    match (rows.pop(), rows.is_empty()) {
        (Some(row), true) => Ok(row),
        (None, _) => bail!("no certificate has the serial number {start}"),
        (Some(_), false) => Err(Advised {
            message: format!("several certificates have serial numbers that start with {start}"),
            hint: "give more digits, which 'certmint list --json' has, or the certificate's name"
                .to_owned(),
        }
        .into()),
    }
}

fn report(format: &str, out: &Path, leaf: &Certificate, what: &str) -> Report {
    let mut text = format!(
        "{}{}{:#}\n",
        render::BOLD,
        render::title(leaf),
        render::BOLD
    );
    text.push_str(&render::files_text([(out, what)]));
    Report::new(
        "export",
        json!({ "file": out, "format": format, "certificate": render::certificate_json(leaf) }),
        text,
    )
}
