//! `certmint rehearse`

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::Args;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    authority::trust,
    cli::{
        failure::Advised,
        read,
        rehearsal_report::{self, Materials},
        report::{Report, Verdict},
        secrets,
    },
    inspect::verify::Host,
    key::{KeyError, KeyFile, PrivateKey},
    probe::Trust,
    rehearsal::{Party, Scene, rehearse},
    store::{
        CertificateFile, Inventory, Layout, Paths, RevocationListFile, StoreName, anchor_file,
        files,
    },
    x509::{Certificate, GeneralName},
};

/// A handshake with the files of this PKI, before they go anywhere.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint rehearse flb
  certmint rehearse flb --client client01 --host www.2026testsite.com
  certmint rehearse flb --client client01 --clients-ca partner-ca.crt --crl partner.crl

A server with the files of NAME and a client meet on the loopback device, with TLS 1.2 and with
TLS 1.3; nothing leaves this machine. If nothing else is said, both sides trust the root of NAME, as
it lies in ca/, while it is rolled over the old and the new one, and know the revocation lists in
crl/. Exit code 3 when either side refuses. See
docs/probe.md.")]
pub(crate) struct Rehearse {
    /// The server's certificate, as `certmint list` shows it
    name: StoreName,
    /// The client's certificate, as `certmint list` shows it; without it the server asks for none
    #[arg(long, value_name = "NAME")]
    client: Option<StoreName>,
    /// The name or address that the client connects to; the first host name of the server's
    /// certificate if left out
    #[arg(long, value_name = "HOST")]
    host: Option<Host>,
    /// Certificates that the client trusts; may be repeated
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// Certificates that the server trusts for its clients; may be repeated
    #[arg(long, value_name = "FILE", requires = "client")]
    clients_ca: Vec<PathBuf>,
    /// Certificate revocation list that both sides know, instead of those in crl/; may be repeated
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// File whose first line is the passphrase of the private keys, where they are encrypted; - is
    /// standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

pub(crate) fn run(pki: &Path, arguments: &Rehearse) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let layout = Layout::new(pki);
    let inventory = Inventory::open_to_read(&layout.inventory())?;
    let known = trust(&inventory, now)?;
    let known: Vec<Certificate> = known.known.into_iter().chain(known.anchors).collect();
    let server = party(&layout, &inventory, &arguments.name, arguments)?;
    let client = arguments
        .client
        .as_ref()
        .map(|name| party(&layout, &inventory, name, arguments))
        .transpose()?;
    let usual = |flag| usual_anchors(&layout, &inventory, &server, flag);
    let client_files = match arguments.ca.as_slice() {
        [] => vec![usual("--ca")?],
        given => given.to_vec(),
    };
    let server_files = match (&client, arguments.clients_ca.as_slice()) {
        (None, _) => Vec::new(),
        (Some(_), []) => vec![usual("--clients-ca")?],
        (Some(_), given) => given.to_vec(),
    };
    let list_files = match arguments.crl.as_slice() {
        [] => usual_lists(&layout, &inventory)?,
        given => given.to_vec(),
    };
    let mut revocation_lists = Vec::new();
    for file in &list_files {
        revocation_lists.extend(read::revocation_lists(file)?);
    }
    let trust_in = |files: &[PathBuf]| -> Result<Trust> {
        let mut anchors = Vec::new();
        for file in files {
            anchors.extend(read::certificates(file, None)?);
        }
        Ok(Trust {
            anchors,
            known: known.clone(),
            revocation_lists: revocation_lists.clone(),
        })
    };
    let (client_trust, server_trust) = (trust_in(&client_files)?, trust_in(&server_files)?);
    let host = match &arguments.host {
        Some(host) => host.clone(),
        None => usual_host(&server, &arguments.name),
    };
    let rehearsal = rehearse(&Scene {
        server: &server,
        client: client.as_ref(),
        client_trust: &client_trust,
        server_trust: &server_trust,
        host: &host,
        now,
    })?;
    let materials = Materials {
        server: &arguments.name,
        client: arguments.client.as_ref(),
        host: &host,
        client_trusts: &client_files,
        server_trusts: &server_files,
        revocation_lists: &list_files,
    };
    let verdict = if rehearsal.is_refused() {
        Verdict::Found
    } else {
        Verdict::Clean
    };
    let text = rehearsal_report::text(&rehearsal, &materials);
    let json = rehearsal_report::document(&rehearsal, &materials);
    Ok(Report::new("rehearse", json, text).verdict(verdict))
}

/// The files of a certificate as they lie there.
fn party(
    layout: &Layout,
    inventory: &Inventory,
    name: &StoreName,
    arguments: &Rehearse,
) -> Result<Party> {
    let current = inventory.current(crate::store::Shelf::Certificates, name)?;
    if current.is_none() {
        return Err(Advised {
            message: format!("there is no certificate {name} in this PKI"),
            hint: "'certmint list' shows the certificates that there are".to_owned(),
        }
        .into());
    }
    let anew = format!("put the file back from a backup, or: certmint renew {name}");
    let chain_file = layout.certificate_file(name, CertificateFile::FullChain);
    let octets = kept(&chain_file, &format!("the chain of {name}"), &anew)?;
    let chain = read::certificates_in(&octets, &chain_file, None)?;
    let key_file = layout.certificate_file(name, CertificateFile::Key);
    let signed_from_request =
        format!("{anew}; what was signed from a request is rehearsed where its key is");
    let octets = kept(
        &key_file,
        &format!("the private key of {name}"),
        &signed_from_request,
    )?;
    let key = match KeyFile::read(&octets) {
        Ok(key) => {
            unlocked(&key, name, arguments).with_context(|| key_file.display().to_string())?
        }
        Err(error) => Err(error),
    };
    Ok(Party { chain, key })
}

/// Reads a file of the PKI directory, which is a regular one: a pipe would be waited for, for ever.
fn kept(path: &Path, what: &str, hint: &str) -> Result<Zeroizing<Vec<u8>>> {
    let advised = |state: &str| -> anyhow::Error {
        Advised {
            message: format!("{what} {state}: {}", path.display()),
            hint: hint.to_owned(),
        }
        .into()
    };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(advised("is not there")),
        Ok(found) if !found.is_file() => Err(advised("is no regular file")),
        _ => Ok(files::read(path, files::USUAL_LIMIT)?),
    }
}

/// A wrong passphrase is no matter of the certificates.
fn unlocked(
    key: &KeyFile,
    name: &StoreName,
    arguments: &Rehearse,
) -> Result<Result<PrivateKey, KeyError>> {
    let passphrase = if key.is_encrypted() {
        let source = secrets::Source {
            file: arguments.passphrase_file.as_ref(),
            flag: "--passphrase-file",
            prompt: format!("passphrase of the key of {name}"),
        };
        Some(source.existing()?)
    } else {
        None
    };
    match key.unlock(passphrase.as_ref()) {
        Err(error @ KeyError::WrongPassphrase) => Err(error.into()),
        unlocked => Ok(unlocked),
    }
}

/// The file of the root that the server's certificate comes from, as clients get it.
fn usual_anchors(
    layout: &Layout,
    inventory: &Inventory,
    server: &Party,
    flag: &str,
) -> Result<PathBuf> {
    let above = match server.chain.first() {
        Some(own) => Paths::of(inventory)?.above(own),
        None => Vec::new(),
    };
    let root = above
        .last()
        .map(|root| inventory.authority_by_fingerprint(&root.fingerprint_sha256()))
        .transpose()?
        .flatten();
    let file = root
        .map(|root| anchor_file(layout, inventory, root.id))
        .transpose()?
        .flatten();
    let Some(file) = file else {
        return Err(Advised {
            message: "the server's certificate is of no CA that has a name in this PKI".to_owned(),
            hint: format!("name the CA's certificate with {flag} FILE"),
        }
        .into());
    };
    let hint = format!("put the file back from a backup, or name another with {flag} FILE");
    kept(&file, "the CA's certificate", &hint)?;
    Ok(file)
}

/// The published revocation lists of this PKI.
fn usual_lists(layout: &Layout, inventory: &Inventory) -> Result<Vec<PathBuf>> {
    let names = inventory
        .authorities()?
        .into_iter()
        .filter_map(|one| one.name);
    let mut files: Vec<PathBuf> = names
        .map(|name| layout.revocation_list(&name, RevocationListFile::Pem))
        .filter(|file| file.exists())
        .collect();
    files.dedup();
    Ok(files)
}

/// The first host name of the certificate that is no wildcard, else its first address; where it has
/// neither, what it is called.
fn usual_host(server: &Party, name: &StoreName) -> Host {
    let names = server
        .chain
        .first()
        .and_then(|own| own.subject_alt_names().ok())
        .unwrap_or_default();
    let host = |name: &GeneralName| match name {
        GeneralName::Dns(name) => match name.strip_prefix("*.") {
            Some(rest) => format!("www.{rest}").parse().ok(),
            None => name.parse().ok(),
        },
        GeneralName::Ip(address) => Some(Host::Address(*address)),
        _ => None,
    };
    let hosts: Vec<Host> = names.iter().filter_map(host).collect();
    let is_name = |host: &&Host| matches!(host, Host::Name(_));
    hosts
        .iter()
        .find(is_name)
        .or(hosts.first())
        .cloned()
        .or_else(|| name.to_string().parse().ok())
        .unwrap_or(Host::Name("localhost".to_owned()))
}
