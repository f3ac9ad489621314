//! `certmint issue batch`

use std::{
    collections::HashMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use serde_json::json;
use time::OffsetDateTime;

use super::signing::open_authority;
use crate::{
    authority::{BatchAnswer, Filed, Generation, LeafKey, LeafOrder, issue_batch},
    cli::{
        actor::actor,
        args::Global,
        failure::Advised,
        progress::Progress,
        render::{self, GREEN},
        report::Report,
    },
    formats::issue_list::{ListError, ListFormat, ListLine},
    key::KeySpec,
    profile::{LeafKind, LongLife},
    store::{Store, StoreName, files},
    x509::{San, SanSet, SubjectParts, Validity, usual_alternative_name, usual_common_name},
};

/// A million lines with long names.
const LARGEST: u64 = 512 * 1024 * 1024;

/// More errors than these hide the first ones.
const SHOWN: usize = 20;

/// A list of certificates.
#[derive(Debug, Args)]
pub(crate) struct IssueBatch {
    /// The list: CSV with a heading, or one JSON object a line; fields name, profile, san,
    /// common_name, key, days
    #[arg(value_name = "LIST")]
    pub(crate) list: PathBuf,
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
    let orders = match read(arguments, now)? {
        Ok(orders) => orders,
        Err(wrong) => return Ok(Outcome::default().report().failures(wrong)),
    };
    let mut store = Store::open(pki, &actor(), now)?;
    let signer = open_authority(
        &store,
        arguments.ca.as_ref(),
        arguments.passphrase_file.as_ref(),
        "--passphrase-file",
    )?;
    let progress = Progress::new(global, orders.len());
    let places: Vec<(u64, StoreName)> = orders
        .iter()
        .map(|(line, order)| (*line, order.name.clone()))
        .collect();
    let orders = orders.into_iter().map(|(_, order)| order).collect();
    let mut outcome = Outcome::default();
    issue_batch(&mut store, &signer, orders, now, &mut |position, answer| {
        if let Some((line, name)) = places.get(position) {
            outcome.take(*line, name, &arguments.list, answer);
        }
        progress.at(outcome.done);
    });
    progress.end();
    Ok(outcome.report())
}

/// A line of the list and what it orders.
type Listed = (u64, LeafOrder);

/// Every line of the list as an order; inside, all that is wrong with it. Nothing is issued before.
fn read(
    arguments: &IssueBatch,
    now: OffsetDateTime,
) -> Result<Result<Vec<Listed>, Vec<anyhow::Error>>> {
    let octets = files::read(&arguments.list, LARGEST)?;
    let format = match arguments.format {
        Some(Format::Csv) => ListFormat::Csv,
        Some(Format::Jsonl) => ListFormat::JsonLines,
        None => ListFormat::guess(&octets),
    };
    let mut orders = Vec::new();
    let mut errors = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    for line in format.read(&octets) {
        let ordered = line.and_then(|line| {
            let order = order(arguments, &line, now).map_err(|error| ListError {
                line: line.line,
                reason: format!("{}: {error:#}", line.name),
            })?;
            let name = order.name.to_string().to_ascii_lowercase();
            if let Some(first) = seen.insert(name, line.line) {
                return Err(ListError {
                    line: line.line,
                    reason: format!("{} is in line {first} already", line.name),
                });
            }
            Ok((line.line, order))
        });
        match ordered {
            Ok(ordered) => orders.push(ordered),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        return Ok(Ok(orders));
    }
    let file = arguments.list.display();
    let mut told: Vec<anyhow::Error> = errors
        .iter()
        .take(SHOWN)
        .map(|error| anyhow::anyhow!("{file}:{error}"))
        .collect();
    let more = match errors.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(", {more} more than shown"),
    };
    told.push(
        Advised {
            message: format!(
                "{file}: {} wrong lines{more}; nothing was issued",
                errors.len()
            ),
            hint: "put the list right and run the same command again".to_owned(),
        }
        .into(),
    );
    Ok(Err(told))
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
#[derive(Default)]
struct Outcome {
    done: usize,
    there: usize,
    issued: Vec<serde_json::Value>,
    failures: Vec<anyhow::Error>,
}

impl Outcome {
    fn take(&mut self, line: u64, name: &StoreName, list: &Path, answer: BatchAnswer) {
        self.done += 1;
        match answer {
            BatchAnswer::There(_) => self.there += 1,
            BatchAnswer::Issued(filed) => self.issued.push(document(name, &filed)),
            BatchAnswer::Failed(error) => {
                let place = format!("{}:{line}: {name}", list.display());
                self.failures.push(anyhow::Error::new(error).context(place));
            }
        }
    }

    fn report(self) -> Report {
        let issued = self.issued.len();
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
        let json = json!({
            "issued": issued,
            "already_there": self.there,
            "failed": failed,
            "certificates": self.issued,
        });
        Report::new("issue-batch", json, text).failures(self.failures)
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
