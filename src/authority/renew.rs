//! Renewing a certificate: made again as it is, as long as the CAs above it last.

use time::{Duration, OffsetDateTime};

use super::{
    AuthorityError, Due, LeafKey, LeafOrder, Reason, SigningAuthority, again,
    difference::difference, signer::revoked, stands_for,
};
use crate::{
    key::{KeyFile, PrivateKey},
    store::{
        ActivationNeed, CertificateFile, Filter, Inventory, Order, Query, Row, Shelf, Sort, State,
        Store, StoreName, TextMatch, files,
    },
    x509::Validity,
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

/// A renewal whose CA lets it end only so much later than what is there gains nothing.
const LEAST_GAIN: Duration = Duration::HOUR;

/// The name of the CA that renews a certificate: the one that now stands for the one that signed it.
///
/// # Errors
/// [`AuthorityError::NotRenewable`] if that is no CA of this PKI, and what SQLite refuses.
pub fn renewing_authority(inventory: &Inventory, due: &Due) -> Result<StoreName, AuthorityError> {
    let signer = due.row.issuer.map(|id| stands_for(inventory, id));
    signer
        .transpose()?
        .and_then(|signer| signer.name)
        .ok_or_else(|| AuthorityError::NotRenewable {
            name: due.name.clone(),
            reason: "the CA that signed it is not one of this PKI",
        })
}

/// Whether the CA that would renew a certificate signs at all; asked before anything is made.
///
/// # Errors
/// As [`renewing_authority`], and [`AuthorityError::RevokedCa`].
pub fn check_renewable(inventory: &Inventory, due: &Due) -> Result<(), AuthorityError> {
    renewing_authority(inventory, due)?;
    let signer = due.row.issuer.map(|id| stands_for(inventory, id));
    if let Some(signer) = signer.transpose()?
        && let Some(revoked) = revoked(inventory, &signer)?
    {
        return Err(revoked.into());
    }
    Ok(())
}

/// A newer generation that an earlier renewal made and its servers did not take. Where it is still
/// what a renewal would make, and not due itself, it is tried again instead of making one more.
/// `is_due` says whether a certificate is.
///
/// # Errors
/// What SQLite refuses.
pub fn set_aside(
    store: &Store,
    due: &Due,
    key: KeyChoice,
    is_due: impl Fn(&Row) -> bool,
) -> Result<Option<Row>, AuthorityError> {
    let current = &due.row;
    let Some(found) = newest_set_aside(store, &due.name, current)? else {
        return Ok(None);
    };
    let has_same_key = found.public_key_sha256 == current.public_key_sha256;
    let is_as_wanted = found.kind == current.kind
        && found.subject_der == current.subject_der
        && found.sans == current.sans
        && has_same_key == (key == KeyChoice::Kept);
    Ok(Some(found).filter(|found| is_as_wanted && !is_due(found)))
}

/// As [`set_aside`], where another certificate than the current one is ordered.
///
/// # Errors
/// What SQLite refuses, and bytes in the inventory that are no certificate.
pub fn set_aside_as_ordered(
    store: &Store,
    order: &LeafOrder,
    current: &Row,
    is_due: impl Fn(&Row) -> bool,
    now: OffsetDateTime,
) -> Result<Option<Row>, AuthorityError> {
    let Some(found) = newest_set_aside(store, &order.name, current)? else {
        return Ok(None);
    };
    let has_same_key = found.public_key_sha256 == current.public_key_sha256;
    let is_to_keep = matches!(order.key, LeafKey::Kept(_));
    let is_as_ordered =
        difference(store.inventory(), &found, order, now)?.is_none() && has_same_key == is_to_keep;
    Ok(Some(found).filter(|found| is_as_ordered && !is_due(found)))
}

/// The newest generation of a name, if it was made after the current one, is there, and its CA
/// still signs.
fn newest_set_aside(
    store: &Store,
    name: &StoreName,
    current: &Row,
) -> Result<Option<Row>, AuthorityError> {
    let Some(place) = &current.place else {
        return Ok(None);
    };
    let newest = newest_superseded(store.inventory(), name)?;
    let Some(found) = newest else {
        return Ok(None);
    };
    let (Some(found_place), Some(issuer)) = (&found.place, found.issuer) else {
        return Ok(None);
    };
    let still_signs = stands_for(store.inventory(), issuer)?.id == issuer;
    let is_there = store
        .layout()
        .generation(name, found_place.generation)
        .is_dir();
    let is_newer = found_place.generation > place.generation;
    Ok(Some(found).filter(|_| is_newer && still_signs && is_there))
}

/// Whether a generation was made after the current one of its name and set aside.
///
/// # Errors
/// What SQLite refuses.
pub fn has_newer(inventory: &Inventory, current: &Row) -> Result<bool, AuthorityError> {
    let Some(place) = &current.place else {
        return Ok(false);
    };
    let newest = newest_superseded(inventory, &place.name)?.and_then(|row| row.place);
    Ok(newest.is_some_and(|newest| newest.generation > place.generation))
}

fn newest_superseded(
    inventory: &Inventory,
    name: &StoreName,
) -> Result<Option<Row>, AuthorityError> {
    let query = Query {
        filter: Filter {
            name: Some(TextMatch::Exactly(name.to_string())),
            shelf: Some(Shelf::Certificates),
            state: Some(State::Superseded),
            ..Filter::default()
        },
        sort: Sort::Name,
        order: Order::Descending,
        ..Query::default()
    };
    Ok(inventory.list(&query)?.into_iter().next())
}

/// The order for the next generation of a certificate: as it is, but it ends no later than the CAs
/// above it do.
///
/// # Errors
/// As [`again`]; a key that cannot be kept; and [`AuthorityError::EndsWithIssuer`] when a new one
/// would end no later than the last.
pub fn renewal(
    store: &Store,
    authority: &SigningAuthority,
    due: &Due,
    key: KeyChoice,
    activation: ActivationNeed,
    now: OffsetDateTime,
) -> Result<LeafOrder, AuthorityError> {
    let order = again(store.inventory(), &due.row, activation, now)?;
    Ok(LeafOrder {
        validity: within_issuers(authority, due, order.validity, now)?,
        key: match key {
            KeyChoice::New => order.key,
            KeyChoice::Kept => LeafKey::Kept(kept_key(store, &due.name, &due.row)?),
        },
        ..order
    })
}

/// No longer than any CA above.
fn within_issuers(
    authority: &SigningAuthority,
    due: &Due,
    wanted: Validity,
    now: OffsetDateTime,
) -> Result<Validity, AuthorityError> {
    let first_to_end = authority
        .path()
        .iter()
        .min_by_key(|certificate| certificate.not_after());
    // An issuer that has expired is refused where every certificate is drafted.
    let Some(issuer) = first_to_end.filter(|issuer| now <= issuer.not_after()) else {
        return Ok(wanted);
    };
    let gains_nothing = issuer.not_after() < due.row.not_after + LEAST_GAIN;
    if gains_nothing && matches!(due.reason, Reason::Window(_)) {
        return Err(AuthorityError::EndsWithIssuer {
            name: due.name.clone(),
            issuer: issuer.subject().to_string(),
            not_after: issuer.not_after(),
        });
    }
    let end = wanted.not_after().min(issuer.not_after());
    Ok(Validity::new(wanted.not_before(), end)?)
}

/// The private key beside the current generation of a certificate, for its next one.
///
/// # Errors
/// A key that is not there, that is encrypted, or that is not the certificate's.
pub fn kept_key(store: &Store, name: &StoreName, row: &Row) -> Result<PrivateKey, AuthorityError> {
    let path = store.layout().certificate_file(name, CertificateFile::Key);
    let octets = files::read(&path, files::USUAL_LIMIT)?;
    let file = KeyFile::read(&octets).map_err(AuthorityError::KeptKey)?;
    let not_renewable = |reason| AuthorityError::NotRenewable {
        name: name.clone(),
        reason,
    };
    if file.is_encrypted() {
        return Err(not_renewable("its key is encrypted and cannot be kept"));
    }
    let key = file.unlock(None).map_err(AuthorityError::KeptKey)?;
    let fingerprint =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key.public_key().spki_der());
    if fingerprint.as_ref() != row.public_key_sha256 {
        return Err(not_renewable("the key beside it is not its own"));
    }
    Ok(key)
}
