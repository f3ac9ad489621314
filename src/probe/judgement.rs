//! Whether a client would accept what a server sends.

use time::OffsetDateTime;

use crate::{
    inspect::verify::{
        Check, Host, Options, Purpose, Request, RevocationList, Verdict, VerifyError, rustls_says,
        verify,
    },
    x509::Certificate,
};

/// What a client knows of its own accord.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The certificates that it trusts.
    pub anchors: Vec<Certificate>,
    /// Certificates that exist besides, which a client has not: with them a chain that a server
    /// sends incomplete can be told from one of another CA.
    pub known: Vec<Certificate>,
    /// DER of revocation lists.
    pub revocation_lists: Vec<Vec<u8>>,
}

/// What a client makes of a chain.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Our own path validation.
    pub verdict: Verdict,
    /// What rustls would say: `Err` with its reason.
    pub rustls: Result<(), String>,
    /// Those of the revocation lists that rustls can be given: complete ones of the CAs of the path.
    /// It finds a list by the name of its issuer alone, and takes one for forged where two CAs of
    /// the path have the same name and two keys, as in a rollover.
    pub own_lists: Vec<Vec<u8>>,
    /// The certificates that the sender would have to send besides, so that the path is complete.
    pub missing: Vec<Certificate>,
}

/// Judges a chain, the own certificate of its sender first.
///
/// # Errors
/// An own certificate, a trusted one or a revocation list that cannot be read at all.
pub fn judge(
    chain: &[Certificate],
    trust: &Trust,
    purpose: Purpose,
    host: Option<&Host>,
    now: OffsetDateTime,
) -> Result<Judgement, VerifyError> {
    let (own, sent) = chain.split_at(chain.len().min(1));
    let own = own.first().map(Certificate::as_der).unwrap_or_default();
    let (sent_der, anchors, known) = (der(sent), der(&trust.anchors), der(&trust.known));
    let pool = slices(&sent_der);
    let anchors = slices(&anchors);
    let crls = slices(&trust.revocation_lists);
    let request = Request {
        target: own,
        pool: &pool,
        anchors: &anchors,
        crls: &crls,
        options: Options {
            purpose,
            host: host.cloned(),
            ..Options::at(now)
        },
    };
    let verdict = verify(&request)?;
    let own_lists = own_lists(&verdict, trust);
    let rustls = rustls_says(&Request {
        crls: &slices(&own_lists),
        ..request.clone()
    });
    let is_incomplete = verdict
        .failures()
        .any(|(_, finding)| finding.check == Check::IssuerMissing);
    let mut missing = Vec::new();
    if is_incomplete {
        let larger: Vec<&[u8]> = pool.iter().copied().chain(slices(&known)).collect();
        let complete = verify(&Request {
            pool: &larger,
            ..request.clone()
        })?;
        let still = complete
            .failures()
            .any(|(_, finding)| matches!(finding.check, Check::IssuerMissing | Check::Untrusted));
        if !still {
            let lacks = |der: &[u8]| der != own && !pool.contains(&der) && !anchors.contains(&der);
            missing = complete
                .path
                .iter()
                .filter(|link| lacks(&link.der))
                .filter_map(|link| Certificate::from_der(&link.der).ok())
                .collect();
        }
    }
    Ok(Judgement {
        verdict,
        rustls,
        own_lists,
        missing,
    })
}

fn own_lists(verdict: &Verdict, trust: &Trust) -> Vec<Vec<u8>> {
    let above = verdict.path.iter().skip(1);
    let issuers: Vec<Certificate> = above
        .filter_map(|link| Certificate::from_der(&link.der).ok())
        .collect();
    let is_own = |list: &&Vec<u8>| {
        let (own, other): (Vec<_>, Vec<_>) = issuers
            .iter()
            .partition(|issuer| RevocationList::of_issuer(list, issuer).is_ok());
        let is_named = |name| other.iter().any(|other| other.subject() == name);
        own.first().is_some_and(|own| !is_named(own.subject()))
    };
    trust
        .revocation_lists
        .iter()
        .filter(is_own)
        .cloned()
        .collect()
}

fn slices(list: &[Vec<u8>]) -> Vec<&[u8]> {
    list.iter().map(Vec::as_slice).collect()
}

fn der(certificates: &[Certificate]) -> Vec<Vec<u8>> {
    certificates
        .iter()
        .map(|one| one.as_der().to_vec())
        .collect()
}
