//! The serial numbers on a certificate revocation list.

use std::collections::HashSet;

use x509_parser::prelude::{CertificateRevocationList, FromDer as _};

use super::X509Error;

/// The serial numbers that a list in DER has, each without leading zeros (RFC 5280 §5.1.2.6).
///
/// # Errors
/// Bytes that are no list.
pub fn revoked_serials(list: &[u8]) -> Result<HashSet<Vec<u8>>, X509Error> {
    let (_, list) = CertificateRevocationList::from_der(list)
        .map_err(|error| X509Error::malformed("revocation list", error.to_string()))?;
    let significant = |serial: &[u8]| -> Vec<u8> {
        serial
            .iter()
            .copied()
            .skip_while(|octet| *octet == 0)
            .collect()
    };
    Ok(list
        .iter_revoked_certificates()
        .map(|revoked| significant(revoked.raw_serial()))
        .collect())
}
