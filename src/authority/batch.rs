//! Issuing a list of certificates, of which some may be there already: what a killed run began, the
//! next one completes.

use time::OffsetDateTime;

use super::{
    AuthorityError, Filed, LeafOrder, SigningAuthority, difference::difference, issue_all,
};
use crate::store::{Shelf, Store};

/// How many orders are looked up and issued at once.
const CHUNK: usize = 1000;

/// What became of an order.
#[derive(Debug)]
pub enum BatchAnswer {
    /// The certificate was made.
    Issued(Box<Filed>),
    /// It was there already, just as it was ordered.
    There,
    /// It was not made.
    Failed(AuthorityError),
}

impl From<Result<Filed, AuthorityError>> for BatchAnswer {
    fn from(answer: Result<Filed, AuthorityError>) -> Self {
        match answer {
            Ok(filed) => Self::Issued(Box::new(filed)),
            Err(error) => Self::Failed(error),
        }
    }
}

/// Issues what is not there yet, chunk by chunk; `each` hears the answer to every order, with what
/// it was tagged with, so that a list of any length takes the memory of a chunk. What fails does not
/// keep the others back.
pub fn issue_batch<Tag>(
    store: &mut Store,
    authority: &SigningAuthority,
    mut orders: impl Iterator<Item = (Tag, LeafOrder)>,
    now: OffsetDateTime,
    each: &mut dyn FnMut(Tag, BatchAnswer),
) {
    loop {
        let chunk: Vec<(Tag, LeafOrder)> = orders.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return;
        }
        let mut tags = Vec::with_capacity(chunk.len());
        let mut missing = Vec::with_capacity(chunk.len());
        for (tag, order) in chunk {
            match there(store, &order, now) {
                Ok(false) => {
                    tags.push(tag);
                    missing.push(order);
                }
                Ok(true) => each(tag, BatchAnswer::There),
                Err(error) => each(tag, BatchAnswer::Failed(error)),
            }
        }
        let issued = issue_all(store, authority, missing, now, &mut |_| {});
        for (tag, answer) in tags.into_iter().zip(issued) {
            each(tag, answer.into());
        }
    }
}

/// Whether the current certificate of the name is just what is ordered; refused if it is another.
fn there(store: &Store, order: &LeafOrder, now: OffsetDateTime) -> Result<bool, AuthorityError> {
    let Some(row) = store
        .inventory()
        .current(Shelf::Certificates, &order.name)?
    else {
        return Ok(false);
    };
    match difference(store.inventory(), &row, order, now)? {
        None => Ok(true),
        Some(difference) => Err(AuthorityError::OtherCertificate {
            name: order.name.to_string(),
            difference,
        }),
    }
}
