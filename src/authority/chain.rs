//! The certificates above a certificate.

use crate::{
    key::verify_signature,
    store::{Inventory, StoreError},
    x509::{Certificate, X509Error},
};

/// Longer chains than this are a loop or a mistake.
pub(super) const LONGEST: usize = 16;

/// The issuer of `certificate`, that one's issuer, and so on to the root, as far as the inventory
/// knows them; empty for a root.
///
/// # Errors
/// What the inventory cannot read.
pub fn chain_above(
    inventory: &Inventory,
    certificate: &Certificate,
) -> Result<Vec<Certificate>, StoreError> {
    let known: Vec<Certificate> = inventory
        .authorities()?
        .iter()
        .filter_map(|authority| Certificate::from_der(&authority.certificate_der).ok())
        .collect();
    let mut chain: Vec<Certificate> = Vec::new();
    let mut current = certificate.clone();
    while !is_self_signed(&current) && chain.len() < LONGEST {
        // After a CA was renewed several certificates carry its name and key: the newest one.
        let issuer = known
            .iter()
            .filter(|issuer| issuer.subject() == current.issuer() && has_signed(issuer, &current))
            .max_by_key(|issuer| issuer.not_after());
        let Some(issuer) = issuer else { break };
        chain.push(issuer.clone());
        current = issuer.clone();
    }
    Ok(chain)
}

/// What of a chain a server sends: the roots are left out (RFC 8446 §4.4.2), since clients have them
/// already. A certificate that is only self-issued, as in a rollover, is sent.
pub fn sent_chain(chain: &[Certificate]) -> Vec<Certificate> {
    chain
        .iter()
        .filter(|certificate| !is_self_signed(certificate))
        .cloned()
        .collect()
}

/// Whether a certificate is signed by its own key: a root.
pub fn is_self_signed(certificate: &Certificate) -> bool {
    certificate.is_self_issued() && has_signed(certificate, certificate)
}

pub(super) fn has_signed(issuer: &Certificate, certificate: &Certificate) -> bool {
    let parts: Result<_, X509Error> = certificate.signed_parts();
    parts.is_ok_and(|parts| {
        verify_signature(
            parts.algorithm,
            issuer.public_key().spki_der(),
            parts.tbs,
            parts.signature,
        )
        .is_ok()
    })
}
