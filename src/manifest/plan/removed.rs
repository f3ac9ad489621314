//! What the manifest does not have.

use std::{collections::HashSet, ops::ControlFlow};

use crate::{
    authority::AuthorityError,
    manifest::Removed,
    store::{Filter, Query, Row, Shelf, Sort, State},
    x509::RevocationReason,
};

use super::{planner::Planner, reason::Reason, step::StepDeed};

impl Planner<'_> {
    /// Where the manifest asks for it: revokes every certificate of `certs/` that has not ended and
    /// whose name the manifest does not have, older generations too.
    pub(super) fn removed(&mut self) -> Result<(), AuthorityError> {
        let Some(inventory) = self.surroundings.inventory else {
            return Ok(());
        };
        if self.manifest.removed() == Removed::Keep {
            return Ok(());
        }
        let kept: HashSet<String> = self
            .manifest
            .certificates()
            .iter()
            .map(|certificate| certificate.name.to_string().to_ascii_lowercase())
            .collect();
        let mut removed: Vec<Row> = Vec::new();
        for state in [State::Issued, State::Superseded] {
            let query = Query {
                filter: Filter {
                    state: Some(state),
                    shelf: Some(Shelf::Certificates),
                    ends_from: Some(self.now),
                    ..Filter::default()
                },
                sort: Sort::Name,
                ..Query::default()
            };
            inventory.for_each(&query, |row| {
                let is_kept = row.place.as_ref().is_none_or(|place| {
                    kept.contains(&place.name.to_string().to_ascii_lowercase())
                });
                if !is_kept {
                    removed.push(row);
                }
                ControlFlow::Continue(())
            })?;
        }
        for row in removed {
            let Some(place) = row.place else { continue };
            self.revoked_of.extend(row.issuer);
            let deed = StepDeed::Revoke {
                id: row.id,
                reason: RevocationReason::CessationOfOperation,
            };
            let reason = Reason::Removed {
                generation: place.generation,
                serial: row.serial,
            };
            self.step(&place.name, deed, vec![reason]);
        }
        Ok(())
    }
}
