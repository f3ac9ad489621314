//! Certificates in descriptions (RFC 5280 §4.1).

use aws_lc_rs::digest;
use serde::Serialize;
use time::OffsetDateTime;

use super::{
    ExtensionDescription, ExtensionValue, NameDescription, PublicKeyDescription,
    SignatureDescription, ValidityDescription,
    fields::Fields,
    notation::{colon_hexadecimal, integer_decimal, integer_hexadecimal},
    signature::Signed,
};
use crate::{
    key::SignatureError,
    x509::{
        Certificate, X509Error,
        element::{OBJECT_IDENTIFIER, SEQUENCE},
        object_identifier, oid, string_value,
    },
};

/// A certificate.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateDescription {
    /// 1 to 3.
    pub version: u32,
    /// The serial number.
    pub serial: SerialDescription,
    /// Who signed it.
    pub issuer: NameDescription,
    /// Whom it names.
    pub subject: NameDescription,
    /// From when until when.
    pub validity: ValidityDescription,
    /// The key that it certifies.
    pub public_key: PublicKeyDescription,
    /// How it is signed.
    pub signature_algorithm: SignatureDescription,
    /// Whether its own key made its signature.
    pub self_signed: SelfSigned,
    /// Whether its basic constraints say that it is a CA.
    pub ca: bool,
    /// Hashes over the whole certificate.
    pub fingerprints: Fingerprints,
    /// In the order of the certificate.
    pub extensions: Vec<ExtensionDescription>,
    /// What openssl noted beside it (`TRUSTED CERTIFICATE`).
    pub trust: Option<TrustDescription>,
    /// The certificate itself.
    #[serde(skip)]
    pub certificate: Certificate,
}

/// A serial number.
#[derive(Clone, Debug, Serialize)]
pub struct SerialDescription {
    /// Hexadecimal, as openssl prints it.
    pub hex: String,
    /// Decimal, where it has at most eight octets.
    pub decimal: Option<String>,
}

/// Hashes over the DER, as pairs with colons.
#[derive(Clone, Debug, Serialize)]
pub struct Fingerprints {
    /// SHA-256.
    pub sha256: String,
    /// SHA-1: an old name for the certificate, no protection.
    pub sha1: String,
}

/// Whether a certificate is signed with its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SelfSigned {
    /// Subject and issuer are the same and the signature verifies with its own key.
    Yes,
    /// Somebody else signed it.
    No,
    /// Subject and issuer are the same, but the signature is not its own key's.
    SelfIssued,
    /// Subject and issuer are the same; the signature's algorithm cannot be checked here.
    Unchecked,
}

/// openssl's `CertAux`.
#[derive(Clone, Debug, Serialize)]
pub struct TrustDescription {
    /// The name for people.
    pub alias: Option<String>,
    /// Purposes for which it is trusted.
    pub trusted: Vec<String>,
    /// Purposes for which it is not.
    pub rejected: Vec<String>,
}

impl SerialDescription {
    pub(super) fn of(content: &[u8]) -> Self {
        Self {
            hex: integer_hexadecimal(content),
            decimal: integer_decimal(content),
        }
    }
}

impl CertificateDescription {
    /// Describes a certificate at a moment.
    pub fn of(certificate: &Certificate, now: OffsetDateTime) -> Self {
        let extensions = ExtensionDescription::all(certificate.extensions());
        let sha256 = colon_hexadecimal(&certificate.fingerprint_sha256());
        let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate.as_der());
        Self {
            version: certificate.version().0,
            serial: SerialDescription::of(certificate.serial_octets()),
            issuer: NameDescription::of(certificate.issuer()),
            subject: NameDescription::of(certificate.subject()),
            validity: ValidityDescription::at(
                now,
                certificate.not_before(),
                certificate.not_after(),
            ),
            public_key: PublicKeyDescription::of(certificate.public_key()),
            signature_algorithm: Signed::read("certificate", certificate.as_der()).map_or_else(
                |_| SignatureDescription::of(&[]),
                |signed| SignatureDescription::of(signed.algorithm),
            ),
            self_signed: self_signed(certificate),
            ca: extensions.iter().any(|extension| {
                matches!(
                    extension.value,
                    ExtensionValue::BasicConstraints { ca: true, .. }
                )
            }),
            fingerprints: Fingerprints {
                sha256,
                sha1: colon_hexadecimal(sha1.as_ref()),
            },
            extensions,
            trust: None,
            certificate: certificate.clone(),
        }
    }

    pub(super) fn with_trust(self, auxiliary: Option<&[u8]>) -> Self {
        Self {
            trust: auxiliary.and_then(|der| trust(der).ok()),
            ..self
        }
    }
}

fn self_signed(certificate: &Certificate) -> SelfSigned {
    if !certificate.is_self_issued() {
        return SelfSigned::No;
    }
    match is_signed_by(certificate, certificate) {
        Ok(()) => SelfSigned::Yes,
        Err(SignatureError::BadSignature | SignatureError::KeyDoesNotFit { .. }) => {
            SelfSigned::SelfIssued
        }
        Err(_) => SelfSigned::Unchecked,
    }
}

/// Whether the key of `issuer` made the signature of `certificate`.
pub(in crate::inspect) fn is_signed_by(
    certificate: &Certificate,
    issuer: &Certificate,
) -> Result<(), SignatureError> {
    Signed::read("certificate", certificate.as_der())
        .map_err(|_| SignatureError::BadSignature)?
        .verify(issuer.public_key())
}

/// `X509_CERT_AUX` of openssl: trust, reject [0], alias, keyid, other [1], all optional.
fn trust(der: &[u8]) -> Result<TrustDescription, X509Error> {
    let what = "trust settings";
    const UTF8_STRING: u8 = 0x0c;
    let mut fields = Fields::of(what, der, SEQUENCE)?;
    let trusted = fields.optional(SEQUENCE)?;
    let rejected = fields.optional(0xa0)?;
    let alias = fields.optional(UTF8_STRING)?;
    let purposes = |list: Option<crate::x509::element::Element<'_>>| match list {
        Some(list) => Fields::new(what, list.content)
            .rest()?
            .iter()
            .filter(|purpose| purpose.tag == OBJECT_IDENTIFIER)
            .map(|purpose| Ok(oid::display(&object_identifier(purpose.content)?)))
            .collect(),
        None => Ok::<Vec<String>, X509Error>(Vec::new()),
    };
    Ok(TrustDescription {
        alias: alias.and_then(|alias| string_value(alias.tag, alias.content)),
        trusted: purposes(trusted)?,
        rejected: purposes(rejected)?,
    })
}
