//! RFC 5280 §6.1 over one path, from the trust anchor down, without stopping at a failure.

use std::rc::Rc;

use crate::key::{Weakness, key_weakness};

use super::anchor::{judge_anchor, strict_notes};
use super::building::{End, Errand, Judged, Validator};
use super::certificate::{KeyUsageBits, PathCertificate};
use super::constraints::{ImposedConstraints, violations};
use super::finding::{Check, Finding, LinkReport, Role};
use super::name_text::{moment_text, name_text};
use super::policy::{PolicyState, Position};
use super::pool::Place;
use super::request::{PolicyInputs, WeakAlgorithms};

/// The state variables of RFC 5280 §6.1.2.
struct State {
    imposed: Vec<ImposedConstraints>,
    policy: PolicyState,
    /// The certificates below one without a policy have none either; said once.
    has_failed_policy: bool,
    /// max_path_length, and the CA that set it; `None` before any CA set one.
    path_length: Option<(u32, String)>,
}

impl State {
    fn fail_policy(&mut self, link: &mut LinkReport) {
        if !std::mem::replace(&mut self.has_failed_policy, true) {
            link.findings.push(Finding::failure(
                Check::Policy,
                "RFC 5280 §6.1.3 (f), §6.1.5 (g)",
                "an explicit certificate policy is required and from here on none is left that all certificates share",
                "have the path issued under one policy, or ask for a policy that it has",
            ));
        }
    }
}

impl<'a> Validator<'a> {
    /// Judges a path, the target first.
    pub(super) fn judge_path(&mut self, path: &[Place], end: End, errand: Errand) -> Judged {
        let pool = Rc::clone(&self.pool);
        let has_anchor_above = end == End::Anchor && path.len() > 1;
        let below_anchor = if has_anchor_above {
            path.len() - 1
        } else {
            path.len()
        };
        let inputs = match errand {
            Errand::Target => self.options.policies.clone(),
            Errand::CrlIssuer { .. } => PolicyInputs::default(),
        };
        let mut state = State {
            imposed: Vec::new(),
            policy: PolicyState::initial(&inputs, below_anchor),
            has_failed_policy: false,
            path_length: None,
        };
        let mut links: Vec<LinkReport> = Vec::with_capacity(path.len());
        let anchor = path.last().copied().filter(|_| end == End::Anchor);
        if has_anchor_above && let Some(certificate) = anchor.and_then(|anchor| pool.get(anchor)) {
            links.push(self.judge_anchor_link(certificate, errand, &mut state));
        }
        let mut policies = Vec::new();
        for (depth, place) in path.iter().enumerate().take(below_anchor).rev() {
            let Some(certificate) = pool.get(*place) else {
                continue;
            };
            let position = Position {
                is_final: depth == 0,
                is_self_issued: certificate.is_self_issued(),
            };
            let role = if position.is_final {
                Role::Leaf
            } else {
                Role::Intermediate
            };
            let mut link = link_report(certificate, role);
            let above = path.get(depth + 1..).unwrap_or_default();
            self.judge_origin(&mut link, *place, certificate, above, end);
            self.judge_dates(&mut link, certificate);
            if end == End::Anchor && !above.is_empty() {
                link.findings
                    .extend(self.judge_revocation(*place, above, anchor));
            }
            self.judge_names(&mut link, certificate, position, &state.imposed);
            judge_extensions(&mut link, certificate);
            if state
                .policy
                .take_policies(&certificate.policy, position)
                .is_err()
            {
                state.fail_policy(&mut link);
            }
            self.judge_key(&mut link, certificate);
            if position.is_final {
                match state.policy.finish(&certificate.policy, &inputs) {
                    Ok(granted) => policies = granted,
                    Err(()) => state.fail_policy(&mut link),
                }
                if errand == Errand::Target {
                    self.judge_use(&mut link, certificate);
                }
                link.findings.extend(strict_notes(certificate, role));
                links.push(link);
                break;
            }
            self.judge_as_ca(&mut link, certificate, errand, position, &mut state);
            link.findings.extend(strict_notes(certificate, role));
            links.push(link);
        }
        links.reverse();
        Judged {
            links,
            policies,
            end,
        }
    }

    fn judge_anchor_link(
        &self,
        anchor: &PathCertificate<'a>,
        errand: Errand,
        state: &mut State,
    ) -> LinkReport {
        let mut link = link_report(anchor, Role::TrustAnchor);
        self.judge_dates(&mut link, anchor);
        judge_extensions(&mut link, anchor);
        self.judge_key(&mut link, anchor);
        link.findings.extend(judge_anchor(anchor));
        if errand == Errand::Target {
            link.findings.extend(self.options.purpose.judge_ca(anchor));
        }
        link.findings
            .extend(strict_notes(anchor, Role::TrustAnchor));
        impose(state, anchor, &link.subject);
        link
    }

    /// §6.1.3 (a) (2).
    fn judge_dates(&self, link: &mut LinkReport, certificate: &PathCertificate<'_>) {
        const RULE: &str = "RFC 5280 §6.1.3 (a)(2)";
        const ANCHOR_RULE: &str =
            "RFC 5280 §6.1.3 (a)(2), as TLS clients apply it to trust anchors";
        let rule = if link.role == Role::TrustAnchor {
            ANCHOR_RULE
        } else {
            RULE
        };
        let now = self.options.now;
        if now < certificate.not_before {
            link.findings.push(Finding::failure(
                Check::NotYetValid,
                rule,
                format!("not valid before {}", moment_text(certificate.not_before)),
                "wait until then, or set the clock if it is wrong",
            ));
        }
        if now > certificate.not_after {
            let remedy = match link.role {
                Role::Leaf => "renew it",
                Role::Intermediate => "renew the CA and send the new CA certificate",
                Role::TrustAnchor => "make a new root and distribute it",
            };
            link.findings.push(Finding::failure(
                Check::Expired,
                rule,
                format!("expired at {}", moment_text(certificate.not_after)),
                remedy,
            ));
        }
    }

    /// §6.1.3 (b), (c).
    fn judge_names(
        &mut self,
        link: &mut LinkReport,
        certificate: &PathCertificate<'_>,
        position: Position,
        imposed: &[ImposedConstraints],
    ) {
        if position.is_self_issued && !position.is_final {
            return;
        }
        for sentence in violations(certificate, imposed, &mut self.comparisons_left) {
            link.findings.push(Finding::failure(
                Check::NameConstraints,
                "RFC 5280 §6.1.3 (b), (c)",
                sentence,
                "use a name that the CA may issue for, or another CA",
            ));
        }
    }

    fn judge_key(&self, link: &mut LinkReport, certificate: &PathCertificate<'_>) {
        if let Some(Weakness::RsaKey { bits }) = key_weakness(certificate.public_key) {
            link.findings.push(self.weak(
                &format!("its RSA key has {bits} bits, fewer than the 2048 that clients ask for"),
                "make a new key and have it certified",
            ));
        }
    }

    pub(super) fn weak(&self, what: &str, remedy: &str) -> Finding {
        const RULE: &str = "NIST SP 800-131A, as TLS clients apply it";
        match self.options.weak_algorithms {
            WeakAlgorithms::Refused => Finding::failure(Check::WeakAlgorithm, RULE, what, remedy),
            WeakAlgorithms::Noted => Finding::note(Check::WeakAlgorithm, RULE, what, remedy),
        }
    }

    /// §6.1.4: what a certificate must be to stand above another one.
    fn judge_as_ca(
        &self,
        link: &mut LinkReport,
        certificate: &PathCertificate<'_>,
        errand: Errand,
        position: Position,
        state: &mut State,
    ) {
        if state
            .policy
            .prepare_for_next(&certificate.policy, position)
            .is_err()
        {
            link.findings.push(Finding::failure(
                Check::Policy,
                "RFC 5280 §6.1.4 (a)",
                "it maps a certificate policy to or from anyPolicy",
                "have the CA certificate issued again without that mapping",
            ));
        }
        if certificate.version < 3 {
            link.findings.push(Finding::failure(
                Check::NotCa,
                "RFC 5280 §6.1.4 (k)",
                format!(
                    "a version {} certificate cannot be a CA's",
                    certificate.version
                ),
                "have it issued again as a CA certificate (certmint ca intermediate)",
            ));
        } else if !certificate.is_ca() {
            let what = match certificate.basic_constraints {
                Some(_) => "it is no CA (basicConstraints CA:FALSE) but signed the one below",
                None => {
                    "it does not say that it is a CA (no basicConstraints) but signed the one below"
                }
            };
            link.findings.push(Finding::failure(
                Check::NotCa,
                "RFC 5280 §6.1.4 (k)",
                what,
                "have the certificate below issued by a CA",
            ));
        }
        if !position.is_self_issued
            && let Some((left, by)) = &mut state.path_length
        {
            match left.checked_sub(1) {
                Some(less) => *left = less,
                None => link.findings.push(Finding::failure(
                    Check::PathLength,
                    "RFC 5280 §6.1.4 (l)",
                    format!("one CA too many: the path length constraint of {by} is used up"),
                    "issue from a CA higher up, or have that CA issued again with a larger path length",
                )),
            }
        }
        if certificate
            .key_usage
            .is_some_and(|usage| !usage.intersects(KeyUsageBits::KEY_CERT_SIGN))
        {
            link.findings.push(Finding::failure(
                Check::KeyUsage,
                "RFC 5280 §6.1.4 (n)",
                "its keyUsage lacks keyCertSign but it signed the certificate below",
                "have the CA certificate issued again with keyCertSign (certmint ca intermediate)",
            ));
        }
        if errand == Errand::Target {
            link.findings
                .extend(self.options.purpose.judge_ca(certificate));
        }
        let subject = link.subject.clone();
        impose(state, certificate, &subject);
    }

    fn judge_use(&self, link: &mut LinkReport, certificate: &PathCertificate<'_>) {
        link.findings
            .extend(self.options.purpose.judge_leaf(certificate));
        if let Some(host) = &self.options.host {
            link.findings.extend(host.judge(certificate));
        }
    }
}

/// §6.1.4 (g), (m): what a CA demands of those below it.
fn impose(state: &mut State, ca: &PathCertificate<'_>, subject: &str) {
    if let Some(constraints) = &ca.name_constraints {
        state.imposed.push(ImposedConstraints {
            ca: subject.to_owned(),
            constraints: constraints.clone(),
        });
    }
    let own = ca
        .basic_constraints
        .filter(|constraints| constraints.is_ca)
        .and_then(|constraints| constraints.path_length);
    if let Some(length) = own
        && state
            .path_length
            .as_ref()
            .is_none_or(|(left, _)| length < *left)
    {
        state.path_length = Some((length, subject.to_owned()));
    }
}

/// §6.1.4 (o), §6.1.5 (e): critical extensions, and those that cannot be read.
fn judge_extensions(link: &mut LinkReport, certificate: &PathCertificate<'_>) {
    for oid in &certificate.unknown_critical {
        link.findings.push(Finding::failure(
            Check::CriticalExtension,
            "RFC 5280 §6.1.4 (o), §6.1.5 (e)",
            format!("it has a critical extension that is not understood ({oid})"),
            "issue it again without that extension, or not critical",
        ));
    }
    for what in &certificate.malformed {
        link.findings.push(Finding::failure(
            Check::Encoding,
            "RFC 5280 §4.2",
            what.clone(),
            "issue it again; what is in it cannot be judged",
        ));
    }
}

fn link_report(certificate: &PathCertificate<'_>, role: Role) -> LinkReport {
    LinkReport {
        role,
        subject: name_text(certificate.subject_der),
        issuer: name_text(certificate.issuer_der),
        serial: certificate.serial_text(),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        der: certificate.der.to_vec(),
        findings: Vec::new(),
    }
}
