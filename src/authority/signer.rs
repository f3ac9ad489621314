//! Which CA signs.

use super::{AuthorityError, chain_above};
use crate::{
    ca::Issuer,
    key::PrivateKey,
    store::{Authority, Inventory, NewAuthority, RecordIssuer, Store, StoreName},
    x509::{CaCertificate, Certificate, Name, X509Error},
};
use time::OffsetDateTime;

/// A CA that can sign, how the inventory knows it, and the certificates above it.
pub struct SigningAuthority {
    pub(super) issuer: Issuer,
    pub(super) recorded_as: RecordIssuer,
    /// The CA's own certificate first, the root last; empty for a root that is about to be made.
    pub(super) chain: Vec<Certificate>,
}

impl SigningAuthority {
    /// A root CA that is about to sign itself.
    pub fn new_root(subject: Name, key: PrivateKey) -> Self {
        Self {
            issuer: Issuer::self_signing(subject, key),
            recorded_as: RecordIssuer::Itself,
            chain: Vec::new(),
        }
    }

    /// A CA of this PKI, with its key.
    ///
    /// # Errors
    /// A key that does not fit, or an inventory that cannot be read.
    pub fn of_this_pki(
        store: &Store,
        authority: &Authority,
        key: PrivateKey,
    ) -> Result<Self, AuthorityError> {
        let certificate = Certificate::from_der(&authority.certificate_der)?;
        let mut chain = vec![certificate.clone()];
        chain.extend(chain_above(store.inventory(), &certificate)?);
        let settings = store.inventory().authority_settings(authority.id)?;
        let issuer = Issuer::new(CaCertificate::try_from(certificate)?, key)?
            .with_services(settings.services);
        Ok(Self {
            issuer,
            recorded_as: RecordIssuer::Authority(authority.id),
            chain,
        })
    }

    /// A CA made elsewhere and used by its files: the inventory gets to know it without a name.
    ///
    /// # Errors
    /// A key that does not fit, or an inventory that cannot be written.
    pub fn from_elsewhere(
        store: &mut Store,
        certificate: CaCertificate,
        key: PrivateKey,
        now: OffsetDateTime,
    ) -> Result<Self, AuthorityError> {
        let issuer = Issuer::new(certificate.clone(), key)?;
        let certificate = certificate.certificate();
        let id = store.add_authority(&new_authority(certificate, now))?;
        let mut chain = vec![certificate.clone()];
        chain.extend(chain_above(store.inventory(), certificate)?);
        Ok(Self {
            issuer,
            recorded_as: RecordIssuer::Authority(id),
            chain,
        })
    }

    /// The CA's certificate first, the root last; empty for a root that is about to be made.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }
}

/// A CA that was made elsewhere, as the inventory gets to know it: without a name.
pub(super) fn new_authority(certificate: &Certificate, now: OffsetDateTime) -> NewAuthority {
    NewAuthority {
        name: None,
        subject: certificate.subject().openssl_oneline(),
        subject_der: certificate.subject().as_der().to_vec(),
        key_id: certificate
            .subject_key_identifier()
            .map(|id| id.as_octets().to_vec())
            .unwrap_or_default(),
        certificate_der: certificate.as_der().to_vec(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        created_at: now,
    }
}

/// The CA of a name; without a name the only one that there is.
///
/// # Errors
/// No such CA, no CA at all, or several and no name.
pub fn named(inventory: &Inventory, name: Option<&StoreName>) -> Result<Authority, AuthorityError> {
    let named: Vec<Authority> = inventory
        .authorities()?
        .into_iter()
        .filter(|authority| authority.name.is_some())
        .collect();
    let names = || {
        named
            .iter()
            .filter_map(|authority| authority.name.as_ref().map(StoreName::to_string))
            .collect()
    };
    match (name, named.as_slice()) {
        (Some(name), _) => named
            .iter()
            .find(|authority| authority.name.as_ref() == Some(name))
            .cloned()
            .ok_or_else(|| AuthorityError::NoSuchCa {
                name: name.to_string(),
                known: names(),
            }),
        (None, []) => Err(AuthorityError::NoCa),
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(AuthorityError::WhichCa(names())),
    }
}

/// The certificate of an authority of the inventory.
///
/// # Errors
/// Bytes in the inventory that are no certificate.
pub fn named_certificate(authority: &Authority) -> Result<Certificate, X509Error> {
    Certificate::from_der(&authority.certificate_der)
}
