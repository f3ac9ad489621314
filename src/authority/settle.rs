//! Giving an imported certificate its folder, so that it can be renewed.

use std::path::PathBuf;

use time::OffsetDateTime;

use super::{AuthorityError, chain_above, filing, issue::request};
use crate::{
    key::PrivateKey,
    store::{AboveAll, CertificateFile, Placement, RecordId, Store, StoreName},
    x509::{Certificate, SanSet},
};

/// An imported certificate that is to get a folder.
pub struct Settlement {
    /// Its row in the inventory.
    pub id: RecordId,
    /// Its name here.
    pub name: StoreName,
    /// The certificate.
    pub certificate: Certificate,
    /// Its private key.
    pub key: PrivateKey,
}

/// Gives an imported certificate its folder, with all files that a certificate made here has; the
/// request is made now, with the names that it has of the kinds that are made here.
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
        key,
    } = settlement;
    let chain = chain_above(store.inventory(), certificate)?;
    let recorded = store.place(*id, &Placement::NewCertificate(name.clone()))?;
    let staging = store.stage(&recorded)?;
    staging.write(CertificateFile::Key, key.to_pkcs8_pem().as_bytes())?;
    let names = certificate.subject_alt_names()?;
    let names: Vec<_> = names.iter().filter_map(|name| name.to_san().ok()).collect();
    let names = SanSet::new(names).ok().flatten();
    let request = request(key, certificate.subject(), names.as_ref())?;
    staging.write(CertificateFile::Request, request.to_pem().as_bytes())?;
    filing::write_chain(&staging, certificate, &AboveAll::of(&chain))?;
    let staged = staging.complete()?;
    store.settle(&recorded, now)?;
    store
        .publish(vec![staged], now)
        .map_err(AuthorityError::unfinished)?;
    let layout = store.layout();
    let files = [
        CertificateFile::Key,
        CertificateFile::Request,
        CertificateFile::Certificate,
        CertificateFile::FullChain,
        CertificateFile::Chain,
    ];
    Ok(files
        .map(|file| layout.certificate_file(name, file))
        .to_vec())
}
