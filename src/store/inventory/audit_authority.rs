//! Comparing the rows of the authorities with their certificates and with what was set of them.

use std::collections::HashMap;

use rusqlite::Connection;
use serde_json::Value;

use super::audit_finding::{AuditFinding, Difference, Witness};
use super::audit_row::{compare, optional, told_text};
use super::content::key_id_of;
use super::{seconds, sha256};
use crate::x509::{Certificate, hexadecimal};

/// The newest `configure` entry of each authority.
pub(super) type Configured = HashMap<i64, (i64, Value)>;

pub(super) fn check_authorities(
    connection: &Connection,
    configured: &Configured,
    found: &mut dyn FnMut(AuditFinding),
) -> rusqlite::Result<()> {
    // A renewed CA hands its settings over; all its former rows name the newest.
    let mut select = connection.prepare(
        "SELECT id, coalesce(renewed_by, id) AS newest, subject, subject_der, key_id, der,
             fingerprint, not_before, not_after, crl_url, ca_issuers_url, ocsp_url, crl_days
         FROM authority ORDER BY newest, id",
    )?;
    let mut rows = select.query([])?;
    let mut set: (i64, Option<&(i64, Value)>) = (0, None);
    while let Some(row) = rows.next()? {
        let subject = told_text(row, "subject")?;
        let newest: i64 = row.get("newest")?;
        if newest != set.0 {
            set = (newest, None);
        }
        let own = configured.get(&row.get("id")?);
        if own.map(|(number, _)| number) > set.1.map(|(number, _)| number) {
            set.1 = own;
        }
        let mut differs = |difference: Difference| {
            found(AuditFinding::AuthorityChanged {
                subject: subject.clone(),
                difference,
            });
        };
        for column in ["crl_url", "ca_issuers_url", "ocsp_url", "crl_days"] {
            let truth = set.1.and_then(|(_, details)| match details.get(column) {
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Number(number)) => Some(number.to_string()),
                _ => None,
            });
            let witness = set
                .1
                .map_or(Witness::Log, |(number, _)| Witness::Entry(*number));
            compare(column, optional(row, column)?, truth, witness, &mut differs);
        }
        let der: Vec<u8> = row.get("der")?;
        let fingerprint: [u8; 32] = row.get("fingerprint")?;
        let certificate = Certificate::from_der(&der).ok();
        let Some(certificate) = certificate.filter(|_| sha256(&der) == fingerprint) else {
            found(AuditFinding::AuthorityBytes { subject });
            continue;
        };
        let mut compare = |column, row: String, truth: String| {
            compare(
                column,
                Some(row),
                Some(truth),
                Witness::Certificate,
                &mut differs,
            );
        };
        let name = certificate.subject();
        compare("subject", subject.clone(), name.openssl_oneline());
        let subject_der: Vec<u8> = row.get("subject_der")?;
        compare(
            "subject_der",
            hexadecimal(&subject_der),
            hexadecimal(name.as_der()),
        );
        // One that was made elsewhere may have none.
        let key_id: Vec<u8> = row.get("key_id")?;
        if !key_id.is_empty() || certificate.subject_key_identifier().is_some() {
            compare(
                "key_id",
                hexadecimal(&key_id),
                hexadecimal(&key_id_of(&certificate)),
            );
        }
        for (column, truth) in [
            ("not_before", certificate.not_before()),
            ("not_after", certificate.not_after()),
        ] {
            let stated: i64 = row.get(column)?;
            compare(column, stated.to_string(), seconds(truth).to_string());
        }
    }
    Ok(())
}
