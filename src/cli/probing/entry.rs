//! One endpoint, looked at and judged.

use std::sync::Arc;

use anyhow::Result;
use time::OffsetDateTime;

use crate::{
    authority::Drift,
    inspect::verify::{Purpose, Severity, VerifyError},
    probe::{Errand, Examination, Finding, Identity, Judgement, ProbeError, Shown, Trust, judge},
    store::{Inventory, StoreName},
};

/// An endpoint and what became of it.
pub(crate) struct Entry {
    pub(crate) errand: Errand,
    pub(crate) seen: Result<Probed, ProbeError>,
}

impl Entry {
    /// Judges what an errand saw, if it saw anything.
    ///
    /// # Errors
    /// What keeps every endpoint from being judged: the inventory, a trusted certificate or a
    /// revocation list that cannot be read. A certificate of this server's that cannot be is its own
    /// failure.
    pub(crate) fn new(
        errand: Errand,
        seen: Result<Examination, ProbeError>,
        bench: &Bench<'_>,
    ) -> Result<Self> {
        let judged = seen.map(|examination| Probed::new(&errand, examination, bench));
        let seen = match judged {
            Ok(Ok(probed)) => Ok(probed),
            Ok(Err(error)) => match error.downcast() {
                Ok(fault @ VerifyError::UnreadableTarget(_)) => Err(ProbeError::Unjudged {
                    endpoint: errand.endpoint.clone(),
                    fault,
                }),
                Ok(fault) => return Err(fault.into()),
                Err(error) => return Err(error.context(errand.endpoint.to_string())),
            },
            Err(error) => Err(error),
        };
        Ok(Self { errand, seen })
    }
}

/// What was seen, and what is to be said about it.
pub(crate) struct Probed {
    pub(crate) examination: Examination,
    pub(crate) judgement: Judgement,
    /// Nothing where there is no inventory.
    pub(crate) drift: Option<Drift>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) at: OffsetDateTime,
}

/// What endpoints are judged by.
pub(crate) struct Bench<'a> {
    pub(crate) trust: &'a Trust,
    pub(crate) inventory: Option<&'a Inventory>,
    pub(crate) expected: Option<&'a StoreName>,
    pub(crate) identity: Option<&'a Arc<Identity>>,
    pub(crate) now: OffsetDateTime,
}

impl Probed {
    /// Judges what was seen.
    pub(crate) fn new(
        errand: &Errand,
        examination: Examination,
        bench: &Bench<'_>,
    ) -> Result<Self> {
        let Bench { trust, now, .. } = *bench;
        let server_name = &errand.server_name;
        let chain = examination.served.chain();
        let judgement = judge(&chain, trust, Purpose::Server, Some(server_name), now)?;
        let identity = bench.identity.map(Arc::as_ref);
        let mut findings = examination.findings(&judgement, identity, now);
        let drift = bench
            .inventory
            .map(|inventory| {
                let certificate = &examination.served.certificate;
                Drift::of(inventory, certificate, server_name, bench.expected)
            })
            .transpose()?;
        if let Some(drift) = &drift
            && let Some(remedy) = drift.remedy()
        {
            // Whoever gives other CAs looks at servers of others, too.
            let is_expected = matches!(drift, Drift::Foreign { instead: None })
                && judgement.verdict.is_accepted();
            let finding = Finding::failure("drift", drift.what(), remedy);
            findings.push(if is_expected {
                Finding {
                    severity: Severity::Note,
                    ..finding
                }
            } else {
                finding
            });
        }
        findings.sort_by_key(|finding| finding.severity == Severity::Note);
        Ok(Self {
            examination,
            judgement,
            drift,
            findings,
            at: now,
        })
    }

    /// Whether something keeps clients away, or will.
    pub(crate) fn has_failures(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.severity == Severity::Failure)
    }

    /// Whether the server asked for a client certificate.
    pub(crate) fn asks(&self) -> bool {
        self.examination.without.shown != Shown::NotAsked
    }
}
