//! Where a runtime socket is.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::HaProxyError;

/// A runtime socket as a `stats socket` line of HAProxy's configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `/run/haproxy/admin.sock`, `unix@/run/haproxy/admin.sock`
    Unix(PathBuf),
    /// `ipv4@127.0.0.1:9999`, `ipv6@[::1]:9999`, `127.0.0.1:9999`
    Tcp {
        /// The host, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
}

impl Address {
    /// The same socket, its path seen from a folder.
    pub fn within(&self, folder: &Path) -> Self {
        match self {
            Self::Unix(path) => Self::Unix(folder.join(path)),
            tcp @ Self::Tcp { .. } => tcp.clone(),
        }
    }
}

impl FromStr for Address {
    type Err = HaProxyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || HaProxyError::Address(text.to_owned());
        if let Some(path) = text
            .strip_prefix("unix@")
            .or(text.contains('/').then_some(text))
        {
            if path.is_empty() || path.contains('\0') {
                return Err(wrong());
            }
            return Ok(Self::Unix(PathBuf::from(path)));
        }
        let rest = ["ipv4@", "ipv6@", "tcp@", "tcp4@", "tcp6@"]
            .iter()
            .find_map(|family| text.strip_prefix(family))
            .unwrap_or(text);
        let (host, port) = rest.rsplit_once(':').ok_or_else(wrong)?;
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let is_host = |letter: char| letter.is_ascii_alphanumeric() || ".-_:".contains(letter);
        let number = port.parse().ok().filter(|number| *number > 0);
        match number {
            Some(port) if !host.is_empty() && host.chars().all(is_host) => Ok(Self::Tcp {
                host: host.to_owned(),
                port,
            }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A path without a slash would be read as a host.
            Self::Unix(path) if !path.to_string_lossy().contains('/') => {
                write!(formatter, "unix@{}", path.display())
            }
            Self::Unix(path) => path.display().fmt(formatter),
            Self::Tcp { host, port } if host.contains(':') => {
                write!(formatter, "ipv6@[{host}]:{port}")
            }
            Self::Tcp { host, port } => write!(formatter, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_haproxy_writes_it() {
        for (text, shown) in [
            ("/run/haproxy/admin.sock", "/run/haproxy/admin.sock"),
            ("unix@/run/admin.sock", "/run/admin.sock"),
            ("./admin.sock", "./admin.sock"),
            ("unix@admin.sock", "unix@admin.sock"),
            ("ipv4@127.0.0.1:9999", "127.0.0.1:9999"),
            ("lb.example.com:9999", "lb.example.com:9999"),
            ("ipv6@[::1]:9999", "ipv6@[::1]:9999"),
            ("[::1]:9999", "ipv6@[::1]:9999"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert_eq!(shown.parse::<Address>().unwrap(), address);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "admin.sock",
            ":9999",
            "host:",
            "host:0",
            "host:70000",
            "a b:9",
            "unix@",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
