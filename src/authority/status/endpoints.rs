//! What live endpoints show, compared with what they should.

use std::time::Duration;

use time::OffsetDateTime;

use super::Status;
use super::finding::{About, Finding, Matter};
use crate::authority::{AuthorityError, Drift, SeenAt, trust};
use crate::inspect::verify::{Host, Purpose, Severity};
use crate::probe::{
    Approach, Endpoint, ProbeError, Served, Trust, approached, chain_findings, in_parallel, judge,
};
use crate::store::{Inventory, Row, Shelf, StoreName};
use crate::x509::Certificate;

/// An endpoint that should show a certificate of this PKI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// What the certificate is called.
    pub name: StoreName,
    /// Where it should be seen.
    pub endpoint: Endpoint,
    /// The name to ask for; where there is none, the endpoint's host if the certificate names it,
    /// else the first host name of the certificate.
    pub server_name: Option<Host>,
}

impl Status {
    /// Looks at endpoints, and adds what is wrong with them. What is not made yet is not looked for.
    /// Each connection may take `timeout`.
    ///
    /// # Errors
    /// An inventory that cannot be read, or that holds what is no certificate. That an endpoint
    /// cannot be reached is no error but a finding.
    pub fn look(
        &mut self,
        inventory: &Inventory,
        watched: &[Watched],
        timeout: Duration,
    ) -> Result<(), AuthorityError> {
        let mut wanted = Vec::new();
        for one in watched {
            let Some(row) = inventory.current(Shelf::Certificates, &one.name)? else {
                continue;
            };
            let der = inventory.certificate_der(row.id)?.unwrap_or_default();
            let seen_at = match &one.server_name {
                Some(server_name) => SeenAt {
                    endpoint: one.endpoint.clone(),
                    server_name: server_name.clone(),
                },
                None => SeenAt::of(one.endpoint.clone(), &Certificate::from_der(&der)?),
            };
            wanted.push((one.name.clone(), row, seen_at));
        }
        let trust = trust(inventory, self.at)?;
        for (name, row, seen_at, seen) in in_parallel(wanted, |(name, row, seen_at)| {
            let approach = Approach::new(seen_at.server_name.clone(), timeout);
            let seen = approached(&seen_at.endpoint, &approach);
            (name, row, seen_at, seen)
        }) {
            let now = self.at;
            self.findings.extend(match seen {
                Err(error) => vec![unreachable(&row, &error)],
                Ok(served) => {
                    let expected = Expected {
                        name: &name,
                        row: &row,
                        seen_at: &seen_at,
                    };
                    expected.findings(inventory, &trust, &served, now)?
                }
            });
        }
        // Stable, as in the beginning.
        self.findings
            .sort_by_key(|finding| (finding.severity(), finding.matter));
        Ok(())
    }
}

struct Expected<'a> {
    name: &'a StoreName,
    row: &'a Row,
    seen_at: &'a SeenAt,
}

impl Expected<'_> {
    fn findings(
        &self,
        inventory: &Inventory,
        trust: &Trust,
        served: &Served,
        now: OffsetDateTime,
    ) -> Result<Vec<Finding>, AuthorityError> {
        let SeenAt {
            endpoint,
            server_name,
        } = self.seen_at;
        let mut findings = Vec::new();
        let drift = Drift::of(inventory, &served.certificate, server_name, Some(self.name))?;
        if let Some(remedy) = drift.remedy() {
            findings.push(Finding {
                matter: Matter::EndpointDrift,
                about: About::row(self.row),
                what: format!("at {endpoint} {}", drift.what()),
                remedy,
            });
        }
        let chain = served.chain();
        let mut refusals = match judge(&chain, trust, Purpose::Server, Some(server_name), now) {
            Ok(judgement) => judgement.findings("server"),
            // Nothing of this can be shown by who has made a handshake with it.
            Err(_) => Vec::new(),
        };
        refusals.extend(chain_findings(&chain));
        let first = refusals
            .into_iter()
            .find(|finding| finding.severity == Severity::Failure);
        if let Some(refusal) = first {
            findings.push(Finding {
                matter: Matter::EndpointRefused,
                about: About::row(self.row),
                what: format!("clients refuse {endpoint}: {}", refusal.what),
                remedy: refusal.remedy,
            });
        }
        Ok(findings)
    }
}

fn unreachable(row: &Row, error: &ProbeError) -> Finding {
    Finding {
        matter: Matter::EndpointUnreachable,
        about: About::row(row),
        what: format!("cannot be seen at {error}"),
        remedy: error
            .hint()
            .unwrap_or_else(|| "look at the server's log".to_owned()),
    }
}
