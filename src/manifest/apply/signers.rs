//! The CAs that sign, each opened once.

use std::collections::HashMap;

use super::{ApplyError, Secrets};
use crate::{
    authority::{AuthorityError, SigningAuthority, itself, named},
    key::{KeyFile, PrivateKey},
    manifest::{Custody, Manifest},
    store::{Authority, AuthorityFile, Store, StoreName, files},
};

/// The CAs that were opened so far: a passphrase is asked for once, a key checked once.
pub(super) struct Signers<'a> {
    manifest: &'a Manifest,
    keys: HashMap<StoreName, PrivateKey>,
    opened: HashMap<StoreName, SigningAuthority>,
}

impl<'a> Signers<'a> {
    pub(super) fn new(manifest: &'a Manifest) -> Self {
        Self {
            manifest,
            keys: HashMap::new(),
            opened: HashMap::new(),
        }
    }

    /// The CA that signs certificates for a name of the manifest: its successor after a rollover.
    pub(super) fn signer(
        &mut self,
        store: &Store,
        name: &StoreName,
        secrets: &mut dyn Secrets,
    ) -> Result<&SigningAuthority, ApplyError> {
        let authority = known(named(store.inventory(), Some(name)), name)?;
        self.open(store, name, authority, secrets)
    }

    /// The CA of a name itself, which goes on signing its own lists when it has a successor.
    pub(super) fn list_signer(
        &mut self,
        store: &Store,
        name: &StoreName,
        secrets: &mut dyn Secrets,
    ) -> Result<&SigningAuthority, ApplyError> {
        let authority = known(itself(store.inventory(), Some(name)), name)?;
        self.open(store, name, authority, secrets)
    }

    /// Has every CA read from the inventory anew: its certificate or its settings changed.
    pub(super) fn forget(&mut self) {
        for (name, signer) in self.opened.drain() {
            self.keys.insert(name, signer.into_key());
        }
    }

    /// Keeps the key of a CA that was just used, so that nobody is asked for its passphrase again.
    pub(super) fn remember(&mut self, name: &StoreName, key: PrivateKey) {
        self.keys.insert(name.clone(), key);
    }

    /// The private key of a CA of this PKI.
    pub(super) fn key(
        &mut self,
        store: &Store,
        asked: &StoreName,
        authority: &Authority,
        secrets: &mut dyn Secrets,
    ) -> Result<PrivateKey, ApplyError> {
        let name = authority.name.as_ref().unwrap_or(asked);
        if let Some(key) = self.keys.remove(name) {
            return Ok(key);
        }
        let path = store.layout().authority_file(name, AuthorityFile::Key);
        let octets = files::read(&path, files::USUAL_LIMIT)?;
        let unusable = |cause| ApplyError::Key {
            name: name.clone(),
            cause,
        };
        let file = KeyFile::read(&octets).map_err(unusable)?;
        if !file.is_encrypted() {
            return file.unlock(None).map_err(unusable);
        }
        let custody = self.manifest.authority(asked).map(|wanted| &wanted.custody);
        let secret = secrets
            .of_authority(name, custody.unwrap_or(&Custody::Asked))
            .map_err(ApplyError::Secret)?;
        file.unlock(Some(&secret)).map_err(unusable)
    }

    fn open(
        &mut self,
        store: &Store,
        asked: &StoreName,
        authority: Authority,
        secrets: &mut dyn Secrets,
    ) -> Result<&SigningAuthority, ApplyError> {
        let name = authority.name.clone().unwrap_or_else(|| asked.clone());
        if !self.opened.contains_key(&name) {
            let key = self.key(store, asked, &authority, secrets)?;
            let signer = SigningAuthority::of_this_pki(store, &authority, key)?;
            self.opened.insert(name.clone(), signer);
        }
        self.opened
            .get(&name)
            .ok_or_else(|| ApplyError::NoAuthority(name))
    }
}

/// A CA that is not there had a step that failed.
fn known(
    found: Result<Authority, AuthorityError>,
    name: &StoreName,
) -> Result<Authority, ApplyError> {
    found.map_err(|error| match error {
        AuthorityError::NoSuchCa { .. } | AuthorityError::NoCa => {
            ApplyError::NoAuthority(name.clone())
        }
        other => other.into(),
    })
}
