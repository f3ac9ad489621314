//! Renewing the certificate of a CA: the same name and the same key, with new dates.

use time::OffsetDateTime;

use super::{
    AuthorityError, SigningAuthority,
    certify::{Filed, Order, certify},
    filing::Filing,
    is_self_signed, named_certificate,
    signer::stands_for,
};
use crate::{
    profile::{AlternativeNames, Application, CaProfile, LongLife, OperatorExtension, Profile},
    store::{Authority, Inventory, RefreshedChains, Store, StoreName},
    x509::{CaCertificate, Certificate, Extension, Name, ProvenKey, Validity, oid},
};

/// A CA whose certificate was renewed.
#[derive(Debug)]
pub struct RenewedAuthority {
    /// The new certificate.
    pub filed: Filed,
    /// Whose chain files have it now.
    pub refreshed: RefreshedChains,
}

/// Who signs the certificate of a CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertifiedBy {
    /// Its own key: it is a root.
    Itself,
    /// This CA of this PKI.
    Authority(Box<Authority>),
}

/// Who signs the next certificate of a CA: its own key if it is a root, else the CA that now stands
/// for the one that signed the last.
///
/// # Errors
/// [`AuthorityError::AuthorityNotRenewable`] if its issuer is no CA of this PKI, and an inventory
/// that cannot be read.
pub fn certified_by(
    inventory: &Inventory,
    authority: &Authority,
) -> Result<CertifiedBy, AuthorityError> {
    let certificate = named_certificate(authority)?;
    if is_self_signed(&certificate) {
        return Ok(CertifiedBy::Itself);
    }
    let issuer = crate::store::chain_above(inventory, &certificate)?
        .first()
        .map(Certificate::fingerprint_sha256);
    let issuer = match issuer {
        Some(fingerprint) => inventory.authority_by_fingerprint(&fingerprint)?,
        None => None,
    };
    // The certificate may hang below a cross-certificate: the CA that this certifies signs.
    let id = issuer.map(|issuer| issuer.cross_of.unwrap_or(issuer.id));
    let signer = id.map(|id| stands_for(inventory, id)).transpose()?;
    match signer.filter(|signer| signer.name.is_some()) {
        Some(signer) => Ok(CertifiedBy::Authority(Box::new(signer))),
        None => Err(not_renewable(
            authority,
            format!(
                "the CA that signed it, {}, is not one of this PKI",
                certificate.issuer()
            ),
            "have that CA sign its key again, and adopt the new certificate".to_owned(),
        )),
    }
}

/// Renews the certificate of a CA and brings the chain files below it up to date. `signer` is the CA
/// of [`certified_by`]; for a root it is [`SigningAuthority::new_root`] with its subject and key.
///
/// # Errors
/// A CA that has a successor, and as [`certify`].
pub fn renew_authority(
    store: &mut Store,
    authority: &Authority,
    signer: &SigningAuthority,
    validity: Validity,
    now: OffsetDateTime,
) -> Result<RenewedAuthority, AuthorityError> {
    let name = renewable(store.inventory(), authority)?;
    let certificate = CaCertificate::try_from(named_certificate(authority)?)?;
    let subject = certificate.certificate().subject().clone();
    let order = Order {
        application: certified_again(&certificate, subject, signer, validity)?,
        filing: Filing::RenewedAuthority { name },
    };
    let filed = certify(store, signer, order, now)?;
    let refreshed = store
        .refresh_chains(now)
        .map_err(AuthorityError::unfinished)?;
    Ok(RenewedAuthority { filed, refreshed })
}

/// An application for what a CA certificate certifies already, under this subject: its key, its
/// limits, and every extension of it that is not the issuer's to say.
pub(super) fn certified_again(
    certificate: &CaCertificate,
    subject: Name,
    signer: &SigningAuthority,
    validity: Validity,
) -> Result<Application, AuthorityError> {
    Ok(Application {
        profile: Profile::Ca(CaProfile {
            path_length: certificate.path_length(),
            name_constraints: None,
        }),
        key: ProvenKey::of_certified(certificate.certificate()),
        subject,
        alternative_names: AlternativeNames::AsRequested,
        validity,
        long_life: LongLife::Refuse,
        requested: Vec::new(),
        operator: kept(certificate.certificate(), signer)?,
    })
}

/// The extensions of a CA certificate that its next one has too, as they are written. The key
/// identifier of the issuer is the issuer's to say, and so are the URLs of its services, unless it
/// is the same issuer and has none to say.
pub(super) fn kept(
    certificate: &Certificate,
    signer: &SigningAuthority,
) -> Result<Vec<OperatorExtension>, AuthorityError> {
    let urls = [oid::CRL_DISTRIBUTION_POINTS, oid::AUTHORITY_INFO_ACCESS];
    let said = signer.issuer.services().extensions()?;
    let is_same_issuer = signer
        .issuer
        .certificate()
        .is_none_or(|issuer| certificate.authority_key_identifier() == issuer.key_identifier());
    let is_kept = |extension: &&Extension| {
        let is_said = said.iter().any(|said| said.oid == extension.oid);
        extension.oid != oid::AUTHORITY_KEY_IDENTIFIER
            && (!urls.contains(&extension.oid) || (is_same_issuer && !is_said))
    };
    Ok(certificate
        .extensions()
        .iter()
        .filter(is_kept)
        .map(|extension| OperatorExtension {
            extension: extension.clone(),
            location: "the last certificate".to_owned(),
        })
        .collect())
}

/// The name of a CA that can be renewed.
fn renewable(inventory: &Inventory, authority: &Authority) -> Result<StoreName, AuthorityError> {
    let Some(name) = authority.name.clone() else {
        return Err(not_renewable(
            authority,
            "it has no name in this PKI".to_owned(),
            "name the CA as 'certmint ca list' shows it".to_owned(),
        ));
    };
    if let Some(successor) = authority.successor {
        let successor = stands_for(inventory, successor)?;
        let successor = successor.name.map(|name| name.to_string());
        return Err(not_renewable(
            authority,
            "it has a successor with another key".to_owned(),
            format!(
                "go on with 'certmint ca rollover next {name}', or renew {}",
                successor.unwrap_or_default()
            ),
        ));
    }
    Ok(name)
}

fn not_renewable(authority: &Authority, reason: String, hint: String) -> AuthorityError {
    let name = authority.name.as_ref().map(StoreName::to_string);
    AuthorityError::AuthorityNotRenewable {
        name: name.unwrap_or_else(|| authority.subject.clone()),
        reason,
        hint,
    }
}
