//! What can be done with all trust stores of a machine. One that fails keeps nothing from the others.

use std::{path::PathBuf, sync::Arc};

use super::{
    Anchor, Machine, StoreKind, TrustError,
    stores::{self, Found},
    trust_store::{Holding, TrustStore},
};

/// What became of one certificate in one store.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is trusted now, and was not before.
    Installed,
    /// It was trusted before.
    AlreadyThere,
    /// It is trusted.
    Trusted,
    /// It is not trusted.
    Missing,
    /// It is gone.
    Removed,
    /// It would be taken out.
    ToRemove,
    /// Nothing of it was there.
    NotThere,
    /// The machine has no such store.
    NotPresent(&'static str),
    /// What was wanted did not come about.
    Failed(Arc<TrustError>),
}

impl Outcome {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::AlreadyThere => "already there",
            Self::Trusted => "trusted",
            Self::Missing => "missing",
            Self::Removed => "removed",
            Self::ToRemove => "to be removed",
            Self::NotThere => "not there",
            Self::NotPresent(_) => "not present",
            Self::Failed(_) => "failed",
        }
    }
}

/// What is told of one certificate in one store.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The kind of the store.
    pub kind: StoreKind,
    /// Whose it is, such as `Debian` or `Firefox`; empty if there is no such store.
    pub owner: String,
    /// Where it is; empty if there is no such store.
    pub place: PathBuf,
    /// Which of the certificates, by its place among those given; none if it is about all of them.
    pub anchor: Option<usize>,
    /// What became of it.
    pub outcome: Outcome,
}

/// Makes every store of these kinds trust the certificates, and reads back whether it does.
pub fn install(machine: &Machine, kinds: &[StoreKind], anchors: &[Anchor]) -> Vec<Answer> {
    each(machine, kinds, anchors, |store| {
        let before = store.holdings(anchors)?;
        let missing: Vec<&Anchor> = wanting(anchors, &before, |holding| !holding.is_trusted);
        if missing.is_empty() {
            return Ok(vec![Outcome::AlreadyThere; anchors.len()]);
        }
        let done = store.add(&missing);
        let is_done = done.is_ok();
        let after = store.holdings(anchors)?;
        let failed = failure(done, TrustError::NotShown);
        Ok(before
            .iter()
            .zip(&after)
            .map(
                |(before, after)| match (before.is_trusted, after.is_trusted) {
                    (true, true) => Outcome::AlreadyThere,
                    // What was taken back may be shown until the store is made anew.
                    (false, true) if is_done || after.is_ours => Outcome::Installed,
                    (false, true) | (_, false) => Outcome::Failed(Arc::clone(&failed)),
                },
            )
            .collect())
    })
}

/// Takes out of every store of these kinds what certmint put there, and reads back that nothing is
/// left. With `only_look`, says what would be taken out.
pub fn uninstall(
    machine: &Machine,
    kinds: &[StoreKind],
    anchors: &[Anchor],
    only_look: bool,
) -> Vec<Answer> {
    each(machine, kinds, anchors, |store| {
        let before = store.holdings(anchors)?;
        let ours = wanting(anchors, &before, |holding| holding.is_ours);
        if only_look {
            let told = |holding: &Holding| match (holding.is_ours, &holding.foreign) {
                (true, _) => Outcome::ToRemove,
                (false, Some(name)) => foreign(name),
                (false, None) => Outcome::NotThere,
            };
            return Ok(before.iter().map(told).collect());
        }
        let done = if ours.is_empty() {
            Ok(())
        } else {
            store.remove(&ours)
        };
        let is_done = done.is_ok();
        let after = store.holdings(anchors)?;
        let failed = failure(done, TrustError::StillThere);
        Ok(before
            .iter()
            .zip(&after)
            .map(|(before, after)| match (before.is_ours, after) {
                // Of a store that was not made anew nobody can say whose it is that it still has.
                (
                    was_ours,
                    Holding {
                        foreign: Some(name),
                        ..
                    },
                ) if is_done || !was_ours => foreign(name),
                (
                    _,
                    Holding { is_ours: true, .. }
                    | Holding {
                        is_trusted: true, ..
                    },
                ) => Outcome::Failed(Arc::clone(&failed)),
                (true, _) => Outcome::Removed,
                (false, _) => Outcome::NotThere,
            })
            .collect())
    })
}

/// Looks whether every store of these kinds trusts the certificates.
pub fn check(machine: &Machine, kinds: &[StoreKind], anchors: &[Anchor]) -> Vec<Answer> {
    each(machine, kinds, anchors, |store| {
        let told = |holding: &Holding| {
            if holding.is_trusted {
                Outcome::Trusted
            } else {
                Outcome::Missing
            }
        };
        Ok(store.holdings(anchors)?.iter().map(told).collect())
    })
}

fn foreign(name: &str) -> Outcome {
    Outcome::Failed(Arc::new(TrustError::Foreign {
        name: name.to_owned(),
    }))
}

fn failure(done: Result<(), TrustError>, otherwise: TrustError) -> Arc<TrustError> {
    Arc::new(done.err().unwrap_or(otherwise))
}

fn wanting<'anchor>(
    anchors: &'anchor [Anchor],
    holdings: &[Holding],
    wants: impl Fn(&Holding) -> bool,
) -> Vec<&'anchor Anchor> {
    anchors
        .iter()
        .zip(holdings)
        .filter(|(_, holding)| wants(holding))
        .map(|(anchor, _)| anchor)
        .collect()
}

/// Does the same with each store; the answers in the order of stores, then certificates.
fn each(
    machine: &Machine,
    kinds: &[StoreKind],
    anchors: &[Anchor],
    deed: impl Fn(&dyn TrustStore) -> Result<Vec<Outcome>, TrustError>,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    for found in stores::find(machine, kinds) {
        match found {
            Found::Store(store) => {
                let outcomes = deed(store.as_ref())
                    .unwrap_or_else(|error| vec![Outcome::Failed(Arc::new(error)); anchors.len()]);
                answers.extend(
                    outcomes
                        .into_iter()
                        .enumerate()
                        .map(|(anchor, outcome)| Answer {
                            kind: store.kind(),
                            owner: store.owner().to_owned(),
                            place: store.place().to_owned(),
                            anchor: Some(anchor),
                            outcome,
                        }),
                );
            }
            Found::Unusable {
                kind,
                owner,
                place,
                why,
            } => answers.push(Answer {
                kind,
                owner: owner.to_owned(),
                place,
                anchor: None,
                outcome: Outcome::Failed(Arc::new(why)),
            }),
            Found::None { kind, why } => answers.push(Answer {
                kind,
                owner: String::new(),
                place: PathBuf::new(),
                anchor: None,
                outcome: Outcome::NotPresent(why),
            }),
        }
    }
    answers
}
