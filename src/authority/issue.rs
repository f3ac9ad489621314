//! Issuing leaf certificates with their keys: new ones, and the next generation of those there are.

use time::OffsetDateTime;

use super::{
    AuthorityError, SigningAuthority,
    certify::{Filed, Order, certify_all},
    filing::Filing,
    parallel::on_all_cores,
};
use crate::{
    key::{KeySpec, PrivateKey},
    profile::{AlternativeNames, Application, LeafKind, LongLife, Profile},
    store::{ActivationNeed, Store, StoreName},
    x509::{CertificationRequest, Extension, Name, ProvenKey, SanSet, Validity, tbs},
};

/// How many keys are held in memory at once.
const CHUNK: usize = 1000;

/// A leaf certificate to be made together with its key and request.
#[derive(Debug)]
pub struct LeafOrder {
    /// What it is called: its files are in `certs/NAME`.
    pub name: StoreName,
    /// What it is for.
    pub kind: LeafKind,
    /// Its key.
    pub key: LeafKey,
    /// Its subject.
    pub subject: Name,
    /// The names besides the subject.
    pub names: Option<SanSet>,
    /// From when until when.
    pub validity: Validity,
    /// Whether a server may outlive what Apple's systems accept.
    pub long_life: LongLife,
    /// Whether it is the first of its name.
    pub generation: Generation,
}

impl LeafOrder {
    /// What is asked of the CA for a key.
    pub fn application(&self, key: ProvenKey) -> Application {
        let names = self.names.clone();
        Application {
            profile: Profile::Leaf(self.kind),
            key,
            subject: self.subject.clone(),
            alternative_names: names.map_or(AlternativeNames::AsRequested, AlternativeNames::Given),
            validity: self.validity,
            long_life: self.long_life,
            requested: Vec::new(),
            operator: Vec::new(),
        }
    }
}

/// The key of a leaf certificate.
#[derive(Debug)]
pub enum LeafKey {
    /// A new one.
    New(KeySpec),
    /// One that is there already.
    Kept(PrivateKey),
}

/// Whether a certificate is the first of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// The name is new.
    First,
    /// It takes the place of the one that has the name.
    Next(ActivationNeed),
}

/// Makes one key, its request and its certificate.
///
/// # Errors
/// As [`certify`](super::certify()).
pub fn issue(
    store: &mut Store,
    authority: &SigningAuthority,
    order: LeafOrder,
    now: OffsetDateTime,
) -> Result<Filed, AuthorityError> {
    issue_all(store, authority, vec![order], now, &mut |_| {})
        .pop()
        .unwrap_or(Err(AuthorityError::Unrecorded))
}

/// Makes keys, requests and certificates, each step on all cores; see [`certify_all`]. What fails
/// does not keep the others back; the answers are in the order of the orders.
pub fn issue_all(
    store: &mut Store,
    authority: &SigningAuthority,
    orders: Vec<LeafOrder>,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(usize),
) -> Vec<Result<Filed, AuthorityError>> {
    let mut answers: Vec<Result<Filed, AuthorityError>> = Vec::with_capacity(orders.len());
    let mut orders = orders.into_iter();
    loop {
        let chunk: Vec<LeafOrder> = orders.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return answers;
        }
        let prepared = on_all_cores(chunk, prepare);
        let mut failed = Vec::new();
        let mut ready = Vec::new();
        for (position, prepared) in prepared.into_iter().enumerate() {
            match prepared {
                Ok(order) => ready.push((position, order)),
                Err(error) => failed.push((position, Err(error))),
            }
        }
        let (positions, ready): (Vec<usize>, Vec<Order>) = ready.into_iter().unzip();
        let certified = certify_all(store, authority, ready, now, &mut |_| {});
        let mut answered: Vec<_> = positions.into_iter().zip(certified).chain(failed).collect();
        answered.sort_by_key(|(position, _)| *position);
        answers.extend(answered.into_iter().map(|(_, answer)| answer));
        progress(answers.len());
    }
}

impl LeafKey {
    /// The key itself; a new one is made now, into `made`.
    pub(super) fn ready<'key>(
        &'key self,
        made: &'key mut Option<PrivateKey>,
    ) -> Result<&'key PrivateKey, AuthorityError> {
        match self {
            Self::New(spec) => {
                let key = PrivateKey::generate(*spec).map_err(AuthorityError::Key)?;
                Ok(made.insert(key))
            }
            Self::Kept(key) => Ok(key),
        }
    }
}

fn prepare(order: LeafOrder) -> Result<Order, AuthorityError> {
    let mut made = None;
    let key = order.key.ready(&mut made)?;
    let application = order.application(ProvenKey::of(key));
    let request_pem = request(key, &order.subject, order.names.as_ref())?.to_pem();
    let key_pem = key.to_pkcs8_pem();
    let name = order.name;
    let filing = match order.generation {
        Generation::First => Filing::Certificate {
            name,
            key_pem,
            request_pem,
        },
        Generation::Next(activation) => Filing::Renewal {
            name,
            key_pem,
            request_pem,
            activation,
        },
    };
    Ok(Order {
        application,
        filing,
    })
}

/// The request that goes beside the certificate, so that another CA can sign the same key.
pub(super) fn request(
    key: &PrivateKey,
    subject: &Name,
    names: Option<&SanSet>,
) -> Result<CertificationRequest, AuthorityError> {
    let names = names
        .map(|names| Extension::subject_alt_name(names, subject))
        .transpose()?;
    let information = tbs::request(subject, key.public_key(), names.as_slice())?;
    let algorithm = key.signature_algorithm(None);
    let signature = key
        .sign(algorithm, &information)
        .map_err(AuthorityError::Key)?;
    Ok(CertificationRequest::from_der(&tbs::signed(
        &information,
        algorithm,
        &signature,
    )?)?)
}
