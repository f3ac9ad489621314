//! What can be said before a certificate is made, from what is wanted alone.

use crate::key::KeyAlgorithm;

use super::{
    Destination, Finding,
    checks::{authority, key},
    finding::Trouble,
    rules::aws,
};

/// A certificate that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// The kind of its key.
    pub key: &'a KeyAlgorithm,
    /// The kind of its CA's key.
    pub authority_key: Option<&'a KeyAlgorithm>,
}

/// The question that a rule asks of a wish.
type Question = fn(&Wish<'_>) -> Option<Trouble>;

/// The rules that a wish alone can break; what certmint makes keeps the others by itself, or is
/// looked at when it is made.
const QUESTIONS: &[(&str, Question)] = &[
    ("aws-acm-key-kind", |wish| {
        (!aws::is_acm_kind(wish.key)).then(|| key::another_kind(wish.key))
    }),
    ("aws-alb-trust-store-client-key", |wish| {
        (!aws::is_trust_store_kind(wish.key)).then(|| key::another_kind(wish.key))
    }),
    ("aws-acm-ca-kind", |wish| {
        let above = wish.authority_key?;
        (authority::family(wish.key) != authority::family(above))
            .then(|| authority::other_family(wish.key, above))
    }),
];

/// Everything that these destinations have against a wish.
pub fn judge_wish(destinations: &[&'static Destination], wish: &Wish<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for destination in destinations {
        for rule in destination.rules() {
            let question = QUESTIONS.iter().find(|(id, _)| *id == rule.id());
            if let Some(trouble) = question.and_then(|(_, ask)| ask(wish)) {
                findings.push(Finding::of(rule, destination.name(), trouble));
            }
        }
    }
    findings
}
