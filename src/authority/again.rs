//! Making a certificate again: the order for the next generation of one that is there.

use time::{Duration, OffsetDateTime};

use super::{AuthorityError, Generation, LeafKey, LeafOrder};
use crate::{
    key::KeySpec,
    profile::{LeafKind, LongLife},
    store::{ActivationNeed, CertificateKind, Inventory, Row},
    x509::{Certificate, GeneralName, SanSet, Validity},
};

/// The order that makes a certificate again: the same subject, names, purpose, kind of key and
/// length of life, with a new key. Whoever wants the key kept puts it into the order.
///
/// # Errors
/// A CA, a certificate without a name here or without its bytes, one with a kind of name or key
/// that is not made here.
pub fn again(
    inventory: &Inventory,
    row: &Row,
    activation: ActivationNeed,
    now: OffsetDateTime,
) -> Result<LeafOrder, AuthorityError> {
    let no = |reason: String| AuthorityError::NotAgain {
        subject: row.subject.clone(),
        reason,
    };
    let place = row
        .place
        .as_ref()
        .ok_or_else(|| no("it has no name in this PKI; sign its request again".to_owned()))?;
    let kind = leaf_kind(row.kind).ok_or_else(|| no("it is a CA; use 'ca renew'".to_owned()))?;
    let der = inventory
        .certificate_der(row.id)?
        .ok_or_else(|| no("the inventory does not have its bytes".to_owned()))?;
    let certificate = Certificate::from_der(&der)?;
    let algorithm = certificate.public_key().algorithm();
    let spec = KeySpec::of(algorithm)
        .ok_or_else(|| no(format!("keys of the kind {algorithm} are not made here")))?;
    let names: Result<Vec<_>, _> = certificate
        .subject_alt_names()?
        .iter()
        .map(GeneralName::to_san)
        .collect();
    let names = SanSet::new(names?)?;
    Ok(LeafOrder {
        name: place.name.clone(),
        kind,
        key: LeafKey::New(spec),
        subject: certificate.subject().clone(),
        names,
        validity: same_life(&certificate, now)?,
        // It was said when the first one was made.
        long_life: LongLife::Allow,
        generation: Generation::Next(activation),
    })
}

/// As long a life as a certificate has, from now on.
///
/// # Errors
/// An end beyond the year 9999.
pub fn same_life(
    certificate: &Certificate,
    now: OffsetDateTime,
) -> Result<Validity, AuthorityError> {
    let life = certificate.not_after() - certificate.not_before() + Duration::SECOND;
    // Its first second may have been moved to its issuer's: whole days are what was ordered.
    let days = (life + Duration::hours(12)).whole_days();
    match u32::try_from(days) {
        Ok(days) if days > 0 => Ok(Validity::of_days(now, days)?),
        _ => {
            let not_before = now.saturating_sub(Validity::BACKDATE);
            let not_after = not_before.saturating_add(life - Duration::SECOND);
            Ok(Validity::new(not_before, not_after)?)
        }
    }
}

/// What a row of the inventory is for; `None` for a CA.
pub fn leaf_kind(kind: CertificateKind) -> Option<LeafKind> {
    match kind {
        CertificateKind::Ca => None,
        CertificateKind::Server => Some(LeafKind::Server),
        CertificateKind::Client => Some(LeafKind::Client),
        CertificateKind::Peer => Some(LeafKind::Peer),
    }
}
