//! The current generation of a certificate with its chain and key.

use aws_lc_rs::digest::{SHA256, digest};
use zeroize::Zeroizing;

use super::ReloadError;
use crate::{
    key::KeyFile,
    store::{CertificateFile, ChainPem, Shelf, State, Store, StoreName, chain_above, files},
    x509::Certificate,
};

/// What a server needs.
pub(super) struct Pair {
    pub(super) certificate: Certificate,
    /// PEM: the certificate, then the intermediates.
    pub(super) full_chain: String,
    /// PEM: PKCS#8, in the clear.
    pub(super) key: Zeroizing<String>,
}

impl Pair {
    /// Reads it, and makes sure that key and certificate belong together.
    pub(super) fn of(store: &Store, name: &StoreName) -> Result<Self, ReloadError> {
        let inventory = store.inventory();
        let nothing = || ReloadError::Nothing(name.clone());
        let row = inventory
            .current(Shelf::Certificates, name)?
            .filter(|row| row.status.state() == State::Issued)
            .ok_or_else(nothing)?;
        let der = inventory.certificate_der(row.id)?.ok_or_else(nothing)?;
        let certificate = Certificate::from_der(&der)?;
        let chain = chain_above(inventory, &certificate)?;
        let ChainPem { full_chain, .. } = ChainPem::new(&certificate, &chain);

        let path = store.layout().certificate_file(name, CertificateFile::Key);
        let octets = files::read(&path, files::USUAL_LIMIT)?;
        let unusable = |cause| ReloadError::Key {
            name: name.clone(),
            cause,
        };
        let file = KeyFile::read(&octets).map_err(unusable)?;
        if file.is_encrypted() {
            return Err(ReloadError::EncryptedKey(name.clone()));
        }
        let key = file.unlock(None).map_err(unusable)?;
        if digest(&SHA256, key.public_key().spki_der()).as_ref() != row.public_key_sha256 {
            return Err(ReloadError::OtherKey(name.clone()));
        }
        Ok(Self {
            certificate,
            full_chain,
            key: key.to_pkcs8_pem(),
        })
    }

    /// Certificate, chain and key in one, as HAProxy reads it; the buffer never grows.
    pub(super) fn combined(&self) -> Zeroizing<String> {
        let mut pem = Zeroizing::new(String::with_capacity(
            self.full_chain.len() + self.key.len(),
        ));
        pem.push_str(&self.full_chain);
        pem.push_str(&self.key);
        pem
    }
}
