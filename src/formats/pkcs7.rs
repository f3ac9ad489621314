//! PKCS#7 as a bag of certificates (`.p7b`, `.p7c`): SignedData without signers.
//!
//! RFC 5652 §5 (certs-only: RFC 8551 §3.8). [`read`] takes BER and DER, signed messages too;
//! [`write()`] makes what `openssl crl2pkcs7 -nocrl` makes. PEM is the caller's.

use der::asn1::ObjectIdentifier as Oid;

use super::ber::{self, BerError, Element, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET};

const DATA: Oid = Oid::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: Oid = Oid::new_unwrap("1.2.840.113549.1.7.2");
/// All content types of PKCS#7 and of S/MIME start so: pkcs-7 and smime-ct.
const CONTENT_TYPES: [&str; 2] = ["1.2.840.113549.1.7.", "1.2.840.113549.1.9.16.1."];

const CONTEXT_0: u8 = 0xa0;
const CONTEXT_1: u8 = 0xa1;

/// The largest file that is read, in bytes.
pub const MAX_SIZE: usize = 64 * 1024 * 1024;
/// The most certificates and revocation lists together.
const MAX_OBJECTS: usize = 100_000;

/// Why a PKCS#7 file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs7Error {
    /// The bytes are something else.
    #[error("not a PKCS#7 file")]
    NotPkcs7,
    /// More bytes than a PKCS#7 file is allowed to have here.
    #[error("{size} bytes are too many for a PKCS#7 file (limit {limit})")]
    TooLarge {
        /// Size in bytes.
        size: usize,
        /// Limit in bytes.
        limit: usize,
    },
    /// The encoding breaks off or has the wrong shape.
    #[error("damaged PKCS#7 file")]
    Damaged(#[source] BerError),
    /// PKCS#7, but of a kind that carries no certificates.
    #[error("PKCS#7 of type {name} ({oid}) holds no certificates to read")]
    OtherContent {
        /// Usual name of the type.
        name: &'static str,
        /// Its object identifier.
        oid: String,
    },
    /// More certificates and revocation lists than are read.
    #[error("more than {limit} certificates and revocation lists in a PKCS#7 file")]
    TooMany {
        /// Limit.
        limit: usize,
    },
    /// Nothing to write.
    #[error("a PKCS#7 file without certificates is of no use")]
    Empty,
    /// A certificate to write that is no DER SEQUENCE.
    #[error("certificate {position} is not DER")]
    NotDer {
        /// Position, from 1.
        position: usize,
        /// What is wrong.
        #[source]
        source: BerError,
    },
}

/// What a PKCS#7 file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SignedData {
    /// X.509 certificates in the order of the file, byte for byte; not checked.
    pub certificates: Vec<Vec<u8>>,
    /// Certificate revocation lists in the order of the file, byte for byte; not checked.
    pub crls: Vec<Vec<u8>>,
    /// Attribute certificates and other things among them that are not read.
    pub others: usize,
    /// Signers; 0 in a certs-only file. Their signatures are not verified.
    pub signers: usize,
}

impl SignedData {
    /// Whether this is only a bag of certificates (RFC 8551 §3.8), nothing that somebody signed.
    pub fn is_certs_only(&self) -> bool {
        self.signers == 0
    }
}

/// Whether `bytes` begin like PKCS#7 or CMS of any type. Says nothing about the rest.
pub fn is_pkcs7(bytes: &[u8]) -> bool {
    content_type(bytes).is_some_and(|oid| {
        let oid = oid.to_string();
        CONTENT_TYPES.iter().any(|prefix| oid.starts_with(prefix))
    })
}

fn content_type(bytes: &[u8]) -> Option<Oid> {
    let inside = ber::descend(bytes, SEQUENCE)?;
    let (element, _) = Element::first(inside).ok()?;
    let element = element.with_tag(OBJECT_IDENTIFIER, "a content type").ok()?;
    Oid::from_bytes(element.content).ok()
}

/// Reads the certificates and revocation lists of a SignedData.
///
/// # Errors
/// Not PKCS#7, a type without certificates (enveloped, encrypted …), or damaged.
pub fn read(bytes: &[u8]) -> Result<SignedData, Pkcs7Error> {
    if !is_pkcs7(bytes) {
        return Err(Pkcs7Error::NotPkcs7);
    }
    if bytes.len() > MAX_SIZE {
        return Err(Pkcs7Error::TooLarge {
            size: bytes.len(),
            limit: MAX_SIZE,
        });
    }
    let (file, _) = Element::first(bytes).map_err(Pkcs7Error::Damaged)?;
    let mut parts = file.inside();
    let kind =
        ber::read_object_identifier(&mut parts, "a content type").map_err(Pkcs7Error::Damaged)?;
    if kind != SIGNED_DATA {
        return Err(Pkcs7Error::OtherContent {
            name: type_name(&kind),
            oid: kind.to_string(),
        });
    }
    let mut signed = SignedData::default();
    collect(&mut parts, &mut signed).map_err(Pkcs7Error::Damaged)?;
    let count = signed.certificates.len() + signed.crls.len();
    if count > MAX_OBJECTS {
        return Err(Pkcs7Error::TooMany { limit: MAX_OBJECTS });
    }
    Ok(signed)
}

/// SignedData (RFC 5652 §5.1).
fn collect(parts: &mut ber::Reader<'_>, signed: &mut SignedData) -> Result<(), BerError> {
    let content = parts.expect(CONTEXT_0, "the signed data")?.unwrapped()?;
    let mut parts = content.with_tag(SEQUENCE, "the signed data")?.inside();
    parts.expect(INTEGER, "the version")?;
    parts.expect(SET, "the digest algorithms")?;
    parts.expect(SEQUENCE, "the signed content")?;
    if let Some(certificates) = parts.optional(&[CONTEXT_0])? {
        let mut each = certificates.inside();
        while let Some(element) = each.next()? {
            gather(&element, &mut signed.certificates, &mut signed.others)?;
        }
    }
    if let Some(crls) = parts.optional(&[CONTEXT_1])? {
        let mut each = crls.inside();
        while let Some(element) = each.next()? {
            gather(&element, &mut signed.crls, &mut signed.others)?;
        }
    }
    let mut signers = parts.expect(SET, "the signers")?.inside();
    while signers.next()?.is_some() {
        signed.signers += 1;
    }
    parts.end()
}

/// Keeps a SEQUENCE (a certificate or CRL) and counts anything else (§10.2.1, §10.2.2).
fn gather(
    element: &Element<'_>,
    found: &mut Vec<Vec<u8>>,
    others: &mut usize,
) -> Result<(), BerError> {
    if element.tag != SEQUENCE {
        *others += 1;
    } else if found.len() > MAX_OBJECTS {
        // Refused by the caller; no memory is spent on the rest.
    } else if element.is_definite() {
        // Signed bytes: kept as they are, whatever is inside.
        found.push(element.raw.to_vec());
    } else {
        found.push(ber::to_der(element)?.to_vec());
    }
    Ok(())
}

/// Makes a certs-only SignedData (RFC 5652 §5, RFC 8551 §3.8) of certificates in DER.
///
/// The order is kept, which BER allows and DER would not: `openssl pkcs7 -print_certs` then gives
/// leaf and chain in an order that servers take.
///
/// # Errors
/// No certificates, or one that is not a single DER SEQUENCE.
pub fn write(certificates: &[&[u8]]) -> Result<Vec<u8>, Pkcs7Error> {
    if certificates.is_empty() {
        return Err(Pkcs7Error::Empty);
    }
    for (index, der) in certificates.iter().enumerate() {
        Element::only(der)
            .and_then(|element| element.with_tag(SEQUENCE, "a certificate"))
            .map_err(|source| Pkcs7Error::NotDer {
                position: index + 1,
                source,
            })?;
    }
    let content = ber::tlv(SEQUENCE, &[&ber::object_identifier(&DATA)]);
    let empty = ber::tlv(SET, &[]);
    let signed = ber::tlv(
        SEQUENCE,
        &[
            // Version 1: X.509 certificates, content of type data (RFC 5652 §5.1).
            &ber::integer(1),
            &empty,
            &content,
            &ber::tlv(CONTEXT_0, certificates),
            &empty,
        ],
    );
    Ok(ber::tlv(
        SEQUENCE,
        &[
            &ber::object_identifier(&SIGNED_DATA),
            &ber::tlv(CONTEXT_0, &[&signed]),
        ],
    ))
}

fn type_name(oid: &Oid) -> &'static str {
    match oid.to_string().as_str() {
        "1.2.840.113549.1.7.1" => "data",
        "1.2.840.113549.1.7.3" => "enveloped-data",
        "1.2.840.113549.1.7.4" => "signed-and-enveloped-data",
        "1.2.840.113549.1.7.5" => "digested-data",
        "1.2.840.113549.1.7.6" => "encrypted-data",
        "1.2.840.113549.1.9.16.1.2" => "authenticated-data",
        "1.2.840.113549.1.9.16.1.9" => "compressed-data",
        "1.2.840.113549.1.9.16.1.23" => "authenticated-enveloped-data",
        _ => "unknown",
    }
}
