//! Opening the CA that signs: its certificate and its key.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    authority::{SigningAuthority, named},
    cli::{failure::Advised, read, secrets},
    key::{KeyError, KeyFile, KeySpec, Passphrase, PrivateKey, Protection, PublicKey},
    store::{Authority, AuthorityFile, Store, StoreName, files},
    x509::{CaCertificate, Certificate},
};

/// A CA of this PKI by its name, or the only one.
pub(crate) fn open_authority(
    store: &Store,
    name: Option<&StoreName>,
    passphrase_file: Option<&PathBuf>,
    flag: &'static str,
) -> Result<SigningAuthority> {
    let authority = named(store.inventory(), name)?;
    open_this(store, &authority, passphrase_file, flag)
}

/// A CA of this PKI, whether or not another one signs in its place by now.
pub(crate) fn open_this(
    store: &Store,
    authority: &Authority,
    passphrase_file: Option<&PathBuf>,
    flag: &'static str,
) -> Result<SigningAuthority> {
    let name = name_of(authority)?;
    let key_file = store.layout().authority_file(&name, AuthorityFile::Key);
    if !key_file.exists() {
        return Err(Advised {
            message: format!(
                "the key of CA {name} is not in this PKI: no such file as {}",
                key_file.display()
            ),
            hint: format!(
                "put it back from a backup, or bring it with 'certmint ca import {name} --cert FILE --key FILE'"
            ),
        }
        .into());
    }
    let key = open_key(&key_file, passphrase_file, flag)?;
    SigningAuthority::of_this_pki(store, authority, key)
        .with_context(|| format!("{}", key_file.display()))
}

/// The name of a CA of this PKI, which its files have too.
pub(crate) fn name_of(authority: &Authority) -> Result<StoreName> {
    authority
        .name
        .clone()
        .context("the inventory knows the CA without a name")
}

/// A CA made elsewhere, by its files.
pub(crate) fn open_foreign_authority(
    store: &mut Store,
    certificate_file: &Path,
    key_file: &Path,
    passphrase_file: Option<&PathBuf>,
    now: OffsetDateTime,
) -> Result<SigningAuthority> {
    let place = || format!("{}", certificate_file.display());
    let certificates = read::certificates(certificate_file, None)?;
    let key = open_key(key_file, passphrase_file, "--passphrase-file")?;
    let certificate = fitting(certificates, key.public_key())
        .context("no certificate")
        .and_then(|certificate| Ok(CaCertificate::try_from(certificate)?))
        .with_context(place)?;
    SigningAuthority::from_elsewhere(store, certificate, key, now)
        .with_context(|| format!("{} and {}", certificate_file.display(), key_file.display()))
}

/// The certificate of a file for a key; the first, whose error then tells, when none is.
pub(crate) fn fitting(certificates: Vec<Certificate>, key: &PublicKey) -> Option<Certificate> {
    let fits = |one: &Certificate| one.public_key() == key;
    let position = certificates.iter().position(fits).unwrap_or_default();
    certificates.into_iter().nth(position)
}

/// A CA of this PKI with its key, or nothing where somebody would have to be asked for the key's
/// passphrase.
pub(crate) fn open_authority_without_asking(
    store: &Store,
    name: &StoreName,
    authority: &Authority,
    passphrase_file: Option<&PathBuf>,
) -> Result<Option<SigningAuthority>> {
    let key_file = store.layout().authority_file(name, AuthorityFile::Key);
    let place = || format!("{}", key_file.display());
    let octets = files::read(&key_file, files::USUAL_LIMIT)?;
    let key = KeyFile::read(&octets).with_context(place)?;
    if key.is_encrypted() && passphrase_file.is_none() {
        return Ok(None);
    }
    let key = open_key(&key_file, passphrase_file, "--passphrase-file")?;
    let signing = SigningAuthority::of_this_pki(store, authority, key).with_context(place)?;
    Ok(Some(signing))
}

/// The key of a new CA, to be made.
pub(crate) struct NewKey<'flags> {
    /// Which kind.
    pub(crate) spec: KeySpec,
    /// The file with its passphrase.
    pub(crate) passphrase_file: Option<&'flags PathBuf>,
    /// The flag that names that file.
    pub(crate) flag: &'static str,
    /// Whether it is written without encryption.
    pub(crate) no_passphrase: bool,
}

impl NewKey<'_> {
    /// Makes the key and its PEM, encrypted unless the flags say otherwise.
    pub(crate) fn make(&self, name: &StoreName) -> Result<(PrivateKey, Zeroizing<String>)> {
        let secret = if self.no_passphrase {
            None
        } else {
            let source = secrets::Source {
                file: self.passphrase_file,
                flag: self.flag,
                prompt: format!("passphrase for the key of CA {name}"),
            };
            let secret = source.new_secret();
            Some(match self.passphrase_file {
                Some(_) => secret?,
                None => {
                    secret.context("the CA key is encrypted unless --no-passphrase is given")?
                }
            })
        };
        let key = PrivateKey::generate(self.spec).context("could not make the key")?;
        let pem = match &secret {
            Some(secret) => key
                .to_encrypted_pem(secret, &Protection::default())
                .context("could not encrypt the key")?,
            None => key.to_pkcs8_pem(),
        };
        Ok((key, pem))
    }
}

/// A private key in any form; its passphrase is asked for only when it is encrypted.
pub(crate) fn open_key(
    file: &Path,
    passphrase_file: Option<&PathBuf>,
    flag: &'static str,
) -> Result<PrivateKey> {
    Ok(unlock_key(file, passphrase_file, flag)?.key)
}

/// A private key that was read.
pub(crate) struct UnlockedKey {
    pub(crate) key: PrivateKey,
    /// What it was encrypted with.
    pub(crate) passphrase: Option<Passphrase>,
}

/// As [`open_key`], with what the file is encrypted with.
pub(crate) fn unlock_key(
    file: &Path,
    passphrase_file: Option<&PathBuf>,
    flag: &'static str,
) -> Result<UnlockedKey> {
    let place = || format!("{}", file.display());
    let octets = files::read(file, files::USUAL_LIMIT)?;
    let key_file = KeyFile::read(&octets).with_context(place)?;
    let secret = key_file
        .is_encrypted()
        .then(|| {
            let prompt = format!("passphrase of {}", file.display());
            secrets::Source {
                file: passphrase_file,
                flag,
                prompt,
            }
            .existing()
        })
        .transpose()?;
    let key =
        key_file
            .unlock(secret.as_ref())
            .map_err(|error| match (&error, passphrase_file) {
                (KeyError::WrongPassphrase, Some(given)) => Advised {
                    message: format!("{}: {error}", place()),
                    hint: format!("the first line of {} was tried", given.display()),
                }
                .into(),
                _ => anyhow::Error::new(error).context(place()),
            })?;
    Ok(UnlockedKey {
        key,
        passphrase: secret,
    })
}
