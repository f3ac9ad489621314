//! What a file is, before it is read: which form of private key, or what else.

use der::asn1::AnyRef;
use der::{Tag, Tagged};

use super::error::{ForeignContainer, KeyError};
use super::structure::{Fields, oid, unsigned};

/// The DER structures that hold a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Pkcs8,
    EncryptedPkcs8,
    Pkcs1,
    Sec1,
    /// The structure of six integers in which OpenSSL keeps DSA keys.
    Dsa,
}

const NO_KEY: KeyError = KeyError::NoPrivateKey;

/// Tells by its first fields what a DER structure is. The labels of PEM are not asked: some
/// programs write the wrong one.
pub(super) fn shape(der: &[u8]) -> Result<Shape, KeyError> {
    let mut fields = match Fields::of(der) {
        Ok(fields) => fields,
        // A file that begins like a SEQUENCE is a damaged one; anything else is no key at all.
        Err(source) if der.first() == Some(&0x30) => {
            return Err(KeyError::damaged("DER structure", source));
        }
        Err(_) => return Err(NO_KEY),
    };
    let damaged = |source| KeyError::damaged("DER structure", source);
    let first = fields.next().map_err(damaged)?;
    let second = fields.next_or_end().map_err(damaged)?;
    match (first.tag(), second.map(|field| field.tag())) {
        (Tag::Integer, Some(second)) => match (unsigned(first).map_err(damaged)?, second) {
            (0 | 1, Tag::Sequence) => Ok(Shape::Pkcs8),
            (0 | 1, Tag::Integer) => Ok(integers(fields)),
            (1, Tag::OctetString) => Ok(Shape::Sec1),
            (3, Tag::Sequence) => Err(KeyError::ForeignContainer(ForeignContainer::Pkcs12)),
            _ => Err(NO_KEY),
        },
        (Tag::Sequence, Some(Tag::OctetString)) => Ok(Shape::EncryptedPkcs8),
        (Tag::Sequence, Some(Tag::BitString)) => holds("a public key"),
        (Tag::Sequence, Some(Tag::Sequence)) => signed(first),
        (Tag::ObjectIdentifier, Some(Tag::ContextSpecific { .. })) if is_pkcs7(first) => {
            holds("a PKCS #7 message")
        }
        (Tag::Integer, None) => Err(NO_KEY),
        _ => Err(NO_KEY),
    }
}

/// After the version and one more: seven integers are left in an RSA key, four in a DSA key.
fn integers(mut fields: Fields<'_>) -> Shape {
    let mut left = 0;
    while let Ok(Some(field)) = fields.next_or_end() {
        left += u32::from(field.tag() == Tag::Integer);
    }
    if left == 4 { Shape::Dsa } else { Shape::Pkcs1 }
}

fn is_pkcs7(first: AnyRef<'_>) -> bool {
    oid(first).is_ok_and(|oid| oid.starts_with("1.2.840.113549.1.7."))
}

/// A certificate, a request or a revocation list: three signed structures (RFC 5280 §4.1 and
/// §5.1, RFC 2986 §4.2) that differ in what is signed.
fn signed(content: AnyRef<'_>) -> Result<Shape, KeyError> {
    let tags: Vec<Tag> = Fields::inside(content)
        .map(|mut fields| {
            std::iter::from_fn(|| fields.next_or_end().ok().flatten())
                .take(4)
                .map(|field| field.tag())
                .collect()
        })
        .unwrap_or_default();
    match tags.as_slice() {
        [Tag::ContextSpecific { .. }, Tag::Integer, ..] => holds("a certificate"),
        [Tag::Integer, Tag::Sequence, Tag::Sequence, Tag::Sequence] => holds("a certificate"),
        [
            Tag::Integer,
            Tag::Sequence,
            Tag::Sequence,
            Tag::ContextSpecific { .. },
        ] => holds("a certificate request"),
        [
            Tag::Integer,
            Tag::Sequence,
            Tag::Sequence,
            Tag::UtcTime | Tag::GeneralizedTime,
        ]
        | [
            Tag::Sequence,
            Tag::Sequence,
            Tag::UtcTime | Tag::GeneralizedTime,
            ..,
        ] => holds("a certificate revocation list"),
        _ => Err(NO_KEY),
    }
}

fn holds(what: &'static str) -> Result<Shape, KeyError> {
    Err(KeyError::HoldsInstead { what })
}

/// What a file without a private key holds, by the label of its first PEM block.
pub(super) fn other_block(label: &str) -> KeyError {
    let what = match label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => "a certificate",
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => "a certificate request",
        "X509 CRL" => "a certificate revocation list",
        "PUBLIC KEY" | "RSA PUBLIC KEY" | "SSH2 PUBLIC KEY" => "a public key",
        "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => "a PKCS #7 message",
        "EC PARAMETERS" | "DSA PARAMETERS" | "DH PARAMETERS" | "X9.42 DH PARAMETERS" => {
            "parameters only"
        }
        _ => return NO_KEY,
    };
    KeyError::HoldsInstead { what }
}

/// Files that are neither PEM nor DER and yet known.
pub(super) fn foreign(file: &[u8]) -> Option<KeyError> {
    if file.starts_with(b"PuTTY-User-Key-File-") {
        return Some(KeyError::ForeignContainer(ForeignContainer::Putty));
    }
    // The magic numbers of JKS and JCEKS.
    if file.starts_with(&[0xfe, 0xed, 0xfe, 0xed]) || file.starts_with(&[0xce, 0xce, 0xce, 0xce]) {
        return Some(KeyError::ForeignContainer(ForeignContainer::JavaKeyStore));
    }
    if file.starts_with(&[0xff, 0xfe]) || file.starts_with(&[0xfe, 0xff]) {
        return Some(KeyError::HoldsInstead {
            what: "UTF-16 text",
        });
    }
    if file.starts_with(b"ssh-") || file.starts_with(b"ecdsa-sha2-") {
        return Some(KeyError::HoldsInstead {
            what: "an OpenSSH public key",
        });
    }
    None
}
