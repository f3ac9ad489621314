//! The names that a certificate gets when nobody says others.

use super::{San, SanSet};

/// RFC 5280 Appendix A.1 (`ub-common-name`), in characters.
const LONGEST_COMMON_NAME: usize = 64;

/// What somebody calls a certificate, as a subject alternative name: where it has a dot and is a
/// host name, an IP address or a mail address, or is `localhost`. A bare word such as `flb` is only
/// what people call it.
pub fn usual_alternative_name(called: &str) -> Option<San> {
    let said = called.contains(['.', '@']) || called == "localhost";
    said.then(|| called.parse().ok()).flatten()
}

/// The common name: the first host name, left out where it is too long for one (it is among the
/// alternative names anyway); what the certificate is called where there is no host name.
pub fn usual_common_name(called: &str, names: Option<&SanSet>) -> Option<String> {
    match names.and_then(SanSet::first_dns) {
        Some(host) => (host.chars().count() <= LONGEST_COMMON_NAME).then(|| host.to_owned()),
        None => Some(called.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_dot_is_a_name_and_a_word_is_not() {
        for (called, wanted) in [
            ("www.example.com", Some("dns:www.example.com")),
            ("*.example.com", Some("dns:*.example.com")),
            ("10.0.0.7", Some("ip:10.0.0.7")),
            ("joe@example.com", Some("email:joe@example.com")),
            ("localhost", Some("dns:localhost")),
            ("flb", None),
            ("node_1.internal", None),
        ] {
            let found = usual_alternative_name(called).map(|name| name.to_string());
            assert_eq!(found.as_deref(), wanted, "{called}");
        }
    }

    #[test]
    fn the_first_host_is_the_common_name_unless_it_is_too_long() {
        let set = |host: &str| SanSet::new([San::ip("10.0.0.7").unwrap(), San::dns(host).unwrap()]);
        let long = format!("{}.{}", "a".repeat(60), "b".repeat(10));
        let common_name = |host| usual_common_name("flb", set(host).unwrap().as_ref());
        assert_eq!(common_name("www.example"), Some("www.example".to_owned()));
        assert_eq!(common_name(&long), None);
        assert_eq!(usual_common_name("flb", None), Some("flb".to_owned()));
    }
}
