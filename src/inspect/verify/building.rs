//! Building paths: depth-first from the target towards a trust anchor, likely issuers first, no
//! certificate twice, bounded work. Each path that ends is judged by [`super::walk`]; the first
//! that is accepted is the answer, else the one that got furthest.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

use crate::key::{SignatureError, verify_signature};

use super::certificate::PathCertificate;
use super::crl::Crl;
use super::error::VerifyError;
use super::finding::{Check, Finding, LinkReport, Severity, Verdict};
use super::limits;
use super::pool::{Place, Pool};
use super::request::{Options, Request};

/// What a path is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// To judge the target under all of the options.
    Target,
    /// To judge the certificate of a CRL issuer, whose path must end where that of the certificate
    /// ends which the CRL speaks of (RFC 5280 §6.3.3 (f)).
    CrlIssuer { anchor: Option<Place> },
}

/// How a path ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// At a trust anchor.
    Anchor,
    /// At a certificate for which no issuer is there.
    NoIssuer,
    /// Because it became too long, or the work was used up.
    Limit,
}

/// A path with all that was found on it.
#[derive(Debug)]
pub(super) struct Judged {
    /// The target first.
    pub(super) links: Vec<LinkReport>,
    pub(super) policies: Vec<String>,
    pub(super) end: End,
}

impl Judged {
    pub(super) fn is_accepted(&self) -> bool {
        self.end == End::Anchor && self.failures() == 0
    }

    fn failures(&self) -> usize {
        self.links.iter().map(|link| link.failures().count()).sum()
    }

    /// Larger is further.
    fn progress(&self) -> (bool, Reverse<usize>, usize) {
        (
            self.end == End::Anchor,
            Reverse(self.failures()),
            self.links.len(),
        )
    }
}

/// Reads the CRLs of a request.
pub(super) fn read_crls<'a>(crls: &[&'a [u8]]) -> Result<Vec<Crl<'a>>, VerifyError> {
    let read = |(index, der): (usize, &&'a [u8])| {
        Crl::from_der(der).map_err(|reason| VerifyError::UnreadableCrl { index, reason })
    };
    crls.iter().enumerate().map(read).collect()
}

/// One judgement under way.
#[derive(Debug)]
pub(super) struct Validator<'a> {
    pub(super) pool: Rc<Pool<'a>>,
    pub(super) crls: Rc<Vec<Crl<'a>>>,
    pub(super) options: Options,
    pub(super) comparisons_left: usize,
    /// CRL issuers whose certificates are being judged, outermost first.
    pub(super) crl_issuers_under_way: Vec<Place>,
    pub(super) crl_issuer_verdicts: HashMap<(Place, Option<Place>), bool>,
    pub(super) crl_signatures: HashMap<(usize, Place), Result<(), SignatureError>>,
    signatures: HashMap<(Place, Place), Result<(), SignatureError>>,
    signatures_left: usize,
    steps_left: usize,
    paths_left: usize,
    was_cut: bool,
}

impl<'a> Validator<'a> {
    pub(super) fn new(request: &Request<'a>) -> Result<Self, VerifyError> {
        Self::with_crls(request, &Rc::new(read_crls(request.crls)?))
    }

    /// With the request's CRLs, which were read before.
    pub(super) fn with_crls(
        request: &Request<'a>,
        crls: &Rc<Vec<Crl<'a>>>,
    ) -> Result<Self, VerifyError> {
        let pool = Pool::read(request)?;
        let mut options = request.options.clone();
        // Certificates count whole seconds and are good through the last of them.
        options.now = options.now.truncate_to_second();
        Ok(Self {
            pool: Rc::new(pool),
            crls: Rc::clone(crls),
            options,
            comparisons_left: limits::NAME_COMPARISONS,
            crl_issuers_under_way: Vec::new(),
            crl_issuer_verdicts: HashMap::new(),
            crl_signatures: HashMap::new(),
            signatures: HashMap::new(),
            signatures_left: limits::SIGNATURE_CHECKS,
            steps_left: limits::SEARCH_STEPS,
            paths_left: limits::JUDGED_PATHS,
            was_cut: false,
        })
    }

    /// The verdict on the target, which is the first certificate of the pool.
    pub(super) fn judge_target(mut self) -> Result<Verdict, VerifyError> {
        let judged = self.search(0, Errand::Target);
        let mut remarks = self.pool.remarks.clone();
        if self.was_cut && !judged.is_accepted() {
            remarks.push(Finding {
                severity: Severity::Failure,
                check: Check::Limit,
                what: "the search for a path was cut short: too many certificates of one name"
                    .to_owned(),
                rule: "RFC 5280 §8 (denial of service)",
                remedy: "give only the certificates that belong to the path".to_owned(),
            });
        }
        Ok(Verdict {
            path: judged.links,
            remarks,
            policies: judged.policies,
        })
    }

    /// The accepted path from a certificate, or the one that got furthest.
    pub(super) fn search(&mut self, start: Place, errand: Errand) -> Judged {
        let mut best = None;
        let mut path = vec![start];
        self.extend(&mut path, errand, &mut best);
        match best {
            Some(judged) => judged,
            None => self.judge_path(&path, End::Limit, errand),
        }
    }

    /// Tries every way on from the last certificate of the path; true when one was accepted.
    fn extend(&mut self, path: &mut Vec<Place>, errand: Errand, best: &mut Option<Judged>) -> bool {
        let pool = Rc::clone(&self.pool);
        let Some((last, certificate)) = path
            .last()
            .and_then(|last| pool.get(*last).map(|certificate| (*last, certificate)))
        else {
            return false;
        };
        if self.is_end(last, errand) {
            return self.consider(path, End::Anchor, errand, best);
        }
        if path.len() >= limits::PATH_LENGTH {
            return self.consider(path, End::Limit, errand, best);
        }
        let mut first_unfit = None;
        let mut has_issuer = false;
        for issuer in self.likely_issuers(&pool, certificate, path, errand) {
            let Some(left) = self.steps_left.checked_sub(1) else {
                self.was_cut = true;
                break;
            };
            self.steps_left = left;
            match self.signature(last, issuer) {
                Some(Ok(())) => {
                    has_issuer = true;
                    path.push(issuer);
                    let is_accepted = self.extend(path, errand, best);
                    path.pop();
                    if is_accepted {
                        return true;
                    }
                }
                Some(Err(_)) => {
                    first_unfit.get_or_insert(issuer);
                }
                None => break,
            }
        }
        if has_issuer {
            return false;
        }
        // A certificate with the issuer's name but not its key: followed only to say so. A
        // self-signed certificate needs no other issuer.
        match first_unfit {
            Some(issuer) if !self.is_self_signed(last) => {
                path.push(issuer);
                let is_accepted = self.extend(path, errand, best);
                path.pop();
                is_accepted
            }
            _ => self.consider(path, End::NoIssuer, errand, best),
        }
    }

    fn is_end(&self, place: Place, errand: Errand) -> bool {
        match errand {
            Errand::CrlIssuer {
                anchor: Some(anchor),
            } => place == anchor,
            Errand::CrlIssuer { anchor: None } | Errand::Target => self.pool.is_anchor(place),
        }
    }

    fn consider(
        &mut self,
        path: &[Place],
        end: End,
        errand: Errand,
        best: &mut Option<Judged>,
    ) -> bool {
        let Some(left) = self.paths_left.checked_sub(1) else {
            self.was_cut = true;
            return false;
        };
        self.paths_left = left;
        let judged = self.judge_path(path, end, errand);
        let is_accepted = judged.is_accepted();
        let is_further = best
            .as_ref()
            .is_none_or(|best| is_accepted || judged.progress() > best.progress());
        if is_further {
            *best = Some(judged);
        }
        is_accepted
    }

    /// The certificates whose subject is the issuer's name: trust anchors first, then those whose
    /// key identifier fits, then those valid now, then those that say that they are CAs.
    fn likely_issuers(
        &self,
        pool: &Pool<'a>,
        certificate: &PathCertificate<'a>,
        path: &[Place],
        errand: Errand,
    ) -> Vec<Place> {
        let is_on_path = |candidate: &PathCertificate<'_>| {
            path.iter()
                .filter_map(|place| pool.get(*place))
                .any(|on_path| {
                    on_path.subject == candidate.subject
                        && on_path.public_key == candidate.public_key
                })
        };
        let mut ranked: Vec<_> = pool
            .named(&certificate.issuer)
            .iter()
            .filter_map(|place| pool.get(*place).map(|candidate| (*place, candidate)))
            .filter(|(place, candidate)| self.is_end(*place, errand) || !is_on_path(candidate))
            .filter(|(place, _)| !path.contains(place))
            .map(|(place, candidate)| {
                let key_id_fit = match (certificate.authority_key_id, candidate.subject_key_id) {
                    (Some(wanted), Some(held)) if wanted == held => 0,
                    (Some(_), Some(_)) => 2,
                    _ => 1,
                };
                let rank = (
                    !self.is_end(place, errand),
                    key_id_fit,
                    !candidate.is_valid_at(self.options.now),
                    !candidate.is_ca(),
                    place,
                );
                (rank, place)
            })
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, place)| place).collect()
    }

    /// Whether the issuer's key signed the certificate; `None` when no more signatures may be
    /// checked.
    pub(super) fn signature(
        &mut self,
        certificate: Place,
        issuer: Place,
    ) -> Option<Result<(), SignatureError>> {
        if let Some(known) = self.signatures.get(&(certificate, issuer)) {
            return Some(known.clone());
        }
        self.spend_signature()?;
        let (signed, signer) = (self.pool.get(certificate)?, self.pool.get(issuer)?);
        let result = verify_signature(
            signed.signature_algorithm,
            signer.public_key,
            signed.to_be_signed,
            signed.signature,
        );
        self.signatures
            .insert((certificate, issuer), result.clone());
        Some(result)
    }

    /// Counts one signature check; `None` when none is left.
    pub(super) fn spend_signature(&mut self) -> Option<()> {
        match self.signatures_left.checked_sub(1) {
            Some(left) => {
                self.signatures_left = left;
                Some(())
            }
            None => {
                self.was_cut = true;
                None
            }
        }
    }

    pub(super) fn is_self_signed(&mut self, place: Place) -> bool {
        self.pool
            .get(place)
            .is_some_and(PathCertificate::is_self_issued)
            && matches!(self.signature(place, place), Some(Ok(())))
    }
}
