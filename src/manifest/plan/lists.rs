//! The steps that keep revocation lists.

use crate::{
    authority::AuthorityError,
    manifest::DesiredAuthority,
    store::{Authority, Inventory, RevocationList, RevocationListFile, is_there},
};

use super::{planner::Planner, reason::Reason, step::StepDeed};

impl Planner<'_> {
    /// A CA has a list where the manifest says how long it lasts or certificates say where it is,
    /// where something is revoked, and where it has made one before.
    pub(super) fn revocation_list(
        &mut self,
        wanted: &DesiredAuthority,
    ) -> Result<(), AuthorityError> {
        let is_wanted =
            wanted.settings.crl_days.is_some() || wanted.settings.services.crl.is_some();
        let known = self
            .surroundings
            .inventory
            .zip(self.known.get(&wanted.name));
        let reasons = match known {
            None if is_wanted && !self.barred.contains(&wanted.name) => vec![Reason::NoList],
            None => Vec::new(),
            Some((inventory, known)) => {
                let revokes = self.revokes_of(inventory, &known.row)?;
                match inventory.newest_revocation_list(known.row.id)? {
                    None => {
                        let has_revoked = revokes || self.has_revoked(inventory, &known.row)?;
                        let reason = (is_wanted || has_revoked).then_some(Reason::NoList);
                        reason.into_iter().collect()
                    }
                    Some(list) => {
                        let mut reasons = self.renewed_list(wanted, &known.row, &list)?;
                        if revokes || inventory.is_outdated(known.row.id, &list)? {
                            reasons.push(Reason::ListOutdated);
                        }
                        reasons
                    }
                }
            }
        };
        if !reasons.is_empty() {
            let days = wanted.settings.crl_days;
            self.step(&wanted.name, StepDeed::PublishList { days }, reasons);
        }
        Ok(())
    }

    /// Whether this plan revokes something of a CA, under whichever of its certificates.
    fn revokes_of(
        &self,
        inventory: &Inventory,
        authority: &Authority,
    ) -> Result<bool, AuthorityError> {
        for id in &self.revoked_of {
            let revoking = inventory.authority(*id)?;
            if revoking.is_some_and(|other| {
                other.id == authority.id
                    || (other.subject_der == authority.subject_der
                        && other.key_id == authority.key_id)
            }) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn has_revoked(
        &self,
        inventory: &Inventory,
        authority: &Authority,
    ) -> Result<bool, AuthorityError> {
        let mut found = false;
        inventory
            .revoked(authority.id, self.now)?
            .for_each::<AuthorityError>(|_| {
                found = true;
                Ok(())
            })?;
        Ok(found)
    }

    fn renewed_list(
        &self,
        wanted: &DesiredAuthority,
        authority: &Authority,
        list: &RevocationList,
    ) -> Result<Vec<Reason>, AuthorityError> {
        let mut reasons = Vec::new();
        let third = (list.next_update - list.this_update) / 3;
        // One that lasts as long as its CA cannot be made to last longer.
        let can_last_longer = list.next_update < authority.not_after;
        if can_last_longer && self.now >= list.next_update.saturating_sub(third) {
            reasons.push(Reason::ListDue {
                next_update: list.next_update,
            });
        }
        for file in [RevocationListFile::Pem, RevocationListFile::Der] {
            let path = self.surroundings.layout.revocation_list(&wanted.name, file);
            if !is_there(&path)? {
                reasons.push(Reason::ListFileMissing);
                break;
            }
        }
        Ok(reasons)
    }
}
