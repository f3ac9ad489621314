//! What a renewal did, or would do.

use std::path::PathBuf;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::cli::{
    commands::{
        crl::{list_json, list_text},
        list::abbreviated,
    },
    failure::one_line,
    render::{self, GREEN, RED},
    report::Report,
    table::Table,
};
use crate::{
    authority::{AuthorityError, Due, Filed, PublishedList, Reason, Waiting},
    store::{Row, StoreName},
    x509::moment_text,
};

/// What came of a renewal.
#[derive(Default)]
pub(crate) struct Outcome {
    /// What was made, and what it took the place of.
    pub(crate) renewed: Vec<(Due, Filed)>,
    /// What an earlier renewal made and set aside, and its servers were told of again.
    pub(crate) tried_again: Vec<(StoreName, Row)>,
    /// What its servers took.
    pub(crate) in_use: Vec<Waiting>,
    /// What its servers did not take, so that the one before it is in use again.
    pub(crate) not_taken: Vec<StoreName>,
    /// What was published by an earlier run, and nobody says how its servers are told.
    pub(crate) untold: Vec<Waiting>,
    /// The files in foreign formats that were written again.
    pub(crate) exports: Vec<PathBuf>,
    /// The revocation lists that were made anew.
    pub(crate) lists: Vec<PublishedList>,
    /// What should be known besides.
    pub(crate) notes: Vec<String>,
    /// What failed.
    pub(crate) failures: Vec<anyhow::Error>,
}

/// The report of a renewal; its failures become the report's.
pub(crate) fn report(outcome: Outcome, now: OffsetDateTime) -> Report {
    let Outcome {
        renewed,
        tried_again,
        in_use,
        not_taken,
        untold,
        exports,
        lists,
        notes,
        failures,
    } = outcome;
    let renewed: Vec<(Due, Filed, &str)> = renewed
        .into_iter()
        .map(|(due, filed)| {
            let state = if not_taken.contains(&due.name) {
                "set_aside"
            } else if in_use.iter().any(|one| one.name == due.name) {
                "in_use"
            } else {
                "published"
            };
            (due, filed, state)
        })
        .collect();
    let mut table = Table::new(["NAME", "DEED", "NOT AFTER", "SERIAL", "WHY"]);
    for (due, filed, state) in &renewed {
        let deed = match *state {
            "set_aside" => format!("{RED}set aside{RED:#}"),
            "in_use" => format!("{GREEN}renewed, in use{GREEN:#}"),
            _ => format!("{GREEN}renewed{GREEN:#}"),
        };
        table.row([
            due.name.to_string(),
            deed,
            render::day(filed.certificate.not_after()),
            abbreviated(&render::serial(&filed.certificate)),
            reason_text(due, now),
        ]);
    }
    for (name, row) in &tried_again {
        if not_taken.contains(name) {
            table.row([
                name.to_string(),
                format!("{RED}set aside{RED:#}"),
                render::day(row.not_after),
                abbreviated(&render::hexadecimal(&row.serial).to_uppercase()),
                "left by an earlier renewal".to_owned(),
            ]);
        }
    }
    let earlier = in_use
        .iter()
        .filter(|one| !renewed.iter().any(|(due, ..)| due.name == one.name));
    for one in earlier {
        table.row([
            one.name.to_string(),
            format!("{GREEN}in use{GREEN:#}"),
            render::day(one.certificate.not_after()),
            abbreviated(&render::serial(&one.certificate)),
            if one.activation.is_of_chain() {
                "its chain is new".to_owned()
            } else {
                "left by an earlier renewal".to_owned()
            },
        ]);
    }
    let mut text = if table.is_empty() {
        String::new()
    } else {
        table.to_string()
    };
    text.push_str(&render::files_text(
        exports
            .iter()
            .map(|file| (file.as_path(), "exported again")),
    ));
    text.extend(lists.iter().map(list_text));
    if text.is_empty() && failures.is_empty() {
        text.push_str("nothing to renew\n");
    }
    let json = json!({
        "renewed": renewed.iter().map(|(due, filed, state)| renewed_json(due, filed, state, now)).collect::<Vec<_>>(),
        "in_use": in_use.iter().map(waiting_json).collect::<Vec<_>>(),
        "not_told": untold.iter().map(waiting_json).collect::<Vec<_>>(),
        "exports": exports,
        "lists": lists.iter().map(list_json).collect::<Vec<_>>(),
        "failures": failures.iter().map(one_line).collect::<Vec<_>>(),
    });
    let untold = untold.iter().map(|one| {
        format!(
            "{} was renewed on {} and its servers were not told: run certmint renew {} --reload COMMAND",
            one.name,
            render::day(one.activation.started_at),
            one.name
        )
    });
    Report::new("renew", json, text)
        .notes(notes)
        .notes(untold)
        .failures(failures)
}

/// The report of `--dry-run`.
pub(crate) fn planned(
    due: &[Due],
    refused: &[(Due, AuthorityError)],
    waiting: &[Waiting],
    lists: &[StoreName],
    now: OffsetDateTime,
) -> Report {
    let mut table = Table::new(["NAME", "DEED", "WHY"]);
    for one in due {
        table.row([
            one.name.to_string(),
            "renew".to_owned(),
            reason_text(one, now),
        ]);
    }
    for (one, error) in refused {
        table.row([
            one.name.to_string(),
            format!("{RED}cannot be renewed{RED:#}"),
            error.to_string(),
        ]);
    }
    for one in waiting {
        let since = render::day(one.activation.started_at);
        table.row([
            one.name.to_string(),
            "reload".to_owned(),
            if one.activation.is_of_chain() {
                format!("its chain is new since {since}, and its servers do not have that yet")
            } else {
                format!("renewed on {since}, and its servers do not have it yet")
            },
        ]);
    }
    for name in lists {
        table.row([
            name.to_string(),
            "revocation list".to_owned(),
            "the last one is near its end".to_owned(),
        ]);
    }
    let text = if table.is_empty() {
        "nothing to renew\n".to_owned()
    } else {
        table.to_string()
    };
    let json = json!({
        "renew": due.iter().map(|one| due_json(one, now)).collect::<Vec<_>>(),
        "refused": refused.iter().map(refused_json).collect::<Vec<_>>(),
        "reload": waiting.iter().map(waiting_json).collect::<Vec<_>>(),
        "lists": lists.iter().map(StoreName::to_string).collect::<Vec<_>>(),
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
    let fields = json!({
        "name": due.name.to_string(),
        "reason": reason_word(due.reason),
    });
    render::with_fields(previous_json(due, now), fields)
}

fn refused_json((due, error): &(Due, AuthorityError)) -> Value {
    json!({ "name": due.name.to_string(), "why": error.to_string() })
}

fn renewed_json(due: &Due, filed: &Filed, state: &str, now: OffsetDateTime) -> Value {
    let fields = json!({
        "name": due.name.to_string(),
        "state": state,
        "reason": reason_word(due.reason),
        "replaces": previous_json(due, now),
    });
    render::with_fields(render::filed_json(filed), fields)
}

/// The generation that a renewal takes the place of.
fn previous_json(due: &Due, now: OffsetDateTime) -> Value {
    json!({
        "serial": render::hexadecimal(&due.row.serial).to_uppercase(),
        "not_after": moment_text(due.row.not_after),
        "days_left": render::days_left(due.row.not_after, now),
    })
}

pub(crate) fn waiting_json(one: &Waiting) -> Value {
    json!({
        "name": one.name.to_string(),
        "serial": render::serial(&one.certificate),
        "renewed_at": moment_text(one.activation.started_at),
        "only_chain": one.activation.is_of_chain(),
    })
}
