//! What the PKI has, as templates see it.

use std::error::Error;

use zeroize::Zeroizing;

/// What a certificate can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It can be shown to who connects.
    Server,
    /// It can be shown to a server alone.
    Client,
}

/// A certificate of the PKI, with its files.
#[derive(Clone, Debug)]
pub struct CertificateStock {
    /// What it is called in the PKI.
    pub name: String,
    /// Its folder, as it is on this machine.
    pub folder: String,
    /// PEM of the certificate.
    pub pem: String,
    /// PEM of the certificate and the intermediates above it.
    pub fullchain_pem: String,
    /// PEM from its issuer up to the root.
    pub chain_pem: String,
    /// PEM of its private key, where it is here and was asked for.
    pub key_pem: Option<Zeroizing<String>>,
    /// Whether its private key is encrypted.
    pub key_is_encrypted: bool,
    /// Its kind of key, such as `rsa2048`.
    pub key_kind: String,
    /// Its subject.
    pub subject: String,
    /// What it can be used for.
    pub purpose: Purpose,
    /// The common name of its subject, else its first name.
    pub common_name: String,
    /// Its DNS names.
    pub dns_names: Vec<String>,
    /// Its IP addresses.
    pub addresses: Vec<String>,
    /// Its serial number in hexadecimal.
    pub serial: String,
    /// The first moment of its life, RFC 3339.
    pub not_before: String,
    /// The last moment of its life, RFC 3339.
    pub not_after: String,
    /// SHA-256 of its DER, in hexadecimal.
    pub fingerprint: String,
}

/// A certification authority of the PKI, with its files.
#[derive(Clone, Debug)]
pub struct AuthorityStock {
    /// What it is called in the PKI.
    pub name: String,
    /// Its certificate, as it is on this machine.
    pub file: String,
    /// What clients are to trust, as it is on this machine: the certificate, and while a root is
    /// rolled over the bundle of the old and the new.
    pub trust_file: String,
    /// PEM of its certificate.
    pub pem: String,
    /// PEM of its certificate and those above it.
    pub chain_pem: String,
    /// PEM of what is in `trust_file`.
    pub trust_pem: String,
    /// PEM of what the certificates that it signed are verified with: its certificate and those above
    /// it, and while their root is rolled over the old and the new.
    pub verify_pem: String,
    /// PEM of what makes it trusted by itself, without the CAs above it: its certificate, and while its
    /// key is rolled over the old and the new.
    pub anchor_pem: String,
    /// Whether it is signed by itself.
    pub is_root: bool,
    /// How many CAs there are from it up to the root, itself and the root included.
    pub depth: usize,
    /// The revocation lists that whoever trusts it needs, as they are on this machine, if they were
    /// made.
    pub crl_file: Option<String>,
    /// PEM of what is in `crl_file`.
    pub crl_pem: Option<String>,
    /// The common name of its subject.
    pub common_name: String,
    /// Its subject.
    pub subject: String,
    /// Its subject where every server writes it alike: letters, digits and few marks, of the usual
    /// parts.
    pub plain_subject: Option<String>,
    /// SHA-256 of its DER, in hexadecimal.
    pub fingerprint: String,
}

/// Gives what the PKI has.
pub trait Stock {
    /// A certificate by its name.
    ///
    /// # Errors
    /// No such certificate, or one that cannot be read.
    fn certificate(&self, name: &str) -> Result<CertificateStock, Box<dyn Error + Send + Sync>>;

    /// A CA by its name; `@root` and `@issuer` are those above the certificate `of`.
    ///
    /// # Errors
    /// No such CA, or one that cannot be read.
    fn authority(
        &self,
        name: &str,
        of: &CertificateStock,
    ) -> Result<AuthorityStock, Box<dyn Error + Send + Sync>>;
}
