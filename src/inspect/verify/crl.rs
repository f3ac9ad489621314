//! A certificate revocation list read once into what RFC 5280 §6.3 asks of it.

use time::OffsetDateTime;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::{CertificateRevocationList, RevokedCertificate};

use crate::x509::name_matching::ComparableName;
use crate::x509::{RevocationReason, read_element};

use super::certificate::parser_text;
use super::general_name::{GeneralName, IssuingPoint, read_general_names, read_issuing_point};
use super::name_text::name_text;
use super::signed::SignedParts;

const DELTA_CRL_INDICATOR: &str = "2.5.29.27";
const ISSUING_DISTRIBUTION_POINT: &str = "2.5.29.28";
const CERTIFICATE_ISSUER: &str = "2.5.29.29";
const CRL_NUMBER: &str = "2.5.29.20";
const REASON_CODE: &str = "2.5.29.21";
const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";

/// A CRL as revocation checking sees it.
#[derive(Debug, Clone)]
pub(super) struct Crl<'a> {
    pub(super) to_be_signed: &'a [u8],
    pub(super) signature_algorithm: &'a [u8],
    pub(super) signature: &'a [u8],
    pub(super) issuer: ComparableName,
    pub(super) issuer_text: String,
    pub(super) this_update: OffsetDateTime,
    pub(super) next_update: Option<OffsetDateTime>,
    /// Big-endian without leading zeros.
    pub(super) number: Option<Vec<u8>>,
    /// BaseCRLNumber: this is a delta CRL.
    pub(super) base_number: Option<Vec<u8>>,
    pub(super) issuing_point: Option<IssuingPoint>,
    /// The value of authorityKeyIdentifier, which a delta CRL shares with its base.
    pub(super) authority_key_identifier: Option<&'a [u8]>,
    pub(super) authority_key_id: Option<Vec<u8>>,
    /// Why it must not be used at all, such as a critical extension that is not understood.
    pub(super) unusable: Option<String>,
    entries: Vec<Entry>,
    /// The certificate issuers that entries of an indirect CRL name.
    entry_issuers: Vec<ComparableName>,
}

#[derive(Debug, Clone)]
struct Entry {
    serial: Vec<u8>,
    /// Place in `entry_issuers`; `None` is the CRL's issuer.
    issuer: Option<usize>,
    date: OffsetDateTime,
    reason: u8,
}

/// What a CRL says of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Listing {
    Revoked {
        date: OffsetDateTime,
        reason: &'static str,
    },
    /// A delta CRL takes the certificate off its base (RFC 5280 §5.3.1, removeFromCRL).
    Removed,
}

impl<'a> Crl<'a> {
    pub(super) fn from_der(der: &'a [u8]) -> Result<Self, String> {
        let (_, list) = CertificateRevocationList::from_der(der)
            .map_err(|error| format!("not a CRL in DER ({})", parser_text(&error)))?;
        let parts = SignedParts::split(der)?;
        let issuer_der = list.tbs_cert_list.issuer.as_raw();
        let issuer = ComparableName::from_der(issuer_der)
            .map_err(|error| format!("its issuer is {error}"))?;
        let mut crl = Self {
            to_be_signed: parts.to_be_signed,
            signature_algorithm: parts.algorithm,
            signature: parts.signature,
            issuer,
            issuer_text: name_text(issuer_der),
            this_update: list.tbs_cert_list.this_update.to_datetime(),
            next_update: list
                .tbs_cert_list
                .next_update
                .map(|time| time.to_datetime()),
            number: None,
            base_number: None,
            issuing_point: None,
            authority_key_identifier: None,
            authority_key_id: None,
            unusable: inner_algorithm(parts.fields)
                .is_none_or(|inner| inner != parts.algorithm)
                .then(|| "its two signature algorithms differ".to_owned()),
            entries: Vec::new(),
            entry_issuers: Vec::new(),
        };
        for extension in list.tbs_cert_list.extensions() {
            let oid = extension.oid.to_id_string();
            let value = extension.value;
            let is_read = match oid.as_str() {
                CRL_NUMBER => {
                    crl.number = read_integer(value);
                    crl.number.is_some()
                }
                DELTA_CRL_INDICATOR => {
                    crl.base_number = read_integer(value);
                    crl.base_number.is_some()
                }
                ISSUING_DISTRIBUTION_POINT => {
                    crl.issuing_point = read_issuing_point(value);
                    crl.issuing_point.is_some()
                }
                AUTHORITY_KEY_IDENTIFIER => true,
                _ if extension.critical => {
                    crl.refuse(format!(
                        "it has a critical extension that is not understood ({oid})"
                    ));
                    true
                }
                _ => true,
            };
            if !is_read {
                crl.refuse(format!("its extension {oid} cannot be read"));
            }
        }
        crl.take_key_identifier(parts.fields);
        let is_indirect = crl
            .issuing_point
            .as_ref()
            .is_some_and(|point| point.is_indirect);
        for entry in list.iter_revoked_certificates() {
            crl.take_entry(entry, is_indirect);
        }
        Ok(crl)
    }

    /// authorityKeyIdentifier is borrowed from the input, which the parsed list is not.
    fn take_key_identifier(&mut self, fields: &'a [u8]) {
        self.authority_key_identifier = crl_extension(fields, &[0x55, 0x1d, 0x23]);
        self.authority_key_id = self
            .authority_key_identifier
            .and_then(read_element)
            .and_then(|sequence| read_element(sequence.content))
            .filter(|first| first.tag == 0x80)
            .map(|key_id| key_id.content.to_vec());
    }

    fn refuse(&mut self, why: String) {
        self.unusable.get_or_insert(why);
    }

    fn take_entry(&mut self, entry: &RevokedCertificate<'_>, is_indirect: bool) {
        let mut reason = 0;
        // The issuer of the entry before holds on (RFC 5280 §5.3.3).
        let mut issuer = self.entries.last().and_then(|entry| entry.issuer);
        for extension in entry.extensions() {
            match extension.oid.to_id_string().as_str() {
                REASON_CODE => {
                    let code = read_element(extension.value).filter(|e| e.tag == 0x0a);
                    match code.and_then(|code| code.content.first()) {
                        Some(code) => reason = *code,
                        None => self.refuse("the reason of an entry cannot be read".to_owned()),
                    }
                }
                CERTIFICATE_ISSUER if is_indirect => {
                    let name = read_element(extension.value)
                        .and_then(|names| read_general_names(names.content))
                        .and_then(|names| {
                            names.into_iter().find_map(|name| match name {
                                GeneralName::Directory { name, .. } => Some(name),
                                _ => None,
                            })
                        });
                    match name {
                        Some(name) => issuer = Some(self.remember_issuer(name)),
                        None => self.refuse("the issuer of an entry cannot be read".to_owned()),
                    }
                }
                oid if extension.critical => self.refuse(format!(
                    "an entry has a critical extension that is not understood ({oid})"
                )),
                _ => {}
            }
        }
        self.entries.push(Entry {
            serial: entry.raw_serial().to_vec(),
            issuer,
            date: entry.revocation_date.to_datetime(),
            reason,
        });
    }

    fn remember_issuer(&mut self, name: ComparableName) -> usize {
        let same = self.entry_issuers.last().is_some_and(|last| *last == name);
        if !same {
            self.entry_issuers.push(name);
        }
        self.entry_issuers.len() - 1
    }

    /// What this CRL says of the certificate with this issuer and serial number
    /// (RFC 5280 §6.3.3 (i), (j)).
    pub(super) fn listing(&self, issuer: &ComparableName, serial: &[u8]) -> Option<Listing> {
        let entry = self.entries.iter().rev().find(|entry| {
            let of = entry.issuer.and_then(|place| self.entry_issuers.get(place));
            same_integer(&entry.serial, serial) && of.unwrap_or(&self.issuer) == issuer
        })?;
        Some(match entry.reason {
            8 => Listing::Removed,
            code => Listing::Revoked {
                date: entry.date,
                reason: RevocationReason::from_number(i64::from(code))
                    .unwrap_or(RevocationReason::Unspecified)
                    .name(),
            },
        })
    }

    /// The entries of the CRL's own issuer, in its order: serial number as written, date, reason.
    pub(super) fn own_entries(
        &self,
    ) -> impl Iterator<Item = (&[u8], OffsetDateTime, RevocationReason)> {
        let own = self.entries.iter().filter(|entry| entry.issuer.is_none());
        own.map(|entry| {
            let reason = RevocationReason::from_number(i64::from(entry.reason));
            let reason = reason.unwrap_or(RevocationReason::Unspecified);
            (entry.serial.as_slice(), entry.date, reason)
        })
    }

    /// Whether a delta CRL may be added to this complete one (RFC 5280 §5.2.4).
    pub(super) fn can_be_updated_by(&self, delta: &Self) -> bool {
        let (Some(number), Some(base), Some(delta_number)) =
            (&self.number, &delta.base_number, &delta.number)
        else {
            return false;
        };
        self.issuer == delta.issuer
            && self.issuing_point == delta.issuing_point
            && self.authority_key_identifier == delta.authority_key_identifier
            && compare(number, base).is_ge()
            && compare(number, delta_number).is_lt()
    }
}

/// By value: two unsigned integers, big-endian without leading zeros.
pub(super) fn compare(one: &[u8], other: &[u8]) -> std::cmp::Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

/// Two INTEGER contents of the same value; some issuers write a superfluous sign octet.
fn same_integer(one: &[u8], other: &[u8]) -> bool {
    fn shortest(mut content: &[u8]) -> &[u8] {
        while let [first, rest @ ..] = content {
            let is_superfluous = rest.first().is_some_and(|next| {
                (*first == 0 && *next < 0x80) || (*first == 0xff && *next >= 0x80)
            });
            if !is_superfluous {
                break;
            }
            content = rest;
        }
        content
    }
    shortest(one) == shortest(other)
}

/// A non-negative INTEGER without leading zeros.
fn read_integer(value: &[u8]) -> Option<Vec<u8>> {
    let element = read_element(value).filter(|e| e.tag == 0x02 && e.rest.is_empty())?;
    let is_negative = element.content.first()? & 0x80 != 0;
    let significant = element
        .content
        .iter()
        .copied()
        .skip_while(|octet| *octet == 0)
        .collect();
    (!is_negative).then_some(significant)
}

/// tbsCertList.signature: the second field, or the first of a version 1 list.
fn inner_algorithm(fields: &[u8]) -> Option<&[u8]> {
    let first = read_element(fields)?;
    if first.tag == 0x02 {
        Some(read_element(first.rest)?.whole)
    } else {
        Some(first.whole)
    }
}

/// The value of an extension among a tbsCertList's fields. `oid` is the OID's content.
fn crl_extension<'a>(fields: &'a [u8], oid: &[u8]) -> Option<&'a [u8]> {
    let mut rest = fields;
    let extensions = loop {
        let field = read_element(rest)?;
        if field.tag == 0xa0 {
            break read_element(field.content)?;
        }
        rest = field.rest;
    };
    let mut rest = extensions.content;
    loop {
        let extension = read_element(rest)?;
        let id = read_element(extension.content)?;
        if id.content == oid {
            let mut field = read_element(id.rest)?;
            if field.tag == 0x01 {
                field = read_element(field.rest)?;
            }
            return (field.tag == 0x04).then_some(field.content);
        }
        rest = extension.rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_compare_by_value() {
        assert!(same_integer(&[0, 1], &[1]));
        assert!(!same_integer(&[0, 0x80], &[0x80]));
        assert!(same_integer(&[0xff, 0x80], &[0x80]));
        assert!(compare(&[1, 0], &[0xff]).is_gt());
        assert_eq!(read_integer(&[2, 2, 0, 0x80]), Some(vec![0x80]));
        assert_eq!(read_integer(&[2, 1, 0x80]), None);
    }
}
