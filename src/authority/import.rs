//! Taking up what a CA issued while another program kept it.

use time::OffsetDateTime;

use super::{AuthorityError, parallel::on_all_cores};
use crate::{
    inspect::verify::RevocationList,
    store::{
        Authority, CertificateKind, ImportOutcome, Imported, ImportedCertificate, SanText,
        Standings, Store, has_signed, key_id_of,
    },
    x509::{Certificate, RevocationReason, X509Error, hexadecimal},
};

/// How many certificates go into the inventory in one transaction.
const CHUNK: usize = 10_000;

/// What another program's index says of a certificate.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The serial number: most significant octet first.
    pub serial: Vec<u8>,
    /// The subject as text.
    pub subject: String,
    /// The end of its validity.
    pub not_after: OffsetDateTime,
    /// Why and since when it is revoked.
    pub revocation: Option<(RevocationReason, OffsetDateTime)>,
}

/// A certificate as it was found: in an index, in a file, or in both.
#[derive(Debug, Clone)]
pub struct FoundCertificate {
    /// Where, for whoever has to look after it.
    pub place: String,
    /// What the index says.
    pub listing: Option<Listing>,
    /// The certificate.
    pub certificate: Option<Certificate>,
}

/// Something that was not taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Where it is.
    pub place: String,
    /// Why.
    pub reason: String,
}

/// What came of an import.
#[derive(Debug, Default)]
pub struct ImportReport {
    /// How many certificates the inventory did not know.
    pub added: usize,
    /// How many were known by their serial number and have their bytes now.
    pub completed: usize,
    /// How many were known and are revoked now.
    pub revoked_since: usize,
    /// What ought to have been taken up and was not.
    pub refused: Vec<LeftOut>,
    /// Certificates of other issuers.
    pub foreign: Vec<LeftOut>,
    /// How all certificates of the CA stand now.
    pub standings: Standings,
}

/// Takes certificates of one CA up, chunk by chunk, each in one transaction. What is interrupted is
/// completed by doing it again.
pub struct Importer<'store> {
    store: &'store mut Store,
    authority: Authority,
    certificate: Certificate,
    now: OffsetDateTime,
    waiting: Vec<FoundCertificate>,
    report: ImportReport,
}

impl<'store> Importer<'store> {
    /// For the certificates of an authority of this PKI.
    ///
    /// # Errors
    /// An authority whose certificate cannot be read.
    pub fn new(
        store: &'store mut Store,
        authority: Authority,
        now: OffsetDateTime,
    ) -> Result<Self, AuthorityError> {
        let certificate = Certificate::from_der(&authority.certificate_der)?;
        Ok(Self {
            store,
            authority,
            certificate,
            now,
            waiting: Vec::new(),
            report: ImportReport::default(),
        })
    }

    /// Takes one up, when enough have come together.
    ///
    /// # Errors
    /// What the inventory refuses. What cannot be taken up is no error: the report tells.
    pub fn take(&mut self, found: FoundCertificate) -> Result<(), AuthorityError> {
        self.waiting.push(found);
        if self.waiting.len() < CHUNK {
            return Ok(());
        }
        self.flush()
    }

    /// Notes something that ought to be a certificate and is none.
    pub fn refuse(&mut self, place: String, reason: String) {
        self.report.refused.push(LeftOut { place, reason });
    }

    /// Takes up what a revocation list of the CA revokes, also what nobody knows otherwise: the
    /// next list must not leave it out. The numbers of the lists go on above this one's.
    ///
    /// # Errors
    /// What the inventory refuses. What cannot be taken up is no error: the report tells.
    pub fn take_list(&mut self, place: &str, der: &[u8]) -> Result<(), AuthorityError> {
        self.flush()?;
        let list = match RevocationList::of_issuer(der, &self.certificate) {
            Ok(list) => list,
            Err(reason) => {
                self.refuse(place.to_owned(), reason);
                return Ok(());
            }
        };
        if let Some(number) = &list.number {
            self.continue_after(place, number, 0)?;
        }
        // The list says nothing of their ends: they stay on it as long as the CA lives.
        let not_after = self.certificate.not_after();
        let listed = list.revoked.into_iter().map(|revoked| {
            let serial = revoked.serial;
            (
                hexadecimal(&serial),
                Imported {
                    serial,
                    subject: String::new(),
                    not_after,
                    revocation: Some((usable(revoked.reason), revoked.at)),
                    certificate: None,
                },
            )
        });
        let mut chunk = Vec::new();
        for (serial, one) in listed {
            chunk.push((format!("{place}, serial number {serial}"), one));
            if chunk.len() == CHUNK {
                self.record(std::mem::take(&mut chunk))?;
            }
        }
        self.record(chunk)
    }

    /// Goes on with the number that the next revocation list was to get.
    ///
    /// # Errors
    /// What the inventory refuses. What cannot be taken up is no error: the report tells.
    pub fn continue_with(&mut self, place: &str, number: &[u8]) -> Result<(), AuthorityError> {
        self.continue_after(place, number, 1)
    }

    /// The inventory counts lists with 63 bits; RFC 5280 §5.2.3 allows 20 octets.
    fn continue_after(
        &mut self,
        place: &str,
        number: &[u8],
        back: i64,
    ) -> Result<(), AuthorityError> {
        let last = number
            .iter()
            .try_fold(0_i64, |number, octet| {
                number.checked_mul(256)?.checked_add(i64::from(*octet))
            })
            .and_then(|number| number.checked_sub(back));
        match last {
            Some(last) if last > 0 => {
                let issuer = self.authority.id;
                self.store.continue_lists_after(issuer, last, self.now)?;
            }
            // No list was made.
            Some(_) => {}
            None => self.refuse(
                place.to_owned(),
                "the number of the revocation list is larger than 63 bits".to_owned(),
            ),
        }
        Ok(())
    }

    /// Takes up what is left and tells what came of it all.
    ///
    /// # Errors
    /// What the inventory refuses.
    pub fn finish(mut self) -> Result<ImportReport, AuthorityError> {
        self.flush()?;
        let standings = self
            .store
            .inventory()
            .standings(self.authority.id, self.now)?;
        Ok(ImportReport {
            standings,
            ..self.report
        })
    }

    fn flush(&mut self) -> Result<(), AuthorityError> {
        let waiting = std::mem::take(&mut self.waiting);
        let issuer = &self.certificate;
        let examined = on_all_cores(waiting, |found| examine(found, issuer));
        let mut chunk = Vec::with_capacity(examined.len());
        for Examined {
            imported,
            refused,
            foreign,
        } in examined
        {
            chunk.extend(imported);
            self.report.refused.extend(refused);
            self.report.foreign.extend(foreign);
        }
        self.record(chunk)
    }

    fn record(&mut self, chunk: Vec<(String, Imported)>) -> Result<(), AuthorityError> {
        if chunk.is_empty() {
            return Ok(());
        }
        let (places, imported): (Vec<String>, Vec<Imported>) = chunk.into_iter().unzip();
        let outcomes = self
            .store
            .import(Some(self.authority.id), &imported, self.now)?;
        for ((place, one), outcome) in places.into_iter().zip(&imported).zip(outcomes) {
            match outcome {
                ImportOutcome::Added(_) => self.report.added += 1,
                ImportOutcome::Completed(_) => self.report.completed += 1,
                ImportOutcome::Revoked(_) => self.report.revoked_since += 1,
                ImportOutcome::Known(_) => {}
                ImportOutcome::SerialTaken(_) => self.refuse(
                    place,
                    format!(
                        "another certificate of this CA has its serial number {}",
                        hexadecimal(&one.serial)
                    ),
                ),
            }
        }
        Ok(())
    }
}

/// What came of looking at what was found.
#[derive(Default)]
struct Examined {
    imported: Option<(String, Imported)>,
    refused: Option<LeftOut>,
    foreign: Option<LeftOut>,
}

/// Whether it is a certificate of this issuer. What an index lists is taken up as listed, even if
/// its file is another's.
fn examine(found: FoundCertificate, issuer: &Certificate) -> Examined {
    let FoundCertificate {
        place,
        listing,
        certificate,
    } = found;
    let left_out = |reason| LeftOut {
        place: place.clone(),
        reason,
    };
    let mut examined = Examined::default();
    let mut known = None;
    match certificate {
        Some(certificate) if certificate.issuer() != issuer.subject() => {
            let reason = format!("its issuer is {}", certificate.issuer().openssl_oneline());
            match &listing {
                Some(_) => examined.refused = Some(left_out(reason)),
                None => examined.foreign = Some(left_out(reason)),
            }
        }
        Some(certificate) if certificate == *issuer && listing.is_none() => return examined,
        Some(certificate) if !has_signed(issuer, &certificate) => {
            let reason = "it names this CA as its issuer, and another key has signed it";
            examined.refused = Some(left_out(reason.to_owned()));
        }
        Some(certificate) => match imported(&certificate) {
            Ok(imported) => known = Some(imported),
            Err(error) => examined.refused = Some(left_out(error.to_string())),
        },
        None => {}
    }
    let revocation = listing
        .as_ref()
        .and_then(|listing| listing.revocation)
        .map(|(reason, at)| (usable(reason), at));
    examined.imported = match (known, listing) {
        (Some(known), _) => Some(Imported {
            revocation,
            ..known
        }),
        (None, Some(listing)) => Some(Imported {
            serial: listing.serial,
            subject: listing.subject,
            not_after: listing.not_after,
            revocation,
            certificate: None,
        }),
        (None, None) => None,
    }
    .map(|one| (place, one));
    examined
}

/// What the inventory keeps of a certificate.
pub(super) fn imported(certificate: &Certificate) -> Result<Imported, X509Error> {
    let public_key = certificate.public_key();
    let mut public_key_sha256 = [0; 32];
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, public_key.spki_der());
    public_key_sha256.copy_from_slice(digest.as_ref());
    Ok(Imported {
        serial: certificate.serial_octets().to_vec(),
        subject: certificate.subject().openssl_oneline(),
        not_after: certificate.not_after(),
        revocation: None,
        certificate: Some(ImportedCertificate {
            der: certificate.as_der().to_vec(),
            kind: CertificateKind::of(certificate),
            subject_der: certificate.subject().as_der().to_vec(),
            sans: certificate
                .subject_alt_names()?
                .iter()
                .map(SanText::of)
                .collect(),
            not_before: certificate.not_before(),
            key_id: key_id_of(certificate),
            public_key_sha256,
        }),
    })
}

/// removeFromCRL has a meaning in delta lists alone (RFC 5280 §5.3.1); what openssl marks with it is
/// revoked all the same.
fn usable(reason: RevocationReason) -> RevocationReason {
    match reason {
        RevocationReason::RemoveFromCrl => RevocationReason::Unspecified,
        other => other,
    }
}
