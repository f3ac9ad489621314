//! `certmint ca rollover`

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{
    ca_renew::{names_json, refreshed_note, told_text},
    crl,
    reissue::{self, Reissue},
    signing::{NewKey, open_this},
    subject::SubjectFlags,
};
use crate::{
    authority::{
        CertifiedBy, Filed, PublishedList, certified_by, itself, named_certificate,
        rollover::{
            CaLevel, CrossCertified, Insistence, Preparation, Rollover, RolloverStep,
            cross_certify, prepare, retire, rollovers, successor_name, switch,
        },
        same_life,
    },
    cli::{
        actor::actor,
        args::Global,
        failure::one_line,
        manifest_file, render,
        renewal::{self, News, Policy, Wishes},
        report::Report,
        rollover, terminal,
    },
    key::KeySpec,
    store::{Inventory, Layout, RefreshedChains, Store, StoreName},
    x509::Validity,
};

/// How many days a new root is distributed if nothing else is said.
const USUAL_WAIT_DAYS: u32 = 30;

/// Replacing a CA's key.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum CaRollover {
    /// Show the steps with their dates
    Plan(RolloverPlan),
    /// Take the next step
    Next(Box<RolloverNext>),
    /// Show how far rollovers are
    Status(RolloverStatus),
}

/// The steps of a rollover.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca rollover plan
  certmint ca rollover plan web --wait 0 --json

It reads, and changes nothing. The dates come from the ends of the certificates that there are.")]
pub(crate) struct RolloverPlan {
    /// Which CA; needed when there are several
    pub(crate) name: Option<StoreName>,
    /// Days for which a new root is distributed before it signs
    #[arg(long, value_name = "DAYS", default_value_t = USUAL_WAIT_DAYS, value_parser = clap::value_parser!(u32).range(0..=3650))]
    pub(crate) wait: u32,
}

/// The next step of a rollover.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca rollover next ca --passphrase-file ca.pass --new-passphrase-file ca-2.pass
  certmint ca rollover next ca --yes
  certmint ca rollover next web --as web2026 --key p256 --wait 0

The steps: prepare, distribute, switch, reissue, retire. See docs/rollover.md.")]
pub(crate) struct RolloverNext {
    /// Which CA: the one with the old key; needed when there are several
    pub(crate) name: Option<StoreName>,
    /// File whose first line is the passphrase of the key that this step signs with; - is standard
    /// input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// What the successor is called here; NAME-2 if left out
    #[arg(long = "as", value_name = "NAME", help_heading = "The successor")]
    pub(crate) successor: Option<StoreName>,
    /// Common name of the successor; the whole subject stays the same if left out
    #[arg(long, value_name = "NAME", help_heading = "The successor")]
    pub(crate) cn: Option<String>,
    #[command(flatten)]
    pub(crate) subject: SubjectFlags,
    /// Kind of its key: rsa2048 rsa3072 rsa4096 p256 p384 p521 ed25519; the old CA's if left out
    #[arg(long, value_name = "KIND", help_heading = "The successor")]
    pub(crate) key: Option<KeySpec>,
    /// Days until its certificate ends; as many as the old CA's had if left out
    #[arg(long, value_name = "DAYS", help_heading = "The successor", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(crate) days: Option<u32>,
    /// Days for which a new root is distributed before it signs
    #[arg(long, value_name = "DAYS", default_value_t = USUAL_WAIT_DAYS, help_heading = "The successor", value_parser = clap::value_parser!(u32).range(0..=3650))]
    pub(crate) wait: u32,
    /// File whose first line is the passphrase for its key; - is standard input
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "The successor",
        conflicts_with = "no_passphrase"
    )]
    pub(crate) new_passphrase_file: Option<PathBuf>,
    /// Write its key without encryption
    #[arg(long, help_heading = "The successor")]
    pub(crate) no_passphrase: bool,
    /// Switch before the days of distribution are over
    #[arg(long)]
    pub(crate) before_time: bool,
    /// Retire the old key though certificates under it are in use
    #[arg(long)]
    pub(crate) with_certificates_in_use: bool,
    /// The manifest that says how servers are told of new certificates and chains; pki.toml in this
    /// folder if left out and there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// Go ahead without being asked
    #[arg(long)]
    pub(crate) yes: bool,
}

/// How far rollovers are.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca rollover status
  certmint ca rollover status ca --json")]
pub(crate) struct RolloverStatus {
    /// Which CA; all whose rollover has begun if left out
    pub(crate) name: Option<StoreName>,
}

pub(crate) fn run(global: &Global, arguments: &CaRollover) -> Result<Report> {
    match arguments {
        CaRollover::Plan(arguments) => run_plan(&global.pki, arguments),
        CaRollover::Next(arguments) => run_next(global, arguments),
        CaRollover::Status(arguments) => run_status(&global.pki, arguments),
    }
}

fn run_plan(pki: &Path, arguments: &RolloverPlan) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let layout = Layout::new(pki);
    let inventory = Inventory::open_to_read(&layout.inventory())?;
    let old = itself(&inventory, arguments.name.as_ref())?;
    let found = Rollover::of(&inventory, &old, now)?;
    Ok(shown(
        "ca.rollover.plan",
        &[found],
        arguments.wait,
        &layout,
        now,
    ))
}

fn run_status(pki: &Path, arguments: &RolloverStatus) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let layout = Layout::new(pki);
    let inventory = Inventory::open_to_read(&layout.inventory())?;
    let found = match &arguments.name {
        Some(name) => {
            let old = itself(&inventory, Some(name))?;
            vec![Rollover::of(&inventory, &old, now)?]
        }
        None => rollovers(&inventory, now)?,
    };
    Ok(shown(
        "ca.rollover.status",
        &found,
        USUAL_WAIT_DAYS,
        &layout,
        now,
    ))
}

fn shown(
    schema: &str,
    found: &[Rollover],
    wait_days: u32,
    layout: &Layout,
    now: OffsetDateTime,
) -> Report {
    let mut texts = Vec::new();
    let mut documents = Vec::new();
    for one in found {
        let schedule = rollover::schedule(one, wait_days, now);
        texts.push(rollover::text(one, &schedule, layout, now));
        documents.push(rollover::json(one, &schedule, layout, now));
    }
    let text = if texts.is_empty() {
        "no rollover has begun\n".to_owned()
    } else {
        texts.join("\n")
    };
    Report::new(schema, json!({ "rollovers": documents }), text)
}

fn run_next(global: &Global, arguments: &RolloverNext) -> Result<Report> {
    let policy = match Policy::of_manifest(arguments.manifest.as_ref(), Wishes::default())? {
        Err(wrong) => return Ok(manifest_file::faulty(wrong)),
        Ok(policy) => policy,
    };
    let now = OffsetDateTime::now_utc();
    let mut store = Store::open(&global.pki, &actor(), now)?;
    let old = itself(store.inventory(), arguments.name.as_ref())?;
    let found = Rollover::of(store.inventory(), &old, now)?;
    let insist = |flag| {
        if flag {
            Insistence::Yes
        } else {
            Insistence::No
        }
    };
    let taken = match found.next(now) {
        None => {
            let over = Taken::default();
            let told = renewal::Outcome::default();
            let report = next_report(&store, &found.name, &over, told, arguments, now)?;
            return Ok(report.note("the rollover is over: nothing is left to do"));
        }
        Some(RolloverStep::Prepare) => prepare_next(&mut store, arguments, &found, now)?,
        Some(RolloverStep::Distribute | RolloverStep::Switch) => {
            let before_time = insist(arguments.before_time);
            if before_time == Insistence::Yes || found.next(now) == Some(RolloverStep::Switch) {
                ask(arguments, &found, RolloverStep::Switch, store.layout(), now)?;
            }
            let refreshed = switch(&mut store, &found, before_time, now)?;
            Taken::step(RolloverStep::Switch, Vec::new(), refreshed)
        }
        Some(RolloverStep::Reissue)
            if found.left.filed > 0 && !arguments.with_certificates_in_use =>
        {
            let everything = Reissue::everything_of(
                found.name.clone(),
                arguments.passphrase_file.clone(),
                arguments.manifest.clone(),
                arguments.yes,
            );
            return reissue::run_in(&mut store, global, &everything, now);
        }
        Some(RolloverStep::Reissue | RolloverStep::Retire) => {
            let in_use = insist(arguments.with_certificates_in_use);
            if in_use == Insistence::Yes || found.is_reissued() {
                ask(arguments, &found, RolloverStep::Retire, store.layout(), now)?;
            }
            let refreshed = retire(&mut store, &found, in_use, now)?;
            Taken::step(RolloverStep::Retire, Vec::new(), refreshed)
        }
    };
    let refreshed = &taken.refreshed.certificates;
    let told = renewal::tell(
        &mut store,
        &global.pki,
        &policy,
        News::Chains,
        refreshed,
        now,
    )?;
    next_report(&store, &found.name, &taken, told, arguments, now)
}

/// The step that was taken, and what came of it.
#[derive(Default)]
struct Taken {
    step: Option<RolloverStep>,
    made: Vec<Filed>,
    refreshed: RefreshedChains,
    list: Option<PublishedList>,
}

impl Taken {
    fn prepared(mut made: Vec<Filed>, cross: CrossCertified) -> Self {
        made.extend(cross.made);
        Self {
            list: cross.list,
            ..Self::step(RolloverStep::Prepare, made, cross.refreshed)
        }
    }

    fn step(step: RolloverStep, made: Vec<Filed>, refreshed: RefreshedChains) -> Self {
        Self {
            step: Some(step),
            made,
            refreshed,
            list: None,
        }
    }
}

/// Makes the successor, or what a crash left out of it.
fn prepare_next(
    store: &mut Store,
    arguments: &RolloverNext,
    found: &Rollover,
    now: OffsetDateTime,
) -> Result<Taken> {
    let passphrase = arguments.passphrase_file.as_ref();
    let flag = "--passphrase-file";
    let new_flag = "--new-passphrase-file";
    crate::cli::secrets::refuse_double_standard_input([
        (flag, passphrase),
        (new_flag, arguments.new_passphrase_file.as_ref()),
    ])?;
    if found.successor.is_some() {
        let successor = found.successor(store.inventory())?;
        let old = open_this(store, &found.old, passphrase, flag)?;
        let new = open_this(
            store,
            &successor,
            arguments.new_passphrase_file.as_ref(),
            new_flag,
        )?;
        let cross = cross_certify(store, found, &old, &new, now)?;
        return Ok(Taken::prepared(Vec::new(), cross));
    }
    let last = named_certificate(&found.old)?;
    let name = match &arguments.successor {
        Some(name) => name.clone(),
        None => successor_name(store.inventory(), &found.name)?,
    };
    super::ca_init::refuse_existing(store.layout().root(), &name)?;
    let subject = match &arguments.cn {
        Some(cn) => arguments.subject.name(Some(cn))?,
        None => last.subject().clone(),
    };
    let validity = match arguments.days {
        Some(days) => Validity::of_days(now, days)?,
        None => same_life(&last, now)?,
    };
    let signer = match certified_by(store.inventory(), &found.old)? {
        CertifiedBy::Itself => open_this(store, &found.old, passphrase, flag)?,
        CertifiedBy::Authority(issuer) => open_this(store, &issuer, passphrase, flag)?,
    };
    let usual = KeySpec::of(last.public_key().algorithm()).unwrap_or(KeySpec::Rsa4096);
    let new_key = NewKey {
        spec: arguments.key.unwrap_or(usual),
        passphrase_file: arguments.new_passphrase_file.as_ref(),
        flag: new_flag,
        no_passphrase: arguments.no_passphrase,
    };
    let (key, key_pem) = new_key.make(&name)?;
    let order = Preparation {
        name,
        subject,
        key,
        key_pem,
        validity,
        // Whoever trusts the root above has nothing to learn.
        wait: match found.level {
            CaLevel::Root => Duration::days(i64::from(arguments.wait)),
            CaLevel::Subordinate => Duration::ZERO,
        },
    };
    let prepared = prepare(store, found, order, &signer, now)?;
    Ok(Taken::prepared(vec![prepared.successor], prepared.cross))
}

/// Says what the step takes away, and asks.
fn ask(
    arguments: &RolloverNext,
    found: &Rollover,
    step: RolloverStep,
    layout: &Layout,
    now: OffsetDateTime,
) -> Result<()> {
    if arguments.yes {
        return Ok(());
    }
    let schedule = rollover::schedule(found, arguments.wait, now);
    let preview = rollover::text(found, &schedule, layout, now);
    let name = &found.name;
    let question = match step {
        RolloverStep::Switch => format!("Sign with the new key of {name} from now on?"),
        _ => format!("Never sign a certificate with the old key of {name} again?"),
    };
    if terminal::confirm(&preview, &question)? {
        return Ok(());
    }
    bail!("nothing was changed")
}

/// What a step did, and what comes after it.
fn next_report(
    store: &Store,
    name: &StoreName,
    taken: &Taken,
    told: renewal::Outcome,
    arguments: &RolloverNext,
    now: OffsetDateTime,
) -> Result<Report> {
    let Taken {
        step,
        made,
        refreshed,
        list,
    } = taken;
    let old = itself(store.inventory(), Some(name))?;
    let found = Rollover::of(store.inventory(), &old, now)?;
    let mut report = shown(
        "ca.rollover.next",
        &[found],
        arguments.wait,
        store.layout(),
        now,
    );
    let files = made.iter().flat_map(|filed| &filed.files);
    let described = files.map(|file| {
        let is_key = file.extension().is_some_and(|extension| extension == "key");
        let what = if is_key { "private key" } else { "certificate" };
        (file.as_path(), what)
    });
    report.text = format!(
        "{}{}{}{}",
        render::files_text(described),
        list.as_ref().map(crl::list_text).unwrap_or_default(),
        told_text(&told),
        report.text
    );
    let documents: Vec<Value> = made.iter().map(render::filed_json).collect();
    let fields = json!({
        "done": step.map(RolloverStep::word),
        "made": documents,
        "refreshed": names_json(&refreshed.certificates),
        "list": list.as_ref().map(crl::list_json),
        "in_use": told.in_use.iter().map(renewal::waiting_json).collect::<Vec<_>>(),
        "exports": told.exports,
        "failures": told.failures.iter().map(one_line).collect::<Vec<_>>(),
    });
    report.json = render::with_fields(report.json, fields);
    Ok(report
        .notes(refreshed_note(refreshed, &told))
        .notes(list.iter().flat_map(crl::list_notes))
        .notes(told.notes)
        .failures(told.failures))
}
