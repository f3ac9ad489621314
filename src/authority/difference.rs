//! What a certificate that is there has otherwise than it is ordered.

use time::OffsetDateTime;

use super::{AuthorityError, LeafKey, LeafOrder, leaf_kind};
use crate::{
    key::KeySpec,
    store::{Inventory, Row, SanKind, SanText, State},
    x509::{Certificate, San, SanSet},
};

/// What is different, as a sentence goes on after the certificate's name; nothing for one that is
/// just what is ordered, and valid now. Lives are not compared.
///
/// # Errors
/// What SQLite refuses, and bytes in the inventory that are no certificate.
pub(super) fn difference(
    inventory: &Inventory,
    row: &Row,
    order: &LeafOrder,
    now: OffsetDateTime,
) -> Result<Option<String>, AuthorityError> {
    let has = inventory
        .certificate_der(row.id)?
        .map(|der| Certificate::from_der(&der))
        .transpose()?
        .and_then(|certificate| KeySpec::of(certificate.public_key().algorithm()));
    Ok(of_row(row, has, order, now))
}

fn of_row(
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
