//! The whole rehearsal: what each side makes of the other, and what happens when they meet.

use time::OffsetDateTime;

use super::{
    Outcome, Party, RehearsalError, Side, Trial,
    trial::{Belief, Meeting},
};
use crate::{
    inspect::verify::{Host, Purpose, Severity},
    probe::{Finding, Judgement, ProtocolVersion, Trust, chain_findings, judge},
};

/// Who meets whom, and what each trusts.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The server.
    pub server: &'a Party,
    /// The client; where there is none the server asks for no certificate.
    pub client: Option<&'a Party>,
    /// What the client judges the server by.
    pub client_trust: &'a Trust,
    /// What the server judges the client by.
    pub server_trust: &'a Trust,
    /// The name that the client connects to.
    pub host: &'a Host,
    /// The moment.
    pub now: OffsetDateTime,
}

/// What one side's certificate is worth to the other.
#[derive(Debug)]
pub struct Opinion {
    /// Whose certificate it is.
    pub of: Side,
    /// Our own path validation, and rustls's alone.
    pub judgement: Judgement,
    /// What is wrong, and what is good to know.
    pub findings: Vec<Finding>,
}

/// What came of a rehearsal.
#[derive(Debug)]
pub struct Rehearsal {
    /// What the client makes of the server.
    pub server: Opinion,
    /// What the server makes of the client.
    pub client: Option<Opinion>,
    /// The handshakes; none where a side cannot start.
    pub trials: Vec<Trial>,
    /// Where the handshakes and our own opinion differ, in words.
    pub disagreements: Vec<String>,
}

impl Opinion {
    /// Whether something keeps the other side from taking it.
    pub fn is_refused(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.severity == Severity::Failure)
    }
}

impl Rehearsal {
    /// Whether either side refuses, by our own opinion or in a handshake.
    pub fn is_refused(&self) -> bool {
        let trials = self.trials.iter();
        self.server.is_refused()
            || self.client.as_ref().is_some_and(Opinion::is_refused)
            || trials
                .into_iter()
                .any(|trial| trial.outcome != Outcome::Agreed)
    }
}

/// Rehearses.
///
/// # Errors
/// A side without a certificate, certificates or lists that cannot be judged at all, and a loopback
/// device that does not work.
pub fn rehearse(scene: &Scene<'_>) -> Result<Rehearsal, RehearsalError> {
    let mut server = opinion(
        Side::Server,
        scene.server,
        scene.client_trust,
        Some(scene.host),
        scene.now,
    )?;
    let mut client = scene
        .client
        .map(|client| opinion(Side::Client, client, scene.server_trust, None, scene.now))
        .transpose()?;
    let server_identity = scene.server.identity(Side::Server);
    let client_identity = scene.client.map(|client| client.identity(Side::Client));
    let mut trials = Vec::new();
    if let (Ok(own), None | Some(Ok(_))) = (
        &server_identity,
        client_identity.as_ref().map(Result::as_ref),
    ) {
        let meeting = Meeting {
            server: own,
            client: client_identity
                .as_ref()
                .and_then(|identity| identity.as_deref().ok()),
            client_trust: Belief {
                anchors: &scene.client_trust.anchors,
                revocation_lists: &server.judgement.own_lists,
            },
            server_trust: client.as_ref().map(|client| Belief {
                anchors: &scene.server_trust.anchors,
                revocation_lists: &client.judgement.own_lists,
            }),
            host: scene.host,
            now: scene.now,
        };
        for version in ProtocolVersion::ALL {
            trials.push(meeting.hold(version)?);
        }
    }
    server.findings.extend(server_identity.err());
    if let (Some(client), Some(Err(finding))) = (&mut client, client_identity) {
        client.findings.push(finding);
    }
    for opinion in std::iter::once(&mut server).chain(&mut client) {
        opinion
            .findings
            .sort_by_key(|finding| finding.severity == Severity::Note);
    }
    let disagreements = trials
        .iter()
        .filter_map(|trial| disagreement(trial, &server, client.as_ref()))
        .collect();
    Ok(Rehearsal {
        server,
        client,
        trials,
        disagreements,
    })
}

fn opinion(
    of: Side,
    party: &Party,
    trust: &Trust,
    host: Option<&Host>,
    now: OffsetDateTime,
) -> Result<Opinion, RehearsalError> {
    if party.chain.is_empty() {
        return Err(RehearsalError::NoCertificate(of));
    }
    let purpose = match of {
        Side::Server => Purpose::Server,
        Side::Client => Purpose::Client,
    };
    let judgement = judge(&party.chain, trust, purpose, host, now)
        .map_err(|fault| RehearsalError::Unjudged { side: of, fault })?;
    let mut findings = judgement.findings(match of {
        Side::Server => "server",
        Side::Client => "client",
    });
    findings.extend(chain_findings(&party.chain));
    Ok(Opinion {
        of,
        judgement,
        findings,
    })
}

/// Where a handshake ended otherwise than our own opinion says. The client judges first: what the
/// server thinks of the client is not heard when that says no.
fn disagreement(trial: &Trial, server: &Opinion, client: Option<&Opinion>) -> Option<String> {
    let refuses = |opinion: &Opinion| !opinion.judgement.verdict.is_accepted();
    let expected = if refuses(server) {
        Some(Side::Client)
    } else if client.is_some_and(refuses) {
        Some(Side::Server)
    } else {
        None
    };
    let version = trial.version;
    let found = match &trial.outcome {
        Outcome::Agreed => None,
        Outcome::Refused { by, .. } => Some(*by),
        Outcome::Failed(reason) => {
            return Some(format!("{version}: the handshake failed: {reason}"));
        }
    };
    match (expected, found) {
        _ if expected == found => None,
        (Some(by), None) => Some(format!(
            "{version}: rustls accepts, and by our own path validation the {by} should refuse: other \
             implementations are as strict"
        )),
        (None, Some(by)) => Some(format!(
            "{version}: rustls at the {by} refuses, and our own path validation accepts: other \
             implementations may be less strict"
        )),
        (Some(expected), Some(found)) => Some(format!(
            "{version}: rustls at the {found} refuses, and by our own path validation the {expected} \
             should"
        )),
        (None, None) => None,
    }
}
