//! A certificate revocation list, signed and written in memory that does not grow with it.

use std::io::{BufWriter, Write};

use time::OffsetDateTime;

use super::{CaError, Issuer};
use crate::{
    key::Message,
    x509::{
        KeyIdentifier, KeyUsage, RevocationListFields, RevokedCertificate, Validity, oid,
        sequence_header, tbs,
    },
};

/// What is revoked, in an order of its own.
pub trait RevokedCertificates {
    /// Hands over each entry once. The list is put together in several passes, and every pass has
    /// to get the same entries in the same order.
    ///
    /// # Errors
    /// [`CaError::RevokedUnknown`] if they cannot be had, and what `take` refuses.
    fn for_each(
        &self,
        take: &mut dyn FnMut(&RevokedCertificate) -> Result<(), CaError>,
    ) -> Result<(), CaError>;
}

impl RevokedCertificates for [RevokedCertificate] {
    fn for_each(
        &self,
        take: &mut dyn FnMut(&RevokedCertificate) -> Result<(), CaError>,
    ) -> Result<(), CaError> {
        self.iter().try_for_each(take)
    }
}

/// A revocation list to be made.
#[derive(Clone, Copy, Debug)]
pub struct RevocationListOrder {
    /// Its number, larger than that of every list before (RFC 5280 §5.2.3).
    pub number: u64,
    /// When it was made, and when the next one is due at the latest.
    pub validity: Validity,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenRevocationList {
    /// How many certificates are on it.
    pub entries: u64,
    /// Its length as DER, in octets.
    pub octets: u64,
}

impl Issuer {
    /// Signs a revocation list (RFC 5280 §5) and writes its DER.
    ///
    /// A list is walked through three times: to measure it, because DER says lengths first, to
    /// sign, because an ECDSA signature has no fixed length, and to write. What was written is what
    /// the signature is verified over in the end. Entries of up to 64 MiB are kept between the
    /// passes; of more nothing is kept, but for an Ed25519 key, which needs memory for the whole
    /// list (see [`Message`]).
    ///
    /// # Errors
    /// An issuer that may not sign lists or is not valid now, a list that would outlive it, a list
    /// over 4 GiB, entries that change between the passes, a key that does not sign, and what the
    /// writer refuses. What was written until then is of no use.
    pub fn write_revocation_list(
        &self,
        order: &RevocationListOrder,
        revoked: &(impl RevokedCertificates + ?Sized),
        now: OffsetDateTime,
        to: &mut dyn Write,
    ) -> Result<WrittenRevocationList, CaError> {
        let RevocationListOrder { number, validity } = order;
        self.refuse_lists()?;
        let validity = self.validity_within(*validity, now)?;
        let signature = self.key().signature_algorithm(None);
        // A list names its issuer's key whether or not the certificate does (RFC 5280 §5.2.1).
        let authority_key_identifier = self
            .authority_key_identifier()
            .unwrap_or_else(|| KeyIdentifier::of(self.key().public_key()));
        let fields = RevocationListFields {
            signature,
            issuer: self.name(),
            validity: &validity,
            authority_key_identifier: &authority_key_identifier,
            number: *number,
        };
        let list = Measured::of(&fields, revoked)?;

        let mut message = Message::new(signature);
        list.stream(revoked, &mut |piece| {
            message.update(piece);
            Ok(())
        })?;
        let signed = self
            .key()
            .sign_message(&message)
            .map_err(CaError::Signing)?;
        drop(message);

        let mut to = BufWriter::new(to);
        let end = tbs::after_signed(signature, &signed)?;
        let start = sequence_header(list.octets().saturating_add(count(end.len())))?;
        let mut written = Message::new(signature);
        to.write_all(&start).map_err(CaError::Output)?;
        list.stream(revoked, &mut |piece| {
            written.update(piece);
            to.write_all(piece).map_err(CaError::Output)
        })?;
        // A fault while signing with RSA can give the key away: the caller shows nobody what does
        // not verify.
        written
            .verify(self.key().public_key().spki_der(), &signed)
            .map_err(CaError::BadSignature)?;
        to.write_all(&end)
            .and_then(|()| to.flush())
            .map_err(CaError::Output)?;
        Ok(WrittenRevocationList {
            entries: list.entries,
            octets: list.octets() + count(start.len() + end.len()),
        })
    }

    /// A CA whose key usage does not say cRLSign signs no lists (RFC 5280 §4.2.1.3); one without
    /// the extension may do anything.
    fn refuse_lists(&self) -> Result<(), CaError> {
        let usage = self
            .certificate()
            .and_then(|ca| ca.certificate().extension(&oid::KEY_USAGE));
        match usage.map(KeyUsage::from_extension).transpose()? {
            Some(usage) if !usage.contains(KeyUsage::CRL_SIGN) => Err(CaError::MayNotSignLists {
                issuer: self.name().to_string(),
            }),
            _ => Ok(()),
        }
    }
}

/// As much of the entries as is kept in memory between the passes, in octets: well over a million
/// entries. Of a longer list nothing is kept, and each pass gets its entries anew.
const KEPT: usize = 64 * 1024 * 1024;

/// A list whose lengths are known.
struct Measured {
    /// Header of the `TBSCertList` up to and with the header of the entries.
    start: Vec<u8>,
    entries: u64,
    entries_octets: u64,
    /// The entries, unless they are too many.
    kept: Option<Vec<u8>>,
    /// What follows the entries.
    end: Vec<u8>,
}

impl Measured {
    fn of(
        fields: &RevocationListFields<'_>,
        revoked: &(impl RevokedCertificates + ?Sized),
    ) -> Result<Self, CaError> {
        let (mut entries, mut entries_octets) = (0_u64, 0_u64);
        let mut encoded = Vec::new();
        let mut is_kept = true;
        revoked.for_each(&mut |entry| {
            if !is_kept {
                encoded.clear();
            }
            let before = encoded.len();
            entry.append_to(&mut encoded)?;
            entries += 1;
            entries_octets = entries_octets.saturating_add(count(encoded.len() - before));
            if encoded.len() > KEPT {
                is_kept = false;
                encoded = Vec::new();
            }
            Ok(())
        })?;
        let mut inner = fields.before_entries()?;
        let end = fields.after_entries()?;
        // RFC 5280 §5.1.2.6: where nothing is revoked, the list of entries is absent.
        if entries > 0 {
            inner.extend(sequence_header(entries_octets)?);
        }
        let length = entries_octets.saturating_add(count(inner.len() + end.len()));
        let mut start = sequence_header(length)?;
        start.extend(inner);
        Ok(Self {
            start,
            entries,
            entries_octets,
            kept: is_kept.then_some(encoded),
            end,
        })
    }

    /// Length of the `TBSCertList`.
    fn octets(&self) -> u64 {
        self.entries_octets
            .saturating_add(count(self.start.len() + self.end.len()))
    }

    /// The `TBSCertList`, piece by piece.
    fn stream(
        &self,
        revoked: &(impl RevokedCertificates + ?Sized),
        piece: &mut dyn FnMut(&[u8]) -> Result<(), CaError>,
    ) -> Result<(), CaError> {
        piece(&self.start)?;
        match &self.kept {
            Some(kept) => piece(kept)?,
            None => self.stream_anew(revoked, piece)?,
        }
        piece(&self.end)
    }

    fn stream_anew(
        &self,
        revoked: &(impl RevokedCertificates + ?Sized),
        piece: &mut dyn FnMut(&[u8]) -> Result<(), CaError>,
    ) -> Result<(), CaError> {
        let (mut entries, mut octets) = (0_u64, 0_u64);
        let mut encoded = Vec::new();
        revoked.for_each(&mut |entry| {
            encoded.clear();
            entry.append_to(&mut encoded)?;
            entries += 1;
            octets = octets.saturating_add(count(encoded.len()));
            piece(&encoded)
        })?;
        if (entries, octets) != (self.entries, self.entries_octets) {
            return Err(CaError::RevokedChanged);
        }
        Ok(())
    }
}

fn count(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
