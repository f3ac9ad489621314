//! A CA as the manifest wants it.

use std::path::PathBuf;

use crate::{
    authority::RenewalWindow,
    key::KeySpec,
    store::{AuthoritySettings, StoreName},
    x509::{Name, NameConstraints, PathLength},
};

/// `[ca.NAME]`: a root, or a subordinate CA where an issuer is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredAuthority {
    /// What it is called; its files are `ca/NAME.key` and `ca/NAME.crt`.
    pub name: StoreName,
    /// The CA that signs it; none for a root.
    pub issuer: Option<StoreName>,
    /// Its subject.
    pub subject: Name,
    /// Its kind of key.
    pub key: KeySpec,
    /// The file with the key that it is to have from its beginning; none for a new one.
    pub key_file: Option<PathBuf>,
    /// How long a certificate of it is made for.
    pub days: u32,
    /// How many levels of CAs may come below it.
    pub path_length: PathLength,
    /// The names that it may certify, where they are limited.
    pub name_constraints: Option<NameConstraints>,
    /// How its key is protected.
    pub custody: Custody,
    /// When its certificate is renewed.
    pub renewal: RenewalWindow,
    /// The URLs that it writes into what it signs, and how long its revocation list is good for;
    /// where that is left out, there is only a list when something is revoked or a URL names it.
    pub settings: AuthoritySettings,
}

impl DesiredAuthority {
    /// The life of a root's certificate, in days.
    pub const ROOT_DAYS: u32 = 3650;
    /// The life of a subordinate CA's certificate, in days.
    pub const INTERMEDIATE_DAYS: u32 = 1825;
    /// The kind of key.
    pub const KEY: KeySpec = KeySpec::Rsa4096;

    /// The life of a CA's certificate where none is said, in days.
    pub fn usual_days(issuer: Option<&StoreName>) -> u32 {
        match issuer {
            None => Self::ROOT_DAYS,
            Some(_) => Self::INTERMEDIATE_DAYS,
        }
    }

    /// How many levels of CAs may come below where nothing is said: one below a root, none below a
    /// subordinate CA.
    pub fn usual_path_length(issuer: Option<&StoreName>) -> PathLength {
        PathLength::AtMost(u8::from(issuer.is_none()))
    }
}

/// How a CA's key is protected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Custody {
    /// By a passphrase that somebody is asked for.
    #[default]
    Asked,
    /// By a passphrase that is the first line of a file.
    File(PathBuf),
    /// Not at all.
    Plain,
}
