//! `certmint trust`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use time::OffsetDateTime;

use super::trust_bundle::{self, TrustBundle};
use crate::{
    authority::{Trusted, is_self_signed, trusted},
    cli::{
        machine::{Said, machine},
        read, render,
        report::Report,
        terminal,
        trust_report::{self, Deed},
    },
    store::{Inventory, Layout, StoreName},
    trust::{self, Anchor, Machine, Outcome, StoreKind},
    x509::Certificate,
};

/// What to do with the trust.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Trust {
    /// Make this machine trust a CA: the system, Firefox and Chromium, Java
    #[command(after_help = "Examples:
  certmint trust install
  sudo certmint trust install --store system --store java
  certmint trust install --file colleagues-ca.crt --store nss

Each store is changed by its own program and read back. After a rollover of the CA all roots of its
trust bundle are installed. See docs/trust.md.")]
    Install(Which),
    /// Take a CA out of this machine's trust stores
    #[command(after_help = "Examples:
  certmint trust uninstall
  sudo certmint trust uninstall --yes
  certmint trust uninstall --file colleagues-ca.crt --store nss --yes

Only what 'trust install' put there is taken out, earlier certificates of the CA
included. macOS and Windows do not tell who put a certificate there: it is taken out of them
whoever did, an administrator or a device management included.")]
    Uninstall(Uninstall),
    /// Look whether this machine's trust stores trust a CA
    #[command(after_help = "Examples:
  certmint trust check
  certmint trust check --store system --json

Exit code 3 when a store does not.")]
    Check(Which),
    /// Write what other machines need to trust a CA: files for every system, and the steps
    #[command(after_help = "Examples:
  certmint trust bundle --out testca
  certmint trust bundle ca --out testca --org 'Example Inc.'")]
    Bundle(TrustBundle),
}

/// Which certificates, in which stores of which machine.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Which CA; the root if left out and there is only one
    ca: Option<StoreName>,
    /// CA certificates from this file, instead of one of this PKI
    #[arg(long, value_name = "FILE", conflicts_with = "ca")]
    file: Option<PathBuf>,
    /// Only these stores; may be repeated
    #[arg(long = "store", value_name = "STORE")]
    stores: Vec<Kind>,
    /// The system that is installed in this directory, such as an image: its own store, and the one
    /// that its Javas share
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// File whose first line is the password of Java's key stores, where it is not 'changeit'; - is
    /// standard input
    #[arg(long, value_name = "FILE")]
    java_password_file: Option<PathBuf>,
    /// File with the primary password of Firefox profiles that have one
    #[arg(long, value_name = "FILE")]
    nss_password_file: Option<PathBuf>,
}

/// `certmint trust uninstall`
#[derive(Debug, Args)]
pub(crate) struct Uninstall {
    #[command(flatten)]
    which: Which,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The operating system's own
    System,
    /// The databases of Firefox and Chromium
    Nss,
    /// The cacerts of each Java
    Java,
}

impl Which {
    fn kinds(&self) -> Vec<StoreKind> {
        let wanted = |kind: &StoreKind| {
            self.stores.iter().any(|one| {
                *kind
                    == match one {
                        Kind::System => StoreKind::System,
                        Kind::Nss => StoreKind::Nss,
                        Kind::Java => StoreKind::Java,
                    }
            })
        };
        if self.stores.is_empty() {
            StoreKind::ALL.to_vec()
        } else {
            StoreKind::ALL.into_iter().filter(wanted).collect()
        }
    }

    fn machine(&self) -> Result<Machine> {
        machine(&Said {
            root: self.root.as_ref(),
            java_password_file: self.java_password_file.as_ref(),
            nss_password_file: self.nss_password_file.as_ref(),
        })
    }

    fn certificates(&self, pki: &Path) -> Result<Trusted> {
        match &self.file {
            Some(file) => from_file(file),
            None => from_pki(pki, self.ca.as_ref()),
        }
    }
}

/// The certificates of a CA of this PKI.
pub(super) fn from_pki(pki: &Path, ca: Option<&StoreName>) -> Result<Trusted> {
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    Ok(trusted(&inventory, ca)?)
}

/// The certificates of a file, which all have to be those of CAs.
pub(super) fn from_file(file: &Path) -> Result<Trusted> {
    let certificates = read::certificates(file, None)?;
    let first = certificates.first().context("there is no certificate")?;
    let anchor = Anchor::new(first.clone()).with_context(|| file.display().to_string())?;
    Ok(Trusted {
        name: anchor.label().parse()?,
        now: certificates.clone(),
        ever: certificates,
    })
}

pub(super) fn anchors(certificates: &[Certificate]) -> Result<Vec<Anchor>> {
    Ok(certificates
        .iter()
        .cloned()
        .map(Anchor::new)
        .collect::<Result<_, _>>()?)
}

pub(crate) fn run(pki: &Path, arguments: &Trust) -> Result<Report> {
    match arguments {
        Trust::Install(which) => {
            let anchors = anchors(&which.certificates(pki)?.now)?;
            let answers = trust::install(&which.machine()?, &which.kinds(), &anchors);
            let notes = notes(&anchors, OffsetDateTime::now_utc());
            Ok(trust_report::report(Deed::Install, &anchors, &answers).notes(notes))
        }
        Trust::Uninstall(uninstall) => run_uninstall(pki, uninstall),
        Trust::Check(which) => {
            let anchors = anchors(&which.certificates(pki)?.now)?;
            let answers = trust::check(&which.machine()?, &which.kinds(), &anchors);
            Ok(trust_report::report(Deed::Check, &anchors, &answers))
        }
        Trust::Bundle(bundle) => trust_bundle::run(pki, bundle),
    }
}

fn run_uninstall(pki: &Path, arguments: &Uninstall) -> Result<Report> {
    let which = &arguments.which;
    // What was a CA when it was installed and is none by today's rules was never installed by us.
    let anchors: Vec<Anchor> = match &which.file {
        Some(_) => anchors(&which.certificates(pki)?.now)?,
        None => which
            .certificates(pki)?
            .ever
            .into_iter()
            .filter_map(|certificate| Anchor::new(certificate).ok())
            .collect(),
    };
    let (machine, kinds) = (which.machine()?, which.kinds());
    if !arguments.yes {
        let look = trust::uninstall(&machine, &kinds, &anchors, true);
        let count = look
            .iter()
            .filter(|answer| matches!(answer.outcome, Outcome::ToRemove))
            .count();
        if count == 0 {
            return Ok(trust_report::report(Deed::Uninstall, &anchors, &look)
                .note("there is nothing to take out"));
        }
        let preview = trust_report::report(Deed::Uninstall, &anchors, &look).text;
        let stores = if count == 1 { "store" } else { "stores" };
        if !terminal::confirm(&preview, &format!("Take it out of {count} {stores}?"))? {
            bail!("nothing was changed");
        }
    }
    let answers = trust::uninstall(&machine, &kinds, &anchors, false);
    Ok(trust_report::report(Deed::Uninstall, &anchors, &answers))
}

/// What a person should know of what was installed.
fn notes(anchors: &[Anchor], now: OffsetDateTime) -> Vec<String> {
    let mut notes = Vec::new();
    for certificate in anchors.iter().map(Anchor::certificate) {
        let title = render::title(certificate);
        if !is_self_signed(certificate) {
            notes.push(format!(
                "{title} is no root: it is signed by {}, and some clients trust roots only",
                certificate.issuer().openssl_oneline()
            ));
        }
        if certificate.not_after() < now {
            notes.push(format!(
                "{title} ended on {}: clients refuse what it signed all the same",
                render::day(certificate.not_after())
            ));
        }
    }
    notes
}
