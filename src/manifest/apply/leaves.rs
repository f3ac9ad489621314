//! Issuing, reissuing and renewing leaf certificates, all of one CA together.

use time::OffsetDateTime;

use super::{ApplyError, Done, Secrets, signers::Signers};
use crate::{
    authority::{AuthorityError, Generation, KeyChoice, LeafKey, LeafOrder, issue_all, kept_key},
    manifest::{DesiredCertificate, Step, StepDeed},
    store::{RecordId, Store, StoreName},
    x509::Validity,
};

/// Whether a step makes a leaf certificate.
pub(super) fn is_leaf(step: &Step) -> bool {
    ordered(step).is_some()
}

/// What a step wants made, and what it takes the place of.
struct Ordered<'a> {
    wanted: &'a DesiredCertificate,
    replaces: Option<(RecordId, KeyChoice)>,
}

fn ordered(step: &Step) -> Option<Ordered<'_>> {
    match &step.deed {
        StepDeed::Issue(wanted) => Some(Ordered {
            wanted,
            replaces: None,
        }),
        StepDeed::Reissue(replacement) | StepDeed::Renew(replacement) => Some(Ordered {
            wanted: &replacement.certificate,
            replaces: Some((replacement.replaces, replacement.key)),
        }),
        _ => None,
    }
}

/// Makes what the steps want, each CA's certificates in one go, and answers in their order.
pub(super) fn make(
    store: &mut Store,
    steps: &[Step],
    signers: &mut Signers<'_>,
    secrets: &mut dyn Secrets,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(usize),
) -> Vec<Result<Done, ApplyError>> {
    let mut by_authority: Vec<(&StoreName, Vec<(usize, Ordered<'_>)>)> = Vec::new();
    for (position, step) in steps.iter().enumerate() {
        let Some(ordered) = ordered(step) else {
            continue;
        };
        let authority = &ordered.wanted.authority;
        match by_authority.iter_mut().find(|(name, _)| *name == authority) {
            Some((_, group)) => group.push((position, ordered)),
            None => by_authority.push((authority, vec![(position, ordered)])),
        }
    }
    let mut answers: Vec<(usize, Result<Done, ApplyError>)> = Vec::with_capacity(steps.len());
    for (authority, group) in by_authority {
        let before = answers.len();
        let mut told = |done: usize| progress(before + done);
        let made = make_group(store, authority, &group, signers, secrets, now, &mut told);
        answers.extend(group.iter().map(|(position, _)| *position).zip(made));
    }
    answers.sort_by_key(|(position, _)| *position);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn make_group(
    store: &mut Store,
    authority: &StoreName,
    group: &[(usize, Ordered<'_>)],
    signers: &mut Signers<'_>,
    secrets: &mut dyn Secrets,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(usize),
) -> Vec<Result<Done, ApplyError>> {
    let signer = match signers.signer(store, authority, secrets) {
        Ok(signer) => signer,
        Err(error) => {
            let text = error.to_string();
            let mut first = Some(error);
            return group
                .iter()
                .map(|_| {
                    Err(first
                        .take()
                        .unwrap_or_else(|| AuthorityError::WithOthers(text.clone()).into()))
                })
                .collect();
        }
    };
    let mut failed = Vec::new();
    let mut positions = Vec::new();
    let mut orders = Vec::new();
    for (position, (_, ordered)) in group.iter().enumerate() {
        match order(store, ordered, now) {
            Ok(order) => {
                positions.push(position);
                orders.push(order);
            }
            Err(error) => failed.push((position, Err(error))),
        }
    }
    let made = issue_all(store, signer, orders, now, progress);
    let mut answers: Vec<(usize, Result<Done, ApplyError>)> = positions
        .into_iter()
        .zip(made)
        .map(|(position, made)| {
            let answer = made
                .map(|filed| Done::Certificate(Box::new(filed)))
                .map_err(ApplyError::from);
            (position, answer)
        })
        .chain(failed)
        .collect();
    answers.sort_by_key(|(position, _)| *position);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn order(
    store: &Store,
    ordered: &Ordered<'_>,
    now: OffsetDateTime,
) -> Result<LeafOrder, ApplyError> {
    let Ordered { wanted, replaces } = ordered;
    let new = LeafKey::New(wanted.key);
    let (key, generation) = match replaces {
        None => (new, Generation::First),
        Some((id, choice)) => {
            let key = match choice {
                KeyChoice::New => new,
                KeyChoice::Kept => {
                    let row = store
                        .inventory()
                        .by_id(*id)?
                        .ok_or(AuthorityError::Unrecorded)?;
                    LeafKey::Kept(kept_key(store, &wanted.name, &row)?)
                }
            };
            (key, Generation::Next(wanted.activation()))
        }
    };
    Ok(LeafOrder {
        name: wanted.name.clone(),
        kind: wanted.kind,
        key,
        subject: wanted.subject.clone(),
        names: wanted.names.clone(),
        validity: Validity::of_days(now, wanted.days)?,
        long_life: wanted.long_life,
        generation,
    })
}
