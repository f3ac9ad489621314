//! Whether a certificate names the host that was asked for (RFC 9525): by subjectAltName only,
//! never by the common name.

use std::net::IpAddr;
use std::str::FromStr;

use crate::x509::escape_control;

use super::certificate::PathCertificate;
use super::error::VerifyError;
use super::finding::{Check, Finding};
use super::general_name::GeneralName;

/// A host as a client addresses it: a DNS name in A-label form, or an IP address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A DNS name: lower case, international labels as A-labels, no dot at the end.
    Name(String),
    /// An IP address.
    Address(IpAddr),
}

/// A text that is neither an IP address nor a DNS name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a DNS name nor an IP address")]
pub struct HostError(String);

/// Octets of a DNS name in text form (RFC 1035 §2.3.4).
const LONGEST_NAME: usize = 253;
/// Octets of one label (RFC 1035 §2.3.4).
const LONGEST_LABEL: usize = 63;

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unbracketed = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        if let Ok(address) = unbracketed.unwrap_or(text).parse::<IpAddr>() {
            return Ok(Host::Address(address));
        }
        let wrong = || HostError(text.to_owned());
        let ascii = idna::domain_to_ascii(text).map_err(|_| wrong())?;
        let name = ascii
            .strip_suffix('.')
            .unwrap_or(&ascii)
            .to_ascii_lowercase();
        let fits = !name.is_empty()
            && name.len() <= LONGEST_NAME
            && name.split('.').all(|label| {
                (1..=LONGEST_LABEL).contains(&label.len())
                    && label
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            });
        if fits {
            Ok(Host::Name(name))
        } else {
            Err(wrong())
        }
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Host::Name(name) => formatter.write_str(name),
            Host::Address(address) => write!(formatter, "{address}"),
        }
    }
}

impl Host {
    /// What keeps the certificate from being this host's.
    pub(super) fn judge(&self, leaf: &PathCertificate<'_>) -> Option<Finding> {
        let names = leaf.alternative_names.as_deref().unwrap_or_default();
        if names.iter().any(|name| self.is_named_by(name)) {
            return None;
        }
        let (what, remedy) = if leaf.alternative_names.is_none() {
            (
                format!(
                    "no subjectAltName, so it is no certificate for {self}; clients do not look at the common name"
                ),
                format!("issue it again with {self} as a subject alternative name"),
            )
        } else {
            let present = hosts_text(names);
            let near_miss = self.near_miss(names).unwrap_or_default();
            (
                format!("not for {self}: the certificate is for {present}{near_miss}"),
                format!(
                    "connect by one of those names, or issue it again with {self} as a subject alternative name"
                ),
            )
        };
        Some(Finding::failure(
            Check::HostName,
            "RFC 9525 §6",
            what,
            remedy,
        ))
    }

    fn is_named_by(&self, name: &GeneralName) -> bool {
        match (self, name) {
            (Host::Name(host), GeneralName::Dns(presented)) => dns_name_matches(presented, host),
            (Host::Address(IpAddr::V4(host)), GeneralName::Ip(presented)) => {
                presented.as_slice() == host.octets()
            }
            (Host::Address(IpAddr::V6(host)), GeneralName::Ip(presented)) => {
                presented.as_slice() == host.octets()
            }
            _ => false,
        }
    }

    /// Whether a name as a certificate presents it, with a wildcard or without, is this host's. No
    /// name is that of an address.
    pub fn is_covered_by(&self, presented: &str) -> bool {
        matches!(self, Host::Name(host) if dns_name_matches(presented, host))
    }

    fn near_miss(&self, names: &[GeneralName]) -> Option<String> {
        let text = self.to_string();
        names.iter().find_map(|name| match (self, name) {
            (Host::Address(_), GeneralName::Dns(presented)) if *presented == text => {
                Some(" (the address is there as a DNS name, which does not count)".to_owned())
            }
            (Host::Name(host), GeneralName::Dns(presented)) => {
                let rest = presented.strip_prefix("*.")?.to_ascii_lowercase();
                let covered = host.strip_suffix(&rest)?.strip_suffix('.')?;
                let reason = if rest.contains('.') {
                    format!("the wildcard covers one label, not {covered:?}")
                } else {
                    "a wildcard needs two labels after it".to_owned()
                };
                Some(format!(" ({reason})"))
            }
            _ => None,
        })
    }
}

/// What keeps a certificate from being a host's, whatever else is wrong with it.
///
/// # Errors
/// A certificate that cannot be read.
pub fn host_trouble(certificate: &[u8], host: &Host) -> Result<Option<Finding>, VerifyError> {
    let certificate =
        PathCertificate::from_der(certificate).map_err(VerifyError::UnreadableTarget)?;
    Ok(host.judge(&certificate))
}

/// RFC 9525 §6.3: label by label without regard to case; `*` only as the whole left-most label,
/// for exactly one label. As in OpenSSL, NSS and rustls two labels must follow it.
fn dns_name_matches(presented: &str, host: &str) -> bool {
    let presented = presented.strip_suffix('.').unwrap_or(presented);
    if let Some(rest) = presented.strip_prefix("*.") {
        let Some((_, host_rest)) = host.split_once('.') else {
            return false;
        };
        return rest.contains('.') && !rest.contains('*') && rest.eq_ignore_ascii_case(host_rest);
    }
    !presented.contains('*') && presented.eq_ignore_ascii_case(host)
}

/// Names shown in one message.
const SHOWN_NAMES: usize = 8;

fn hosts_text(names: &[GeneralName]) -> String {
    let hosts: Vec<String> = names
        .iter()
        .filter(|name| matches!(name, GeneralName::Dns(_) | GeneralName::Ip(_)))
        .map(|name| escape_control(&name.to_string()))
        .collect();
    match hosts.len() {
        0 => "no host at all".to_owned(),
        count if count > SHOWN_NAMES => {
            let shown: Vec<&str> = hosts.iter().take(SHOWN_NAMES).map(String::as_str).collect();
            format!("{} and {} more", shown.join(", "), count - SHOWN_NAMES)
        }
        _ => hosts.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_people_write_them() {
        assert_eq!(
            "WWW.Example.com.".parse(),
            Ok(Host::Name("www.example.com".to_owned()))
        );
        assert_eq!(
            "bücher.example".parse(),
            Ok(Host::Name("xn--bcher-kva.example".to_owned()))
        );
        assert_eq!(
            "[::1]".parse(),
            Ok(Host::Address(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1_u16])))
        );
        for wrong in ["", ".", "a..b", "a b", "*.example.com"] {
            assert!(wrong.parse::<Host>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_wildcard_is_one_whole_leftmost_label() {
        for (presented, host, expected) in [
            ("*.example.com", "www.example.com", true),
            ("*.EXAMPLE.com", "www.example.com", true),
            ("*.example.com", "xn--bcher-kva.example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "a.b.example.com", false),
            ("*.com", "example.com", false),
            ("w*.example.com", "www.example.com", false),
            ("www.*.com", "www.example.com", false),
            ("*", "localhost", false),
            ("example.com.", "example.com", true),
        ] {
            assert_eq!(
                dns_name_matches(presented, host),
                expected,
                "{presented} {host}"
            );
        }
    }
}
