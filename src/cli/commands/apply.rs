//! `certmint apply`

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::Value;
use time::OffsetDateTime;

use super::plan;
use crate::{
    cli::{
        actor::{actor, renewal_holder},
        apply_report,
        args::Global,
        failure::Advised,
        manifest_file,
        manifest_secrets::ManifestSecrets,
        plan_report,
        progress::Progress,
        report::Report,
        terminal,
    },
    manifest::{Applied, ApplyError, Manifest, Plan, StepDeed, Workplace, apply},
    store::{Layout, RenewalLock, Store, files},
};

/// What is made so.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint apply
  certmint apply pki.toml --passphrase-file ca.pass
  certmint apply --plan plan.json

Does what the command plan shows and nothing else. What fails does not keep the rest back; the exit
code is 1 then, and the next run has what is left.")]
pub(crate) struct Apply {
    /// The manifest
    #[arg(default_value = "pki.toml")]
    pub(crate) file: PathBuf,
    /// Carry out this plan, which 'certmint plan --out' wrote, and no other
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Do not ask before something is revoked
    #[arg(long)]
    pub(crate) yes: bool,
    /// File whose first line is the passphrase of every CA key that the manifest names no file for;
    /// - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Seconds that a reload, and then its servers, may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) timeout: u32,
}

/// How often a plan is made anew when opening the PKI put something right that a killed process
/// left.
const ATTEMPTS: usize = 3;

pub(crate) fn run(pki: &Path, arguments: &Apply, global: &Global) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let manifest = match manifest_file::read(&arguments.file)? {
        Ok(manifest) => manifest,
        Err(wrong) => return Ok(manifest_file::faulty(wrong)),
    };
    let first = plan::made(pki, &arguments.file, &manifest, now)?;
    if let Some(file) = &arguments.plan {
        refuse_other(file, &first)?;
    }
    if first.steps().is_empty() {
        // Nothing is opened to write, so that nothing changes, not even a time.
        return Ok(apply_report::report(&first, None));
    }
    ask(&first, arguments)?;
    files::make_folder(pki)?;
    let _lock = RenewalLock::take(&Layout::new(pki), &renewal_holder(now))?;
    let mut current = first;
    for _ in 0..ATTEMPTS {
        let writer = actor().with_plan(current.fingerprint());
        let mut store = Store::create(pki, &writer, now)?;
        // What a killed process left is put right now, and some steps may not be needed any more.
        if store.reconciled().has_changed() {
            drop(store);
            current = plan::made(pki, &arguments.file, &manifest, now)?;
            match &arguments.plan {
                Some(file) => refuse_other(file, &current)?,
                None => ask(&current, arguments)?,
            }
            continue;
        }
        match carry_out(&mut store, pki, &manifest, &current, arguments, global, now) {
            Err(ApplyError::Outrun) if arguments.plan.is_none() => {}
            applied => return Ok(apply_report::report(&current, Some(applied?))),
        }
        drop(store);
        current = plan::made(pki, &arguments.file, &manifest, now)?;
        ask(&current, arguments)?;
    }
    Err(ApplyError::Outrun.into())
}

fn carry_out(
    store: &mut Store,
    pki: &Path,
    manifest: &Manifest,
    plan: &Plan,
    arguments: &Apply,
    global: &Global,
    now: OffsetDateTime,
) -> Result<Applied, ApplyError> {
    let folder = manifest_file::folder(&arguments.file);
    let absolute = std::path::absolute(pki).unwrap_or_else(|_| pki.to_owned());
    let workplace = Workplace {
        pki: &absolute,
        folder,
        timeout: Duration::from_secs(u64::from(arguments.timeout)),
    };
    let mut secrets = ManifestSecrets {
        folder,
        passphrase_file: arguments.passphrase_file.as_ref(),
    };
    let progress = Progress::new(global, plan.steps().len());
    let applied = apply(
        store,
        manifest,
        plan,
        &mut secrets,
        &workplace,
        now,
        &mut |done| progress.at(done),
    );
    progress.end();
    applied
}

/// What takes something away is shown, and asked for.
fn ask(plan: &Plan, arguments: &Apply) -> Result<()> {
    let revoked: Vec<String> = plan
        .steps()
        .iter()
        .filter(|step| matches!(step.deed, StepDeed::Revoke { .. }))
        .map(plan_report::line)
        .collect();
    if revoked.is_empty() || arguments.yes {
        return Ok(());
    }
    let question = match revoked.len() {
        1 => "Revoke it".to_owned(),
        count => format!("Revoke these {count}"),
    };
    if !terminal::confirm(&revoked.concat(), &question)? {
        bail!("nothing was changed");
    }
    Ok(())
}

/// The plan of a file has to be the plan that there is now.
fn refuse_other(file: &Path, plan: &Plan) -> Result<()> {
    let octets = files::read(file, files::USUAL_LIMIT)?;
    let document: Value = serde_json::from_slice(&octets)
        .ok()
        .filter(|document: &Value| field(document, "schema") == Some("certmint.plan/1"))
        .with_context(|| format!("{} is no plan of certmint", file.display()))?;
    if field(&document, "fingerprint") == Some(plan.fingerprint().as_str()) {
        return Ok(());
    }
    Err(Advised {
        message: format!(
            "{}: the PKI or the manifest has changed since this plan was made; nothing was done",
            file.display()
        ),
        hint: "look at 'certmint plan' again, then apply that".to_owned(),
    }
    .into())
}

fn field<'a>(document: &'a Value, name: &str) -> Option<&'a str> {
    document.get(name).and_then(Value::as_str)
}
