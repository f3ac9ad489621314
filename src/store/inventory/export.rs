//! The files in foreign formats that are kept for certificates.

use rusqlite::{OptionalExtension, params};
use serde_json::json;
use time::OffsetDateTime;

use super::audit::Deed;
use super::record::RecordId;
use super::{Inventory, fault, seconds};
use crate::store::error::StoreError;
use crate::x509::hexadecimal;

/// A file that was written for a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRecord {
    /// Where, in the words of whoever asked for it.
    pub file: String,
    /// The certificate that is in it.
    pub certificate: RecordId,
    /// How it was made, in words that change when the wish does.
    pub settings: String,
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
}

impl Inventory {
    /// What was last written to a file.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub fn export(&self, file: &str) -> Result<Option<ExportRecord>, StoreError> {
        self.connection
            .prepare_cached("SELECT certificate_id, settings, sha256 FROM export WHERE file = ?")
            .and_then(|mut select| {
                select
                    .query_row([file], |row| {
                        Ok(ExportRecord {
                            file: file.to_owned(),
                            certificate: RecordId(row.get(0)?),
                            settings: row.get(1)?,
                            sha256: row.get(2)?,
                        })
                    })
                    .optional()
            })
            .map_err(|error| fault(&self.path, error))
    }

    /// Notes that a file was not written after all, durably.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn forget_export(
        &mut self,
        file: &str,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.write_logged(now, |transaction, path, log| {
            transaction
                .execute("DELETE FROM export WHERE file = ?", [file])
                .map_err(|error| fault(path, error))?;
            let details = json!({ "file": file, "written": false });
            log.append(Deed::Export, None, &details)
        })
    }

    /// Notes files that were written, durably.
    ///
    /// # Errors
    /// What SQLite refuses.
    pub(in crate::store) fn record_exports(
        &mut self,
        exports: &[ExportRecord],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        if exports.is_empty() {
            return Ok(());
        }
        self.write_logged(now, |transaction, path, log| {
            let refused = |error| fault(path, error);
            for export in exports {
                let ExportRecord {
                    file,
                    certificate,
                    settings,
                    sha256,
                } = export;
                transaction
                    .execute(
                        "INSERT OR REPLACE INTO export
                            (file, certificate_id, settings, sha256, written_at)
                         VALUES (?, ?, ?, ?, ?)",
                        params![file, certificate.0, settings, sha256, seconds(now)],
                    )
                    .map_err(refused)?;
                let details = json!({
                    "file": file,
                    "settings": settings,
                    "sha256": hexadecimal(sha256).to_lowercase(),
                });
                log.append(Deed::Export, Some(certificate.0), &details)?;
            }
            Ok(())
        })
    }
}
