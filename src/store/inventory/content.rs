//! What the inventory keeps of a certificate, as the certificate itself says it.

use super::record::{CertificateKind, SanKind, SanText};
use crate::x509::{
    BasicConstraints, Certificate, ExtendedKeyUsage, GeneralName, KeyIdentifier, oid,
};

impl SanText {
    /// A name of a certificate.
    pub fn of(name: &GeneralName) -> Self {
        let (kind, value) = match name {
            GeneralName::Dns(value) => (SanKind::Dns, value.clone()),
            GeneralName::Ip(address) => (SanKind::Ip, address.to_string()),
            GeneralName::Email(value) => (SanKind::Email, value.clone()),
            GeneralName::Uri(value) => (SanKind::Uri, value.clone()),
            other => (SanKind::Other, other.to_string()),
        };
        Self { kind, value }
    }
}

impl CertificateKind {
    /// What a certificate is for, by its extended key usage. Without that extension it is good for
    /// everything (RFC 5280 §4.2.1.12), so it counts as a peer; one for other purposes, such as
    /// e-mail, stands for its holder, so it counts as a client.
    pub fn of(certificate: &Certificate) -> Self {
        let constraints = certificate
            .extension(&oid::BASIC_CONSTRAINTS)
            .and_then(|extension| extension.read_basic_constraints().ok());
        if matches!(constraints, Some(BasicConstraints::Ca(_))) {
            return Self::Ca;
        }
        let Some(usage) = certificate
            .extension(&oid::EXTENDED_KEY_USAGE)
            .and_then(|extension| ExtendedKeyUsage::from_extension(extension).ok())
        else {
            return Self::Peer;
        };
        let serves = |purpose| {
            usage.purposes().contains(&purpose)
                || usage.purposes().contains(&oid::ANY_EXTENDED_KEY_USAGE)
        };
        match (serves(oid::SERVER_AUTH), serves(oid::CLIENT_AUTH)) {
            (true, true) => Self::Peer,
            (true, false) => Self::Server,
            (false, _) => Self::Client,
        }
    }
}

/// The subject key identifier of a certificate; what it would be if it has none.
pub fn key_id_of(certificate: &Certificate) -> Vec<u8> {
    certificate
        .subject_key_identifier()
        .unwrap_or_else(|| KeyIdentifier::of(certificate.public_key()))
        .as_octets()
        .to_vec()
}
