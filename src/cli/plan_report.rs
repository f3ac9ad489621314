//! A plan as people and programs see it.

use std::fmt::Write as _;

use anstyle::Style;
use serde_json::{Value, json};

use super::{
    render::{BOLD, DIM, GREEN, RED, YELLOW, with_fields},
    report::{Report, Verdict},
};
use crate::{
    manifest::{Plan, Reason, Step, StepDeed},
    x509::{escape_control, hexadecimal},
};

/// What `plan` reports.
pub(crate) fn report(plan: &Plan) -> Report {
    Report::new("plan", document(plan), text(plan))
}

/// Exit code 3 where there is something to do or in the way.
pub(crate) fn verdict(plan: &Plan) -> Verdict {
    if plan.is_empty() {
        Verdict::Clean
    } else {
        Verdict::Found
    }
}

fn text(plan: &Plan) -> String {
    let mut text: String = plan.steps().iter().map(line).collect();
    for conflict in plan.conflicts() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{BOLD}{}{BOLD:#}: {RED}cannot be done{RED:#} — {}\n  {DIM}{}{DIM:#}",
            conflict.name,
            escape_control(&conflict.what),
            escape_control(&conflict.remedy)
        );
    }
    text.push_str(&summary(plan));
    text
}

/// `flb: reissue — SAN www2.example.com added`
pub(crate) fn line(step: &Step) -> String {
    let Step {
        name,
        deed,
        reasons,
    } = step;
    let ca = if deed.concerns_authority() { "CA " } else { "" };
    let style = style(deed);
    let reasons: Vec<String> = reasons.iter().map(Reason::to_string).collect();
    format!(
        "{BOLD}{ca}{name}{BOLD:#}: {style}{}{style:#} — {}\n",
        words(deed),
        escape_control(&reasons.join(", "))
    )
}

/// What is done, in words.
fn words(deed: &StepDeed) -> &'static str {
    match deed {
        StepDeed::PublishList { .. } => "make revocation list",
        StepDeed::Restore { .. } | StepDeed::RestoreAuthority { .. } => "write files again",
        StepDeed::Activate { .. } => "reload",
        other => other.word(),
    }
}

fn style(deed: &StepDeed) -> Style {
    match deed {
        StepDeed::MakeAuthority(_) | StepDeed::Issue(_) => GREEN,
        StepDeed::Revoke { .. } => RED,
        _ => YELLOW,
    }
}

fn summary(plan: &Plan) -> String {
    if plan.is_empty() {
        return "nothing to do\n".to_owned();
    }
    let count = plan.steps().len();
    let plural = if count == 1 { "" } else { "s" };
    let conflicts = match plan.conflicts().len() {
        0 => String::new(),
        conflicts => format!(", {conflicts} that cannot be done"),
    };
    format!("{count} step{plural}{conflicts}\n")
}

fn document(plan: &Plan) -> Value {
    let steps: Vec<Value> = plan.steps().iter().map(step_json).collect();
    let conflicts: Vec<Value> = plan
        .conflicts()
        .iter()
        .map(|conflict| {
            json!({
                "name": conflict.name.to_string(),
                "what": conflict.what,
                "remedy": conflict.remedy,
            })
        })
        .collect();
    json!({
        "fingerprint": plan.fingerprint(),
        "steps": steps,
        "conflicts": conflicts,
    })
}

/// A step for `--json`.
pub(crate) fn step_json(step: &Step) -> Value {
    let Step {
        name,
        deed,
        reasons,
    } = step;
    let about = if deed.concerns_authority() {
        "ca"
    } else {
        "certificate"
    };
    let reasons: Vec<Value> = reasons
        .iter()
        .map(|reason| json!({ "kind": reason.word(), "text": reason.to_string() }))
        .collect();
    let document = json!({
        "name": name.to_string(),
        "about": about,
        "deed": deed.word(),
        "reasons": reasons,
    });
    match step.reasons.as_slice() {
        [Reason::Removed { generation, serial }] => {
            let which = json!({ "generation": generation, "serial": hexadecimal(serial) });
            with_fields(document, which)
        }
        _ => document,
    }
}
