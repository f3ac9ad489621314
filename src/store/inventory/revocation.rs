//! Revoking certificates, and taking them off hold.

use rusqlite::params;
use serde_json::json;
use time::OffsetDateTime;

use super::audit::{Deed, certificate_details};
use super::record::RecordId;
use super::{Inventory, fault, seconds};
use crate::store::error::StoreError;
use crate::x509::{RevocationReason, moment_text};

/// A certificate to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// The certificate.
    pub id: RecordId,
    /// Why (RFC 5280 §5.3.1).
    pub reason: RevocationReason,
    /// Since when.
    pub at: OffsetDateTime,
}

impl Inventory {
    /// Revokes certificates, all or none, durably. A lost record is revoked too: its serial number
    /// may have been signed. One that is on hold may be revoked for good.
    ///
    /// # Errors
    /// [`StoreError::NotRevocable`] for one that is revoked already or waits for its signature, and
    /// what SQLite refuses.
    pub fn revoke(
        &mut self,
        revocations: &[Revocation],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.write_logged(now, |transaction, path, log| {
            let refused = |error| fault(path, error);
            for Revocation { id, reason, at } in revocations {
                let changed = transaction
                    .prepare_cached(
                        "UPDATE certificate
                         SET state = 'revoked', revoked_at = ?, revocation_reason = ?
                         WHERE id = ? AND (state IN ('issued', 'superseded', 'lost')
                            OR (state = 'revoked' AND revocation_reason = ? AND ? <> ?))",
                    )
                    .and_then(|mut update| {
                        let hold = RevocationReason::CertificateHold.number();
                        update.execute(params![
                            seconds(*at),
                            reason.number(),
                            id.0,
                            hold,
                            reason.number(),
                            hold
                        ])
                    })
                    .map_err(refused)?;
                if changed != 1 {
                    return Err(StoreError::NotRevocable { id: id.0 });
                }
                let mut details = certificate_details(transaction, path, id.0)?;
                details.insert("reason".to_owned(), json!(reason.number()));
                details.insert("revoked_at".to_owned(), json!(moment_text(*at)));
                log.append(Deed::Revoke, Some(id.0), &details.into())?;
            }
            Ok(())
        })
    }

    /// Takes certificates off hold: the only reason that can be taken back (RFC 5280 §5.3.1). A
    /// certificate that has been replaced meanwhile is superseded again, not current.
    ///
    /// # Errors
    /// [`StoreError::NotOnHold`], and what SQLite refuses.
    pub fn release(&mut self, ids: &[RecordId], now: OffsetDateTime) -> Result<(), StoreError> {
        self.write_logged(now, |transaction, path, log| {
            let refused = |error| fault(path, error);
            for id in ids {
                let changed = transaction
                    .prepare_cached(
                        "UPDATE certificate AS this
                         SET revoked_at = NULL, revocation_reason = NULL,
                             state = CASE
                                WHEN this.fingerprint IS NULL THEN 'lost'
                                WHEN EXISTS (SELECT 1 FROM certificate AS newer
                                    WHERE newer.name = this.name AND newer.shelf = this.shelf
                                      AND newer.generation > this.generation
                                      AND newer.filed_at IS NOT NULL
                                      AND newer.state IN ('issued', 'revoked'))
                                THEN 'superseded' ELSE 'issued' END
                         WHERE this.id = ? AND this.state = 'revoked' AND this.revocation_reason = ?",
                    )
                    .and_then(|mut update| {
                        update.execute(params![id.0, RevocationReason::CertificateHold.number()])
                    })
                    .map_err(refused)?;
                if changed != 1 {
                    return Err(StoreError::NotOnHold { id: id.0 });
                }
                let details = certificate_details(transaction, path, id.0)?;
                log.append(Deed::Release, Some(id.0), &details.into())?;
            }
            Ok(())
        })
    }
}
