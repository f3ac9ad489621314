//! What the value of a variable can be.

use std::{net::IpAddr, str::FromStr};

use minijinja::Value;
use serde::Deserialize;

use crate::{
    inspect::verify::Host,
    probe::Endpoint,
    x509::{IpSubnet, X509Error},
};

/// The kind of a variable's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum VariableKind {
    /// Any text of one line.
    Text,
    /// Letters, digits, `-`, `_`, `.` and, after the first, `@`: a name in somebody's configuration.
    Word,
    /// A DNS name or an IP address.
    Host,
    /// A DNS name.
    DnsName,
    /// A network as `ADDRESS/LENGTH` (RFC 4632 §3.1); an address alone is a network of one.
    Network,
    /// `HOST:PORT`; in templates `.host`, `.port` and `.text`.
    Endpoint,
    /// A port, or `ADDRESS:PORT` to listen at one address; in templates `.address` (`*` for all),
    /// `.port` and `.text`.
    Listen,
    /// A TCP port.
    Port,
    /// A whole number that is not negative.
    Number,
    /// `true` or `false`.
    Truth,
    /// An absolute path on the destination.
    Path,
    /// The path of a URL, from its first `/`.
    UrlPath,
    /// An `http` or `https` URL.
    Url,
    /// One of the variable's `choices`.
    Choice,
    /// A certification authority of the PKI; `@root` and `@issuer` are those above the certificate.
    Authority,
    /// Another certificate of the PKI.
    Certificate,
}

impl VariableKind {
    /// How it is called in a listing.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Word => "word",
            Self::Host => "host",
            Self::DnsName => "DNS name",
            Self::Network => "network, as 10.0.0.0/8",
            Self::Endpoint => "host:port",
            Self::Listen => "[address:]port",
            Self::Port => "port",
            Self::Number => "number",
            Self::Truth => "true or false",
            Self::Path => "path",
            Self::UrlPath => "path of a URL",
            Self::Url => "URL",
            Self::Choice => "choice",
            Self::Authority => "CA",
            Self::Certificate => "certificate",
        }
    }

    /// Whether a comma can only stand between two values.
    pub(super) const fn has_no_commas(self) -> bool {
        !matches!(self, Self::Text | Self::Path | Self::UrlPath | Self::Url)
    }

    /// Reads one value; what it has to be, if it is not that. A CA or a certificate stays a name.
    pub(super) fn read(self, text: &str, choices: &[String]) -> Result<Value, String> {
        if text.chars().any(char::is_control) {
            return Err("it has a control character or a line break".to_owned());
        }
        match self {
            Self::Text if text.is_empty() => Err("it is empty".to_owned()),
            Self::Text => Ok(Value::from(text)),
            Self::Word | Self::Certificate => word(text),
            Self::Authority => match text.strip_prefix('@') {
                Some("root" | "issuer") => Ok(Value::from(text)),
                Some(_) => Err("a CA's name, @root or @issuer".to_owned()),
                None => word(text),
            },
            Self::Host => text
                .parse::<Host>()
                .map(|host| Value::from(host_text(&host)))
                .map_err(|_| "a DNS name or an IP address is needed".to_owned()),
            Self::DnsName => match text.parse::<Host>() {
                Ok(Host::Name(name)) => Ok(Value::from(name)),
                _ => Err("a DNS name is needed".to_owned()),
            },
            Self::Network => match text.parse::<IpSubnet>() {
                Ok(network) => Ok(Value::from(network.to_string())),
                Err(X509Error::NameConstraint { reason, .. }) => Err(reason),
                Err(fault) => Err(fault.to_string()),
            },
            Self::Endpoint => {
                let endpoint: Endpoint = text.parse().map_err(|fault| format!("{fault}"))?;
                Ok(minijinja::context! {
                    host => host_text(&endpoint.host),
                    port => endpoint.port,
                    text => endpoint.to_string(),
                })
            }
            Self::Listen => listen(text),
            Self::Port => port(text).map(Value::from),
            Self::Number => u32::from_str(text)
                .ok()
                .filter(|_| text.bytes().all(|octet| octet.is_ascii_digit()))
                .map(Value::from)
                .ok_or_else(|| "a whole number is needed".to_owned()),
            Self::Truth => match text {
                "true" | "yes" | "on" => Ok(Value::from(true)),
                "false" | "no" | "off" => Ok(Value::from(false)),
                _ => Err("true or false is needed".to_owned()),
            },
            Self::Path if text.starts_with('/') => Ok(Value::from(text)),
            Self::Path => Err("an absolute path is needed, as it starts with /".to_owned()),
            Self::UrlPath if text.starts_with('/') && !text.contains(' ') => Ok(Value::from(text)),
            Self::UrlPath => Err("it starts with / and has no spaces".to_owned()),
            Self::Url => url(text),
            Self::Choice if choices.iter().any(|choice| choice == text) => Ok(Value::from(text)),
            Self::Choice => Err(format!("it is one of {}", choices.join(", "))),
        }
    }
}

fn host_text(host: &Host) -> String {
    match host {
        Host::Address(address) => address.to_string(),
        Host::Name(name) => name.clone(),
    }
}

fn word(text: &str) -> Result<Value, String> {
    let plain = |letter: char| letter.is_alphanumeric() || "-_.@".contains(letter);
    if text.is_empty() || text.starts_with(['-', '@']) || !text.chars().all(plain) {
        return Err("letters, digits, '-', '_', '.' and, inside, '@' are allowed".to_owned());
    }
    Ok(Value::from(text))
}

fn port(text: &str) -> Result<u16, String> {
    u16::from_str(text)
        .ok()
        .filter(|port| *port > 0 && text.bytes().all(|octet| octet.is_ascii_digit()))
        .ok_or_else(|| "a port is a number from 1 to 65535".to_owned())
}

fn listen(text: &str) -> Result<Value, String> {
    let (address, number) = match text.rsplit_once(':') {
        None => ("*", text),
        Some((address, number)) => (address, number),
    };
    let number = port(number)?;
    let bare = address
        .strip_prefix('[')
        .and_then(|address| address.strip_suffix(']'));
    let address = match bare {
        _ if address == "*" => "*".to_owned(),
        Some(address) => address
            .parse::<std::net::Ipv6Addr>()
            .map(|address| format!("[{address}]"))
            .map_err(|_| "in brackets stands an IPv6 address".to_owned())?,
        None => match address.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => address.to_string(),
            _ => return Err("before the port stands an address, as in 10.0.0.7:443".to_owned()),
        },
    };
    let text = if address == "*" {
        number.to_string()
    } else {
        format!("{address}:{number}")
    };
    Ok(minijinja::context! { address, port => number, text })
}

fn url(text: &str) -> Result<Value, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !text.contains([' ', '"', '\'', '<', '>']) => {
            Ok(Value::from(text))
        }
        _ => Err("a URL that starts with http:// or https:// is needed".to_owned()),
    }
}
