//! The certificates above a certificate, as the inventory knows them.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::error::StoreError;
use super::inventory::{Authority, AuthorityId, Inventory};
use crate::x509::{Certificate, Name};

/// Longer chains than this are a loop or a mistake.
pub const LONGEST_CHAIN: usize = 16;

/// All authorities of an inventory, and the ways from a certificate up to a root.
///
/// After a renewal the newest certificate of an authority is the one that counts. While a root is
/// rolled over to a new key the way leads over a cross-certificate to the other root: whoever
/// trusts the root that signed finds it at once, and whoever trusts only the other one finds that
/// (RFC 4210 §4.4).
#[derive(Debug)]
pub struct Paths {
    known: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    authority: Authority,
    certificate: Certificate,
    is_way_over: bool,
    /// Whether it is a root, once somebody asked: that takes the check of a signature.
    is_root: OnceCell<bool>,
}

impl Known {
    fn is_root(&self) -> bool {
        *self
            .is_root
            .get_or_init(|| is_self_signed(&self.certificate))
    }
}

impl Paths {
    /// Reads the authorities.
    ///
    /// # Errors
    /// What the inventory cannot read.
    pub fn of(inventory: &Inventory) -> Result<Self, StoreError> {
        let mut known: Vec<Known> = inventory
            .authorities()?
            .into_iter()
            .filter_map(|authority| {
                // What an older certmint adopted may be no certificate by today's rules.
                let certificate = Certificate::from_der(&authority.certificate_der).ok()?;
                Some(Known {
                    authority,
                    certificate,
                    is_way_over: false,
                    is_root: OnceCell::new(),
                })
            })
            .collect();
        let ways_over: Vec<bool> = known.iter().map(|one| is_way_over(one, &known)).collect();
        for (one, is_way_over) in known.iter_mut().zip(ways_over) {
            one.is_way_over = is_way_over;
        }
        Ok(Self { known })
    }

    /// The issuer of `certificate`, that one's issuer, and so on to the root, as far as the
    /// inventory knows them; empty for a root.
    pub fn above(&self, certificate: &Certificate) -> Vec<Certificate> {
        if is_self_signed(certificate) {
            return Vec::new();
        }
        let issuers = self.with_subject(certificate.issuer());
        let signers = issuers.filter(|issuer| has_signed(&issuer.certificate, certificate));
        self.up(signers, Over::Allowed)
    }

    /// The chain of what an authority signs: itself, its issuer, and so on to the root. Empty if
    /// there is no such authority.
    pub fn signed_by(&self, id: AuthorityId) -> Vec<Certificate> {
        self.chain_of(id, Over::Allowed)
    }

    /// An authority, its issuer, and so on to its own root, over no cross-certificate.
    pub fn of_authority(&self, id: AuthorityId) -> Vec<Certificate> {
        self.chain_of(id, Over::NotAllowed)
    }

    fn chain_of(&self, id: AuthorityId, over: Over) -> Vec<Certificate> {
        let Some(by) = self.known.iter().find(|known| known.authority.id == id) else {
            return Vec::new();
        };
        let same_key = |one: &&Known| one.certificate.public_key() == by.certificate.public_key();
        let same_name = self.with_subject(by.certificate.subject());
        self.up(same_name.filter(same_key), over)
    }

    fn with_subject<'a>(&'a self, subject: &'a Name) -> impl Iterator<Item = &'a Known> {
        self.known
            .iter()
            .filter(move |known| known.certificate.subject() == subject)
    }

    fn up<'a>(
        &'a self,
        issuers: impl Iterator<Item = &'a Known>,
        mut over: Over,
    ) -> Vec<Certificate> {
        let mut chain: Vec<Certificate> = Vec::new();
        let mut next = choose(issuers, over);
        while let Some(issuer) = next {
            if issuer.authority.cross_of.is_some() {
                over = Over::NotAllowed;
            }
            chain.push(issuer.certificate.clone());
            if chain.len() >= LONGEST_CHAIN || issuer.is_root() {
                break;
            }
            let above = self.with_subject(issuer.certificate.issuer());
            next = choose(
                above.filter(|above| has_signed(&above.certificate, &issuer.certificate)),
                over,
            );
        }
        chain
    }
}

/// Whether a chain may go over a cross-certificate: once, and never back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Allowed,
    NotAllowed,
}

/// Of the certificates with one name and key the one that a chain goes over.
fn choose<'a>(candidates: impl Iterator<Item = &'a Known>, over: Over) -> Option<&'a Known> {
    candidates.max_by_key(|one| {
        let is_cross = one.authority.cross_of.is_some();
        let fit = match (is_cross, one.is_way_over && over == Over::Allowed) {
            (true, true) => 2,
            (false, _) => 1,
            (true, false) => 0,
        };
        let is_current = one.authority.renewed_by.is_none();
        (fit, is_current, one.certificate.not_after())
    })
}

/// Whether a certificate is a cross-certificate between two roots of which the old one is not
/// retired yet.
fn is_way_over(cross: &Known, known: &[Known]) -> bool {
    let Some(certified) = cross.authority.cross_of else {
        return false;
    };
    let signer = known.iter().find(|signer| {
        signer.authority.cross_of.is_none()
            && signer.authority.renewed_by.is_none()
            && signer.certificate.subject() == cross.certificate.issuer()
            && has_signed(&signer.certificate, &cross.certificate)
    });
    let certified = known.iter().find(|one| one.authority.id == certified);
    let (Some(signer), Some(certified)) = (signer, certified) else {
        return false;
    };
    let (signer, certified) = (&signer.authority, &certified.authority);
    let old = if signer.successor == Some(certified.id) {
        signer
    } else if certified.successor == Some(signer.id) {
        certified
    } else {
        return false;
    };
    old.retired_at.is_none()
}

/// The chains of what each authority signs, each found once.
#[derive(Debug)]
pub(super) struct ChainsByIssuer<'a> {
    paths: &'a Paths,
    found: HashMap<AuthorityId, Vec<Certificate>>,
}

impl<'a> ChainsByIssuer<'a> {
    pub(super) fn new(paths: &'a Paths) -> Self {
        Self {
            paths,
            found: HashMap::new(),
        }
    }

    pub(super) fn signed_by(&mut self, id: AuthorityId) -> &[Certificate] {
        self.found
            .entry(id)
            .or_insert_with(|| self.paths.signed_by(id))
    }
}

/// As [`Paths::above`], for one certificate.
///
/// # Errors
/// What the inventory cannot read.
pub fn chain_above(
    inventory: &Inventory,
    certificate: &Certificate,
) -> Result<Vec<Certificate>, StoreError> {
    Ok(Paths::of(inventory)?.above(certificate))
}

/// What of a chain a server sends: the roots are left out (RFC 8446 §4.4.2), since clients have them
/// already. A certificate that is only self-issued, as in a rollover, is sent.
pub fn sent_chain(chain: &[Certificate]) -> Vec<Certificate> {
    chain
        .iter()
        .filter(|certificate| !is_self_signed(certificate))
        .cloned()
        .collect()
}

/// The content of the two chain files of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainPem {
    /// The certificate and the intermediates: what a server sends.
    pub full_chain: String,
    /// The issuer up to the root.
    pub chain: String,
}

impl ChainPem {
    /// For a certificate and the certificates above it.
    pub fn new(certificate: &Certificate, chain: &[Certificate]) -> Self {
        let AboveAll { sent, chain } = AboveAll::of(chain);
        Self {
            full_chain: certificate.to_pem() + &sent,
            chain,
        }
    }
}

/// The part of the two chain files that all certificates of one issuer have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AboveAll {
    /// PEM of the intermediates: what a server sends after its certificate.
    pub sent: String,
    /// PEM of the issuer up to the root.
    pub chain: String,
}

impl AboveAll {
    /// Of the certificates from the issuer up to the root.
    pub fn of(chain: &[Certificate]) -> Self {
        let pem = |certificates: &[Certificate]| -> String {
            certificates.iter().map(Certificate::to_pem).collect()
        };
        Self {
            sent: pem(&sent_chain(chain)),
            chain: pem(chain),
        }
    }
}

/// Whether a certificate is signed by its own key: a root.
pub fn is_self_signed(certificate: &Certificate) -> bool {
    certificate.is_self_issued() && has_signed(certificate, certificate)
}

/// Whether the key of one certificate made the signature of another.
pub fn has_signed(issuer: &Certificate, certificate: &Certificate) -> bool {
    certificate.is_signed_by(issuer)
}
