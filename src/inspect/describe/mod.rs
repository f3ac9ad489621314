//! Descriptions: everything that can be seen of an object, owned and typed.
//!
//! They serialise to JSON as they are. Text in them is what the object says, unescaped unless
//! noted: who shows it on a terminal escapes it ([`crate::x509::escape_control`]).

mod certificate;
mod extension;
mod fields;
mod key;
mod name;
mod notation;
mod pkcs12;
mod pkcs7;
mod protection;
mod public_key;
mod request;
mod revocation_list;
mod signature;
mod validity;

use serde::Serialize;
use time::OffsetDateTime;

use super::{InspectError, Object};
use crate::key::{Passphrase, PublicKey};

pub(super) use certificate::is_signed_by;
pub use certificate::{
    CertificateDescription, Fingerprints, SelfSigned, SerialDescription, TrustDescription,
};
pub use extension::{
    AccessDescription, AuthorityKeyIdentifierDescription, DistributionPointDescription,
    ExtensionDescription, ExtensionValue, IssuingDistributionPointDescription,
    NameConstraintsDescription, PolicyDescription, PolicyMapping, Qualifier,
};
pub use key::{ParametersDescription, PrivateKeyDescription};
pub use name::{AttributeDescription, GeneralNameDescription, NameDescription};
pub use pkcs7::Pkcs7Description;
pub use pkcs12::{Pkcs12Description, Pkcs12Entry};
pub use protection::ProtectionDescription;
pub use public_key::PublicKeyDescription;
pub use request::{ProofOfPossession, RequestAttribute, RequestDescription};
pub use revocation_list::{MAX_LISTED_ENTRIES, RevocationListDescription, RevokedDescription};
pub use signature::SignatureDescription;
pub use validity::{ValidityDescription, ValidityState};

/// What can be seen of an object.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Description {
    /// A certificate.
    Certificate(Box<CertificateDescription>),
    /// A certification request.
    CertificateRequest(Box<RequestDescription>),
    /// A revocation list.
    RevocationList(Box<RevocationListDescription>),
    /// A private key.
    PrivateKey(Box<PrivateKeyDescription>),
    /// A public key.
    PublicKey(Box<PublicKeyDescription>),
    /// PKCS#7.
    Pkcs7(Pkcs7Description),
    /// PKCS#12.
    Pkcs12(Pkcs12Description),
    /// Parameters without a key.
    Parameters(ParametersDescription),
    /// Something in a container that is only named.
    Other {
        /// What it is.
        what: String,
    },
    /// Something that could not be read.
    Unreadable {
        /// Why.
        problem: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

/// Describes an object at a moment, with a password or passphrase if it may be opened.
///
/// # Errors
/// A password or passphrase that does not fit, or a PKCS#12 file that cannot be read. Objects that
/// cannot be read otherwise are described as [`Description::Unreadable`].
pub fn describe(
    object: &Object,
    now: OffsetDateTime,
    passphrase: Option<&Passphrase>,
) -> Result<Description, InspectError> {
    Ok(match object {
        Object::Certificate { certificate, trust } => Description::Certificate(Box::new(
            CertificateDescription::of(certificate, now).with_trust(trust.as_deref()),
        )),
        Object::Request(request) => {
            Description::CertificateRequest(Box::new(RequestDescription::of(request)))
        }
        Object::RevocationList(der) => match RevocationListDescription::of(der, now) {
            Ok(list) => Description::RevocationList(Box::new(list)),
            Err(error) => Description::unreadable(&error.into()),
        },
        Object::PrivateKey(key) => {
            Description::PrivateKey(Box::new(PrivateKeyDescription::of(key, passphrase)?))
        }
        Object::PublicKey(key) => Description::PublicKey(Box::new(PublicKeyDescription::of(key))),
        Object::Pkcs7(data) => Description::Pkcs7(Pkcs7Description::of(data, now)),
        Object::Pkcs12(bytes) => {
            Description::Pkcs12(Pkcs12Description::of(bytes, now, passphrase)?)
        }
        Object::DiffieHellmanParameters(der) => ParametersDescription::diffie_hellman(der)
            .map_or_else(
                |error| Description::unreadable(&error.into()),
                Description::Parameters,
            ),
        Object::CurveParameters(der) => ParametersDescription::curve(der).map_or_else(
            |error| Description::unreadable(&error.into()),
            Description::Parameters,
        ),
        Object::Unreadable(error) => Description::unreadable(error),
    })
}

impl Description {
    pub(super) fn unreadable(error: &InspectError) -> Self {
        let mut problem = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(source) = cause {
            let text = source.to_string();
            if !problem.contains(&text) {
                problem = format!("{problem}: {text}");
            }
            cause = source.source();
        }
        Self::Unreadable {
            problem,
            hint: error.hint(),
        }
    }

    /// What it is called, for example `private key`.
    pub fn kind(&self) -> &str {
        match self {
            Self::Certificate(_) => "certificate",
            Self::CertificateRequest(_) => "request",
            Self::RevocationList(_) => "revocation list",
            Self::PrivateKey(_) => "private key",
            Self::PublicKey(_) => "public key",
            Self::Pkcs7(_) => "PKCS#7",
            Self::Pkcs12(_) => "PKCS#12",
            Self::Parameters(_) => "parameters",
            Self::Other { what } => what,
            Self::Unreadable { .. } => "unreadable",
        }
    }

    /// The public key that it is, names or belongs to.
    pub fn public_key(&self) -> Option<&PublicKey> {
        match self {
            Self::Certificate(certificate) => Some(&certificate.public_key.key),
            Self::CertificateRequest(request) => Some(&request.public_key.key),
            Self::PrivateKey(key) => key.public_key.as_ref().map(|key| &key.key),
            Self::PublicKey(key) => Some(&key.key),
            _ => None,
        }
    }

    /// Itself, or what it contains where it is a container, in order.
    pub fn leaves(&self) -> Vec<&Self> {
        match self {
            Self::Pkcs7(message) => message.objects.iter().collect(),
            Self::Pkcs12(file) => file.entries.iter().map(|entry| &entry.object).collect(),
            other => vec![other],
        }
    }

    /// Whether something in it could not be read.
    pub fn has_unreadable(&self) -> bool {
        self.leaves()
            .iter()
            .any(|leaf| matches!(leaf, Self::Unreadable { .. }))
    }

    /// Whether a password or passphrase would show more.
    pub fn is_locked(&self) -> bool {
        match self {
            Self::PrivateKey(key) => key.locked,
            Self::Pkcs12(file) => file.locked,
            _ => false,
        }
    }
}
