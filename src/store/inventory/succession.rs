//! Authorities that take the place of others: with the same key (a renewal), or with another one (a
//! rollover, RFC 4210 §4.4), whose cross-certificates lead from one to the other.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use time::OffsetDateTime;

use super::audit::{AuditLog, Deed};
use super::authority::AuthorityId;
use super::seal::Sealing;
use super::{Inventory, fault, seconds};
use crate::store::error::StoreError;
use crate::store::name::StoreName;
use crate::x509::moment_text;

/// How a new authority is tied to one that is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Succession {
    /// It is not; or it is no authority.
    #[default]
    None,
    /// It is the next certificate of the authority of its name, with the same key.
    Renewal,
    /// It has another key and takes over later.
    Successor {
        /// The authority that it takes over from.
        of: AuthorityId,
        /// When it may take over at the earliest.
        switch_from: OffsetDateTime,
    },
    /// It is a cross-certificate.
    Cross {
        /// The authority whose name and key it certifies.
        of: AuthorityId,
    },
}

/// Takes its name from the authority that is about to be renewed, and gives its number.
pub(super) fn give_up_name(
    connection: &Connection,
    path: &Path,
    name: &StoreName,
) -> Result<i64, StoreError> {
    let renewed: Option<i64> = connection
        .prepare_cached("UPDATE authority SET name = NULL WHERE name = ? RETURNING id")
        .and_then(|mut update| {
            update
                .query_row([name.to_string()], |row| row.get(0))
                .optional()
        })
        .map_err(|error| fault(path, error))?;
    renewed.ok_or_else(|| StoreError::AuthorityNameUnknown {
        name: name.to_string(),
    })
}

/// Hands over what an authority is tied to and what is set of it to its next certificate.
pub(super) fn take_over(connection: &Connection, from: i64, to: i64) -> rusqlite::Result<()> {
    let steps = [
        "UPDATE authority AS new SET
            (crl_url, ca_issuers_url, ocsp_url, crl_days, successor_id, switch_from, switched_at,
                retired_at)
            = (SELECT crl_url, ca_issuers_url, ocsp_url, crl_days, successor_id, switch_from,
                switched_at, retired_at FROM authority WHERE id = ?1)
         WHERE id = ?2",
        "UPDATE authority SET renewed_by = ?2, successor_id = NULL, switch_from = NULL,
            switched_at = NULL, retired_at = NULL
         WHERE id = ?1",
        "UPDATE authority SET successor_id = ?2 WHERE successor_id = ?1",
        "UPDATE authority SET cross_of = ?2 WHERE cross_of = ?1",
        "UPDATE authority SET renewed_by = ?2 WHERE renewed_by = ?1",
    ];
    for step in steps {
        connection.prepare_cached(step)?.execute([from, to])?;
    }
    connection.execute(
        "UPDATE certificate SET state = 'superseded'
         WHERE state = 'issued' AND fingerprint = (SELECT fingerprint FROM authority WHERE id = ?)",
        [from],
    )?;
    chains_changed(connection)
}

/// Notes, in the transaction of its sealing, what a new authority is to one that is there.
pub(super) fn note(
    connection: &Connection,
    path: &Path,
    log: &mut AuditLog<'_>,
    sealing: &Sealing,
    authority: i64,
) -> Result<(), StoreError> {
    let refused = |error| fault(path, error);
    match sealing.succession {
        Succession::None | Succession::Renewal => Ok(()),
        Succession::Successor { of, switch_from } => {
            let tied = connection
                .execute(
                    "UPDATE authority SET successor_id = ?, switch_from = ?
                     WHERE id = ? AND successor_id IS NULL AND renewed_by IS NULL",
                    params![authority, seconds(switch_from), of.0],
                )
                .map_err(refused)?;
            if tied != 1 {
                let state = "has a successor already, or was renewed meanwhile";
                return Err(StoreError::Succession { id: of.0, state });
            }
            chains_changed(connection).map_err(refused)?;
            let mut details = details(connection, of.0).map_err(refused)?;
            details.insert("switch_from".into(), json!(moment_text(switch_from)));
            log.append(Deed::Succeed, Some(sealing.id.0), &details.into())
        }
        Succession::Cross { of } => connection
            .execute(
                "UPDATE authority SET cross_of = ? WHERE id = ?",
                params![of.0, authority],
            )
            .and_then(|_| chains_changed(connection))
            .map_err(refused),
    }
}

impl Inventory {
    /// Lets the successor of an authority sign from now on, durably. That it does so already is no
    /// error.
    ///
    /// # Errors
    /// [`StoreError::Succession`] if it has no successor, and what SQLite refuses.
    pub(in crate::store) fn switch(
        &mut self,
        id: AuthorityId,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let already = "SELECT switched_at IS NOT NULL FROM authority WHERE id = ?";
        let update = "UPDATE authority SET switched_at = ?2
            WHERE id = ?1 AND successor_id IS NOT NULL AND switched_at IS NULL";
        let state = "has no successor";
        self.step(id, Deed::Switch, [already, update], state, now)
    }

    /// Lets the key of an authority sign no certificate any more, durably. That it does not already
    /// is no error.
    ///
    /// # Errors
    /// [`StoreError::Succession`] if no successor has taken over, and what SQLite refuses.
    pub(in crate::store) fn retire(
        &mut self,
        id: AuthorityId,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let already = "SELECT retired_at IS NOT NULL FROM authority WHERE id = ?";
        let update = "UPDATE authority SET retired_at = ?2
            WHERE id = ?1 AND switched_at IS NOT NULL AND retired_at IS NULL";
        let state = "has no successor that signs";
        self.step(id, Deed::Retire, [already, update], state, now)
    }

    fn step(
        &mut self,
        id: AuthorityId,
        deed: Deed,
        [already, update]: [&str; 2],
        state: &'static str,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.write_logged(now, |transaction, path, log| {
            let refused = |error| fault(path, error);
            let done: Option<bool> = transaction
                .query_row(already, [id.0], |row| row.get(0))
                .optional()
                .map_err(refused)?;
            if done == Some(true) {
                return Ok(());
            }
            let changed = transaction
                .execute(update, params![id.0, seconds(now)])
                .map_err(refused)?;
            if changed != 1 {
                return Err(StoreError::Succession { id: id.0, state });
            }
            chains_changed(transaction).map_err(refused)?;
            let details = details(transaction, id.0).map_err(refused)?;
            log.append(deed, None, &details.into())
        })
    }

    /// The number of the newest change of the certificates above others, if the chain files may not
    /// follow it yet.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn stale_chains(&self) -> Result<Option<i64>, StoreError> {
        self.connection
            .prepare_cached("SELECT changes FROM chains WHERE changes > refreshed")
            .and_then(|mut select| select.query_row([], |row| row.get(0)).optional())
            .map_err(|error| fault(&self.path, error))
    }

    /// Notes that the chain files follow a change.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn mark_chains_refreshed(&self, change: i64) -> Result<(), StoreError> {
        self.connection
            .execute(
                "UPDATE chains SET refreshed = max(refreshed, ?)",
                params![change],
            )
            .map(|_| ())
            .map_err(|error| fault(&self.path, error))
    }
}

fn chains_changed(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .execute(
            "INSERT INTO chains (only, changes, refreshed) VALUES (1, 1, 0)
             ON CONFLICT DO UPDATE SET changes = changes + 1",
            [],
        )
        .map(|_| ())
}

/// What the log says of a rollover.
fn details(
    connection: &Connection,
    id: i64,
) -> rusqlite::Result<serde_json::Map<String, serde_json::Value>> {
    let (name, successor, successor_name): (Option<String>, Option<i64>, Option<String>) =
        connection.query_row(
            "SELECT old.name, new.id, new.name FROM authority AS old
             LEFT JOIN authority AS new ON new.id = old.successor_id
             WHERE old.id = ?",
            [id],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
    let mut details = serde_json::Map::new();
    details.insert("authority".into(), json!(id));
    details.insert("name".into(), json!(name));
    details.insert("successor".into(), json!(successor));
    details.insert("successor_name".into(), json!(successor_name));
    Ok(details)
}
