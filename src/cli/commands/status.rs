//! `certmint status`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use time::{Duration, OffsetDateTime};

use crate::{
    authority::status::{Files, Holdings, Scope, Soon, Status as PkiStatus, Watched},
    cli::{
        failure::{Advised, UsageError},
        manifest_file,
        matching::Days,
        report::{Form, Report, Verdict},
        status,
    },
    manifest::{Manifest, ManifestError},
    report,
    store::{
        Filter, Inventory, Layout, Query, Row, Sort, State,
        files::{self, Secrecy},
    },
};

/// What needs attention.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint status
  certmint status --within 30
  certmint status --probe
  certmint status --quiet --prometheus /var/lib/prometheus/node-exporter/certmint.prom
  certmint status --ics certificates.ics --html status.html
  certmint status --html - > status.html
  certmint status --json | jq -r '.findings[] | [.severity, .name, .what] | @tsv'

Exit code 3 when something needs attention: what is broken now or will be, not what is only good to
know. Files are replaced whole; - is standard output.")]
pub(crate) struct Status {
    /// What ends within so many days ends soon, instead of what is in the last quarter of its life;
    /// for a CA: the last tenth
    #[arg(long, value_name = "DAYS")]
    within: Option<Days>,
    /// Do not compare the files of the PKI directory with the inventory
    #[arg(long)]
    skip_files: bool,
    /// Look at the endpoints that the manifest names with 'probe', too
    #[arg(long)]
    probe: bool,
    /// The manifest of --probe; pki.toml in this folder if left out
    #[arg(long, value_name = "FILE", requires = "probe")]
    manifest: Option<PathBuf>,
    /// Seconds that each endpoint may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "probe", value_parser = clap::value_parser!(u32).range(1..=3600))]
    timeout: u32,
    /// Compare the files of every certificate; left out, only where there are at most 2000
    #[arg(long, conflicts_with = "skip_files")]
    all_files: bool,
    /// Write metrics for Prometheus, as the textfile collector of its node exporter reads them
    #[arg(long, value_name = "FILE")]
    prometheus: Option<PathBuf>,
    /// Write a calendar of what ends, with reminders (RFC 5545)
    #[arg(long, value_name = "FILE")]
    ics: Option<PathBuf>,
    /// Write a web page that needs nothing but itself
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// The files of so many certificates are compared without being asked for.
const COMPARED: u64 = 2000;

/// A form that goes to a file of its own.
#[derive(Clone, Copy)]
enum Written {
    Metrics,
    Calendar,
    Page,
}

pub(crate) fn run(pki: &Path, arguments: &Status, form: Form) -> Result<Report> {
    let wanted: Vec<(Written, &PathBuf)> = [
        (Written::Metrics, &arguments.prometheus),
        (Written::Calendar, &arguments.ics),
        (Written::Page, &arguments.html),
    ]
    .into_iter()
    .filter_map(|(written, file)| file.as_ref().map(|file| (written, file)))
    .collect();
    let to_output = wanted.iter().filter(|(_, file)| is_output(file)).count();
    if to_output > 1 || (to_output == 1 && form == Form::Json) {
        return Err(UsageError("only one document can go to standard output".to_owned()).into());
    }
    let now = OffsetDateTime::now_utc();
    let layout = Layout::new(pki);
    let inventory = Inventory::open_to_read(&layout.inventory())?;
    let scope = Scope {
        soon: arguments.within.map_or(Soon::PartOfLife, |Days(days)| {
            Soon::Within(Duration::days(i64::from(days)))
        }),
        files: match (arguments.skip_files, arguments.all_files) {
            (true, _) => Files::Skipped,
            (_, true) => Files::Compared,
            _ => Files::ComparedUpTo(COMPARED),
        },
    };
    let mut found = PkiStatus::of(&inventory, &layout, scope, now)?;
    let mut notes = Vec::new();
    if arguments.probe {
        let manifest = match manifest(arguments)? {
            Ok(manifest) => manifest,
            Err(wrong) => return Ok(manifest_file::faulty(wrong)),
        };
        let watched = watched(&manifest);
        if watched.is_empty() {
            notes.push("the manifest names no endpoint with 'probe'".to_owned());
        }
        let timeout = std::time::Duration::from_secs(u64::from(arguments.timeout));
        found.look(&inventory, &watched, timeout)?;
    }
    let next = next_to_end(&inventory, now)?;
    let mut text = status::text(&found, next.as_ref());
    for (written, file) in wanted {
        let document = written.document(&inventory, &found)?;
        if is_output(file) {
            text = document;
        } else {
            files::replace(file, document.as_bytes(), Secrecy::Public)?;
            notes.push(format!("{} has {}", file.display(), written.noun()));
        }
    }
    let verdict = if found.needs_attention() {
        Verdict::Found
    } else {
        Verdict::Clean
    };
    Ok(Report::new("status", status::document(&found), text)
        .notes(notes)
        .verdict(verdict))
}

/// The manifest of `--probe`.
fn manifest(arguments: &Status) -> Result<Result<Manifest, ManifestError>> {
    match manifest_file::named_or_usual(arguments.manifest.as_ref()) {
        Some(file) => manifest_file::read(&file),
        None => Err(Advised {
            message: "there is no manifest, and --probe looks at the endpoints that it names"
                .to_owned(),
            hint: "name it with --manifest FILE, or look at endpoints with 'certmint probe HOST'"
                .to_owned(),
        }
        .into()),
    }
}

fn watched(manifest: &Manifest) -> Vec<Watched> {
    let certificates = manifest.certificates().iter();
    certificates
        .filter_map(|certificate| {
            let probe = certificate.probe.as_ref()?;
            Some(Watched {
                name: certificate.name.clone(),
                endpoint: probe.endpoint.clone(),
                server_name: probe.server_name.clone(),
            })
        })
        .collect()
}

fn is_output(file: &Path) -> bool {
    file == Path::new("-")
}

/// The certificate in use that ends first.
fn next_to_end(inventory: &Inventory, now: OffsetDateTime) -> Result<Option<Row>> {
    let query = Query {
        filter: Filter {
            state: Some(State::Issued),
            ends_from: Some(now),
            ..Filter::default()
        },
        sort: Sort::NotAfter,
        limit: Some(1),
        ..Query::default()
    };
    Ok(inventory.list(&query)?.into_iter().next())
}

impl Written {
    fn document(self, inventory: &Inventory, status: &PkiStatus) -> Result<String> {
        let limit = match self {
            Self::Metrics | Self::Calendar => report::SERIES_LIMIT,
            Self::Page => report::PAGE_LIMIT,
        };
        let holdings = Holdings::of(inventory, status, limit)?;
        Ok(match self {
            Self::Metrics => report::metrics(status, &holdings),
            Self::Calendar => report::calendar(status, &holdings)?,
            Self::Page => report::page(status, &holdings)?,
        })
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Metrics => "the metrics",
            Self::Calendar => "the calendar",
            Self::Page => "the report",
        }
    }
}
