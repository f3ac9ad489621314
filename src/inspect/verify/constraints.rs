//! Name constraints (RFC 5280 §4.2.1.10): which names may stand below a CA.

use std::fmt::Write as _;

use crate::x509::{escape_control, read_element};

use super::certificate::PathCertificate;
use super::general_name::{GeneralName, NameKind, read_general_name};
use super::name_text::name_text;

/// The nameConstraints of one CA.
#[derive(Debug, Clone, Default)]
pub(super) struct NameConstraints {
    permitted: Vec<GeneralName>,
    excluded: Vec<GeneralName>,
}

/// One CA's constraints, with the CA's name for messages.
#[derive(Debug, Clone)]
pub(super) struct ImposedConstraints {
    pub(super) ca: String,
    pub(super) constraints: NameConstraints,
}

/// Subtrees in one extension; more is taken for an attack.
const MOST_SUBTREES: usize = 10_000;

impl NameConstraints {
    /// Reads the extension's value; `None` when it cannot be read, has a `minimum` or `maximum`
    /// (RFC 5280 leaves them unused) or an address range that is none.
    pub(super) fn read(value: &[u8]) -> Option<Self> {
        let sequence = read_element(value).filter(|e| e.tag == 0x30 && e.rest.is_empty())?;
        let mut constraints = Self::default();
        let mut rest = sequence.content;
        while !rest.is_empty() {
            let field = read_element(rest)?;
            match field.tag {
                0xa0 if constraints.permitted.is_empty() => {
                    constraints.permitted = read_subtrees(field.content)?;
                }
                0xa1 if constraints.excluded.is_empty() => {
                    constraints.excluded = read_subtrees(field.content)?;
                }
                _ => return None,
            }
            rest = field.rest;
        }
        Some(constraints)
    }
}

fn read_subtrees(mut content: &[u8]) -> Option<Vec<GeneralName>> {
    let mut subtrees = Vec::new();
    while !content.is_empty() {
        let subtree = read_element(content).filter(|e| e.tag == 0x30)?;
        let (base, rest) = read_general_name(subtree.content)?;
        // minimum DEFAULT 0 may be spelled out; nothing else may follow.
        if !(rest.is_empty() || rest == [0x80, 0x01, 0x00]) {
            return None;
        }
        let is_sound = match &base {
            GeneralName::Ip(range) => is_address_range(range),
            GeneralName::Unreadable { .. } => false,
            _ => true,
        };
        if !is_sound || subtrees.len() >= MOST_SUBTREES {
            return None;
        }
        subtrees.push(base);
        content = subtree.rest;
    }
    Some(subtrees)
}

/// Address and mask of one length, the mask's ones all on the left (RFC 4632).
fn is_address_range(range: &[u8]) -> bool {
    if !matches!(range.len(), 8 | 32) {
        return false;
    }
    let mask = range.get(range.len() / 2..).unwrap_or_default();
    let ones: u32 = mask.iter().map(|octet| octet.count_ones()).sum();
    let mut leading = 0;
    for octet in mask {
        leading += octet.leading_ones();
        if *octet != u8::MAX {
            break;
        }
    }
    ones == leading
}

/// How a name lies to a subtree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Within,
    Outside,
    /// The name or the kind of name cannot be judged.
    Unknown,
}

/// Which side a subtree is on: a wildcard is within an excluded subtree as soon as it could match
/// something there, and within a permitted one only when all that it matches is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Permitted,
    Excluded,
}

/// The names of a certificate that the constraints above it forbid: one sentence for each.
/// `comparisons_left` is the work that may still be spent.
pub(super) fn violations(
    certificate: &PathCertificate<'_>,
    imposed: &[ImposedConstraints],
    comparisons_left: &mut usize,
) -> Vec<String> {
    let mut sentences = Vec::new();
    if imposed.is_empty() {
        return sentences;
    }
    for (name, place) in constrained_names(certificate) {
        for from in imposed {
            let count = from.constraints.permitted.len() + from.constraints.excluded.len();
            let Some(left) = comparisons_left.checked_sub(count) else {
                sentences.push("more names and name constraints than are compared".to_owned());
                return sentences;
            };
            *comparisons_left = left;
            if let Some(why) = forbidden_by(&name, &from.constraints) {
                let mut sentence = String::new();
                // Writing to a String cannot fail.
                let _ = write!(
                    sentence,
                    "the {place} {} is {why} the name constraints of {}",
                    escape_control(&name.to_string()),
                    from.ca
                );
                sentences.push(sentence);
            }
        }
    }
    sentences
}

/// Subject, e-mail addresses in the subject, and subjectAltName (RFC 5280 §6.1.3 (b), (c)).
fn constrained_names(certificate: &PathCertificate<'_>) -> Vec<(GeneralName, &'static str)> {
    let mut names = Vec::new();
    if !certificate.subject.is_empty() {
        let name = certificate.subject.clone();
        let text = name_text(certificate.subject_der);
        names.push((GeneralName::Directory { name, text }, "subject"));
    }
    for email in &certificate.subject_emails {
        names.push((
            GeneralName::Email(email.clone()),
            "e-mail address in the subject",
        ));
    }
    for name in certificate.alternative_names.iter().flatten() {
        let place = match name.kind() {
            NameKind::Dns => "DNS name",
            NameKind::Email => "e-mail address",
            NameKind::Uri => "URI",
            NameKind::Ip => "IP address",
            NameKind::Directory => "directory name",
            NameKind::Other | NameKind::Uncommon(_) => "subject alternative name",
        };
        names.push((name.clone(), place));
    }
    names
}

fn forbidden_by(name: &GeneralName, constraints: &NameConstraints) -> Option<String> {
    for base in &constraints.excluded {
        match fit(name, base, Side::Excluded) {
            Fit::Within => {
                return Some(format!(
                    "excluded ({}) by",
                    escape_control(&base.to_string())
                ));
            }
            Fit::Unknown => return Some("of a form that cannot be compared with".to_owned()),
            Fit::Outside => {}
        }
    }
    let mut of_this_kind = constraints
        .permitted
        .iter()
        .filter(|base| concerns(base, name))
        .peekable();
    of_this_kind.peek()?;
    let mut permitted = Vec::new();
    for base in of_this_kind {
        match fit(name, base, Side::Permitted) {
            Fit::Within => return None,
            Fit::Unknown => return Some("of a form that cannot be compared with".to_owned()),
            Fit::Outside => permitted.push(escape_control(&base.to_string())),
        }
    }
    permitted.truncate(8);
    Some(format!(
        "not within what is permitted ({}) by",
        permitted.join(", ")
    ))
}

/// SmtpUTF8Mailbox (RFC 9598 §6): an e-mail address, so e-mail constraints concern it.
const SMTP_UTF8_MAILBOX: &str = "1.3.6.1.5.5.7.8.9";

/// Whether a subtree speaks of names of this kind.
fn concerns(base: &GeneralName, name: &GeneralName) -> bool {
    match (base, name) {
        (GeneralName::Email(_), GeneralName::Other { kind, .. }) => kind == SMTP_UTF8_MAILBOX,
        (GeneralName::Other { kind: base, .. }, GeneralName::Other { kind, .. }) => base == kind,
        _ => base.kind() == name.kind(),
    }
}

fn fit(name: &GeneralName, base: &GeneralName, side: Side) -> Fit {
    if !concerns(base, name) {
        return Fit::Outside;
    }
    let is_within = match (name, base) {
        (GeneralName::Dns(name), GeneralName::Dns(base)) => return dns_fit(name, base, side),
        (GeneralName::Email(name), GeneralName::Email(base)) => return email_fit(name, base),
        (GeneralName::Uri(name), GeneralName::Uri(base)) => return uri_fit(name, base),
        // Only a constraint is longer than an address.
        (GeneralName::Ip(address), _) if !matches!(address.len(), 4 | 16) => return Fit::Unknown,
        (GeneralName::Ip(address), GeneralName::Ip(range)) => address_is_within(address, range),
        (GeneralName::Directory { name, .. }, GeneralName::Directory { name: base, .. }) => {
            name.is_within(base)
        }
        // otherName, registeredID and the like: RFC 5280 defines no comparison.
        _ => return Fit::Unknown,
    };
    is_within.into()
}

impl From<bool> for Fit {
    fn from(is_within: bool) -> Self {
        if is_within { Fit::Within } else { Fit::Outside }
    }
}

/// A name with labels put before the constraint's is within; a constraint that begins with a dot
/// (no RFC, much used) asks for at least one more label.
fn dns_fit(name: &str, base: &str, side: Side) -> Fit {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let base = base.strip_suffix('.').unwrap_or(base).to_ascii_lowercase();
    if name.is_empty() || name.split('.').any(str::is_empty) {
        return Fit::Unknown;
    }
    let (apex, needs_label) = match base.strip_prefix('.') {
        Some(apex) => (apex, true),
        None => (base.as_str(), false),
    };
    let is_below = |name: &str| {
        apex.is_empty()
            || name
                .strip_suffix(apex)
                .is_some_and(|labels| labels.ends_with('.'))
    };
    let is_within = is_below(&name) || (!needs_label && name == apex);
    if is_within || side == Side::Permitted {
        return is_within.into();
    }
    // An excluded host that the wildcard could stand for.
    let could_match = name.strip_prefix("*.").is_some_and(|rest| {
        !needs_label
            && apex
                .strip_suffix(rest)
                .and_then(|label| label.strip_suffix('.'))
                .is_some_and(|label| !label.is_empty() && !label.contains('.'))
    });
    could_match.into()
}

/// `user@host` is one mailbox, `host` every mailbox at that host, `.domain` every mailbox at hosts
/// below it. The local part keeps its case (RFC 5280 §7.5).
fn email_fit(address: &str, base: &str) -> Fit {
    let Some((local, host)) = address.rsplit_once('@') else {
        return Fit::Unknown;
    };
    if local.is_empty() || host.is_empty() {
        return Fit::Unknown;
    }
    if let Some((base_local, base_host)) = base.rsplit_once('@') {
        return (local == base_local && host.eq_ignore_ascii_case(base_host)).into();
    }
    host_is_within(host, base).into()
}

/// The constraint speaks of the host part of a URI with an authority; a URI without a domain name
/// there cannot be judged and so must be refused (RFC 5280 §4.2.1.10).
fn uri_fit(uri: &str, base: &str) -> Fit {
    let Some((_, after_scheme)) = uri.split_once("://") else {
        return Fit::Unknown;
    };
    let authority = after_scheme
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    let host_and_port = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = host_and_port.split(':').next().unwrap_or_default();
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_address = host_and_port.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    if host.is_empty() || is_address {
        return Fit::Unknown;
    }
    host_is_within(host, base).into()
}

fn host_is_within(host: &str, base: &str) -> bool {
    let (host, base) = (host.to_ascii_lowercase(), base.to_ascii_lowercase());
    if base.starts_with('.') {
        host.len() > base.len() && host.ends_with(&base)
    } else {
        base.is_empty() || host == base
    }
}

fn address_is_within(address: &[u8], range: &[u8]) -> bool {
    if range.len() != address.len() * 2 {
        return false;
    }
    let (network, mask) = range.split_at(address.len());
    address
        .iter()
        .zip(network)
        .zip(mask)
        .all(|((octet, network), mask)| octet & mask == network & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dns(text: &str) -> GeneralName {
        GeneralName::Dns(text.to_owned())
    }

    fn is_allowed(name: GeneralName, permitted: &[GeneralName], excluded: &[GeneralName]) -> bool {
        let constraints = NameConstraints {
            permitted: permitted.to_vec(),
            excluded: excluded.to_vec(),
        };
        forbidden_by(&name, &constraints).is_none()
    }

    #[test]
    fn dns_subtrees_end_at_labels() {
        for (name, base, expected) in [
            ("host.example", "example", true),
            ("EXAMPLE", "example", true),
            ("badexample", "example", false),
            ("host.example.", "example", true),
            ("example", ".example", false),
            ("host.example", ".example", true),
            ("host.example", "", true),
            ("*.example", "example", true),
            ("*.example", "a.example", false),
            ("a..example", "example", false),
        ] {
            assert_eq!(
                is_allowed(dns(name), &[dns(base)], &[]),
                expected,
                "{name} {base}"
            );
        }
    }

    #[test]
    fn a_wildcard_is_excluded_when_it_could_match() {
        for (name, base, expected) in [
            ("*.example.com", "a.example.com", false),
            ("*.example.com", "b.a.example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", ".a.example.com", true),
            ("*.example.com", "other.com", true),
        ] {
            assert_eq!(
                is_allowed(dns(name), &[], &[dns(base)]),
                expected,
                "{name} {base}"
            );
        }
    }

    #[test]
    fn email_constraints_have_three_forms() {
        let email = |text: &str| GeneralName::Email(text.to_owned());
        for (name, base, expected) in [
            ("a@host.example", "host.example", true),
            ("a@sub.host.example", "host.example", false),
            ("a@sub.example", ".example", true),
            ("a@example", ".example", false),
            ("a@Host.Example", "a@host.example", true),
            ("A@host.example", "a@host.example", false),
            ("no-at-sign", "example", false),
        ] {
            assert_eq!(
                is_allowed(email(name), &[email(base)], &[]),
                expected,
                "{name} {base}"
            );
        }
    }

    #[test]
    fn uri_constraints_look_at_the_host_only() {
        let uri = |text: &str| GeneralName::Uri(text.to_owned());
        for (name, base, expected) in [
            ("http://a.example/x", ".example", true),
            ("http://user@a.example:80/x", "a.example", true),
            ("http://a.example@evil.test/", ".example", false),
            ("http://evil.test/.example", ".example", false),
            ("http://10.0.0.1/", ".1", false),
            ("urn:x:y", "example", false),
        ] {
            assert_eq!(
                is_allowed(uri(name), &[uri(base)], &[]),
                expected,
                "{name} {base}"
            );
        }
    }

    #[test]
    fn other_kinds_are_not_touched() {
        assert!(is_allowed(
            GeneralName::Ip(vec![10, 0, 0, 1]),
            &[dns("example")],
            &[]
        ));
        let range = GeneralName::Ip(vec![10, 0, 0, 0, 255, 0, 0, 0]);
        assert!(is_allowed(
            GeneralName::Ip(vec![10, 9, 9, 9]),
            std::slice::from_ref(&range),
            &[]
        ));
        assert!(!is_allowed(
            GeneralName::Ip(vec![11, 0, 0, 1]),
            std::slice::from_ref(&range),
            &[]
        ));
        // A constraint on IPv4 leaves no IPv6 address permitted: both are of kind iPAddress.
        assert!(!is_allowed(GeneralName::Ip(vec![0; 16]), &[range], &[]));
    }

    #[test]
    fn a_mask_with_holes_is_no_range() {
        assert!(is_address_range(&[10, 0, 0, 0, 255, 128, 0, 0]));
        assert!(!is_address_range(&[10, 0, 0, 0, 255, 0, 255, 0]));
        assert!(!is_address_range(&[10, 0, 0, 0, 0, 255, 0, 0]));
    }
}
