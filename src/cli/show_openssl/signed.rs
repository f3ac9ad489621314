//! `certmint sign --show-openssl`

use std::path::Path;

use anyhow::Result;
use time::OffsetDateTime;

use super::{
    configuration::{CERTIFICATE, Configuration},
    issuer::IssuerFiles,
    script::{Script, standard_input_note},
};
use crate::{
    authority::AuthorityError,
    cli::{
        commands::sign::{Applied, Sign, Single, application},
        report::Report,
    },
    profile::{Outcome, approve},
    store::files,
    x509::{CertificationRequest, ProvenKey},
};

/// What every certificate's step says of its life.
pub(super) const DAYS: &str = "The certificate. openssl counts the days from now on; certmint begins five minutes\nearlier, for hosts whose clocks are behind, and includes the last second";

/// What openssl does not do.
pub(super) const INVENTORY: &str =
    "certmint records what it signs in its inventory; it will not know of what these commands make";

pub(crate) fn sign(
    pki: &Path,
    arguments: &Sign,
    single: Single<'_>,
    request: &CertificationRequest,
    key: ProvenKey,
) -> Result<Report> {
    let Applied {
        application,
        left_out,
        notes,
    } = application(arguments, request, key, OffsetDateTime::now_utc())?;
    let approved = approve(application).map_err(AuthorityError::from)?;
    let issuer = match (&arguments.ca_cert, &arguments.ca_key) {
        (Some(certificate), Some(key)) => IssuerFiles::elsewhere(certificate, key)?,
        _ => IssuerFiles::of_pki(pki, arguments.ca.as_ref())?,
    };
    let mut configuration = Configuration::new();
    configuration.extensions(
        CERTIFICATE,
        &issuer.extensions(&approved)?,
        Some(approved.public_key()),
        issuer.authority_key(),
    )?;

    let passphrase_file = arguments.passphrase_file.as_deref();
    let mut script = Script::new("A certificate from a certification request", [single.out])?;
    script.step("The extensions; none is taken from the request but those that are written here");
    script.configuration(&configuration.text());
    script.serial();
    script.step(DAYS);
    let octets = files::read(single.request, files::USUAL_LIMIT)?;
    let form = (octets.first() == Some(&0x30)).then_some("-inform DER");
    script.command(
        &issuer
            .sign(single.request, passphrase_file, arguments.days)?
            .optional(form)
            .word("-extfile \"$work/openssl.cnf\"")
            .word("-extensions certificate")
            .path("-out", single.out)?,
    );
    script.notes(notes);
    let decisions = approved.decisions().iter().chain(&left_out);
    script.notes(
        decisions
            .filter(|decision| decision.outcome != Outcome::Granted)
            .map(|decision| format!("asked for by the request: {decision}")),
    );
    script.notes(standard_input_note("--passphrase-file", passphrase_file));
    script.notes(issuer.life_note(approved.validity()));
    script.notes(issuer.notes);
    script.notes([INVENTORY.to_owned()]);
    Ok(script.finish())
}
