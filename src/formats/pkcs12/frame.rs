//! The outermost layer of a file: PFX (RFC 7292 §4).

use zeroize::Zeroizing;

use super::mac::Mac;
use super::{MAX_SIZE, Pkcs12Error, names};
use crate::formats::ber::{self, Element, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};

/// A file taken apart into what the MAC covers, and the MAC.
pub(super) struct Frame {
    /// The AuthenticatedSafe, byte for byte as the MAC covers it.
    pub(super) content: Zeroizing<Vec<u8>>,
    pub(super) mac: Option<Mac>,
    /// Bytes after the end of the file proper.
    pub(super) trailing: usize,
}

/// Whether `bytes` begin like a PKCS#12 file: version 3, then a content of type data or signed
/// data. Says nothing about the rest.
pub fn is_pkcs12(bytes: &[u8]) -> bool {
    let version = ber::descend(bytes, SEQUENCE)
        .and_then(|inside| ber::descend(inside, INTEGER))
        .and_then(|content| content.strip_prefix(&[3]));
    version
        .and_then(|rest| ber::descend(rest, SEQUENCE))
        .and_then(|inside| ber::descend(inside, OBJECT_IDENTIFIER))
        .is_some_and(|oid| {
            oid.starts_with(names::DATA.as_bytes())
                || oid.starts_with(names::SIGNED_DATA.as_bytes())
        })
}

impl Frame {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Pkcs12Error> {
        if !is_pkcs12(bytes) {
            return Err(Pkcs12Error::NotPkcs12);
        }
        if bytes.len() > MAX_SIZE {
            return Err(Pkcs12Error::TooLarge {
                size: bytes.len(),
                limit: MAX_SIZE,
            });
        }
        let damaged = Pkcs12Error::damaged("the file");
        let (file, rest) = Element::first(bytes).map_err(damaged)?;
        let damaged = |source| Pkcs12Error::Damaged {
            part: "the outer layer",
            source,
        };
        let mut parts = file.inside();
        parts.expect(INTEGER, "the version").map_err(damaged)?;
        let content = parts
            .expect(SEQUENCE, "the authenticated content")
            .map_err(damaged)?;
        let mac = match parts.optional(&[SEQUENCE]).map_err(damaged)? {
            Some(mac) => Some(Mac::parse(&mac)?),
            None => None,
        };
        parts.end().map_err(damaged)?;

        let mut parts = content.inside();
        let kind = ber::read_object_identifier(&mut parts, "a content type").map_err(damaged)?;
        if kind != names::DATA {
            return Err(Pkcs12Error::unsupported("integrity protection", &kind));
        }
        let content = parts
            .expect(CONTEXT_0, "the content")
            .and_then(|content| content.unwrapped())
            .and_then(|content| octet_string(&content))
            .map_err(damaged)?;
        Ok(Self {
            content,
            mac,
            trailing: rest.len(),
        })
    }
}

/// `[0]`, constructed.
pub(super) const CONTEXT_0: u8 = 0xa0;

/// The octets of an OCTET STRING in one piece or several.
pub(super) fn octet_string(element: &Element<'_>) -> Result<Zeroizing<Vec<u8>>, ber::BerError> {
    if element.tag & !0x20 == OCTET_STRING {
        element.octets()
    } else {
        Err(ber::BerError::Unexpected {
            expected: "an OCTET STRING",
            found: element.tag,
        })
    }
}
