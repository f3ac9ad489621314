//! Where a CA publishes: the flags that `ca init`, `ca intermediate` and `ca set` share.

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{
    cli::render,
    store::{AuthoritySettings, Store, StoreName},
    x509::{ServiceUrl, escape_control},
};

/// What a CA writes of itself into the certificates that it issues.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServiceFlags {
    /// Where its revocation list will be (http), for the certificates that it issues
    #[arg(long, value_name = "URL")]
    pub(crate) crl_url: Option<ServiceUrl>,
    /// Where its own certificate will be (http, DER), for the certificates that it issues
    #[arg(long, value_name = "URL")]
    pub(crate) ca_issuers_url: Option<ServiceUrl>,
    /// Where its OCSP responder will be (http), for the certificates that it issues
    #[arg(long, value_name = "URL")]
    pub(crate) ocsp_url: Option<ServiceUrl>,
    /// Days after which its next revocation list is due; 30 if left out
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(crate) crl_days: Option<u32>,
}

impl ServiceFlags {
    /// What a script of openssl commands leaves out of them.
    pub(crate) fn openssl_note(&self) -> Option<String> {
        let mut settings = AuthoritySettings::default();
        self.put_into(&mut settings);
        (settings != AuthoritySettings::default()).then(|| {
            "certmint keeps the URLs and days of the CA and writes them into what it signs; openssl has to be told of them each time".to_owned()
        })
    }

    /// Writes what is given into the settings, over what is there.
    pub(crate) fn put_into(&self, settings: &mut AuthoritySettings) {
        let Self {
            crl_url,
            ca_issuers_url,
            ocsp_url,
            crl_days,
        } = self;
        let services = &mut settings.services;
        for (place, given) in [
            (&mut services.crl, crl_url),
            (&mut services.ca_issuers, ca_issuers_url),
            (&mut services.ocsp, ocsp_url),
        ] {
            if given.is_some() {
                place.clone_from(given);
            }
        }
        settings.crl_days = crl_days.or(settings.crl_days);
    }

    /// Gives a CA that was just made what the flags say, if they say anything.
    pub(crate) fn configure(
        &self,
        store: &mut Store,
        name: &StoreName,
        now: OffsetDateTime,
    ) -> Result<()> {
        let mut settings = AuthoritySettings::default();
        self.put_into(&mut settings);
        if settings != AuthoritySettings::default() {
            let authority = store
                .authority_by_name(name)?
                .context("the inventory does not know the CA that was just made")?;
            store.configure_authority(authority.id, &settings, now)?;
        }
        Ok(())
    }
}

/// Settings for people, a line each; nothing for what is not set.
pub(crate) fn settings_text(text: &mut String, settings: &AuthoritySettings) {
    let services = &settings.services;
    for (name, url) in [
        ("CRL", &services.crl),
        ("issuers", &services.ca_issuers),
        ("OCSP", &services.ocsp),
    ] {
        if let Some(url) = url {
            render::line(text, name, &escape_control(url.as_str()));
        }
    }
    if let Some(days) = settings.crl_days {
        render::line(text, "CRL days", &days.to_string());
    }
}

/// Settings for `--json`.
pub(crate) fn settings_json(settings: &AuthoritySettings) -> Value {
    let services = &settings.services;
    json!({
        "crl_url": services.crl.as_ref().map(ServiceUrl::as_str),
        "ca_issuers_url": services.ca_issuers.as_ref().map(ServiceUrl::as_str),
        "ocsp_url": services.ocsp.as_ref().map(ServiceUrl::as_str),
        "crl_days": settings.crl_days,
    })
}
