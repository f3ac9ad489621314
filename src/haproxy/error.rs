//! Why HAProxy did not take something.

use std::{io, time::Duration};

use super::{Address, LoadedFile};

/// A runtime socket that could not be asked, or that refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HaProxyError {
    /// No address of a runtime socket.
    #[error("{0:?} is no runtime socket of HAProxy")]
    Address(String),
    /// A name that is no word of a command.
    #[error(
        "{0:?} is no file name that HAProxy's runtime socket takes: it is empty, or has a space, a semicolon, a backslash, '<' or '*'"
    )]
    FileName(String),
    /// Nobody listens, or the socket may not be used.
    #[error("HAProxy's runtime socket {address}: {fault}")]
    NotReached {
        /// The socket.
        address: Address,
        /// What the operating system said.
        fault: io::Error,
    },
    /// The answer did not come in time.
    #[error("HAProxy's runtime socket {address} gave no answer within {} seconds", .timeout.as_secs_f32())]
    TooSlow {
        /// The socket.
        address: Address,
        /// The time that it was given.
        timeout: Duration,
    },
    /// It closed the connection without a word, which it does with what is too long for it.
    #[error(
        "HAProxy's runtime socket {address} closed the connection without an answer to a command of {octets} octets"
    )]
    NoAnswer {
        /// The socket.
        address: Address,
        /// The length of the command.
        octets: usize,
    },
    /// The socket is not one of an administrator.
    #[error("HAProxy's runtime socket {address} does not permit it")]
    NotPermitted {
        /// The socket.
        address: Address,
    },
    /// A file that its configuration does not have.
    #[error("HAProxy has loaded no certificate {file}; it has {}", listed(.known))]
    NotLoaded {
        /// Its name.
        file: LoadedFile,
        /// The names that it has.
        known: Vec<String>,
    },
    /// Another transaction is open.
    #[error("HAProxy is in the middle of replacing {other}, and replaces one file at a time")]
    Busy {
        /// The socket.
        address: Address,
        /// The file of the other transaction.
        other: String,
    },
    /// HAProxy does not take it.
    #[error("HAProxy refused to {deed} the certificate {file}: {said}")]
    Refused {
        /// `set` or `commit`.
        deed: &'static str,
        /// Its name.
        file: LoadedFile,
        /// What HAProxy said.
        said: String,
    },
    /// After all went well, it has another certificate.
    #[error(
        "HAProxy said that it took {file}, and has the certificate with serial number {serial} there"
    )]
    Another {
        /// Its name.
        file: LoadedFile,
        /// The serial number that it has, in hexadecimal.
        serial: String,
    },
}

/// The most names that are told.
const LISTED: usize = 10;

fn listed(known: &[String]) -> String {
    match known.len().saturating_sub(LISTED) {
        _ if known.is_empty() => "none".to_owned(),
        0 => known.join(", "),
        more => {
            let first: Vec<&str> = known.iter().take(LISTED).map(String::as_str).collect();
            format!("{} and {more} more", first.join(", "))
        }
    }
}

impl HaProxyError {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Address(_) => Some(
                "write it as in HAProxy's configuration: /run/haproxy/admin.sock, or ipv4@127.0.0.1:9999"
                    .to_owned(),
            ),
            Self::NotReached { fault, .. } if fault.kind() == io::ErrorKind::PermissionDenied => {
                Some("run certmint as a user who may use it, or change its mode on the 'stats socket' line".to_owned())
            }
            Self::NotReached { .. } => Some(
                "is HAProxy running, and does its configuration have this 'stats socket'?".to_owned(),
            ),
            Self::NoAnswer { octets, .. } => Some(format!(
                "a command has to fit in 'tune.bufsize', 16384 octets if it is not set: write 'tune.bufsize {}' in 'global'",
                octets.saturating_mul(2).next_power_of_two().max(32_768)
            )),
            Self::NotPermitted { .. } => {
                Some("write 'level admin' on its 'stats socket' line".to_owned())
            }
            Self::NotLoaded { .. } => Some(
                "give the name that it has there: what stands after 'crt', after 'crt-base' and a slash if that is set"
                    .to_owned(),
            ),
            Self::Busy { address, other } => Some(format!(
                "if nobody is at it, end that: echo 'abort ssl cert {other}' | socat - {}",
                match address {
                    Address::Unix(path) => path.display().to_string(),
                    Address::Tcp { host, port } if host.contains(':') => {
                        format!("TCP6:[{host}]:{port}")
                    }
                    Address::Tcp { host, port } => format!("TCP:{host}:{port}"),
                }
            )),
            _ => None,
        }
    }
}
