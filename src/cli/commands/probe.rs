//! `certmint probe`

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result};
use clap::Args;
use time::OffsetDateTime;

use super::signing::open_key;
use crate::{
    authority::trust,
    cli::{
        failure::{Advised, UsageError},
        probing::{self, Bench, Entry, Probed},
        read,
        report::{Report, Verdict},
    },
    inspect::verify::Host,
    probe::{Endpoint, EndpointError, Errand, Identity, StartTls, Trust, addresses, in_parallel},
    store::{CertificateFile, Inventory, Layout, Shelf, StoreName},
};

/// Looking at live endpoints.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint probe www.2026testsite.com
  certmint probe 10.0.0.7:8443 10.0.0.8:8443 --server-name www.2026testsite.com --expect flb
  certmint probe www.2026testsite.com --http --client client01
  certmint probe mail.example.com --starttls smtp --ca ca.crt
  certmint probe www.example.com --all-addresses --json

Only looks: nothing is sent but handshakes, STARTTLS and, with --http, one GET without and one with
the client certificate. Exit code 3 when something keeps clients away, 1 when an endpoint could not
be looked at. See docs/probe.md.")]
pub(crate) struct Probe {
    /// Host name or address, and port; without a port 443, or the usual one of --starttls
    #[arg(required = true, value_name = "HOST[:PORT]")]
    endpoints: Vec<Target>,
    /// The name to ask for and to find in the certificate, instead of the host
    #[arg(long, value_name = "NAME")]
    server_name: Option<Host>,
    /// Trust these certificates instead of the CAs of this PKI; may be repeated
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// Certificate revocation list that the server's certificate must not be on; may be repeated
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// The certificate of this PKI that should be served, by its name
    #[arg(long, value_name = "NAME")]
    expect: Option<StoreName>,
    /// Look once more with this client certificate of this PKI, by its name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["client_cert", "client_key"])]
    client: Option<StoreName>,
    /// Look once more with this client certificate, and the intermediates behind it in the file
    #[arg(long, value_name = "FILE", requires = "client_key")]
    client_cert: Option<PathBuf>,
    /// The private key of --client-cert
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    client_key: Option<PathBuf>,
    /// File whose first line is the passphrase of the client's key, where it is encrypted; - is
    /// standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Ask for a path by HTTP/1.1 and tell the status of the answer
    #[arg(
        long,
        value_name = "PATH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "/",
        value_parser = path
    )]
    http: Option<String>,
    /// Begin in the clear and go over to TLS: smtp, imap, ldap, postgresql
    #[arg(long, value_name = "PROTOCOL", conflicts_with = "http")]
    starttls: Option<StartTls>,
    /// Look at every address that a name has, not only at the first that answers
    #[arg(long)]
    all_addresses: bool,
    /// Seconds that each connection may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    timeout: u32,
}

/// `HOST:PORT`, or a host alone.
#[derive(Debug, Clone)]
struct Target {
    host: Host,
    port: Option<u16>,
}

impl FromStr for Target {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        // Any other text with colons has a port behind the last, or is a URL.
        let has_no_port =
            text.parse::<std::net::IpAddr>().is_ok() || !text.contains(':') || text.ends_with(']');
        if has_no_port && !text.contains('/') {
            let host = text
                .parse()
                .map_err(|_| EndpointError::Host(text.to_owned()))?;
            return Ok(Self { host, port: None });
        }
        let Endpoint { host, port } = text.parse()?;
        Ok(Self {
            host,
            port: Some(port),
        })
    }
}

fn path(text: &str) -> Result<String, String> {
    let is_fit = text.starts_with('/') && text.bytes().all(|octet| octet.is_ascii_graphic());
    if is_fit {
        Ok(text.to_owned())
    } else {
        Err("a path begins with / and has neither spaces nor letters beyond ASCII".to_owned())
    }
}

pub(crate) fn run(pki: &Path, arguments: &Probe) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let layout = Layout::new(pki);
    let inventory = open_inventory(&layout, arguments)?;
    let trust = trust_of(inventory.as_ref(), arguments, now)?;
    let client = client(&layout, arguments)?;
    let identity = client.as_ref().map(|(_, identity)| identity);
    if let (Some(expected), Some(inventory)) = (&arguments.expect, &inventory) {
        let current = inventory.current(Shelf::Certificates, expected)?;
        current
            .with_context(|| format!("--expect {expected}: there is no such certificate here"))?;
    }
    let mut entries = Vec::new();
    let mut errands = Vec::new();
    for (errand, found) in in_parallel(wanted(arguments, identity), |errand| {
        let found = if arguments.all_addresses {
            let found = addresses(&errand.endpoint, errand.timeout);
            found.map(|found| found.into_iter().map(Some).collect())
        } else {
            Ok(vec![None])
        };
        (errand, found)
    }) {
        match found {
            Ok(addresses) => errands.extend(addresses.into_iter().map(|address| Errand {
                address,
                ..errand.clone()
            })),
            Err(error) => entries.push(Entry {
                errand,
                seen: Err(error),
            }),
        }
    }
    let bench = Bench {
        trust: &trust,
        inventory: inventory.as_ref(),
        expected: arguments.expect.as_ref(),
        identity,
        now,
    };
    for (errand, seen) in in_parallel(errands, |errand| {
        let seen = errand.run();
        (errand, seen)
    }) {
        entries.push(Entry::new(errand, seen, &bench)?);
    }
    let client = client
        .as_ref()
        .map(|(name, identity)| (name.as_str(), identity.as_ref()));
    let text = probing::text(&entries, client);
    let json = probing::document(&entries);
    let found = entries
        .iter()
        .any(|entry| entry.seen.as_ref().is_ok_and(Probed::has_failures));
    let failures = entries
        .into_iter()
        .filter_map(|entry| entry.seen.err())
        .map(anyhow::Error::from)
        .collect();
    Ok(Report::new("probe", json, text)
        .failures(failures)
        .verdict(if found {
            Verdict::Found
        } else {
            Verdict::Clean
        }))
}

/// The inventory, where there is one; without it other CAs have to be given.
fn open_inventory(layout: &Layout, arguments: &Probe) -> Result<Option<Inventory>> {
    let file = layout.inventory();
    let is_needed = arguments.expect.is_some() || arguments.client.is_some();
    if is_needed || file.exists() {
        return Ok(Some(Inventory::open_to_read(&file)?));
    }
    if arguments.ca.is_empty() {
        return Err(Advised {
            message: format!(
                "there is no PKI in {} to judge the endpoint by",
                layout.root().display()
            ),
            hint: "name the PKI with --pki DIR, or the CA's certificate with --ca FILE".to_owned(),
        }
        .into());
    }
    Ok(None)
}

fn trust_of(
    inventory: Option<&Inventory>,
    arguments: &Probe,
    now: OffsetDateTime,
) -> Result<Trust> {
    let mut found = match inventory {
        Some(inventory) => trust(inventory, now)?,
        None => Trust::default(),
    };
    if !arguments.ca.is_empty() {
        found.known.append(&mut found.anchors);
        for file in &arguments.ca {
            found.anchors.extend(read::certificates(file, None)?);
        }
    }
    for file in &arguments.crl {
        found.revocation_lists.extend(read::revocation_lists(file)?);
    }
    Ok(found)
}

/// The client's certificate with its key, and what it is called.
fn client(layout: &Layout, arguments: &Probe) -> Result<Option<(String, Arc<Identity>)>> {
    let (name, certificate, key) = match (
        &arguments.client,
        &arguments.client_cert,
        &arguments.client_key,
    ) {
        (Some(name), _, _) => (
            name.to_string(),
            layout.certificate_file(name, CertificateFile::FullChain),
            layout.certificate_file(name, CertificateFile::Key),
        ),
        (None, Some(certificate), Some(key)) => (
            certificate.display().to_string(),
            certificate.clone(),
            key.clone(),
        ),
        _ => {
            if arguments.passphrase_file.is_some() {
                return Err(UsageError(
                    "--passphrase-file is for the client's key, and there is no --client".into(),
                )
                .into());
            }
            return Ok(None);
        }
    };
    let chain = read::certificates(&certificate, None)?;
    let key_file = key;
    let key = open_key(
        &key_file,
        arguments.passphrase_file.as_ref(),
        "--passphrase-file",
    )?;
    let identity = Identity::new(chain, &key)
        .with_context(|| format!("{} and {}", certificate.display(), key_file.display()))?;
    Ok(Some((name, Arc::new(identity))))
}

fn wanted(arguments: &Probe, identity: Option<&Arc<Identity>>) -> Vec<Errand> {
    let usual_port = arguments.starttls.map_or(443, StartTls::usual_port);
    let endpoints = arguments.endpoints.iter().map(|target| Endpoint {
        host: target.host.clone(),
        port: target.port.unwrap_or(usual_port),
    });
    endpoints
        .map(|endpoint| Errand {
            address: None,
            server_name: arguments
                .server_name
                .clone()
                .unwrap_or_else(|| endpoint.host.clone()),
            endpoint,
            starttls: arguments.starttls,
            identity: identity.map(Arc::clone),
            http: arguments.http.clone(),
            timeout: Duration::from_secs(u64::from(arguments.timeout)),
        })
        .collect()
}
