//! The CAs and their revocation lists.

use std::collections::HashMap;

use time::{Duration, OffsetDateTime};

use super::finding::{About, Finding, Matter, Noun, days_until, distinguished_name, end};
use super::{Scope, Soon};
use crate::authority::rollover::{Rollover, RolloverStep, rollovers};
use crate::authority::{AuthorityError, Outliving, outliving};
use crate::store::{
    Authority, AuthorityId, Filter, Inventory, Paths, RevocationList, Row, SignedBy, State,
};
use crate::x509::{Certificate, hexadecimal};

/// A CA as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityState {
    /// The inventory's number for it.
    pub id: AuthorityId,
    /// Its name in this PKI; none for one that is used by its files.
    pub name: Option<String>,
    /// Its subject (RFC 4514).
    pub subject: String,
    /// Its common name, or its whole subject if it has none.
    pub common_name: String,
    /// Who signed it, if that CA is known here; none for a root.
    pub parent: Option<AuthorityId>,
    /// Its serial number.
    pub serial: String,
    /// First second of its life.
    pub not_before: OffsetDateTime,
    /// Last second of its life.
    pub not_after: OffsetDateTime,
    /// Kind and size of its key.
    pub key: String,
    /// SHA-256 over its certificate.
    pub fingerprint: String,
    /// How many certificates of others than CAs are in use.
    pub in_use: u64,
    /// The longest life among those.
    pub longest_life: Option<Duration>,
    /// How many certificates that it signed are revoked and have not ended.
    pub revoked: u64,
    /// The revocation list that was published last.
    pub list: Option<RevocationList>,
    /// The longest life that one of its own certificates was given.
    pub longest_own_life: Duration,
    /// Whether it signs.
    pub standing: Standing,
    /// Its other certificates, older ones and cross-certificates: what was signed under them counts
    /// as its own.
    pub others: Vec<AuthorityId>,
}

/// Whether it signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Current,
    /// Another CA with a new key signs in its place.
    Succeeded,
    /// It has stopped for good.
    Retired,
    /// Its certificate is revoked.
    Revoked,
}

impl Standing {
    fn of(authority: &Authority, row: Option<&Row>, now: OffsetDateTime) -> Self {
        let past = |moment: Option<OffsetDateTime>| moment.is_some_and(|moment| moment <= now);
        if row.is_some_and(|row| row.status.state() == State::Revoked) {
            Self::Revoked
        } else if past(authority.retired_at) {
            Self::Retired
        } else if past(authority.switched_at) {
            Self::Succeeded
        } else {
            Self::Current
        }
    }

    /// The word: `current`, `succeeded`, `retired`, `revoked`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Succeeded => "succeeded",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }
}

impl AuthorityState {
    /// What people call it.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.common_name)
    }

    /// Whether an authority of the inventory is this one, or another certificate of it.
    pub fn has(&self, id: AuthorityId) -> bool {
        self.id == id || self.others.contains(&id)
    }

    pub(super) fn about(&self) -> About {
        About {
            noun: Noun::Authority,
            name: self.name.clone(),
            subject: self.subject.clone(),
            serial: Some(self.serial.clone()),
            ends: Some(self.not_after),
        }
    }
}

/// The CAs, each with its newest certificate.
pub(super) fn states(
    inventory: &Inventory,
    now: OffsetDateTime,
) -> Result<Vec<AuthorityState>, AuthorityError> {
    let authorities = inventory.authorities()?;
    let signed = inventory.signed_by(now)?;
    let by_fingerprint: HashMap<[u8; 32], AuthorityId> = authorities
        .iter()
        .map(|authority| (authority.fingerprint, authority.id))
        .collect();
    let instead: HashMap<AuthorityId, AuthorityId> = authorities
        .iter()
        .filter_map(|one| Some((one.id, one.renewed_by.or(one.cross_of)?)))
        .collect();
    let newest = |id| newest(id, &instead);
    let paths = Paths::of(inventory)?;
    let mut states = Vec::new();
    for authority in &authorities {
        if instead.contains_key(&authority.id) {
            continue;
        }
        // What an older certmint adopted may be no certificate by today's rules.
        let certificate = Certificate::from_der(&authority.certificate_der).ok();
        let above = certificate
            .as_ref()
            .map(|certificate| paths.above(certificate))
            .unwrap_or_default();
        let parent = above
            .first()
            .and_then(|parent| by_fingerprint.get(&parent.fingerprint_sha256()));
        let own: Vec<&SignedBy> = signed
            .iter()
            .filter(|signed| newest(signed.issuer) == authority.id)
            .collect();
        let subject = distinguished_name(&authority.subject_der, &authority.subject);
        let row = inventory.by_fingerprint(&authority.fingerprint)?;
        let certificate = certificate.as_ref();
        states.push(AuthorityState {
            id: authority.id,
            name: authority.name.as_ref().map(ToString::to_string),
            common_name: certificate
                .and_then(|certificate| certificate.subject().common_name())
                .unwrap_or_else(|| subject.clone()),
            subject,
            parent: parent.map(|parent| newest(*parent)),
            serial: certificate
                .map(|certificate| hexadecimal(significant(certificate.serial_octets())))
                .unwrap_or_default(),
            not_before: authority.not_before,
            not_after: authority.not_after,
            key: certificate
                .map(|certificate| certificate.public_key().algorithm().to_string())
                .unwrap_or_default(),
            fingerprint: hexadecimal(&authority.fingerprint).to_lowercase(),
            in_use: own.iter().map(|signed| signed.in_use).sum(),
            longest_life: own.iter().filter_map(|signed| signed.longest_life).max(),
            revoked: own.iter().map(|signed| signed.revoked).sum(),
            list: inventory.newest_revocation_list(authority.id)?,
            longest_own_life: authorities
                .iter()
                .filter(|other| other.cross_of.is_none() && newest(other.id) == authority.id)
                .map(|other| other.not_after - other.not_before)
                .max()
                .unwrap_or_default(),
            standing: Standing::of(authority, row.as_ref(), now),
            others: authorities
                .iter()
                .map(|other| other.id)
                .filter(|other| *other != authority.id && newest(*other) == authority.id)
                .collect(),
        });
    }
    Ok(states)
}

/// The newest certificate of an authority; of a cross-certificate, that of the authority whose name
/// and key it has.
fn newest(mut id: AuthorityId, instead: &HashMap<AuthorityId, AuthorityId>) -> AuthorityId {
    // As many steps as there are renewals: a damaged inventory could lead in a circle.
    for _ in 0..instead.len() {
        match instead.get(&id) {
            Some(newer) => id = *newer,
            None => break,
        }
    }
    id
}

/// The first octet may only keep the number from being negative.
fn significant(serial: &[u8]) -> &[u8] {
    match serial {
        [0, significant @ ..] if !significant.is_empty() => significant,
        _ => serial,
    }
}

pub(super) fn findings(
    inventory: &Inventory,
    authorities: &[AuthorityState],
    scope: Scope,
    now: OffsetDateTime,
) -> Result<Vec<Finding>, AuthorityError> {
    let mut findings = Vec::new();
    let all = inventory.authorities()?;
    for authority in authorities {
        let parent = authority.parent;
        let parent = authorities.iter().find(|one| Some(one.id) == parent);
        findings.extend(life(inventory, authority, parent, scope, now)?);
        // The others sign no more, and their certificates have findings of their own.
        let current = all
            .iter()
            .find(|one| one.id == authority.id && authority.standing == Standing::Current);
        if let Some(current) = current
            && let Some(later) = outliving(inventory, &all, current, authority.not_after, now)?
        {
            findings.push(ends_first(authority, parent, &later, now));
        }
    }
    for rollover in rollovers(inventory, now)? {
        let old = authorities.iter().find(|one| one.has(rollover.old.id));
        if let (Some(old), Some(step)) = (old, rollover.next(now)) {
            findings.extend(next_step(old, &rollover, step));
        }
    }
    Ok(findings)
}

/// What somebody has to do to bring a rollover on. What is left to be issued anew is told of each
/// certificate.
fn next_step(old: &AuthorityState, rollover: &Rollover, step: RolloverStep) -> Option<Finding> {
    let (matter, what) = match step {
        RolloverStep::Prepare => (
            Matter::RolloverDue,
            "has a successor, and the cross-certificates between the two are not all made"
                .to_owned(),
        ),
        RolloverStep::Switch => (
            Matter::RolloverDue,
            match rollover.old.switch_from {
                Some(from) => format!("its successor can take over since {}", from.date()),
                None => "its successor can take over".to_owned(),
            },
        ),
        RolloverStep::Retire => (
            Matter::RolloverOver,
            "nothing in use is left under its old key".to_owned(),
        ),
        RolloverStep::Distribute | RolloverStep::Reissue => return None,
    };
    Some(Finding {
        matter,
        about: old.about(),
        what,
        remedy: format!("certmint ca rollover next {}", rollover.name),
    })
}

fn ends_first(
    authority: &AuthorityState,
    parent: Option<&AuthorityState>,
    later: &Outliving,
    now: OffsetDateTime,
) -> Finding {
    let first = About::row(&later.first);
    let what = match later.count {
        1 => format!("and {}, which it signed, later", first.title()),
        many => format!(
            "and {many} certificates that it signed later, the first of them {}",
            first.title()
        ),
    };
    Finding {
        matter: Matter::AuthorityEndsFirst,
        about: authority.about(),
        what: format!("{}, {what}", end(authority.not_after, now)),
        remedy: renewed_for(authority, parent, later.days_needed(now), now),
    }
}

/// How to renew a CA so that its next certificate lives for at least so many days. What is left out
/// on the command line is the life of the last one, which may have been too short.
fn renewed_for(
    authority: &AuthorityState,
    parent: Option<&AuthorityState>,
    days: i64,
    now: OffsetDateTime,
) -> String {
    let Some(name) = &authority.name else {
        return "ask whoever keeps it for a renewed one".to_owned();
    };
    let whole = |life: Duration| (life + Duration::hours(12)).whole_days();
    if whole(authority.not_after - authority.not_before) >= days {
        return format!("certmint ca renew {name}");
    }
    let usual = whole(authority.longest_own_life);
    let most = parent.map_or(usual, |parent| days_until(parent.not_after, now));
    format!(
        "certmint ca renew {name} --days {}",
        days.max(usual.min(most))
    )
}

/// What the end of a CA means, now or soon.
fn life(
    inventory: &Inventory,
    authority: &AuthorityState,
    parent: Option<&AuthorityState>,
    scope: Scope,
    now: OffsetDateTime,
) -> Result<Option<Finding>, AuthorityError> {
    let end = end(authority.not_after, now);
    let remaining = authority.not_after - now;
    let soon = match scope.soon {
        Soon::PartOfLife => (authority.not_after - authority.not_before) / 10,
        Soon::Within(time) => time,
    };
    let needed = authority.longest_life.unwrap_or_default().whole_days() + 1;
    let renewed = renewed_for(authority, parent, needed, now);
    let finding = |matter, what, remedy| {
        Ok(Some(Finding {
            matter,
            about: authority.about(),
            what,
            remedy,
        }))
    };
    if authority.standing != Standing::Current && authority.in_use == 0 {
        return Ok(None);
    }
    if authority.standing == Standing::Revoked {
        let certificates = match authority.in_use {
            1 => "1 certificate in use is".to_owned(),
            many => format!("{many} certificates in use are"),
        };
        return finding(
            Matter::AuthorityRevoked,
            format!("is revoked, and {certificates} signed by it"),
            "issue them again under another CA, and revoke these".to_owned(),
        );
    }
    if authority.not_after < now {
        return finding(
            Matter::AuthorityExpired,
            format!("{end}, and with it everything that it signed"),
            renewed,
        );
    }
    if remaining < soon {
        let mut with_it = 0;
        for issuer in [authority.id].iter().chain(&authority.others) {
            with_it += inventory.count(&Filter {
                issuers: vec![*issuer],
                state: Some(State::Issued),
                ends_from: Some(authority.not_after - Duration::DAY),
                ..Filter::default()
            })?;
        }
        let itself = u64::from(authority.parent.is_none() && authority.name.is_some());
        let what = match with_it.saturating_sub(itself) {
            0 => end,
            1 => format!("{end}; 1 certificate ends with it"),
            many => format!("{end}; {many} certificates end with it"),
        };
        return finding(Matter::AuthorityExpiresSoon, what, renewed);
    }
    // It signs no new ones.
    let longest = authority
        .longest_life
        .filter(|_| authority.standing == Standing::Current);
    match longest.filter(|life| *life > remaining) {
        Some(life) => finding(
            Matter::AuthorityTooShort,
            format!(
                "{end}; its certificates live up to {} days, and new ones of that length are refused",
                days_until(now + life, now)
            ),
            format!("{renewed}, or issue with a smaller --days"),
        ),
        None => Ok(None),
    }
}
