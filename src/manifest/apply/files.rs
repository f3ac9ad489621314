//! Files that are missing, or not what they were, and files in foreign formats.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{ApplyError, Secrets};
use crate::{
    authority::chain_above,
    formats::{pkcs7, pkcs12},
    key::{KeyError, KeyFile},
    manifest::{DesiredCertificate, Export, ExportFormat, PemPart},
    store::{
        AuthorityFile, AuthorityId, CertificateFile, ChainPem, ExportRecord, RecordId, Shelf,
        Store, StoreError, StoreName,
        files::{self, Secrecy},
        sent_chain,
    },
    x509::{Certificate, pem_block},
};

/// Writes the certificate of a CA where it belongs.
pub(super) fn restore_authority(
    store: &Store,
    id: AuthorityId,
    name: &StoreName,
) -> Result<Vec<PathBuf>, ApplyError> {
    let authority = store
        .inventory()
        .authority(id)?
        .ok_or_else(|| ApplyError::NoAuthority(name.clone()))?;
    let certificate = Certificate::from_der(&authority.certificate_der)?;
    let path = store
        .layout()
        .authority_file(name, AuthorityFile::Certificate);
    files::replace(&path, certificate.to_pem().as_bytes(), Secrecy::Public)?;
    Ok(vec![path])
}

/// Writes files of a certificate from what the inventory has.
pub(super) fn restore(
    store: &Store,
    id: RecordId,
    name: &StoreName,
    missing: &[CertificateFile],
) -> Result<Vec<PathBuf>, ApplyError> {
    let (certificate, chain) = with_chain(store, id, name)?;
    let pem = ChainPem::new(&certificate, &chain);
    let mut written = Vec::new();
    for file in missing {
        let content = match file {
            CertificateFile::Certificate => certificate.to_pem(),
            CertificateFile::FullChain => pem.full_chain.clone(),
            CertificateFile::Chain => pem.chain.clone(),
            // Neither is in the inventory: a certificate without its key is reissued, and its
            // request is of no use any more.
            CertificateFile::Key | CertificateFile::Request => continue,
        };
        let path = store.layout().certificate_file(name, *file);
        files::replace(&path, content.as_bytes(), Secrecy::Public)?;
        written.push(path);
    }
    Ok(written)
}

/// Writes a certificate in a foreign format, over an older file that was written for it.
pub(super) fn export(
    store: &mut Store,
    name: &StoreName,
    export: &Export,
    secrets: &mut dyn Secrets,
    folder: &Path,
    now: OffsetDateTime,
) -> Result<PathBuf, ApplyError> {
    let unknown = || StoreError::NameUnknown {
        name: name.to_string(),
    };
    let row = store
        .inventory()
        .current(Shelf::Certificates, name)?
        .ok_or_else(unknown)?;
    let (certificate, chain) = with_chain(store, row.id, name)?;
    let path = folder.join(&export.file);
    if files::is_inside(&path, store.layout().root())? {
        return Err(ApplyError::InsidePki { path });
    }
    let (content, secrecy) = content(store, name, &certificate, &chain, export, secrets)?;
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(digest(&SHA256, &content).as_ref());
    // Known before it is there: what a killed process has not written is missing, and what it has
    // is known to be ours.
    let file = export.file.to_string_lossy().into_owned();
    let record = ExportRecord {
        file: file.clone(),
        certificate: row.id,
        settings: export.format.settings(&chain),
        sha256,
    };
    let before = store.inventory().export(&file)?;
    store.record_exports(&[record], now)?;
    // Only what was written for it before is replaced: another file may have come since the plan.
    let written = match &before {
        Some(_) => files::replace(&path, &content, secrecy),
        None => files::create_new(&path, &content, secrecy),
    };
    if let Err(error) = written {
        match before {
            Some(before) => store.record_exports(&[before], now)?,
            None => store.forget_export(&file, now)?,
        }
        return Err(error.into());
    }
    Ok(path)
}

/// Writes the files in foreign formats again that were written for an older generation of a
/// certificate, or with another chain; what was never written, or not as it is wished now, is left
/// to a plan.
pub fn export_again(
    store: &mut Store,
    wanted: &DesiredCertificate,
    secrets: &mut dyn Secrets,
    folder: &Path,
    now: OffsetDateTime,
) -> Vec<Result<PathBuf, ApplyError>> {
    let outdated = |store: &Store, Export { file, format }: &Export| -> Result<bool, ApplyError> {
        let inventory = store.inventory();
        let current = inventory.current(Shelf::Certificates, &wanted.name)?;
        let recorded = inventory.export(&file.to_string_lossy())?;
        let (Some(current), Some(recorded)) = (current, recorded) else {
            return Ok(false);
        };
        if recorded.certificate != current.id {
            return Ok(true);
        }
        let (_, chain) = with_chain(store, current.id, &wanted.name)?;
        Ok(format.is_wish_of(&recorded.settings) && recorded.settings != format.settings(&chain))
    };
    let mut answers = Vec::new();
    for one in &wanted.exports {
        match outdated(store, one) {
            Ok(false) => {}
            Ok(true) => answers.push(export(store, &wanted.name, one, secrets, folder, now)),
            Err(error) => answers.push(Err(error)),
        }
    }
    answers
}

fn content(
    store: &Store,
    name: &StoreName,
    certificate: &Certificate,
    chain: &[Certificate],
    export: &Export,
    secrets: &mut dyn Secrets,
) -> Result<(Zeroizing<Vec<u8>>, Secrecy), ApplyError> {
    let pem = |certificates: &[Certificate]| -> String {
        certificates.iter().map(Certificate::to_pem).collect()
    };
    let above: Vec<&[u8]> = chain.iter().map(Certificate::as_der).collect();
    Ok(match &export.format {
        ExportFormat::Pkcs12 {
            password_file,
            protection,
            friendly_name,
        } => {
            let unusable = |cause: KeyError| ApplyError::Key {
                name: name.clone(),
                cause,
            };
            let path = store.layout().certificate_file(name, CertificateFile::Key);
            let octets = files::read(&path, files::USUAL_LIMIT)?;
            let key = KeyFile::read(&octets)
                .and_then(|file| file.unlock(None))
                .map_err(unusable)?;
            let secret = secrets
                .for_export(name, password_file)
                .map_err(ApplyError::Secret)?;
            let password = pkcs12::NewPassword::new(secret.as_bytes())?;
            let bundle = pkcs12::Bundle::new(
                key.pkcs8_der().as_bytes(),
                certificate.as_der(),
                &above,
                Some(friendly_name),
            )?;
            let octets = pkcs12::write(&bundle, &password, *protection)?;
            pkcs12::check(&octets, &password, &bundle)?;
            (octets, Secrecy::Secret)
        }
        ExportFormat::Pkcs7 => {
            let all: Vec<&[u8]> = std::iter::once(certificate.as_der()).chain(above).collect();
            let text = pem_block("PKCS7", &pkcs7::write(&all)?);
            (text.into_bytes().into(), Secrecy::Public)
        }
        ExportFormat::Der => (certificate.as_der().to_vec().into(), Secrecy::Public),
        ExportFormat::Pem(part) => {
            let text = match part {
                PemPart::Certificate => certificate.to_pem(),
                PemPart::FullChain => certificate.to_pem() + &pem(&sent_chain(chain)),
                PemPart::Chain if chain.is_empty() => return Err(ApplyError::NoChain),
                PemPart::Chain => pem(chain),
            };
            (text.into_bytes().into(), Secrecy::Public)
        }
    })
}

fn with_chain(
    store: &Store,
    id: RecordId,
    name: &StoreName,
) -> Result<(Certificate, Vec<Certificate>), ApplyError> {
    let der = store
        .inventory()
        .certificate_der(id)?
        .ok_or_else(|| StoreError::NameUnknown {
            name: name.to_string(),
        })?;
    let certificate = Certificate::from_der(&der)?;
    let chain = chain_above(store.inventory(), &certificate)?;
    Ok((certificate, chain))
}
