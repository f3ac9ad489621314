//! `certmint list`

use std::{ops::ControlFlow, path::Path};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::{
    authority::itself,
    cli::{
        matching::{Days, Sha256, kind, san, subject, text},
        records::{Issuers, document, is_of, name, state},
        render,
        report::{Form, Report},
        table::Table,
    },
    store::{
        CertificateKind, Filter, Inventory, Layout, Order, Query, Row, Sort, State, StoreName,
        TextMatch,
    },
    x509::{SerialStart, escape_control},
};

/// The inventory.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint list
  certmint list --expiring-within 30d --sort not-after
  certmint list --san '*.example.com'
  certmint list --name 'web*' --issuer ca --kind server
  certmint list --serial 0F962B
  certmint list --state revoked --json | jq -r '.certificates[].serial'

Filters combine: what is listed meets all of them. A * at the end of a NAME, SUBJECT or SAN stands
for any ending.")]
pub(crate) struct List {
    #[command(flatten)]
    wanted: Wanted,
    /// What to sort by
    #[arg(long, value_name = "WHAT", default_value = "recorded")]
    sort: SortBy,
    /// Largest first
    #[arg(long)]
    reverse: bool,
    /// How many at most
    #[arg(long, value_name = "COUNT")]
    limit: Option<u64>,
    /// How many to pass over first
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    offset: u64,
}

/// Which certificates.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
struct Wanted {
    /// In use and ending within so many days from now: 30 or 30d
    #[arg(long, value_name = "DAYS")]
    expiring_within: Option<Days>,
    /// With this subject alternative name, as --san of 'issue' takes it
    #[arg(long, value_name = "SAN", value_parser = san)]
    san: Option<TextMatch>,
    /// Called this
    #[arg(long, value_name = "NAME", value_parser = text)]
    name: Option<TextMatch>,
    /// Signed by the key of this CA, whichever of its certificates stood for it
    #[arg(long, value_name = "CA")]
    issuer: Option<StoreName>,
    /// In this state
    #[arg(long, value_name = "STATE")]
    state: Option<ShownState>,
    /// Of this kind: ca, server, client or peer
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<CertificateKind>,
    /// Whose serial number starts with these digits
    #[arg(long, value_name = "DIGITS")]
    serial: Option<SerialStart>,
    /// With this SHA-256 over the certificate
    #[arg(long, value_name = "SHA256")]
    fingerprint: Option<Sha256>,
    /// With this subject, as openssl writes it: 'O = Acme, CN = flb'; without a = it is the common
    /// name
    #[arg(long, value_name = "SUBJECT", value_parser = subject)]
    subject: Option<TextMatch>,
}

/// What `--sort` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum SortBy {
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

/// The states as people see them: what is issued and has ended is expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ShownState {
    /// In use and not ended
    Issued,
    /// In use by its name, and ended
    Expired,
    /// Revoked
    Revoked,
    /// Replaced by a newer one, or set aside because its servers did not take it
    Superseded,
    /// Recorded and never signed
    Lost,
    /// Known from another program's index alone
    Listed,
    /// About to be signed
    Recorded,
}

impl ShownState {
    fn narrow(self, filter: &mut Filter, now: OffsetDateTime) {
        filter.state = Some(match self {
            Self::Issued | Self::Expired => State::Issued,
            Self::Revoked => State::Revoked,
            Self::Superseded => State::Superseded,
            Self::Lost => State::Lost,
            Self::Listed => State::Listed,
            Self::Recorded => State::Recorded,
        });
        match self {
            Self::Issued => filter.ends_from = Some(now),
            Self::Expired => filter.ends_before = Some(now),
            _ => {}
        }
    }
}

impl Wanted {
    fn filter(&self, inventory: &Inventory, now: OffsetDateTime) -> Result<Filter> {
        let mut filter = Filter {
            name: self.name.clone(),
            subject: self.subject.clone(),
            san: self.san.clone(),
            serial_start: self.serial.clone(),
            fingerprint: self.fingerprint.map(|fingerprint| fingerprint.0),
            kind: self.kind,
            ..Filter::default()
        };
        if let Some(name) = &self.issuer {
            let wanted = itself(inventory, Some(name))?;
            let authorities = inventory.authorities()?.into_iter();
            let same = authorities.filter(|authority| is_of(authority, &wanted));
            filter.issuers = same.map(|authority| authority.id).collect();
        }
        if let Some(Days(days)) = self.expiring_within {
            filter.state = Some(State::Issued);
            filter.ends_from = Some(now);
            filter.ends_before = now.checked_add(Duration::days(i64::from(days)));
        }
        if let Some(state) = self.state {
            state.narrow(&mut filter, now);
        }
        Ok(filter)
    }
}

pub(crate) fn run(pki: &Path, arguments: &List, form: Form) -> Result<Report> {
    let now = OffsetDateTime::now_utc();
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
    let filter = arguments.wanted.filter(&inventory, now)?;
    let is_filtered = filter != Filter::default();
    let query = Query {
        filter,
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
    };
    let issuers = Issuers::of(&inventory)?;
    // A million certificates are not kept in more than the form that is shown.
    match form {
        Form::Json => {
            let mut documents: Vec<Value> = Vec::new();
            inventory.for_each(&query, |row| {
                documents.push(document(&row, issuers.get(&row), now));
                ControlFlow::Continue(())
            })?;
            let json = json!({ "certificates": documents });
            Ok(Report::new("list", json, String::new()))
        }
        Form::Text => {
            const NAMES: usize = 2;
            const ISSUER: usize = 3;
            let mut table = Table::new([
                "NAME",
                "KIND",
                "NAMES",
                "ISSUER",
                "SERIAL",
                "NOT AFTER",
                "STATE",
                "DAYS LEFT",
            ])
            .yielding(NAMES, 16)
            .yielding(ISSUER, 10);
            inventory.for_each(&query, |row| {
                table.row(cells(&row, &issuers, now));
                ControlFlow::Continue(())
            })?;
            let text = if !table.is_empty() {
                table.to_string()
            } else if is_filtered || inventory.count(&Filter::default())? > 0 {
                "no certificate is like that\n".to_owned()
            } else {
                "no certificate yet\n".to_owned()
            };
            Ok(Report::new("list", Value::Null, text))
        }
    }
}

fn cells(row: &Row, issuers: &Issuers, now: OffsetDateTime) -> [String; 8] {
    let names: Vec<String> = row
        .sans
        .iter()
        .map(|name| escape_control(&name.value))
        .collect();
    let shown = match names.as_slice() {
        [] => escape_control(&row.subject),
        [first, second, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, +{}", rest.len())
        }
        few => few.join(", "),
    };
    let issuer = issuers.get(row).map(|issuer| {
        let by_name = issuer.name.clone();
        by_name.unwrap_or_else(|| escape_control(&issuer.subject))
    });
    let none = || "-".to_owned();
    [
        name(row).unwrap_or_else(none),
        row.kind.word().to_owned(),
        shown,
        issuer.unwrap_or_else(none),
        abbreviated(&render::hexadecimal(&row.serial).to_uppercase()),
        render::day(row.not_after),
        state(row, now).to_owned(),
        if row.status.state() == State::Issued {
            render::days_text(render::days_left(row.not_after, now))
        } else {
            none()
        },
    ]
}

/// A serial number of 40 digits would fill half a line; its start tells certificates apart,
/// `--serial` takes it, and `--json` has the whole.
pub(crate) fn abbreviated(serial: &str) -> String {
    match serial.get(..12) {
        Some(start) if serial.len() > 16 => format!("{start}…"),
        _ => serial.to_owned(),
    }
}
