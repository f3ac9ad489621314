//! Revocation by CRL (RFC 5280 §6.3): which of the given CRLs speak of a certificate, whether they
//! may be believed, and what they say; delta and indirect CRLs included.

use std::rc::Rc;

use crate::key::{SignatureError, verify_signature};
use crate::x509::name_matching::ComparableName;

use super::building::{Errand, Validator};
use super::certificate::{KeyUsageBits, PathCertificate};
use super::crl::{Crl, Listing, compare};
use super::finding::{Check, Finding};
use super::general_name::{ALL_REASONS, DistributionPoint, GeneralName, PointName, Reasons};
use super::limits;
use super::name_text::moment_text;
use super::pool::Place;
use super::request::RevocationMode;

/// What the CRLs make of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Status {
    Good,
    Revoked {
        sentence: String,
    },
    /// CRLs of the issuer are there but do not settle it: why.
    Unsettled(Vec<String>),
    /// No CRL of the issuer is there.
    NoCrl,
}

/// The certificates above the one in question: its issuer first, the trust anchor last.
type Above<'p> = &'p [Place];

impl<'a> Validator<'a> {
    /// What revocation checking finds on a certificate (RFC 5280 §6.1.3 (a) (3)).
    pub(super) fn judge_revocation(
        &mut self,
        place: Place,
        above: Above<'_>,
        anchor: Option<Place>,
    ) -> Option<Finding> {
        let mode = self.options.revocation;
        if mode == RevocationMode::Off
            || (mode == RevocationMode::WhereGiven && self.crls.is_empty())
        {
            return None;
        }
        const RULE: &str = "RFC 5280 §6.3.3";
        match self.status(place, above, anchor) {
            Status::Good => None,
            Status::Revoked { sentence } => Some(Finding::failure(
                Check::Revoked,
                RULE,
                sentence,
                "stop using it; issue a new certificate with a new key",
            )),
            Status::Unsettled(reasons) => Some(Finding::failure(
                Check::RevocationUnknown,
                RULE,
                format!("its revocation status is not known: {}", reasons.join("; ")),
                "get the issuer's current CRL and verify again",
            )),
            Status::NoCrl if mode == RevocationMode::Required => Some(Finding::failure(
                Check::RevocationUnknown,
                RULE,
                "its revocation status is not known: there is no CRL of its issuer",
                "get the issuer's current CRL and verify again",
            )),
            Status::NoCrl => Some(Finding::note(
                Check::RevocationUnknown,
                RULE,
                "revocation was not checked: there is no CRL of its issuer",
                "give the issuer's CRL too if revocation matters here",
            )),
        }
    }

    /// RFC 5280 §6.3.3, over every distribution point and then over CRLs that the certificate does
    /// not name.
    fn status(&mut self, place: Place, above: Above<'_>, anchor: Option<Place>) -> Status {
        let pool = Rc::clone(&self.pool);
        let crls = Rc::clone(&self.crls);
        let Some(certificate) = pool.get(place) else {
            return Status::NoCrl;
        };
        let implied = DistributionPoint {
            name: Some(PointName::Full(vec![GeneralName::Directory {
                name: certificate.issuer.clone(),
                text: String::new(),
            }])),
            reasons: None,
            crl_issuer: None,
        };
        let mut covered: Reasons = 0;
        let mut troubles: Vec<String> = Vec::new();
        let mut has_crl = false;
        for point in certificate.distribution_points.iter().chain([&implied]) {
            for (index, crl) in crls.iter().enumerate() {
                if !is_issued_for(crl, point, certificate) {
                    continue;
                }
                has_crl = true;
                if crl.base_number.is_some() {
                    continue;
                }
                let interim = match scope(crl, point, certificate) {
                    Ok(reasons) => reasons,
                    Err(why) => {
                        remember(&mut troubles, format!("{} {why}", title(crl)));
                        continue;
                    }
                };
                if interim & !covered == 0 {
                    continue;
                }
                match self.consult(index, certificate, above, anchor) {
                    Ok(Some((Listing::Revoked { date, reason }, by))) => {
                        let sentence =
                            format!("revoked at {} ({reason}) by {by}", moment_text(date));
                        return Status::Revoked { sentence };
                    }
                    Ok(_) => covered |= interim,
                    Err(why) => remember(&mut troubles, format!("{} {why}", title(crl))),
                }
            }
        }
        if covered & ALL_REASONS == ALL_REASONS {
            return Status::Good;
        }
        if !has_crl {
            return Status::NoCrl;
        }
        if troubles.is_empty() {
            troubles.push(if covered == 0 {
                "there is a delta CRL but not the complete CRL that it belongs to".to_owned()
            } else {
                "the CRLs cover only some of the reasons for revocation".to_owned()
            });
        }
        Status::Unsettled(troubles)
    }

    /// What one complete CRL, with its delta CRL if there is one, says (§6.3.3 (c) to (k)), and
    /// which of the two; `Err` when it must not be believed.
    fn consult(
        &mut self,
        index: usize,
        certificate: &PathCertificate<'a>,
        above: Above<'_>,
        anchor: Option<Place>,
    ) -> Result<Option<(Listing, String)>, String> {
        let crls = Rc::clone(&self.crls);
        let Some(complete) = crls.get(index) else {
            return Err("is not there".to_owned());
        };
        self.believe(index, complete, above, anchor)?;
        let mut deltas: Vec<(usize, &Crl<'a>)> = crls
            .iter()
            .enumerate()
            .filter(|(_, delta)| complete.can_be_updated_by(delta))
            .filter(|(_, delta)| self.is_current(delta).is_ok())
            .collect();
        deltas.sort_by(|(_, one), (_, other)| {
            let number = |crl: &Crl<'_>| crl.number.clone().unwrap_or_default();
            compare(&number(other), &number(one))
        });
        let delta = deltas
            .into_iter()
            .find(|(index, delta)| self.believe(*index, delta, above, anchor).is_ok());
        let listing = |crl: &Crl<'_>| {
            crl.listing(&certificate.issuer, certificate.serial)
                .map(|listing| (listing, title(crl)))
        };
        match delta {
            Some((_, delta)) => Ok(listing(delta).or_else(|| listing(complete))),
            None => {
                self.is_current(complete)?;
                Ok(listing(complete))
            }
        }
    }

    fn is_current(&self, crl: &Crl<'_>) -> Result<(), String> {
        if crl.this_update > self.options.now {
            return Err(format!(
                "is not valid before {}",
                moment_text(crl.this_update)
            ));
        }
        match crl.next_update {
            Some(next) if next < self.options.now => {
                Err(format!("expired at {}", moment_text(next)))
            }
            _ => Ok(()),
        }
    }

    /// Whether a CRL may be used at all and is signed by its issuer, whose own certificate is good
    /// (§6.3.3 (f), (g), (h)).
    fn believe(
        &mut self,
        index: usize,
        crl: &Crl<'a>,
        above: Above<'_>,
        anchor: Option<Place>,
    ) -> Result<(), String> {
        if let Some(why) = &crl.unusable {
            return Err(format!("cannot be used: {why}"));
        }
        let pool = Rc::clone(&self.pool);
        let mut signers: Vec<Place> = pool.named(&crl.issuer).to_vec();
        signers.sort_by_key(|place| {
            let key_id = pool.get(*place).and_then(|signer| signer.subject_key_id);
            let fits = key_id.is_some() && key_id == crl.authority_key_id.as_deref();
            (!above.contains(place), !fits, *place)
        });
        let mut why = "is of an issuer whose certificate is not there".to_owned();
        for signer in signers {
            match self.crl_signature(index, crl, signer) {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    why = match error {
                        SignatureError::BadSignature | SignatureError::KeyDoesNotFit { .. } => {
                            "is not signed with its issuer's key".to_owned()
                        }
                        other => other.to_string(),
                    };
                    continue;
                }
                None => return Err("was not checked: too many signatures".to_owned()),
            }
            let certificate = pool.get(signer);
            let may_sign = certificate
                .and_then(|certificate| certificate.key_usage)
                .is_none_or(|usage| usage.intersects(KeyUsageBits::CRL_SIGN));
            if !may_sign {
                "is signed by a key whose keyUsage lacks cRLSign".clone_into(&mut why);
                continue;
            }
            if above.contains(&signer) || self.is_good_crl_issuer(signer, anchor) {
                return Ok(());
            }
            why = "is signed by a certificate that is not good itself".to_owned();
        }
        Err(why)
    }

    fn crl_signature(
        &mut self,
        index: usize,
        crl: &Crl<'_>,
        signer: Place,
    ) -> Option<Result<(), SignatureError>> {
        if let Some(known) = self.crl_signatures.get(&(index, signer)) {
            return Some(known.clone());
        }
        self.spend_signature()?;
        let key = self.pool.get(signer)?.public_key;
        let result = verify_signature(
            crl.signature_algorithm,
            key,
            crl.to_be_signed,
            crl.signature,
        );
        self.crl_signatures.insert((index, signer), result.clone());
        Some(result)
    }

    /// Judges the path of a certificate that signs CRLs and stands on no path of ours. Where that
    /// in turn asks for a CRL which the same certificate signed, it is taken for good: the CRL does
    /// not list it.
    fn is_good_crl_issuer(&mut self, signer: Place, anchor: Option<Place>) -> bool {
        if self.crl_issuers_under_way.contains(&signer) {
            return true;
        }
        if let Some(known) = self.crl_issuer_verdicts.get(&(signer, anchor)) {
            return *known;
        }
        if self.crl_issuers_under_way.len() >= limits::CRL_ISSUER_DEPTH {
            return false;
        }
        self.crl_issuers_under_way.push(signer);
        let is_good = self
            .search(signer, Errand::CrlIssuer { anchor })
            .is_accepted();
        self.crl_issuers_under_way.pop();
        // A verdict that leaned on another one still under way holds only there.
        if self.crl_issuers_under_way.is_empty() {
            self.crl_issuer_verdicts.insert((signer, anchor), is_good);
        }
        is_good
    }
}

fn remember(troubles: &mut Vec<String>, trouble: String) {
    if !troubles.contains(&trouble) {
        troubles.push(trouble);
    }
}

fn title(crl: &Crl<'_>) -> String {
    let kind = if crl.base_number.is_some() {
        "delta CRL"
    } else {
        "CRL"
    };
    format!(
        "the {kind} of {} from {}",
        crl.issuer_text,
        moment_text(crl.this_update)
    )
}

/// §6.3.3 (b) (1): the CRL's issuer is the one that the distribution point names, else the
/// certificate's.
fn is_issued_for(
    crl: &Crl<'_>,
    point: &DistributionPoint,
    certificate: &PathCertificate<'_>,
) -> bool {
    match &point.crl_issuer {
        Some(names) => {
            let is_indirect = crl
                .issuing_point
                .as_ref()
                .is_some_and(|point| point.is_indirect);
            is_indirect && directory_names(names).any(|name| *name == crl.issuer)
        }
        None => crl.issuer == certificate.issuer,
    }
}

fn directory_names(names: &[GeneralName]) -> impl Iterator<Item = &ComparableName> {
    names.iter().filter_map(|name| match name {
        GeneralName::Directory { name, .. } => Some(name),
        _ => None,
    })
}

/// §6.3.3 (b) (2) and (d): the reasons for which this CRL speaks of the certificate; `Err` says why
/// it does not.
fn scope(
    crl: &Crl<'_>,
    point: &DistributionPoint,
    certificate: &PathCertificate<'_>,
) -> Result<Reasons, &'static str> {
    let of_point = point.reasons.unwrap_or(ALL_REASONS);
    let Some(issuing) = &crl.issuing_point else {
        return Ok(of_point);
    };
    if let Some(name) = &issuing.name {
        let offered = full_names(name, &crl.issuer);
        let wanted = match (&point.name, &point.crl_issuer) {
            (Some(name), issuers) => {
                let relative_to = issuers
                    .as_deref()
                    .and_then(|names| directory_names(names).next());
                full_names(name, relative_to.unwrap_or(&certificate.issuer))
            }
            (None, Some(issuers)) => issuers.clone(),
            (None, None) => Vec::new(),
        };
        if !offered
            .iter()
            .any(|name| wanted.iter().any(|other| is_same_point(name, other)))
        {
            return Err("is for another distribution point");
        }
    }
    if issuing.only_user_certificates && certificate.is_ca() {
        return Err("does not speak of CA certificates");
    }
    if issuing.only_ca_certificates && !certificate.is_ca() {
        return Err("speaks of CA certificates only");
    }
    if issuing.only_attribute_certificates {
        return Err("speaks of attribute certificates only");
    }
    Ok(of_point & issuing.only_some_reasons.unwrap_or(ALL_REASONS))
}

fn is_same_point(one: &GeneralName, other: &GeneralName) -> bool {
    match (one, other) {
        (GeneralName::Directory { name: one, .. }, GeneralName::Directory { name: other, .. }) => {
            one == other
        }
        (GeneralName::Unreadable { .. }, _) => false,
        _ => one == other,
    }
}

fn full_names(name: &PointName, relative_to: &ComparableName) -> Vec<GeneralName> {
    match name {
        PointName::Full(names) => names.clone(),
        PointName::Relative(attributes) => relative_to
            .with_relative_name(attributes)
            .map(|name| {
                vec![GeneralName::Directory {
                    name,
                    text: String::new(),
                }]
            })
            .unwrap_or_default(),
    }
}
