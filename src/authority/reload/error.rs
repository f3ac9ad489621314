//! Why servers were not made to read a certificate again.

use std::{error::Error as _, path::PathBuf};

use crate::{
    haproxy::HaProxyError,
    hook::HookError,
    key::KeyError,
    store::{StoreError, StoreName},
    x509::X509Error,
};

/// A reload that was not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// The command did not do its work.
    #[error(transparent)]
    Hook(#[from] HookError),
    /// HAProxy could not be asked, or refused.
    #[error(transparent)]
    HaProxy(#[from] HaProxyError),
    /// A file of the PKI or of HAProxy, or the inventory.
    #[error("{}", whole(.0))]
    Store(#[from] StoreError),
    /// Bytes in the inventory that are no certificate.
    #[error(transparent)]
    Certificate(#[from] X509Error),
    /// The certificate's private key cannot be read.
    #[error("the private key of {name} cannot be read: {cause}")]
    Key {
        /// The certificate.
        name: StoreName,
        /// Why not.
        cause: KeyError,
    },
    /// The key has a passphrase, which nobody types for HAProxy.
    #[error("the private key of {0} is encrypted, and HAProxy has to be given it as it is")]
    EncryptedKey(StoreName),
    /// The key beside the certificate is not its own.
    #[error("the private key beside {0} is not its own")]
    OtherKey(StoreName),
    /// There is no such certificate, or it is revoked.
    #[error("{0} has no certificate that could be served")]
    Nothing(StoreName),
    /// A file that is there has none of what certmint would write.
    #[error("{} is not overwritten: there is no {expected} in it", path.display())]
    OtherFile {
        /// The file.
        path: PathBuf,
        /// What certmint would write.
        expected: &'static str,
    },
    /// HAProxy's file would be in the PKI directory.
    #[error("{} is in the PKI directory, where HAProxy's files do not belong", .0.display())]
    InsidePki(PathBuf),
    /// Neither the new state was reached nor the old one.
    #[error("{cause}; and {} could not be put back: {}", path.display(), whole(.fault))]
    FileNotBack {
        /// What went wrong first.
        cause: Box<ReloadError>,
        /// The file that is not as it was.
        path: PathBuf,
        /// Why not.
        fault: StoreError,
    },
}

/// An error of the store with the operating system's reason.
fn whole(error: &StoreError) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

impl ReloadError {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Hook(error) => error.hint(),
            Self::HaProxy(error) => error.hint(),
            Self::Store(error) => error.hint(),
            Self::EncryptedKey(_) => Some(
                "take its passphrase away: certmint key protect FILE --no-passphrase".to_owned(),
            ),
            Self::OtherFile { path, .. } => Some(format!(
                "move {} away, or name another file in the manifest",
                path.display()
            )),
            Self::InsidePki(_) => Some("name a file outside of it in the manifest".to_owned()),
            Self::FileNotBack { cause, .. } => cause.hint(),
            _ => None,
        }
    }
}
