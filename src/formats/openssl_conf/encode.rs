//! The few DER forms that requests and extensions are built of (X.690), over the `der` crate.

use der::asn1::AnyRef;
use der::{Encode, Tag, TagNumber};

/// DER, or the length that DER cannot hold.
pub(super) type Encoded = Result<Vec<u8>, der::Error>;

/// One value with its tag.
pub(super) fn tlv(tag: Tag, content: &[u8]) -> Encoded {
    AnyRef::new(tag, content)?.to_der()
}

/// `SEQUENCE` of parts that are encoded already.
pub(super) fn sequence<Part: AsRef<[u8]>>(parts: impl IntoIterator<Item = Part>) -> Encoded {
    tlv(Tag::Sequence, &joined(parts))
}

/// `SET OF`, in DER's order (X.690 §11.6).
pub(super) fn set_of(mut parts: Vec<Vec<u8>>) -> Encoded {
    parts.sort();
    tlv(Tag::Set, &joined(parts))
}

/// Parts one after the other.
pub(super) fn joined<Part: AsRef<[u8]>>(parts: impl IntoIterator<Item = Part>) -> Vec<u8> {
    let mut content = Vec::new();
    for part in parts {
        content.extend_from_slice(part.as_ref());
    }
    content
}

/// `[number]` over bare content, primitive.
pub(super) fn context(number: u32, content: &[u8]) -> Encoded {
    tlv(
        Tag::ContextSpecific {
            constructed: false,
            number: TagNumber(number),
        },
        content,
    )
}

/// `[number]` over encoded parts, constructed.
pub(super) fn context_constructed(number: u32, content: &[u8]) -> Encoded {
    tlv(
        Tag::ContextSpecific {
            constructed: true,
            number: TagNumber(number),
        },
        content,
    )
}

/// `BOOLEAN TRUE`.
pub(super) fn true_value() -> Encoded {
    tlv(Tag::Boolean, &[0xFF])
}

/// The content of a `BIT STRING` of named bits: trailing zero bits are left out (X.690 §11.2.2).
pub(super) fn named_bits(bits: &[u8]) -> Vec<u8> {
    let Some(highest) = bits.iter().max() else {
        return vec![0];
    };
    let mut content = vec![0_u8; usize::from(highest / 8) + 2];
    for bit in bits {
        if let Some(byte) = content.get_mut(usize::from(bit / 8) + 1) {
            *byte |= 0x80 >> (bit % 8);
        }
    }
    if let Some(unused) = content.first_mut() {
        *unused = 7 - highest % 8;
    }
    content
}

#[cfg(test)]
mod tests {
    use super::named_bits;

    #[test]
    fn named_bits_end_at_the_highest() {
        assert_eq!(named_bits(&[]), [0]);
        assert_eq!(named_bits(&[0]), [7, 0x80]);
        assert_eq!(named_bits(&[5, 6]), [1, 0x06]);
        assert_eq!(named_bits(&[8, 0]), [7, 0x80, 0x80]);
    }
}
