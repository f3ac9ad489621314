//! The few ASN.1 shapes that keys come in, read strictly as DER.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, SliceReader, Tag, Tagged};

/// The fields of a SEQUENCE, one after the other.
pub(super) struct Fields<'a>(SliceReader<'a>);

impl<'a> Fields<'a> {
    /// The fields of a SEQUENCE that fills `der` to the last byte.
    pub(super) fn of(der: &'a [u8]) -> der::Result<Self> {
        Self::inside(AnyRef::from_der(der)?)
    }

    /// The fields of a SEQUENCE that was read already.
    pub(super) fn inside(sequence: AnyRef<'a>) -> der::Result<Self> {
        sequence.tag().assert_eq(Tag::Sequence)?;
        Ok(Self(SliceReader::new(sequence.value())?))
    }

    /// The next field.
    pub(super) fn next(&mut self) -> der::Result<AnyRef<'a>> {
        AnyRef::decode(&mut self.0)
    }

    /// The next field, or `None` at the end of the sequence.
    pub(super) fn next_or_end(&mut self) -> der::Result<Option<AnyRef<'a>>> {
        if self.0.is_finished() {
            Ok(None)
        } else {
            self.next().map(Some)
        }
    }

    /// Refuses further fields.
    pub(super) fn end(self) -> der::Result<()> {
        self.0.finish()
    }
}

/// An `AlgorithmIdentifier` (RFC 5280 §4.1.1.2).
pub(super) struct AlgorithmIdentifier<'a> {
    /// The object identifier, dotted.
    pub(super) oid: String,
    pub(super) parameters: Option<AnyRef<'a>>,
}

impl<'a> AlgorithmIdentifier<'a> {
    pub(super) fn read(field: AnyRef<'a>) -> der::Result<Self> {
        let mut fields = Fields::inside(field)?;
        let oid = oid(fields.next()?)?;
        let parameters = fields.next_or_end()?;
        fields.end()?;
        Ok(Self { oid, parameters })
    }

    /// The fields of the parameters, where those are a SEQUENCE.
    pub(super) fn parameter_fields(&self) -> der::Result<Fields<'a>> {
        Fields::inside(self.parameters.ok_or_else(|| Tag::Sequence.value_error())?)
    }

    /// The parameters, where they are an object identifier.
    pub(super) fn parameter_oid(&self) -> Option<String> {
        self.parameters.and_then(|parameters| oid(parameters).ok())
    }
}

/// A dotted object identifier.
pub(super) fn oid(field: AnyRef<'_>) -> der::Result<String> {
    let oid: ObjectIdentifier = field.try_into()?;
    Ok(oid.to_string())
}

/// The content of an OCTET STRING.
pub(super) fn octets(field: AnyRef<'_>) -> der::Result<&[u8]> {
    field.tag().assert_eq(Tag::OctetString)?;
    Ok(field.value())
}

/// The content of a BIT STRING that ends at an octet boundary.
pub(super) fn bits(field: AnyRef<'_>) -> der::Result<&[u8]> {
    field.tag().assert_eq(Tag::BitString)?;
    whole_octets(field.value())
}

/// The content of a BIT STRING whose tag was checked: the first octet counts unused bits.
pub(super) fn whole_octets(value: &[u8]) -> der::Result<&[u8]> {
    match value.split_first() {
        Some((0, octets)) => Ok(octets),
        _ => Err(Tag::BitString.value_error().into()),
    }
}

/// The magnitude of an INTEGER that is not negative, big endian and without leading zeros.
pub(super) fn magnitude(field: AnyRef<'_>) -> der::Result<&[u8]> {
    field.tag().assert_eq(Tag::Integer)?;
    match field.value() {
        [] => Err(Tag::Integer.value_error().into()),
        [0] => Ok(&[]),
        [0, second, ..] if *second < 0x80 => Err(Tag::Integer.non_canonical_error().into()),
        [0, rest @ ..] => Ok(rest),
        [first, ..] if *first >= 0x80 => Err(Tag::Integer.value_error().into()),
        value => Ok(value),
    }
}

/// The size of an INTEGER that is not negative, in bits.
pub(super) fn unsigned_bits(field: AnyRef<'_>) -> der::Result<u32> {
    let magnitude = magnitude(field)?;
    let Some(first) = magnitude.first() else {
        return Ok(0);
    };
    let octets = u32::try_from(magnitude.len()).map_err(|_| Tag::Integer.length_error())?;
    Ok(octets
        .saturating_mul(8)
        .saturating_sub(first.leading_zeros()))
}

/// An INTEGER that is not negative; what does not fit becomes `u64::MAX`, above every bound.
pub(super) fn unsigned(field: AnyRef<'_>) -> der::Result<u64> {
    Ok(magnitude(field)?
        .iter()
        .try_fold(0_u64, |sum, octet| {
            sum.checked_mul(256)
                .and_then(|sum| sum.checked_add(u64::from(*octet)))
        })
        .unwrap_or(u64::MAX))
}

/// Whether the bytes are one SEQUENCE from the first to the last, whatever it holds.
pub(super) fn is_whole_sequence(bytes: &[u8]) -> bool {
    Fields::of(bytes).is_ok()
}
