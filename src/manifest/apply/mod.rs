//! Carrying a plan out: just its steps, in their order, as many at once as can go together.
//!
//! What fails does not keep back what does not need it. A plan that the inventory has outrun is
//! refused before the first step. Whoever is killed in the middle leaves a PKI that is whole; the
//! next plan has what is left.

mod authorities;
mod error;
mod exports;
mod files;
mod foreign;
mod leaves;
mod ready_keys;
mod secrets;
mod signers;

use std::{path::Path, time::Duration};

use time::OffsetDateTime;

use self::{ready_keys::ReadyKeys, signers::Signers};
use super::{Manifest, Plan, Step, StepDeed, list_readers, refused};
use crate::{
    authority::{
        AuthorityError, Filed, PublishedList, Servers, Taken, Waiting, activate,
        publish_revocation_list, waiting,
    },
    store::{ActivationNeed, Revocation, Store, StoreName},
    target::Library,
};

pub use error::ApplyError;
pub use exports::export_again;
pub use secrets::{SecretError, Secrets};

/// How a plan is carried out.
pub struct Workplace<'a> {
    /// The PKI directory as an absolute path, for reload commands.
    pub pki: &'a Path,
    /// The folder that the manifest's relative paths start from.
    pub folder: &'a Path,
    /// How long a reload, and then its servers, may take.
    pub timeout: Duration,
}

/// What came of a plan.
#[derive(Debug)]
pub struct Applied {
    /// An answer for each step, in their order.
    pub steps: Vec<Result<Done, ApplyError>>,
    /// The certificates whose servers took them, or why they did not; those that an earlier run
    /// left are among them.
    pub taken: Vec<Taken>,
}

/// What a step did.
#[derive(Debug)]
pub enum Done {
    /// A certificate was made.
    Certificate(Box<Filed>),
    /// Certificates were revoked.
    Revoked,
    /// A revocation list was made.
    List(Box<PublishedList>),
    /// A certificate waits for its servers; what they did is among those taken.
    Published,
    /// A CA's settings were changed.
    Configured,
    /// Files were written.
    Files(Vec<std::path::PathBuf>),
}

/// Carries a plan out. `progress` hears how many steps are done.
///
/// # Errors
/// [`ApplyError::Outrun`] when the inventory is not as it was when the plan was made; nothing was
/// done then. What a single step refuses is among the answers.
pub fn apply(
    store: &mut Store,
    manifest: &Manifest,
    plan: &Plan,
    secrets: &mut dyn Secrets,
    workplace: &Workplace<'_>,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(usize),
) -> Result<Applied, ApplyError> {
    if !plan.is_current(store.inventory())? {
        return Err(ApplyError::Outrun);
    }
    let mut signers = Signers::new(manifest);
    let mut keys = ReadyKeys::of(plan, secrets);
    // Files in foreign formats come last: they hold what is in use.
    let (exports, steps): (Vec<_>, Vec<_>) = plan
        .steps()
        .iter()
        .cloned()
        .enumerate()
        .partition(|(_, step)| matches!(step.deed, StepDeed::Export(_)));
    let (positions, steps): (Vec<usize>, Vec<Step>) = steps.into_iter().unzip();
    let mut answers: Vec<Result<Done, ApplyError>> = Vec::with_capacity(plan.steps().len());
    let mut steps = steps.as_slice();
    while let Some((step, rest)) = steps.split_first() {
        let together = steps
            .iter()
            .take_while(|step| leaves::is_leaf(step))
            .count();
        if together > 0 {
            let (group, rest) = steps.split_at(together);
            let before = answers.len();
            let made = leaves::make(
                store,
                group,
                &mut keys,
                &mut signers,
                secrets,
                now,
                &mut |done| progress(before + done),
            );
            answers.extend(made);
            steps = rest;
        } else {
            answers.push(single(
                store,
                step,
                &mut keys,
                &mut signers,
                secrets,
                workplace,
                now,
            ));
            steps = rest;
        }
        progress(answers.len());
    }
    let lists: Vec<StoreName> = answers
        .iter()
        .filter_map(|answer| match answer {
            Ok(Done::List(list)) => Some(list.name.clone()),
            _ => None,
        })
        .collect();
    let library = Library::new(Some(workplace.pki.join("templates")));
    let readers = list_readers(store.inventory(), &library, manifest, &lists, now)?;
    store.await_readers(&readers, now)?;
    let taken = take(store, manifest, workplace, now)?;
    let mut answers: Vec<(usize, Result<Done, ApplyError>)> =
        positions.into_iter().zip(answers).collect();
    for (position, step) in exports {
        let answer = if taken.iter().any(|taken| is_not_taken(taken, &step.name)) {
            Err(ApplyError::NotInUse(step.name.clone()))
        } else {
            single(
                store,
                &step,
                &mut keys,
                &mut signers,
                secrets,
                workplace,
                now,
            )
        };
        answers.push((position, answer));
        progress(answers.len());
    }
    answers.sort_by_key(|(position, _)| *position);
    Ok(Applied {
        steps: answers.into_iter().map(|(_, answer)| answer).collect(),
        taken,
    })
}

fn single(
    store: &mut Store,
    step: &Step,
    keys: &mut ReadyKeys,
    signers: &mut Signers<'_>,
    secrets: &mut dyn Secrets,
    workplace: &Workplace<'_>,
    now: OffsetDateTime,
) -> Result<Done, ApplyError> {
    match &step.deed {
        StepDeed::MakeAuthority(wanted) => {
            authorities::make(store, wanted, keys, signers, secrets, now)
                .map(|filed| Done::Certificate(Box::new(filed)))
        }
        StepDeed::RenewAuthority { authority, id } => {
            authorities::renew(store, authority, *id, signers, secrets, now)
                .map(|filed| Done::Certificate(Box::new(filed)))
        }
        StepDeed::Configure { id, settings } => {
            store.configure_authority(*id, settings, now)?;
            signers.forget();
            Ok(Done::Configured)
        }
        StepDeed::Revoke { id, reason } => {
            let revocation = Revocation {
                id: *id,
                reason: *reason,
                at: now,
            };
            store.revoke(&[revocation], now)?;
            Ok(Done::Revoked)
        }
        StepDeed::PublishList { days } => {
            let signer = signers.list_signer(store, &step.name, secrets)?;
            let list = publish_revocation_list(store, signer, *days, now)?;
            Ok(Done::List(Box::new(list)))
        }
        // All are taken together, at the end.
        StepDeed::Activate { .. } => Ok(Done::Published),
        StepDeed::RestoreAuthority { id } => {
            files::restore_authority(store, *id, &step.name).map(Done::Files)
        }
        StepDeed::Restore { id, files } => {
            files::restore(store, *id, &step.name, files).map(Done::Files)
        }
        StepDeed::Export(export) => {
            exports::export(store, &step.name, export, secrets, workplace.folder, now)
                .map(|file| Done::Files(vec![file]))
        }
        StepDeed::Issue(_) | StepDeed::Reissue(_) | StepDeed::Renew(_) => {
            // Leaves go together; see `apply`.
            leaves::make(
                store,
                std::slice::from_ref(step),
                keys,
                signers,
                secrets,
                now,
                &mut |_| {},
            )
            .pop()
            .unwrap_or(Err(ApplyError::Authority(AuthorityError::Unrecorded)))
        }
    }
}

fn is_not_taken(taken: &Taken, called: &StoreName) -> bool {
    matches!(taken, Err(AuthorityError::NotTaken { name, .. }) if name == called)
}

/// Has the servers of the manifest's certificates take what was published, now or before.
fn take(
    store: &mut Store,
    manifest: &Manifest,
    workplace: &Workplace<'_>,
    now: OffsetDateTime,
) -> Result<Vec<Taken>, ApplyError> {
    let library = Library::new(Some(workplace.pki.join("templates")));
    let mut ready: Vec<(Waiting, Servers)> = Vec::new();
    let mut without_servers = Vec::new();
    for one in waiting(store.inventory())? {
        if let Some(wanted) = manifest.certificate(&one.name) {
            if one.activation.is_of_chain() && wanted.activation() == ActivationNeed::Nothing {
                without_servers.push(one.activation.id);
                continue;
            }
            let mut servers = wanted.servers(&one.certificate, workplace.folder);
            servers.refused = refused(store.inventory(), &library, wanted, &one, now)?;
            ready.push((one, servers));
        }
    }
    store.forget_chain_readers(&without_servers)?;
    Ok(activate(
        store,
        ready,
        workplace.pki,
        workplace.timeout,
        now,
    ))
}
