//! The first step: the successor, and for roots the cross-certificates between the two keys.

use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::{CaLevel, Cross, Rollover, RolloverRefusal, state::unfinished_before};
use crate::{
    authority::{
        AuthorityError, Filed, Filing, Order, PublishedList, SigningAuthority, certify,
        named_certificate, publish_revocation_list,
        renew_authority::{certified_again, kept},
    },
    key::PrivateKey,
    profile::{AlternativeNames, Application, CaProfile, LongLife, Profile},
    store::{Authority, Inventory, RefreshedChains, Store, StoreName},
    x509::{CaCertificate, Name, PathLength, ProvenKey, Validity, oid},
};

/// A successor to be made.
pub struct Preparation {
    /// What it is called here.
    pub name: StoreName,
    /// Its subject: the old CA's own, unless it is to be another.
    pub subject: Name,
    /// Its key.
    pub key: PrivateKey,
    /// PEM of its key, as it is to be written.
    pub key_pem: Zeroizing<String>,
    /// From when until when.
    pub validity: Validity,
    /// How long the new root is distributed before the successor signs.
    pub wait: Duration,
}

/// What the first step made.
#[derive(Debug)]
pub struct Prepared {
    /// The successor.
    pub successor: Filed,
    /// The cross-certificates; none below a root that stays.
    pub cross: CrossCertified,
}

/// The cross-certificates that were made.
#[derive(Debug, Default)]
pub struct CrossCertified {
    /// The certificates.
    pub made: Vec<Filed>,
    /// What has them in its chain files now.
    pub refreshed: RefreshedChains,
    /// The successor's first revocation list, where the old CA has one: servers refuse what has none.
    pub list: Option<PublishedList>,
}

/// A name for the successor that nothing has: `ca-2` after `ca`, `ca-3` after `ca-2`.
///
/// # Errors
/// A name that is too long, and what SQLite refuses.
pub fn successor_name(
    inventory: &Inventory,
    name: &StoreName,
) -> Result<StoreName, AuthorityError> {
    let text = name.to_string();
    let (stem, number) = match text.rsplit_once('-') {
        Some((stem, number)) => match number.parse::<u32>() {
            Ok(number) => (stem.to_owned(), number),
            Err(_) => (text, 1),
        },
        None => (text, 1),
    };
    let mut number = number;
    loop {
        number = number.saturating_add(1);
        let candidate: StoreName = format!("{stem}-{number}").parse()?;
        if inventory.authority_by_name(&candidate)?.is_none() {
            return Ok(candidate);
        }
    }
}

/// Makes the successor of a CA, with the limits of the old one, and what joins the two. `signer` is
/// the old CA itself if it is a root, else the CA above it.
///
/// # Errors
/// A CA that has a successor already, or is one whose own rollover is not over; and as [`certify`].
/// After a crash, and where only the second half failed, [`cross_certify`] makes what is missing.
pub fn prepare(
    store: &mut Store,
    rollover: &Rollover,
    order: Preparation,
    signer: &SigningAuthority,
    now: OffsetDateTime,
) -> Result<Prepared, AuthorityError> {
    let old = CaCertificate::try_from(named_certificate(&rollover.old)?)?;
    refuse(store.inventory(), rollover, &old, &order.subject)?;
    let Preparation {
        name,
        subject,
        key,
        key_pem,
        validity,
        wait,
    } = order;
    let application = Application {
        profile: Profile::Ca(CaProfile {
            path_length: old.path_length(),
            name_constraints: None,
        }),
        key: ProvenKey::of(&key),
        subject: subject.clone(),
        alternative_names: AlternativeNames::AsRequested,
        validity,
        long_life: LongLife::Refuse,
        requested: Vec::new(),
        operator: kept(old.certificate(), signer)?
            .into_iter()
            .filter(|kept| kept.extension.oid != oid::SUBJECT_KEY_IDENTIFIER)
            .collect(),
    };
    let order = Order {
        application,
        filing: Filing::Successor {
            name,
            key_pem,
            of: rollover.old.id,
            switch_from: now.saturating_add(wait),
        },
    };
    if rollover.level == CaLevel::Subordinate {
        let successor = certify(store, signer, order, now)?;
        let refreshed = store
            .refresh_chains(now)
            .map_err(AuthorityError::unfinished)?;
        let new = made_authority(store, &successor, key)?;
        let cross = CrossCertified {
            made: Vec::new(),
            refreshed,
            list: first_list(store, &rollover.old, &new, now)?,
        };
        return Ok(Prepared { successor, cross });
    }
    let root = SigningAuthority::new_root(subject, key);
    let successor = certify(store, &root, order, now)?;
    let new = made_authority(store, &successor, root.issuer.into_key())?;
    let rollover = Rollover::of(store.inventory(), &reread(store, &rollover.name)?, now)?;
    let cross = cross_certify(store, &rollover, signer, &new, now)?;
    Ok(Prepared { successor, cross })
}

/// Makes the cross-certificates that are missing between the two keys, and brings the chain files
/// up to date.
///
/// # Errors
/// As [`certify`].
pub fn cross_certify(
    store: &mut Store,
    rollover: &Rollover,
    old: &SigningAuthority,
    new: &SigningAuthority,
    now: OffsetDateTime,
) -> Result<CrossCertified, AuthorityError> {
    let successor = rollover.successor(store.inventory())?;
    let named = |authority: &Authority| {
        authority
            .name
            .clone()
            .ok_or_else(|| RolloverRefusal::Nameless {
                subject: authority.subject.clone(),
            })
    };
    let (old_name, new_name) = (named(&rollover.old)?, named(&successor)?);
    let certificate = |authority| -> Result<_, AuthorityError> {
        Ok(CaCertificate::try_from(named_certificate(authority)?)?)
    };
    let (old_certificate, new_certificate) =
        (certificate(&rollover.old)?, certificate(&successor)?);
    // What crosses over is of use as long as both ends are.
    let ends = [&old_certificate, &new_certificate].map(|one| one.certificate().not_after());
    let end = ends.into_iter().min().unwrap_or(now);
    let validity = Validity::new(now.saturating_sub(Validity::BACKDATE).min(end), end)?;
    let mut made = Vec::new();
    for cross in &rollover.missing {
        let (certified, of, name, signer, signed_by) = match cross {
            Cross::NewWithOld => {
                let name = format!("{new_name}.by-{old_name}");
                (&new_certificate, successor.id, name, old, &old_certificate)
            }
            Cross::OldWithNew => {
                let name = format!("{old_name}.by-{new_name}");
                (
                    &old_certificate,
                    rollover.old.id,
                    name,
                    new,
                    &new_certificate,
                )
            }
        };
        let subject = certified.certificate().subject().clone();
        let mut application = certified_again(certified, subject, signer, validity)?;
        application.profile = Profile::Ca(CaProfile {
            path_length: cross_path_length(certified, signed_by),
            name_constraints: None,
        });
        application
            .operator
            .retain(|kept| kept.extension.oid != oid::BASIC_CONSTRAINTS);
        let order = Order {
            application,
            filing: Filing::CrossCertificate {
                name: name.parse()?,
                of,
            },
        };
        made.push(certify(store, signer, order, now)?);
    }
    let refreshed = store
        .refresh_chains(now)
        .map_err(AuthorityError::unfinished)?;
    let list = first_list(store, &rollover.old, new, now)?;
    Ok(CrossCertified {
        made,
        refreshed,
        list,
    })
}

/// The successor, ready to sign.
fn made_authority(
    store: &Store,
    successor: &Filed,
    key: PrivateKey,
) -> Result<SigningAuthority, AuthorityError> {
    let authority = store
        .inventory()
        .authority_by_fingerprint(&successor.certificate.fingerprint_sha256())?
        .ok_or(AuthorityError::Unrecorded)?;
    SigningAuthority::of_this_pki(store, &authority, key)
}

/// Publishes a list of the successor where the old CA has one: whoever checks against lists needs that
/// of each CA of a path, and knows neither of the two where one is missing.
fn first_list(
    store: &mut Store,
    old: &Authority,
    new: &SigningAuthority,
    now: OffsetDateTime,
) -> Result<Option<PublishedList>, AuthorityError> {
    if store.inventory().newest_revocation_list(old.id)?.is_none() {
        return Ok(None);
    }
    let days = store.inventory().authority_settings(old.id)?.crl_days;
    publish_revocation_list(store, new, days, now).map(Some)
}

/// What is certified allows as much below itself as before, as far as its signer can give it: a
/// certificate under the signer's own name counts nothing (RFC 5280 §6.1.4 (l)).
fn cross_path_length(certified: &CaCertificate, signer: &CaCertificate) -> PathLength {
    let is_self_issued = certified.certificate().subject() == signer.certificate().subject();
    let most = match signer.path_length() {
        PathLength::AtMost(own) if !is_self_issued => PathLength::AtMost(own.saturating_sub(1)),
        own => own,
    };
    match (certified.path_length(), most) {
        (PathLength::AtMost(wanted), PathLength::AtMost(most)) => {
            PathLength::AtMost(wanted.min(most))
        }
        (PathLength::Unlimited, most) => most,
        (wanted, PathLength::Unlimited) => wanted,
    }
}

fn refuse(
    inventory: &Inventory,
    rollover: &Rollover,
    old: &CaCertificate,
    subject: &Name,
) -> Result<(), AuthorityError> {
    let name = rollover.name.to_string();
    if let Some(successor) = &rollover.successor {
        let successor = successor.name.as_ref().map(StoreName::to_string);
        let successor = successor.unwrap_or_default();
        return Err(RolloverRefusal::HasSuccessor { name, successor }.into());
    }
    if let Some(before) = unfinished_before(inventory, &rollover.old)? {
        let old = before.name.map(|name| name.to_string()).unwrap_or_default();
        return Err(RolloverRefusal::NotOver { name, old }.into());
    }
    let is_other_name = subject != old.certificate().subject();
    if rollover.level == CaLevel::Root
        && is_other_name
        && old.path_length() == PathLength::AtMost(0)
    {
        return Err(RolloverRefusal::OtherName { name }.into());
    }
    Ok(())
}

fn reread(store: &Store, name: &StoreName) -> Result<Authority, AuthorityError> {
    store
        .authority_by_name(name)?
        .ok_or_else(|| AuthorityError::NoSuchCa {
            name: name.to_string(),
            known: Vec::new(),
        })
}
