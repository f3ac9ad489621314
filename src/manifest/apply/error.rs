//! Why a plan, or a step of it, was not carried out.

use std::path::PathBuf;

use super::secrets::SecretError;
use crate::{
    authority::AuthorityError,
    formats::{
        jks,
        kubernetes::{KeyDoesNotFit, NameError},
        pkcs7, pkcs12,
    },
    key::{KeyError, KeySpec},
    store::{StoreError, StoreName},
    x509::X509Error,
};

/// What stands in the way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The PKI is not as it was when the plan was made.
    #[error("the PKI has changed since the plan was made; nothing was done")]
    Outrun,
    /// A deed failed.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The PKI directory or the inventory failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A noun that cannot be.
    #[error(transparent)]
    X509(#[from] X509Error),
    /// A secret could not be had.
    #[error("{0}")]
    Secret(#[source] SecretError),
    /// The key of a CA cannot be used.
    #[error("the key of CA {name} cannot be used")]
    Key {
        /// The CA.
        name: StoreName,
        /// Why.
        #[source]
        cause: KeyError,
    },
    /// The key in a file that the manifest names cannot be used.
    #[error("{}: the key cannot be used", path.display())]
    KeyFile {
        /// The file, as the manifest names it.
        path: PathBuf,
        /// Why.
        #[source]
        cause: KeyError,
    },
    /// The key in a file that the manifest names is of another kind than the manifest says.
    #[error("{}: the key is {found}, and the manifest wants {wanted}", path.display())]
    OtherKey {
        /// The file, as the manifest names it.
        path: PathBuf,
        /// What it is.
        found: String,
        /// What it has to be.
        wanted: KeySpec,
    },
    /// A CA that is needed is not there, because its own step failed.
    #[error("its CA {0} is not there")]
    NoAuthority(StoreName),
    /// A PKCS#12 file could not be made.
    #[error("the PKCS#12 file was not written")]
    Pkcs12(#[from] pkcs12::Pkcs12Error),
    /// A Java key store could not be made.
    #[error("the Java key store was not written")]
    Jks(#[from] jks::JksError),
    /// The file for Kubernetes would have a key and a certificate that do not belong together.
    #[error("the file for Kubernetes was not written")]
    KeyDoesNotFit(#[from] KeyDoesNotFit),
    /// A config map for Kubernetes would have a name that is none.
    #[error("the file for Kubernetes was not written")]
    ObjectName(#[from] NameError),
    /// A PKCS#7 file could not be made.
    #[error("the PKCS#7 file was not written")]
    Pkcs7(#[from] pkcs7::Pkcs7Error),
    /// An exported file would be in the PKI directory.
    #[error("{} is in the PKI directory, where certmint alone writes", path.display())]
    InsidePki {
        /// The file.
        path: PathBuf,
    },
    /// An exported file would hold a certificate that is not in use.
    #[error("not written, because the servers of {0} did not take its new certificate")]
    NotInUse(StoreName),
    /// There is nothing to put into an exported file.
    #[error("there is no certificate above it to write")]
    NoChain,
}

impl ApplyError {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Outrun => Some("look at 'certmint plan' again, then apply that".to_owned()),
            Self::Authority(error) => error.hint(),
            Self::Store(error) => error.hint(),
            Self::X509(error) => error.hint(),
            Self::Key { cause, .. } => cause.hint(),
            Self::KeyFile {
                path,
                cause: KeyError::PassphraseNeeded,
            } => Some(format!(
                "take its passphrase away first: certmint key protect {} --remove",
                path.display()
            )),
            Self::KeyFile { cause, .. } => cause.hint(),
            Self::OtherKey { .. } => Some("write the kind of the key as key = \"…\"".to_owned()),
            Self::InsidePki { .. } => Some("name a file outside of it in the manifest".to_owned()),
            _ => None,
        }
    }
}
