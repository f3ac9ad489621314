//! Telling the servers of certificates that a command other than a renewal made or changed.

use std::path::Path;

use anyhow::Result;
use time::OffsetDateTime;

use super::{Outcome, Policy, export, take};
use crate::{
    authority::Waiting,
    cli::actor::renewal_holder,
    store::{RenewalLock, Store, StoreError, StoreName},
};

/// What servers are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// New certificates.
    Certificates,
    /// New chains of the certificates that they serve. What waits for its servers besides is left to
    /// a renewal: it may have to go back.
    Chains,
}

/// Has the servers of certificates take what is in place, and writes their files in foreign formats
/// again, as the manifest says. Where a renewal is at work, it is left to the next one, which is
/// noted.
pub(crate) fn tell(
    store: &mut Store,
    pki: &Path,
    policy: &Policy,
    news: News,
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
    let is_news = |one: &Waiting| {
        concerns(&one.name) && (news == News::Certificates || one.activation.is_of_chain())
    };
    // What was made is told even if the inventory fails on the way.
    if let Err(error) = take(store, pki, policy, is_news, now, &mut outcome) {
        outcome.failures.push(error);
    }
    export(store, policy, concerns, now, &mut outcome);
    Ok(outcome)
}
