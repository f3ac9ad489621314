//! PKCS#7 in descriptions (RFC 5652 §5).

use serde::Serialize;
use time::OffsetDateTime;

use super::{CertificateDescription, Description, RevocationListDescription};
use crate::{formats::pkcs7::SignedData, inspect::InspectError, x509::Certificate};

/// A PKCS#7 message with certificates.
#[derive(Clone, Debug, Serialize)]
pub struct Pkcs7Description {
    /// Signers; 0 where it is only a bag of certificates. Their signatures are not checked.
    pub signers: usize,
    /// Attribute certificates and other things in it that are not shown.
    pub others: usize,
    /// Its certificates, then its revocation lists, in order.
    pub objects: Vec<Description>,
}

impl Pkcs7Description {
    pub(super) fn of(data: &SignedData, now: OffsetDateTime) -> Self {
        let certificates = data.certificates.iter().map(|der| {
            Certificate::from_der(der)
                .map(|certificate| CertificateDescription::of(&certificate, now))
                .map(|certificate| Description::Certificate(Box::new(certificate)))
                .map_err(InspectError::from)
        });
        let lists = data.crls.iter().map(|der| {
            RevocationListDescription::of(der, now)
                .map(|list| Description::RevocationList(Box::new(list)))
                .map_err(InspectError::from)
        });
        Self {
            signers: data.signers,
            others: data.others,
            objects: certificates
                .chain(lists)
                .map(|object| object.unwrap_or_else(|error| Description::unreadable(&error)))
                .collect(),
        }
    }
}
