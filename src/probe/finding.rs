//! What is wrong with an endpoint, and what to do about it.

use time::{Duration, OffsetDateTime};

use super::{
    Admission, ChainRemark, Examination, Identity, Judgement, Shown, Staple, StapleError,
    StapleStatus, chain_remarks, staple::is_demanded,
};
use crate::{
    inspect::verify::{Check, Severity},
    x509::{Certificate, moment_text},
};

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A failure is something that keeps clients away, or will; a note is good to know.
    pub severity: Severity,
    /// A word for its kind: the check of path validation, or one of those below.
    pub matter: String,
    /// What is so.
    pub what: String,
    /// What to do; may be empty.
    pub remedy: String,
}

impl Finding {
    /// Something that keeps clients away.
    pub fn failure(matter: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            severity: Severity::Failure,
            matter: matter.to_owned(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// Something good to know.
    pub fn note(matter: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::failure(matter, what, remedy)
        }
    }
}

/// As the days left are shown in another colour.
const SOON: Duration = Duration::days(30);
/// What the clock of a responder may be ahead, as `openssl ocsp` has it.
const CLOCKS_DIFFER: Duration = Duration::minutes(5);

impl Examination {
    /// What is wrong, as a client sees it that judges the server in this way.
    pub fn findings(
        &self,
        judgement: &Judgement,
        identity: Option<&Identity>,
        now: OffsetDateTime,
    ) -> Vec<Finding> {
        let chain = self.served.chain();
        let mut findings = judgement.findings("server");
        findings.extend(chain_findings(&chain));
        let left = self.served.certificate.not_after() - now;
        if !left.is_negative() && left < SOON {
            findings.push(Finding::note(
                "expires-soon",
                format!("the certificate ends in {} days", left.whole_days()),
                "renew it, and have the server read it again: certmint renew NAME --reload COMMAND",
            ));
        }
        findings.extend(self.staple_finding(judgement, now));
        findings.extend(entry_finding(&self.without, identity.is_some()));
        if let (Some(with), Some(identity)) = (&self.with, identity) {
            findings.extend(self.client_findings(with, identity));
        }
        findings
    }

    /// The stapled OCSP response, if there is one.
    pub fn staple(
        &self,
        judgement: &Judgement,
        now: OffsetDateTime,
    ) -> Option<Result<Staple, StapleError>> {
        let der = self.served.staple.as_ref()?;
        let issuer = judgement
            .verdict
            .path
            .get(1)
            .and_then(|link| Certificate::from_der(&link.der).ok());
        let certificate = &self.served.certificate;
        Some(Staple::read(der, certificate, issuer.as_ref(), now))
    }

    fn staple_finding(&self, judgement: &Judgement, now: OffsetDateTime) -> Option<Finding> {
        const FETCH: &str = "have the server fetch a new response from its responder";
        let failure = |what: String, remedy| Some(Finding::failure("ocsp-staple", what, remedy));
        let Some(staple) = self.staple(judgement, now) else {
            return is_demanded(&self.served.certificate).then(|| {
                Finding::failure(
                    "ocsp-staple",
                    "the certificate demands a stapled OCSP response (tlsfeature), and there is none",
                    "turn stapling on (nginx: ssl_stapling on; Apache: SSLUseStapling on), or issue \
                     the certificate without the extension",
                )
            });
        };
        let staple = match staple {
            Ok(staple) => staple,
            Err(error @ StapleError::NoAnswer(_)) => {
                return Some(Finding::note(
                    "ocsp-staple",
                    format!("the stapled OCSP response says nothing: {error}"),
                    FETCH,
                ));
            }
            Err(error) => {
                return failure(
                    format!("the stapled OCSP response is no good: {error}"),
                    FETCH,
                );
            }
        };
        match staple.status {
            StapleStatus::Revoked { at, .. } => {
                return failure(
                    format!(
                        "by the stapled OCSP response the certificate is revoked since {}",
                        at.date()
                    ),
                    "issue another certificate and install it",
                );
            }
            StapleStatus::Unknown => {
                return failure(
                    "by the stapled OCSP response the responder does not know the certificate"
                        .to_owned(),
                    "ask the responder of the CA that signed the certificate",
                );
            }
            StapleStatus::Good => {}
        }
        if staple.authentic == Some(false) {
            return failure(
                "the stapled OCSP response is not signed by the certificate's issuer, nor by a \
                 responder that it authorised and whose certificate is in force"
                    .to_owned(),
                "let the CA's own responder answer",
            );
        }
        if staple.this_update > now + CLOCKS_DIFFER {
            return failure(
                format!(
                    "the stapled OCSP response begins only at {}",
                    moment_text(staple.this_update)
                ),
                "set the clock of the responder, or that of this machine, right",
            );
        }
        let next = staple.next_update.filter(|next| *next < now)?;
        failure(
            format!("the stapled OCSP response ended on {}", next.date()),
            FETCH,
        )
    }

    /// How the client's certificate fares.
    fn client_findings(&self, with: &Admission, identity: &Identity) -> Vec<Finding> {
        let mut findings: Vec<Finding> = entry_finding(with, true).into_iter().collect();
        let Some(asked) = &self.served.asked else {
            findings.push(Finding::failure(
                "client-not-asked",
                "the server does not ask for a client certificate, so it lets everybody in or \
                 another layer has to ask",
                "turn it on: nginx: ssl_verify_client on; Apache: SSLVerifyClient require; HAProxy: \
                 verify required; a load balancer that ends TLS has to ask itself",
            ));
            return findings;
        };
        let names = &asked.authorities;
        let chain = identity.chain();
        let is_named = chain.iter().any(|one| names.contains(one.issuer()));
        if !names.is_empty() && !is_named {
            let issuer = chain
                .first()
                .map(|one| one.issuer().openssl_oneline())
                .unwrap_or_default();
            findings.push(Finding::note(
                "client-ca-not-named",
                format!(
                    "the server names the CAs of its clients, and {issuer} is not among them: \
                     browsers offer no certificate then"
                ),
                "add the CA to the file of client CAs at the server",
            ));
        }
        findings
    }
}

impl Judgement {
    /// What path validation found, `sender` being who sends the chain: `server` or `client`.
    pub fn findings(&self, sender: &str) -> Vec<Finding> {
        let missing: Vec<String> = self
            .missing
            .iter()
            .map(|one| one.subject().openssl_oneline())
            .collect();
        let mut findings = Vec::new();
        let links = self.verdict.path.iter();
        let all = links
            .flat_map(|link| &link.findings)
            .chain(&self.verdict.remarks);
        for finding in all {
            if finding.check == Check::IssuerMissing && !missing.is_empty() {
                findings.push(Finding::failure(
                    "intermediate-missing",
                    format!(
                        "the {sender} does not send the intermediate {}, which the other side does \
                         not have",
                        missing.join(", ")
                    ),
                    format!("let the {sender} send NAME.fullchain.crt instead of NAME.crt"),
                ));
                continue;
            }
            findings.push(Finding {
                severity: finding.severity,
                matter: finding.check.as_str().to_owned(),
                what: finding.what.clone(),
                remedy: finding.remedy.clone(),
            });
        }
        findings
    }
}

/// What is wrong with the order and choice of what is sent.
pub fn chain_findings(chain: &[Certificate]) -> Vec<Finding> {
    chain_remarks(chain)
        .into_iter()
        .filter_map(|remark| chain_finding(remark, chain))
        .collect()
}

fn chain_finding(remark: ChainRemark, chain: &[Certificate]) -> Option<Finding> {
    let title = |position: usize| {
        let one = chain.get(position.checked_sub(1)?)?;
        Some(one.subject().openssl_oneline())
    };
    const FULL_CHAIN: &str = "send NAME.fullchain.crt as it is";
    Some(match remark {
        ChainRemark::OutOfOrder(position) => Finding::failure(
            "chain-order",
            format!(
                "certificate {position} of the chain, {}, did not sign the one before it: the order \
                 is wrong, and some clients refuse that",
                title(position)?
            ),
            FULL_CHAIN,
        ),
        ChainRemark::Root(position) => Finding::note(
            "root-sent",
            format!(
                "certificate {position} of the chain, {}, is a root: clients have it already, and \
                 sending it only costs time",
                title(position)?
            ),
            FULL_CHAIN,
        ),
        ChainRemark::Again(position) => Finding::note(
            "chain-doubled",
            format!(
                "certificate {position} of the chain, {}, is sent twice",
                title(position)?
            ),
            FULL_CHAIN,
        ),
        ChainRemark::Unrelated(position) => Finding::note(
            "chain-unrelated",
            format!(
                "certificate {position} of the chain, {}, signed none of the others",
                title(position)?
            ),
            FULL_CHAIN,
        ),
    })
}

/// What became of one client. `has_other` is whether another one comes with a certificate, so that
/// it is no surprise when this one is kept out.
fn entry_finding(entry: &Admission, has_other: bool) -> Option<Finding> {
    let kept_out = matches!(entry.shown, Shown::Nothing);
    if let Some(refusal) = &entry.refusal {
        let what = format!(
            "the server refuses a client {} certificate with {refusal}: {}",
            if entry.shown == Shown::Certificate {
                "with this"
            } else {
                "without a"
            },
            refusal.meaning(entry.shown)
        );
        if kept_out && has_other {
            return None;
        }
        let matter = "refused";
        return Some(if kept_out {
            Finding::note(matter, what, refusal.remedy(entry.shown))
        } else {
            Finding::failure(matter, what, refusal.remedy(entry.shown))
        });
    }
    let status = entry.http.as_ref()?;
    if status.code < 400 {
        return kept_out.then(|| {
            Finding::note(
                "client-optional",
                format!(
                    "the server asks for a client certificate, and answers {} to one without",
                    status.code
                ),
                "demand it if nobody is to get in without: nginx: ssl_verify_client on",
            )
        });
    }
    let what = format!("the server answers {} {}", status.code, status.reason);
    match (status.code, entry.shown) {
        (400 | 401 | 403 | 495 | 496, Shown::Nothing) if has_other => None,
        (400 | 401 | 403 | 495 | 496, Shown::Nothing) => Some(Finding::note(
            "http-status",
            format!("{what} to a client without a certificate, for which it asked"),
            "show one: --client NAME, or --client-cert F and --client-key F",
        )),
        (400 | 401 | 403 | 495 | 496, Shown::Certificate) => Some(Finding::failure(
            "http-status",
            format!("{what} to a client with this certificate: it does not take it"),
            "read the server's log, and try the same files with certmint rehearse",
        )),
        _ => Some(Finding::failure(
            "http-status",
            what,
            "ask for a path that the server has, with --http PATH, or look at its log",
        )),
    }
}
