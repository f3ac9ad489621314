//! What a renewal did, or would do.

use std::fmt::Write as _;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{
    render::{self, BOLD, DIM, GREEN},
    report::Report,
    table::Table,
};
use crate::{
    authority::{Due, Filed, Reason, Waiting},
    x509::moment_text,
};

/// What came of a renewal.
#[derive(Default)]
pub(crate) struct Outcome {
    /// What was made, and what it took the place of.
    pub(crate) renewed: Vec<(Due, Filed)>,
    /// What its servers took.
    pub(crate) in_use: Vec<Waiting>,
    /// What was published by an earlier run, and nobody says how its servers are told.
    pub(crate) untold: Vec<Waiting>,
    /// What failed.
    pub(crate) failures: Vec<anyhow::Error>,
}

/// The report of a renewal; its failures become the report's.
pub(crate) fn report(outcome: Outcome, now: OffsetDateTime) -> Report {
    let Outcome {
        renewed,
        in_use,
        untold,
        failures,
    } = outcome;
    let mut text = String::new();
    for (due, filed) in &renewed {
        let reason = reason_text(due, now);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{GREEN}renewed{GREEN:#} {BOLD}{}{BOLD:#}  {}  {DIM}({reason}; serial {}){DIM:#}",
            due.name,
            render::ordered_days(&filed.certificate),
            render::serial(&filed.certificate)
        );
    }
    for one in &in_use {
        let _ = writeln!(
            text,
            "{GREEN}in use{GREEN:#}  {BOLD}{}{BOLD:#}  {DIM}(serial {}){DIM:#}",
            one.name,
            render::serial(&one.certificate)
        );
    }
    if text.is_empty() && failures.is_empty() {
        text.push_str("nothing to renew\n");
    }
    let json = json!({
        "renewed": renewed.iter().map(|(due, filed)| renewed_json(due, filed, now)).collect::<Vec<_>>(),
        "in_use": in_use.iter().map(waiting_json).collect::<Vec<_>>(),
        "not_told": untold.iter().map(waiting_json).collect::<Vec<_>>(),
        "failures": failures.iter().map(super::failure::one_line).collect::<Vec<_>>(),
    });
    let notes = untold.iter().map(|one| {
        format!(
            "{} was renewed on {} and its servers were not told: run certmint renew {} --reload COMMAND",
            one.name,
            render::day(one.activation.started_at),
            one.name
        )
    });
    Report::new("renew", json, text)
        .notes(notes)
        .failures(failures)
}

/// The report of `--dry-run`.
pub(crate) fn planned(due: &[Due], waiting: &[Waiting], now: OffsetDateTime) -> Report {
    let mut table = Table::new(["NAME", "DEED", "WHY"]);
    for one in due {
        table.row([
            one.name.to_string(),
            "renew".to_owned(),
            reason_text(one, now),
        ]);
    }
    for one in waiting {
        let since = render::day(one.activation.started_at);
        table.row([
            one.name.to_string(),
            "reload".to_owned(),
            format!("renewed on {since}, and its servers do not have it yet"),
        ]);
    }
    let text = if table.is_empty() {
        "nothing to renew\n".to_owned()
    } else {
        table.to_string()
    };
    let json = json!({
        "renew": due.iter().map(|one| due_json(one, now)).collect::<Vec<_>>(),
        "reload": waiting.iter().map(waiting_json).collect::<Vec<_>>(),
    });
    Report::new("renew.plan", json, text)
}

fn reason_text(due: &Due, now: OffsetDateTime) -> String {
    match due.reason {
        Reason::Window(_) => match render::days_left(due.row.not_after, now) {
            1 => "1 day was left".to_owned(),
            days => format!("{days} days were left"),
        },
        Reason::Expired => format!("it ended on {}", render::day(due.row.not_after)),
        Reason::NotYetValid => format!(
            "it begins on {} only: the clock was ahead when it was made",
            render::day(due.row.not_before)
        ),
        Reason::Asked => "asked for".to_owned(),
    }
}

fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Window(_) => "window",
        Reason::Expired => "expired",
        Reason::NotYetValid => "not_yet_valid",
        Reason::Asked => "asked",
    }
}

fn due_json(due: &Due, now: OffsetDateTime) -> Value {
    json!({
        "name": due.name.to_string(),
        "reason": reason_word(due.reason),
        "not_after": moment_text(due.row.not_after),
        "days_left": render::days_left(due.row.not_after, now),
    })
}

fn renewed_json(due: &Due, filed: &Filed, now: OffsetDateTime) -> Value {
    let fields = json!({ "previous": due_json(due, now) });
    let filed = render::with_fields(render::filed_json(filed), fields);
    render::with_fields(json!({ "name": due.name.to_string() }), filed)
}

fn waiting_json(one: &Waiting) -> Value {
    json!({
        "name": one.name.to_string(),
        "serial": render::serial(&one.certificate),
        "renewed_at": moment_text(one.activation.started_at),
    })
}
