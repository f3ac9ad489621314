//! A leaf certificate as the manifest wants it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    authority::{KeyChoice, Reload, RenewalWindow, SeenAt, Servers},
    inspect::verify::Host,
    key::KeySpec,
    probe::Endpoint,
    profile::{LeafKind, LongLife},
    store::{ActivationNeed, StoreName},
    target::Written,
    x509::{Certificate, Name, SanSet},
};

use super::export::Export;

/// `[server.NAME]`, `[client.NAME]` or `[peer.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredCertificate {
    /// What it is called; its files are in `certs/NAME`.
    pub name: StoreName,
    /// What it is for.
    pub kind: LeafKind,
    /// The CA that signs it.
    pub authority: StoreName,
    /// Its subject.
    pub subject: Name,
    /// Its subject alternative names.
    pub names: Option<SanSet>,
    /// Its kind of key.
    pub key: KeySpec,
    /// The file with the key that its first certificate is for; none for a new one.
    pub key_file: Option<PathBuf>,
    /// How long it is made for.
    pub days: u32,
    /// Whether a server may outlive what Apple's systems accept.
    pub long_life: LongLife,
    /// When it is renewed.
    pub renewal: RenewalWindow,
    /// Which key a renewal certifies.
    pub renewal_key: KeyChoice,
    /// What makes its server read it again.
    pub reload: Option<Reload>,
    /// Where it must be seen after that.
    pub probe: Option<Probe>,
    /// The places that it goes to.
    pub targets: Vec<String>,
    /// What these places are told: variables by their names, by places.
    pub settings: BTreeMap<String, Written>,
    /// The foreign formats that it is wanted in.
    pub exports: Vec<Export>,
}

impl DesiredCertificate {
    /// The life of a certificate, in days: the longest that Apple's systems accept of a server.
    pub const DAYS: u32 = 825;
    /// The kind of key.
    pub const KEY: KeySpec = KeySpec::Rsa2048;

    /// Whether its servers have to take a new generation of it.
    pub fn activation(&self) -> ActivationNeed {
        if self.reload.is_some() || self.probe.is_some() {
            ActivationNeed::Servers
        } else {
            ActivationNeed::Nothing
        }
    }

    /// What makes its servers take a new generation of it, and how to see that they did; `folder` is
    /// where the manifest's paths start.
    pub fn servers(&self, made: &Certificate, folder: &Path) -> Servers {
        Servers {
            refused: None,
            reload: self.reload.as_ref().map(|reload| reload.within(folder)),
            seen_at: self.probe.clone().map(|probe| match probe.server_name {
                Some(server_name) => SeenAt {
                    endpoint: probe.endpoint,
                    server_name,
                },
                None => SeenAt::of(probe.endpoint, made),
            }),
        }
    }
}

/// Where a new certificate must be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Host and port.
    pub endpoint: Endpoint,
    /// The server name to ask for; where there is none, the host is asked for, or a name of the
    /// certificate.
    pub server_name: Option<Host>,
}
