//! What an authority writes of itself into what it signs, and how long its lists last.

use std::str::FromStr;

use rusqlite::{OptionalExtension, params};
use serde_json::json;
use time::OffsetDateTime;

use super::audit::Deed;
use super::authority::AuthorityId;
use super::{Inventory, damaged, fault};
use crate::ca::Services;
use crate::store::error::StoreError;
use crate::x509::ServiceUrl;

/// What can be set of an authority without signing it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthoritySettings {
    /// The URLs in its certificates.
    pub services: Services,
    /// How many days after it was made a revocation list says that the next one is due.
    pub crl_days: Option<u32>,
}

impl Inventory {
    /// The settings of an authority.
    ///
    /// # Errors
    /// [`StoreError::AuthorityUnknown`], and what SQLite refuses.
    pub fn authority_settings(&self, id: AuthorityId) -> Result<AuthoritySettings, StoreError> {
        type Found = ([Option<String>; 3], Option<u32>);
        let found: Option<Found> = self
            .connection
            .prepare_cached(
                "SELECT crl_url, ca_issuers_url, ocsp_url, crl_days FROM authority WHERE id = ?",
            )
            .and_then(|mut select| {
                select
                    .query_row([id.0], |row| {
                        Ok(([row.get(0)?, row.get(1)?, row.get(2)?], row.get(3)?))
                    })
                    .optional()
            })
            .map_err(|error| fault(&self.path, error))?;
        let ([crl, ca_issuers, ocsp], crl_days) =
            found.ok_or(StoreError::AuthorityUnknown { id: id.0 })?;
        let url = |text: Option<String>| {
            text.map(|text| {
                ServiceUrl::from_str(&text)
                    .map_err(|_| damaged(&self.path, format!("the URL {text:?}")))
            })
            .transpose()
        };
        Ok(AuthoritySettings {
            services: Services {
                crl: url(crl)?,
                ca_issuers: url(ca_issuers)?,
                ocsp: url(ocsp)?,
            },
            crl_days,
        })
    }

    /// Changes the settings of an authority, durably. What it signed already stays as it is.
    ///
    /// # Errors
    /// [`StoreError::AuthorityUnknown`], and what SQLite refuses.
    pub(in crate::store) fn configure_authority(
        &mut self,
        id: AuthorityId,
        settings: &AuthoritySettings,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let AuthoritySettings {
            services:
                Services {
                    crl,
                    ca_issuers,
                    ocsp,
                },
            crl_days,
        } = settings;
        let [crl, ca_issuers, ocsp] =
            [crl, ca_issuers, ocsp].map(|url| url.as_ref().map(ServiceUrl::as_str));
        self.write_logged(now, |transaction, path, log| {
            let refused = |error| fault(path, error);
            let name: Option<Option<String>> = transaction
                .query_row(
                    "UPDATE authority SET crl_url = ?, ca_issuers_url = ?, ocsp_url = ?, crl_days = ?
                     WHERE id = ? RETURNING name",
                    params![crl, ca_issuers, ocsp, crl_days, id.0],
                    |row| row.get(0),
                )
                .optional()
                .map_err(refused)?;
            let name = name.ok_or(StoreError::AuthorityUnknown { id: id.0 })?;
            let details = json!({
                "authority": id.0,
                "name": name,
                "crl_url": crl,
                "ca_issuers_url": ca_issuers,
                "ocsp_url": ocsp,
                "crl_days": crl_days,
            });
            log.append(Deed::Configure, None, &details)?;
            Ok(())
        })
    }
}
