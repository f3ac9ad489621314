//! What holds for a renewal: what the command line says, then the manifest, then the defaults.

use std::path::{Path, PathBuf};

use time::{Duration, OffsetDateTime};

use crate::{
    authority::{
        AuthorityError, KeyChoice, Reason, Reload, RenewalWindow, SeenAt, Servers, Waiting,
    },
    cli::{manifest_file, manifest_secrets::ManifestSecrets},
    hook::HookCommand,
    inspect::verify::Host,
    manifest::{
        ApplyError, Custody, DesiredCertificate, Manifest, ManifestError, export_again,
        list_readers, refused,
    },
    probe::Endpoint,
    store::{ActivationNeed, RecordId, Row, Store, StoreName},
    target::Library,
};

/// The time for a reload, and then its servers, where a command does not ask for it.
const USUAL_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);

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

impl Default for Wishes {
    /// What a command has that leaves all to the manifest.
    fn default() -> Self {
        Self {
            within: None,
            key: None,
            reload: None,
            probe: None,
            server_name: None,
            passphrase_file: None,
            timeout: USUAL_TIMEOUT,
        }
    }
}

/// What holds for each certificate.
pub(crate) struct Policy {
    wishes: Wishes,
    manifest: Option<Manifest>,
    /// Where the manifest's relative paths start.
    folder: PathBuf,
}

impl Policy {
    /// With the manifest of a file.
    pub(crate) fn new(wishes: Wishes, manifest: Option<(Manifest, &Path)>) -> Self {
        let (manifest, folder) = manifest.unzip();
        Self {
            wishes,
            manifest,
            folder: folder
                .map(manifest_file::folder)
                .unwrap_or(Path::new(""))
                .to_path_buf(),
        }
    }

    /// With the manifest that a command names, else `pki.toml` of this folder if it is there; inside,
    /// what is wrong with the manifest.
    ///
    /// # Errors
    /// A manifest that cannot be read.
    pub(crate) fn of_manifest(
        named: Option<&PathBuf>,
        wishes: Wishes,
    ) -> anyhow::Result<Result<Self, ManifestError>> {
        let file = manifest_file::named_or_usual(named);
        let read = file.as_deref().map(manifest_file::read).transpose()?;
        Ok(read
            .transpose()
            .map(|manifest| Self::new(wishes, manifest.zip(file.as_deref()))))
    }

    /// Whether there are servers that have to take a new generation.
    pub(crate) fn need(&self, name: &StoreName) -> ActivationNeed {
        if self.has_servers(name) {
            ActivationNeed::Servers
        } else {
            ActivationNeed::Nothing
        }
    }

    fn desired(&self, name: &StoreName) -> Option<&DesiredCertificate> {
        self.manifest.as_ref()?.certificate(name)
    }

    /// Whether there is a manifest.
    pub(crate) fn has_manifest(&self) -> bool {
        self.manifest.is_some()
    }

    /// The names of the manifest's certificates.
    pub(crate) fn names(&self) -> Vec<StoreName> {
        let certificates = self.manifest.iter().flat_map(Manifest::certificates);
        certificates.map(|one| one.name.clone()).collect()
    }

    /// The names of the manifest's certificates that are exported.
    pub(crate) fn exported(&self) -> Vec<StoreName> {
        let certificates = self.manifest.iter().flat_map(Manifest::certificates);
        certificates
            .filter(|certificate| !certificate.exports.is_empty())
            .map(|certificate| certificate.name.clone())
            .collect()
    }

    /// What makes the servers of a certificate read it again.
    pub(crate) fn reload(&self, name: &StoreName) -> Option<Reload> {
        let reload = self.desired(name)?.reload.as_ref()?;
        Some(reload.within(&self.folder))
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

    /// Why a certificate is due, if it is.
    pub(crate) fn reason(
        &self,
        name: &StoreName,
        row: &Row,
        now: OffsetDateTime,
    ) -> Option<Reason> {
        Reason::at(row, self.due_at(name, row)?, now)
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

    /// Whether anything is to be done after publishing.
    pub(crate) fn has_servers(&self, name: &StoreName) -> bool {
        let wished = self.wishes.reload.is_some() || self.wishes.probe.is_some();
        let desired =
            |desired: &DesiredCertificate| desired.reload.is_some() || desired.probe.is_some();
        wished || self.desired(name).is_some_and(desired)
    }

    /// What makes the servers of a published certificate take it.
    pub(crate) fn servers(&self, one: &Waiting) -> Servers {
        let Wishes {
            reload,
            probe,
            server_name,
            ..
        } = &self.wishes;
        let desired = self.desired(&one.name);
        let mut servers = desired
            .map(|desired| desired.servers(&one.certificate, &self.folder))
            .unwrap_or_default();
        if let Some(command) = reload.clone() {
            servers.reload = Some(Reload::Command(command));
        }
        if let Some(endpoint) = probe.clone() {
            servers.seen_at = Some(match server_name.clone() {
                Some(server_name) => SeenAt {
                    endpoint,
                    server_name,
                },
                None => SeenAt::of(endpoint, &one.certificate),
            });
        }
        servers
    }

    /// The certificates whose servers, by the manifest, read these revocation lists.
    pub(crate) fn list_readers(
        &self,
        store: &Store,
        lists: &[StoreName],
        now: OffsetDateTime,
    ) -> Result<Vec<RecordId>, AuthorityError> {
        let library = Library::new(Some(store.layout().root().join("templates")));
        match &self.manifest {
            Some(manifest) => list_readers(store.inventory(), &library, manifest, lists, now),
            None => Ok(Vec::new()),
        }
    }

    /// Why the targets that the manifest has for a published certificate would refuse it.
    pub(crate) fn refused(
        &self,
        store: &Store,
        one: &Waiting,
        now: OffsetDateTime,
    ) -> Result<Option<String>, AuthorityError> {
        let library = Library::new(Some(store.layout().root().join("templates")));
        match self.desired(&one.name) {
            Some(desired) => refused(store.inventory(), &library, desired, one, now),
            None => Ok(None),
        }
    }

    /// The file with the passphrase of a CA's key: the manifest's, else the command line's.
    pub(crate) fn passphrase_file(&self, authority: &StoreName) -> Option<PathBuf> {
        let manifest = self.manifest.as_ref();
        let desired = manifest.and_then(|manifest| manifest.authority(authority));
        let desired = desired.and_then(|desired| match &desired.custody {
            Custody::File(file) => Some(self.folder.join(file)),
            Custody::Asked | Custody::Plain => None,
        });
        desired.or_else(|| self.wishes.passphrase_file.clone())
    }

    /// Writes again what the manifest wants of a certificate in foreign formats.
    pub(crate) fn export(
        &self,
        store: &mut Store,
        name: &StoreName,
        now: OffsetDateTime,
    ) -> Vec<Result<PathBuf, ApplyError>> {
        let Some(desired) = self.desired(name) else {
            return Vec::new();
        };
        let mut secrets = ManifestSecrets {
            folder: &self.folder,
            passphrase_file: None,
        };
        export_again(store, desired, &mut secrets, &self.folder, now)
    }
}
