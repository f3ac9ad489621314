//! Issuing a list of certificates into one archive.

use std::sync::mpsc;
use std::thread;

use time::OffsetDateTime;

use super::{
    AuthorityError, BatchAnswer, Filed, LeafOrder, SigningAuthority,
    certify::{Drafted, Order, draft, lose_signed, seal_signed, sign_drafted},
    filing::Filing,
    parallel::on_all_cores,
};
use crate::{
    store::{Pack, PackedCertificate, PackedNames, Store},
    x509::ProvenKey,
};

/// How many certificates are made at once: each chunk is synced three times, whatever its size.
const CHUNK: usize = 2000;

/// How many chunks are ready before their turn: one is made while the one before is recorded.
const AHEAD: usize = 1;

/// What is made of an order before anything is written down.
enum Prepared {
    /// The archive has it.
    There,
    /// It is to be recorded, or was refused.
    Drafted(Box<Result<Drafted, AuthorityError>>),
}

/// Makes keys and certificates, chunk by chunk, and puts them into `pack`, but for those that are
/// `there`; keys and drafts of the next chunk are made while the last one is recorded. `each` hears
/// the answer to every order, with what it was tagged with, so that a list of any length takes the
/// memory of a few chunks. What fails does not keep the others back.
///
/// # Errors
/// An archive that cannot be written: nothing of the chunk is handed over then, and what was packed
/// before stays.
pub fn issue_packed<Tag: Send>(
    store: &mut Store,
    authority: &SigningAuthority,
    orders: impl Iterator<Item = (Tag, LeafOrder)> + Send,
    pack: &mut Pack,
    there: &PackedNames,
    now: OffsetDateTime,
    each: &mut dyn FnMut(Tag, BatchAnswer),
) -> Result<(), AuthorityError> {
    thread::scope(|scope| {
        let (ready, chunks) = mpsc::sync_channel(AHEAD);
        scope.spawn(move || {
            let mut orders = orders;
            loop {
                let chunk: Vec<(Tag, LeafOrder)> = orders.by_ref().take(CHUNK).collect();
                if chunk.is_empty() {
                    return;
                }
                let prepared = on_all_cores(chunk, |(tag, order)| {
                    if there.has(&order.name) {
                        return (tag, Prepared::There);
                    }
                    let drafted = prepare(order).and_then(|order| draft(authority, order, now));
                    (tag, Prepared::Drafted(Box::new(drafted)))
                });
                // Nobody listens any more after a failure.
                if ready.send(prepared).is_err() {
                    return;
                }
            }
        });
        for chunk in chunks {
            let (mut tags, mut drafted) = (Vec::new(), Vec::new());
            for (tag, prepared) in chunk {
                match prepared {
                    Prepared::There => each(tag, BatchAnswer::There),
                    Prepared::Drafted(one) => {
                        tags.push(tag);
                        drafted.push(*one);
                    }
                }
            }
            let made = pack_chunk(store, authority, drafted, pack, now)?;
            for (tag, made) in tags.into_iter().zip(made) {
                each(tag, made.into());
            }
        }
        Ok(())
    })
}

/// A key and what is asked of the CA for it; an archive has no requests.
fn prepare(order: LeafOrder) -> Result<Order, AuthorityError> {
    let mut made = None;
    let key = order.key.ready(&mut made)?;
    Ok(Order {
        application: order.application(ProvenKey::of(key)),
        filing: Filing::Packed {
            key_pem: key.to_pkcs8_pem(),
            name: order.name,
        },
    })
}

/// Records, signs, packs and seals, in this order: what a power failure leaves is either unknown to
/// all, or in the archive and in the inventory.
fn pack_chunk(
    store: &mut Store,
    authority: &SigningAuthority,
    drafted: Vec<Result<Drafted, AuthorityError>>,
    pack: &mut Pack,
    now: OffsetDateTime,
) -> Result<Vec<Result<Filed, AuthorityError>>, AuthorityError> {
    let signed = sign_drafted(store, authority, drafted, now);
    let packed: Vec<PackedCertificate<'_>> = signed
        .iter()
        .flatten()
        .filter_map(|signed| match &signed.filing {
            Filing::Packed { name, key_pem } => Some(PackedCertificate {
                name,
                key_pem,
                certificate_pem: signed.issued.certificate().to_pem(),
                sent_pem: &authority.above_all().sent,
            }),
            _ => None,
        })
        .collect();
    let appended = pack.append(&packed);
    drop(packed);
    match appended {
        Ok(()) => Ok(seal_signed(store, authority, signed, now)),
        Err(error) => {
            lose_signed(store, &signed, now)?;
            Err(error.into())
        }
    }
}
