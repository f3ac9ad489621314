//! `certmint reissue`

mod report;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{ArgGroup, Args};
use time::OffsetDateTime;

use self::report::{Outcome, planned, preview, report};
use super::{
    ca_renew::refreshed_note,
    crl::{list_json, list_text, publish_without_asking},
    revoke::Reason,
    signing::{name_of, open_key, open_this},
};
use crate::{
    authority::{
        Filed, KeyChoice, Reissuable, ReissuableAuthority, ReissueScope, ReissueSelection,
        RenewedAuthority, SigningAuthority, itself, named_certificate, reissue, renew_authority,
        same_life, select_for_reissue, waiting,
    },
    cli::{
        actor::actor,
        args::Global,
        manifest_file,
        progress::Progress,
        read, render,
        renewal::{self, News, Policy, Wishes},
        report::Report,
        terminal,
    },
    key::KeyFile,
    store::{Authority, Revocation, Row, Shelf, Store, StoreName, files},
    x509::RevocationReason,
};

/// What is made anew.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what").required(true),
    after_help = "Examples:
  certmint reissue --ca ca --dry-run
  certmint reissue --ca ca --passphrase-file ca-2.pass --yes
  certmint reissue --key stolen.key --revoke --reason keyCompromise
  certmint reissue --key www.2026testsite.com --revoke --reason keyCompromise --yes

With --ca, subordinate CAs get new certificates for the keys that they have. What was signed from a
request, and what is not of this PKI, is listed and left."
)]
pub(crate) struct Reissue {
    /// Everything that this CA's key signed; after the switch of a rollover its successor signs
    #[arg(long, value_name = "CA", group = "what")]
    pub(crate) ca: Option<StoreName>,
    /// Everything with this public key: a file with a certificate or a key, or the name of a
    /// certificate of this PKI
    #[arg(
        long,
        value_name = "FILE|NAME",
        group = "what",
        conflicts_with = "reuse_key"
    )]
    pub(crate) key: Option<PathBuf>,
    /// Keep the keys; new ones are made otherwise
    #[arg(long)]
    pub(crate) reuse_key: bool,
    /// Revoke what is replaced
    #[arg(long)]
    pub(crate) revoke: bool,
    /// Why it is revoked
    #[arg(
        long,
        value_name = "REASON",
        requires = "revoke",
        default_value = "superseded"
    )]
    pub(crate) reason: Reason,
    /// File whose first line is the passphrase of the key that signs; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The manifest that says which certificates have servers that have to take the new ones; pki.toml
    /// in this folder if left out and there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// Say what would be made anew, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Go ahead without being asked
    #[arg(long)]
    pub(crate) yes: bool,
}

impl Reissue {
    /// Everything under a CA, as a step of its rollover.
    pub(crate) fn everything_of(
        ca: StoreName,
        passphrase_file: Option<PathBuf>,
        manifest: Option<PathBuf>,
        yes: bool,
    ) -> Self {
        Self {
            ca: Some(ca),
            key: None,
            reuse_key: false,
            revoke: false,
            reason: Reason(RevocationReason::Superseded),
            passphrase_file,
            manifest,
            dry_run: false,
            yes,
        }
    }

    fn scope(&self, store: &Store) -> Result<ReissueScope> {
        if let Some(ca) = &self.ca {
            let authority = itself(store.inventory(), Some(ca))?;
            return Ok(ReissueScope::SignedBy(Box::new(authority)));
        }
        let key = self.key.as_ref().context("nothing is named")?;
        Ok(ReissueScope::Key(public_key(store, key)?))
    }
}

/// SHA-256 of the SubjectPublicKeyInfo of a certificate of this PKI, or of a file.
fn public_key(store: &Store, key: &Path) -> Result<[u8; 32]> {
    if !key.exists()
        && let Some(Ok(name)) = key.to_str().map(str::parse::<StoreName>)
    {
        let current = store.inventory().current(Shelf::Certificates, &name)?;
        return current
            .map(|row| row.public_key_sha256)
            .with_context(|| format!("--key: there is neither a file nor a certificate {name}"));
    }
    let octets = files::read(key, files::USUAL_LIMIT).context("--key")?;
    let spki = if KeyFile::read(&octets).is_ok() {
        open_key(key, None, "--key")?.public_key().clone()
    } else {
        let certificates = read::certificates(key, None)?;
        let first = certificates.first().context("there is no certificate")?;
        first.public_key().clone()
    };
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, spki.spki_der()).as_ref(),
    );
    Ok(fingerprint)
}

pub(crate) fn run(global: &Global, arguments: &Reissue) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let mut store = Store::open(&global.pki, &actor(), now)?;
    run_in(&mut store, global, arguments, now)
}

pub(crate) fn run_in(
    store: &mut Store,
    global: &Global,
    arguments: &Reissue,
    now: OffsetDateTime,
) -> Result<Report> {
    let policy = match Policy::of_manifest(arguments.manifest.as_ref(), Wishes::default())? {
        Err(wrong) => return Ok(manifest_file::faulty(wrong)),
        Ok(policy) => policy,
    };
    let need = |name: &StoreName| policy.need(name);
    let selection = select_for_reissue(store.inventory(), &arguments.scope(store)?, now)?;
    if arguments.dry_run || selection.is_empty() {
        return Ok(planned(&selection));
    }
    if !arguments.yes {
        let count = selection.authorities.len() + selection.certificates.len();
        let question = format!("Make {} anew?", render::certificates(count));
        if !terminal::confirm(&preview(&selection), &question)? {
            bail!("nothing was changed");
        }
    }
    let signers = open_signers(store, arguments, &selection)?;
    let mut outcome = Outcome::default();
    for (signer, opened) in &signers {
        let below = selection.authorities.iter();
        for one in below.filter(|one| one.signer.id == signer.id) {
            match renew_one(store, one, opened, now) {
                Ok(RenewedAuthority { filed, refreshed }) => {
                    outcome
                        .refreshed
                        .certificates
                        .extend(refreshed.certificates);
                    let name = name_of(&one.authority)?;
                    outcome.made.push((name, one.row.clone(), filed));
                }
                Err(error) => outcome.failed(&name_of(&one.authority)?, error),
            }
        }
        let certificates: Vec<Reissuable> = selection
            .certificates
            .iter()
            .filter(|one| one.signer.id == signer.id)
            .cloned()
            .collect();
        let bar = Progress::new(global, certificates.len());
        let key = if arguments.reuse_key {
            KeyChoice::Kept
        } else {
            KeyChoice::New
        };
        let answers = reissue(store, opened, &certificates, key, &need, now, &mut |done| {
            bar.at(done);
        });
        bar.end();
        for (one, answer) in certificates.into_iter().zip(answers) {
            match answer {
                Ok(filed) => outcome.made.push((one.name, one.row, filed)),
                Err(error) => outcome.failed(&one.name, error.into()),
            }
        }
    }
    if arguments.revoke {
        revoke_replaced(store, arguments, &mut outcome, now)?;
    }
    // Nothing that was made is untold, whatever the servers do.
    let names: Vec<StoreName> = outcome.made.iter().map(|(name, ..)| name.clone()).collect();
    let mut chains = outcome.refreshed.certificates.clone();
    chains.retain(|name| !names.contains(name));
    for (news, names) in [(News::Certificates, &names), (News::Chains, &chains)] {
        match renewal::tell(store, &global.pki, &policy, news, names, now) {
            Ok(told) => {
                if news == News::Chains {
                    outcome
                        .notes
                        .extend(refreshed_note(&outcome.refreshed, &told));
                }
                outcome.notes.extend(told.notes);
                outcome.failures.extend(told.failures);
                outcome.not_taken.extend(told.not_taken);
                let in_use = told.in_use.into_iter().map(|one| one.name);
                outcome.in_use.extend(in_use);
                outcome.exports.extend(told.exports);
            }
            Err(error) => outcome.failures.push(error),
        }
    }
    outcome.notes.dedup();
    let mut waiting = waiting(store.inventory())?;
    waiting.retain(|one| names.contains(&one.name));
    outcome.waiting = waiting.into_iter().map(|one| one.name).collect();
    Ok(report(outcome, &selection))
}

/// Opens the keys of all CAs that sign, before anything is made.
fn open_signers(
    store: &Store,
    arguments: &Reissue,
    selection: &ReissueSelection,
) -> Result<Vec<(Authority, SigningAuthority)>> {
    let open = |signer: Authority| {
        let opened = open_this(
            store,
            &signer,
            arguments.passphrase_file.as_ref(),
            "--passphrase-file",
        )?;
        Ok((signer, opened))
    };
    selection.signers().into_iter().map(open).collect()
}

fn renew_one(
    store: &mut Store,
    one: &ReissuableAuthority,
    signer: &SigningAuthority,
    now: OffsetDateTime,
) -> Result<RenewedAuthority> {
    let last = named_certificate(&one.authority)?;
    let validity = same_life(&last, now)?;
    Ok(renew_authority(
        store,
        &one.authority,
        signer,
        validity,
        now,
    )?)
}

/// Revokes what was replaced, and makes the lists that say so.
fn revoke_replaced(
    store: &mut Store,
    arguments: &Reissue,
    outcome: &mut Outcome,
    now: OffsetDateTime,
) -> Result<()> {
    let revocation = |(_, row, _): &(StoreName, Row, Filed)| Revocation {
        id: row.id,
        reason: arguments.reason.0,
        at: now,
    };
    let revocations: Vec<Revocation> = outcome.made.iter().map(revocation).collect();
    if revocations.is_empty() {
        return Ok(());
    }
    store.revoke(&revocations, now)?;
    outcome.revoked = revocations.len();
    let authorities = store.inventory().authorities()?;
    let mut issuers: Vec<StoreName> = Vec::new();
    for (_, row, _) in &outcome.made {
        let signed_by = authorities.iter().find(|one| Some(one.id) == row.issuer);
        let Some(signed_by) = signed_by else { continue };
        let name = authorities
            .iter()
            .filter(|one| one.is_same_as(signed_by))
            .find_map(|one| one.name.clone());
        issuers.extend(name.filter(|name| !issuers.contains(name)));
    }
    let made = publish_without_asking(store, &issuers, arguments.passphrase_file.as_ref(), now);
    for list in &made.lists {
        outcome.list_text.push_str(&list_text(list));
        outcome.lists.push(list_json(list));
    }
    outcome.notes.extend(made.notes);
    outcome.failures.extend(made.failures);
    Ok(())
}
