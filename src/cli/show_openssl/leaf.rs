//! `certmint issue --show-openssl`

use std::path::Path;

use anyhow::Result;
use time::OffsetDateTime;

use super::{
    configuration::{AuthorityKey, CERTIFICATE, Configuration, REQUESTED},
    issuer::IssuerFiles,
    key::{self, Keeping},
    request,
    script::{Command, Script, standard_input_note},
    signed::{DAYS, INVENTORY},
};
use crate::{
    authority::AuthorityError,
    cli::{commands::issue::IssueLeaf, report::Report},
    key::PrivateKey,
    profile::{LeafKind, approve},
    store::{CertificateFile, Layout},
    x509::{Extension, Name, ProvenKey, SanSet, Validity},
};

pub(crate) fn issue(
    pki: &Path,
    kind: LeafKind,
    leaf: &IssueLeaf,
    names: Option<&SanSet>,
    subject: &Name,
) -> Result<Report> {
    let issuer = IssuerFiles::of_pki(pki, leaf.ca.as_ref())?;
    let validity = Validity::of_days(OffsetDateTime::now_utc(), leaf.days)?;
    let stand_in = PrivateKey::generate(key::stand_in(leaf.key))?;
    let application = leaf
        .order(kind, subject.clone(), names.cloned(), validity)
        .application(ProvenKey::of(&stand_in));
    let approved = approve(application).map_err(AuthorityError::from)?;
    let requested = names
        .map(|names| Extension::subject_alt_name(names, subject))
        .transpose()?;

    let mut configuration = Configuration::new();
    configuration.subject(subject)?;
    if let Some(requested) = requested {
        configuration.extensions(REQUESTED, &[requested], None, AuthorityKey::Absent)?;
    }
    configuration.extensions(
        CERTIFICATE,
        &issuer.extensions(&approved)?,
        Some(stand_in.public_key()),
        issuer.authority_key(),
    )?;

    let layout = Layout::new(pki);
    let file = |file| layout.certificate_file(&leaf.name, file);
    let (key_file, request_file) = (file(CertificateFile::Key), file(CertificateFile::Request));
    let certificate = file(CertificateFile::Certificate);
    let (full_chain, chain) = (
        file(CertificateFile::FullChain),
        file(CertificateFile::Chain),
    );
    let passphrase_file = leaf.passphrase_file.as_deref();

    let outputs = [&key_file, &request_file, &certificate, &full_chain, &chain];
    let title = match kind {
        LeafKind::Server => "A server certificate and its key",
        LeafKind::Client => "A client certificate and its key",
        LeafKind::Peer => "A certificate for a server that is also a client, and its key",
    };
    let mut script = Script::new(title, outputs.map(std::path::PathBuf::as_path))?;
    script.step("The folder of the certificate");
    let folder = layout.certificate_folder(&leaf.name);
    script.command(&Command::new("mkdir -p").operands([folder.as_path()])?);
    key::make(&mut script, leaf.key, &Keeping::Clear, &key_file)?;
    script.step("The subject, what the request asks for and what the certificate gets");
    script.configuration(&configuration.text());
    script.step("The certification request");
    script.command(&request::make(
        &key_file,
        None,
        subject,
        key::digest_of_spec(leaf.key),
        &request_file,
    )?);
    script.serial();
    script.step(DAYS);
    script.command(
        &issuer
            .sign(&request_file, passphrase_file, leaf.days)?
            .word("-extfile \"$work/openssl.cnf\"")
            .word("-extensions certificate")
            .path("-out", &certificate)?,
    );
    script.step("What a server sends: the certificate, then the intermediates");
    let sent = std::iter::once(certificate.as_path()).chain(issuer.sent());
    script.command_to(&Command::new("cat").operands(sent)?, &full_chain)?;
    script.step("The issuer up to the root");
    script.command_to(&Command::new("cat").operands(issuer.chain())?, &chain)?;
    script.notes(standard_input_note("--passphrase-file", passphrase_file));
    script.notes(issuer.life_note(approved.validity()));
    script.notes(issuer.notes);
    script.notes([INVENTORY.to_owned()]);
    Ok(script.finish())
}
