//! Whether a certificate that a server shows is the one that the inventory says should be there.

use time::OffsetDateTime;

use super::AuthorityError;
use crate::{
    inspect::verify::Host,
    probe::Trust,
    store::{
        Filter, Inventory, Paths, Query, Row, Shelf, Sort, State, Status, StoreName, TextMatch,
        is_self_signed,
    },
    x509::{Certificate, RevocationReason},
};

/// What the inventory says of a certificate that a server shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// It is what should be there; without a name it was written elsewhere.
    None {
        /// Its name and generation.
        place: Option<(StoreName, u32)>,
    },
    /// It is another generation than the current one.
    Generation {
        /// Its name.
        name: StoreName,
        /// The generation that is shown.
        shown: u32,
        /// The one that should be.
        current: u32,
    },
    /// It is revoked.
    Revoked {
        /// Its name.
        name: Option<StoreName>,
        /// Since when.
        at: OffsetDateTime,
        /// Why.
        reason: RevocationReason,
    },
    /// It was replaced, and has no generations because it was written elsewhere; or only a CA was.
    Superseded,
    /// It is a certificate of this PKI, and another one should be there.
    Another {
        /// The one that is shown.
        shown: Option<StoreName>,
        /// The one that should be.
        expected: StoreName,
    },
    /// A CA of this PKI signed it, and the inventory does not know it.
    Unrecorded,
    /// It is not of this PKI.
    Foreign {
        /// The certificate of this PKI for the name that was asked for, or that was expected.
        instead: Option<StoreName>,
    },
}

impl Drift {
    /// Looks a certificate up. `expected` is the name of what should be shown, if that is known;
    /// `server_name` what was asked for.
    ///
    /// # Errors
    /// What the inventory cannot read.
    pub fn of(
        inventory: &Inventory,
        certificate: &Certificate,
        server_name: &Host,
        expected: Option<&StoreName>,
    ) -> Result<Self, AuthorityError> {
        let Some(row) = inventory.by_fingerprint(&certificate.fingerprint_sha256())? else {
            let signed_here = !is_self_signed(certificate)
                && !Paths::of(inventory)?.above(certificate).is_empty();
            return Ok(if signed_here {
                Self::Unrecorded
            } else {
                Self::Foreign {
                    instead: match expected {
                        Some(expected) => Some(expected.clone()),
                        None => for_host(inventory, server_name)?,
                    },
                }
            });
        };
        let place = row
            .place
            .as_ref()
            .filter(|place| place.shelf == Shelf::Certificates);
        let name = place.map(|place| place.name.clone());
        if let Status::Revoked { at, reason, .. } = row.status {
            return Ok(Self::Revoked { name, at, reason });
        }
        if let Some(expected) = expected.filter(|expected| Some(*expected) != name.as_ref()) {
            return Ok(Self::Another {
                shown: name,
                expected: expected.clone(),
            });
        }
        let Some(place) = place else {
            return Ok(match row.status.state() {
                State::Superseded => Self::Superseded,
                _ => Self::None { place: None },
            });
        };
        let current = inventory.current(Shelf::Certificates, &place.name)?;
        let current = current.and_then(|row: Row| row.place);
        Ok(match current {
            Some(current) if current.generation != place.generation => Self::Generation {
                name: place.name.clone(),
                shown: place.generation,
                current: current.generation,
            },
            _ => Self::None {
                place: Some((place.name.clone(), place.generation)),
            },
        })
    }

    /// The word: `none`, `generation`, `revoked`, `superseded`, `another`, `unrecorded`, `foreign`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::None { .. } => "none",
            Self::Generation { .. } => "generation",
            Self::Revoked { .. } => "revoked",
            Self::Superseded => "superseded",
            Self::Another { .. } => "another",
            Self::Unrecorded => "unrecorded",
            Self::Foreign { .. } => "foreign",
        }
    }

    /// The name in this PKI of what is shown.
    pub fn name(&self) -> Option<&StoreName> {
        match self {
            Self::None { place } => place.as_ref().map(|(name, _)| name),
            Self::Generation { name, .. } => Some(name),
            Self::Revoked { name, .. } => name.as_ref(),
            Self::Another { shown, .. } => shown.as_ref(),
            Self::Superseded | Self::Unrecorded | Self::Foreign { .. } => None,
        }
    }

    /// What is so, in a sentence without a full stop, about "the certificate that is served".
    pub fn what(&self) -> String {
        match self {
            Self::None { place: None } => {
                "in use; it was written elsewhere, so it has no name here".to_owned()
            }
            Self::None {
                place: Some((name, generation)),
            } => format!("{name}, generation {generation}, as it should be"),
            Self::Generation {
                name,
                shown,
                current,
            } => {
                let age = if shown < current { "an older" } else { "a later" };
                format!(
                    "{age} generation of {name} is served: {shown}, and {current} is the current one"
                )
            }
            Self::Revoked { name, at, reason } => {
                let name = name
                    .as_ref()
                    .map(|name| format!("{name}, which is served,"))
                    .unwrap_or("the certificate that is served".to_owned());
                format!("{name} is revoked since {} ({reason})", at.date())
            }
            Self::Superseded => "the certificate that is served was replaced by another one".to_owned(),
            Self::Another { shown, expected } => match shown {
                Some(shown) => format!("{shown} is served, and {expected} should be"),
                None => format!("a certificate without a name here is served, and {expected} should be"),
            },
            Self::Unrecorded => {
                "a CA of this PKI signed the certificate that is served, and the inventory does not \
                 know it: the inventory is older than it, or somebody else has the CA's key"
                    .to_owned()
            }
            Self::Foreign { instead: None } => {
                "the certificate that is served is not of this PKI".to_owned()
            }
            Self::Foreign {
                instead: Some(instead),
            } => format!(
                "the certificate that is served is not of this PKI, which has {instead} for that name"
            ),
        }
    }

    /// What to do about it; nothing where all is well.
    pub fn remedy(&self) -> Option<String> {
        let install = |name: &StoreName| {
            format!(
                "give the server certs/{file}/{file}.fullchain.crt and {file}.key, and have it read \
                 them again",
                file = name.file_name()
            )
        };
        Some(match self {
            Self::None { .. } => return None,
            Self::Generation { name, .. } => install(name),
            Self::Revoked { name, .. } => match name {
                Some(name) => format!("certmint renew {name}, unless that was done, and then {}", install(name)),
                None => "issue another one and install it".to_owned(),
            },
            Self::Another { expected, .. } => install(expected),
            Self::Superseded => "install the one that replaced it: certmint list shows it".to_owned(),
            Self::Unrecorded => {
                "bring the inventory up to date from where the certificate was made; if nobody made \
                 it, replace the CA's key: certmint ca rollover"
                    .to_owned()
            }
            Self::Foreign {
                instead: Some(instead),
            } => install(instead),
            Self::Foreign { instead: None } => {
                "issue one for the name and install it: certmint issue server NAME --san HOST"
                    .to_owned()
            }
        })
    }
}

/// The certificate in use that names a host, the one that ends last.
fn for_host(inventory: &Inventory, host: &Host) -> Result<Option<StoreName>, AuthorityError> {
    let mut rows = inventory.list(&Query {
        filter: Filter {
            san: Some(TextMatch::Exactly(host.to_string())),
            state: Some(State::Issued),
            shelf: Some(Shelf::Certificates),
            ..Filter::default()
        },
        sort: Sort::NotAfter,
        ..Query::default()
    })?;
    Ok(rows.pop().and_then(|row| row.place).map(|place| place.name))
}

/// What a client knows that has the roots of this PKI, as they are given to clients: the newest
/// certificate of each root that is neither retired nor revoked. What else the inventory has of CAs
/// is known besides.
///
/// # Errors
/// What the inventory cannot read.
pub fn trust(inventory: &Inventory, now: OffsetDateTime) -> Result<Trust, AuthorityError> {
    let paths = Paths::of(inventory)?;
    let mut trust = Trust::default();
    for authority in inventory.authorities()? {
        // What an older certmint adopted may be no certificate by today's rules.
        let Ok(certificate) = Certificate::from_der(&authority.certificate_der) else {
            continue;
        };
        let row = inventory.by_fingerprint(&authority.fingerprint)?;
        let is_revoked = row.is_some_and(|row| row.status.state() == State::Revoked);
        let is_retired = authority.retired_at.is_some_and(|at| at <= now);
        let is_top = paths.above(&certificate).is_empty();
        if is_top && authority.renewed_by.is_none() && !is_revoked && !is_retired {
            trust.anchors.push(certificate);
        } else {
            trust.known.push(certificate);
        }
    }
    Ok(trust)
}
