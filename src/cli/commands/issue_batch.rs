//! `certmint issue batch`

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::json;
use time::OffsetDateTime;

use super::signing::open_authority;
use crate::{
    authority::{BatchAnswer, Filed, Generation, LeafKey, LeafOrder, issue_batch, issue_packed},
    cli::{
        actor::actor,
        args::Global,
        failure::UsageError,
        issue_list_file::IssueListFile,
        output,
        progress::Progress,
        render::{self, GREEN},
        report::{Form, Report},
    },
    formats::issue_list::{ListFormat, ListLine},
    key::KeySpec,
    profile::{LeafKind, LongLife},
    store::{Pack, Store, StoreName},
    x509::{
        Certificate, San, SanSet, SubjectParts, Validity, usual_alternative_name, usual_common_name,
    },
};

/// A list of certificates.
#[derive(Debug, Args)]
pub(crate) struct IssueBatch {
    /// The list: CSV with a heading, or one JSON object a line; fields name, profile, san,
    /// common_name, key, days; - is standard input
    #[arg(value_name = "LIST")]
    pub(crate) list: PathBuf,
    /// Put all keys and certificates into this new tar archive instead of a folder each: for a
    /// hundred thousand devices
    #[arg(long, value_name = "FILE")]
    pub(crate) packed: Option<PathBuf>,
    /// How the list is written; seen from its first character if left out
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Profile where a line says none: server, client or peer
    #[arg(long, default_value = "server", value_name = "PROFILE")]
    pub(crate) profile: LeafKind,
    /// Which CA signs; needed when there are several
    #[arg(long, value_name = "CA")]
    pub(crate) ca: Option<StoreName>,
    /// Kind of key where a line says none: rsa2048 rsa3072 rsa4096 p256 p384 p521 ed25519
    #[arg(long, default_value = "rsa2048", value_name = "KIND")]
    pub(crate) key: KeySpec,
    /// Days until the certificate ends where a line says none
    #[arg(long, default_value_t = 825, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(crate) days: u32,
    /// Let server certificates live longer than the 825 days that Apple's systems accept
    #[arg(long)]
    pub(crate) allow_long_life: bool,
    /// File whose first line is the passphrase of the CA key; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

impl From<Format> for ListFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv,
            Format::Jsonl => Self::JsonLines,
        }
    }
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated values with a heading
    Csv,
    /// One JSON object a line
    Jsonl,
}

pub(crate) fn run(pki: &Path, arguments: &IssueBatch, global: &Global) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let input = Path::new("-");
    if arguments.list == input && arguments.passphrase_file.as_deref() == Some(input) {
        return Err(UsageError("standard input can be read only once".to_owned()).into());
    }
    if let Some(pack) = &arguments.packed {
        output::refuse_unwritable(pack)?;
    }
    let list = IssueListFile::open(&arguments.list, arguments.format.map(ListFormat::from))?;
    let acceptable = |line: &ListLine| order(arguments, line, now).map(drop);
    let count = match list.check(acceptable)? {
        Ok(count) => count,
        Err(wrong) => return Ok(Outcome::new(arguments, global).report().failures(wrong)),
    };
    let mut store = Store::open(pki, &actor(), now)?;
    let signer = open_authority(
        &store,
        arguments.ca.as_ref(),
        arguments.passphrase_file.as_ref(),
        "--passphrase-file",
    )?;
    let Ok(lines) = list.lines()? else {
        bail!("{} has changed meanwhile", arguments.list.display());
    };
    // Every line was good when all were looked at: what is wrong now was written meanwhile.
    let changed = Mutex::new(Vec::new());
    let orders = lines.filter_map(|line| {
        let order = line.map_err(anyhow::Error::from).and_then(|line| {
            let ordered = order(arguments, &line, now)?;
            Ok(((line.line, ordered.name.clone()), ordered))
        });
        order
            .map_err(|error| {
                let mut changed = changed.lock().unwrap_or_else(PoisonError::into_inner);
                changed.push(error.context(arguments.list.display().to_string()));
            })
            .ok()
    });
    let progress = Progress::new(global, count);
    let mut outcome = Outcome::new(arguments, global);
    match &arguments.packed {
        None => issue_batch(&mut store, &signer, orders, now, &mut |order, answer| {
            outcome.take(order, answer);
            progress.at(outcome.done);
        }),
        Some(file) => {
            let chain_pem: String = signer.path().iter().map(Certificate::to_pem).collect();
            let (mut pack, there) = Pack::begin(file, &chain_pem, store.inventory(), now)?;
            let each = &mut |order, answer| {
                outcome.take(order, answer);
                progress.at(outcome.done);
            };
            match issue_packed(&mut store, &signer, orders, &mut pack, &there, now, each) {
                Ok(()) if outcome.failures.is_empty() => pack.finish()?,
                Ok(()) => {}
                Err(error) => outcome.failures.push(error.into()),
            }
        }
    }
    progress.end();
    let changed = changed.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.failures.extend(changed);
    Ok(outcome.report())
}

fn order(arguments: &IssueBatch, line: &ListLine, now: OffsetDateTime) -> Result<LeafOrder> {
    let ListLine {
        line: _,
        name,
        profile,
        sans,
        common_name,
        key,
        days,
    } = line;
    let called: StoreName = name.parse()?;
    let kind = match profile {
        Some(profile) => profile.parse()?,
        None => arguments.profile,
    };
    let key = match key {
        Some(key) => key.parse()?,
        None => arguments.key,
    };
    let days = match days {
        Some(days) => days
            .parse()
            .ok()
            .filter(|days| (1..=36_500).contains(days))
            .with_context(|| format!("{days:?} is no number of days from 1 to 36500"))?,
        None => arguments.days,
    };
    let sans: Vec<San> = sans
        .iter()
        .map(|san| san.parse())
        .collect::<Result<_, _>>()?;
    let from_name = usual_alternative_name(name).filter(|name| !sans.contains(name));
    let names = SanSet::new(from_name.into_iter().chain(sans))?;
    let subject = SubjectParts {
        common_name: common_name
            .clone()
            .or_else(|| usual_common_name(name, names.as_ref())),
        ..SubjectParts::default()
    };
    Ok(LeafOrder {
        name: called,
        kind,
        key: LeafKey::New(key),
        subject: subject.name()?,
        names,
        validity: Validity::of_days(now, days)?,
        long_life: if arguments.allow_long_life {
            LongLife::Allow
        } else {
            LongLife::Refuse
        },
        generation: Generation::First,
    })
}

/// What became of a list.
struct Outcome<'arguments> {
    list: &'arguments Path,
    pack: Option<&'arguments Path>,
    form: Form,
    done: usize,
    there: usize,
    issued: usize,
    /// For the JSON document alone: a long list would fill the memory.
    certificates: Vec<serde_json::Value>,
    failures: Vec<anyhow::Error>,
}

impl<'arguments> Outcome<'arguments> {
    fn new(arguments: &'arguments IssueBatch, global: &Global) -> Self {
        Self {
            list: &arguments.list,
            pack: arguments.packed.as_deref(),
            form: global.form(),
            done: 0,
            there: 0,
            issued: 0,
            certificates: Vec::new(),
            failures: Vec::new(),
        }
    }

    fn take(&mut self, (line, name): (u64, StoreName), answer: BatchAnswer) {
        self.done += 1;
        match answer {
            BatchAnswer::There => self.there += 1,
            BatchAnswer::Issued(filed) => {
                self.issued += 1;
                if self.form == Form::Json {
                    self.certificates.push(document(&name, &filed));
                }
            }
            BatchAnswer::Failed(error) => {
                let place = format!("{}:{line}: {name}", self.list.display());
                self.failures.push(anyhow::Error::new(error).context(place));
            }
        }
    }

    fn report(self) -> Report {
        let issued = self.issued;
        let failed = self.failures.len();
        let mut text = format!("{GREEN}{}{GREEN:#} issued", render::certificates(issued));
        // Writing to a String cannot fail.
        if self.there > 0 {
            let _ = write!(text, ", {} there already", self.there);
        }
        if failed > 0 {
            let _ = write!(text, ", {failed} failed");
        }
        text.push('\n');
        let packed = self.pack.filter(|_| failed == 0);
        if let Some(pack) = packed {
            text.push_str(&render::files_text([(pack, "all keys and certificates")]));
        }
        let json = json!({
            "issued": issued,
            "already_there": self.there,
            "failed": failed,
            "certificates": self.certificates,
            "packed": packed,
        });
        let report = Report::new("issue-batch", json, text).failures(self.failures);
        match self.pack {
            Some(pack) if failed > 0 => report.note(format!(
                "{}.unfinished holds what was issued; when nothing stands in the way, the same command goes on with it",
                pack.display()
            )),
            _ => report,
        }
    }
}

fn document(name: &StoreName, filed: &Filed) -> serde_json::Value {
    json!({
        "name": name.to_string(),
        "serial": filed.serial.to_string(),
        "fingerprint_sha256": render::hexadecimal(&filed.certificate.fingerprint_sha256()),
        "files": filed.files,
    })
}
