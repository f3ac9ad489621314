//! `certmint csr new --show-openssl`

use std::path::Path;

use anyhow::Result;

use super::{
    configuration::{AuthorityKey, Configuration, REQUESTED},
    script::{Command, Script, is_standard_input, standard_input_note},
};
use crate::{
    cli::{
        commands::{
            csr_new::{CsrNew, Wanted, from_flags},
            signing::open_key,
        },
        configuration,
        report::Report,
    },
    formats::openssl_conf::RequestConfig,
    key::{Digest, KeyFile, PrivateKey},
    store::files,
    x509::Name,
};

/// The command that makes a request of `$work/openssl.cnf`.
pub(super) fn make(
    key: &Path,
    passphrase_file: Option<&Path>,
    subject: &Name,
    digest: Option<&'static str>,
    out: &Path,
) -> Result<Command> {
    Command::new("openssl req -new")
        .word("-config \"$work/openssl.cnf\"")
        // openssl takes no empty subject from a configuration.
        .optional(subject.is_empty().then_some("-subj /"))
        .path("-key", key)?
        .passphrase("-passin", passphrase_file)?
        .optional(digest)
        .path("-out", out)
}

pub(crate) fn csr_new(arguments: &CsrNew) -> Result<Report> {
    let CsrNew {
        key_file,
        out,
        config,
        extensions,
        passphrase_file,
        ..
    } = arguments;
    let passphrase = passphrase_file.as_deref();
    let key = key_at_hand(arguments)?;
    let mut script = Script::new("A certification request (PKCS#10)", [out.as_path()])?;
    let command = match config {
        Some(file) => {
            let request = RequestConfig::read(&configuration::read(file)?, extensions.as_deref())?;
            let digest =
                request
                    .default_digest
                    .as_ref()
                    .and_then(|digest| match digest.value.as_str() {
                        "sha384" => Some(Digest::Sha384),
                        "sha512" => Some(Digest::Sha512),
                        _ => None,
                    });
            script.notes(request.notes.iter().map(ToString::to_string));
            script.step("Without questions, what the configuration says");
            let mut command = Command::new("openssl req -new -batch").path("-config", file)?;
            if let Some(section) = extensions {
                command = command.value("-reqexts", section)?;
            }
            command
                .path("-key", key_file)?
                .passphrase("-passin", passphrase)?
                .optional(digest_option(key.as_ref(), digest))
                .path("-out", out)?
        }
        None => {
            let Wanted {
                subject,
                extensions,
                ..
            } = from_flags(arguments)?;
            let mut configuration = Configuration::new();
            configuration.subject(&subject)?;
            if !extensions.is_empty() {
                configuration.extensions(REQUESTED, &extensions, None, AuthorityKey::Absent)?;
            }
            script.step("The subject and the extensions that the request asks for");
            script.configuration(&configuration.text());
            script.step("The request, signed with its key");
            let digest = digest_option(key.as_ref(), None);
            make(key_file, passphrase, &subject, digest, out)?
        }
    };
    script.command(&command);
    if key.is_none() {
        script.notes([format!(
            "{} could not be looked into: -sha256 is right for RSA and P-256; P-384 takes -sha384, P-521 -sha512 and Ed25519 neither",
            key_file.display()
        )]);
    }
    script.notes(standard_input_note("--passphrase-file", passphrase));
    Ok(script.finish())
}

/// The key, where it is there and nobody has to be asked for its passphrase.
fn key_at_hand(arguments: &CsrNew) -> Result<Option<PrivateKey>> {
    let CsrNew {
        key_file,
        passphrase_file,
        ..
    } = arguments;
    if !key_file.exists() {
        return Ok(None);
    }
    let encrypted = KeyFile::read(&files::read(key_file, files::USUAL_LIMIT)?)
        .is_ok_and(|file| file.is_encrypted());
    let asks = passphrase_file
        .as_ref()
        .is_none_or(|file| is_standard_input(file));
    if encrypted && asks {
        return Ok(None);
    }
    open_key(key_file, passphrase_file.as_ref(), "--passphrase-file").map(Some)
}

/// The digest that certmint would sign with; SHA-256 for a key that is not known.
fn digest_option(key: Option<&PrivateKey>, wanted: Option<Digest>) -> Option<&'static str> {
    let usual = wanted.unwrap_or(Digest::Sha256);
    let digest = match key {
        Some(key) => key.signature_algorithm(wanted).digest(),
        None => Some(usual),
    };
    digest.map(|digest| match digest {
        Digest::Sha256 => "-sha256",
        Digest::Sha384 => "-sha384",
        Digest::Sha512 => "-sha512",
    })
}
