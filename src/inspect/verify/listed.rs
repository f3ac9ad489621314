//! What a revocation list says on the whole, for who takes over from its issuer.

use time::OffsetDateTime;

use super::crl::Crl;
use crate::key::verify_signature;
use crate::x509::name_matching::ComparableName;
use crate::x509::{Certificate, RevocationReason};

/// A complete revocation list that its issuer signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// When it was made.
    pub this_update: OffsetDateTime,
    /// When the next one is due.
    pub next_update: Option<OffsetDateTime>,
    /// Its number: most significant octet first, without leading zeros.
    pub number: Option<Vec<u8>>,
    /// What is revoked, in the order of the list.
    pub revoked: Vec<Revoked>,
}

/// An entry of a revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// The serial number's content octets, as written.
    pub serial: Vec<u8>,
    /// Since when.
    pub at: OffsetDateTime,
    /// Why.
    pub reason: RevocationReason,
}

impl RevocationList {
    /// Reads a list in DER that `issuer` signed. It need not be of today.
    ///
    /// # Errors
    /// Why it is no such list: other bytes, another issuer, a wrong signature, a delta, or
    /// something in it that must be understood and is not.
    pub fn of_issuer(der: &[u8], issuer: &Certificate) -> Result<Self, String> {
        let crl = Crl::from_der(der)?;
        let subject = ComparableName::from_der(issuer.subject().as_der())
            .map_err(|error| format!("the issuer's name is {error}"))?;
        if crl.issuer != subject {
            return Err(format!("it is the list of {}", crl.issuer_text));
        }
        verify_signature(
            crl.signature_algorithm,
            issuer.public_key().spki_der(),
            crl.to_be_signed,
            crl.signature,
        )
        .map_err(|error| error.to_string())?;
        if crl.base_number.is_some() {
            return Err("it is a delta, which holds changes only".to_owned());
        }
        if let Some(why) = crl.unusable {
            return Err(why);
        }
        Ok(Self {
            this_update: crl.this_update,
            next_update: crl.next_update,
            revoked: crl
                .own_entries()
                .map(|(serial, at, reason)| Revoked {
                    serial: serial.to_vec(),
                    at,
                    reason,
                })
                .collect(),
            number: crl.number,
        })
    }
}
