//! `certmint issue`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use serde_json::json;
use time::OffsetDateTime;

use super::{issue_batch, issue_batch::IssueBatch, signing::open_authority, subject::SubjectFlags};
use crate::{
    authority::{Filed, Generation, LeafKey, LeafOrder, issue},
    cli::{actor::actor, args::Global, failure::Advised, render, report::Report, show_openssl},
    key::KeySpec,
    profile::{LeafKind, LongLife},
    store::{Store, StoreName},
    x509::{Name, San, SanSet, Validity, usual_alternative_name, usual_common_name},
};

/// What to issue.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Issue {
    /// Make key and certificate of a TLS server
    #[command(after_help = "Examples:
  certmint issue server flb --san www.2026testsite.com
  certmint issue server backend.internal.local --san ip:10.0.0.7 --key p256")]
    Server(IssueLeaf),
    /// Make key and certificate of a TLS client
    #[command(after_help = "Examples:
  certmint issue client client01
  certmint issue client joe@example.com --cn 'Joe Doe' --days 365")]
    Client(IssueLeaf),
    /// Make key and certificate of a host that is both server and client
    #[command(after_help = "Examples:
  certmint issue peer node1.internal.local --san ip:10.0.0.7 --key p256")]
    Peer(IssueLeaf),
    /// Make keys and certificates of a whole list; what is there already is left as it is
    #[command(after_help = "Examples:
  certmint issue batch hosts.csv
  certmint issue batch devices.jsonl --profile client --key p256 --days 365

A list in CSV starts with a heading such as 'name,profile,san', then has lines such as
'node1,peer,node1.internal ip:10.0.0.7'. The same command, run again after an interruption, makes
what is missing.")]
    Batch(IssueBatch),
}

/// A leaf certificate with its key.
#[derive(Debug, Args)]
pub(crate) struct IssueLeaf {
    /// What it is called here: its files are in certs/NAME; a host name or mail address is the first
    /// subject alternative name too
    pub(crate) name: StoreName,
    /// Subject alternative name: dns:, ip:, email: or uri:, guessed when bare; may be repeated
    #[arg(long = "san", value_name = "SAN")]
    pub(crate) sans: Vec<San>,
    /// Common name; the first host name if left out, else NAME
    #[arg(long, value_name = "NAME")]
    pub(crate) cn: Option<String>,
    #[command(flatten)]
    pub(crate) subject: SubjectFlags,
    /// Which CA signs; needed when there are several
    #[arg(long, value_name = "CA")]
    pub(crate) ca: Option<StoreName>,
    /// Kind of key: rsa2048 rsa3072 rsa4096 p256 p384 p521 ed25519
    #[arg(long, default_value = "rsa2048", value_name = "KIND")]
    pub(crate) key: KeySpec,
    /// Days until the certificate ends
    #[arg(long, default_value_t = 825, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(crate) days: u32,
    /// Let a server certificate live longer than the 825 days that Apple's systems accept
    #[arg(long)]
    pub(crate) allow_long_life: bool,
    /// File whose first line is the passphrase of the CA key; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Print the openssl commands that do the same, and do nothing
    #[arg(long)]
    pub(crate) show_openssl: bool,
}

impl IssueLeaf {
    /// The names: NAME itself where it is a host name, an address or a mail address, then `--san`.
    pub(crate) fn names(&self) -> Result<Option<SanSet>> {
        let from_name =
            usual_alternative_name(&self.name.to_string()).filter(|name| !self.sans.contains(name));
        SanSet::new(from_name.into_iter().chain(self.sans.iter().cloned())).context("--san")
    }

    /// What the flags want.
    pub(crate) fn order(
        &self,
        kind: LeafKind,
        subject: Name,
        names: Option<SanSet>,
        validity: Validity,
    ) -> LeafOrder {
        LeafOrder {
            name: self.name.clone(),
            kind,
            key: LeafKey::New(self.key),
            subject,
            names,
            validity,
            long_life: if self.allow_long_life {
                LongLife::Allow
            } else {
                LongLife::Refuse
            },
            generation: Generation::First,
        }
    }

    /// The subject: `--cn`, else the first host name that fits a common name, else NAME.
    pub(crate) fn subject(&self, names: Option<&SanSet>) -> Result<Name> {
        let common_name = self
            .cn
            .clone()
            .or_else(|| usual_common_name(&self.name.to_string(), names));
        self.subject.name(common_name.as_deref())
    }
}

pub(crate) fn run(pki: &Path, arguments: &Issue, global: &Global) -> Result<Report> {
    match arguments {
        Issue::Server(leaf) => run_one(pki, LeafKind::Server, leaf),
        Issue::Client(leaf) => run_one(pki, LeafKind::Client, leaf),
        Issue::Peer(leaf) => run_one(pki, LeafKind::Peer, leaf),
        Issue::Batch(batch) => issue_batch::run(pki, batch, global),
    }
}

fn run_one(pki: &Path, kind: LeafKind, leaf: &IssueLeaf) -> Result<Report> {
    let names = leaf.names()?;
    let subject = leaf.subject(names.as_ref())?;
    if leaf.show_openssl {
        return show_openssl::issue(pki, kind, leaf, names.as_ref(), &subject);
    }
    let now = OffsetDateTime::now_utc();
    let validity = Validity::of_days(now, leaf.days)?;
    let mut store = Store::open(pki, &actor(), now)?;
    refuse_taken(&store, &leaf.name)?;
    let signer = open_authority(
        &store,
        leaf.ca.as_ref(),
        leaf.passphrase_file.as_ref(),
        "--passphrase-file",
    )?;
    let order = leaf.order(kind, subject, names, validity);
    let filed = issue(&mut store, &signer, order, now)?;
    Ok(report(kind, &leaf.name, &filed))
}

/// A name that is taken is refused before a key is made for it.
fn refuse_taken(store: &Store, name: &StoreName) -> Result<()> {
    let folder = store.layout().certificate_folder(name);
    if std::fs::symlink_metadata(&folder).is_ok() {
        return Err(Advised {
            message: format!(
                "certificate {name} exists in {}; nothing was overwritten",
                folder.display()
            ),
            hint: "choose another name".to_owned(),
        }
        .into());
    }
    Ok(())
}

fn report(kind: LeafKind, name: &StoreName, filed: &Filed) -> Report {
    let described = [
        "private key, not encrypted",
        "certification request",
        "certificate",
        "certificate and intermediates: what a server sends",
        "issuer up to the root: a cloud's chain or CA field",
    ];
    let files = filed.files.iter().map(PathBuf::as_path).zip(described);
    let text = format!(
        "{}{}",
        render::certificate_text(
            &kind.to_string(),
            &filed.certificate,
            &render::ordered_days(&filed.certificate)
        ),
        render::files_text(files)
    );
    let fields = json!({ "name": name.to_string(), "profile": kind.to_string() });
    let json = render::with_fields(render::filed_json(filed), fields);
    Report::new("issue", json, text)
}
