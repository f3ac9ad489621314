//! Whether the files of the PKI directory are what the inventory says.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::error::{FileDeed, StoreError};
use super::files;
use super::layout::{AuthorityFile, CertificateFile, Layout};
use super::name::StoreName;
use crate::x509::Certificate;

impl Layout {
    /// The files of a certificate that are missing, or that do not hold the certificate which is the
    /// current one. Whether the private key fits is not looked at, nor is the request.
    ///
    /// # Errors
    /// What the operating system refuses, but that a file is not there.
    pub fn unsound_files(
        &self,
        name: &StoreName,
        certificate: &Certificate,
    ) -> Result<Vec<CertificateFile>, StoreError> {
        let path = |file| self.certificate_file(name, file);
        let mut unsound = Vec::new();
        for file in [CertificateFile::Key, CertificateFile::Chain] {
            if !is_there(&path(file))? {
                unsound.push(file);
            }
        }
        let pem = certificate.to_pem();
        for file in [CertificateFile::Certificate, CertificateFile::FullChain] {
            let is_sound = content(&path(file))?.is_some_and(|content| match file {
                CertificateFile::FullChain => content.starts_with(pem.as_bytes()),
                _ => content == pem.as_bytes(),
            });
            if !is_sound {
                unsound.push(file);
            }
        }
        Ok(unsound)
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
        let content = content(&self.authority_file(name, AuthorityFile::Certificate))?;
        Ok(content.is_some_and(|content| content == certificate.to_pem().as_bytes()))
    }
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
