//! Whether the files of the PKI directory are what the inventory says.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::chain::{ChainPem, Paths};
use super::error::{FileDeed, StoreError};
use super::files;
use super::inventory::{AuthorityId, Inventory};
use super::layout::{AuthorityFile, CertificateFile, Layout};
use super::name::StoreName;
use crate::x509::Certificate;

/// What the files of certificates have to hold, the chains of each issuer found once.
#[derive(Debug)]
pub struct Soundness<'a> {
    layout: &'a Layout,
    paths: Paths,
    chains: HashMap<AuthorityId, Chains>,
}

/// What follows the certificate in its full chain, and its chain.
#[derive(Debug)]
struct Chains {
    sent: String,
    chain: String,
    certificates: Vec<Certificate>,
}

impl<'a> Soundness<'a> {
    /// For the certificates of an inventory.
    ///
    /// # Errors
    /// What the inventory cannot read.
    pub fn of(layout: &'a Layout, inventory: &Inventory) -> Result<Self, StoreError> {
        Ok(Self {
            layout,
            paths: Paths::of(inventory)?,
            chains: HashMap::new(),
        })
    }

    /// The files of a certificate that are missing, or that do not hold what they have to: `issuer`
    /// signed it. Whether the private key fits is not looked at, nor is the request.
    ///
    /// # Errors
    /// What the operating system refuses, but that a file is not there.
    pub fn unsound_files(
        &mut self,
        name: &StoreName,
        issuer: AuthorityId,
        certificate: &Certificate,
    ) -> Result<Vec<CertificateFile>, StoreError> {
        let pem = certificate.to_pem();
        let chains = chains_of(&mut self.chains, &self.paths, issuer, certificate);
        let path = |file| self.layout.certificate_file(name, file);
        let mut unsound = Vec::new();
        if !is_there(&path(CertificateFile::Key))? {
            unsound.push(CertificateFile::Key);
        }
        for (file, wanted) in [
            (CertificateFile::Certificate, [&pem, ""]),
            (CertificateFile::FullChain, [&pem, &chains.sent]),
            (CertificateFile::Chain, [&chains.chain, ""]),
        ] {
            let found = content(&path(file))?;
            if found.is_none_or(|found| found != wanted.concat().as_bytes()) {
                unsound.push(file);
            }
        }
        Ok(unsound)
    }

    /// The chain of a certificate that `issuer` signed: the issuer up to the root.
    pub fn chain(&mut self, issuer: AuthorityId, certificate: &Certificate) -> &[Certificate] {
        &chains_of(&mut self.chains, &self.paths, issuer, certificate).certificates
    }

    /// Whether an authority's certificate is in its file.
    ///
    /// # Errors
    /// What the operating system refuses, but that the file is not there.
    pub fn has_authority(
        &self,
        name: &StoreName,
        certificate: &Certificate,
    ) -> Result<bool, StoreError> {
        let path = self.layout.authority_file(name, AuthorityFile::Certificate);
        Ok(content(&path)?.is_some_and(|content| content == certificate.to_pem().as_bytes()))
    }
}

/// What an authority's chains are; `certificate` is one that it signed.
fn chains_of<'c>(
    found: &'c mut HashMap<AuthorityId, Chains>,
    paths: &Paths,
    issuer: AuthorityId,
    certificate: &Certificate,
) -> &'c Chains {
    found.entry(issuer).or_insert_with(|| {
        let certificates = paths.signed_by(issuer);
        let made = ChainPem::new(certificate, &certificates);
        let start = certificate.to_pem().len();
        Chains {
            sent: made.full_chain.get(start..).unwrap_or_default().into(),
            chain: made.chain,
            certificates,
        }
    })
}

/// Whether there is a file of any kind.
///
/// # Errors
/// What the operating system refuses, but that it is not there.
pub fn is_there(path: &Path) -> Result<bool, StoreError> {
    match fs::metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if is_absent(error.kind()) => Ok(false),
        Err(error) => Err(StoreError::file(FileDeed::Read, path, error)),
    }
}

/// The content of a file; `None` where there is none.
///
/// # Errors
/// As [`files::read`], but that the file is not there.
pub fn content(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match files::read(path, files::USUAL_LIMIT) {
        Ok(content) => Ok(Some(content.to_vec())),
        Err(StoreError::File { fault, .. }) if is_absent(fault.kind()) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}
