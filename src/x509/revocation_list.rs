//! The parts of a certificate revocation list, each as DER, so that a list longer than memory can
//! be put together while it is written (RFC 5280 §5.1).

use std::time::Duration;

use der::{
    Encode, Header, Length, Tag,
    asn1::{AnyRef, GeneralizedTime, OctetString, UintRef, UtcTime},
};
use time::OffsetDateTime;

use super::{Extension, KeyIdentifier, Name, RevocationReason, Validity, X509Error};
use crate::key::SignatureAlgorithm;

const WHAT: &str = "revocation list";

/// The fields of a `TBSCertList` of version 2 that the caller decides, without its entries.
#[derive(Clone, Copy)]
pub struct RevocationListFields<'fields> {
    /// The algorithm that the issuer will sign with.
    pub signature: SignatureAlgorithm,
    /// The issuer's subject, its own bytes.
    pub issuer: &'fields Name,
    /// `thisUpdate` and `nextUpdate`.
    pub validity: &'fields Validity,
    /// Names the issuer's key.
    pub authority_key_identifier: &'fields KeyIdentifier,
    /// The number of the list; each is larger than the one before (RFC 5280 §5.2.3).
    pub number: u64,
}

impl RevocationListFields<'_> {
    /// What comes before the entries: version, signature, issuer, thisUpdate, nextUpdate.
    ///
    /// # Errors
    /// A moment before 1970.
    pub fn before_entries(&self) -> Result<Vec<u8>, X509Error> {
        /// `v2 INTEGER ::= 1`
        const VERSION_2: [u8; 3] = [0x02, 0x01, 0x01];
        Ok([
            &VERSION_2[..],
            self.signature.identifier_der(),
            self.issuer.as_der(),
            &moment(self.validity.not_before())?,
            &moment(self.validity.not_after())?,
        ]
        .concat())
    }

    /// What comes after the entries: `crlExtensions [0]` with the authority key identifier and the
    /// list's number, neither critical (RFC 5280 §5.2.1 and §5.2.3).
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn after_entries(&self) -> Result<Vec<u8>, X509Error> {
        /// `[0] EXPLICIT`
        const EXTENSIONS: u8 = 0xa0;
        let extensions = [
            Extension::authority_key_identifier(self.authority_key_identifier)?,
            Extension::crl_number(self.number)?,
        ];
        let sequence = sequence_of(&extensions)?;
        let length = u64::try_from(sequence.len()).unwrap_or(u64::MAX);
        let mut header = sequence_header(length)?;
        if let Some(tag) = header.first_mut() {
            *tag = EXTENSIONS;
        }
        Ok([header, sequence].concat())
    }
}

/// One revoked certificate: an entry of `revokedCertificates`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedCertificate {
    /// The serial number's magnitude, most significant octet first. Foreign CAs made some that
    /// RFC 5280 does not allow; they can be revoked all the same.
    pub serial: Vec<u8>,
    /// Since when.
    pub revoked_at: OffsetDateTime,
    /// Why; `unspecified` is not written (RFC 5280 §5.3.1).
    pub reason: RevocationReason,
}

impl RevokedCertificate {
    /// Appends its DER.
    ///
    /// # Errors
    /// A moment before 1970.
    pub fn append_to(&self, der: &mut Vec<u8>) -> Result<(), X509Error> {
        let Self {
            serial,
            revoked_at,
            reason,
        } = self;
        let encode = |source| X509Error::Encode { what: WHAT, source };
        let magnitude = if serial.is_empty() { &[0][..] } else { serial };
        let serial = UintRef::new(magnitude)
            .and_then(|serial| serial.to_der())
            .map_err(encode)?;
        let date = moment(*revoked_at)?;
        let extensions = match reason {
            RevocationReason::Unspecified => Vec::new(),
            reason => sequence_of(&[Extension::reason_code(*reason)])?,
        };
        let length = serial.len() + date.len() + extensions.len();
        der.extend(sequence_header(u64::try_from(length).unwrap_or(u64::MAX))?);
        for part in [serial, date, extensions] {
            der.extend(part);
        }
        Ok(())
    }
}

/// Tag and length of a SEQUENCE.
///
/// # Errors
/// More octets than four length octets can count, 4 GiB.
pub fn sequence_header(length: u64) -> Result<Vec<u8>, X509Error> {
    u32::try_from(length)
        .map_err(|_| der::ErrorKind::Overflow.into())
        .and_then(|length| Header::new(Tag::Sequence, Length::new(length)).to_der())
        .map_err(|source| X509Error::Encode { what: WHAT, source })
}

/// `Extensions ::= SEQUENCE OF Extension`
fn sequence_of(extensions: &[Extension]) -> Result<Vec<u8>, X509Error> {
    let encoded = || -> Result<Vec<u8>, der::Error> {
        let mut content = Vec::new();
        for extension in extensions {
            let Extension {
                oid,
                critical,
                value,
            } = extension;
            x509_cert::ext::Extension {
                extn_id: *oid,
                critical: *critical,
                extn_value: OctetString::new(value.as_slice())?,
            }
            .encode_to_vec(&mut content)?;
        }
        AnyRef::new(Tag::Sequence, &content)?.to_der()
    };
    encoded().map_err(|source| X509Error::Encode { what: WHAT, source })
}

/// `UTCTime` through 2049, `GeneralizedTime` from 2050 on (RFC 5280 §5.1.2.4).
fn moment(moment: OffsetDateTime) -> Result<Vec<u8>, X509Error> {
    const FIRST_GENERALIZED_YEAR: u16 = 2050;
    let encoded = || -> Result<Vec<u8>, der::Error> {
        let seconds =
            u64::try_from(moment.unix_timestamp()).map_err(|_| der::ErrorKind::DateTime)?;
        let moment = der::DateTime::from_unix_duration(Duration::from_secs(seconds))?;
        if moment.year() < FIRST_GENERALIZED_YEAR {
            UtcTime::from_date_time(moment)?.to_der()
        } else {
            GeneralizedTime::from_date_time(moment).to_der()
        }
    };
    encoded().map_err(|source| X509Error::Encode { what: WHAT, source })
}
