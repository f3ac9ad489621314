//! `certmint export`

mod bundle;
mod jks;
mod kubernetes;
mod pkcs12;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use serde_json::json;

pub(crate) use self::pkcs12::{ExportP12, Reader};
use self::{bundle::ExportBundle, jks::ExportJks, kubernetes::ExportK8s};
use super::signing::open_key;
use crate::{
    authority::{chain_above, is_self_signed},
    cli::{failure::Advised, output, render, report::Report},
    formats::{Alias, TrustedCertificate, pkcs7},
    key::PrivateKey,
    store::{
        AuthorityFile, CertificateFile, Filter, Inventory, Layout, Query, Row, Shelf, State,
        StoreName, anchors, root_anchors,
    },
    x509::{Certificate, SerialStart, pem_block},
};

/// Which format.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Export {
    /// Write PKCS#12: key, certificate and chain under a password, or what Java is to trust (.p12, .pfx)
    #[command(after_help = "Examples:
  certmint export p12 client01 --out client01.p12 --password-file client01.pass
  certmint export p12 client01 --out client01.pfx --for legacy --friendly-name 'client 01'
  certmint export p12 ca --trust --out truststore.p12 --password-file trust.pass")]
    P12(ExportP12),
    /// Write a Java key store: key, certificate and chain, or what to trust (.jks)
    #[command(after_help = "Examples:
  certmint export jks tomcat --out tomcat.jks --password-file tomcat.pass
  certmint export jks ca --trust --out truststore.jks --password-file trust.pass

Java 9 and later, Tomcat and Spring open PKCS#12 as well, which protects the key better.")]
    Jks(ExportJks),
    /// Write objects of Kubernetes: a TLS secret, and the CA to trust as a config map (.yaml)
    #[command(after_help = "Examples:
  certmint export k8s flb --out flb.yaml --namespace web
  certmint export k8s flb --kind secret --object-name flb-tls --out flb.yaml
  certmint export k8s ca --kind config-map --out ca.yaml

kubectl apply -f FILE makes or replaces them. The file of a secret holds the private key.")]
    K8s(ExportK8s),
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
        Export::P12(p12) => pkcs12::run(pki, p12),
        Export::Jks(jks) => jks::run(pki, jks),
        Export::K8s(k8s) => kubernetes::run(pki, k8s),
        Export::Bundle(bundle) => bundle::run(pki, bundle),
        Export::P7b(ExportChain { which, out }) => {
            output::refuse_unwritable(out)?;
            let (row, leaf, chain) = find(pki, which)?;
            let all: Vec<&[u8]> = std::iter::once(&leaf)
                .chain(&chain)
                .map(Certificate::as_der)
                .collect();
            let pem = pem_block("PKCS7", &pkcs7::write(&all)?);
            output::public(out, pem.as_bytes())?;
            Ok(report(
                "p7b",
                out,
                (&row, &leaf),
                &format!("PKCS#7 with {}", render::certificates(all.len())),
            ))
        }
        Export::Der(ExportPlain { which, out }) => {
            output::refuse_unwritable(out)?;
            let (row, leaf, _) = find(pki, which)?;
            output::public(out, leaf.as_der())?;
            Ok(report("der", out, (&row, &leaf), "DER certificate"))
        }
        Export::Pem(ExportPem { which, out, part }) => {
            output::refuse_unwritable(out)?;
            let (row, leaf, chain) = find(pki, which)?;
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
                (&row, &leaf),
                &format!("PEM with {}", render::certificates(chosen.len())),
            ))
        }
    }
}

/// A certificate of the inventory and those above it.
fn find(pki: &Path, which: &Which) -> Result<(Row, Certificate, Vec<Certificate>)> {
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let row = match (&which.name, &which.serial) {
        (Some(name), _) => by_name(&inventory, name, pki)?,
        (None, Some(serial)) => by_serial(&inventory, serial)?,
        (None, None) => bail!("neither a name nor a serial number was given"),
    };
    let (certificate, chain) = with_chain(&inventory, &row)?;
    Ok((row, certificate, chain))
}

/// The certificate of a name; a CA's where no other has it.
fn by_name(inventory: &Inventory, name: &StoreName, pki: &Path) -> Result<Row> {
    inventory
        .current(Shelf::Certificates, name)?
        .or(inventory.current(Shelf::Authorities, name)?)
        .with_context(|| format!("no certificate is named {name} in {}", pki.display()))
}

/// The private key of a certificate; its passphrase is asked for where it is encrypted.
fn key_of(
    layout: &Layout,
    row: &Row,
    name: &StoreName,
    passphrase_file: Option<&PathBuf>,
) -> Result<(PrivateKey, PathBuf)> {
    let file = match row.place.as_ref().map(|place| place.shelf) {
        Some(Shelf::Authorities) => layout.authority_file(name, AuthorityFile::Key),
        _ => layout.certificate_file(name, CertificateFile::Key),
    };
    Ok((open_key(&file, passphrase_file, "--passphrase-file")?, file))
}

/// The CA certificates that are trusted by who trusts `row`: for a CA itself, and those that it is
/// rolled over to or from; for any other certificate the root above it.
fn trusted_by(inventory: &Inventory, row: &Row, name: &StoreName) -> Result<Vec<Certificate>> {
    let is_authority = row.place.as_ref().map(|place| place.shelf) == Some(Shelf::Authorities);
    let authority = match is_authority {
        true => inventory.authority_by_name(name)?.map(|found| found.id),
        false => row.issuer,
    };
    let found = match (authority, is_authority) {
        (Some(id), true) => anchors(inventory, id)?,
        (Some(id), false) => root_anchors(inventory, id)?,
        (None, _) => Vec::new(),
    };
    if found.is_empty() {
        bail!("the inventory knows no CA above {name} that could be trusted");
    }
    Ok(found)
}

/// The entries of a trust store.
fn entries(alias: &Alias, trusted: &[Certificate]) -> Vec<TrustedCertificate> {
    TrustedCertificate::each(alias, trusted.iter().map(|one| one.as_der().to_vec()))
}

/// What is to be trusted by a name: a CA before a certificate of the same name.
fn by_name_of_trusted(inventory: &Inventory, name: &StoreName, pki: &Path) -> Result<Row> {
    match inventory.current(Shelf::Authorities, name)? {
        Some(authority) => Ok(authority),
        None => by_name(inventory, name, pki),
    }
}

fn with_chain(inventory: &Inventory, row: &Row) -> Result<(Certificate, Vec<Certificate>)> {
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

/// What should be known of a certificate that is handed out: that nobody who checks takes it.
fn revoked_note(row: &Row) -> Option<String> {
    (row.status.state() == State::Revoked).then(|| {
        let name = row.place.as_ref().map(|place| place.name.to_string());
        format!(
            "{} is revoked: whoever looks at the revocation list refuses it",
            name.unwrap_or_else(|| row.subject.clone())
        )
    })
}

fn report(format: &str, out: &Path, (row, leaf): (&Row, &Certificate), what: &str) -> Report {
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
    .notes(revoked_note(row))
}
