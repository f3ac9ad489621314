//! One handshake, and what the server showed in it.

use std::{
    fmt,
    io::{ErrorKind, Read as _},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, Stream, SupportedProtocolVersion, crypto::aws_lc_rs, version,
};
use rustls_pki_types::{IpAddr as TlsAddress, ServerName};

use super::{
    Approach, Asked, Endpoint, HttpStatus, ProbeError, Refusal, Then, answerer::Answerer,
    connection::Connection, http, looker::Looker, starttls::NoStartTls,
};
use crate::{inspect::verify::Host, x509::Certificate};

/// How long a server that says nothing after a handshake may think about the client's certificate.
const THINKING: Duration = Duration::from_secs(1);

/// What a server showed.
#[derive(Clone, Debug)]
pub struct Served {
    /// The address that answered.
    pub address: Option<IpAddr>,
    /// The protocol version that the server chose.
    pub version: Option<ProtocolVersion>,
    /// The cipher suite that it chose, by its name in the IANA registry.
    pub cipher_suite: Option<String>,
    /// The group of the key exchange.
    pub key_exchange: Option<String>,
    /// The application protocol that it chose of those that were offered.
    pub protocol: Option<String>,
    /// The server's own certificate.
    pub certificate: Certificate,
    /// The certificates that it sent besides, in its order.
    pub others: Vec<Certificate>,
    /// DER of the OCSP response that it sent along (RFC 6066 §8).
    pub staple: Option<Vec<u8>>,
    /// Its request for a client certificate, if there was one.
    pub asked: Option<Asked>,
    /// How the handshake ended.
    pub handshake: Handshake,
    /// The answer to [`Then::Get`].
    pub http: Option<HttpStatus>,
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
    /// The server broke it off, as one does that asks for a client certificate; or it ended the
    /// connection instead of what was to follow.
    BrokenOff(Refusal),
}

impl ProtocolVersion {
    /// All of them, the oldest first.
    pub const ALL: [Self; 2] = [Self::Tls12, Self::Tls13];

    /// As rustls has it.
    pub fn supported(self) -> &'static SupportedProtocolVersion {
        match self {
            Self::Tls12 => &version::TLS12,
            Self::Tls13 => &version::TLS13,
        }
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        })
    }
}

impl Served {
    /// Every certificate that the server sent, in its order.
    pub fn chain(&self) -> Vec<Certificate> {
        std::iter::once(&self.certificate)
            .chain(&self.others)
            .cloned()
            .collect()
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
    approached(endpoint, &Approach::new(server_name.clone(), timeout))
}

/// Makes one new connection and handshake with `endpoint` in the given way, and says what the server
/// showed.
///
/// # Errors
/// As [`served`], and a server that does not begin TLS when it is asked to (STARTTLS).
pub fn approached(endpoint: &Endpoint, approach: &Approach) -> Result<Served, ProbeError> {
    let provider = aws_lc_rs::default_provider();
    let looker = Looker::new(&provider);
    let answerer = Answerer::new(approach.identity.as_deref());
    let mut tls = client(approach, provider, &looker, &answerer).map_err(|error| match error {
        ClientFault::Name(error) => error,
        ClientFault::Rustls(error) => ProbeError::NoHandshake {
            endpoint: endpoint.clone(),
            reason: error.to_string(),
        },
    })?;
    let mut connection = Connection::open(endpoint, approach.address, approach.timeout)?;
    let address = connection.address();
    let too_slow = || ProbeError::TooSlow {
        endpoint: endpoint.clone(),
        timeout: approach.timeout,
    };
    if let Some(starttls) = approach.starttls {
        starttls
            .begin(&mut connection)
            .map_err(|fault| match fault {
                NoStartTls::Connection(error) if error.kind() == ErrorKind::TimedOut => too_slow(),
                fault => ProbeError::NoStartTls {
                    endpoint: endpoint.clone(),
                    protocol: starttls,
                    reason: fault.to_string(),
                },
            })?;
        connection.forget();
    }
    let mut outcome = Ok(());
    while tls.is_handshaking() && outcome.is_ok() {
        outcome = tls.complete_io(&mut connection).map(drop);
    }
    let sight = looker.sight();
    let (handshake, http) = match outcome {
        Ok(()) => after(&mut tls, &mut connection, endpoint, approach),
        Err(error) if sight.key_proved => (Handshake::BrokenOff(Refusal::of(&error)), None),
        Err(error) if error.kind() == ErrorKind::TimedOut => return Err(too_slow()),
        Err(error) => {
            return Err(key_not_taken(endpoint, &sight.chain)
                .unwrap_or_else(|| no_handshake(endpoint, &connection, &error)));
        }
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
    let certificate = chain.next().ok_or_else(|| ProbeError::NoHandshake {
        endpoint: endpoint.clone(),
        reason: "the server showed no certificate".to_owned(),
    })?;
    Ok(Served {
        address,
        version: tls.protocol_version().and_then(|version| match version {
            rustls::ProtocolVersion::TLSv1_2 => Some(ProtocolVersion::Tls12),
            rustls::ProtocolVersion::TLSv1_3 => Some(ProtocolVersion::Tls13),
            _ => None,
        }),
        cipher_suite: tls
            .negotiated_cipher_suite()
            .and_then(|suite| suite.suite().as_str())
            // rustls marks those of TLS 1.3; the registry does not.
            .map(|name| name.replacen("TLS13_", "TLS_", 1)),
        key_exchange: tls
            .negotiated_key_exchange_group()
            .map(|group| format!("{:?}", group.name())),
        protocol: tls
            .alpn_protocol()
            .map(|protocol| String::from_utf8_lossy(protocol).into_owned()),
        certificate,
        others: chain.collect(),
        staple: sight.staple,
        asked: answerer.asked(),
        handshake,
        http,
    })
}

enum ClientFault {
    Name(ProbeError),
    Rustls(rustls::Error),
}

fn client(
    approach: &Approach,
    provider: rustls::crypto::CryptoProvider,
    looker: &Arc<Looker>,
    answerer: &Arc<Answerer>,
) -> Result<ClientConnection, ClientFault> {
    let versions: Vec<_> = ProtocolVersion::ALL
        .into_iter()
        .filter(|version| approach.only.is_none_or(|only| only == *version))
        .map(ProtocolVersion::supported)
        .collect();
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&versions)
        .map_err(ClientFault::Rustls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(looker) as _)
        .with_client_cert_resolver(Arc::clone(answerer) as _);
    config.alpn_protocols = approach
        .protocols
        .iter()
        .map(|protocol| protocol.as_bytes().to_vec())
        .collect();
    let name = tls_name(&approach.server_name).map_err(ClientFault::Name)?;
    ClientConnection::new(Arc::new(config), name).map_err(ClientFault::Rustls)
}

/// What is done after a handshake that the client has finished.
fn after(
    tls: &mut ClientConnection,
    connection: &mut Connection,
    endpoint: &Endpoint,
    approach: &Approach,
) -> (Handshake, Option<HttpStatus>) {
    let done = match &approach.then {
        Then::Leave => Ok(None),
        Then::Stay => stay(tls, connection).map(|()| None),
        Then::Get(path) => {
            let mut stream = Stream::new(tls, connection);
            http::get(&mut stream, endpoint, approach, path).map(Some)
        }
    };
    match done {
        Ok(http) => {
            tls.send_close_notify();
            // What was to be seen has been seen.
            let _ = tls.write_tls(connection);
            (Handshake::Whole, http)
        }
        Err(error) if error.kind() == ErrorKind::TimedOut => {
            let what = "no answer to the request within the time".to_owned();
            (Handshake::BrokenOff(Refusal::Other(what)), None)
        }
        Err(error) => (Handshake::BrokenOff(Refusal::of(&error)), None),
    }
}

/// A server that takes the client sends a session ticket (RFC 8446 §4.6.1) or something of its own;
/// one that does not an alert. One that sends nothing at all takes it too.
fn stay(tls: &mut ClientConnection, connection: &mut Connection) -> std::io::Result<()> {
    if tls.protocol_version() != Some(rustls::ProtocolVersion::TLSv1_3) {
        // The server's part of the handshake came last, after it had judged the client.
        return Ok(());
    }
    connection.shorten(THINKING);
    let mut octet = [0];
    while tls.tls13_tickets_received() == 0 {
        if let Err(error) = tls.complete_io(connection) {
            return match error.kind() {
                ErrorKind::TimedOut => Ok(()),
                _ => Err(error),
            };
        }
        match tls.reader().read(&mut octet) {
            // The server speaks first, as of SMTP without STARTTLS.
            Ok(1..) => return Ok(()),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A signature with a key that nobody takes cannot be told from a wrong one: the key says why.
fn key_not_taken(endpoint: &Endpoint, chain: &[Vec<u8>]) -> Option<ProbeError> {
    let own = Certificate::from_der(chain.first()?).ok()?;
    let key = own.public_key().algorithm();
    (!key.is_supported()).then(|| ProbeError::KeyNotTaken {
        endpoint: endpoint.clone(),
        key: key.to_string(),
    })
}

fn no_handshake(endpoint: &Endpoint, heard: &Connection, error: &std::io::Error) -> ProbeError {
    let endpoint = endpoint.clone();
    // A record of TLS begins with its type, 20 to 24, which no text does.
    let heard = heard.heard();
    let is_text = heard.first().is_some_and(|octet| *octet >= b' ');
    if is_text {
        let said = String::from_utf8_lossy(heard);
        return ProbeError::PlainText {
            endpoint,
            said: said
                .lines()
                .next()
                .unwrap_or_default()
                .trim_end()
                .to_owned(),
        };
    }
    match Refusal::of(error) {
        Refusal::Alert(alert) => ProbeError::Refused {
            endpoint,
            refusal: Refusal::Alert(alert),
        },
        other => ProbeError::NoHandshake {
            endpoint,
            reason: other.to_string(),
        },
    }
}

fn tls_name(host: &Host) -> Result<ServerName<'static>, ProbeError> {
    match host {
        Host::Address(address) => Ok(ServerName::IpAddress(TlsAddress::from(*address))),
        Host::Name(name) => {
            ServerName::try_from(name.clone()).map_err(|_| ProbeError::ServerName(name.clone()))
        }
    }
}
