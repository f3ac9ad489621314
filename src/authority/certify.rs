//! The line that every certificate walks.

use std::{path::PathBuf, sync::Arc};

use time::OffsetDateTime;

use super::{
    AuthorityError, SigningAuthority, filing, filing::Filing, ledger::InventoryLedger,
    parallel::on_all_cores,
};
use crate::{
    ca::{self, CaError, Draft},
    inspect::verify::forbidden_names,
    profile::{Application, Decision, approve},
    store::{Layout, RecordId, Recorded, Sealing, Staged, Store, Syncing},
    x509::{Certificate, SerialNumber, oid},
};

/// How many certificates go through the inventory in one transaction.
const CHUNK: usize = 1000;

/// A certificate to be made, and where it goes.
pub struct Order {
    /// What somebody wants.
    pub application: Application,
    /// Where it is filed.
    pub filing: Filing,
}

/// A certificate that was made, and where it is.
#[derive(Debug)]
pub struct Filed {
    /// Its row in the inventory.
    pub id: RecordId,
    /// The certificate.
    pub certificate: Certificate,
    /// Its serial number.
    pub serial: SerialNumber,
    /// The certificates above it: the issuer first, the root last.
    pub chain: Arc<[Certificate]>,
    /// What became of each extension that its request asked for.
    pub decisions: Vec<Decision>,
    /// Its files in the PKI directory.
    pub files: Vec<PathBuf>,
}

/// Makes a certificate: approved, drafted, recorded, signed, sealed, filed.
///
/// # Errors
/// Whatever a step refuses. Before the record nothing has happened; from the record on, the
/// inventory knows of the certificate.
pub fn certify(
    store: &mut Store,
    authority: &SigningAuthority,
    order: Order,
    now: OffsetDateTime,
) -> Result<Filed, AuthorityError> {
    certify_all(store, authority, vec![order], now, &mut |_| {})
        .pop()
        .unwrap_or(Err(AuthorityError::Unrecorded))
}

/// Makes certificates of one issuer, all steps on all cores and each chunk in one transaction. What
/// fails does not keep the others back; the answers are in the order of the orders. `progress`
/// hears how many are done.
pub fn certify_all(
    store: &mut Store,
    authority: &SigningAuthority,
    orders: Vec<Order>,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(usize),
) -> Vec<Result<Filed, AuthorityError>> {
    let mut answers = Vec::with_capacity(orders.len());
    let mut orders = orders.into_iter();
    loop {
        let chunk: Vec<Order> = orders.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return answers;
        }
        answers.extend(certify_chunk(store, authority, chunk, now));
        progress(answers.len());
    }
}

/// A draft with the place that it goes to.
pub(super) struct Drafted {
    draft: Draft,
    filing: Filing,
}

/// What is on record and may be signed.
pub(super) struct OnRecord {
    recorded: ca::Recorded,
    row: Recorded,
    filing: Filing,
}

/// What is signed, its files complete and out of sight.
pub(super) struct Signed {
    pub(super) certificate: Certificate,
    serial: SerialNumber,
    decisions: Vec<Decision>,
    row: Recorded,
    staged: Option<Staged>,
    pub(super) filing: Filing,
}

impl OnRecord {
    pub(super) fn id(&self) -> RecordId {
        self.row.id
    }
}

impl Signed {
    pub(super) fn id(&self) -> RecordId {
        self.row.id
    }
}

fn certify_chunk(
    store: &mut Store,
    authority: &SigningAuthority,
    orders: Vec<Order>,
    now: OffsetDateTime,
) -> Vec<Result<Filed, AuthorityError>> {
    let drafted = on_all_cores(orders, |order| draft(authority, order, now));
    let signed = sign_drafted(store, authority, drafted, now);
    seal_signed(store, authority, signed, now)
}

/// What became of each draft of a chunk: on record, or refused.
pub(super) type RecordedChunk = Vec<Result<OnRecord, AuthorityError>>;

/// What became of each draft of a chunk: signed and with its files out of sight, or refused.
pub(super) type SignedChunk = Vec<Result<Signed, AuthorityError>>;

/// Records drafts durably, signs them and writes their files out of sight. What fails is noted as
/// lost: nobody has seen a signature of it, if there was one.
fn sign_drafted(
    store: &mut Store,
    authority: &SigningAuthority,
    drafted: Vec<Result<Drafted, AuthorityError>>,
    now: OffsetDateTime,
) -> SignedChunk {
    let on_record = record_each(store, authority, drafted, now);
    let syncing = Syncing::of(on_record.len());
    let signed = sign_recorded(store.layout(), authority, on_record, syncing);
    let signed = settle(store, signed, now);
    let has_files = signed
        .iter()
        .flatten()
        .any(|signed| signed.staged.is_some());
    if has_files && let Err(error) = store.sync_staged(syncing) {
        return unsynced(store, signed, error.into(), now);
    }
    signed
}

/// What became of each record of a chunk; of what failed after it was recorded, its record.
pub(super) type Attempted = Vec<Result<Signed, (Option<RecordId>, AuthorityError)>>;

/// Signs what is on record and writes its files out of sight.
pub(super) fn sign_recorded(
    layout: &Layout,
    authority: &SigningAuthority,
    on_record: RecordedChunk,
    syncing: Syncing,
) -> Attempted {
    on_all_cores(on_record, |on_record| {
        let OnRecord {
            recorded,
            row,
            filing,
        } = on_record.map_err(|error| (None, error))?;
        let id = row.id;
        authority
            .issuer
            .sign(recorded)
            .map_err(AuthorityError::from)
            .and_then(|issued| {
                let staged = filing::stage(layout, authority, &row, &issued, &filing, syncing)?;
                let (certificate, serial, decisions) = issued.into_parts();
                Ok(Signed {
                    certificate,
                    serial,
                    decisions,
                    row,
                    staged,
                    filing,
                })
            })
            .map_err(|error| (Some(id), error))
    })
}

/// Notes as lost what was recorded and could not be signed.
pub(super) fn settle(store: &mut Store, signed: Attempted, now: OffsetDateTime) -> SignedChunk {
    let lost: Vec<RecordId> = signed
        .iter()
        .filter_map(|signed| signed.as_ref().err().and_then(|(id, _)| *id))
        .collect();
    let mut signed: SignedChunk = signed
        .into_iter()
        .map(|signed| signed.map_err(|(_, error)| error))
        .collect();
    if let Err(error) = store.mark_lost(&lost, now)
        && let Some(failed) = signed.iter_mut().find(|signed| signed.is_err())
    {
        *failed = Err(error.into());
    }
    signed
}

/// Files that may not survive a power failure are as good as none: their certificates are lost.
fn unsynced(
    store: &mut Store,
    signed: SignedChunk,
    error: AuthorityError,
    now: OffsetDateTime,
) -> SignedChunk {
    let error = match lose(store, signed.iter().flatten().map(Signed::id), now) {
        Ok(()) => error,
        Err(error) => error,
    };
    together(0..signed.len(), error)
        .into_iter()
        .map(|(_, answer)| answer)
        .collect()
}

/// Gives up what is on record and is not handed over, signed or not: nobody has seen it.
///
/// # Errors
/// What SQLite refuses.
pub(super) fn lose(
    store: &mut Store,
    lost: impl Iterator<Item = RecordId>,
    now: OffsetDateTime,
) -> Result<(), AuthorityError> {
    Ok(store.mark_lost(&lost.collect::<Vec<_>>(), now)?)
}

/// Seals what was signed in the inventory, durably, and lets its files appear.
pub(super) fn seal_signed(
    store: &mut Store,
    authority: &SigningAuthority,
    chunk: SignedChunk,
    now: OffsetDateTime,
) -> Vec<Result<Filed, AuthorityError>> {
    let mut answers: Vec<(usize, Result<Filed, AuthorityError>)> = Vec::new();
    let mut signed = Vec::new();
    for (position, one) in chunk.into_iter().enumerate() {
        match one {
            Ok(one) => signed.push((position, one)),
            Err(error) => answers.push((position, Err(error))),
        }
    }
    answers.extend(seal_and_publish(store, authority, signed, now));
    answers.sort_by_key(|(position, _)| *position);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

pub(super) fn draft(
    authority: &SigningAuthority,
    order: Order,
    now: OffsetDateTime,
) -> Result<Drafted, AuthorityError> {
    let Order {
        application,
        filing,
    } = order;
    if let Some(succeeded) = &authority.succeeded {
        return Err(succeeded.clone().into());
    }
    if let Some(revoked) = &authority.revoked {
        return Err(revoked.clone().into());
    }
    let approved = approve(application)?;
    let draft = authority.issuer.draft(approved, random_serial()?, now)?;
    refuse_forbidden_names(authority, &draft)?;
    Ok(Drafted { draft, filing })
}

/// Records all drafts in one transaction; if that is refused, one by one, so that the one that is to
/// blame is told and the others are made.
pub(super) fn record_each(
    store: &mut Store,
    authority: &SigningAuthority,
    drafted: Vec<Result<Drafted, AuthorityError>>,
    now: OffsetDateTime,
) -> RecordedChunk {
    let mut answers: Vec<Option<Result<OnRecord, AuthorityError>>> = Vec::new();
    let mut waiting = Vec::new();
    for (position, drafted) in drafted.into_iter().enumerate() {
        match drafted {
            Ok(drafted) => {
                waiting.push((position, drafted));
                answers.push(None);
            }
            Err(error) => answers.push(Some(Err(error))),
        }
    }
    let (positions, waiting): (Vec<usize>, Vec<Drafted>) = waiting.into_iter().unzip();
    for (position, answer) in positions
        .into_iter()
        .zip(record(store, authority, waiting, now))
    {
        if let Some(slot) = answers.get_mut(position) {
            *slot = Some(answer);
        }
    }
    answers
        .into_iter()
        .map(|answer| answer.unwrap_or(Err(AuthorityError::Unrecorded)))
        .collect()
}

fn record(
    store: &mut Store,
    authority: &SigningAuthority,
    drafted: Vec<Drafted>,
    now: OffsetDateTime,
) -> Vec<Result<OnRecord, AuthorityError>> {
    let (drafts, filings): (Vec<Draft>, Vec<Filing>) = drafted
        .into_iter()
        .map(|drafted| (drafted.draft, drafted.filing))
        .unzip();
    let mut ledger = InventoryLedger {
        store,
        issuer: authority.recorded_as,
        placements: filings.iter().map(Filing::placement).collect(),
        now,
        recorded: Vec::new(),
    };
    let single = drafts.len() <= 1;
    match Draft::record_all(drafts, &mut ledger) {
        Ok(recorded) => recorded
            .into_iter()
            .zip(ledger.recorded)
            .zip(filings)
            .map(|((recorded, row), filing)| {
                Ok(OnRecord {
                    recorded,
                    row,
                    filing,
                })
            })
            .collect(),
        Err((error, _)) if single => vec![Err(error.into())],
        Err((_, drafts)) => drafts
            .into_iter()
            .zip(filings)
            .flat_map(|(draft, filing)| {
                record(store, authority, vec![Drafted { draft, filing }], now)
            })
            .collect(),
    }
}

fn seal_and_publish(
    store: &mut Store,
    authority: &SigningAuthority,
    signed: Vec<(usize, Signed)>,
    now: OffsetDateTime,
) -> Vec<(usize, Result<Filed, AuthorityError>)> {
    let sealings: Vec<Sealing> = signed
        .iter()
        .map(|(_, signed)| Sealing {
            id: signed.row.id,
            certificate_der: signed.certificate.as_der().to_vec(),
            issued_at: now,
            activation: signed.filing.activation(),
            succession: signed.filing.succession(),
        })
        .collect();
    if let Err(error) = store.seal(&sealings) {
        return together(signed.iter().map(|(position, _)| *position), error.into());
    }
    let mut staged = Vec::new();
    let mut filed = Vec::new();
    for (position, signed) in signed {
        let Signed {
            certificate,
            serial,
            decisions,
            row,
            staged: folder,
            filing,
        } = signed;
        staged.extend(folder.map(|folder| (position, folder)));
        let files = filing.files(store.layout());
        filed.push((
            position,
            Filed {
                id: row.id,
                certificate,
                serial,
                chain: Arc::clone(&authority.chain),
                decisions,
                files,
            },
        ));
    }
    let (positions, staged): (Vec<usize>, Vec<Staged>) = staged.into_iter().unzip();
    let published = match store.publish_each(staged, now) {
        Ok(published) => published,
        Err(error) => {
            let error = AuthorityError::unfinished(error);
            return together(filed.iter().map(|(position, _)| *position), error);
        }
    };
    let refused: Vec<(usize, AuthorityError)> = positions
        .into_iter()
        .zip(published)
        .filter_map(|(position, published)| Some((position, published.err()?)))
        .map(|(position, error)| (position, AuthorityError::unfinished(error)))
        .collect();
    let mut answers: Vec<(usize, Result<Filed, AuthorityError>)> = filed
        .into_iter()
        .filter(|(position, _)| refused.iter().all(|(other, _)| other != position))
        .map(|(position, filed)| (position, Ok(filed)))
        .collect();
    answers.extend(
        refused
            .into_iter()
            .map(|(position, error)| (position, Err(error))),
    );
    answers
}

/// One failure for all of a chunk: told in full once, and by its text to the others.
fn together<Done>(
    positions: impl Iterator<Item = usize>,
    error: AuthorityError,
) -> Vec<(usize, Result<Done, AuthorityError>)> {
    let text = error.to_string();
    let mut error = Some(error);
    positions
        .map(|position| {
            let error = error
                .take()
                .unwrap_or_else(|| AuthorityError::WithOthers(text.clone()));
            (position, Err(error))
        })
        .collect()
}

/// The constraints of every CA on the way to the root bind, not only the issuer's (RFC 5280 §6.1.4
/// (g)).
fn refuse_forbidden_names(
    authority: &SigningAuthority,
    draft: &Draft,
) -> Result<(), AuthorityError> {
    let is_constrained = |ca: &&Certificate| ca.extension(&oid::NAME_CONSTRAINTS).is_some();
    let above: Vec<&[u8]> = authority
        .path
        .iter()
        .filter(is_constrained)
        .map(Certificate::as_der)
        .collect();
    if above.is_empty() {
        return Ok(());
    }
    let forbidden = forbidden_names(draft.unsigned().as_der(), &above)?;
    if forbidden.is_empty() {
        return Ok(());
    }
    let reason = forbidden.join("; ");
    Err(CaError::NameNotPermitted { reason }.into())
}

fn random_serial() -> Result<SerialNumber, AuthorityError> {
    let mut octets = [0; 20];
    aws_lc_rs::rand::fill(&mut octets).map_err(|_| AuthorityError::NoRandom)?;
    Ok(SerialNumber::from_random(octets)?)
}
