//! The foreign formats that a certificate is wanted in.

use std::path::PathBuf;

use aws_lc_rs::digest::{Context, SHA256};

use crate::{
    formats::{
        Alias,
        kubernetes::{Namespace, ObjectName},
        pkcs12,
    },
    store::sent_chain,
    x509::{Certificate, hexadecimal},
};

/// A file that is kept beside the PKI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Where it is written.
    pub file: PathBuf,
    /// What it is.
    pub format: ExportFormat,
}

/// What an exported file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// PKCS#12: key, certificate and chain under a password.
    Pkcs12 {
        /// The file whose first line is the password.
        password_file: PathBuf,
        /// Who will read it.
        protection: pkcs12::Protection,
        /// The name that its reader shows.
        friendly_name: String,
    },
    /// Java key store: key, certificate and chain under a password.
    Jks {
        /// The file whose first line is the password.
        password_file: PathBuf,
        /// The name of the entry.
        alias: Alias,
    },
    /// The root above the certificate, for Java to trust.
    TrustStore {
        /// The file whose first line is the password.
        password_file: PathBuf,
        /// In which format.
        form: TrustStoreForm,
        /// The name of the first entry.
        alias: Alias,
    },
    /// Objects of Kubernetes, as YAML.
    Kubernetes {
        /// Which.
        objects: KubernetesObjects,
        /// The name of the secret, and of the config map without its `-ca`.
        name: ObjectName,
        /// Where they belong.
        namespace: Option<Namespace>,
    },
    /// PKCS#7: certificate and chain.
    Pkcs7,
    /// DER: the certificate alone.
    Der,
    /// PEM: certificates, without the key.
    Pem(PemPart),
}

/// Which certificates a PEM file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PemPart {
    /// The certificate alone.
    #[default]
    Certificate,
    /// The certificate, then the intermediates: what a server sends.
    FullChain,
    /// The issuer up to the root.
    Chain,
}

/// In which format Java reads what it is to trust.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrustStoreForm {
    /// PKCS#12, for Java 8u301 and later.
    #[default]
    Pkcs12,
    /// Sun's own.
    Jks,
}

/// Which objects of Kubernetes a file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KubernetesObjects {
    /// The secret with key and certificate.
    Secret,
    /// The config map with the roots to trust.
    ConfigMap,
    /// Both.
    #[default]
    Both,
}

impl ExportFormat {
    /// The word of the format, which is its key in the manifest too.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pkcs12 { .. } => "p12",
            Self::Jks { .. } => "jks",
            Self::TrustStore { .. } => "truststore",
            Self::Kubernetes { .. } => "k8s",
            Self::Pkcs7 => "p7b",
            Self::Der => "der",
            Self::Pem(_) => "pem",
        }
    }

    /// What a file of the format is called in sentences.
    pub(super) fn title(&self) -> &'static str {
        match self {
            Self::Pkcs12 { .. } => "the PKCS#12 file",
            Self::Jks { .. } => "the Java key store",
            Self::TrustStore { .. } => "the trust store",
            Self::Kubernetes { .. } => "the file for Kubernetes",
            Self::Pkcs7 => "the PKCS#7 file",
            Self::Der => "the DER file",
            Self::Pem(_) => "the PEM file",
        }
    }

    /// The file whose first line is the password, where it has one.
    pub fn password_file(&self) -> Option<&PathBuf> {
        match self {
            Self::Pkcs12 { password_file, .. }
            | Self::Jks { password_file, .. }
            | Self::TrustStore { password_file, .. } => Some(password_file),
            Self::Kubernetes { .. } | Self::Pkcs7 | Self::Der | Self::Pem(_) => None,
        }
    }

    /// The file that it goes to where none is named: beside the manifest.
    pub(super) fn usual_file(&self, called: &str) -> PathBuf {
        let ending = match self {
            Self::Der => "cer",
            Self::Kubernetes { .. } => "yaml",
            Self::TrustStore {
                form: TrustStoreForm::Pkcs12,
                ..
            } => "trust.p12",
            Self::TrustStore {
                form: TrustStoreForm::Jks,
                ..
            } => "trust.jks",
            other => other.word(),
        };
        PathBuf::from(format!("{called}.{ending}"))
    }
}

impl ExportFormat {
    /// How it is made, in words that change when the wish does, or the certificates of `chain` that
    /// go into the file: `chain` is the issuer up to the root.
    pub fn settings(&self, chain: &[Certificate]) -> String {
        let wish = self.wish();
        match self {
            Self::Der | Self::Pem(PemPart::Certificate) => wish,
            Self::Pem(PemPart::FullChain) => with_digest(&wish, &sent_chain(chain)),
            // What is trusted changes with the chain: in a rollover that leads over another root.
            Self::Pkcs12 { .. }
            | Self::Jks { .. }
            | Self::TrustStore { .. }
            | Self::Kubernetes { .. }
            | Self::Pkcs7
            | Self::Pem(PemPart::Chain) => with_digest(&wish, chain),
        }
    }

    /// Whether [`settings`](Self::settings) that were noted are of the same wish, whatever the chain
    /// was.
    pub(super) fn is_wish_of(&self, settings: &str) -> bool {
        settings
            .strip_prefix(&self.wish())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(CHAIN))
    }

    fn wish(&self) -> String {
        match self {
            Self::Pkcs12 {
                password_file,
                protection,
                friendly_name,
            } => format!("p12 {protection:?} {friendly_name:?} {password_file:?}"),
            Self::Jks {
                password_file,
                alias,
            } => format!("jks {:?} {password_file:?}", alias.as_str()),
            Self::TrustStore {
                password_file,
                form,
                alias,
            } => format!("truststore {form:?} {:?} {password_file:?}", alias.as_str()),
            Self::Kubernetes {
                objects,
                name,
                namespace,
            } => {
                let namespace = namespace
                    .as_ref()
                    .map(Namespace::as_str)
                    .unwrap_or_default();
                format!("k8s {objects:?} {name} {namespace:?}")
            }
            Self::Pkcs7 => "p7b".to_owned(),
            Self::Der => "der".to_owned(),
            Self::Pem(part) => format!("pem {part:?}"),
        }
    }
}

/// What stands between a wish and the digest of a chain.
const CHAIN: &str = " chain ";

fn with_digest(wish: &str, chain: &[Certificate]) -> String {
    let mut context = Context::new(&SHA256);
    // Each is a DER value, which has its length within.
    for certificate in chain {
        context.update(certificate.as_der());
    }
    let digest = hexadecimal(context.finish().as_ref()).to_lowercase();
    format!("{wish}{CHAIN}{digest}")
}

impl PemPart {
    /// Every part with its word.
    pub(super) const WORDS: [(&'static str, Self); 3] = [
        ("certificate", Self::Certificate),
        ("fullchain", Self::FullChain),
        ("chain", Self::Chain),
    ];
}

impl TrustStoreForm {
    /// Every form with its word.
    pub(super) const WORDS: [(&'static str, Self); 2] = [("p12", Self::Pkcs12), ("jks", Self::Jks)];
}

impl KubernetesObjects {
    /// Every choice with its word.
    pub(super) const WORDS: [(&'static str, Self); 3] = [
        ("secret", Self::Secret),
        ("config-map", Self::ConfigMap),
        ("both", Self::Both),
    ];
}
