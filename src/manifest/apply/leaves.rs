//! Issuing, reissuing and renewing leaf certificates, all of one CA together.

use time::OffsetDateTime;

use super::{ApplyError, Done, Secrets, ready_keys::ReadyKeys, signers::Signers};
use crate::{
    authority::{
        AuthorityError, Generation, KeyChoice, LeafKey, LeafOrder, Reason, issue_all, kept_key,
        set_aside_as_ordered,
    },
    key::PrivateKey,
    manifest::{DesiredCertificate, Step, StepDeed},
    store::{ActivationNeed, RecordId, Row, Store, StoreName},
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
    /// The key that is ready for it.
    ready: Option<Result<PrivateKey, ApplyError>>,
}

fn ordered(step: &Step) -> Option<Ordered<'_>> {
    match &step.deed {
        StepDeed::Issue(wanted) => Some(Ordered {
            wanted,
            replaces: None,
            ready: None,
        }),
        StepDeed::Reissue(replacement) | StepDeed::Renew(replacement) => Some(Ordered {
            wanted: &replacement.certificate,
            replaces: Some((replacement.replaces, replacement.key)),
            ready: None,
        }),
        _ => None,
    }
}

/// Makes what the steps want, each CA's certificates in one go, and answers in their order.
pub(super) fn make(
    store: &mut Store,
    steps: &[Step],
    keys: &mut ReadyKeys,
    signers: &mut Signers<'_>,
    secrets: &mut dyn Secrets,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(usize),
) -> Vec<Result<Done, ApplyError>> {
    let mut by_authority: Vec<(&StoreName, Vec<(usize, Ordered<'_>)>)> = Vec::new();
    for (position, step) in steps.iter().enumerate() {
        let Some(mut ordered) = ordered(step) else {
            continue;
        };
        if ordered.replaces.is_none() {
            ordered.ready = keys.of_certificate(&ordered.wanted.name);
        }
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
        let (positions, group): (Vec<usize>, Vec<Ordered<'_>>) = group.into_iter().unzip();
        let made = make_group(store, authority, group, signers, secrets, now, &mut told);
        answers.extend(positions.into_iter().zip(made));
    }
    answers.sort_by_key(|(position, _)| *position);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn make_group(
    store: &mut Store,
    authority: &StoreName,
    group: Vec<Ordered<'_>>,
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
    let mut answered = Vec::new();
    let mut positions = Vec::new();
    let mut orders = Vec::new();
    for (position, ordered) in group.into_iter().enumerate() {
        let (wanted, replaces) = (ordered.wanted, ordered.replaces);
        let order = order(store, ordered, now).and_then(|order| {
            let again = tried_again(store, wanted, replaces, &order, now)?;
            Ok((order, again))
        });
        match order {
            Ok((_, true)) => answered.push((position, Ok(Done::Published))),
            Ok((order, false)) => {
                positions.push(position);
                orders.push(order);
            }
            Err(error) => answered.push((position, Err(error))),
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
        .chain(answered)
        .collect();
    answers.sort_by_key(|(position, _)| *position);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Puts a generation in place that an earlier run made for the same wish, and that the servers did
/// not take then, instead of making one more.
fn tried_again(
    store: &mut Store,
    wanted: &DesiredCertificate,
    replaces: Option<(RecordId, KeyChoice)>,
    order: &LeafOrder,
    now: OffsetDateTime,
) -> Result<bool, ApplyError> {
    let Some((id, _)) = replaces.filter(|_| wanted.activation() == ActivationNeed::Servers) else {
        return Ok(false);
    };
    let Some(current) = store.inventory().by_id(id)? else {
        return Ok(false);
    };
    let due_at = |row: &Row| {
        wanted
            .renewal
            .due_at(&wanted.name.to_string(), row.not_before, row.not_after)
    };
    let is_due = |row: &Row| Reason::at(row, due_at(row), now).is_some();
    let found = set_aside_as_ordered(store, order, &current, is_due, now)?;
    let Some(place) = found.and_then(|row| row.place) else {
        return Ok(false);
    };
    store.activate(&wanted.name, place.generation, ActivationNeed::Servers, now)?;
    Ok(true)
}

fn order(
    store: &Store,
    ordered: Ordered<'_>,
    now: OffsetDateTime,
) -> Result<LeafOrder, ApplyError> {
    let Ordered {
        wanted,
        replaces,
        ready,
    } = ordered;
    let new = LeafKey::New(wanted.key);
    let (key, generation) = match replaces {
        None => {
            let ready = ready.transpose()?;
            (ready.map_or(new, LeafKey::Kept), Generation::First)
        }
        Some((id, choice)) => {
            let key = match choice {
                KeyChoice::New => new,
                KeyChoice::Kept => {
                    let row = store
                        .inventory()
                        .by_id(id)?
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
