//! How the servers of a certificate are made to read it again.

mod error;
mod haproxy;
mod pair;

use std::{ffi::OsString, path::Path, time::Duration};

use crate::{
    hook::{self, HookCommand},
    store::{Store, StoreName},
};

pub use error::ReloadError;
pub use haproxy::HaProxyReload;

/// What makes servers read a certificate again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reload {
    /// A command. One run of it is for all certificates that have it.
    Command(HookCommand),
    /// HAProxy takes it over its runtime socket and cuts no connection.
    HaProxy(HaProxyReload),
}

/// Which way the servers are to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// To a new generation: where something fails, all is left as it was.
    Forward,
    /// Back to the generation before: whatever can be put back is.
    Back,
}

/// What a reload is given besides the certificates.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'pki> {
    /// The PKI directory, an absolute path.
    pub(super) pki: &'pki Path,
    /// The most that a command, or an answer, may take.
    pub(super) timeout: Duration,
}

impl Reload {
    /// The same, its paths seen from a folder.
    pub fn within(&self, folder: &Path) -> Self {
        match self {
            Self::Command(command) => Self::Command(command.clone()),
            Self::HaProxy(haproxy) => Self::HaProxy(haproxy.within(folder)),
        }
    }

    /// Whether once is enough for all certificates that have it.
    pub(super) fn is_for_all(&self) -> bool {
        matches!(self, Self::Command(_))
    }

    /// Carries it out for certificates, whose current generations the servers are to have.
    pub(super) fn run(
        &self,
        store: &Store,
        names: &[&StoreName],
        surroundings: Surroundings<'_>,
        turn: Turn,
    ) -> Result<(), ReloadError> {
        match self {
            Self::Command(command) => {
                let names: Vec<&str> = names.iter().map(|name| name.file_name()).collect();
                let environment: [(&str, OsString); 2] = [
                    ("CERTMINT_NAMES", names.join(" ").into()),
                    ("CERTMINT_PKI", surroundings.pki.into()),
                ];
                hook::run(command, &environment, surroundings.timeout)?;
                Ok(())
            }
            Self::HaProxy(haproxy) => names
                .iter()
                .try_for_each(|name| haproxy.tell(store, name, surroundings.timeout, turn)),
        }
    }
}
