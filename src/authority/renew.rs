//! Renewing a certificate: what is ordered is what the last one says.

use time::{Duration, OffsetDateTime};

use super::{AuthorityError, Due, Generation, LeafKey, LeafOrder, Reason, SigningAuthority};
use crate::{
    key::{Curve, KeyAlgorithm, KeyFile, KeySpec, PrivateKey},
    profile::{LeafKind, LongLife},
    store::{
        ActivationNeed, Authority, CertificateFile, CertificateKind, Inventory, SanKind, SanText,
        Store, StoreName, files,
    },
    x509::{Certificate, San, SanSet, Validity, X509Error},
};

/// Which key a renewed certificate gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyChoice {
    /// A new one of the same kind.
    #[default]
    New,
    /// The one that it has.
    Kept,
}

/// The name of the CA that renews a certificate: the one that signed it, or the one of the same name
/// and key that took its place.
///
/// # Errors
/// [`AuthorityError::NotRenewable`] if that is no CA of this PKI, and what SQLite refuses.
pub fn renewing_authority(inventory: &Inventory, due: &Due) -> Result<StoreName, AuthorityError> {
    let authorities = inventory.authorities()?;
    let signed_by = authorities
        .iter()
        .find(|authority| Some(authority.id) == due.row.issuer);
    signed_by
        .and_then(|by| {
            let same = |other: &&Authority| {
                other.subject_der == by.subject_der && other.key_id == by.key_id
            };
            let named = authorities
                .iter()
                .filter(same)
                .find_map(|one| one.name.clone());
            by.name.clone().or(named)
        })
        .ok_or_else(|| AuthorityError::NotRenewable {
            name: due.name.clone(),
            reason: "the CA that signed it is not one of this PKI",
        })
}

/// The order for the next generation of a certificate: the same subject, names, purpose, kind of key
/// and length of life as the last; but it ends no later than the CAs above it do.
///
/// # Errors
/// A name that cannot be written, a key that cannot be kept, and [`AuthorityError::EndsWithIssuer`]
/// when a new one would end no later than the last.
pub fn renewal(
    store: &Store,
    authority: &SigningAuthority,
    due: &Due,
    key: KeyChoice,
    activation: ActivationNeed,
    now: OffsetDateTime,
) -> Result<LeafOrder, AuthorityError> {
    let row = &due.row;
    let der = store.inventory().certificate_der(row.id)?;
    let certificate = Certificate::from_der(&der.unwrap_or_default())?;
    let validity = validity(authority, due, now)?;
    let kind = match row.kind {
        CertificateKind::Server => LeafKind::Server,
        CertificateKind::Client => LeafKind::Client,
        CertificateKind::Peer => LeafKind::Peer,
        CertificateKind::Ca => {
            return Err(AuthorityError::NotRenewable {
                name: due.name.clone(),
                reason: "it is a CA's",
            });
        }
    };
    let names: Result<Vec<San>, X509Error> = row.sans.iter().map(written).collect();
    Ok(LeafOrder {
        name: due.name.clone(),
        kind,
        key: match key {
            KeyChoice::New => LeafKey::New(same_kind(certificate.public_key().algorithm())),
            KeyChoice::Kept => LeafKey::Kept(kept_key(store, due, &certificate)?),
        },
        subject: certificate.subject().clone(),
        names: SanSet::new(names?)?,
        validity,
        // Whoever had it made with a long life was asked then.
        long_life: LongLife::Allow,
        generation: Generation::Next(activation),
    })
}

/// As long as before, and no longer than any CA above.
fn validity(
    authority: &SigningAuthority,
    due: &Due,
    now: OffsetDateTime,
) -> Result<Validity, AuthorityError> {
    let life = due.row.not_after - due.row.not_before;
    let not_before = now.saturating_sub(Validity::BACKDATE);
    let wanted = not_before.saturating_add(life);
    let first_to_end = authority
        .chain()
        .iter()
        .min_by_key(|certificate| certificate.not_after());
    let Some(issuer) = first_to_end.filter(|issuer| issuer.not_after() < wanted) else {
        return Ok(Validity::new(not_before, wanted)?);
    };
    let end = issuer.not_after();
    // An expired issuer is refused where every certificate is drafted.
    let gains_nothing = end < due.row.not_after + Duration::DAY && now <= end;
    if gains_nothing && !matches!(due.reason, Reason::Asked | Reason::NotYetValid) {
        return Err(AuthorityError::EndsWithIssuer {
            name: due.name.clone(),
            issuer: issuer.subject().to_string(),
            not_after: end,
        });
    }
    Ok(Validity::new(not_before.min(end), end)?)
}

/// The kind of key to order; what cannot be ordered is replaced by what is nearest.
fn same_kind(algorithm: &KeyAlgorithm) -> KeySpec {
    match algorithm {
        KeyAlgorithm::Rsa { bits } if *bits <= 2048 => KeySpec::Rsa2048,
        KeyAlgorithm::Rsa { bits } if *bits <= 3072 => KeySpec::Rsa3072,
        KeyAlgorithm::Rsa { .. } => KeySpec::Rsa4096,
        KeyAlgorithm::Ec(Curve::P256) => KeySpec::P256,
        KeyAlgorithm::Ec(Curve::P384) => KeySpec::P384,
        KeyAlgorithm::Ec(Curve::P521) => KeySpec::P521,
        KeyAlgorithm::Ed25519 => KeySpec::Ed25519,
        KeyAlgorithm::Other { .. } => KeySpec::P256,
    }
}

fn kept_key(
    store: &Store,
    due: &Due,
    certificate: &Certificate,
) -> Result<PrivateKey, AuthorityError> {
    let path = store
        .layout()
        .certificate_file(&due.name, CertificateFile::Key);
    let file =
        KeyFile::read(&files::read(&path, files::USUAL_LIMIT)?).map_err(AuthorityError::KeptKey)?;
    let not_renewable = |reason| AuthorityError::NotRenewable {
        name: due.name.clone(),
        reason,
    };
    if file.is_encrypted() {
        return Err(not_renewable("its key is encrypted and cannot be kept"));
    }
    let key = file.unlock(None).map_err(AuthorityError::KeptKey)?;
    if key.public_key() != certificate.public_key() {
        return Err(not_renewable("the key beside it is not its own"));
    }
    Ok(key)
}

fn written(name: &SanText) -> Result<San, X509Error> {
    match name.kind {
        SanKind::Dns => San::dns(&name.value),
        SanKind::Ip => San::ip(&name.value),
        SanKind::Email => San::email(&name.value),
        SanKind::Uri => San::uri(&name.value),
        SanKind::Other => Err(X509Error::San {
            value: name.value.clone(),
            kind: "name",
            reason: "names of this kind are not written".to_owned(),
        }),
    }
}
