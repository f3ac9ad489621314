//! Seeing that the CA which signed a certificate is no longer the one that its name stands for.

use super::{AuthorityError, named_certificate, stands_for};
use crate::{
    store::{Authority, Inventory, Row},
    x509::{Certificate, KeyIdentifier, Name},
};

/// A certificate whose issuer is another one by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerChange {
    /// The issuer's name in the certificate.
    pub old_issuer: Name,
    /// The issuer's key identifier in the certificate.
    pub old_key: Option<KeyIdentifier>,
    /// The CA that signs now.
    pub signer: Authority,
    /// What differs.
    pub differs: IssuerDifference,
}

/// What differs between the issuer that a certificate names and the CA that signs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerDifference {
    /// The name: it is another CA.
    Name,
    /// The key only: the CA was rolled over.
    Key,
}

/// Whether a certificate was signed by another CA than the one that now stands for its issuer: its
/// issuer name and authority key identifier (RFC 5280 §4.2.1.1) are compared with that CA's subject
/// and key. A CA that was renewed with its name and key is the same.
///
/// # Errors
/// An inventory that cannot be read.
pub fn issuer_has_changed(
    inventory: &Inventory,
    row: &Row,
) -> Result<Option<IssuerChange>, AuthorityError> {
    let Some(issuer) = row.issuer else {
        return Ok(None);
    };
    issuer_differs(inventory, row, &stands_for(inventory, issuer)?)
}

/// Whether a certificate was signed by another CA than `signer`.
///
/// # Errors
/// An inventory that cannot be read.
pub fn issuer_differs(
    inventory: &Inventory,
    row: &Row,
    signer: &Authority,
) -> Result<Option<IssuerChange>, AuthorityError> {
    let Some(der) = inventory.certificate_der(row.id)? else {
        return Ok(None);
    };
    let certificate = Certificate::from_der(&der)?;
    let differs = issuer_difference(&certificate, &named_certificate(signer)?);
    Ok(differs.map(|differs| IssuerChange {
        old_issuer: certificate.issuer().clone(),
        old_key: certificate.authority_key_identifier(),
        signer: signer.clone(),
        differs,
    }))
}

/// What differs between the issuer that a certificate names and the CA with this certificate.
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
