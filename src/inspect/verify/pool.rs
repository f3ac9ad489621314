//! The certificates that paths are made of.

use std::collections::HashMap;

use crate::x509::name_matching::ComparableName;

use super::certificate::PathCertificate;
use super::error::VerifyError;
use super::finding::{Check, Finding};
use super::request::Request;

/// A certificate's place in the [`Pool`].
pub(super) type Place = usize;

/// Every certificate of a request, once.
#[derive(Debug)]
pub(super) struct Pool<'a> {
    certificates: Vec<(PathCertificate<'a>, Standing)>,
    by_subject: HashMap<ComparableName, Vec<Place>>,
    /// What could not be read.
    pub(super) remarks: Vec<Finding>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Trusted,
    Untrusted,
}

impl<'a> Pool<'a> {
    /// Reads a request's certificates; the target comes first.
    pub(super) fn read(request: &Request<'a>) -> Result<Self, VerifyError> {
        let target =
            PathCertificate::from_der(request.target).map_err(VerifyError::UnreadableTarget)?;
        let mut pool = Self {
            certificates: Vec::new(),
            by_subject: HashMap::new(),
            remarks: Vec::new(),
        };
        let mut places: HashMap<&[u8], Place> = HashMap::new();
        pool.add(&mut places, target, Standing::Untrusted);
        for (index, der) in request.anchors.iter().enumerate() {
            let anchor = PathCertificate::from_der(der)
                .map_err(|reason| VerifyError::UnreadableAnchor { index, reason })?;
            pool.add(&mut places, anchor, Standing::Trusted);
        }
        for (index, der) in request.pool.iter().enumerate() {
            match PathCertificate::from_der(der) {
                Ok(certificate) => pool.add(&mut places, certificate, Standing::Untrusted),
                Err(reason) => pool.remarks.push(Finding::note(
                    Check::Encoding,
                    "RFC 5280 §4.1",
                    format!(
                        "certificate {} of those given beside the target was left out: {reason}",
                        index + 1
                    ),
                    "leave it out, or get it again from its issuer",
                )),
            }
        }
        Ok(pool)
    }

    fn add(
        &mut self,
        places: &mut HashMap<&'a [u8], Place>,
        certificate: PathCertificate<'a>,
        standing: Standing,
    ) {
        if let Some(place) = places.get(certificate.der) {
            if let (Standing::Trusted, Some((_, held))) =
                (standing, self.certificates.get_mut(*place))
            {
                *held = Standing::Trusted;
            }
            return;
        }
        let place = self.certificates.len();
        places.insert(certificate.der, place);
        self.by_subject
            .entry(certificate.subject.clone())
            .or_default()
            .push(place);
        self.certificates.push((certificate, standing));
    }

    /// The certificate at a place; places come from this pool, so there is one.
    pub(super) fn get(&self, place: Place) -> Option<&PathCertificate<'a>> {
        self.certificates
            .get(place)
            .map(|(certificate, _)| certificate)
    }

    pub(super) fn is_anchor(&self, place: Place) -> bool {
        self.certificates
            .get(place)
            .is_some_and(|(_, standing)| *standing == Standing::Trusted)
    }

    /// The certificates with a subject.
    pub(super) fn named(&self, subject: &ComparableName) -> &[Place] {
        self.by_subject.get(subject).map_or(&[], Vec::as_slice)
    }
}
