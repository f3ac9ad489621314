//! `certmint csr new`

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{ArgGroup, Args};
use serde_json::json;

use super::{signing::open_key, subject::SubjectFlags};
use crate::{
    cli::{configuration, output, render, report::Report, show_openssl},
    formats::openssl_conf::RequestConfig,
    key::{Digest, PrivateKey},
    x509::{CertificationRequest, Extension, GeneralName, Name, San, SanSet, oid, tbs},
};

/// A certification request.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what").args(["config", "cn", "sans"]).required(true).multiple(true),
    after_help = "Examples:
  certmint csr new --key-file flb.key --out flb.csr --config flb.cnf
  certmint csr new --key-file flb.key --out flb.csr --cn www.example.com --san www.example.com"
)]
pub(crate) struct CsrNew {
    /// The private key, in any form that openssl writes
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: PathBuf,
    /// Where to write the request; an existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// openssl configuration whose [req] section describes the request
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cn", "sans", "country", "state", "locality", "org", "org_unit"])]
    pub(crate) config: Option<PathBuf>,
    /// Section of the configuration with the extensions, instead of req_extensions
    #[arg(long, value_name = "SECTION", requires = "config")]
    pub(crate) extensions: Option<String>,
    /// Common name
    #[arg(long, value_name = "NAME")]
    pub(crate) cn: Option<String>,
    /// Subject alternative name: dns:, ip:, email: or uri:, guessed when bare; may be repeated
    #[arg(long = "san", value_name = "SAN")]
    pub(crate) sans: Vec<San>,
    #[command(flatten)]
    pub(crate) subject: SubjectFlags,
    /// File whose first line is the passphrase of the key; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Print the openssl commands that do the same, and do nothing
    #[arg(long)]
    pub(crate) show_openssl: bool,
}

/// What a request is made of, wherever that was written.
pub(crate) struct Wanted {
    pub(crate) subject: Name,
    pub(crate) extensions: Vec<Extension>,
    pub(crate) digest: Option<Digest>,
    pub(crate) notes: Vec<String>,
}

pub(crate) fn run(arguments: &CsrNew) -> Result<Report> {
    if arguments.show_openssl {
        return show_openssl::csr_new(arguments);
    }
    output::refuse_unwritable(&arguments.out)?;
    let key = open_key(
        &arguments.key_file,
        arguments.passphrase_file.as_ref(),
        "--passphrase-file",
    )?;
    let wanted = match &arguments.config {
        Some(file) => from_configuration(file, arguments.extensions.as_deref(), &key)?,
        None => from_flags(arguments)?,
    };
    let Wanted {
        subject,
        extensions,
        digest,
        mut notes,
    } = wanted;
    let algorithm = key.signature_algorithm(digest);
    if digest.is_some() && algorithm.digest() != digest {
        notes.push(format!(
            "a {} key signs with {algorithm}, whatever default_md says",
            key.algorithm()
        ));
    }
    let information = tbs::request(&subject, key.public_key(), &extensions)?;
    let signature = key
        .sign(algorithm, &information)
        .context("could not sign the request")?;
    let request =
        CertificationRequest::from_der(&tbs::signed(&information, algorithm, &signature)?)?;
    request
        .prove()
        .context("the request that was made does not verify; it was not written")?;
    output::public(&arguments.out, request.to_pem().as_bytes())?;
    Ok(report(arguments, &request, key.algorithm().to_string()).notes(notes))
}

/// What the flags ask for.
pub(crate) fn from_flags(arguments: &CsrNew) -> Result<Wanted> {
    let names = SanSet::new(arguments.sans.iter().cloned()).context("--san")?;
    let common_name = arguments.cn.as_deref().or_else(|| {
        names
            .as_ref()
            .and_then(SanSet::first_dns)
            .filter(|host| host.chars().count() <= 64)
    });
    let subject = arguments.subject.name(common_name)?;
    let extensions = names
        .iter()
        .map(|names| Extension::subject_alt_name(names, &subject))
        .collect::<Result<_, _>>()?;
    Ok(Wanted {
        subject,
        extensions,
        digest: None,
        notes: Vec::new(),
    })
}

fn from_configuration(
    file: &std::path::Path,
    section: Option<&str>,
    key: &PrivateKey,
) -> Result<Wanted> {
    let config = configuration::read(file)?;
    let request = RequestConfig::read(&config, section)?;
    let mut extensions = Vec::new();
    for requested in &request.extensions {
        extensions.extend(
            configuration::extension(requested, key.public_key())?.map(|written| written.extension),
        );
    }
    let digest = request
        .default_digest
        .as_ref()
        .and_then(|digest| match digest.value.as_str() {
            "sha384" => Some(Digest::Sha384),
            "sha512" => Some(Digest::Sha512),
            "sha256" => Some(Digest::Sha256),
            _ => None,
        });
    let notes = request.notes.iter().map(ToString::to_string).collect();
    Ok(Wanted {
        subject: configuration::subject(&request.subject)?,
        extensions,
        digest,
        notes,
    })
}

fn report(arguments: &CsrNew, request: &CertificationRequest, key: String) -> Report {
    let names = request
        .extensions()
        .iter()
        .find(|extension| extension.oid == oid::SUBJECT_ALT_NAME)
        .and_then(|extension| GeneralName::read_all(&extension.value).ok())
        .unwrap_or_default();
    let mut text = format!(
        "{}certification request{:#}  {}\n",
        render::BOLD,
        render::BOLD,
        request.subject().openssl_oneline()
    );
    if !names.is_empty() {
        let shown: Vec<String> = names.iter().map(GeneralName::to_string).collect();
        render::line(&mut text, "names", &shown.join(", "));
    }
    render::line(&mut text, "key", &key);
    text.push_str(&render::files_text([(
        arguments.out.as_path(),
        "certification request",
    )]));
    let extensions: Vec<String> = request.extensions().iter().map(Extension::name).collect();
    let json = json!({
        "file": arguments.out,
        "subject": request.subject().to_string(),
        "sans": names.iter().map(render::san_json).collect::<Vec<_>>(),
        "key": key,
        "extensions": extensions,
    });
    Report::new("csr", json, text)
}
