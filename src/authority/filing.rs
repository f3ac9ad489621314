//! Where a certificate is filed, and the files that go there.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::{AuthorityError, SigningAuthority};
use crate::{
    ca::Issued,
    store::{
        AboveAll, ActivationNeed, AuthorityFile, AuthorityId, CertificateFile, Layout, Placement,
        Recorded, Staged, Staging, StoreError, StoreName, Succession, Syncing,
    },
    x509::Certificate,
};
use time::OffsetDateTime;

/// Where a certificate is filed, with what goes beside it.
pub enum Filing {
    /// Nowhere in the PKI directory: the caller writes it where its user wants it.
    Elsewhere,
    /// In an archive, which the caller writes.
    Packed {
        /// What its files are called there.
        name: StoreName,
        /// PEM of its private key.
        key_pem: Zeroizing<String>,
    },
    /// As a CA of this PKI.
    Authority {
        /// Its name.
        name: StoreName,
        /// PEM of its private key.
        key_pem: Zeroizing<String>,
    },
    /// As a CA of this PKI that takes over from another one, with another key.
    Successor {
        /// Its name.
        name: StoreName,
        /// PEM of its private key.
        key_pem: Zeroizing<String>,
        /// The CA that it takes over from.
        of: AuthorityId,
        /// When it may take over at the earliest.
        switch_from: OffsetDateTime,
    },
    /// As the next certificate of a CA of this PKI, with the same name and key.
    RenewedAuthority {
        /// Its name.
        name: StoreName,
    },
    /// As the cross-certificate of a CA of this PKI.
    CrossCertificate {
        /// What it is filed as: its file is `ca/NAME.crt`.
        name: StoreName,
        /// The CA whose name and key it certifies.
        of: AuthorityId,
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
            Self::Elsewhere | Self::Packed { .. } => Placement::Elsewhere,
            Self::Authority { name, .. }
            | Self::Successor { name, .. }
            | Self::CrossCertificate { name, .. } => Placement::NewAuthority(name.clone()),
            Self::RenewedAuthority { name } => Placement::NextAuthority(name.clone()),
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

    pub(super) fn succession(&self) -> Succession {
        match self {
            Self::RenewedAuthority { .. } => Succession::Renewal,
            Self::Successor {
                of, switch_from, ..
            } => Succession::Successor {
                of: *of,
                switch_from: *switch_from,
            },
            Self::CrossCertificate { of, .. } => Succession::Cross { of: *of },
            Self::Elsewhere
            | Self::Packed { .. }
            | Self::Authority { .. }
            | Self::Certificate { .. }
            | Self::Renewal { .. } => Succession::None,
        }
    }

    /// The files as people find them when all is done.
    pub(super) fn files(&self, layout: &Layout) -> Vec<PathBuf> {
        match self {
            Self::Elsewhere | Self::Packed { .. } => Vec::new(),
            Self::Authority { name, .. } | Self::Successor { name, .. } => {
                [AuthorityFile::Key, AuthorityFile::Certificate]
                    .map(|file| layout.authority_file(name, file))
                    .to_vec()
            }
            Self::RenewedAuthority { name } | Self::CrossCertificate { name, .. } => {
                vec![layout.authority_file(name, AuthorityFile::Certificate)]
            }
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
    syncing: Syncing,
) -> Result<Option<Staged>, AuthorityError> {
    let certificate = issued.certificate();
    match filing {
        Filing::Elsewhere | Filing::Packed { .. } => Ok(None),
        Filing::Authority { key_pem, .. } | Filing::Successor { key_pem, .. } => {
            let staging = Staging::new(layout, row, syncing)?;
            staging.write_authority(AuthorityFile::Key, key_pem.as_bytes())?;
            staging.write_authority(AuthorityFile::Certificate, certificate.to_pem().as_bytes())?;
            Ok(Some(staging.complete()?))
        }
        Filing::CrossCertificate { .. } => {
            let staging = Staging::new(layout, row, syncing)?;
            staging.write_authority(AuthorityFile::Certificate, certificate.to_pem().as_bytes())?;
            Ok(Some(staging.complete()?))
        }
        Filing::RenewedAuthority { .. } => Ok(Some(Staged::next_of_authority(layout, row)?)),
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
            let staging = Staging::new(layout, row, syncing)?;
            staging.write(CertificateFile::Key, key_pem.as_bytes())?;
            staging.write(CertificateFile::Request, request_pem.as_bytes())?;
            write_chain(&staging, certificate, authority.above_all())?;
            Ok(Some(staging.complete()?))
        }
    }
}

/// Writes a certificate alone, with what a server sends after it, and the chain above it.
pub(super) fn write_chain(
    staging: &Staging,
    certificate: &Certificate,
    above: &AboveAll,
) -> Result<(), StoreError> {
    let certificate_pem = certificate.to_pem();
    staging.write(CertificateFile::Certificate, certificate_pem.as_bytes())?;
    let full_chain = certificate_pem + &above.sent;
    staging.write(CertificateFile::FullChain, full_chain.as_bytes())?;
    staging.write(CertificateFile::Chain, above.chain.as_bytes())
}
