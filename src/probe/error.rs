//! Why an endpoint could not be looked at.

use std::{io, time::Duration};

use crate::{inspect::verify::VerifyError, x509::X509Error};

use super::{Endpoint, Refusal, Shown, StartTls};

/// What went wrong on the way to a server's certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// The host has no address.
    #[error("{endpoint}: the address of {} cannot be found: {fault}", .endpoint.host)]
    Unknown {
        /// The endpoint.
        endpoint: Endpoint,
        /// What the resolver said.
        fault: io::Error,
    },
    /// Nothing accepted a connection.
    #[error("{endpoint}: no connection: {fault}")]
    NoConnection {
        /// The endpoint.
        endpoint: Endpoint,
        /// What the operating system said of the last address that was tried.
        fault: io::Error,
    },
    /// The server takes longer than it was given.
    #[error("{endpoint}: no answer within {} seconds", .timeout.as_secs_f32())]
    TooSlow {
        /// The endpoint.
        endpoint: Endpoint,
        /// How long was waited.
        timeout: Duration,
    },
    /// The handshake ended before the server had shown a certificate and proved its key.
    #[error("{endpoint}: no TLS handshake: {reason}")]
    NoHandshake {
        /// The endpoint.
        endpoint: Endpoint,
        /// What rustls or the connection said.
        reason: String,
    },
    /// The server ended the handshake with an alert.
    #[error(
        "{endpoint}: the server refuses the handshake with {refusal}: {}",
        .refusal.meaning(Shown::NotAsked)
    )]
    Refused {
        /// The endpoint.
        endpoint: Endpoint,
        /// The alert.
        refusal: Refusal,
    },
    /// The server speaks, and not TLS.
    #[error("{endpoint}: no TLS: the server says {said:?} in the clear")]
    PlainText {
        /// The endpoint.
        endpoint: Endpoint,
        /// The first line of what it says.
        said: String,
    },
    /// The server does not begin TLS.
    #[error("{endpoint}: no TLS by {protocol}'s STARTTLS: {reason}")]
    NoStartTls {
        /// The endpoint.
        endpoint: Endpoint,
        /// The protocol.
        protocol: StartTls,
        /// What the server or the connection said.
        reason: String,
    },
    /// The server shows a certificate with a key that it cannot prove to hold.
    #[error(
        "{endpoint}: no TLS handshake: its certificate has the key {key}, which neither this client \
         nor others of today take"
    )]
    KeyNotTaken {
        /// The endpoint.
        endpoint: Endpoint,
        /// The kind of the key and its size.
        key: String,
    },
    /// The name to ask for cannot be put into a handshake.
    #[error("{0:?} cannot be asked for in a handshake")]
    ServerName(String),
    /// The server shows something that is no certificate.
    #[error("{endpoint} shows a certificate that cannot be read: {fault}")]
    Unreadable {
        /// The endpoint.
        endpoint: Endpoint,
        /// What is wrong with it.
        fault: X509Error,
    },
    /// The server shows a certificate that path validation cannot read.
    #[error("{endpoint} shows a certificate that cannot be judged: {fault}")]
    Unjudged {
        /// The endpoint.
        endpoint: Endpoint,
        /// What is wrong with it.
        fault: VerifyError,
    },
    /// The server works and shows another certificate than the one that was waited for.
    #[error(
        "{endpoint} still shows another certificate (serial {shown}, not {expected}), {} seconds later",
        .waited.as_secs()
    )]
    Another {
        /// The endpoint.
        endpoint: Endpoint,
        /// Serial number of what it shows.
        shown: String,
        /// Serial number of what it should show.
        expected: String,
        /// How long was waited.
        waited: Duration,
    },
}

impl ProbeError {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { .. } => {
                "is the name right, and does this machine's resolver know it?".to_owned()
            }
            Self::NoConnection { endpoint, .. } => format!(
                "is the server running, and does it listen on port {}?",
                endpoint.port
            ),
            Self::TooSlow { .. } => {
                "is a firewall in between, or is it a port that begins in the clear (--starttls)?"
                    .to_owned()
            }
            Self::Refused { refusal, .. } => refusal.remedy(Shown::NotAsked),
            Self::PlainText { said, .. } => {
                let told = match said.get(..4) {
                    Some("220 " | "220-") => "it is a mail server: add --starttls smtp",
                    Some("* OK") => "it is an IMAP server: add --starttls imap",
                    Some("HTTP") => {
                        "the port speaks HTTP without TLS: is it another port, or does the server \
                         lack 'ssl' in its listen line?"
                    }
                    _ => "is it another port, or one that needs --starttls?",
                };
                told.to_owned()
            }
            Self::NoStartTls { protocol, .. } => {
                format!("is it a server of {protocol}, and is TLS turned on in its configuration?")
            }
            Self::NoHandshake { .. } => {
                "is it a TLS server (1.2 or 1.3), and is it that port?".to_owned()
            }
            Self::KeyNotTaken { .. } => {
                "give the server a certificate with a key of RSA with 2048 to 8192 bits, P-256, \
                 P-384, P-521 or Ed25519: certmint issue server NAME --key rsa2048"
                    .to_owned()
            }
            Self::Another { .. } => {
                "does the server read this PKI's files, does the reload command reload it, and is \
                 the server name the one of this certificate?"
                    .to_owned()
            }
            Self::ServerName(_) | Self::Unreadable { .. } | Self::Unjudged { .. } => return None,
        })
    }
}
