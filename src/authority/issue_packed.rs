//! Issuing a list of certificates into one archive.

use std::sync::mpsc;
use std::thread;

use time::OffsetDateTime;

use super::{
    AuthorityError, BatchAnswer, LeafOrder, SigningAuthority,
    certify::{
        Attempted, Drafted, OnRecord, Order, RecordedChunk, Signed, draft, lose, record_each,
        seal_signed, settle, sign_recorded,
    },
    filing::Filing,
    parallel::on_all_cores,
};
use crate::{
    store::{Pack, PackedCertificate, PackedNames, Store, StoreError, Syncing},
    x509::ProvenKey,
};

/// How many certificates are made at once: each chunk is synced three times, whatever its size.
const CHUNK: usize = 1000;

/// How many chunks wait for their turn: none, since the next one is made while one is recorded.
const AHEAD: usize = 0;

/// What is made of an order before anything is written down.
enum Prepared {
    /// The archive has it.
    There,
    /// It is to be recorded, or was refused.
    Drafted(Box<Result<Drafted, AuthorityError>>),
}

/// Makes keys and certificates, chunk by chunk, and puts them into `pack`, but for those that are
/// `there`. Three chunks are at work at once: of one the keys and drafts are made, one is signed and
/// packed, and before and after that each is recorded and sealed. `each` hears the answer to every
/// order, with what it was tagged with, so that a list of any length takes the memory of a few
/// chunks. What fails does not keep the others back.
///
/// # Errors
/// An archive that cannot be written, an inventory that does not take what is packed: nothing of the
/// chunk and of those after it is handed over then, and what was packed before stays.
pub fn issue_packed<Tag: Send>(
    store: &mut Store,
    authority: &SigningAuthority,
    orders: impl Iterator<Item = (Tag, LeafOrder)> + Send,
    pack: &mut Pack,
    there: &PackedNames,
    now: OffsetDateTime,
    each: &mut dyn FnMut(Tag, BatchAnswer),
) -> Result<(), AuthorityError> {
    let layout = store.layout().clone();
    thread::scope(|scope| {
        let (ready, chunks) = mpsc::sync_channel(AHEAD);
        scope.spawn(move || prepare_all(orders, authority, there, now, &ready));
        let (recorded, to_sign) = mpsc::sync_channel::<RecordedChunk>(1);
        let (packed, to_seal) = mpsc::sync_channel(1);
        scope.spawn(move || {
            for chunk in to_sign {
                // No files are staged: the archive is synced when all are in it.
                let signed = sign_recorded(&layout, authority, chunk, Syncing::Together);
                let appended = append(pack, authority, &signed);
                if packed.send((signed, appended)).is_err() {
                    return;
                }
            }
        });
        // The tags of the chunk that is being signed.
        let mut at_work: Option<Vec<Tag>> = None;
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
            let on_record = record_each(store, authority, drafted, now);
            let Some(before) = at_work.replace(tags) else {
                hand_on(&recorded, on_record)?;
                continue;
            };
            let (signed, appended) = to_seal.recv().map_err(|_| AuthorityError::Unrecorded)?;
            if let Err(error) = appended {
                lose(store, on_record.iter().flatten().map(OnRecord::id), now)?;
                return give_up(store, signed, error.into(), now);
            }
            hand_on(&recorded, on_record)?;
            if let Err(error) = seal(store, authority, before, signed, now, each) {
                let (signed, _) = to_seal.recv().map_err(|_| AuthorityError::Unrecorded)?;
                return give_up(store, signed, error, now);
            }
        }
        let Some(last) = at_work else { return Ok(()) };
        match to_seal.recv().map_err(|_| AuthorityError::Unrecorded)? {
            (signed, Ok(())) => seal(store, authority, last, signed, now, each),
            (signed, Err(error)) => give_up(store, signed, error.into(), now),
        }
    })
}

/// Lets a chunk be signed by who waits for it.
fn hand_on(
    recorded: &mpsc::SyncSender<RecordedChunk>,
    chunk: RecordedChunk,
) -> Result<(), AuthorityError> {
    recorded.send(chunk).map_err(|_| AuthorityError::Unrecorded)
}

/// Makes keys and drafts, chunk by chunk, as long as somebody takes them.
fn prepare_all<Tag: Send>(
    mut orders: impl Iterator<Item = (Tag, LeafOrder)>,
    authority: &SigningAuthority,
    there: &PackedNames,
    now: OffsetDateTime,
    ready: &mpsc::SyncSender<Vec<(Tag, Prepared)>>,
) {
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

/// Puts what is signed into the archive, durably.
fn append(
    pack: &mut Pack,
    authority: &SigningAuthority,
    signed: &Attempted,
) -> Result<(), StoreError> {
    let packed: Vec<PackedCertificate<'_>> = signed
        .iter()
        .flatten()
        .filter_map(|signed| match &signed.filing {
            Filing::Packed { name, key_pem } => Some(PackedCertificate {
                name,
                key_pem,
                certificate_pem: signed.certificate.to_pem(),
                sent_pem: &authority.above_all().sent,
            }),
            _ => None,
        })
        .collect();
    pack.append(&packed)
}

/// Seals what is in the archive. What a power failure leaves is either unknown to all, or in the
/// archive and in the inventory.
fn seal<Tag>(
    store: &mut Store,
    authority: &SigningAuthority,
    tags: Vec<Tag>,
    signed: Attempted,
    now: OffsetDateTime,
    each: &mut dyn FnMut(Tag, BatchAnswer),
) -> Result<(), AuthorityError> {
    let signed = settle(store, signed, now);
    let packed = signed.iter().flatten().count();
    let answers = seal_signed(store, authority, signed, now);
    let sealed = answers.iter().flatten().count();
    for (tag, answer) in tags.into_iter().zip(answers) {
        each(tag, answer.into());
    }
    if sealed < packed {
        return Err(AuthorityError::Unsealed);
    }
    Ok(())
}

/// Gives up a chunk that cannot be handed over, and says why.
fn give_up(
    store: &mut Store,
    signed: Attempted,
    error: AuthorityError,
    now: OffsetDateTime,
) -> Result<(), AuthorityError> {
    let signed = settle(store, signed, now);
    lose(store, signed.iter().flatten().map(Signed::id), now)?;
    Err(error)
}
