//! openssl request configurations from files, in the words of the domain.

use std::{fs, io, path::Path};

use anyhow::{Context as _, Result};

use crate::{
    formats::openssl_conf::{
        AuthorityPart, Config, ExtensionValue, Included, KeyIdentifierWish, RequestedExtension,
    },
    key::PublicKey,
    store::files,
    x509::{Extension, KeyIdentifier, Name},
};

/// Reads a configuration and what it includes.
pub(crate) fn read(file: &Path) -> Result<Config> {
    let octets = files::read(file, files::USUAL_LIMIT)?;
    let mut include = |path: &str| -> io::Result<Included> {
        if fs::metadata(path)?.is_dir() {
            let names: io::Result<Vec<String>> = fs::read_dir(path)?
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect();
            return Ok(Included::Directory(names?));
        }
        let octets = files::read(Path::new(path), files::USUAL_LIMIT).map_err(io::Error::other)?;
        Ok(Included::File(octets.to_vec()))
    };
    Ok(Config::read(
        &file.display().to_string(),
        &octets,
        &mut include,
    )?)
}

/// An extension of a configuration with the line that asks for it.
pub(crate) struct Written {
    pub(crate) extension: Extension,
    pub(crate) location: String,
}

/// What a configuration asks for, key identifiers computed. `None` stands for an authority key
/// identifier, which the issuer fills in the same way, and for `subjectKeyIdentifier = none`.
pub(crate) fn extension(
    requested: &RequestedExtension,
    key: &PublicKey,
) -> Result<Option<Written>> {
    let RequestedExtension {
        oid,
        critical,
        value,
        location,
    } = requested;
    let oid: der::asn1::ObjectIdentifier = oid
        .parse()
        .map_err(|error| anyhow::anyhow!("{location}: {oid} is not written here: {error}"))?;
    let extension = match value {
        ExtensionValue::Der(value) => Extension {
            oid,
            critical: *critical,
            value: value.clone(),
        },
        ExtensionValue::KeyIdentifier(KeyIdentifierWish::SubjectKeyHash) => {
            let extension = Extension::subject_key_identifier(&KeyIdentifier::of(key))?;
            Extension {
                critical: *critical,
                ..extension
            }
        }
        ExtensionValue::KeyIdentifier(KeyIdentifierWish::AuthorityKey {
            key_identifier,
            issuer_and_serial,
        }) => {
            if *issuer_and_serial == AuthorityPart::Always
                || (*key_identifier == AuthorityPart::Unwanted
                    && *issuer_and_serial == AuthorityPart::Wanted)
            {
                anyhow::bail!(
                    "{location}: authorityKeyIdentifier: the issuer's name and serial number are not written; write keyid"
                );
            }
            return Ok(None);
        }
    };
    Ok(Some(Written {
        extension,
        location: location.to_string(),
    }))
}

/// The subject of a configuration.
pub(crate) fn subject(config: &crate::formats::openssl_conf::DistinguishedName) -> Result<Name> {
    Name::from_der(&config.to_der()?).context("the subject of the configuration")
}
