//! How a rollover is shown: its steps with their dates, and what is next.

use std::fmt::Write as _;

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{
    render::{self, BOLD, DIM, GREEN, RED, YELLOW},
    table::Table,
};
use crate::{
    authority::rollover::{CaLevel, Rollover, RolloverStep, Schedule, ScheduledStep, StepState},
    store::{Layout, StoreName},
    x509::moment_text,
};

/// A rollover for people.
pub(crate) fn text(
    rollover: &Rollover,
    schedule: &Schedule,
    layout: &Layout,
    now: OffsetDateTime,
) -> String {
    let name = &rollover.name;
    let mut text = format!(
        "{BOLD}{name}{BOLD:#}  {}, until {}\n",
        rollover.old.subject,
        render::day(rollover.old.not_after)
    );
    if let Some(successor) = successor_name(rollover) {
        let end = rollover.successor.as_ref().map(|one| one.not_after);
        let end = end.map(render::day).unwrap_or_default();
        render::line(&mut text, "successor", &format!("{successor}, until {end}"));
    }
    render::line(&mut text, "signed", &rollover.left.to_string());
    let mut table = Table::new(["STEP", "STATE", "WHEN", "WHAT"]);
    for step in &schedule.steps {
        table.row([
            step.step.to_string(),
            state_text(step, now),
            when(step),
            what(step, rollover, schedule, layout),
        ]);
    }
    // Writing to a String cannot fail.
    let _ = write!(text, "{table}");
    if let Some(next) = next_command(rollover, now) {
        let _ = writeln!(text, "{DIM}next:{DIM:#} {next}");
    }
    text
}

fn state_text(step: &ScheduledStep, now: OffsetDateTime) -> String {
    match step.state {
        StepState::Done(_) => format!("{GREEN}done{GREEN:#}"),
        _ if step.is_late(now) => format!("{RED}late{RED:#}"),
        StepState::Next if step.step == RolloverStep::Distribute => {
            format!("{YELLOW}runs{YELLOW:#}")
        }
        StepState::Next => format!("{YELLOW}next{YELLOW:#}"),
        StepState::Later => "later".to_owned(),
    }
}

fn when(step: &ScheduledStep) -> String {
    let day = |moment: Option<OffsetDateTime>| moment.map(render::day).unwrap_or_default();
    if let StepState::Done(at) = step.state {
        return render::day(at);
    }
    match (step.from, step.until) {
        (Some(_), Some(_)) => format!("{} to {}", day(step.from), day(step.until)),
        (None, Some(_)) => format!("by {}", day(step.until)),
        (Some(_), None) => format!("from {}", day(step.from)),
        (None, None) => String::new(),
    }
}

fn what(step: &ScheduledStep, rollover: &Rollover, schedule: &Schedule, layout: &Layout) -> String {
    let name = &rollover.name;
    let is_root = rollover.level == CaLevel::Root;
    match step.step {
        RolloverStep::Prepare if is_root => {
            "make the new root and the cross-certificates".to_owned()
        }
        RolloverStep::Prepare => "make the new CA below the same root".to_owned(),
        RolloverStep::Distribute if is_root => format!(
            "give {} to every client",
            layout.trust_bundle(name).display()
        ),
        RolloverStep::Distribute => "clients need nothing: the root stays".to_owned(),
        RolloverStep::Switch => format!(
            "sign with the new key; later {name} cannot sign for {} days",
            (schedule.certificate_life + Duration::hours(12)).whole_days()
        ),
        RolloverStep::Reissue if rollover.left.total() == 0 && !rollover.waiting.is_empty() => {
            format!(
                "have servers take {}",
                render::certificates(rollover.waiting.len())
            )
        }
        RolloverStep::Reissue if rollover.left.total() == 0 => {
            "make what is in use anew: nothing is left".to_owned()
        }
        RolloverStep::Reissue => format!("make {} anew", rollover.left),
        RolloverStep::Retire if is_root => "take the old root out of the trust stores".to_owned(),
        RolloverStep::Retire => "stop signing with the old key".to_owned(),
    }
}

/// The command that takes the next step.
pub(crate) fn next_command(rollover: &Rollover, now: OffsetDateTime) -> Option<String> {
    let name = &rollover.name;
    let next = format!("certmint ca rollover next {name}");
    match rollover.next(now)? {
        RolloverStep::Prepare | RolloverStep::Switch | RolloverStep::Retire => Some(next),
        RolloverStep::Distribute => rollover
            .old
            .switch_from
            .map(|from| format!("{next}, from {}", render::day(from))),
        RolloverStep::Reissue if rollover.left.filed > 0 => {
            Some(format!("certmint reissue --ca {name}"))
        }
        RolloverStep::Reissue if !rollover.waiting.is_empty() => Some("certmint renew".to_owned()),
        RolloverStep::Reissue => Some(
            "have the requests of what was signed from one signed again, or wait for its end"
                .to_owned(),
        ),
    }
}

fn successor_name(rollover: &Rollover) -> Option<String> {
    let successor = rollover.successor.as_ref()?;
    successor.name.as_ref().map(StoreName::to_string)
}

/// A rollover for `--json`.
pub(crate) fn json(
    rollover: &Rollover,
    schedule: &Schedule,
    layout: &Layout,
    now: OffsetDateTime,
) -> Value {
    let root = (rollover.level == CaLevel::Root).then(|| layout.trust_bundle(&rollover.name));
    let steps: Vec<Value> = schedule
        .steps
        .iter()
        .map(|step| {
            let (state, done_at) = match step.state {
                StepState::Done(at) => ("done", Some(moment_text(at))),
                StepState::Next => ("next", None),
                StepState::Later => ("later", None),
            };
            json!({
                "step": step.step.word(),
                "state": state,
                "done_at": done_at,
                "from": step.from.map(moment_text),
                "until": step.until.map(moment_text),
                "late": step.is_late(now),
            })
        })
        .collect();
    json!({
        "name": rollover.name.to_string(),
        "subject": rollover.old.subject,
        "not_after": moment_text(rollover.old.not_after),
        "root": rollover.level == CaLevel::Root,
        "successor": successor_name(rollover),
        "next": rollover.next(now).map(RolloverStep::word),
        "steps": steps,
        "left": {
            "filed": rollover.left.filed,
            "from_requests": rollover.left.elsewhere,
            "last_end": rollover.left.last_end.map(moment_text),
        },
        "waiting": rollover.waiting.iter().map(StoreName::to_string).collect::<Vec<_>>(),
        "bundle": root,
    })
}

/// The dates, for the distribution that is settled or for so many days of it.
pub(crate) fn schedule(rollover: &Rollover, wait_days: u32, now: OffsetDateTime) -> Schedule {
    Schedule::of(rollover, Duration::days(i64::from(wait_days)), now)
}
