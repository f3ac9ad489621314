//! The successor takes over, and in the end the old key retires.

use time::{Duration, OffsetDateTime};

use super::{Rollover, RolloverRefusal};
use crate::{
    authority::AuthorityError,
    store::{RefreshedChains, Store},
};

/// Whether a step is taken although something speaks against it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Insistence {
    /// It is refused then.
    #[default]
    No,
    /// The operator said that it is wanted all the same.
    Yes,
}

/// Lets the successor sign whatever is asked of the CA from now on. That it does already is no
/// error.
///
/// # Errors
/// No successor, cross-certificates that are missing, and a time of distribution that is not over,
/// unless the operator insists.
pub fn switch(
    store: &mut Store,
    rollover: &Rollover,
    before_time: Insistence,
    now: OffsetDateTime,
) -> Result<RefreshedChains, AuthorityError> {
    let name = rollover.name.to_string();
    if rollover.successor.is_none() {
        return Err(RolloverRefusal::NoSuccessor { name }.into());
    }
    if !rollover.missing.is_empty() {
        return Err(RolloverRefusal::NotCrossCertified { name }.into());
    }
    if let Some(until) = rollover.old.switch_from
        && now < until
        && rollover.old.switched_at.is_none()
        && before_time == Insistence::No
    {
        let days_left = (until - now + Duration::DAY - Duration::SECOND).whole_days();
        return Err(RolloverRefusal::Distributing {
            name,
            until,
            days_left,
        }
        .into());
    }
    store.switch(rollover.old.id, now)?;
    store
        .refresh_chains(now)
        .map_err(AuthorityError::unfinished)
}

/// Lets the old key sign revocation lists only. Chains no longer lead over the cross-certificate,
/// and the old root is no longer in the trust bundle. That it is retired already is no error.
///
/// # Errors
/// A successor that does not sign yet; and, unless the operator insists, certificates in use under
/// the old key, and servers that may still serve what was.
pub fn retire(
    store: &mut Store,
    rollover: &Rollover,
    with_certificates_in_use: Insistence,
    now: OffsetDateTime,
) -> Result<RefreshedChains, AuthorityError> {
    let name = rollover.name.to_string();
    if rollover.old.switched_at.is_none() {
        return Err(RolloverRefusal::NotSwitched { name }.into());
    }
    let left = rollover.left;
    if left.total() > 0
        && rollover.old.retired_at.is_none()
        && with_certificates_in_use == Insistence::No
    {
        return Err(RolloverRefusal::InUse { name, left }.into());
    }
    if !rollover.waiting.is_empty()
        && rollover.old.retired_at.is_none()
        && with_certificates_in_use == Insistence::No
    {
        let waiting = rollover.waiting.clone();
        return Err(RolloverRefusal::NotServed { name, waiting }.into());
    }
    store.retire(rollover.old.id, now)?;
    store
        .refresh_chains(now)
        .map_err(AuthorityError::unfinished)
}
