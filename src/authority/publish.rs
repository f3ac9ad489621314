//! Making an authority's revocation list.

use std::path::PathBuf;

use time::{Duration, OffsetDateTime};

use super::{AuthorityError, SigningAuthority, list_chain::ListChains};
use crate::{
    ca::{CaError, RevocationListOrder, RevokedCertificates},
    store::{
        Authority, Inventory, RecordIssuer, RevocationListFile, Revoked, Shown, Store, StoreError,
        StoreName,
    },
    x509::{RevokedCertificate, Validity},
};

/// How many days a list lasts when neither the command nor the CA says: the time that people have
/// to notice that no new one is made.
pub const USUAL_CRL_DAYS: u32 = 30;

/// A revocation list that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedList {
    /// The authority's name.
    pub name: StoreName,
    /// Its number.
    pub number: u64,
    /// When it was made: five minutes ago, so that hosts whose clocks are a little behind take it.
    pub this_update: OffsetDateTime,
    /// When the next one is due at the latest.
    pub next_update: OffsetDateTime,
    /// What ends it.
    pub end: ListEnd,
    /// How many certificates are on it.
    pub entries: u64,
    /// Its files, and the chain files that it is in.
    pub files: Vec<PathBuf>,
    /// Whether it is in place.
    pub shown: Shown,
    /// The authorities whose chain file lacks lists.
    pub incomplete: Vec<IncompleteChain>,
}

/// What decided on a list's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListEnd {
    /// The days that were asked for.
    Days,
    /// The end of the CA's own certificate, which comes sooner.
    Authority,
}

/// A chain file that lacks lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncompleteChain {
    /// Whose it is.
    pub name: StoreName,
    /// The authorities that have made no list yet.
    pub missing: Vec<StoreName>,
    /// Whether the file is there without them.
    pub state: ChainState,
}

/// Whether a chain file that lacks lists was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainState {
    /// It was not: with it servers would refuse everybody.
    Waits,
    /// It was: servers refuse what those authorities signed.
    Written,
}

/// The CAs of this PKI that publish lists: those of the names, or all. A CA that has a successor
/// goes on publishing its own list, for what it signed.
///
/// # Errors
/// A name that no CA has, a PKI without any CA, and what the inventory refuses.
pub fn list_publishers(
    inventory: &Inventory,
    names: &[StoreName],
) -> Result<Vec<(StoreName, Authority)>, AuthorityError> {
    let all: Vec<(StoreName, Authority)> = inventory
        .authorities()?
        .into_iter()
        .filter_map(|authority| Some((authority.name.clone()?, authority)))
        .collect();
    if all.is_empty() {
        return Err(AuthorityError::NoCa);
    }
    if names.is_empty() {
        return Ok(all);
    }
    let of = |name: &StoreName| {
        all.iter()
            .find(|(known, _)| known == name)
            .cloned()
            .ok_or_else(|| AuthorityError::NoSuchCa {
                name: name.to_string(),
                known: all.iter().map(|(known, _)| known.to_string()).collect(),
            })
    };
    names.iter().map(of).collect()
}

/// Signs the list of everything that is revoked of an authority and has not expired, and puts it
/// into the PKI directory, together with the files of list chains that it belongs to.
///
/// `days` until the next one is due; else those of the CA, else [`USUAL_CRL_DAYS`]. Never beyond
/// the CA's own end. Its number is taken, durably, before it is signed.
///
/// # Errors
/// A CA without a name here, one that has expired or may not sign lists, and what the inventory
/// and the operating system refuse.
pub fn publish_revocation_list(
    store: &mut Store,
    authority: &SigningAuthority,
    days: Option<u32>,
    now: OffsetDateTime,
) -> Result<PublishedList, AuthorityError> {
    let RecordIssuer::Authority(id) = authority.recorded_as else {
        return Err(AuthorityError::NoListWithoutName);
    };
    let name = store
        .inventory()
        .authority(id)?
        .and_then(|authority| authority.name)
        .ok_or(AuthorityError::NoListWithoutName)?;
    let days = match days {
        Some(days) => days,
        None => {
            let settings = store.inventory().authority_settings(id)?;
            settings.crl_days.unwrap_or(USUAL_CRL_DAYS)
        }
    };
    let (validity, end) = life(authority, days, now)?;
    let record = store.record_revocation_list(id, &validity)?;
    let mut der = store.new_revocation_list(&name)?;
    let written = {
        let revoked = OnList(store.inventory().revoked(id, record.ends_from)?);
        let order = RevocationListOrder {
            number: record.number,
            validity,
        };
        authority
            .issuer
            .write_revocation_list(&order, &revoked, now, &mut der)?
    };
    let shown = store.publish_revocation_list(&name, &record, written.entries, der, now)?;
    let layout = store.layout();
    let mut files = [RevocationListFile::Pem, RevocationListFile::Der]
        .map(|file| layout.revocation_list(&name, file))
        .to_vec();
    let mut incomplete = Vec::new();
    let chains = ListChains::of(store.inventory())?;
    for chain in chains.with(&name) {
        let lists: Vec<StoreName> = chain.all().cloned().collect();
        let missing = store.chain_revocation_lists(&chain.name, &chain.needed, &lists)?;
        let lacks = |list: &StoreName| missing.contains(list);
        let state = if chain.needed.iter().any(lacks) {
            ChainState::Waits
        } else {
            ChainState::Written
        };
        if state == ChainState::Written {
            let layout = store.layout();
            files.push(layout.revocation_list(&chain.name, RevocationListFile::Chain));
        }
        // Whatever a CA below signs is refused until it has a list; a retired one signs nothing.
        let in_succession = chain.in_succession.iter();
        let missing: Vec<StoreName> = match state {
            ChainState::Waits => chain.needed.into_iter().filter(lacks).collect(),
            ChainState::Written => in_succession
                .filter(|list| lacks(list) && !chains.is_retired(list))
                .cloned()
                .collect(),
        };
        if !missing.is_empty() {
            incomplete.push(IncompleteChain {
                name: chain.name,
                missing,
                state,
            });
        }
    }
    Ok(PublishedList {
        name,
        number: record.number,
        this_update: validity.not_before(),
        next_update: validity.not_after(),
        end,
        entries: written.entries,
        files,
        shown,
        incomplete,
    })
}

/// From five minutes ago for so many days, within the CA's own life.
fn life(
    authority: &SigningAuthority,
    days: u32,
    now: OffsetDateTime,
) -> Result<(Validity, ListEnd), AuthorityError> {
    let wanted = Validity::new(
        now.saturating_sub(Validity::BACKDATE),
        now.saturating_add(Duration::days(i64::from(days))),
    )?;
    let Some(own) = authority.path().first() else {
        return Ok((wanted, ListEnd::Days));
    };
    // A CA that is not valid now is refused by the issuer, in its own words.
    if !(own.not_before()..=own.not_after()).contains(&now) {
        return Ok((wanted, ListEnd::Days));
    }
    let within = Validity::new(
        wanted.not_before().max(own.not_before()),
        wanted.not_after().min(own.not_after()),
    )?;
    let end = if within.not_after() < wanted.not_after() {
        ListEnd::Authority
    } else {
        ListEnd::Days
    };
    Ok((within, end))
}

/// The inventory as the CA's source of entries.
struct OnList<'inventory>(Revoked<'inventory>);

impl RevokedCertificates for OnList<'_> {
    fn for_each(
        &self,
        take: &mut dyn FnMut(&RevokedCertificate) -> Result<(), CaError>,
    ) -> Result<(), CaError> {
        /// Tells the inventory's failures from the CA's own.
        enum Failed {
            Inventory(StoreError),
            Ca(CaError),
        }
        impl From<StoreError> for Failed {
            fn from(error: StoreError) -> Self {
                Self::Inventory(error)
            }
        }
        self.0
            .for_each(|entry| take(entry).map_err(Failed::Ca))
            .map_err(|failed| match failed {
                Failed::Inventory(error) => CaError::RevokedUnknown(error.into()),
                Failed::Ca(error) => error,
            })
    }
}
