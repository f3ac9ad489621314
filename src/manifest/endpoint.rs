//! Where a certificate is served.

use std::{fmt, str::FromStr};

use crate::x509::{San, X509Error};

/// A host and a port, and the name that a client asks for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Host name, or IP address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The server name that is asked for (RFC 6066 §3) where it is not the host.
    pub server_name: Option<String>,
}

/// Why a text is no endpoint.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// No port.
    #[error("{0:?} has no port")]
    NoPort(String),
    /// A port that is none.
    #[error("{0:?} is no port: they go from 1 to 65535")]
    Port(String),
    /// A host that is none.
    #[error("{0}")]
    Host(#[from] X509Error),
}

/// `HOST:PORT`; an IPv6 address stands in brackets.
impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let (host, port) = text
            .rsplit_once(':')
            .filter(|(host, _)| !host.contains(':') || host.ends_with(']'))
            .ok_or_else(|| EndpointError::NoPort(text.to_owned()))?;
        let port = port
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or_else(|| EndpointError::Port(port.to_owned()))?;
        let host = San::ip(host).or_else(|_| San::dns(host))?.value();
        Ok(Self {
            host,
            port,
            server_name: None,
        })
    }
}

/// Host and port as [`Endpoint::from_str`] takes them.
impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_a_host_and_a_port() {
        for text in [
            "www.example.com:443",
            "10.0.0.7:8443",
            "[fd00::7]:443",
            "localhost:1",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        for text in [
            "www.example.com",
            "fd00::7:443",
            "host:0",
            "host:65536",
            "host:https",
            ":443",
            "a b:1",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }
}
