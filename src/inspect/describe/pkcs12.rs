//! PKCS#12 in descriptions (RFC 7292).

use serde::Serialize;
use time::OffsetDateTime;

use super::{
    CertificateDescription, Description, PrivateKeyDescription, ProtectionDescription,
    notation::colon_hexadecimal,
};
use crate::{
    formats::pkcs12::{self, Encryption, Entry, Facts, Pkcs12Error},
    inspect::InspectError,
    key::Passphrase,
    x509::Certificate,
};

/// A PKCS#12 file.
#[derive(Clone, Debug, Serialize)]
pub struct Pkcs12Description {
    /// What protects it against change; `None` when nothing does.
    pub mac: Option<String>,
    /// How each of its contents is encrypted; `None` for one that lies open.
    pub contents: Vec<Option<ProtectionDescription>>,
    /// Whether it was not opened, for want of a password.
    pub locked: bool,
    /// Everything in it, in order; empty while it is locked.
    pub entries: Vec<Pkcs12Entry>,
    /// Octets after its end.
    pub trailing: usize,
}

/// One thing in a PKCS#12 file.
#[derive(Clone, Debug, Serialize)]
pub struct Pkcs12Entry {
    /// The name for people.
    pub friendly_name: Option<String>,
    /// What ties key and certificate together, as pairs with colons.
    pub local_key_id: Option<String>,
    /// Whether it carries Java's mark of a trusted certificate.
    pub trusted: bool,
    /// What it is.
    pub object: Description,
}

impl Pkcs12Description {
    /// Describes a file, opening it where it has no password or the password opens it.
    ///
    /// # Errors
    /// A damaged file, or a password that does not fit.
    pub(super) fn of(
        bytes: &[u8],
        now: OffsetDateTime,
        password: Option<&Passphrase>,
    ) -> Result<Self, InspectError> {
        match pkcs12::read(bytes, password.map(Passphrase::as_bytes)) {
            Ok(store) => Ok(Self {
                entries: store
                    .entries
                    .iter()
                    .map(|entry| Pkcs12Entry::of(entry, now))
                    .collect(),
                trailing: store.trailing,
                ..Self::locked(&store.facts, false)
            }),
            Err(Pkcs12Error::NeedsPassword) => Ok(Self::locked(&pkcs12::facts(bytes)?, true)),
            Err(error) => Err(error.into()),
        }
    }

    fn locked(facts: &Facts, locked: bool) -> Self {
        let contents = facts.contents.iter();
        Self {
            mac: facts.mac.as_ref().map(ToString::to_string),
            contents: contents
                .map(|encryption| encryption.as_ref().map(protection))
                .collect(),
            locked,
            entries: Vec::new(),
            trailing: 0,
        }
    }
}

fn protection(encryption: &Encryption) -> ProtectionDescription {
    ProtectionDescription {
        algorithm: encryption.name.clone(),
        iterations: encryption
            .iterations
            .map(|iterations| iterations.to_string()),
    }
}

impl Pkcs12Entry {
    fn of(entry: &Entry, now: OffsetDateTime) -> Self {
        let (friendly_name, local_key_id, trusted, object) = match entry {
            Entry::PrivateKey(key) => {
                let encryption = key.encryption.as_ref().map(protection);
                let key_description = PrivateKeyDescription::of_pkcs8(&key.pkcs8, encryption);
                let object = Description::PrivateKey(Box::new(key_description));
                (&key.friendly_name, &key.local_key_id, false, object)
            }
            Entry::Certificate(certificate) => {
                let object = match Certificate::from_der(&certificate.der) {
                    Ok(certificate) => Description::Certificate(Box::new(
                        CertificateDescription::of(&certificate, now),
                    )),
                    Err(error) => Description::unreadable(&error.into()),
                };
                (
                    &certificate.friendly_name,
                    &certificate.local_key_id,
                    certificate.trusted,
                    object,
                )
            }
            Entry::Other(other) => {
                let object = Description::Other {
                    what: other.kind.to_string(),
                };
                (&other.friendly_name, &other.local_key_id, false, object)
            }
        };
        Self {
            friendly_name: friendly_name.clone(),
            local_key_id: local_key_id.as_deref().map(colon_hexadecimal),
            trusted,
            object,
        }
    }
}
