//! One handshake, and what the server showed in it.

use std::{fmt, io::ErrorKind, net::IpAddr, sync::Arc, time::Duration};

use rustls::{ClientConfig, ClientConnection, crypto::aws_lc_rs};
use rustls_pki_types::{IpAddr as TlsAddress, ServerName};

use super::{Endpoint, ProbeError, connection::Connection, looker::Looker};
use crate::{inspect::verify::Host, x509::Certificate};

/// What a server showed.
#[derive(Clone, Debug)]
pub struct Served {
    /// The address that answered.
    pub address: Option<IpAddr>,
    /// The protocol version that the server chose.
    pub version: Option<ProtocolVersion>,
    /// The server's own certificate.
    pub certificate: Certificate,
    /// The certificates that it sent besides, in its order.
    pub others: Vec<Certificate>,
    /// How the handshake ended.
    pub handshake: Handshake,
}

/// A protocol version that certmint speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProtocolVersion {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

/// How a handshake ended after the server had shown its certificate and proved its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// It was finished.
    Whole,
    /// The server broke it off, as one does that asks for a client certificate.
    BrokenOff(String),
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        })
    }
}

/// Makes one new connection and handshake with `endpoint`, asks for `server_name` (RFC 6066 §3; an
/// address is not sent), and says what the server showed. Name lookup, connection and handshake all
/// together take at most `timeout`.
///
/// # Errors
/// No address, no connection, no answer in time, or a handshake that ends before the server has
/// shown a certificate and proved that it holds its key.
pub fn served(
    endpoint: &Endpoint,
    server_name: &Host,
    timeout: Duration,
) -> Result<Served, ProbeError> {
    let provider = aws_lc_rs::default_provider();
    let looker = Looker::new(&provider);
    let mut connection = Connection::open(endpoint, timeout)?;
    let address = connection.address();
    let no_handshake = |reason: String| ProbeError::NoHandshake {
        endpoint: endpoint.clone(),
        reason,
    };
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| no_handshake(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&looker) as _)
        .with_no_client_auth();
    let mut tls = ClientConnection::new(Arc::new(config), tls_name(server_name)?)
        .map_err(|error| no_handshake(error.to_string()))?;
    let mut outcome = Ok(());
    while tls.is_handshaking() && outcome.is_ok() {
        outcome = tls.complete_io(&mut connection).map(drop);
    }
    let sight = looker.sight();
    let handshake = match outcome {
        Ok(()) => {
            tls.send_close_notify();
            // What was to be seen has been seen.
            let _ = tls.write_tls(&mut connection);
            Handshake::Whole
        }
        Err(error) if sight.key_proved => Handshake::BrokenOff(error.to_string()),
        Err(error) if error.kind() == ErrorKind::TimedOut => {
            return Err(ProbeError::TooSlow {
                endpoint: endpoint.clone(),
                timeout,
            });
        }
        Err(error) => return Err(no_handshake(error.to_string())),
    };
    let mut chain = sight
        .chain
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|fault| ProbeError::Unreadable {
            endpoint: endpoint.clone(),
            fault,
        })?
        .into_iter();
    let certificate = chain
        .next()
        .ok_or_else(|| no_handshake("the server showed no certificate".to_owned()))?;
    Ok(Served {
        address,
        version: tls.protocol_version().and_then(|version| match version {
            rustls::ProtocolVersion::TLSv1_2 => Some(ProtocolVersion::Tls12),
            rustls::ProtocolVersion::TLSv1_3 => Some(ProtocolVersion::Tls13),
            _ => None,
        }),
        certificate,
        others: chain.collect(),
        handshake,
    })
}

fn tls_name(host: &Host) -> Result<ServerName<'static>, ProbeError> {
    match host {
        Host::Address(address) => Ok(ServerName::IpAddress(TlsAddress::from(*address))),
        Host::Name(name) => {
            ServerName::try_from(name.clone()).map_err(|_| ProbeError::ServerName(name.clone()))
        }
    }
}
