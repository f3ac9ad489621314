//! What a rule has against a certificate.

use super::{Case, Destination, Rule, Severity};

/// Something that a destination refuses or that is not as it should be, with the rule that says so.
#[derive(Clone, Debug)]
pub struct Finding {
    rule: &'static Rule,
    destinations: Vec<&'static str>,
    what: String,
    remedy: String,
}

/// What a question of a rule comes to.
#[derive(Debug)]
pub(super) struct Trouble {
    /// What is so, without a full stop.
    pub(super) what: String,
    /// What to change.
    pub(super) remedy: String,
}

impl Trouble {
    pub(super) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl Finding {
    /// The rule.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// The destinations, of those that were asked for, that have this rule.
    pub fn destinations(&self) -> &[&'static str] {
        &self.destinations
    }

    /// What is so, in a sentence without a full stop.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to change.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }

    /// Whether it is refused, and not only warned of.
    pub fn refuses(&self) -> bool {
        self.rule.severity() == Severity::Refuses
    }

    /// The same trouble, told of something else; for what the manifest alone shows.
    pub(super) fn of(
        rule: &'static Rule,
        destination: &'static str,
        Trouble { what, remedy }: Trouble,
    ) -> Self {
        Self {
            rule,
            destinations: vec![destination],
            what,
            remedy,
        }
    }
}

/// Everything that these destinations have against it, refusals first, each rule once.
pub fn judge(destinations: &[&'static Destination], case: &Case<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for destination in destinations {
        for rule in destination.rules() {
            let known = findings
                .iter_mut()
                .find(|finding| finding.rule.id() == rule.id());
            if let Some(known) = known {
                known.destinations.push(destination.name());
            } else if let Some(trouble) = (rule.check)(case) {
                findings.push(Finding::of(rule, destination.name(), trouble));
            }
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.rule.severity()));
    findings
}
