//! Files that are missing, or not what they were.

use std::path::PathBuf;

use super::ApplyError;
use crate::{
    authority::chain_above,
    store::{
        AuthorityFile, AuthorityId, CertificateFile, ChainPem, RecordId, Store, StoreError,
        StoreName,
        files::{self, Secrecy},
    },
    x509::Certificate,
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

/// A certificate and those above it.
pub(super) fn with_chain(
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
