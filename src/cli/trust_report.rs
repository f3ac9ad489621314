//! What is told of trust stores.

use std::sync::Arc;

use anstyle::Style;
use anyhow::Error;
use serde_json::{Value, json};

use super::{
    failure::{Advised, one_line},
    render::{self, BOLD, DIM, GREEN, RED, YELLOW},
    report::{Report, Verdict},
    table::Table,
};
use crate::{
    trust::{Anchor, Answer, Outcome},
    x509::escape_control,
};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Install,
    Uninstall,
    Check,
}

impl Deed {
    fn word(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Uninstall => "uninstall",
            Self::Check => "check",
        }
    }

    /// What could not be done, before `in` and the place.
    fn failed(self) -> &'static str {
        match self {
            Self::Install => "could not install",
            Self::Uninstall => "could not take out",
            Self::Check => "could not look for",
        }
    }
}

/// The answers of all stores, a table for each certificate.
pub(crate) fn report(deed: Deed, anchors: &[Anchor], answers: &[Answer]) -> Report {
    let mut text = String::new();
    for (number, anchor) in anchors.iter().enumerate() {
        let own: Vec<&Answer> = answers
            .iter()
            .filter(|answer| answer.anchor.unwrap_or(0) == number)
            .collect();
        // A certificate of old times that is nowhere is not worth a table.
        let is_quiet = own
            .iter()
            .all(|answer| matches!(answer.outcome, Outcome::NotThere));
        if own.is_empty() || (number > 0 && is_quiet) {
            continue;
        }
        text.push_str(&certificate_text(anchor));
        let mut table = Table::new(["STORE", "STATE", "WHERE"]);
        for answer in own {
            table.row(row(answer));
        }
        text.push_str(&table.to_string());
    }
    let mut failures: Vec<Error> = answers
        .iter()
        .filter_map(|answer| failure(deed, anchors, answer))
        .collect();
    let is_nowhere = answers
        .iter()
        .all(|answer| matches!(answer.outcome, Outcome::NotPresent(_)));
    if is_nowhere {
        failures.push(
            Advised {
                message: "this machine has none of these trust stores".to_owned(),
                hint:
                    "'certmint trust bundle' writes the certificate in every form, with the steps"
                        .to_owned(),
            }
            .into(),
        );
    }
    let json = json!({
        "deed": deed.word(),
        "certificates": anchors
            .iter()
            .map(|anchor| render::certificate_json(anchor.certificate()))
            .collect::<Vec<_>>(),
        "stores": answers
            .iter()
            .map(|answer| answer_json(anchors, answer))
            .collect::<Vec<_>>(),
        "failures": failures.iter().map(one_line).collect::<Vec<_>>(),
    });
    let verdict = if answers
        .iter()
        .any(|answer| matches!(answer.outcome, Outcome::Missing))
    {
        Verdict::Found
    } else {
        Verdict::Clean
    };
    Report::new("trust", json, text)
        .failures(failures)
        .verdict(verdict)
}

fn certificate_text(anchor: &Anchor) -> String {
    let certificate = anchor.certificate();
    let mut text = format!("{BOLD}{}{BOLD:#}\n", render::title(certificate));
    render::line(
        &mut text,
        "SHA-256",
        &render::hexadecimal(&certificate.fingerprint_sha256()),
    );
    render::line(
        &mut text,
        "valid",
        &format!("until {}", render::day(certificate.not_after())),
    );
    text
}

fn row(answer: &Answer) -> [String; 3] {
    let style = match answer.outcome {
        Outcome::Installed | Outcome::AlreadyThere | Outcome::Trusted | Outcome::Removed => GREEN,
        Outcome::Missing | Outcome::ToRemove => YELLOW,
        Outcome::Failed(_) => RED,
        Outcome::NotThere | Outcome::NotPresent(_) => Style::new(),
    };
    let place = match answer.outcome {
        Outcome::NotPresent(why) => format!("{DIM}{why}{DIM:#}"),
        _ => format!(
            "{} {DIM}({}){DIM:#}",
            escape_control(&answer.place.display().to_string()),
            escape_control(&answer.owner)
        ),
    };
    [
        answer.kind.word().to_owned(),
        format!("{style}{}{style:#}", answer.outcome.word()),
        place,
    ]
}

fn failure(deed: Deed, anchors: &[Anchor], answer: &Answer) -> Option<Error> {
    let Outcome::Failed(why) = &answer.outcome else {
        return None;
    };
    let what = answer
        .anchor
        .and_then(|number| anchors.get(number))
        .map_or_else(
            || "the certificate".to_owned(),
            |anchor| render::title(anchor.certificate()),
        );
    let context = format!(
        "{} {what} in {} ({})",
        deed.failed(),
        answer.place.display(),
        answer.owner
    );
    Some(Error::new(Arc::clone(why)).context(context))
}

fn answer_json(anchors: &[Anchor], answer: &Answer) -> Value {
    let fingerprint = answer
        .anchor
        .and_then(|number| anchors.get(number))
        .map(|anchor| render::hexadecimal(&anchor.certificate().fingerprint_sha256()));
    let is_there = !answer.place.as_os_str().is_empty();
    let reason = match &answer.outcome {
        Outcome::NotPresent(why) => Some((*why).to_owned()),
        Outcome::Failed(why) => Some(one_line(&Error::new(Arc::clone(why)))),
        _ => None,
    };
    json!({
        "kind": answer.kind.word(),
        "owner": is_there.then_some(&answer.owner),
        "place": is_there.then_some(&answer.place),
        "fingerprint_sha256": fingerprint,
        "state": answer.outcome.word(),
        "reason": reason,
    })
}
