//! Whom a certificate is for.

use crate::{
    acceptance::{Case, finding::Trouble, reading},
    inspect::verify::host_trouble,
    x509::{GeneralName, oid},
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
    case.hosts.iter().find_map(|host| {
        let trouble = host_trouble(case.certificate.as_der(), host)
            .ok()
            .flatten()?;
        Some(Trouble::new(trouble.what, trouble.remedy))
    })
}

/// It is not for one of the names that clients connect to, as clients judge that fall back to the
/// common name where there is no DNS name.
pub(in crate::acceptance) fn another_host_nor_common_name(case: &Case<'_>) -> Option<Trouble> {
    let has_dns = reading::names(case.certificate)
        .iter()
        .any(|name| matches!(name, GeneralName::Dns(_)));
    let common = case.certificate.subject().common_name();
    let is_called_so = |common: String| {
        case.hosts
            .iter()
            .all(|host| host.to_string().eq_ignore_ascii_case(&common))
    };
    if !has_dns && common.is_some_and(is_called_so) {
        return None;
    }
    another_host(case)
}
