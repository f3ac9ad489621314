//! How an endpoint is approached.

use std::{net::IpAddr, sync::Arc, time::Duration};

use super::{Identity, ProtocolVersion, StartTls};
use crate::inspect::verify::Host;

/// How an endpoint is approached: what is offered in the handshake, and what is done after it.
#[derive(Clone, Debug)]
pub struct Approach {
    /// The name to ask for (RFC 6066 §3); an address is not sent.
    pub server_name: Host,
    /// One address of the host; the first that answers if it is left out.
    pub address: Option<IpAddr>,
    /// The protocol that goes over to TLS.
    pub starttls: Option<StartTls>,
    /// The protocol version that is offered alone; all that certmint speaks if it is left out.
    pub only: Option<ProtocolVersion>,
    /// The application protocols that are offered (RFC 7301).
    pub protocols: Vec<String>,
    /// What is shown to a server that asks for a client certificate.
    pub identity: Option<Arc<Identity>>,
    /// What is done after the handshake.
    pub then: Then,
    /// The most that name lookup, connection, handshake and what is done then take all together.
    pub timeout: Duration,
}

/// What is done after the handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// The connection is closed.
    Leave,
    /// Whether the server lets the client stay is waited for: with TLS 1.3 it judges the client's
    /// certificate after the client's part of the handshake is over.
    Stay,
    /// `GET` of a path (RFC 9112), for the status of the answer.
    Get(String),
}

impl Approach {
    /// Everything is offered, no certificate is shown, and the connection closed after the
    /// handshake.
    pub fn new(server_name: Host, timeout: Duration) -> Self {
        Self {
            server_name,
            address: None,
            starttls: None,
            only: None,
            protocols: Vec::new(),
            identity: None,
            then: Then::Leave,
            timeout,
        }
    }
}
