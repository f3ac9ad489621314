//! What the targets of a certificate refuse: of a wish when it is read, and of the certificate when
//! it is made.

use time::OffsetDateTime;

use super::certificate::DesiredCertificate;
use crate::{
    acceptance::{Case, Destination, Encoding, Finding, Use, Wish, find, judge, judge_wish},
    authority::{AuthorityError, Waiting},
    key::{Curve, KeyAlgorithm, KeySpec},
    profile::LeafKind,
    store::{Inventory, chain_above, sent_chain},
    target::Library,
    x509::Certificate,
};

/// Whose rules hold for a target: those that its definition names, or those of its own name; none
/// for a target of the user's own that names nobody.
fn destination(library: &Library, target: &str) -> Option<&'static Destination> {
    let named = library.target(target).ok().and_then(|found| found.accepts);
    find(named.as_deref().unwrap_or(target)).ok()
}

/// Why a target would not take what is wanted, whatever certificate is made of it: the target, the
/// rule's finding.
pub(super) fn wishes_refused(
    wanted: &DesiredCertificate,
    authority_key: Option<KeySpec>,
) -> Vec<(String, Finding)> {
    let library = Library::new(None);
    let key = algorithm(wanted.key);
    let authority_key = authority_key.map(algorithm);
    let wish = Wish {
        key: &key,
        authority_key: authority_key.as_ref(),
    };
    wanted
        .targets
        .iter()
        .filter_map(|target| Some((target, destination(&library, target)?)))
        .flat_map(|(target, destination)| {
            let findings = judge_wish(&[destination], &wish);
            findings
                .into_iter()
                .map(|finding| (target.clone(), finding))
        })
        .collect()
}

/// Why the targets of a published certificate would not take it, in one line; `None` where they do.
/// It takes the place of what its servers show now.
///
/// # Errors
/// What the inventory refuses.
pub fn refused(
    inventory: &Inventory,
    library: &Library,
    wanted: &DesiredCertificate,
    one: &Waiting,
    now: OffsetDateTime,
) -> Result<Option<String>, AuthorityError> {
    let destinations: Vec<(&String, &'static Destination)> = wanted
        .targets
        .iter()
        .filter_map(|target| Some((target, destination(library, target)?)))
        .collect();
    // Where the chain alone is new, the certificate is there already.
    if destinations.is_empty() || one.activation.is_of_chain() {
        return Ok(None);
    }
    let before = match one.activation.replaces {
        Some(id) => inventory.certificate_der(id)?,
        None => None,
    };
    let replaces = before.map(|der| Certificate::from_der(&der)).transpose()?;
    let above = chain_above(inventory, &one.certificate)?;
    let file: Vec<Certificate> = std::iter::once(one.certificate.clone())
        .chain(sent_chain(&above))
        .collect();
    let case = Case {
        certificate: &one.certificate,
        file: &file,
        encoding: Encoding::Pem,
        above: &above,
        key: None,
        replaces: replaces.as_ref(),
        purpose: match wanted.kind {
            LeafKind::Server => Use::Server,
            LeafKind::Client => Use::Client,
            LeafKind::Peer => Use::Peer,
        },
        hosts: &[],
        now,
    };
    let mut lines = Vec::new();
    for (target, destination) in destinations {
        let findings = judge(&[destination], &case);
        for finding in findings.iter().filter(|finding| finding.refuses()) {
            lines.push(line(target, finding));
        }
    }
    Ok((!lines.is_empty()).then(|| lines.join("; ")))
}

/// Target, rule, source and remedy.
fn line(target: &str, finding: &Finding) -> String {
    format!(
        "{target} refuses it: {} ({}; {}): {}",
        finding.what(),
        finding.rule().id(),
        finding.rule().source(),
        finding.remedy()
    )
}

/// The algorithm that a kind of key has.
fn algorithm(spec: KeySpec) -> KeyAlgorithm {
    match spec {
        KeySpec::Rsa2048 => KeyAlgorithm::Rsa { bits: 2048 },
        KeySpec::Rsa3072 => KeyAlgorithm::Rsa { bits: 3072 },
        KeySpec::Rsa4096 => KeyAlgorithm::Rsa { bits: 4096 },
        KeySpec::P256 => KeyAlgorithm::Ec(Curve::P256),
        KeySpec::P384 => KeyAlgorithm::Ec(Curve::P384),
        KeySpec::P521 => KeyAlgorithm::Ec(Curve::P521),
        KeySpec::Ed25519 => KeyAlgorithm::Ed25519,
    }
}

/// The target or destination that a word most likely means, where none is called so. A name that
/// only goes on behind a known one, such as `nginx-internal`, is the user's own.
pub(super) fn meant(word: &str) -> Option<String> {
    let mut known: Vec<String> = Library::new(None).names().unwrap_or_default();
    known.extend(
        crate::acceptance::DESTINATIONS
            .iter()
            .map(|one| one.name().to_owned()),
    );
    if known.iter().any(|one| word.starts_with(one.as_str())) {
        return None;
    }
    crate::formats::nearest(word, known.iter().map(String::as_str)).map(str::to_owned)
}
