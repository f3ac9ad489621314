//! Seeing that a certificate was signed by another CA than the one that signs now.

use crate::x509::Certificate;

/// What differs between the issuer that a certificate names and the CA that signs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerDifference {
    /// The name: it is another CA.
    Name,
    /// The key only: the CA was rolled over.
    Key,
}

/// What differs between the issuer that a certificate names and the CA with this certificate: its
/// issuer name and authority key identifier (RFC 5280 §4.2.1.1) are compared with that CA's subject
/// and key identifier. A CA that was renewed with its name and key is the same.
pub fn issuer_difference(
    certificate: &Certificate,
    signer: &Certificate,
) -> Option<IssuerDifference> {
    let old_key = certificate.authority_key_identifier();
    let new_key = signer.subject_key_identifier();
    if certificate.issuer() != signer.subject() {
        Some(IssuerDifference::Name)
    } else if old_key.is_some() && new_key.is_some() && old_key != new_key {
        Some(IssuerDifference::Key)
    } else {
        None
    }
}
