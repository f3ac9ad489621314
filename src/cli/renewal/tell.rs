//! Telling the servers of certificates that a command other than a renewal made or changed.

use std::path::Path;

use anyhow::Result;
use time::OffsetDateTime;

use super::{Outcome, Policy, export, take};
use crate::{
    cli::actor::renewal_holder,
    store::{RenewalLock, Store, StoreError, StoreName},
};

/// Has the servers of certificates take what is in place, and writes their files in foreign formats
/// again, as the manifest says. Where a renewal is at work, it is left to the next one, which is
/// noted.
pub(crate) fn tell(
    store: &mut Store,
    pki: &Path,
    policy: &Policy,
    names: &[StoreName],
    now: OffsetDateTime,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    if names.is_empty() || !policy.has_manifest() {
        return Ok(outcome);
    }
    let _lock = match RenewalLock::take(store.layout(), &renewal_holder(now)) {
        Err(error @ StoreError::RenewalRuns { .. }) => {
            outcome.notes.push(format!(
                "{error}; the next one has the servers take what is new"
            ));
            return Ok(outcome);
        }
        other => other?,
    };
    let concerns = |name: &StoreName| names.contains(name);
    // What was made is told even if the inventory fails on the way.
    if let Err(error) = take(store, pki, policy, concerns, now, &mut outcome) {
        outcome.failures.push(error);
    }
    export(store, policy, concerns, now, &mut outcome);
    Ok(outcome)
}
