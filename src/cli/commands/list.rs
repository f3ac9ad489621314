//! `certmint list`

use std::{ops::ControlFlow, path::Path};

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{
    cli::{
        render,
        report::{Form, Report},
        table::Table,
    },
    store::{CertificateKind, Inventory, Layout, Order, Query, Row, Sort, State},
    x509::{Name, escape_control},
};

/// The inventory.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint list
  certmint list --sort not-after --limit 10
  certmint list --json | jq '.certificates[] | select(.days_left < 30) | .name'")]
pub(crate) struct List {
    /// What to sort by
    #[arg(long, value_name = "WHAT", default_value = "recorded")]
    pub(crate) sort: SortBy,
    /// Largest first
    #[arg(long)]
    pub(crate) reverse: bool,
    /// How many at most
    #[arg(long, value_name = "COUNT")]
    pub(crate) limit: Option<u64>,
    /// How many to pass over first
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub(crate) offset: u64,
}

/// What `--sort` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortBy {
    /// The order in which they were made
    Recorded,
    /// Name
    Name,
    /// Subject
    Subject,
    /// Serial number
    Serial,
    /// End of validity
    NotAfter,
}

pub(crate) fn run(pki: &Path, arguments: &List, form: Form) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let query = Query {
        sort: match arguments.sort {
            SortBy::Recorded => Sort::Recorded,
            SortBy::Name => Sort::Name,
            SortBy::Subject => Sort::Subject,
            SortBy::Serial => Sort::Serial,
            SortBy::NotAfter => Sort::NotAfter,
        },
        order: if arguments.reverse {
            Order::Descending
        } else {
            Order::Ascending
        },
        limit: arguments.limit,
        offset: arguments.offset,
        ..Query::default()
    };
    // A million certificates are not kept in more than the form that is shown.
    match form {
        Form::Json => {
            let mut documents: Vec<Value> = Vec::new();
            inventory.for_each(&query, |row| {
                documents.push(document(&row, now));
                ControlFlow::Continue(())
            })?;
            let json = json!({ "certificates": documents });
            Ok(Report::new("list", json, String::new()))
        }
        Form::Text => {
            let mut table = Table::new([
                "NAME",
                "KIND",
                "SUBJECT",
                "NAMES",
                "SERIAL",
                "NOT AFTER",
                "STATE",
                "DAYS LEFT",
            ]);
            inventory.for_each(&query, |row| {
                table.row(cells(&row, now));
                ControlFlow::Continue(())
            })?;
            let text = if table.is_empty() {
                "no certificate yet\n".to_owned()
            } else {
                table.to_string()
            };
            Ok(Report::new("list", Value::Null, text))
        }
    }
}

fn cells(row: &Row, now: OffsetDateTime) -> [String; 8] {
    let names: Vec<String> = row
        .sans
        .iter()
        .map(|name| escape_control(&name.value))
        .collect();
    let shown = match names.as_slice() {
        [] => "-".to_owned(),
        [first, second, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, +{}", rest.len())
        }
        few => few.join(", "),
    };
    let valid = row.status.state() == State::Issued;
    [
        name(row).unwrap_or_else(|| "-".to_owned()),
        kind(row.kind).to_owned(),
        escape_control(&row.subject),
        shown,
        abbreviated(&render::hexadecimal(&row.serial).to_uppercase()),
        render::day(row.not_after),
        state(row, now).to_owned(),
        if valid {
            render::days_text(render::days_left(row.not_after, now))
        } else {
            "-".to_owned()
        },
    ]
}

/// A serial number of 40 digits would fill half a line; its start tells certificates apart, and
/// `--json` has the whole.
fn abbreviated(serial: &str) -> String {
    match serial.get(..12) {
        Some(start) if serial.len() > 16 => format!("{start}…"),
        _ => serial.to_owned(),
    }
}

/// A certificate of the inventory for `--json`.
pub(super) fn document(row: &Row, now: OffsetDateTime) -> Value {
    let sans: Vec<String> = row
        .sans
        .iter()
        .map(|name| format!("{}:{}", name.kind.word(), name.value))
        .collect();
    // In the notation of every other document (RFC 4514).
    let subject = Name::from_der(&row.subject_der)
        .map_or_else(|_| row.subject.clone(), |subject| subject.to_string());
    json!({
        "name": name(row),
        "kind": kind(row.kind),
        "generation": row.place.as_ref().map(|place| place.generation),
        "subject": subject,
        "sans": sans,
        "serial": render::hexadecimal(&row.serial).to_uppercase(),
        "not_before": crate::x509::moment_text(row.not_before),
        "not_after": crate::x509::moment_text(row.not_after),
        "state": state(row, now),
        "days_left": render::days_left(row.not_after, now),
        "fingerprint_sha256": row.status.signed().map(|signed| render::hexadecimal(&signed.fingerprint)),
    })
}

fn name(row: &Row) -> Option<String> {
    row.place.as_ref().map(|place| place.name.to_string())
}

fn kind(kind: CertificateKind) -> &'static str {
    match kind {
        CertificateKind::Ca => "ca",
        CertificateKind::Server => "server",
        CertificateKind::Client => "client",
        CertificateKind::Peer => "peer",
    }
}

/// The state as people see it: an issued certificate that has ended is expired.
fn state(row: &Row, now: OffsetDateTime) -> &'static str {
    match row.status.state() {
        State::Issued if row.not_after < now => "expired",
        state => state.word(),
    }
}
