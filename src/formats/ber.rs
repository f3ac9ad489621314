//! Reading BER, the loose parent of DER, without copying it.
//!
//! PKCS#12 and PKCS#7 are BER: NSS writes indefinite lengths and strings in pieces, which the DER
//! crates refuse. Elements are therefore walked as they were written, so that bytes under a
//! signature or a MAC stay the writer's own, and [`to_der`] rewrites an element where DER is asked
//! for. Depth and size are bounded (ITU-T X.690 §8.1).

use zeroize::Zeroizing;

/// How deep elements may nest. NSS's files reach 13.
const MAX_DEPTH: usize = 40;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const BMP_STRING: u8 = 0x1e;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
const CONSTRUCTED: u8 = 0x20;

/// What is wrong with the encoding of an element.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BerError {
    /// The bytes stop inside an element.
    #[error("the data ends in the middle of an element")]
    EndsEarly,
    /// A tag number above 30, which neither PKCS#7 nor PKCS#12 uses.
    #[error("tag number above 30")]
    HighTag,
    /// A length that cannot be (reserved form, over eight octets, or indefinite on a primitive).
    #[error("impossible length")]
    Length,
    /// Elements nested deeper than the reader goes.
    #[error("elements nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// Bytes after the end of the last element.
    #[error("{0} bytes after the last element")]
    Trailing(usize),
    /// Another element than the one that belongs here.
    #[error("{expected} expected, found tag 0x{found:02x}")]
    Unexpected {
        /// What belongs here.
        expected: &'static str,
        /// The tag octet that is here.
        found: u8,
    },
    /// An element that has to be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// An element whose content is not what its type asks for.
    #[error("{0} has an invalid content")]
    Content(&'static str),
}

/// One element: tag, content and the bytes of the whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    /// The content, without the end-of-contents octets of an indefinite length.
    pub(super) content: &'a [u8],
    /// Tag, length and content as they were written.
    pub(super) raw: &'a [u8],
    indefinite: bool,
}

impl<'a> Element<'a> {
    /// The first element of `bytes`, and what follows it.
    pub(super) fn first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), BerError> {
        Self::first_at(bytes, 0)
    }

    /// The only element of `bytes`.
    pub(super) fn only(bytes: &'a [u8]) -> Result<Self, BerError> {
        match Self::first(bytes)? {
            (element, []) => Ok(element),
            (_, rest) => Err(BerError::Trailing(rest.len())),
        }
    }

    fn first_at(bytes: &'a [u8], depth: usize) -> Result<(Self, &'a [u8]), BerError> {
        if depth > MAX_DEPTH {
            return Err(BerError::TooDeep);
        }
        let (&tag, after_tag) = bytes.split_first().ok_or(BerError::EndsEarly)?;
        if tag & 0x1f == 0x1f {
            return Err(BerError::HighTag);
        }
        let (length, after_length) = length(after_tag)?;
        let indefinite = length.is_none();
        let (content, rest) = match length {
            Some(length) => after_length
                .split_at_checked(length)
                .ok_or(BerError::EndsEarly)?,
            None if tag & CONSTRUCTED == 0 => return Err(BerError::Length),
            None => {
                let mut at = after_length;
                while !at.starts_with(&[0, 0]) {
                    at = Self::first_at(at, depth + 1)?.1;
                }
                let used = after_length.len() - at.len();
                let (content, end) = after_length
                    .split_at_checked(used)
                    .ok_or(BerError::EndsEarly)?;
                (content, end.get(2..).ok_or(BerError::EndsEarly)?)
            }
        };
        let raw = bytes
            .get(..bytes.len() - rest.len())
            .ok_or(BerError::EndsEarly)?;
        let element = Self {
            tag,
            content,
            raw,
            indefinite,
        };
        Ok((element, rest))
    }

    /// Whether the length was written in the definite form, as DER has it.
    pub(super) fn is_definite(&self) -> bool {
        !self.indefinite
    }

    /// The elements inside, in order.
    pub(super) fn inside(&self) -> Reader<'a> {
        Reader { rest: self.content }
    }

    /// This element, if its tag is `tag`.
    pub(super) fn with_tag(self, tag: u8, expected: &'static str) -> Result<Self, BerError> {
        if self.tag == tag {
            Ok(self)
        } else {
            Err(BerError::Unexpected {
                expected,
                found: self.tag,
            })
        }
    }

    /// The one element inside an explicit tag.
    pub(super) fn unwrapped(&self) -> Result<Element<'a>, BerError> {
        Element::only(self.content)
    }

    /// The octets of a string, its pieces joined (X.690 §8.7.3). `self` may carry a context tag.
    pub(super) fn octets(&self) -> Result<Zeroizing<Vec<u8>>, BerError> {
        let mut joined = Zeroizing::new(Vec::with_capacity(self.content.len()));
        self.join_octets(&mut joined, 0)?;
        Ok(joined)
    }

    fn join_octets(&self, joined: &mut Vec<u8>, depth: usize) -> Result<(), BerError> {
        if depth > MAX_DEPTH {
            return Err(BerError::TooDeep);
        }
        if self.tag & CONSTRUCTED == 0 {
            joined.extend_from_slice(self.content);
            return Ok(());
        }
        let mut pieces = self.inside();
        while let Some(piece) = pieces.next()? {
            if piece.tag & !CONSTRUCTED != OCTET_STRING {
                return Err(BerError::Unexpected {
                    expected: "a piece of an OCTET STRING",
                    found: piece.tag,
                });
            }
            piece.join_octets(joined, depth + 1)?;
        }
        Ok(())
    }

    /// A non-negative INTEGER that fits into 64 bits; `None` when it is negative or larger.
    pub(super) fn unsigned(&self) -> Option<u64> {
        match self.content {
            [] => None,
            [first, ..] if first & 0x80 != 0 => None,
            content => content.iter().try_fold(0u64, |value, octet| {
                (value >> 56 == 0).then_some((value << 8) | u64::from(*octet))
            }),
        }
    }
}

/// Walks over neighbouring elements.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Walks over `bytes`.
    pub(super) fn over(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next element, or `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Element<'a>>, BerError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (element, rest) = Element::first(self.rest)?;
        self.rest = rest;
        Ok(Some(element))
    }

    /// The next element, which must have this tag.
    pub(super) fn expect(
        &mut self,
        tag: u8,
        expected: &'static str,
    ) -> Result<Element<'a>, BerError> {
        self.next()?
            .ok_or(BerError::Missing(expected))?
            .with_tag(tag, expected)
    }

    /// The next element if it has one of these tags; otherwise nothing is taken.
    pub(super) fn optional(&mut self, tags: &[u8]) -> Result<Option<Element<'a>>, BerError> {
        match self.rest.first() {
            Some(tag) if tags.contains(tag) => self.next(),
            _ => Ok(None),
        }
    }

    /// Fails unless all elements were taken.
    pub(super) fn end(&self) -> Result<(), BerError> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(BerError::Trailing(left)),
        }
    }
}

/// The length octets: `None` is the indefinite form.
fn length(bytes: &[u8]) -> Result<(Option<usize>, &[u8]), BerError> {
    let (&first, rest) = bytes.split_first().ok_or(BerError::EndsEarly)?;
    match first {
        0..=0x7f => Ok((Some(usize::from(first)), rest)),
        0x80 => Ok((None, rest)),
        0x81..=0x88 => {
            let (octets, rest) = rest
                .split_at_checked(usize::from(first & 0x7f))
                .ok_or(BerError::EndsEarly)?;
            let value = octets
                .iter()
                .fold(0u64, |value, octet| (value << 8) | u64::from(*octet));
            let value = usize::try_from(value).map_err(|_| BerError::Length)?;
            Ok((Some(value), rest))
        }
        _ => Err(BerError::Length),
    }
}

/// What follows the tag and length of an element with this tag, to the end of `bytes`: for telling
/// formats apart by their first bytes, also when the file breaks off.
pub(super) fn descend(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(&[tag])?;
    length(rest).ok().map(|(_, content)| content)
}

/// `element` with definite, shortest lengths and its strings in one piece.
///
/// Sets keep their order: what is read here is only re-read by DER parsers that do not insist on it.
pub(super) fn to_der(element: &Element<'_>) -> Result<Zeroizing<Vec<u8>>, BerError> {
    rewrite(element, 0)
}

fn rewrite(element: &Element<'_>, depth: usize) -> Result<Zeroizing<Vec<u8>>, BerError> {
    if depth > MAX_DEPTH {
        return Err(BerError::TooDeep);
    }
    if element.tag & CONSTRUCTED == 0 {
        return Ok(Zeroizing::new(tlv(element.tag, &[element.content])));
    }
    if element.tag == OCTET_STRING | CONSTRUCTED {
        return Ok(Zeroizing::new(tlv(OCTET_STRING, &[&element.octets()?])));
    }
    let mut content = Zeroizing::new(Vec::with_capacity(element.content.len()));
    let mut children = element.inside();
    while let Some(child) = children.next()? {
        content.extend_from_slice(&rewrite(&child, depth + 1)?);
    }
    Ok(Zeroizing::new(tlv(element.tag, &[&content])))
}

/// A DER element of this tag whose content is `parts` one after the other.
pub(super) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 10);
    out.push(tag);
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => out.push(short),
        _ => {
            let octets = length.to_be_bytes();
            let significant = octets.iter().skip_while(|octet| **octet == 0);
            let count = significant.clone().count();
            // A usize has at most eight octets.
            out.push(0x80 | u8::try_from(count).unwrap_or(8));
            out.extend(significant);
        }
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A DER INTEGER.
pub(super) fn integer(value: u64) -> Vec<u8> {
    let octets = value.to_be_bytes();
    let significant: Vec<u8> = octets
        .iter()
        .copied()
        .skip_while(|octet| *octet == 0)
        .collect();
    match significant.first() {
        None => tlv(INTEGER, &[&[0]]),
        Some(first) if first & 0x80 != 0 => tlv(INTEGER, &[&[0], &significant]),
        Some(_) => tlv(INTEGER, &[&significant]),
    }
}

/// A DER OBJECT IDENTIFIER.
pub(super) fn object_identifier(oid: &der::asn1::ObjectIdentifier) -> Vec<u8> {
    tlv(OBJECT_IDENTIFIER, &[oid.as_bytes()])
}

/// The next element as an OBJECT IDENTIFIER.
pub(super) fn read_object_identifier(
    reader: &mut Reader<'_>,
    expected: &'static str,
) -> Result<der::asn1::ObjectIdentifier, BerError> {
    let element = reader.expect(OBJECT_IDENTIFIER, expected)?;
    der::asn1::ObjectIdentifier::from_bytes(element.content)
        .map_err(|_| BerError::Content(expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_lengths_and_pieces_become_der() {
        let ber = [
            0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xaa, 0x04, 0x81, 0x01, 0xbb, 0, 0, 0x02, 0x01,
            0x05, 0, 0,
        ];
        let element = Element::only(&ber).unwrap();
        assert!(!element.is_definite());
        let der = to_der(&element).unwrap();
        assert_eq!(
            der.as_slice(),
            [0x30, 0x07, 0x04, 0x02, 0xaa, 0xbb, 0x02, 0x01, 0x05]
        );
    }

    #[test]
    fn every_truncation_is_an_error() {
        let ber = [0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xaa, 0, 0, 0, 0];
        for end in 0..ber.len() {
            assert!(Element::only(&ber[..end]).is_err(), "{end}");
        }
        assert!(Element::only(&ber).is_ok());
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| {
            let mut bytes = [0x30u8, 0x80].repeat(depth);
            bytes.extend([0, 0].repeat(depth));
            bytes
        };
        assert!(Element::only(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(
            Element::only(&nested(MAX_DEPTH + 2)).unwrap_err(),
            BerError::TooDeep
        );
        let mut definite = vec![0x05, 0x00];
        for _ in 0..200 {
            definite = tlv(SEQUENCE, &[&definite]);
        }
        let element = Element::only(&definite).unwrap();
        assert_eq!(to_der(&element).unwrap_err(), BerError::TooDeep);
    }

    #[test]
    fn integers_are_shortest() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(127), [2, 1, 127]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(integer(600_000), [2, 3, 9, 0x27, 0xc0]);
        for value in [0, 1, 127, 128, 255, 256, 600_000, u64::MAX] {
            let der = integer(value);
            assert_eq!(Element::only(&der).unwrap().unsigned(), Some(value));
        }
        assert_eq!(Element::only(&[2, 1, 0xff]).unwrap().unsigned(), None);
        assert_eq!(
            Element::only(&[2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0])
                .unwrap()
                .unsigned(),
            None
        );
    }

    #[test]
    fn long_lengths_use_the_shortest_form() {
        assert_eq!(tlv(4, &[&[0; 127]])[..2], [4, 127]);
        assert_eq!(tlv(4, &[&[0; 128]])[..3], [4, 0x81, 128]);
        assert_eq!(tlv(4, &[&[0; 256]])[..4], [4, 0x82, 1, 0]);
    }
}
