//! The outer structure that certificates and CRLs share (RFC 5280 §4.1, §5.1): what is signed, the
//! algorithm, the signature. Split strictly, so that no octet outside of what is signed can change
//! without being noticed.

use crate::x509::read_element;

/// The three parts of a signed structure.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignedParts<'a> {
    /// The signed element, tag and length included.
    pub(super) to_be_signed: &'a [u8],
    /// Its content.
    pub(super) fields: &'a [u8],
    /// The AlgorithmIdentifier after it.
    pub(super) algorithm: &'a [u8],
    /// The signature's octets, without the count of unused bits.
    pub(super) signature: &'a [u8],
    /// Unused bits in the signature's last octet.
    pub(super) unused_bits: u8,
}

impl<'a> SignedParts<'a> {
    /// Splits a certificate or CRL.
    pub(super) fn split(der: &'a [u8]) -> Result<Self, String> {
        let outer = read_element(der).filter(|outer| outer.tag == 0x30);
        let outer = outer.ok_or("its outer structure is not DER")?;
        if !outer.rest.is_empty() {
            return Err(format!("{} bytes follow it", outer.rest.len()));
        }
        Self::of(outer.content).ok_or_else(|| "its outer structure is not DER".to_owned())
    }

    fn of(content: &'a [u8]) -> Option<Self> {
        let tbs = read_element(content).filter(|tbs| tbs.tag == 0x30)?;
        let algorithm = read_element(tbs.rest).filter(|algorithm| algorithm.tag == 0x30)?;
        let signature = read_element(algorithm.rest)
            .filter(|signature| signature.tag == 0x03 && signature.rest.is_empty())?;
        let (unused_bits, octets) = signature.content.split_first()?;
        Some(Self {
            to_be_signed: tbs.whole,
            fields: tbs.content,
            algorithm: algorithm.whole,
            signature: octets,
            unused_bits: *unused_bits,
        })
    }
}
