//! What holds for a renewal: what the command line says, then the manifest, then the defaults.

use std::path::{Path, PathBuf};

use anyhow::Result;
use time::{Duration, OffsetDateTime};

use crate::{
    authority::{KeyChoice, RenewalWindow, SeenAt, Servers, Waiting},
    cli::manifest_file,
    hook::HookCommand,
    inspect::verify::Host,
    manifest::{Custody, DesiredCertificate, Manifest},
    probe::Endpoint,
    store::{Row, StoreName},
};

/// The manifest that is read when none is named, if it is there.
const USUAL_MANIFEST: &str = "pki.toml";

/// What the command line says of every certificate that it concerns.
#[derive(Debug)]
pub(crate) struct Wishes {
    /// Days before the end.
    pub(crate) within: Option<u32>,
    /// The keys are kept.
    pub(crate) key: Option<KeyChoice>,
    /// How servers are told.
    pub(crate) reload: Option<HookCommand>,
    /// Where it must be seen.
    pub(crate) probe: Option<Endpoint>,
    /// The name to ask for there.
    pub(crate) server_name: Option<Host>,
    /// The passphrase of CA keys.
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The most that a command may take, and then each endpoint.
    pub(crate) timeout: std::time::Duration,
}

/// What holds for each certificate.
pub(crate) struct Policy {
    wishes: Wishes,
    manifest: Option<Manifest>,
    /// Where the manifest's relative paths start.
    folder: PathBuf,
}

impl Policy {
    /// With the manifest that is named; else with `pki.toml`, if it is there.
    pub(crate) fn new(wishes: Wishes, manifest: Option<&Path>) -> Result<Self> {
        let file = match manifest {
            Some(file) => Some(file.to_path_buf()),
            None => Some(PathBuf::from(USUAL_MANIFEST)).filter(|file| file.exists()),
        };
        let folder = file.as_deref().and_then(Path::parent);
        Ok(Self {
            wishes,
            folder: folder.map(Path::to_path_buf).unwrap_or_default(),
            manifest: match file.as_deref() {
                Some(file) => Some(manifest_file::read(file)??),
                None => None,
            },
        })
    }

    fn desired(&self, name: &StoreName) -> Option<&DesiredCertificate> {
        self.manifest.as_ref()?.certificate(name)
    }

    /// When a certificate is due; never by itself where there is a manifest that does not have it.
    pub(crate) fn due_at(&self, name: &StoreName, row: &Row) -> Option<OffsetDateTime> {
        let window = match (&self.manifest, self.desired(name)) {
            (Some(_), None) => return None,
            (_, Some(desired)) => desired.renewal,
            (None, None) => RenewalWindow::default(),
        };
        Some(match self.wishes.within {
            Some(days) => row
                .not_after
                .saturating_sub(Duration::days(i64::from(days))),
            None => window.due_at(&name.to_string(), row.not_before, row.not_after),
        })
    }

    /// The most that a command may take, and then each endpoint.
    pub(crate) fn timeout(&self) -> std::time::Duration {
        self.wishes.timeout
    }

    /// Whether a key is kept.
    pub(crate) fn key(&self, name: &StoreName) -> KeyChoice {
        let desired = || self.desired(name).map(|desired| desired.renewal_key);
        self.wishes.key.or_else(desired).unwrap_or_default()
    }

    /// How the servers of a certificate are told, and where they are.
    pub(crate) fn reload(&self, name: &StoreName) -> Option<HookCommand> {
        let desired = || {
            self.desired(name)
                .and_then(|desired| desired.reload.clone())
        };
        self.wishes.reload.clone().or_else(desired)
    }

    /// Whether anything is to be done after publishing.
    pub(crate) fn has_servers(&self, name: &StoreName) -> bool {
        let probed = self
            .desired(name)
            .is_some_and(|desired| desired.probe.is_some());
        probed || self.wishes.probe.is_some() || self.reload(name).is_some()
    }

    /// What makes the servers of a published certificate take it.
    pub(crate) fn servers(&self, one: &Waiting) -> Servers {
        let desired = self
            .desired(&one.name)
            .and_then(|desired| desired.probe.clone());
        let probe = match &self.wishes.probe {
            Some(endpoint) => Some((endpoint.clone(), self.wishes.server_name.clone())),
            None => desired.map(|probe| (probe.endpoint, probe.server_name)),
        };
        Servers {
            reload: self.reload(&one.name),
            seen_at: probe.map(|(endpoint, server_name)| match server_name {
                Some(server_name) => SeenAt {
                    endpoint,
                    server_name,
                },
                None => SeenAt::of(endpoint, &one.certificate),
            }),
        }
    }

    /// The file with the passphrase of a CA's key.
    pub(crate) fn passphrase_file(&self, authority: &StoreName) -> Option<PathBuf> {
        let desired = || match &self.manifest.as_ref()?.authority(authority)?.custody {
            Custody::File(file) => Some(self.folder.join(file)),
            Custody::Asked | Custody::Plain => None,
        };
        self.wishes.passphrase_file.clone().or_else(desired)
    }
}
