//! The steps of a leaf certificate.

use std::collections::HashSet;

use time::Duration;

use crate::{
    authority::{AuthorityError, KeyChoice, leaf_kind},
    key::KeySpec,
    manifest::DesiredCertificate,
    store::{ActivationNeed, CertificateFile, Inventory, Row, Shelf, Status},
    x509::{Certificate, Name, RevocationReason, San, SanSet, name_matching::names_match},
};

use super::{
    planner::Planner,
    reason::Reason,
    step::{Replacement, StepDeed},
};

/// What becomes of the certificate that is there.
enum Fate {
    /// Another takes its place, because of what it is.
    Changed(Vec<Reason>, KeyChoice),
    /// Another takes its place, because of the time.
    Due(Reason, KeyChoice),
    /// Somebody put it on hold, and it may be valid again.
    Held,
    Stays,
}

impl Planner<'_> {
    pub(super) fn certificate(
        &mut self,
        wanted: &DesiredCertificate,
    ) -> Result<(), AuthorityError> {
        let name = &wanted.name;
        if self.barred.contains(&wanted.authority) {
            return Ok(());
        }
        let current = match self.surroundings.inventory {
            None => None,
            Some(inventory) => current(inventory, wanted)?,
        };
        let Some((row, certificate)) = current else {
            let deed = StepDeed::Issue(Box::new(wanted.clone()));
            self.step(name, deed, vec![Reason::Missing]);
            return self.exports(wanted, None);
        };
        let unsound = match (&mut self.soundness, row.issuer) {
            (Some(soundness), Some(issuer)) => {
                soundness.unsound_files(name, issuer, &certificate)?
            }
            _ => Vec::new(),
        };
        let replacement = |key| {
            Box::new(Replacement {
                certificate: wanted.clone(),
                replaces: row.id,
                key,
            })
        };
        match self.fate(wanted, &row, &certificate, &unsound) {
            Fate::Changed(reasons, key) => {
                self.step(name, StepDeed::Reissue(replacement(key)), reasons);
                self.exports(wanted, None)
            }
            Fate::Due(reason, key) => {
                self.step(name, StepDeed::Renew(replacement(key)), vec![reason]);
                self.exports(wanted, None)
            }
            Fate::Stays => {
                if !unsound.is_empty() {
                    let file =
                        |file: &CertificateFile| Reason::File(format!("{name}.{}", file.ending()));
                    let reasons = unsound.iter().map(file).collect();
                    let deed = StepDeed::Restore {
                        id: row.id,
                        files: unsound,
                    };
                    self.step(name, deed, reasons);
                }
                let waits = self.activations.get(&row.id);
                // Chains that nobody serves are read by nobody who has to be told.
                let waits = waits.filter(|one| {
                    !one.is_of_chain() || wanted.activation() == ActivationNeed::Servers
                });
                if let Some(activation) = waits {
                    let reason = if activation.is_of_chain() {
                        Reason::ChainNotTaken
                    } else {
                        Reason::NotTaken
                    };
                    let certificate = Box::new(wanted.clone());
                    let deed = StepDeed::Activate {
                        id: row.id,
                        certificate,
                    };
                    self.step(name, deed, vec![reason]);
                }
                self.exports(wanted, Some((&row, &certificate)))
            }
            Fate::Held => {
                let what =
                    "it is revoked with certificateHold, and so nothing is made in its place";
                let remedy = format!(
                    "take it off hold with 'certmint revoke {name} --release', or revoke it for another reason"
                );
                self.conflict(name, what, remedy);
                Ok(())
            }
        }
    }

    fn fate(
        &self,
        wanted: &DesiredCertificate,
        row: &Row,
        certificate: &Certificate,
        unsound: &[CertificateFile],
    ) -> Fate {
        let mut reasons = Vec::new();
        match row.status {
            Status::Revoked {
                reason: RevocationReason::CertificateHold,
                ..
            } => return Fate::Held,
            Status::Revoked { reason, .. } => {
                reasons.push(Reason::Revoked(reason));
            }
            Status::Issued(_) => {}
            Status::Recorded | Status::Lost | Status::Listed | Status::Superseded(_) => {
                return Fate::Changed(vec![Reason::Missing], KeyChoice::New);
            }
        }
        if unsound.contains(&CertificateFile::Key) {
            reasons.push(Reason::KeyMissing);
        }
        reasons.extend(differences(wanted, row, certificate));
        let has_other_key = reasons.iter().any(|reason| {
            matches!(
                reason,
                Reason::Key { .. } | Reason::KeyMissing | Reason::Revoked(_)
            )
        });
        let key = match wanted.renewal_key {
            KeyChoice::Kept if !has_other_key => KeyChoice::Kept,
            _ => KeyChoice::New,
        };
        reasons.extend(
            self.known
                .other_issuer(certificate, row.issuer, &wanted.authority),
        );
        // One that was made while the clock was ahead has time left, and no longer a life.
        let most = Duration::days(i64::from(wanted.days) + 1);
        if row.not_after - self.now.max(row.not_before) > most {
            let left = self.days_left(row.not_after);
            let days = wanted.days;
            reasons.push(Reason::LongerLife { left, days });
        }
        let due_at = wanted
            .renewal
            .due_at(&wanted.name.to_string(), row.not_before, row.not_after);
        let time = self.time_of_life(row.not_before, row.not_after, due_at);
        match (reasons.is_empty(), time) {
            (false, time) => {
                reasons.extend(time);
                Fate::Changed(reasons, key)
            }
            (true, Some(time)) => Fate::Due(time, key),
            (true, None) => Fate::Stays,
        }
    }
}

/// The current certificate of the name and its bytes.
fn current(
    inventory: &Inventory,
    wanted: &DesiredCertificate,
) -> Result<Option<(Row, Certificate)>, AuthorityError> {
    let Some(row) = inventory.current(Shelf::Certificates, &wanted.name)? else {
        return Ok(None);
    };
    let Some(der) = inventory.certificate_der(row.id)? else {
        return Ok(None);
    };
    Ok(Some((row, Certificate::from_der(&der)?)))
}

/// What a certificate says otherwise than the manifest.
fn differences(wanted: &DesiredCertificate, row: &Row, certificate: &Certificate) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if leaf_kind(row.kind) != Some(wanted.kind) {
        let from = leaf_kind(row.kind).map_or_else(|| "CA".to_owned(), |kind| kind.to_string());
        reasons.push(Reason::Purpose {
            from,
            to: wanted.kind,
        });
    }
    reasons.extend(name_differences(wanted.names.as_ref(), row));
    if !names_match(&row.subject_der, wanted.subject.as_der()) {
        reasons.push(Reason::Subject {
            from: certificate.subject().openssl_oneline(),
            to: Name::openssl_oneline(&wanted.subject),
        });
    }
    let algorithm = certificate.public_key().algorithm();
    let has = KeySpec::of(algorithm);
    if has != Some(wanted.key) {
        reasons.push(Reason::Key {
            from: has.map_or_else(|| algorithm.to_string(), |has| has.to_string()),
            to: wanted.key,
        });
    }
    reasons
}

/// The order of names means nothing to anybody who checks them.
fn name_differences(wanted: Option<&SanSet>, row: &Row) -> Vec<Reason> {
    let has: HashSet<String> = row
        .sans
        .iter()
        .map(|name| format!("{}:{}", name.kind.word(), name.value))
        .collect();
    let wanted: Vec<&San> = wanted.into_iter().flatten().collect();
    let wants: HashSet<String> = wanted.iter().map(ToString::to_string).collect();
    let added = wanted
        .iter()
        .filter(|name| !has.contains(&name.to_string()))
        .map(|name| Reason::NameAdded((*name).clone()));
    let removed = row
        .sans
        .iter()
        .filter(|name| !wants.contains(&format!("{}:{}", name.kind.word(), name.value)))
        .map(|name| Reason::NameRemoved(name.value.clone()));
    added.chain(removed).collect()
}
