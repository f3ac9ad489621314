//! Where secrets come from: whoever applies a plan knows, the manifest says only where they are.

use std::path::Path;

use zeroize::Zeroizing;

use crate::{key::Passphrase, manifest::Custody, store::StoreName};

/// A secret could not be had.
pub type SecretError = Box<dyn std::error::Error + Send + Sync>;

/// Gives the secrets that steps need. A person may be asked, so each is asked for once.
pub trait Secrets {
    /// The passphrase of a CA's key that is encrypted.
    ///
    /// # Errors
    /// None can be had.
    fn of_authority(
        &mut self,
        name: &StoreName,
        custody: &Custody,
    ) -> Result<Passphrase, SecretError>;

    /// The passphrase for a new key of a CA; none where it is not to be encrypted.
    ///
    /// # Errors
    /// None can be had, or it is empty.
    fn for_new_authority(
        &mut self,
        name: &StoreName,
        custody: &Custody,
    ) -> Result<Option<Passphrase>, SecretError>;

    /// What is in the file of a private key.
    ///
    /// # Errors
    /// It cannot be read.
    fn key_file(&mut self, file: &Path) -> Result<Zeroizing<Vec<u8>>, SecretError>;

    /// The password of an exported file.
    ///
    /// # Errors
    /// None can be had, or it is empty.
    fn for_export(
        &mut self,
        name: &StoreName,
        password_file: &Path,
    ) -> Result<Passphrase, SecretError>;
}
