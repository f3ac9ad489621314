//! `certmint lint`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use time::OffsetDateTime;

use super::verify::moment;
use crate::{
    acceptance::{USUAL, Use},
    cli::{
        acceptance::{Judged, Subject, destinations, document, key_facts, read_replaced},
        failure::{Advised, UsageError},
        read,
        report::Report,
        secrets,
    },
    inspect::verify::Host,
    key::Passphrase,
    store::{Inventory, Layout, StoreName, is_there},
};

/// What is refused.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint lint flb
  certmint lint flb.fullchain.crt --ca ca.crt --host www.2026testsite.com
  certmint lint flb.crt --for nginx,aws-acm --key-file flb.key --replaces old.crt
  certmint lint ca.crt --for python
  certmint lint flb --for all

docs/acceptance.md has every rule with its source. Exit code 3 when something is refused or warned of,
1 where no path leads to a CA that was given.")]
pub(crate) struct Lint {
    /// A certificate with its chain, in any container, as it is sent or uploaded; or the name of a
    /// certificate of this PKI
    #[arg(required = true, value_name = "FILE|NAME")]
    subjects: Vec<PathBuf>,
    /// Clients, servers and clouds that it meets, separated by commas, or `all`; `certmint lint
    /// --help` has them
    #[arg(
        long = "for",
        value_name = "LIST",
        value_delimiter = ',',
        default_values = USUAL,
        long_help = long_help()
    )]
    destinations: Vec<String>,
    /// Its private key
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// File whose first line is the passphrase of the private key; - is standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The certificate that it takes the place of
    #[arg(long, value_name = "FILE")]
    replaces: Option<PathBuf>,
    /// What it is for; what it says itself if left out
    #[arg(long, value_name = "PURPOSE")]
    purpose: Option<Purpose>,
    /// Certificates that clients trust, and intermediates that are known; may be repeated. A path
    /// has to lead to one of them
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// Name or address that clients connect to; may be repeated
    #[arg(long, value_name = "HOST")]
    host: Vec<Host>,
    /// File whose first line is the password of PKCS#12 files; - is standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The moment to judge for (RFC 3339) instead of now
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<OffsetDateTime>,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Purpose {
    /// A server
    Server,
    /// A client
    Client,
    /// Both
    Peer,
    /// To sign others
    Ca,
}

impl From<Purpose> for Use {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Server => Self::Server,
            Purpose::Client => Self::Client,
            Purpose::Peer => Self::Peer,
            Purpose::Ca => Self::Authority,
        }
    }
}

fn long_help() -> String {
    let mut text =
        "Clients, servers and clouds that it meets, separated by commas, or all:\n".to_owned();
    for one in crate::acceptance::DESTINATIONS {
        text.push_str(&format!("\n  {}: {}", one.name(), one.about()));
    }
    text
}

pub(crate) fn run(pki: &Path, arguments: &Lint) -> Result<Report> {
    let now = arguments.at.unwrap_or_else(OffsetDateTime::now_utc);
    let wanted = destinations(arguments.destinations.iter().map(String::as_str))?;
    for (flag, file) in [
        ("--key-file", &arguments.key_file),
        ("--replaces", &arguments.replaces),
    ] {
        if file.is_some() && arguments.subjects.len() > 1 {
            return Err(UsageError(format!(
                "{flag} goes with one certificate, and there are {}",
                arguments.subjects.len()
            ))
            .into());
        }
    }
    secrets::refuse_double_standard_input([
        ("--passphrase-file", arguments.passphrase_file.as_ref()),
        ("--password-file", arguments.password_file.as_ref()),
    ])?;
    let passphrase = secret(arguments.passphrase_file.as_ref(), "--passphrase-file")?;
    let password = secret(arguments.password_file.as_ref(), "--password-file")?;
    let mut known = Vec::new();
    for file in &arguments.ca {
        known.extend(read::certificates(file, password.as_ref())?);
    }
    let mut judged = Vec::with_capacity(arguments.subjects.len());
    for word in &arguments.subjects {
        let mut subject = gather(pki, word, password.as_ref(), passphrase.as_ref())?;
        if !known.is_empty() && !subject.leads_to(&known) {
            return Err(no_path(&subject, &arguments.ca));
        }
        subject.above.extend(known.iter().cloned());
        subject.hosts.clone_from(&arguments.host);
        if let Some(purpose) = arguments.purpose {
            subject.purpose = purpose.into();
        }
        if let Some(file) = &arguments.key_file {
            subject.key = Some(key_facts(file, passphrase.as_ref())?);
        }
        if let Some(file) = &arguments.replaces {
            subject.replaces = Some(read_replaced(file).context("--replaces")?);
        }
        judged.push(Judged::new(subject, wanted.clone(), now));
    }
    Ok(document("lint", &judged))
}

/// Rules about the CAs above would pass over a CA that is none of this certificate.
fn no_path(subject: &Subject, files: &[PathBuf]) -> anyhow::Error {
    let files: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    Advised {
        message: format!(
            "no path leads from {} to a certificate of {}: its issuer is {}",
            subject.called,
            files.join(" or "),
            subject.certificate.issuer()
        ),
        hint: "name the CA that signed it, and the CAs between, with --ca".to_owned(),
    }
    .into()
}

fn secret(file: Option<&PathBuf>, flag: &'static str) -> Result<Option<Passphrase>> {
    file.map(|file| {
        secrets::Source {
            file: Some(file),
            flag,
            prompt: flag.trim_start_matches('-').replace("-file", ""),
        }
        .existing()
    })
    .transpose()
}

/// A file where there is one of that name, else a certificate of the PKI.
fn gather(
    pki: &Path,
    word: &Path,
    password: Option<&Passphrase>,
    passphrase: Option<&Passphrase>,
) -> Result<Subject> {
    // A pipe of the shell is one too.
    if word.exists() && !word.is_dir() {
        return Subject::of_file(word, password);
    }
    let layout = Layout::new(pki);
    let name: Option<StoreName> = word.to_str().and_then(|word| word.parse().ok());
    if let Some(name) = name
        && is_there(&layout.inventory())?
    {
        let inventory = Inventory::open_to_read(&layout.inventory())?;
        if let Some(subject) = Subject::of_name(pki, &inventory, &name, passphrase)? {
            return Ok(subject);
        }
    }
    Err(Advised {
        message: format!(
            "{} is neither a file nor a certificate of {}",
            word.display(),
            pki.display()
        ),
        hint: "'certmint list' shows the names; --pki names the PKI directory".to_owned(),
    }
    .into())
}
