//! DER elements, walked without deciding what they mean.

use super::X509Error;

pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;

/// One DER element and what follows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    /// Tag, length and content.
    pub(crate) whole: &'a [u8],
    pub(crate) rest: &'a [u8],
}

/// Reads one element with a one-octet tag and a definite, minimal length (X.690 §10.1).
pub(crate) fn read_element(input: &[u8]) -> Option<Element<'_>> {
    let (tag, after_tag) = input.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (first, mut after_length) = after_tag.split_first()?;
    let length = if *first < 0x80 {
        usize::from(*first)
    } else {
        let octets = usize::from(first & 0x7f);
        if octets == 0 || octets > 4 {
            return None;
        }
        let (length_octets, rest) = after_length.split_at_checked(octets)?;
        after_length = rest;
        let length = length_octets
            .iter()
            .fold(0_usize, |length, octet| (length << 8) | usize::from(*octet));
        let is_minimal = length >= 0x80 && length_octets.first() != Some(&0);
        if !is_minimal {
            return None;
        }
        length
    };
    let (content, rest) = after_length.split_at_checked(length)?;
    let whole = input.get(..input.len() - rest.len())?;
    Some(Element {
        tag: *tag,
        content,
        whole,
        rest,
    })
}

impl<'a> Element<'a> {
    /// The one element that the input consists of.
    pub(crate) fn only(what: &'static str, input: &'a [u8]) -> Result<Self, X509Error> {
        read_element(input)
            .filter(|element| element.rest.is_empty())
            .ok_or_else(|| X509Error::malformed(what, "it is not one DER element"))
    }

    /// The elements inside of this one, which must be of the given tag.
    pub(crate) fn children(&self, what: &'static str, tag: u8) -> Result<Vec<Self>, X509Error> {
        if self.tag != tag {
            return Err(X509Error::malformed(
                what,
                format!("tag {:#04x} stands where {tag:#04x} must", self.tag),
            ));
        }
        let mut rest = self.content;
        let mut children = Vec::new();
        while !rest.is_empty() {
            let child = read_element(rest).ok_or_else(|| {
                X509Error::malformed(what, "an element inside is cut off or not DER")
            })?;
            rest = child.rest;
            children.push(child);
        }
        Ok(children)
    }
}
