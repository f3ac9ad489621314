//! The CAs and their revocation lists.

use std::collections::HashMap;

use time::{Duration, OffsetDateTime};

use super::finding::{About, Finding, Matter, Noun, days_until, end};
use super::{Scope, Soon};
use crate::authority::{AuthorityError, Standing, chain_above};
use crate::store::{Authority, AuthorityId, Filter, Inventory, SignedBy, State};
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
    /// Whether it signs, or why not.
    pub standing: Standing,
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
    pub list: Option<PublishedList>,
}

/// A revocation list that was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedList {
    /// Its number (RFC 5280 §5.2.3).
    pub number: u64,
    /// When it was made.
    pub this_update: OffsetDateTime,
    /// When the next one is due at the latest.
    pub next_update: OffsetDateTime,
    /// How many certificates are on it.
    pub entries: u64,
}

impl AuthorityState {
    /// What people call it.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.common_name)
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

pub(super) fn states(
    inventory: &Inventory,
    now: OffsetDateTime,
) -> Result<Vec<AuthorityState>, AuthorityError> {
    let signed: HashMap<AuthorityId, SignedBy> = inventory
        .signed_by(now)?
        .into_iter()
        .map(|signed| (signed.issuer, signed))
        .collect();
    let authorities = inventory.authorities()?;
    let by_fingerprint: HashMap<[u8; 32], AuthorityId> = authorities
        .iter()
        .map(|authority| (authority.fingerprint, authority.id))
        .collect();
    let state = |authority: &Authority| {
        let certificate = Certificate::from_der(&authority.certificate_der)?;
        let above = chain_above(inventory, &certificate)?;
        let parent = above
            .first()
            .and_then(|parent| by_fingerprint.get(&parent.fingerprint_sha256()));
        let signed = signed.get(&authority.id);
        let subject = certificate.subject().to_string();
        Ok(AuthorityState {
            id: authority.id,
            name: authority.name.as_ref().map(ToString::to_string),
            common_name: certificate
                .subject()
                .common_name()
                .unwrap_or_else(|| subject.clone()),
            subject,
            parent: parent.copied(),
            standing: Standing::of(authority),
            serial: hexadecimal(significant(certificate.serial_octets())),
            not_before: authority.not_before,
            not_after: authority.not_after,
            key: certificate.public_key().algorithm().to_string(),
            fingerprint: hexadecimal(&authority.fingerprint).to_lowercase(),
            in_use: signed.map_or(0, |signed| signed.in_use),
            longest_life: signed.and_then(|signed| signed.longest_life),
            revoked: signed.map_or(0, |signed| signed.revoked),
            list: None,
        })
    };
    authorities.iter().map(state).collect()
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
    for authority in authorities {
        findings.extend(life(inventory, authority, scope, now)?);
    }
    Ok(findings)
}

/// What the end of a CA means, now or soon.
fn life(
    inventory: &Inventory,
    authority: &AuthorityState,
    scope: Scope,
    now: OffsetDateTime,
) -> Result<Option<Finding>, AuthorityError> {
    // The end of what another certificate stands for means nothing by itself.
    match authority.standing {
        Standing::Renewed | Standing::CrossCertificate | Standing::Retired => return Ok(None),
        Standing::Succeeded if authority.in_use == 0 => return Ok(None),
        Standing::Signs | Standing::Succeeded => {}
    }
    let end = end(authority.not_after, now);
    let remaining = authority.not_after - now;
    let soon = match scope.soon {
        Soon::PartOfLife => (authority.not_after - authority.not_before) / 10,
        Soon::Within(time) => time,
    };
    let renewed = match &authority.name {
        Some(name) if authority.standing == Standing::Succeeded => {
            format!("certmint reissue --ca {name}")
        }
        Some(name) => format!("certmint ca renew {name}"),
        None => "ask whoever keeps it for a renewed one".to_owned(),
    };
    let finding = |matter, what, remedy| {
        Ok(Some(Finding {
            matter,
            about: authority.about(),
            what,
            remedy,
        }))
    };
    if authority.not_after < now {
        return finding(
            Matter::AuthorityExpired,
            format!("{end}, and with it everything that it signed"),
            renewed,
        );
    }
    if remaining < soon {
        let with_it = inventory.count(&Filter {
            issuer: Some(authority.id),
            state: Some(State::Issued),
            ends_from: Some(authority.not_after - Duration::DAY),
            ..Filter::default()
        })?;
        let itself = u64::from(authority.parent.is_none() && authority.name.is_some());
        let what = match with_it.saturating_sub(itself) {
            0 => end,
            1 => format!("{end}; 1 certificate ends with it"),
            many => format!("{end}; {many} certificates end with it"),
        };
        return finding(Matter::AuthorityExpiresSoon, what, renewed);
    }
    if authority.standing == Standing::Succeeded {
        return Ok(None);
    }
    match authority.longest_life.filter(|life| *life > remaining) {
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
