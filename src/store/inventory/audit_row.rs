//! Comparing the row of a certificate with the certificate itself and with the log, column by
//! column.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Statement, params};
use serde_json::Value;

use super::audit_finding::{Difference, Witness};
use super::audit_logged::{Logged, text};
use super::content::key_id_of;
use super::record::{CertificateKind, SanText, magnitude};
use super::{seconds, sha256};
use crate::x509::{Certificate, hexadecimal};

/// What the walk along the certificates reads of each.
pub(super) const COLUMNS: &str = "certificate.id AS id, fingerprint, der, revoked_at,
    revocation_reason, name, serial, subject, state, kind, shelf, generation, subject_der,
    not_before, not_after, key_id, public_key_sha256, source, authority_id, filed_at";

/// What of a row is compared with what it stands beside.
pub(super) struct RowCheck<'connection> {
    sans: Statement<'connection>,
    beside: Statement<'connection>,
    renewed: Statement<'connection>,
}

impl<'connection> RowCheck<'connection> {
    pub(super) fn new(connection: &'connection Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            sans: connection.prepare(
                "SELECT kind, value FROM san WHERE certificate_id = ? ORDER BY position",
            )?,
            beside: connection.prepare(BESIDE)?,
            renewed: connection.prepare(
                "SELECT EXISTS (SELECT 1 FROM authority
                    WHERE fingerprint = ? AND renewed_by IS NOT NULL)",
            )?,
        })
    }

    /// Against the certificate: what was signed says it all.
    pub(super) fn against_certificate(
        &mut self,
        row: &Row<'_>,
        certificate: &Certificate,
        differs: &mut dyn FnMut(Difference),
    ) -> rusqlite::Result<()> {
        let mut compare = |column, row: String, truth: String| {
            compare(
                column,
                Some(row),
                Some(truth),
                Witness::Certificate,
                differs,
            );
        };
        let subject = certificate.subject();
        compare(
            "subject",
            told_text(row, "subject")?,
            subject.openssl_oneline(),
        );
        for (column, truth) in [
            ("subject_der", subject.as_der()),
            (
                "serial",
                magnitude(certificate.serial_octets()).unwrap_or_default(),
            ),
            ("key_id", &key_id_of(certificate)),
            (
                "public_key_sha256",
                &sha256(certificate.public_key().spki_der()),
            ),
        ] {
            let stated: Vec<u8> = row.get(column)?;
            compare(column, hexadecimal(&stated), hexadecimal(truth));
        }
        for (column, truth) in [
            ("not_before", certificate.not_before()),
            ("not_after", certificate.not_after()),
        ] {
            let stated: i64 = row.get(column)?;
            compare(column, stated.to_string(), seconds(truth).to_string());
        }
        let kind = CertificateKind::of(certificate).word().to_owned();
        compare("kind", told_text(row, "kind")?, kind);
        let stated: Vec<String> = self
            .sans
            .query_map([row.get::<_, i64>("id")?], |row| {
                Ok(format!(
                    "{}:{}",
                    told_text(row, "kind")?,
                    told_text(row, "value")?
                ))
            })?
            .collect::<Result<_, _>>()?;
        let names = certificate.subject_alt_names().unwrap_or_default();
        let truth: Vec<String> = names
            .iter()
            .map(SanText::of)
            .map(|san| format!("{}:{}", san.kind.word(), san.value))
            .collect();
        if stated != truth {
            compare("san", stated.join(" "), truth.join(" "));
        }
        Ok(())
    }

    /// Against the entries about it.
    pub(super) fn against_log(
        row: &Row<'_>,
        logged: &Logged,
        differs: &mut dyn FnMut(Difference),
    ) -> rusqlite::Result<()> {
        let Some((number, details)) = &logged.told else {
            return Ok(());
        };
        let mut compare =
            |column, row, truth| compare(column, row, truth, Witness::Entry(*number), differs);
        let integer = |field| {
            let number = details.get(field).and_then(Value::as_i64);
            number.map(|number| number.to_string())
        };
        let name = text(details, "name");
        let shelf = name.as_ref().map(|_| match &logged.filed {
            Some(shelf) => Ok(shelf.clone()),
            None => told_text(row, "kind").map(|kind| {
                let shelf = if kind == "ca" { "ca" } else { "certs" };
                shelf.to_owned()
            }),
        });
        compare("shelf", optional(row, "shelf")?, shelf.transpose()?);
        compare("name", optional(row, "name")?, name);
        compare(
            "generation",
            optional(row, "generation")?,
            integer("generation"),
        );
        compare(
            "authority_id",
            optional(row, "authority_id")?,
            integer("authority"),
        );
        if let Some(source) = logged.source {
            compare(
                "source",
                optional(row, "source")?,
                source.map(str::to_owned),
            );
        }
        let fingerprint: Option<Vec<u8>> = row.get("fingerprint")?;
        if fingerprint.is_none() {
            let serial: Vec<u8> = row.get("serial")?;
            compare(
                "serial",
                Some(hexadecimal(&serial)),
                text(details, "serial"),
            );
            compare(
                "subject",
                Some(told_text(row, "subject")?),
                text(details, "subject"),
            );
            let signed = logged.signed.as_ref();
            compare(
                "fingerprint",
                None,
                signed.map(|(_, signed)| signed.clone()),
            );
            let state = told_text(row, "state")?;
            if state == "recorded" {
                compare("state", Some(state), Some("lost".to_owned()));
            }
        }
        Ok(())
    }

    /// Whether it is the current one of its name, by what the log and the others of the name say.
    pub(super) fn against_others(
        &mut self,
        row: &Row<'_>,
        logged: &Logged,
        differs: &mut dyn FnMut(Difference),
    ) -> rusqlite::Result<()> {
        let state = told_text(row, "state")?;
        let superseded = match state.as_str() {
            "superseded" => true,
            "issued" => false,
            _ => return Ok(()),
        };
        let shelf = optional(row, "shelf")?;
        let fits = if shelf.as_deref() == Some("certs") {
            let beside = Beside::read(&mut self.beside, row)?;
            if superseded {
                beside.may_supersede(logged)
            } else {
                beside.may_leave(logged)
            }
        } else {
            let renewed: bool = self
                .renewed
                .query_row([row.get::<_, Option<Vec<u8>>>("fingerprint")?], |row| {
                    row.get(0)
                })?;
            let made_here = row.get::<_, Option<String>>("source")?.is_none();
            if superseded {
                renewed
            } else {
                !(renewed && made_here && shelf.is_some())
            }
        };
        if !fits {
            let truth = if superseded { "issued" } else { "superseded" };
            differs(Difference {
                column: "state",
                row: Some(state),
                truth: Some(truth.to_owned()),
                witness: Witness::Log,
            });
        }
        Ok(())
    }
}

/// The other generations of a name.
struct Beside {
    /// A newer one was signed.
    newer: bool,
    /// A newer one is current, and both are in their places.
    newer_current: bool,
    /// A newer one is revoked, which stays the current one.
    newer_revoked: bool,
    /// The entry of the newest signature of a newer one.
    newer_signed: Option<i64>,
    /// The entry that chose another one last.
    other_chosen: Option<i64>,
}

const BESIDE: &str = "SELECT
    EXISTS (SELECT 1 FROM certificate WHERE name = ?1 AND shelf = 'certs' AND generation > ?2
        AND fingerprint IS NOT NULL),
    EXISTS (SELECT 1 FROM certificate WHERE name = ?1 AND shelf = 'certs' AND generation > ?2
        AND state = 'issued' AND filed_at IS NOT NULL AND ?3 IS NOT NULL),
    EXISTS (SELECT 1 FROM certificate WHERE name = ?1 AND shelf = 'certs' AND generation > ?2
        AND state = 'revoked'),
    (SELECT max(number) FROM certificate CROSS JOIN audit ON audit.certificate_id = certificate.id
        WHERE name = ?1 AND shelf = 'certs' AND generation > ?2 AND deed IN ('issue', 'import')),
    (SELECT max(number) FROM certificate CROSS JOIN audit ON audit.certificate_id = certificate.id
        WHERE name = ?1 AND shelf = 'certs' AND generation <> ?2 AND deed = 'activate'
            AND instr(details, '\"served\":') = 0 AND instr(details, '\"filed\":') = 0)";

impl Beside {
    fn read(select: &mut Statement<'_>, row: &Row<'_>) -> rusqlite::Result<Self> {
        let name = told_text(row, "name")?;
        let generation: Option<i64> = row.get("generation")?;
        let filed_at: Option<i64> = row.get("filed_at")?;
        select.query_row(params![name, generation, filed_at], |row| {
            Ok(Self {
                newer: row.get(0)?,
                newer_current: row.get(1)?,
                newer_revoked: row.get(2)?,
                newer_signed: row.get(3)?,
                other_chosen: row.get(4)?,
            })
        })
    }

    /// Whether one of these took the place of a certificate that is superseded. Of two renewals at
    /// once the older generation may have been signed last.
    fn may_supersede(&self, logged: &Logged) -> bool {
        let by_choice = self.other_chosen > logged.chosen;
        let was_activated = logged.chosen > logged.signed.as_ref().map(|(number, _)| *number);
        let by_renewal = if was_activated {
            self.newer_signed > logged.chosen
        } else {
            self.newer
        };
        by_choice || by_renewal || self.newer_revoked
    }

    /// Whether these leave a certificate the current one.
    fn may_leave(&self, logged: &Logged) -> bool {
        let replaced = self.newer_current && !logged.lost;
        let passed_over = self.other_chosen > logged.chosen.max(logged.released);
        !(replaced || passed_over)
    }
}

pub(super) fn compare(
    column: &'static str,
    row: Option<String>,
    truth: Option<String>,
    witness: Witness,
    differs: &mut dyn FnMut(Difference),
) {
    if row != truth {
        differs(Difference {
            column,
            row,
            truth,
            witness,
        });
    }
}

/// A column as text, whoever wrote it.
pub(super) fn told_text(row: &Row<'_>, column: &str) -> rusqlite::Result<String> {
    Ok(optional(row, column)?.unwrap_or_default())
}

pub(super) fn optional(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(octets) | ValueRef::Blob(octets) => {
            Some(String::from_utf8_lossy(octets).into_owned())
        }
    })
}
