//! The work of a renewal: new generations, servers that take them, revocation lists.

use std::path::Path;

use anyhow::{Context as _, Result};
use time::OffsetDateTime;

use super::{Outcome, Policy};
use crate::{
    authority::{
        AuthorityError, Due, LeafOrder, PublishedList, Waiting, activate, issue_all, itself,
        publish_revocation_list, renewal, renewing_authority, set_aside, waiting,
    },
    cli::commands::{
        crl,
        signing::{open_authority, open_this},
    },
    store::{ActivationNeed, Row, Store, StoreName},
};

/// Makes the new generations, CA by CA; what fails does not keep the others back.
pub(crate) fn make(
    store: &mut Store,
    policy: &Policy,
    due: Vec<Due>,
    now: OffsetDateTime,
    outcome: &mut Outcome,
) {
    let mut by_authority: Vec<(StoreName, Vec<Due>)> = Vec::new();
    for one in due {
        match tried_again(store, policy, &one, now) {
            Ok(None) => {}
            Ok(Some(row)) => {
                outcome.tried_again.push((one.name, row));
                continue;
            }
            Err(error) => {
                outcome.failures.push(error.into());
                continue;
            }
        }
        match renewing_authority(store.inventory(), &one) {
            Ok(authority) => match by_authority.iter_mut().find(|(name, _)| *name == authority) {
                Some((_, group)) => group.push(one),
                None => by_authority.push((authority, vec![one])),
            },
            Err(error) => outcome.failures.push(error.into()),
        }
    }
    for (authority, group) in by_authority {
        if let Err(error) = make_group(store, policy, &authority, group, now, outcome) {
            outcome.failures.push(error);
        }
    }
}

/// Puts a generation in place that an earlier renewal made and set aside, if there is one; it is tried
/// again, whether somebody asked for the renewal or its time has come.
fn tried_again(
    store: &mut Store,
    policy: &Policy,
    due: &Due,
    now: OffsetDateTime,
) -> Result<Option<Row>, AuthorityError> {
    if !policy.has_servers(&due.name) {
        return Ok(None);
    }
    let is_due = |row: &Row| policy.reason(&due.name, row, now).is_some();
    let found = set_aside(store, due, policy.key(&due.name), is_due)?;
    let Some((row, place)) = found.and_then(|row| row.place.clone().map(|place| (row, place)))
    else {
        return Ok(None);
    };
    store.activate(&due.name, place.generation, ActivationNeed::Servers, now)?;
    Ok(Some(row))
}

fn make_group(
    store: &mut Store,
    policy: &Policy,
    authority: &StoreName,
    group: Vec<Due>,
    now: OffsetDateTime,
    outcome: &mut Outcome,
) -> Result<()> {
    let signer = open_authority(
        store,
        Some(authority),
        policy.passphrase_file(authority).as_ref(),
        "--passphrase-file",
    )
    .with_context(|| format!("could not renew {}", names(&group)))?;
    let mut ordered: Vec<Due> = Vec::new();
    let mut orders: Vec<LeafOrder> = Vec::new();
    for one in group {
        let need = policy.need(&one.name);
        match renewal(store, &signer, &one, policy.key(&one.name), need, now) {
            Ok(order) => {
                ordered.push(one);
                orders.push(order);
            }
            Err(error) => outcome.failures.push(error.into()),
        }
    }
    let made = issue_all(store, &signer, orders, now, &mut |_| {});
    for (one, made) in ordered.into_iter().zip(made) {
        match made {
            Ok(filed) => outcome.renewed.push((one, filed)),
            Err(error) => outcome
                .failures
                .push(anyhow::Error::new(error).context(format!("could not renew {}", one.name))),
        }
    }
    Ok(())
}

/// The first few names, for an error that concerns all.
fn names(group: &[Due]) -> String {
    const SHOWN: usize = 5;
    let names: Vec<String> = group
        .iter()
        .take(SHOWN)
        .map(|one| one.name.to_string())
        .collect();
    match group.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// Has the servers take what was published, by this run or by an earlier one that was killed;
/// `concerns` says which of it this run is about.
pub(crate) fn take(
    store: &mut Store,
    pki: &Path,
    policy: &Policy,
    concerns: impl Fn(&Waiting) -> bool,
    now: OffsetDateTime,
    outcome: &mut Outcome,
) -> Result<()> {
    let mut ready = Vec::new();
    let mut without_servers = Vec::new();
    for one in waiting(store.inventory())? {
        if !concerns(&one) {
            continue;
        }
        let mut servers = policy.servers(&one);
        servers.refused = policy.refused(store, &one, now)?;
        match servers.need() {
            ActivationNeed::Servers => ready.push((one, servers)),
            ActivationNeed::Nothing if one.activation.is_of_chain() => {
                without_servers.push(one.activation.id);
            }
            ActivationNeed::Nothing => outcome.untold.push(one),
        }
    }
    // It was said when the chains changed that servers have to be reloaded, and nobody here knows
    // which.
    store.forget_chain_readers(&without_servers)?;
    let pki = std::path::absolute(pki).context("--pki")?;
    for taken in activate(store, ready, &pki, policy.timeout(), now) {
        match taken {
            Ok(one) => outcome.in_use.push(one),
            Err(error) => {
                if let AuthorityError::NotTaken { name, .. } = &error {
                    outcome.not_taken.push(name.clone());
                }
                outcome.failures.push(error.into());
            }
        }
    }
    Ok(())
}

/// Makes the revocation lists of CAs anew, and notes whose servers have to read them.
pub(crate) fn publish_lists(
    store: &mut Store,
    policy: &Policy,
    names: &[StoreName],
    now: OffsetDateTime,
    outcome: &mut Outcome,
) {
    for name in names {
        match publish_list(store, policy, name, now) {
            Ok(Published::List(list)) => {
                outcome.notes.extend(crl::list_notes(&list));
                outcome.lists.push(*list);
            }
            Ok(Published::Not(reason)) => outcome
                .notes
                .push(format!("no new list of {name}: {reason}")),
            Err(error) => outcome
                .failures
                .push(error.context(format!("no new list of {name}"))),
        }
    }
    let made: Vec<StoreName> = outcome.lists.iter().map(|list| list.name.clone()).collect();
    let noted = policy
        .list_readers(store, &made, now)
        .and_then(|readers| Ok(store.await_readers(&readers, now)?));
    if let Err(error) = noted {
        outcome.failures.push(error.into());
    }
}

/// What became of a revocation list.
enum Published {
    List(Box<PublishedList>),
    /// None was made, for this reason.
    Not(String),
}

fn publish_list(
    store: &mut Store,
    policy: &Policy,
    name: &StoreName,
    now: OffsetDateTime,
) -> Result<Published> {
    let authority = itself(store.inventory(), Some(name))?;
    if let Some(reason) = crl::no_list(store, name, &authority, now) {
        return Ok(Published::Not(reason));
    }
    let file = policy.passphrase_file(name);
    let signing = open_this(store, &authority, file.as_ref(), "--passphrase-file")?;
    let list = publish_revocation_list(store, &signing, None, now)?;
    Ok(Published::List(Box::new(list)))
}

/// Writes the files in foreign formats again that are of another certificate than the one in use now,
/// or have another chain.
pub(crate) fn export(
    store: &mut Store,
    policy: &Policy,
    concerns: impl Fn(&StoreName) -> bool,
    now: OffsetDateTime,
    outcome: &mut Outcome,
) {
    for name in policy.exported() {
        if !concerns(&name) || outcome.not_taken.contains(&name) {
            continue;
        }
        for written in policy.export(store, &name, now) {
            match written {
                Ok(file) => outcome.exports.push(file),
                Err(error) => outcome.failures.push(
                    anyhow::Error::new(error).context(format!("{name} was not exported again")),
                ),
            }
        }
    }
}
