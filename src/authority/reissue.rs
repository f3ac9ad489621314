//! Making anew everything under a CA, or with a key.

use time::OffsetDateTime;

use super::{
    AuthorityError, Due, Filed, KeyChoice, LeafOrder, Reason, SigningAuthority, issue_all, renewal,
    stands_for,
};
use crate::store::{
    ActivationNeed, Authority, AuthorityId, CertificateKind, Filter, Inventory, Query, Row, Sort,
    State, Store, StoreError, StoreName,
};

/// Which certificates are made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReissueScope {
    /// What this CA's key signed.
    SignedBy(Box<Authority>),
    /// What certifies this public key: SHA-256 of its SubjectPublicKeyInfo.
    Key([u8; 32]),
}

/// A certificate that can be made anew, and the CA that will sign it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reissuable {
    /// What it is called.
    pub name: StoreName,
    /// What there is.
    pub row: Row,
    /// The CA that now stands for the one that signed it.
    pub signer: Authority,
}

/// A subordinate CA whose certificate can be made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReissuableAuthority {
    /// The CA.
    pub authority: Authority,
    /// Its certificate's row.
    pub row: Row,
    /// The CA that now stands for the one that signed it.
    pub signer: Authority,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReissueSelection {
    /// Subordinate CAs: they keep their keys, and go first.
    pub authorities: Vec<ReissuableAuthority>,
    /// Certificates with a name here.
    pub certificates: Vec<Reissuable>,
    /// What cannot be made anew here, and why.
    pub not_here: Vec<(Row, NotHere)>,
}

/// Why a certificate is not made anew here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotHere {
    /// It was signed from somebody's request.
    FromRequest,
    /// It certifies a CA's key, which only a rollover replaces.
    AuthorityKey,
    /// It certifies a CA that is not one of this PKI.
    ForeignAuthority,
    /// The CA that signed it is not one of this PKI.
    ForeignIssuer,
}

impl NotHere {
    /// Why, after the certificate's name.
    pub fn reason(self) -> &'static str {
        match self {
            Self::FromRequest => "was signed from a request: have it signed again",
            Self::AuthorityKey => "certifies a CA's key: roll the CA over",
            Self::ForeignAuthority => "certifies a CA of another PKI",
            Self::ForeignIssuer => "was signed by a CA that is not one of this PKI",
        }
    }
}

impl ReissueSelection {
    /// Whether there is nothing to make anew.
    pub fn is_empty(&self) -> bool {
        self.authorities.is_empty() && self.certificates.is_empty()
    }

    /// The CAs that will sign, each once.
    pub fn signers(&self) -> Vec<Authority> {
        let mut signers: Vec<Authority> = Vec::new();
        let of_authorities = self.authorities.iter().map(|one| &one.signer);
        for signer in of_authorities.chain(self.certificates.iter().map(|one| &one.signer)) {
            if signers.iter().all(|known| known.id != signer.id) {
                signers.push(signer.clone());
            }
        }
        signers
    }
}

/// Finds what is to be made anew: what is current and has not ended. A rollover's
/// cross-certificates and the CA's own certificates are not.
///
/// # Errors
/// What the inventory refuses.
pub fn select_for_reissue(
    inventory: &Inventory,
    scope: &ReissueScope,
    now: OffsetDateTime,
) -> Result<ReissueSelection, AuthorityError> {
    let authorities = inventory.authorities()?;
    let mut selection = ReissueSelection::default();
    for row in current(inventory, &authorities, scope, now)? {
        let fingerprint = row.status.signed().map(|signed| signed.fingerprint);
        let certified = authorities
            .iter()
            .find(|authority| Some(authority.fingerprint) == fingerprint);
        let signer = match row.issuer {
            Some(id) => Some(stands_for(inventory, id)?).filter(|signer| signer.name.is_some()),
            None => None,
        };
        let is_ca = row.kind == CertificateKind::Ca;
        if is_ca && let ReissueScope::Key(_) = scope {
            selection.not_here.push((row, NotHere::AuthorityKey));
            continue;
        }
        let Some(signer) = signer else {
            selection.not_here.push((row, NotHere::ForeignIssuer));
            continue;
        };
        match (is_ca, certified, row.place.clone()) {
            (true, Some(authority), _) if authority.name.is_some() => {
                let authority = authority.clone();
                selection.authorities.push(ReissuableAuthority {
                    authority,
                    row,
                    signer,
                });
            }
            (true, _, _) => selection.not_here.push((row, NotHere::ForeignAuthority)),
            (false, _, Some(place)) => selection.certificates.push(Reissuable {
                name: place.name,
                row,
                signer,
            }),
            (false, _, None) => selection.not_here.push((row, NotHere::FromRequest)),
        }
    }
    Ok(selection)
}

fn current(
    inventory: &Inventory,
    authorities: &[Authority],
    scope: &ReissueScope,
    now: OffsetDateTime,
) -> Result<Vec<Row>, StoreError> {
    let listed = |issuer: Option<AuthorityId>| {
        inventory.list(&Query {
            filter: Filter {
                issuers: Vec::from_iter(issuer),
                state: Some(State::Issued),
                ends_from: Some(now),
                ..Filter::default()
            },
            sort: Sort::Name,
            ..Query::default()
        })
    };
    let is_certificate_of = |row: &Row, chosen: &dyn Fn(&Authority) -> bool| {
        let fingerprint = row.status.signed().map(|signed| signed.fingerprint);
        authorities
            .iter()
            .any(|one| Some(one.fingerprint) == fingerprint && chosen(one))
    };
    match scope {
        ReissueScope::SignedBy(by) => {
            let mut rows = Vec::new();
            for signer in authorities
                .iter()
                .filter(|one| one.is_same_as(by) && one.cross_of.is_none())
            {
                rows.extend(listed(Some(signer.id))?);
            }
            rows.retain(|row| {
                !is_certificate_of(row, &|one| {
                    one.cross_of.is_some() || one.is_same_as(by) || one.retired_at.is_some()
                })
            });
            Ok(rows)
        }
        ReissueScope::Key(public_key_sha256) => {
            let mut rows = listed(None)?;
            rows.retain(|row| row.public_key_sha256 == *public_key_sha256);
            rows.retain(|row| !is_certificate_of(row, &|one| one.cross_of.is_some()));
            Ok(rows)
        }
    }
}

/// Makes certificates of one signer anew, each step on all cores: as they are, but they end no later
/// than the CAs above do. What fails does not keep the others back; the answers are in the order of
/// the certificates.
pub fn reissue(
    store: &mut Store,
    signer: &SigningAuthority,
    certificates: &[Reissuable],
    key: KeyChoice,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(usize),
) -> Vec<Result<Filed, AuthorityError>> {
    let mut answers: Vec<Option<Result<Filed, AuthorityError>>> = Vec::new();
    let mut orders: Vec<LeafOrder> = Vec::new();
    for one in certificates {
        let due = Due {
            name: one.name.clone(),
            row: one.row.clone(),
            reason: Reason::Asked,
        };
        match renewal(store, signer, &due, key, ActivationNeed::Nothing, now) {
            Ok(order) => {
                orders.push(order);
                answers.push(None);
            }
            Err(error) => answers.push(Some(Err(error))),
        }
    }
    let mut made = issue_all(store, signer, orders, now, progress).into_iter();
    answers
        .into_iter()
        .map(|answer| {
            answer
                .or_else(|| made.next())
                .unwrap_or(Err(AuthorityError::Unrecorded))
        })
        .collect()
}
