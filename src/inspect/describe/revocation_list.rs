//! Certificate revocation lists in descriptions (RFC 5280 §5).

use serde::Serialize;
use time::OffsetDateTime;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Extension};

use super::{
    ExtensionDescription, ExtensionValue, NameDescription, SerialDescription, SignatureDescription,
    ValidityState,
    signature::Signed,
    validity::{as_optional_text, as_text},
};
use crate::{
    key::{PublicKey, SignatureError},
    x509::{Extension, Name, X509Error, object_identifier},
};

/// The most entries that a description lists; [`RevocationListDescription::count`] counts all.
pub const MAX_LISTED_ENTRIES: usize = 100_000;

/// A certificate revocation list.
#[derive(Clone, Debug, Serialize)]
pub struct RevocationListDescription {
    /// 1 or 2.
    pub version: u32,
    /// Who signed it.
    pub issuer: NameDescription,
    /// When it was made, RFC 3339 in UTC.
    #[serde(serialize_with = "as_text")]
    pub this_update: OffsetDateTime,
    /// When the next one is due, RFC 3339 in UTC.
    #[serde(serialize_with = "as_optional_text")]
    pub next_update: Option<OffsetDateTime>,
    /// Whether it is the time to use it: `expired` when the next one is overdue.
    pub state: ValidityState,
    /// Its number, decimal or `0x` with hexadecimal.
    pub number: Option<String>,
    /// How it is signed.
    pub signature_algorithm: SignatureDescription,
    /// How many certificates are revoked.
    pub count: usize,
    /// The revoked certificates in the order of the list, at most [`MAX_LISTED_ENTRIES`].
    pub entries: Vec<RevokedDescription>,
    /// In the order of the list.
    pub extensions: Vec<ExtensionDescription>,
    /// The list itself.
    #[serde(skip)]
    pub der: Vec<u8>,
}

/// A revoked certificate.
#[derive(Clone, Debug, Serialize)]
pub struct RevokedDescription {
    /// Its serial number.
    pub serial: SerialDescription,
    /// When, RFC 3339 in UTC.
    #[serde(serialize_with = "as_text")]
    pub revoked_at: OffsetDateTime,
    /// Why, by the name in RFC 5280 §5.3.1.
    pub reason: Option<String>,
    /// Since when the certificate was bad, RFC 3339 (RFC 5280 §5.3.2).
    pub invalid_since: Option<String>,
    /// Other extensions, and those that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<ExtensionDescription>,
}

impl RevocationListDescription {
    /// Describes a list at a moment.
    ///
    /// # Errors
    /// Bytes that are no revocation list.
    pub fn of(der: &[u8], now: OffsetDateTime) -> Result<Self, X509Error> {
        let what = "revocation list";
        let (rest, list) = CertificateRevocationList::from_der(der)
            .map_err(|error| X509Error::malformed(what, error))?;
        if !rest.is_empty() {
            let reason = format!("{} more bytes follow it", rest.len());
            return Err(X509Error::malformed(what, reason));
        }
        let this_update = list.last_update().to_datetime();
        let next_update = list.next_update().map(|time| time.to_datetime());
        let state = match next_update {
            _ if now < this_update => ValidityState::NotYetValid,
            Some(next) if now > next => ValidityState::Expired,
            _ => ValidityState::Valid,
        };
        let extensions = described(list.extensions())?;
        let number = extensions
            .iter()
            .find(|extension| extension.oid == "2.5.29.20");
        let revoked = list.iter_revoked_certificates();
        let entries: Result<Vec<_>, X509Error> = revoked
            .take(MAX_LISTED_ENTRIES)
            .map(|entry| {
                let extensions = described(entry.extensions())?;
                Ok(RevokedDescription::of(
                    SerialDescription::of(entry.raw_serial()),
                    entry.revocation_date.to_datetime(),
                    extensions,
                ))
            })
            .collect();
        Ok(Self {
            version: list
                .version()
                .map_or(1, |version| version.0.saturating_add(1)),
            issuer: NameDescription::of(&Name::from_der(list.issuer().as_raw())?),
            this_update,
            next_update,
            state,
            number: number.and_then(|number| match &number.value {
                ExtensionValue::Number(number) => Some(number.clone()),
                _ => None,
            }),
            signature_algorithm: SignatureDescription::of(Signed::read(what, der)?.algorithm),
            count: list.iter_revoked_certificates().count(),
            entries: entries?,
            extensions,
            der: der.to_vec(),
        })
    }

    /// Whether a key made its signature.
    ///
    /// # Errors
    /// Why not.
    pub fn verify(&self, signer: &PublicKey) -> Result<(), SignatureError> {
        Signed::read("revocation list", &self.der)
            .map_err(|_| SignatureError::BadSignature)?
            .verify(signer)
    }
}

fn described(extensions: &[X509Extension<'_>]) -> Result<Vec<ExtensionDescription>, X509Error> {
    extensions
        .iter()
        .map(|extension| {
            Ok(ExtensionDescription::of(&Extension {
                oid: object_identifier(extension.oid.as_bytes())?,
                critical: extension.critical,
                value: extension.value.to_vec(),
            }))
        })
        .collect()
}

impl RevokedDescription {
    fn of(
        serial: SerialDescription,
        revoked_at: OffsetDateTime,
        extensions: Vec<ExtensionDescription>,
    ) -> Self {
        let mut described = Self {
            serial,
            revoked_at,
            reason: None,
            invalid_since: None,
            extensions: Vec::new(),
        };
        for extension in extensions {
            match (extension.oid.as_str(), &extension.value) {
                ("2.5.29.21", ExtensionValue::Text(reason)) => {
                    described.reason = Some(reason.clone());
                }
                ("2.5.29.24", ExtensionValue::Text(date)) => {
                    described.invalid_since = Some(date.clone());
                }
                _ => described.extensions.push(extension),
            }
        }
        described
    }
}
