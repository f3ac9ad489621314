//! Issuing a list of certificates, of which some may be there already: what a killed run began, the
//! next one completes.

use time::OffsetDateTime;

use super::{AuthorityError, Filed, LeafKey, LeafOrder, SigningAuthority, issue_all, leaf_kind};
use crate::{
    key::KeySpec,
    store::{RecordId, Row, SanKind, SanText, Shelf, State, Store},
    x509::{Certificate, San, SanSet},
};

/// How many orders are looked up and issued at once.
const CHUNK: usize = 500;

/// What became of an order.
#[derive(Debug)]
pub enum BatchAnswer {
    /// The certificate was made.
    Issued(Box<Filed>),
    /// It was there already, just as it was ordered.
    There(RecordId),
    /// It was not made.
    Failed(AuthorityError),
}

/// Issues what is not there yet, chunk by chunk; `each` hears the answer to every order with its
/// position, so that a list of any length takes the memory of a chunk. What fails does not keep the
/// others back.
pub fn issue_batch(
    store: &mut Store,
    authority: &SigningAuthority,
    orders: Vec<LeafOrder>,
    now: OffsetDateTime,
    each: &mut dyn FnMut(usize, BatchAnswer),
) {
    let mut orders = orders.into_iter().enumerate();
    loop {
        let chunk: Vec<(usize, LeafOrder)> = orders.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return;
        }
        let mut positions = Vec::with_capacity(chunk.len());
        let mut missing = Vec::with_capacity(chunk.len());
        for (position, order) in chunk {
            match there(store, &order, now) {
                Ok(None) => {
                    positions.push(position);
                    missing.push(order);
                }
                Ok(Some(id)) => each(position, BatchAnswer::There(id)),
                Err(error) => each(position, BatchAnswer::Failed(error)),
            }
        }
        let issued = issue_all(store, authority, missing, now, &mut |_| {});
        for (position, answer) in positions.into_iter().zip(issued) {
            each(
                position,
                match answer {
                    Ok(filed) => BatchAnswer::Issued(Box::new(filed)),
                    Err(error) => BatchAnswer::Failed(error),
                },
            );
        }
    }
}

/// The current certificate of the name, if it is just what is ordered; refused if it is another.
fn there(
    store: &Store,
    order: &LeafOrder,
    now: OffsetDateTime,
) -> Result<Option<RecordId>, AuthorityError> {
    let Some(row) = store
        .inventory()
        .current(Shelf::Certificates, &order.name)?
    else {
        return Ok(None);
    };
    let der = store.inventory().certificate_der(row.id)?;
    let has = der
        .map(|der| Certificate::from_der(&der))
        .transpose()?
        .and_then(|certificate| KeySpec::of(certificate.public_key().algorithm()));
    match difference(&row, has, order, now) {
        None => Ok(Some(row.id)),
        Some(difference) => Err(AuthorityError::OtherCertificate {
            name: order.name.to_string(),
            difference,
        }),
    }
}

fn difference(
    row: &Row,
    has: Option<KeySpec>,
    order: &LeafOrder,
    now: OffsetDateTime,
) -> Option<String> {
    if row.status.state() == State::Revoked {
        return Some("is revoked".to_owned());
    }
    if row.not_after < now {
        return Some("has expired".to_owned());
    }
    if leaf_kind(row.kind) != Some(order.kind) {
        return Some(format!("is no {} certificate", order.kind));
    }
    if row.subject_der != order.subject.as_der() {
        return Some(format!("has the subject {}", row.subject));
    }
    if row.sans != ordered_names(order.names.as_ref()) {
        let has: Vec<&str> = row.sans.iter().map(|name| name.value.as_str()).collect();
        return Some(match has.as_slice() {
            [] => "has no alternative names".to_owned(),
            has => format!("has the names {}", has.join(", ")),
        });
    }
    let LeafKey::New(ordered) = &order.key else {
        return None;
    };
    has.filter(|has| has != ordered)
        .map(|has| format!("has a key of the kind {has}"))
}

/// Names as the inventory keeps them.
fn ordered_names(names: Option<&SanSet>) -> Vec<SanText> {
    let text = |name: &San| match name {
        San::Dns(value) => (SanKind::Dns, value.clone()),
        San::Ip(address) => (SanKind::Ip, address.to_string()),
        San::Email(value) => (SanKind::Email, value.clone()),
        San::Uri(value) => (SanKind::Uri, value.clone()),
    };
    names
        .into_iter()
        .flatten()
        .map(text)
        .map(|(kind, value)| SanText { kind, value })
        .collect()
}
