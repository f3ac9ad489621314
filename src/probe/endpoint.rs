//! Where a server listens.

use std::{fmt, str::FromStr};

use crate::inspect::verify::Host;

/// A host and a TCP port, written `HOST:PORT`, an IPv6 address in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The host: a name that is looked up, or an address.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
}

/// Why a text is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No `:PORT` at the end.
    #[error("{0:?} has no port: write HOST:PORT, as in www.example.com:443")]
    NoPort(String),
    /// A port that is none.
    #[error("{0:?} is no port: it is a number from 1 to 65535")]
    Port(String),
    /// Colons without brackets around them.
    #[error("an IPv6 address needs brackets before its port: [{host}]:{port}")]
    NoBrackets {
        /// What is taken for the address.
        host: String,
        /// What is taken for the port.
        port: String,
    },
    /// No host at all.
    #[error("{0:?} has no host: write HOST:PORT, as in www.example.com:443")]
    NoHost(String),
    /// A URL, or something of one.
    #[error("{text:?} is a URL: write HOST:PORT, as in {endpoint}")]
    Url {
        /// The text.
        text: String,
        /// The endpoint that is meant, else an example.
        endpoint: String,
    },
    /// A host that is none.
    #[error("{0:?} is neither a DNS name nor an IP address")]
    Host(String),
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('/') {
            return Err(EndpointError::Url {
                text: text.to_owned(),
                endpoint: meant(text).unwrap_or_else(|| "www.example.com:443".to_owned()),
            });
        }
        let (host, port) = text
            .rsplit_once(':')
            .filter(|(_, port)| !port.ends_with(']'))
            .ok_or_else(|| EndpointError::NoPort(text.to_owned()))?;
        let number = port
            .parse()
            .ok()
            .filter(|number| *number > 0 && port.bytes().all(|octet| octet.is_ascii_digit()))
            .ok_or_else(|| EndpointError::Port(port.to_owned()))?;
        if host.is_empty() {
            return Err(EndpointError::NoHost(text.to_owned()));
        }
        if host.contains(':') && !host.starts_with('[') {
            return Err(EndpointError::NoBrackets {
                host: host.to_owned(),
                port: port.to_owned(),
            });
        }
        let host = host
            .parse()
            .map_err(|_| EndpointError::Host(host.to_owned()))?;
        Ok(Self { host, port: number })
    }
}

/// The endpoint of a URL (RFC 3986 §3.2); that of `https` where the URL has no port.
fn meant(url: &str) -> Option<String> {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    let authority = behind.split(['/', '?', '#']).next()?;
    [authority.to_owned(), format!("{authority}:443")]
        .iter()
        .find_map(|text| text.parse::<Endpoint>().ok())
        .map(|endpoint| endpoint.to_string())
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Address(address) if address.is_ipv6() => {
                write!(formatter, "[{address}]:{}", self.port)
            }
            host => write!(formatter, "{host}:{}", self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_as_it_is_written() {
        for text in [
            "www.example.com:443",
            "127.0.0.1:8443",
            "[::1]:443",
            "my_service:1",
            "localhost:65535",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        let international: Endpoint = "bücher.example:443".parse().unwrap();
        assert_eq!(international.to_string(), "xn--bcher-kva.example:443");
    }

    #[test]
    fn what_is_no_endpoint_is_told_with_what_is_missing() {
        for (text, part) in [
            ("www.example.com", "no port"),
            ("[::1]", "no port"),
            ("::1", "brackets before its port: [:]:1"),
            ("fd00::7:443", "brackets before its port: [fd00::7]:443"),
            ("host:0", "no port"),
            ("host:65536", "no port"),
            ("host:+1", "no port"),
            ("host:", "no port"),
            (":443", "no host"),
            ("a b:443", "neither"),
            ("https://a:8443", "is a URL: write HOST:PORT, as in a:8443"),
            ("https://127.0.0.1:8443/x?y", "as in 127.0.0.1:8443"),
            ("https://[::1]:8443/", "as in [::1]:8443"),
            ("https://www.example.com", "as in www.example.com:443"),
            ("www.example.com/x", "as in www.example.com:443"),
            ("https://a b/", "as in www.example.com:443"),
            ("/", "as in www.example.com:443"),
        ] {
            let told = text.parse::<Endpoint>().unwrap_err().to_string();
            assert!(told.contains(part), "{text}: {told}");
        }
    }
}
