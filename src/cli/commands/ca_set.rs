//! `certmint ca set`

use std::path::Path;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::json;
use time::OffsetDateTime;

use super::services::{ServiceFlags, settings_json, settings_text};
use crate::{
    authority::itself,
    cli::{
        actor::actor,
        failure::UsageError,
        render::{self, BOLD},
        report::Report,
    },
    store::{Store, StoreName},
};

/// What a CA writes of itself.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint ca set ca --crl-url http://pki.example.com/ca.crl
  certmint ca set web --crl-days 7 --ca-issuers-url http://pki.example.com/web.der
  certmint ca set web --unset ocsp-url

It counts for the certificates and lists that the CA signs from now on.")]
pub(crate) struct CaSet {
    /// Which CA
    pub(crate) name: StoreName,
    #[command(flatten)]
    pub(crate) services: ServiceFlags,
    /// Take a setting away; may be repeated
    #[arg(long, value_name = "SETTING")]
    pub(crate) unset: Vec<Setting>,
}

/// A setting that can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Setting {
    /// The revocation list's place
    CrlUrl,
    /// The CA certificate's place
    CaIssuersUrl,
    /// The OCSP responder's place
    OcspUrl,
    /// The days of its revocation lists
    CrlDays,
}

pub(crate) fn run(pki: &Path, arguments: &CaSet) -> Result<Report> {
    let CaSet {
        name,
        services,
        unset,
    } = arguments;
    for (setting, flag, is_given) in [
        (Setting::CrlUrl, "--crl-url", services.crl_url.is_some()),
        (
            Setting::CaIssuersUrl,
            "--ca-issuers-url",
            services.ca_issuers_url.is_some(),
        ),
        (Setting::OcspUrl, "--ocsp-url", services.ocsp_url.is_some()),
        (Setting::CrlDays, "--crl-days", services.crl_days.is_some()),
    ] {
        if is_given && unset.contains(&setting) {
            return Err(UsageError(format!("{flag} is both given and taken away")).into());
        }
    }
    let now = OffsetDateTime::now_utc();
    let mut store = Store::open(pki, &actor(), now)?;
    let authority = itself(store.inventory(), Some(name))?;
    let before = store.inventory().authority_settings(authority.id)?;
    let mut settings = before.clone();
    services.put_into(&mut settings);
    for setting in unset {
        match setting {
            Setting::CrlUrl => settings.services.crl = None,
            Setting::CaIssuersUrl => settings.services.ca_issuers = None,
            Setting::OcspUrl => settings.services.ocsp = None,
            Setting::CrlDays => settings.crl_days = None,
        }
    }
    let is_changed = settings != before;
    if is_changed {
        store.configure_authority(authority.id, &settings, now)?;
    }
    let mut text = format!("{BOLD}CA{BOLD:#}  {name}\n");
    settings_text(&mut text, &settings);
    let json = render::with_fields(
        settings_json(&settings),
        json!({ "name": name.to_string(), "changed": is_changed }),
    );
    let note = (!is_changed).then(|| "nothing was changed".to_owned());
    Ok(Report::new("ca.set", json, text).notes(note))
}
