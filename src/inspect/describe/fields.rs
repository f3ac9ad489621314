//! The fields of a DER structure, one after the other.

use crate::x509::{
    X509Error,
    element::{Element, read_element},
};

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const ENUMERATED: u8 = 0x0a;

/// What is left to read of a structure.
pub(super) struct Fields<'der> {
    what: &'static str,
    rest: &'der [u8],
}

impl<'der> Fields<'der> {
    /// The fields in the content of an element.
    pub(super) fn new(what: &'static str, content: &'der [u8]) -> Self {
        Self {
            what,
            rest: content,
        }
    }

    /// The fields of the one element of a tag that `der` consists of.
    pub(super) fn of(what: &'static str, der: &'der [u8], tag: u8) -> Result<Self, X509Error> {
        let element = Element::only(what, der)?;
        if element.tag != tag {
            return Err(X509Error::malformed(
                what,
                format!("it has the tag {:#04x}", element.tag),
            ));
        }
        Ok(Self::new(what, element.content))
    }

    /// The next field if it has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<Element<'der>>, X509Error> {
        if self.rest.first() != Some(&tag) {
            return Ok(None);
        }
        self.next()
    }

    /// The next field, which must have this tag.
    pub(super) fn required(&mut self, tag: u8) -> Result<Element<'der>, X509Error> {
        self.optional(tag)?.ok_or_else(|| {
            X509Error::malformed(
                self.what,
                format!("a field with the tag {tag:#04x} is missing"),
            )
        })
    }

    /// The next field, or `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Element<'der>>, X509Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let element = read_element(self.rest).ok_or_else(|| {
            X509Error::malformed(self.what, "an element inside is cut off or not DER")
        })?;
        self.rest = element.rest;
        Ok(Some(element))
    }

    /// Every field that is left.
    pub(super) fn rest(mut self) -> Result<Vec<Element<'der>>, X509Error> {
        let mut fields = Vec::new();
        while let Some(field) = self.next()? {
            fields.push(field);
        }
        Ok(fields)
    }

    /// Refuses further fields.
    pub(super) fn end(self) -> Result<(), X509Error> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(X509Error::malformed(
                self.what,
                format!("{} octets too many", self.rest.len()),
            ))
        }
    }
}

/// The names of the set bits of a named bit list, bit 0 first; other bits by their number.
pub(super) fn named_bits(
    what: &'static str,
    bit_string: &[u8],
    names: &[&str],
) -> Result<Vec<String>, X509Error> {
    let (unused, octets) = bit_string
        .split_first()
        .filter(|(unused, octets)| **unused < 8 && (octets.len() <= 64))
        .ok_or_else(|| X509Error::malformed(what, "it is no list of bits"))?;
    let bits = (octets.len() * 8).saturating_sub(usize::from(*unused));
    Ok((0..bits)
        .filter(|bit| {
            octets
                .get(bit / 8)
                .is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0)
        })
        .map(|bit| {
            names
                .get(bit)
                .map_or_else(|| format!("bit {bit}"), |name| (*name).to_owned())
        })
        .collect())
}
