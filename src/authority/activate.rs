//! Having servers take a new generation, and going back where they do not.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use time::OffsetDateTime;

use super::{
    AuthorityError, Reload, ReloadError,
    reload::{Surroundings, Turn},
};
use crate::{
    inspect::verify::Host,
    probe::{self, Endpoint, Patience, ProbeError},
    store::{Activation, ActivationNeed, Inventory, Row, State, Store, StoreName},
    x509::{Certificate, GeneralName},
};

/// How many new connections in a row have to show the new certificate: a server has several
/// processes, and the old ones may still take some of them.
const IN_A_ROW: u32 = 8;

/// What makes the servers of a certificate take it, and how to see that they did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Servers {
    /// What makes them read it.
    pub reload: Option<Reload>,
    /// Where it must be seen after that.
    pub seen_at: Option<SeenAt>,
    /// Why they would refuse it: then nothing is run, and the generation before is put back.
    pub refused: Option<String>,
}

/// Where a certificate must be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenAt {
    /// Host and port.
    pub endpoint: Endpoint,
    /// The server name to ask for.
    pub server_name: Host,
}

impl SeenAt {
    /// Asks for the endpoint's host where the certificate names it, else for the first host name of
    /// the certificate that is no wildcard; where there is none, for the endpoint's host all the
    /// same.
    pub fn of(endpoint: Endpoint, certificate: &Certificate) -> Self {
        let names = certificate.subject_alt_names().unwrap_or_default();
        let hosts: Vec<Host> = names
            .iter()
            .filter_map(|name| match name {
                GeneralName::Dns(name) => name.parse().ok(),
                GeneralName::Ip(address) => Some(Host::Address(*address)),
                _ => None,
            })
            .collect();
        let first = hosts.iter().find(|host| matches!(host, Host::Name(_)));
        let server_name = match first {
            Some(first) if !hosts.contains(&endpoint.host) => first.clone(),
            _ => endpoint.host.clone(),
        };
        Self {
            endpoint,
            server_name,
        }
    }
}

impl Servers {
    /// Whether there is anything to be done after publishing.
    pub fn need(&self) -> ActivationNeed {
        if self.reload.is_some() || self.seen_at.is_some() {
            ActivationNeed::Servers
        } else {
            ActivationNeed::Nothing
        }
    }
}

/// A published generation whose servers have yet to take it.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// What is waited for.
    pub activation: Activation,
    /// What it is called.
    pub name: StoreName,
    /// The certificate that is to be served.
    pub certificate: Certificate,
}

/// What the servers of a certificate did not do.
#[derive(Debug)]
pub enum NotTaken {
    /// The reload failed; a command may have been run for several certificates.
    Reload(Arc<ReloadError>),
    /// The handshake did not show it.
    Handshake(Box<ProbeError>),
    /// They would refuse it; they were not told of it.
    Refused(String),
}

/// What became of the generation before.
#[derive(Debug)]
pub enum PutBack {
    /// It is the current one again, and the reload, if there is one, was carried out for it.
    Back,
    /// It is the current one again, and its servers could not be told; the next renewal does.
    NotTold(Arc<ReloadError>),
    /// There is none that could be.
    Nothing,
    /// There is none: it is the same certificate, and only its chain files are new.
    SameCertificate,
    /// It could not be made the current one.
    Failed(Box<AuthorityError>),
}

/// The certificate that is in use now, or why it is not.
pub type Taken = Result<Waiting, AuthorityError>;

/// Writes the files that the servers of a certificate read when they start, and tells nobody: for a
/// server that does not run yet. Gives their paths; a command has none.
///
/// # Errors
/// [`ReloadError`], as [`AuthorityError::Reload`].
pub fn write_server_files(
    store: &Store,
    name: &StoreName,
    reload: &Reload,
) -> Result<Vec<PathBuf>, AuthorityError> {
    let written = match reload {
        Reload::Command(_) => Ok(Vec::new()),
        Reload::HaProxy(haproxy) => haproxy.write_files(store, name),
    };
    written.map_err(|cause| AuthorityError::Reload {
        name: name.clone(),
        cause: Box::new(cause),
    })
}

/// What was published by whomever and is not yet known to be served.
///
/// # Errors
/// What SQLite refuses, and bytes in the inventory that are no certificate.
pub fn waiting(inventory: &Inventory) -> Result<Vec<Waiting>, AuthorityError> {
    let mut waiting = Vec::new();
    for activation in inventory.activations()? {
        let row = inventory.by_id(activation.id)?;
        let der = inventory.certificate_der(activation.id)?;
        // One that was revoked meanwhile is nothing that servers should take.
        let (Some(row), Some(der)) = (row.filter(is_current), der) else {
            continue;
        };
        let Some(place) = row.place else { continue };
        waiting.push(Waiting {
            activation,
            name: place.name,
            certificate: Certificate::from_der(&der)?,
        });
    }
    Ok(waiting)
}

fn is_current(row: &Row) -> bool {
    row.status.state() == State::Issued
}

/// Has the servers of published generations take them: runs each reload command once for all
/// certificates that have it, tells each HAProxy, then looks at every endpoint. Where any of it
/// fails, the generation before is made the current one again and the reload is carried out again,
/// so that the servers go back. `timeout` is for each command, for each answer of HAProxy and for
/// each endpoint. The answers are in the order of the reloads.
///
/// A command finds the names in `CERTMINT_NAMES`, separated by spaces, and the PKI directory in
/// `CERTMINT_PKI`, which is `pki`.
pub fn activate(
    store: &mut Store,
    waiting: Vec<(Waiting, Servers)>,
    pki: &Path,
    timeout: Duration,
    now: OffsetDateTime,
) -> Vec<Taken> {
    let mut groups: Vec<(Option<Reload>, Group)> = Vec::new();
    let mut refused = Vec::new();
    for (one, servers) in waiting {
        let Servers {
            reload,
            seen_at,
            refused: reason,
        } = servers;
        if let Some(reason) = reason {
            refused.push(keep_away(store, one, reason, now));
            continue;
        }
        let is_alone = reload.as_ref().is_some_and(|reload| !reload.is_for_all());
        let same = groups
            .iter_mut()
            .find(|(same, _)| !is_alone && *same == reload);
        match same {
            Some((_, group)) => group.push((one, seen_at)),
            None => groups.push((reload, vec![(one, seen_at)])),
        }
    }
    groups
        .into_iter()
        .flat_map(|(reload, group)| {
            let hook = Hook {
                reload,
                surroundings: Surroundings { pki, timeout },
            };
            activate_group(store, &hook, group, now)
        })
        .chain(refused)
        .collect()
}

/// Puts the generation before back without a word to the servers, which never saw this one.
fn keep_away(store: &mut Store, one: Waiting, reason: String, now: OffsetDateTime) -> Taken {
    let back = put_back(store, &one, now).and_then(|row| {
        row.map(|row| store.end_activation(row.id, now))
            .transpose()
            .map_err(AuthorityError::from)
    });
    Err(AuthorityError::NotTaken {
        name: one.name,
        cause: NotTaken::Refused(reason),
        put_back: match back {
            Ok(Some(())) => PutBack::Back,
            Ok(None) => PutBack::Nothing,
            Err(error) => PutBack::Failed(Box::new(error)),
        },
    })
}

/// Certificates with the same reload.
type Group = Vec<(Waiting, Option<SeenAt>)>;

/// A reload and how it is carried out.
struct Hook<'pki> {
    reload: Option<Reload>,
    surroundings: Surroundings<'pki>,
}

impl Hook<'_> {
    fn run<'one>(
        &self,
        store: &Store,
        group: impl Iterator<Item = &'one Waiting>,
        turn: Turn,
    ) -> Result<(), Arc<ReloadError>> {
        let Some(reload) = &self.reload else {
            return Ok(());
        };
        let names: Vec<&StoreName> = group.map(|one| &one.name).collect();
        reload
            .run(store, &names, self.surroundings, turn)
            .map_err(Arc::new)
    }
}

fn activate_group(
    store: &mut Store,
    hook: &Hook<'_>,
    group: Group,
    now: OffsetDateTime,
) -> Vec<Taken> {
    let reloaded = hook.run(store, group.iter().map(|(one, _)| one), Turn::Forward);
    let mut answers = Vec::new();
    let mut failed = Vec::new();
    for (one, seen_at) in group {
        let seen = match (&reloaded, seen_at) {
            (Err(error), _) => Err(NotTaken::Reload(Arc::clone(error))),
            (Ok(()), Some(seen_at)) => look(&one, &seen_at, hook.surroundings.timeout),
            (Ok(()), None) => Ok(()),
        };
        match seen {
            Ok(()) => answers.push(
                store
                    .end_activation(one.activation.id, now)
                    .map(|()| one)
                    .map_err(AuthorityError::from),
            ),
            Err(cause) => failed.push((one, cause)),
        }
    }
    answers.extend(go_back(store, hook, failed, now));
    answers
}

fn look(one: &Waiting, seen_at: &SeenAt, timeout: Duration) -> Result<(), NotTaken> {
    let patience = Patience {
        each: timeout,
        whole: timeout,
        in_a_row: IN_A_ROW,
    };
    let SeenAt {
        endpoint,
        server_name,
    } = seen_at;
    probe::shown(endpoint, server_name, &one.certificate, patience)
        .map(drop)
        .map_err(|error| NotTaken::Handshake(Box::new(error)))
}

/// Puts the generations before back, all first, then tells their servers once.
fn go_back(
    store: &mut Store,
    hook: &Hook<'_>,
    failed: Vec<(Waiting, NotTaken)>,
    now: OffsetDateTime,
) -> Vec<Taken> {
    let mut stays = Vec::new();
    let mut back = Vec::new();
    for (one, cause) in failed {
        match put_back(store, &one, now) {
            Ok(Some(row)) => back.push((one, cause, row)),
            Ok(None) if one.activation.is_of_chain() => {
                stays.push((one, cause, PutBack::SameCertificate));
            }
            Ok(None) => stays.push((one, cause, PutBack::Nothing)),
            Err(error) => stays.push((one, cause, PutBack::Failed(Box::new(error)))),
        }
    }
    let told = if back.is_empty() {
        Ok(())
    } else {
        hook.run(store, back.iter().map(|(one, ..)| one), Turn::Back)
    };
    for (one, cause, row) in back {
        let told = match &told {
            Ok(()) => store.end_activation(row.id, now).map_or_else(
                |error| PutBack::Failed(Box::new(error.into())),
                |()| PutBack::Back,
            ),
            Err(error) => PutBack::NotTold(Arc::clone(error)),
        };
        stays.push((one, cause, told));
    }
    stays
        .into_iter()
        .map(|(one, cause, put_back)| {
            Err(AuthorityError::NotTaken {
                name: one.name,
                cause,
                put_back,
            })
        })
        .collect()
}

/// Makes what was served before the current generation again; its servers have yet to be told.
fn put_back(
    store: &mut Store,
    one: &Waiting,
    now: OffsetDateTime,
) -> Result<Option<Row>, AuthorityError> {
    let before = match one.activation.replaces {
        // Only its chain is new: the one before is this one.
        Some(_) if one.activation.is_of_chain() => None,
        Some(id) => store.inventory().by_id(id)?,
        None => None,
    };
    // What was revoked meanwhile is not served again.
    let before = before.filter(|row| row.status.state() != State::Revoked);
    let Some((row, place)) = before.and_then(|row| row.place.clone().map(|place| (row, place)))
    else {
        return Ok(None);
    };
    store.activate(&one.name, place.generation, ActivationNeed::Servers, now)?;
    Ok(Some(row))
}

impl fmt::Display for NotTaken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reload(error) => write!(formatter, "the reload failed: {error}"),
            Self::Handshake(error) => error.fmt(formatter),
            Self::Refused(reason) => formatter.write_str(reason),
        }
    }
}

impl PutBack {
    /// What its servers did not take, as a sentence begins that goes on with "in use".
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::SameCertificate => "its new chain is not known to be",
            _ => "the new certificate is not",
        }
    }
}

impl fmt::Display for PutBack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Back => formatter.write_str("the one before is back"),
            Self::NotTold(_) => formatter.write_str(
                "the one before is back, but the reload failed for it too; the next renewal tries it again",
            ),
            Self::Nothing => formatter.write_str(
                "it stays, because there is none before it that could be put back; the next renewal tries again",
            ),
            Self::SameCertificate => formatter.write_str("the next renewal tries again"),
            Self::Failed(error) => write!(formatter, "the one before could not be put back: {error}"),
        }
    }
}
