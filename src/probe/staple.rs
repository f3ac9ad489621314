//! The OCSP response that a server sends along with its certificate (RFC 6960, RFC 6066 §8).

use std::fmt;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};
use der::{Decode as _, asn1::GeneralizedTime};
use time::OffsetDateTime;

use crate::{
    key::verify_signature,
    x509::{
        Certificate, ExtendedKeyUsage, RevocationReason, X509Error,
        element::{Element, SEQUENCE},
        object_identifier, oid,
    },
};

/// What a stapled OCSP response says of the server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staple {
    /// Whether the certificate is revoked.
    pub status: StapleStatus,
    /// Since when the responder knows that.
    pub this_update: OffsetDateTime,
    /// Until when the answer is good; the responder always has a newer one where it is left out.
    pub next_update: Option<OffsetDateTime>,
    /// Whether the certificate's issuer signed it, or a responder that it authorised and whose
    /// certificate is in force (RFC 6960 §4.2.2.2); unknown where the issuer is not there.
    pub authentic: Option<bool>,
}

/// `CertStatus` of RFC 6960 §4.2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StapleStatus {
    /// Not revoked.
    Good,
    /// Revoked, or on hold.
    Revoked {
        /// Since when.
        at: OffsetDateTime,
        /// Why, if the responder says so.
        reason: Option<RevocationReason>,
    },
    /// The responder does not know the certificate.
    Unknown,
}

/// Why a stapled response says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StapleError {
    /// The responder could not answer, and the server passed that on.
    #[error("the responder answered {0}")]
    NoAnswer(&'static str),
    /// The bytes are no response.
    #[error("it cannot be read: {0}")]
    Malformed(String),
    /// It is about other certificates.
    #[error("it is about another certificate")]
    Another,
}

const WHAT: &str = "OCSP response";
const BASIC: &str = "1.3.6.1.5.5.7.48.1.1";
const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";
const EXPLICIT_0: u8 = 0xa0;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const ENUMERATED: u8 = 0x0a;

impl Staple {
    /// Reads the response about `certificate`, which `issuer` signed, at the moment `now`.
    ///
    /// # Errors
    /// No answer, no response, or one about another certificate.
    pub fn read(
        der: &[u8],
        certificate: &Certificate,
        issuer: Option<&Certificate>,
        now: OffsetDateTime,
    ) -> Result<Self, StapleError> {
        let outer = Element::only(WHAT, der)?.children(WHAT, SEQUENCE)?;
        match outer.first() {
            Some(status) if status.tag == ENUMERATED => match status.content {
                [0] => {}
                [1] => return Err(StapleError::NoAnswer("malformedRequest")),
                [2] => return Err(StapleError::NoAnswer("internalError")),
                [3] => return Err(StapleError::NoAnswer("tryLater")),
                [5] => return Err(StapleError::NoAnswer("sigRequired")),
                [6] => return Err(StapleError::NoAnswer("unauthorized")),
                _ => return Err(malformed("an unknown status")),
            },
            _ => return Err(malformed("no status")),
        }
        let bytes = outer.get(1).ok_or_else(|| malformed("no content"))?;
        let bytes = Element::only(WHAT, bytes.content)?.children(WHAT, SEQUENCE)?;
        let [kind, response] = bytes.as_slice() else {
            return Err(malformed("no type and content"));
        };
        if object_identifier(kind.content)?.to_string() != BASIC || response.tag != OCTET_STRING {
            return Err(malformed("it is of another type than id-pkix-ocsp-basic"));
        }
        let basic = Element::only(WHAT, response.content)?.children(WHAT, SEQUENCE)?;
        let [data, algorithm, signature, certificates @ ..] = basic.as_slice() else {
            return Err(malformed("it is not signed"));
        };
        let mut found = single(data, certificate, issuer)?;
        let signature = signature.content.get(1..).unwrap_or_default();
        found.authentic = issuer.map(|issuer| {
            let mut signers = vec![issuer.clone()];
            signers.extend(
                responders(certificates)
                    .into_iter()
                    .filter(|responder| is_authorised(responder, issuer, now)),
            );
            signers.iter().any(|signer| {
                let key = signer.public_key().spki_der();
                verify_signature(algorithm.whole, key, data.whole, signature).is_ok()
            })
        });
        Ok(found)
    }
}

/// Finds the certificate among the answers of `ResponseData`.
fn single(
    data: &Element<'_>,
    certificate: &Certificate,
    issuer: Option<&Certificate>,
) -> Result<Staple, StapleError> {
    let fields = data.children(WHAT, SEQUENCE)?;
    // version is left out or first; then who answers, when, and the answers.
    let versioned = usize::from(fields.first().is_some_and(|field| field.tag == EXPLICIT_0));
    let answers = fields
        .get(versioned + 2)
        .ok_or_else(|| malformed("no answers"))?;
    for answer in answers.children(WHAT, SEQUENCE)? {
        let fields = answer.children(WHAT, SEQUENCE)?;
        let [id, status, this_update, more @ ..] = fields.as_slice() else {
            return Err(malformed("an answer is cut off"));
        };
        if !names(id, certificate, issuer)? {
            continue;
        }
        let next_update = more
            .first()
            .filter(|field| field.tag == EXPLICIT_0)
            .map(|field| moment(field.content))
            .transpose()?;
        return Ok(Staple {
            status: match status.tag {
                0x80 => StapleStatus::Good,
                0xa1 => revoked(status)?,
                0x82 => StapleStatus::Unknown,
                _ => return Err(malformed("an unknown status of a certificate")),
            },
            this_update: moment(this_update.whole)?,
            next_update,
            authentic: None,
        });
    }
    Err(StapleError::Another)
}

/// Whether a `CertID` is this certificate's: by its serial number, the digest of its issuer's name,
/// and that of its issuer's key where the issuer is known (RFC 6960 §4.1.1).
fn names(
    id: &Element<'_>,
    certificate: &Certificate,
    issuer: Option<&Certificate>,
) -> Result<bool, StapleError> {
    let id = id.children(WHAT, SEQUENCE)?;
    let [algorithm, name, key, serial, ..] = id.as_slice() else {
        return Err(malformed("an answer names nothing"));
    };
    if serial.content != certificate.serial_octets() {
        return Ok(false);
    }
    let kind = algorithm.children(WHAT, SEQUENCE)?;
    let kind = kind
        .first()
        .ok_or_else(|| malformed("an answer names no digest"))?;
    let kind = match object_identifier(kind.content)?.to_string().as_str() {
        "1.3.14.3.2.26" => &SHA1_FOR_LEGACY_USE_ONLY,
        "2.16.840.1.101.3.4.2.1" => &SHA256,
        "2.16.840.1.101.3.4.2.2" => &SHA384,
        "2.16.840.1.101.3.4.2.3" => &SHA512,
        // A client that cannot make the digest does not find its certificate either.
        _ => return Ok(false),
    };
    let is = |found: &Element<'_>, of: &[u8]| digest(kind, of).as_ref() == found.content;
    if !is(name, certificate.issuer().as_der()) {
        return Ok(false);
    }
    let Some(issuer) = issuer else {
        return Ok(true);
    };
    let spki = Element::only(WHAT, issuer.public_key().spki_der())?.children(WHAT, SEQUENCE)?;
    // The BIT STRING without the octet that counts its unused bits.
    Ok(spki
        .get(1)
        .and_then(|bits| bits.content.get(1..))
        .is_some_and(|bits| is(key, bits)))
}

fn revoked(status: &Element<'_>) -> Result<StapleStatus, StapleError> {
    let fields = status.children(WHAT, 0xa1)?;
    let at = fields
        .first()
        .ok_or_else(|| malformed("a revocation without a time"))?;
    let reason = fields.get(1).and_then(|reason| match reason.content {
        [ENUMERATED, 1, number] => RevocationReason::from_number(i64::from(*number)),
        _ => None,
    });
    Ok(StapleStatus::Revoked {
        at: moment(at.whole)?,
        reason,
    })
}

/// Whether a certificate demands that a response is sent along (RFC 7633 §4.2.1): the number of the
/// TLS extension `status_request`, 5, is among its features.
pub(super) fn is_demanded(certificate: &Certificate) -> bool {
    certificate
        .extension(&oid::TLS_FEATURE)
        .and_then(|features| Element::only("TLS feature", &features.value).ok())
        .and_then(|features| features.children("TLS feature", SEQUENCE).ok())
        .is_some_and(|features| {
            let mut features = features.iter();
            features.any(|feature| feature.tag == INTEGER && feature.content == [5])
        })
}

/// The certificates that the responder sends along; what is none is left out.
fn responders(certificates: &[Element<'_>]) -> Vec<Certificate> {
    let Some(list) = certificates
        .first()
        .and_then(|field| Element::only(WHAT, field.content).ok())
        .and_then(|list| list.children(WHAT, SEQUENCE).ok())
    else {
        return Vec::new();
    };
    list.iter()
        .filter_map(|one| Certificate::from_der(one.whole).ok())
        .collect()
}

/// Whether the issuer lets this one answer in its place at this moment.
fn is_authorised(responder: &Certificate, issuer: &Certificate, now: OffsetDateTime) -> bool {
    let is_in_force = responder.not_before() <= now && now <= responder.not_after();
    let signs = responder
        .extension(&oid::EXTENDED_KEY_USAGE)
        .and_then(|extension| ExtendedKeyUsage::from_extension(extension).ok())
        .is_some_and(|usage| {
            let mut purposes = usage.purposes().iter();
            purposes.any(|purpose| purpose.to_string() == OCSP_SIGNING)
        });
    is_in_force && signs && responder.is_signed_by(issuer)
}

fn moment(der: &[u8]) -> Result<OffsetDateTime, StapleError> {
    let time = GeneralizedTime::from_der(der).map_err(|error| malformed(&error.to_string()))?;
    i64::try_from(time.to_unix_duration().as_secs())
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .ok_or_else(|| malformed("a time that cannot be"))
}

fn malformed(what: &str) -> StapleError {
    StapleError::Malformed(what.to_owned())
}

impl From<X509Error> for StapleError {
    fn from(error: X509Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl fmt::Display for StapleStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good => formatter.write_str("good"),
            Self::Revoked { at, .. } => write!(formatter, "revoked since {}", at.date()),
            Self::Unknown => formatter.write_str("unknown to the responder"),
        }
    }
}
