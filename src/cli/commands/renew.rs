//! `certmint renew`

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;
use time::OffsetDateTime;

use crate::{
    authority::{
        AuthorityError, Due, KeyChoice, Reason, Waiting, all, check_renewable, due, due_lists,
        has_newer, waiting,
    },
    cli::{
        actor::{actor, renewal_holder},
        failure::{Advised, UsageError},
        manifest_file,
        renewal::{Outcome, Policy, Wishes, export, make, planned, publish_lists, report, take},
        report::Report,
        schedule::{Schedule, written_folders},
    },
    hook::HookCommand,
    inspect::verify::Host,
    probe::Endpoint,
    store::{Inventory, Layout, RenewalLock, Shelf, State, Store, StoreError, StoreName},
};

/// Which certificates are renewed, and what follows.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint renew
  certmint renew --passphrase-file ca.pass --reload 'systemctl reload nginx'
  certmint renew flb --reload 'systemctl reload nginx' --probe www.2026testsite.com:443
  certmint renew --all --dry-run
  certmint renew --print systemd-timer > /etc/systemd/system/certmint-renew.timer

Without names, what is due is renewed: what is in the last third of its life, has ended, or has not
begun because the clock was ahead when it was made. Revoked certificates are not renewed. See
docs/renewal.md.")]
pub(crate) struct Renew {
    /// Renew these, due or not
    #[arg(value_name = "NAME", conflicts_with = "all")]
    names: Vec<StoreName>,
    /// Renew every certificate, due or not
    #[arg(long)]
    all: bool,
    /// Renew what ends within so many days, instead of in the last third of its life
    #[arg(long, value_name = "DAYS", conflicts_with_all = ["names", "all"], value_parser = clap::value_parser!(u32).range(1..=36500))]
    within: Option<u32>,
    /// The manifest that says when each certificate is due and how its servers take it; pki.toml in
    /// this folder if left out and there is one
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Keep the keys; new ones are made otherwise
    #[arg(long)]
    reuse_key: bool,
    /// A shell command that makes the servers read their new certificates; run once
    #[arg(long, value_name = "COMMAND")]
    reload: Option<HookCommand>,
    /// Where the new certificate must be seen after that; only with one certificate
    #[arg(long, value_name = "HOST:PORT")]
    probe: Option<Endpoint>,
    /// The server name to ask for there; if left out, the host if the certificate names it, else
    /// the certificate's first host name
    #[arg(long, value_name = "NAME", requires = "probe")]
    server_name: Option<Host>,
    /// Seconds that the reload, and then the servers, may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    timeout: u32,
    /// File whose first line is the passphrase of every CA key for which the manifest names no file;
    /// - is standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Say what would be renewed, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print a file that runs this command line every day, and do nothing
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    print: Option<Schedule>,
}

pub(crate) fn run(pki: &Path, arguments: &Renew) -> Result<Report> {
    if let Some(schedule) = arguments.print {
        return print(schedule, pki, arguments);
    }
    if arguments.probe.is_some() && arguments.names.len() > 1 {
        return Err(
            UsageError("--probe looks at one certificate, and several are named".into()).into(),
        );
    }
    let now = OffsetDateTime::now_utc();
    let file = manifest_file::named_or_usual(arguments.manifest.as_ref());
    let manifest = match file.as_deref().map(manifest_file::read).transpose()? {
        Some(Err(wrong)) => return Ok(manifest_file::faulty(wrong)),
        Some(Ok(manifest)) => Some(manifest),
        None => None,
    };
    let policy = Policy::new(arguments.wishes(), manifest.zip(file.as_deref()));
    if arguments.dry_run {
        let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
        let (due, waiting) = selected(&inventory, arguments, &policy, now)?;
        let lists = lists(&inventory, arguments, now)?;
        let (due, refused) = without_refused(&inventory, due);
        return Ok(planned(&due, &refused, &waiting, &lists, now));
    }
    let actor = actor();
    let _lock = match RenewalLock::take(&Layout::new(pki), &renewal_holder(now)) {
        // Two timers: the other one does what this one was to do.
        Err(error @ StoreError::RenewalRuns { .. }) if !arguments.asks_for_certain() => {
            let nothing = Outcome::default();
            return Ok(report(nothing, now).note(format!("{error}; nothing was done here")));
        }
        other => other?,
    };
    let mut store = Store::open(pki, &actor, now)?;
    let (due, _) = selected(store.inventory(), arguments, &policy, now)?;
    let mut outcome = Outcome::default();
    make(&mut store, &policy, due, now, &mut outcome);
    let concerns = |name: &StoreName| arguments.concerns(name);
    match lists(store.inventory(), arguments, now) {
        Ok(names) => publish_lists(&mut store, &policy, &names, now, &mut outcome),
        Err(error) => outcome.failures.push(error),
    }
    // What was made is told even if the inventory fails on the way.
    if let Err(error) = take(
        &mut store,
        pki,
        &policy,
        |one| concerns(&one.name),
        now,
        &mut outcome,
    ) {
        outcome.failures.push(error);
    }
    export(&mut store, &policy, concerns, now, &mut outcome);
    Ok(report(outcome, now))
}

impl Renew {
    /// Whether somebody wants certain certificates renewed now.
    fn asks_for_certain(&self) -> bool {
        self.all || !self.names.is_empty()
    }

    /// Whether this run is about a certificate of this name at all.
    fn concerns(&self, name: &StoreName) -> bool {
        self.names.is_empty() || self.names.contains(name)
    }

    fn wishes(&self) -> Wishes {
        Wishes {
            within: self.within,
            key: self.reuse_key.then_some(KeyChoice::Kept),
            reload: self.reload.clone(),
            probe: self.probe.clone(),
            server_name: self.server_name.clone(),
            passphrase_file: self.passphrase_file.clone(),
            timeout: Duration::from_secs(u64::from(self.timeout)),
        }
    }
}

/// What is to be renewed, and what waits for its servers to take it. Of the latter, what an earlier
/// run renewed and did not finish is not renewed again, unless it is due by itself.
fn selected(
    inventory: &Inventory,
    arguments: &Renew,
    policy: &Policy,
    now: OffsetDateTime,
) -> Result<(Vec<Due>, Vec<Waiting>)> {
    let mut waiting = waiting(inventory)?;
    waiting.retain(|one| arguments.concerns(&one.name));
    let mut chosen = if arguments.names.is_empty() {
        if arguments.all {
            all(inventory)?
        } else {
            due(inventory, |name, row| policy.due_at(name, row), now)?
        }
    } else {
        named(inventory, &arguments.names)?
    };
    let mut renewed_already = Vec::new();
    for one in &chosen {
        let own = waiting.iter().find(|other| other.name == one.name);
        let Some(own) = own.filter(|own| !own.activation.is_of_chain()) else {
            continue;
        };
        // What was put back and could not be told either is what a renewal takes the place of.
        if own.activation.replaces.is_some() || !has_newer(inventory, &one.row)? {
            renewed_already.push(one.name.clone());
        }
    }
    chosen.retain(|one| {
        let is_due = policy.reason(&one.name, &one.row, now).is_some();
        is_due || !renewed_already.contains(&one.name)
    });
    waiting.retain(|one| !chosen.iter().any(|other| other.name == one.name));
    let concerned = chosen.len() + waiting.len();
    if arguments.probe.is_some() && concerned > 1 {
        return Err(Advised {
            message: format!(
                "--probe looks at one certificate, and there are {concerned}; nothing was done"
            ),
            hint: "name one, or leave --probe out".into(),
        }
        .into());
    }
    Ok((chosen, waiting))
}

/// What can be renewed, and what cannot, with the reason.
fn without_refused(inventory: &Inventory, due: Vec<Due>) -> (Vec<Due>, Vec<(Due, AuthorityError)>) {
    let mut renewed = Vec::new();
    let mut refused = Vec::new();
    for one in due {
        match check_renewable(inventory, &one) {
            Ok(()) => renewed.push(one),
            Err(error) => refused.push((one, error)),
        }
    }
    (renewed, refused)
}

/// Certificates by their names; one that is revoked gets a successor when it is asked for.
fn named(inventory: &Inventory, names: &[StoreName]) -> Result<Vec<Due>> {
    let mut found: Vec<Due> = Vec::new();
    let mut unknown = Vec::new();
    for name in names {
        let current = inventory.current(Shelf::Certificates, name)?;
        match current.filter(|row| matches!(row.status.state(), State::Issued | State::Revoked)) {
            Some(_) if found.iter().any(|one| one.name == *name) => {}
            Some(row) => found.push(Due {
                name: name.clone(),
                row,
                reason: Reason::Asked,
            }),
            None => unknown.push(name.to_string()),
        }
    }
    if unknown.is_empty() {
        return Ok(found);
    }
    let authorities: Vec<String> = inventory
        .authorities()?
        .into_iter()
        .filter_map(|authority| authority.name)
        .filter(|name| names.contains(name))
        .map(|name| format!("{name} is a CA: certmint ca renew {name}"))
        .collect();
    Err(Advised {
        message: format!(
            "this PKI has no certificate {}; nothing was done",
            unknown.join(", ")
        ),
        hint: if authorities.is_empty() {
            "certmint list shows the names".to_owned()
        } else {
            authorities.join("; ")
        },
    }
    .into())
}

/// The CAs whose revocation list is near its end; where certain certificates are named, it is about
/// these only.
fn lists(inventory: &Inventory, arguments: &Renew, now: OffsetDateTime) -> Result<Vec<StoreName>> {
    if arguments.names.is_empty() {
        Ok(due_lists(inventory, now)?)
    } else {
        Ok(Vec::new())
    }
}

fn print(schedule: Schedule, pki: &Path, arguments: &Renew) -> Result<Report> {
    let pki = std::path::absolute(pki).context("--pki")?;
    let folder = std::env::current_dir().context("the current directory")?;
    let program = std::env::current_exe().context("the path of certmint itself")?;
    let mut words = vec![shown(&program)?, "--pki".to_owned(), shown(&pki)?];
    words.push("renew".to_owned());
    words.extend(arguments.names.iter().map(StoreName::to_string));
    let mut flag = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([name.to_owned(), value]);
        }
    };
    let file = match &arguments.passphrase_file {
        Some(file) if file == Path::new("-") => {
            return Err(
                UsageError("nobody types a passphrase at night: give a file".into()).into(),
            );
        }
        Some(file) => Some(absolute(file, "--passphrase-file")?),
        None => None,
    };
    let manifest = arguments.manifest.as_deref();
    let manifest = manifest.map(|file| absolute(file, "--manifest"));
    flag("--manifest", manifest.transpose()?);
    flag("--passphrase-file", file);
    flag("--within", arguments.within.map(|days| days.to_string()));
    flag("--reload", arguments.reload.as_ref().map(command_text));
    flag("--probe", arguments.probe.as_ref().map(Endpoint::to_string));
    flag(
        "--server-name",
        arguments.server_name.as_ref().map(Host::to_string),
    );
    flag("--timeout", Some(arguments.timeout.to_string()));
    for (given, name) in [
        (arguments.all, "--all"),
        (arguments.reuse_key, "--reuse-key"),
    ] {
        if given {
            words.push(name.to_owned());
        }
    }
    let file = manifest_file::named_or_usual(arguments.manifest.as_ref());
    let others = match &file {
        Some(file) => {
            let manifest = manifest_file::read(file)?
                .map_err(|wrong| anyhow::anyhow!("{}: {wrong}", file.display()))?;
            written_folders(&manifest, &folder.join(manifest_file::folder(file)))
        }
        None => BTreeSet::new(),
    };
    let text = schedule.text(&words, &folder, &pki, &others)?;
    let json = json!({ "file": schedule.path(), "text": text });
    Ok(Report::new("renew.print", json, text))
}

fn absolute(path: &Path, flag: &'static str) -> Result<String> {
    shown(&std::path::absolute(path).context(flag)?)
}

fn shown(path: &Path) -> Result<String> {
    path.to_str()
        .map(str::to_owned)
        .with_context(|| format!("{}: a path that is not UTF-8", path.display()))
}

/// The line that `--reload` took.
fn command_text(command: &HookCommand) -> String {
    match command {
        HookCommand::Shell(line) => line.clone(),
        HookCommand::Program(words) => words.join(" "),
    }
}
