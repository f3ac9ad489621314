//! The secrets that a manifest speaks of: from the files that it names, or from whoever is there.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{
    cli::secrets::Source,
    key::Passphrase,
    manifest::{Custody, SecretError, Secrets},
    store::{StoreName, files},
};

/// Reads files that the manifest names, and asks for the rest.
pub(crate) struct ManifestSecrets<'a> {
    /// The folder that the manifest's paths start from.
    pub(crate) folder: &'a Path,
    /// What `--passphrase-file` named: for the CAs whose passphrase would be asked for.
    pub(crate) passphrase_file: Option<&'a PathBuf>,
}

impl ManifestSecrets<'_> {
    /// From where the passphrase of a CA's key comes.
    fn file(&self, custody: &Custody) -> Option<PathBuf> {
        match custody {
            Custody::File(file) => Some(self.folder.join(file)),
            Custody::Asked | Custody::Plain => self.passphrase_file.cloned(),
        }
    }
}

impl Secrets for ManifestSecrets<'_> {
    fn of_authority(
        &mut self,
        name: &StoreName,
        custody: &Custody,
    ) -> Result<Passphrase, SecretError> {
        let file = self.file(custody);
        let source = Source {
            file: file.as_ref(),
            flag: flag(custody),
            prompt: format!("passphrase for the key of CA {name}"),
        };
        Ok(source.existing()?)
    }

    fn for_new_authority(
        &mut self,
        name: &StoreName,
        custody: &Custody,
    ) -> Result<Option<Passphrase>, SecretError> {
        if *custody == Custody::Plain {
            return Ok(None);
        }
        let file = self.file(custody);
        let source = Source {
            file: file.as_ref(),
            flag: flag(custody),
            prompt: format!("passphrase for the key of CA {name}"),
        };
        Ok(Some(source.new_secret()?))
    }

    fn key_file(&mut self, file: &Path) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        Ok(files::read(&self.folder.join(file), files::USUAL_LIMIT)?)
    }

    fn for_export(
        &mut self,
        name: &StoreName,
        password_file: &Path,
    ) -> Result<Passphrase, SecretError> {
        let file = self.folder.join(password_file);
        let source = Source {
            file: Some(&file),
            flag: "password_file",
            prompt: format!("password of the exported file of {name}"),
        };
        Ok(source.new_secret()?)
    }
}

/// What an error names: the manifest's key, or the flag that stands in for a person.
fn flag(custody: &Custody) -> &'static str {
    match custody {
        Custody::File(_) => "passphrase",
        Custody::Asked | Custody::Plain => "--passphrase-file",
    }
}
