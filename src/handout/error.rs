//! Why there is nothing to hand out.

use crate::formats::{pkcs7::Pkcs7Error, pkcs12::Pkcs12Error};

/// What a handout could not be made of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandoutError {
    /// No certificate.
    #[error("there is no certificate to hand out")]
    Nothing,
    /// The PKCS#7 file.
    #[error(transparent)]
    Pkcs7(#[from] Pkcs7Error),
    /// The PKCS#12 file.
    #[error(transparent)]
    Pkcs12(#[from] Pkcs12Error),
    /// A template of the steps, which is a mistake of certmint.
    #[error("the template of the steps failed: {0}")]
    Template(#[from] minijinja::Error),
    /// The list of the steps, which is a mistake of certmint.
    #[error("the list of the steps failed: {0}")]
    Steps(#[from] toml::de::Error),
}
