//! Where a certificate is filed, and the files that go there.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::{AuthorityError, SigningAuthority, sent_chain};
use crate::{
    ca::Issued,
    store::{
        ActivationNeed, AuthorityFile, CertificateFile, Layout, Placement, Recorded, Staged,
        Staging, StoreError, StoreName,
    },
    x509::Certificate,
};

/// Where a certificate is filed, with what goes beside it.
pub enum Filing {
    /// Nowhere in the PKI directory: the caller writes it where its user wants it.
    Elsewhere,
    /// As a CA of this PKI.
    Authority {
        /// Its name.
        name: StoreName,
        /// PEM of its private key.
        key_pem: Zeroizing<String>,
    },
    /// As a certificate of this PKI.
    Certificate {
        /// Its name.
        name: StoreName,
        /// PEM of its private key.
        key_pem: Zeroizing<String>,
        /// PEM of its request.
        request_pem: String,
    },
    /// As the next generation of a certificate of this PKI.
    Renewal {
        /// Its name.
        name: StoreName,
        /// PEM of its private key.
        key_pem: Zeroizing<String>,
        /// PEM of its request.
        request_pem: String,
        /// Whether its servers have yet to take it.
        activation: ActivationNeed,
    },
}

impl Filing {
    pub(super) fn placement(&self) -> Placement {
        match self {
            Self::Elsewhere => Placement::Elsewhere,
            Self::Authority { name, .. } => Placement::NewAuthority(name.clone()),
            Self::Certificate { name, .. } => Placement::NewCertificate(name.clone()),
            Self::Renewal { name, .. } => Placement::NextGeneration(name.clone()),
        }
    }

    pub(super) fn activation(&self) -> ActivationNeed {
        match self {
            Self::Renewal { activation, .. } => *activation,
            _ => ActivationNeed::Nothing,
        }
    }

    /// The files as people find them when all is done.
    pub(super) fn files(&self, layout: &Layout) -> Vec<PathBuf> {
        match self {
            Self::Elsewhere => Vec::new(),
            Self::Authority { name, .. } => [AuthorityFile::Key, AuthorityFile::Certificate]
                .map(|file| layout.authority_file(name, file))
                .to_vec(),
            Self::Certificate { name, .. } | Self::Renewal { name, .. } => [
                CertificateFile::Key,
                CertificateFile::Request,
                CertificateFile::Certificate,
                CertificateFile::FullChain,
                CertificateFile::Chain,
            ]
            .map(|file| layout.certificate_file(name, file))
            .to_vec(),
        }
    }
}

/// Writes the files of a certificate out of sight; they appear when it is sealed.
pub(super) fn stage(
    layout: &Layout,
    authority: &SigningAuthority,
    row: &Recorded,
    issued: &Issued,
    filing: &Filing,
) -> Result<Option<Staged>, AuthorityError> {
    match filing {
        Filing::Elsewhere => Ok(None),
        Filing::Authority { key_pem, .. } => {
            let staging = Staging::new(layout, row)?;
            staging.write_authority(AuthorityFile::Key, key_pem.as_bytes())?;
            let certificate = issued.certificate().to_pem();
            staging.write_authority(AuthorityFile::Certificate, certificate.as_bytes())?;
            Ok(Some(staging.complete()?))
        }
        Filing::Certificate {
            key_pem,
            request_pem,
            ..
        }
        | Filing::Renewal {
            key_pem,
            request_pem,
            ..
        } => {
            let staging = Staging::new(layout, row)?;
            staging.write(CertificateFile::Key, key_pem.as_bytes())?;
            staging.write(CertificateFile::Request, request_pem.as_bytes())?;
            write_chain(&staging, issued.certificate(), authority.chain())?;
            Ok(Some(staging.complete()?))
        }
    }
}

/// Writes a certificate alone, with what a server sends after it, and the chain above it.
pub(super) fn write_chain(
    staging: &Staging,
    certificate: &Certificate,
    chain: &[Certificate],
) -> Result<(), StoreError> {
    let pem = |certificates: &[Certificate]| {
        certificates
            .iter()
            .map(Certificate::to_pem)
            .collect::<String>()
    };
    let leaf = certificate.to_pem();
    staging.write(CertificateFile::Certificate, leaf.as_bytes())?;
    staging.write(
        CertificateFile::FullChain,
        format!("{leaf}{}", pem(&sent_chain(chain))).as_bytes(),
    )?;
    staging.write(CertificateFile::Chain, pem(chain).as_bytes())
}
