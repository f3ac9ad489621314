//! What is in a file of a foreign format.

use std::path::Path;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{ApplyError, Secrets};
use crate::{
    formats::{
        TrustedCertificate, jks,
        kubernetes::{self, DOCUMENT_SEPARATOR, Place, TlsSecret},
        pkcs7, pkcs12,
    },
    key::{KeyError, KeyFile, PrivateKey},
    manifest::{ExportFormat, KubernetesObjects, PemPart, TrustStoreForm},
    store::{
        AuthorityId, CertificateFile, Store, StoreName,
        files::{self, Secrecy},
        root_anchors, sent_chain,
    },
    x509::{Certificate, pem_block},
};

/// The certificate that is exported.
pub(super) struct Subject<'a> {
    pub(super) name: &'a StoreName,
    pub(super) certificate: &'a Certificate,
    /// The issuer up to the root.
    pub(super) chain: &'a [Certificate],
    pub(super) issuer: Option<AuthorityId>,
}

/// The content of a file, and whether everybody may read it.
pub(super) fn content(
    store: &Store,
    subject: &Subject<'_>,
    format: &ExportFormat,
    secrets: &mut dyn Secrets,
    now: OffsetDateTime,
) -> Result<(Zeroizing<Vec<u8>>, Secrecy), ApplyError> {
    let Subject {
        name,
        certificate,
        chain,
        issuer: _,
    } = subject;
    let pem = |certificates: &[Certificate]| -> String {
        certificates.iter().map(Certificate::to_pem).collect()
    };
    Ok(match format {
        ExportFormat::Pkcs12 {
            password_file,
            protection,
            friendly_name,
        } => {
            let bundle = subject.bundle(store, Some(friendly_name))?;
            let password = password(secrets, name, password_file)?;
            let octets = pkcs12::write(&bundle, &password, *protection)?;
            pkcs12::check(&octets, &password, &bundle)?;
            (octets, Secrecy::Secret)
        }
        ExportFormat::Jks {
            password_file,
            alias,
        } => {
            let bundle = subject.bundle(store, None)?;
            let password = password(secrets, name, password_file)?;
            let octets = jks::write_key(&bundle, alias, &password, now)?;
            (octets, Secrecy::Secret)
        }
        ExportFormat::TrustStore {
            password_file,
            form,
            alias,
        } => {
            let roots = subject.roots(store)?;
            let ders = roots.iter().map(|root| root.as_der().to_vec());
            let trusted = TrustedCertificate::each(alias, ders);
            let password = password(secrets, name, password_file)?;
            let octets = match form {
                TrustStoreForm::Jks => jks::write_trust(&trusted, &password, now)?,
                TrustStoreForm::Pkcs12 => {
                    let protection = pkcs12::Protection::default();
                    let octets = pkcs12::write_trust(&trusted, &password, protection)?;
                    pkcs12::check_trust(&octets, &password, &trusted)?;
                    octets
                }
            };
            (octets, Secrecy::Public)
        }
        ExportFormat::Kubernetes {
            objects,
            name: object,
            namespace,
        } => {
            let roots = subject.roots(store)?;
            let namespace = namespace.as_ref();
            let map_name = match objects {
                KubernetesObjects::ConfigMap => object.clone(),
                KubernetesObjects::Secret | KubernetesObjects::Both => object.of_config_map()?,
            };
            let place = Place {
                name: &map_name,
                namespace,
            };
            let map = kubernetes::config_map(place, &roots);
            if *objects == KubernetesObjects::ConfigMap {
                return Ok((map.into_bytes().into(), Secrecy::Public));
            }
            let key = subject.key(store)?;
            let sent = sent_chain(chain);
            let place = Place {
                name: object,
                namespace,
            };
            let secret = TlsSecret::new(certificate, &sent, &key, &roots)?.document(place);
            let parts = match objects {
                KubernetesObjects::Both => vec![secret.as_str(), DOCUMENT_SEPARATOR, &map],
                _ => vec![secret.as_str()],
            };
            (Zeroizing::new(parts.concat().into_bytes()), Secrecy::Secret)
        }
        ExportFormat::Pkcs7 => {
            let above = chain.iter().map(Certificate::as_der);
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

impl Subject<'_> {
    fn key(&self, store: &Store) -> Result<PrivateKey, ApplyError> {
        let unusable = |cause: KeyError| ApplyError::Key {
            name: self.name.clone(),
            cause,
        };
        let path = store
            .layout()
            .certificate_file(self.name, CertificateFile::Key);
        let octets = files::read(&path, files::USUAL_LIMIT)?;
        KeyFile::read(&octets)
            .and_then(|file| file.unlock(None))
            .map_err(unusable)
    }

    /// Key, certificate and chain, which fit each other.
    fn bundle(
        &self,
        store: &Store,
        friendly_name: Option<&str>,
    ) -> Result<pkcs12::Bundle, ApplyError> {
        let above: Vec<&[u8]> = self.chain.iter().map(Certificate::as_der).collect();
        Ok(pkcs12::Bundle::new(
            self.key(store)?.pkcs8_der().as_bytes(),
            self.certificate.as_der(),
            &above,
            friendly_name,
        )?)
    }

    /// The roots that clients of the certificate are to trust.
    fn roots(&self, store: &Store) -> Result<Vec<Certificate>, ApplyError> {
        let issuer = self.issuer.ok_or(ApplyError::NoChain)?;
        match root_anchors(store.inventory(), issuer)? {
            roots if roots.is_empty() => Err(ApplyError::NoChain),
            roots => Ok(roots),
        }
    }
}

fn password(
    secrets: &mut dyn Secrets,
    name: &StoreName,
    file: &Path,
) -> Result<pkcs12::NewPassword, ApplyError> {
    let secret = secrets.for_export(name, file).map_err(ApplyError::Secret)?;
    Ok(pkcs12::NewPassword::new(secret.as_bytes())?)
}
