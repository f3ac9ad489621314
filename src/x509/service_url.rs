//! Where a CA publishes what its certificates need.

use std::{fmt, str::FromStr};

use super::{San, X509Error};

/// The URL of a revocation list, an issuer's certificate or an OCSP responder, as certificates
/// name it (RFC 5280 §4.2.1.13 and §4.2.2.1).
///
/// It is `http`, or `ldap` with a host: those are what clients fetch. Over `https` the client
/// would have to validate another certificate first, perhaps one of this very CA (RFC 5280 §8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for ServiceUrl {
    type Err = X509Error;

    fn from_str(text: &str) -> Result<Self, X509Error> {
        let refused = |reason: &str| X509Error::ServiceUrl {
            value: text.to_owned(),
            reason: reason.to_owned(),
        };
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| refused("it starts with no scheme, such as http://"))?;
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "ldap" => {}
            "https" => {
                return Err(refused(
                    "clients do not fetch it over https, whose certificate they would have to check first; what is there is signed, so http serves (RFC 5280 §8)",
                ));
            }
            _ => return Err(refused("clients fetch http and ldap only")),
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        if host.is_empty() || host.starts_with(':') {
            return Err(refused("it names no host"));
        }
        if authority.contains('@') {
            return Err(refused("everybody may read it, so no user belongs into it"));
        }
        San::uri(text).map_err(|error| match error {
            X509Error::San { reason, .. } => refused(&reason),
            other => other,
        })?;
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_clients_fetch_is_a_service_url() {
        for url in [
            "http://pki.example/ca.crl",
            "HTTP://pki.example",
            "http://10.0.0.1:8080/a?b=c",
            "ldap://ldap.example/cn=ca?certificateRevocationList;binary",
        ] {
            assert_eq!(url.parse::<ServiceUrl>().unwrap().as_str(), url);
        }
        for url in [
            "",
            "pki.example/ca.crl",
            "https://pki.example/ca.crl",
            "ftp://pki.example/ca.crl",
            "file:///srv/ca.crl",
            "http://",
            "http:///ca.crl",
            "http://:80/ca.crl",
            "http://me:secret@pki.example/ca.crl",
            "http://pki.example/a b",
            "http://pki.example/\u{e9}",
        ] {
            let refused = url.parse::<ServiceUrl>().unwrap_err().to_string();
            assert!(refused.contains(&format!("{url:?}")), "{refused}");
        }
    }
}
