//! `certmint ca init --show-openssl`

use std::path::Path;

use anyhow::Result;
use time::OffsetDateTime;

use super::{
    configuration::{AuthorityKey, CERTIFICATE, Configuration},
    key::{self, Keeping},
    script::{Command, Script},
    signed::{DAYS, INVENTORY},
};
use crate::{
    authority::AuthorityError,
    cli::{commands::ca_init::CaInit, report::Report},
    key::PrivateKey,
    profile::approve,
    store::{AuthorityFile, Layout},
    x509::{Name, ProvenKey, Validity},
};

pub(crate) fn ca_init(pki: &Path, arguments: &CaInit, subject: &Name) -> Result<Report> {
    let CaInit {
        name,
        authority,
        days,
        ..
    } = arguments;
    let stand_in = PrivateKey::generate(key::stand_in(authority.key))?;
    let validity = Validity::of_days(OffsetDateTime::now_utc(), *days)?;
    let application = arguments.application(subject.clone(), ProvenKey::of(&stand_in), validity);
    let approved = approve(application).map_err(AuthorityError::from)?;

    let mut configuration = Configuration::new();
    configuration.subject(subject)?;
    configuration.extensions(
        CERTIFICATE,
        approved.extensions(),
        Some(stand_in.public_key()),
        AuthorityKey::Absent,
    )?;

    let layout = Layout::new(pki);
    let key_file = layout.authority_file(name, AuthorityFile::Key);
    let certificate = layout.authority_file(name, AuthorityFile::Certificate);
    let passphrase_file = authority.passphrase_file.as_deref();
    let keeping = if authority.no_passphrase {
        Keeping::Clear
    } else {
        Keeping::Encrypted(passphrase_file)
    };

    let mut script = Script::new("A root CA", [key_file.as_path(), certificate.as_path()])?;
    script.step("The folder of the CAs");
    script.command(&Command::new("mkdir -p").operands([layout.authorities().as_path()])?);
    key::make(&mut script, authority.key, &keeping, &key_file)?;
    script.step("The subject and the extensions");
    script.configuration(&configuration.text());
    script.serial();
    script.step(DAYS);
    script.command(
        &Command::new("openssl req -new -x509")
            .word("-config \"$work/openssl.cnf\"")
            .word("-extensions certificate")
            .path("-key", &key_file)?
            .passphrase("-passin", passphrase_file)?
            .word("-set_serial \"$serial\"")
            .number("-days", *days)
            .optional(key::digest_of_spec(authority.key))
            .path("-out", &certificate)?,
    );
    script.notes(authority.constraint_note());
    script.notes(authority.services.openssl_note());
    script.notes([INVENTORY.to_owned()]);
    Ok(script.finish())
}
