//! What carrying out a plan came to.

use serde_json::{Value, json};

use super::{
    failure, plan_report,
    render::{self, DIM, GREEN, RED},
    report::Report,
};
use crate::{
    authority::AuthorityError,
    manifest::{Applied, Done, Plan, Step, StepDeed},
};

/// The report of `apply`: each step with what came of it; what failed becomes the report's failures.
/// Without an answer there was nothing to do.
pub(crate) fn report(plan: &Plan, applied: Option<Applied>) -> Report {
    let Applied { steps, taken } = applied.unwrap_or(Applied {
        steps: Vec::new(),
        taken: Vec::new(),
    });
    let mut text = String::new();
    let mut documents = Vec::new();
    let mut failures = Vec::new();
    let mut done = 0;
    let not_taken: Vec<String> = taken
        .iter()
        .filter_map(|taken| match taken {
            Err(AuthorityError::NotTaken { name, .. }) => Some(name.to_string()),
            _ => None,
        })
        .collect();
    for (step, answer) in plan.steps().iter().zip(steps) {
        let is_not_taken = serves(step) && not_taken.contains(&step.name.to_string());
        let (mark, fields) = match answer {
            Ok(_) if is_not_taken => {
                let error = "its servers did not take it; the one before is in use";
                (
                    format!("{RED}✗{RED:#}"),
                    json!({ "done": false, "error": error }),
                )
            }
            Ok(answer) => {
                done += 1;
                (format!("{GREEN}✓{GREEN:#}"), done_json(&answer))
            }
            Err(error) => {
                let error = anyhow::Error::new(error).context(what(step));
                let told = failure::one_line(&error);
                failures.push(error);
                (
                    format!("{RED}✗{RED:#}"),
                    json!({ "done": false, "error": told }),
                )
            }
        };
        text.push_str(&format!("{mark} {}", plan_report::line(step)));
        documents.push(render::with_fields(plan_report::step_json(step), fields));
    }
    let mut in_use = Vec::new();
    for taken in taken {
        match taken {
            Ok(one) => {
                text.push_str(&format!(
                    "{GREEN}✓{GREEN:#} {}: in use {DIM}(serial {}){DIM:#}\n",
                    one.name,
                    render::serial(&one.certificate)
                ));
                in_use.push(one.name.to_string());
            }
            Err(error) => {
                if let AuthorityError::NotTaken { name, .. } = &error {
                    text.push_str(&format!("{RED}✗{RED:#} {name}: not in use\n"));
                }
                failures.push(error.into());
            }
        }
    }
    for conflict in plan.conflicts() {
        failures.push(
            failure::Advised {
                message: format!("{conflict}"),
                hint: conflict.remedy.clone(),
            }
            .into(),
        );
    }
    text.push_str(&match (plan.steps().len(), done) {
        (0, _) if plan.is_empty() => "nothing to do\n".to_owned(),
        (0, _) => "nothing was done\n".to_owned(),
        (1, 1) => "1 step done\n".to_owned(),
        (all, done) if all == done => format!("{done} steps done\n"),
        (all, done) => format!("{done} of {all} steps done\n"),
    });
    let json = json!({
        "fingerprint": plan.fingerprint(),
        "steps": documents,
        "in_use": in_use,
        "not_taken": not_taken,
        "failures": failures.iter().map(failure::one_line).collect::<Vec<_>>(),
    });
    Report::new("apply", json, text).failures(failures)
}

/// Whether a step is about a certificate that servers have to take.
fn serves(step: &Step) -> bool {
    matches!(
        step.deed,
        StepDeed::Reissue(_) | StepDeed::Renew(_) | StepDeed::Activate { .. }
    )
}

fn what(step: &Step) -> String {
    let ca = if step.deed.concerns_authority() {
        "CA "
    } else {
        ""
    };
    format!("{ca}{}: {}", step.name, step.deed.word().replace('_', " "))
}

fn done_json(done: &Done) -> Value {
    match done {
        Done::Certificate(filed) => json!({
            "done": true,
            "serial": filed.serial.to_string(),
            "fingerprint_sha256": render::hexadecimal(&filed.certificate.fingerprint_sha256()),
            "files": filed.files,
        }),
        Done::List(list) => json!({ "done": true, "files": list.files }),
        Done::Files(files) => json!({ "done": true, "files": files }),
        Done::Revoked | Done::Published | Done::Configured => json!({ "done": true }),
    }
}
