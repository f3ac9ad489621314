//! The dates of a rollover, from the ends of the certificates that are there.

use time::{Duration, OffsetDateTime};

use super::{Rollover, RolloverStep};

/// The life that new certificates are expected to have where there are none to go by: what a server
/// has if nothing is said.
const USUAL_LIFE: Duration = Duration::days(825);

/// The steps of a rollover with their dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// In their order.
    pub steps: Vec<ScheduledStep>,
    /// The life that certificates are given, which the switch has to come before the old
    /// certificate's end by.
    pub certificate_life: Duration,
}

/// A step with its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScheduledStep {
    /// Which.
    pub step: RolloverStep,
    /// Whether it is done.
    pub state: StepState,
    /// When it begins or can be done at the earliest; none when that is up to the operator.
    pub from: Option<OffsetDateTime>,
    /// When it ends or has to be done at the latest.
    pub until: Option<OffsetDateTime>,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It is done, since then.
    Done(OffsetDateTime),
    /// It is what is to be done, or what goes on.
    Next,
    /// It has to wait for the steps before it.
    Later,
}

impl ScheduledStep {
    /// Whether it has to be done and its last day is past.
    pub fn is_late(&self, now: OffsetDateTime) -> bool {
        !matches!(self.state, StepState::Done(_)) && self.until.is_some_and(|until| until < now)
    }
}

impl Schedule {
    /// The dates of a rollover. `wait` is how long a new root is distributed where that is not
    /// settled yet.
    pub fn of(rollover: &Rollover, wait: Duration, now: OffsetDateTime) -> Self {
        let old = &rollover.old;
        let end = old.not_after;
        let certificate_life = rollover.left.longest_life.unwrap_or(USUAL_LIFE);
        // Later than this the old CA cannot sign for as long as it is used to.
        let switch_by = end.saturating_sub(certificate_life);
        let prepared_at = rollover.prepared_at.filter(|_| rollover.missing.is_empty());
        let begins = rollover.prepared_at.unwrap_or(now);
        let switch_from = old
            .switch_from
            .unwrap_or_else(|| begins.saturating_add(wait));
        let switched_at = old.switched_at;
        let is_reissued = rollover.is_reissued();
        let all_gone = rollover.left.last_end.unwrap_or(now).min(end);
        let next = rollover.next(now);
        let steps = RolloverStep::ALL.map(|step| {
            let (done, from, until) = match step {
                RolloverStep::Prepare => {
                    let until = switch_by.saturating_sub(wait);
                    (prepared_at, None, Some(until))
                }
                RolloverStep::Distribute => {
                    let over = prepared_at.is_some() && now >= switch_from;
                    let done = switched_at.or(over.then_some(switch_from));
                    (done, Some(begins), Some(switch_from))
                }
                RolloverStep::Switch => (switched_at, Some(switch_from), Some(switch_by)),
                RolloverStep::Reissue => {
                    let from = switched_at.unwrap_or(switch_from);
                    let done = old
                        .retired_at
                        .or(switched_at.filter(|_| is_reissued).map(|_| now));
                    (done, Some(from), Some(end))
                }
                RolloverStep::Retire => {
                    let from = if is_reissued {
                        switched_at.unwrap_or(switch_from)
                    } else {
                        all_gone
                    };
                    (old.retired_at, Some(from), Some(end))
                }
            };
            let state = match done {
                Some(at) => StepState::Done(at),
                None if next == Some(step) => StepState::Next,
                None => StepState::Later,
            };
            ScheduledStep {
                step,
                state,
                from,
                until,
            }
        });
        Self {
            steps: steps.to_vec(),
            certificate_life,
        }
    }
}
