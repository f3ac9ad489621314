//! Giving an imported certificate its folder, so that it can be renewed.

use std::path::PathBuf;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{AuthorityError, chain_above, filing};
use crate::{
    store::{CertificateFile, Placement, RecordId, Store, StoreName},
    x509::Certificate,
};

/// An imported certificate that is to get a folder.
pub struct Settlement {
    /// Its row in the inventory.
    pub id: RecordId,
    /// Its name here.
    pub name: StoreName,
    /// The certificate.
    pub certificate: Certificate,
    /// PEM of its private key.
    pub key_pem: Zeroizing<String>,
}

/// Gives an imported certificate its folder: certificate, chains and key; there is no request.
///
/// # Errors
/// A name that is taken, and what the store refuses.
pub fn settle(
    store: &mut Store,
    settlement: &Settlement,
    now: OffsetDateTime,
) -> Result<Vec<PathBuf>, AuthorityError> {
    let Settlement {
        id,
        name,
        certificate,
        key_pem,
    } = settlement;
    let chain = chain_above(store.inventory(), certificate)?;
    let recorded = store.place(*id, &Placement::NewCertificate(name.clone()))?;
    let staging = store.stage(&recorded)?;
    staging.write(CertificateFile::Key, key_pem.as_bytes())?;
    filing::write_chain(&staging, certificate, &chain)?;
    let staged = staging.complete()?;
    store.settle(&recorded, now)?;
    store
        .publish(vec![staged], now)
        .map_err(AuthorityError::unfinished)?;
    let layout = store.layout();
    let files = [
        CertificateFile::Key,
        CertificateFile::Certificate,
        CertificateFile::FullChain,
        CertificateFile::Chain,
    ];
    Ok(files
        .map(|file| layout.certificate_file(name, file))
        .to_vec())
}
