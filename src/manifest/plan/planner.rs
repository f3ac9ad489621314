//! Desired minus actual.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use time::{Duration, OffsetDateTime};

use crate::{
    authority::{AuthorityError, Reason as DueReason},
    manifest::Manifest,
    store::{Activation, AuthorityId, Inventory, Layout, RecordId, Soundness, StoreName},
};

use super::{
    InventoryState, Plan,
    known::KnownAuthorities,
    reason::{Conflict, Reason},
    step::{Step, StepDeed},
};

/// Where a plan looks. It only reads.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The inventory; `None` for a PKI that does not exist yet.
    pub inventory: Option<&'a Inventory>,
    /// The PKI directory.
    pub layout: &'a Layout,
    /// The folder that the manifest's paths start from.
    pub folder: &'a Path,
}

/// What is to be done so that the PKI is what the manifest says.
///
/// # Errors
/// What the inventory and the operating system refuse to have read, and bytes in the inventory that
/// are no certificate.
pub fn plan(
    manifest: &Manifest,
    surroundings: Surroundings<'_>,
    now: OffsetDateTime,
) -> Result<Plan, AuthorityError> {
    let (known, soundness, activations, state) = match surroundings.inventory {
        None => Default::default(),
        Some(inventory) => (
            KnownAuthorities::of(inventory)?,
            Some(Soundness::of(surroundings.layout, inventory)?),
            inventory
                .activations()?
                .into_iter()
                .map(|activation| (activation.id, activation))
                .collect(),
            InventoryState::of(inventory)?,
        ),
    };
    let mut planner = Planner {
        manifest,
        surroundings,
        now,
        known,
        soundness,
        activations,
        steps: Vec::new(),
        conflicts: Vec::new(),
        revoked_of: HashSet::new(),
        renewed: HashSet::new(),
        barred: HashSet::new(),
    };
    for authority in manifest.authorities() {
        planner.authority(authority)?;
    }
    for certificate in manifest.certificates() {
        planner.certificate(certificate)?;
    }
    planner.removed()?;
    for authority in manifest.authorities() {
        planner.revocation_list(authority)?;
    }
    Ok(Plan {
        steps: planner.steps,
        conflicts: planner.conflicts,
        state,
    })
}

/// What is known and what was found out so far.
pub(super) struct Planner<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) surroundings: Surroundings<'a>,
    pub(super) now: OffsetDateTime,
    pub(super) known: KnownAuthorities,
    pub(super) soundness: Option<Soundness<'a>>,
    /// What is published and not known to be served.
    pub(super) activations: HashMap<RecordId, Activation>,
    steps: Vec<Step>,
    conflicts: Vec<Conflict>,
    /// The CAs of which this plan revokes something.
    pub(super) revoked_of: HashSet<AuthorityId>,
    /// The CAs that this plan renews.
    pub(super) renewed: HashSet<StoreName>,
    /// The CAs that there are not and that cannot be made.
    pub(super) barred: HashSet<StoreName>,
}

impl Planner<'_> {
    pub(super) fn step(&mut self, name: &StoreName, deed: StepDeed, reasons: Vec<Reason>) {
        self.steps.push(Step {
            name: name.clone(),
            deed,
            reasons,
        });
    }

    pub(super) fn conflict(
        &mut self,
        name: &StoreName,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.conflicts.push(Conflict {
            name: name.clone(),
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    /// Why a certificate of this life is made again at this time, if it has to be.
    pub(super) fn time_of_life(
        &self,
        not_before: OffsetDateTime,
        not_after: OffsetDateTime,
        due_at: OffsetDateTime,
    ) -> Option<Reason> {
        let reason = DueReason::of_life(not_before, not_after, due_at, self.now)?;
        Some(match reason {
            DueReason::Expired => Reason::Expired { at: not_after },
            DueReason::NotYetValid => Reason::NotYetValid { from: not_before },
            DueReason::Window(_) | DueReason::Asked => Reason::Due {
                left: self.days_left(not_after),
            },
        })
    }

    /// Whole days from now to a moment; negative when it is past.
    pub(super) fn days_left(&self, end: OffsetDateTime) -> i64 {
        (end - self.now)
            .whole_seconds()
            .div_euclid(Duration::DAY.whole_seconds())
    }
}
