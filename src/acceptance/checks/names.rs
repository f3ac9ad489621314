//! Whom a certificate is for.

use crate::{
    acceptance::{Case, finding::Trouble, reading},
    inspect::verify::{Host, host_trouble},
    x509::{Certificate, GeneralName, oid},
};

const REMEDY: &str = "issue it with the host name as subject alternative name (--san NAME)";

/// A server's without a host name or address as subject alternative name.
pub(in crate::acceptance) fn no_host(case: &Case<'_>) -> Option<Trouble> {
    (case.is_server() && !reading::has_host(case.certificate)).then(|| {
        let has_name = case.certificate.extension(&oid::SUBJECT_ALT_NAME).is_some();
        let what = if has_name {
            "its subject alternative names have neither a host name nor an address"
        } else {
            "it has no subject alternative name, and the common name does not count"
        };
        Trouble::new(what, REMEDY)
    })
}

/// A server's without a DNS name as subject alternative name, which has no address there either.
pub(in crate::acceptance) fn nothing_to_call_it_by(case: &Case<'_>) -> Option<Trouble> {
    let is_named =
        reading::has_host(case.certificate) || case.certificate.subject().common_name().is_some();
    (case.is_server() && !is_named).then(|| {
        Trouble::new(
            "it names no host: neither a common name nor an alternative name",
            REMEDY,
        )
    })
}

/// It is not for one of the names that clients connect to.
pub(in crate::acceptance) fn another_host(case: &Case<'_>) -> Option<Trouble> {
    if !case.is_server() {
        return None;
    }
    case.hosts
        .iter()
        .find_map(|host| not_for(case.certificate, host))
}

/// It is not for one of the names that clients connect to, as a client judges that falls back to the
/// common name where there is no alternative name to judge by.
pub(in crate::acceptance) fn another_host_nor_common_name(
    case: &Case<'_>,
    fallback: Fallback,
) -> Option<Trouble> {
    if !case.is_server() {
        return None;
    }
    case.hosts
        .iter()
        .filter(|host| !fallback.takes(case.certificate, host))
        .find_map(|host| not_for(case.certificate, host))
}

fn not_for(certificate: &Certificate, host: &Host) -> Option<Trouble> {
    let trouble = host_trouble(certificate.as_der(), host).ok().flatten()?;
    Some(Trouble::new(trouble.what, trouble.remedy))
}

/// How a client falls back to the common name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::acceptance) enum Fallback {
    /// To any of the common names where there is no DNS name, and never for an address.
    OpenSsl,
    /// To the last common name where there is no DNS name, and never for an address.
    Java,
    /// To the last common name where there is neither a DNS name nor an address; for an address too.
    Curl,
    /// To the only common name where there is neither a DNS name nor an address, and never for an
    /// address.
    GnuTls,
}

impl Fallback {
    /// Whether the common name makes the certificate this host's.
    fn takes(self, certificate: &Certificate, host: &Host) -> bool {
        let is_judged_by = |name: &GeneralName| match name {
            GeneralName::Dns(_) => true,
            GeneralName::Ip(_) => matches!(self, Self::Curl | Self::GnuTls),
            _ => false,
        };
        if reading::names(certificate).iter().any(is_judged_by) {
            return false;
        }
        let common = certificate.subject().values_of(&oid::COMMON_NAME);
        let covers = |presented: &String| match host {
            Host::Name(_) => host.is_covered_by(presented),
            Host::Address(address) => self == Self::Curl && *presented == address.to_string(),
        };
        match (self, common.as_slice()) {
            (Self::OpenSsl, all) => all.iter().any(covers),
            (Self::GnuTls, [only]) => covers(only),
            (Self::GnuTls, _) => false,
            (Self::Java | Self::Curl, all) => all.last().is_some_and(covers),
        }
    }
}
