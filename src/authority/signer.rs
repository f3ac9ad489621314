//! Which CA signs.

use super::AuthorityError;
use crate::{
    ca::Issuer,
    key::PrivateKey,
    store::{
        AboveAll, Authority, AuthorityId, Inventory, NewAuthority, Paths, RecordIssuer, Status,
        Store, StoreError, StoreName,
    },
    x509::{CaCertificate, Certificate, Name, RevocationReason, X509Error, moment_text},
};
use std::sync::{Arc, OnceLock};
use time::OffsetDateTime;

/// A CA that can sign, how the inventory knows it, and the certificates above it.
pub struct SigningAuthority {
    pub(super) issuer: Issuer,
    pub(super) recorded_as: RecordIssuer,
    /// The CA's own certificate first, its root last; empty for a root that is about to be made.
    pub(super) path: Vec<Certificate>,
    /// The chain of what it signs: its path, except while a root is rolled over.
    pub(super) chain: Arc<[Certificate]>,
    /// The same as PEM, made when it is first asked for.
    above_all: OnceLock<AboveAll>,
    /// That it signs no certificate any more.
    pub(super) succeeded: Option<Succeeded>,
    /// That its own certificate is revoked: whatever it signed would be refused with it.
    pub(super) revoked: Option<RevokedCa>,
}

/// A CA whose own certificate is revoked: its key still signs revocation lists.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the CA {subject} signs no certificate any more: it is revoked since {} ({reason})", moment_text(*.at))]
pub struct RevokedCa {
    /// Its subject.
    pub subject: String,
    /// Since when.
    pub at: OffsetDateTime,
    /// Why.
    pub reason: RevocationReason,
}

/// A CA whose successor signs in its place: its key still signs revocation lists.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the CA {name} signs no certificate any more: its successor {successor} does, since {}", moment_text(*.switched_at))]
pub struct Succeeded {
    /// The CA.
    pub name: String,
    /// The CA that took over.
    pub successor: String,
    /// Since when.
    pub switched_at: OffsetDateTime,
}

impl SigningAuthority {
    /// A root CA that is about to sign itself.
    pub fn new_root(subject: Name, key: PrivateKey) -> Self {
        Self {
            issuer: Issuer::self_signing(subject, key),
            recorded_as: RecordIssuer::Itself,
            path: Vec::new(),
            chain: Arc::default(),
            above_all: OnceLock::new(),
            succeeded: None,
            revoked: None,
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
        let inventory = store.inventory();
        let paths = Paths::of(inventory)?;
        let settings = inventory.authority_settings(authority.id)?;
        let issuer = Issuer::new(CaCertificate::try_from(certificate)?, key)?
            .with_services(settings.services);
        Ok(Self {
            issuer,
            recorded_as: RecordIssuer::Authority(authority.id),
            path: paths.of_authority(authority.id),
            chain: paths.signed_by(authority.id).into(),
            above_all: OnceLock::new(),
            succeeded: succeeded(inventory, authority)?,
            revoked: revoked(inventory, authority)?,
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
        let mut path = vec![certificate.clone()];
        path.extend(Paths::of(store.inventory())?.above(certificate));
        Ok(Self {
            issuer,
            recorded_as: RecordIssuer::Authority(id),
            chain: path.clone().into(),
            above_all: OnceLock::new(),
            path,
            succeeded: None,
            revoked: None,
        })
    }

    /// Its private key, for another certificate of it.
    pub fn into_key(self) -> PrivateKey {
        self.issuer.into_key()
    }

    /// The CA's own certificate first, its root last; empty for a root that is about to be made.
    /// Nothing that it signs may outlive any of them.
    pub fn path(&self) -> &[Certificate] {
        &self.path
    }

    /// What the chain files of all that it signs have in common.
    pub(super) fn above_all(&self) -> &AboveAll {
        self.above_all.get_or_init(|| AboveAll::of(&self.chain))
    }

    /// The certificates that are filed with what it signs. While a root is rolled over they lead
    /// over the cross-certificate to the other root.
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

pub(super) fn revoked(
    inventory: &Inventory,
    authority: &Authority,
) -> Result<Option<RevokedCa>, AuthorityError> {
    let own = inventory.by_fingerprint(&authority.fingerprint)?;
    Ok(own.and_then(|row| match row.status {
        Status::Revoked { at, reason, .. } => Some(RevokedCa {
            subject: row.subject,
            at,
            reason,
        }),
        _ => None,
    }))
}

fn succeeded(
    inventory: &Inventory,
    authority: &Authority,
) -> Result<Option<Succeeded>, AuthorityError> {
    let (Some(switched_at), Some(successor)) = (authority.switched_at, authority.successor) else {
        return Ok(None);
    };
    let title = |authority: &Authority| match &authority.name {
        Some(name) => name.to_string(),
        None => authority.subject.clone(),
    };
    Ok(Some(Succeeded {
        name: title(authority),
        successor: title(&stands_for(inventory, successor)?),
        switched_at,
    }))
}

/// The CA that signs for a name: after a rollover the successor of the CA of that name. Without a
/// name the only one that there is, a CA and its successor counting as one.
///
/// # Errors
/// No such CA, no CA at all, or several and no name.
pub fn named(inventory: &Inventory, name: Option<&StoreName>) -> Result<Authority, AuthorityError> {
    if name.is_some() {
        return stands_for(inventory, itself(inventory, name)?.id);
    }
    let authorities = inventory.authorities()?;
    let is_waiting = |authority: &Authority| {
        authorities
            .iter()
            .any(|old| old.successor == Some(authority.id) && old.switched_at.is_none())
    };
    let signing: Vec<&Authority> = authorities
        .iter()
        .filter(|one| one.name.is_some() && one.switched_at.is_none() && !is_waiting(one))
        .collect();
    match signing.as_slice() {
        [only] => Ok((*only).clone()),
        _ => itself(inventory, None),
    }
}

/// The CA that signs in the place of one that the inventory knows: its newest certificate, or that
/// of its successor once that has taken over.
///
/// # Errors
/// What SQLite refuses, and an authority that is not in the inventory.
pub fn stands_for(inventory: &Inventory, id: AuthorityId) -> Result<Authority, AuthorityError> {
    let authorities = inventory.authorities()?;
    let unknown = || StoreError::AuthorityUnknown { id: id.number() };
    let mut wanted = id;
    // No chain of renewals and successors has more links than there are authorities.
    for _ in 0..=authorities.len() {
        let authority = authorities
            .iter()
            .find(|authority| authority.id == wanted)
            .ok_or_else(unknown)?;
        let next = authority.renewed_by.or_else(|| {
            authority
                .successor
                .filter(|_| authority.switched_at.is_some())
        });
        match next {
            Some(next) => wanted = next,
            None => return Ok(authority.clone()),
        }
    }
    Err(unknown().into())
}

/// The CA of a name, whether or not another one signs in its place by now; without a name the only one that there is.
///
/// # Errors
/// No such CA, no CA at all, or several and no name.
pub fn itself(
    inventory: &Inventory,
    name: Option<&StoreName>,
) -> Result<Authority, AuthorityError> {
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
