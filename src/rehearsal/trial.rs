//! One handshake between a server and a client of rustls, on the loopback device.

use std::{
    fmt,
    io::{self, ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, Error, RootCertStore, ServerConfig, ServerConnection,
    client::WebPkiServerVerifier,
    crypto::{CryptoProvider, aws_lc_rs},
    server::{NoClientAuth, WebPkiClientVerifier, danger::ClientCertVerifier},
    sign::{CertifiedKey, SingleCertAndKey},
    time_provider::TimeProvider,
};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use time::OffsetDateTime;

use crate::{
    inspect::verify::Host,
    probe::{Identity, ProtocolVersion, Refusal},
    x509::Certificate,
};

/// Nobody is far away.
const PATIENCE: Duration = Duration::from_secs(20);

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The server.
    Server,
    /// The client.
    Client,
}

impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Server => "server",
            Self::Client => "client",
        })
    }
}

/// A handshake with one protocol version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The version.
    pub version: ProtocolVersion,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a handshake ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both sides are content.
    Agreed,
    /// One side refuses the other's certificate, for a reason in rustls's words.
    Refused {
        /// Who refuses.
        by: Side,
        /// Why.
        reason: String,
    },
    /// It came to nothing for another reason.
    Failed(String),
}

/// Who meets whom.
pub(super) struct Meeting<'a> {
    pub(super) server: &'a Identity,
    pub(super) client: Option<&'a Identity>,
    /// What the client judges the server by.
    pub(super) client_trust: Belief<'a>,
    /// What the server judges the client by; it asks for no certificate where there is none.
    pub(super) server_trust: Option<Belief<'a>>,
    pub(super) host: &'a Host,
    pub(super) now: OffsetDateTime,
}

/// What one side judges the other by.
pub(super) struct Belief<'a> {
    /// The certificates that it trusts.
    pub(super) anchors: &'a [Certificate],
    /// DER of the revocation lists that it knows.
    pub(super) revocation_lists: &'a [Vec<u8>],
}

/// The moment of the rehearsal, which need not be now.
#[derive(Debug)]
struct At(UnixTime);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.0)
    }
}

impl Meeting<'_> {
    /// Lets the two meet.
    pub(super) fn hold(&self, version: ProtocolVersion) -> Result<Trial, io::Error> {
        let outcome = match (self.server_side(version), self.client_side(version)) {
            (Ok(server), Ok(client)) => meet(server, client)?,
            (Err(reason), _) | (_, Err(reason)) => Outcome::Failed(reason),
        };
        Ok(Trial { version, outcome })
    }

    fn clock(&self) -> Arc<At> {
        let seconds = u64::try_from(self.now.unix_timestamp()).unwrap_or_default();
        Arc::new(At(UnixTime::since_unix_epoch(Duration::from_secs(seconds))))
    }

    fn server_side(&self, version: ProtocolVersion) -> Result<ServerConnection, String> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let judge: Arc<dyn ClientCertVerifier> = match &self.server_trust {
            None => Arc::new(NoClientAuth),
            Some(trust) => {
                WebPkiClientVerifier::builder_with_provider(roots(trust)?, Arc::clone(&provider))
                    .with_crls(lists(trust))
                    .allow_unknown_revocation_status()
                    .enforce_revocation_expiration()
                    .build()
                    .map_err(|error| {
                        format!("the server's client CAs or revocation lists: {error}")
                    })?
            }
        };
        let config = ServerConfig::builder_with_details(provider, self.clock())
            .with_protocol_versions(&[version.supported()])
            .map_err(text)?
            .with_client_cert_verifier(judge)
            .with_cert_resolver(single(self.server));
        ServerConnection::new(Arc::new(config)).map_err(text)
    }

    fn client_side(&self, version: ProtocolVersion) -> Result<ClientConnection, String> {
        let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
        let judge = WebPkiServerVerifier::builder_with_provider(
            roots(&self.client_trust)?,
            Arc::clone(&provider),
        )
        .with_crls(lists(&self.client_trust))
        .allow_unknown_revocation_status()
        .enforce_revocation_expiration()
        .build()
        .map_err(|error| format!("the client's CAs or revocation lists: {error}"))?;
        let config = ClientConfig::builder_with_details(provider, self.clock())
            .with_protocol_versions(&[version.supported()])
            .map_err(text)?
            .with_webpki_verifier(judge);
        let config = match self.client {
            Some(client) => config.with_client_cert_resolver(single(client)),
            None => config.with_no_client_auth(),
        };
        let name = ServerName::try_from(self.host.to_string())
            .map_err(|_| format!("{} cannot be asked for in a handshake", self.host))?;
        ClientConnection::new(Arc::new(config), name).map_err(text)
    }
}

fn text(error: Error) -> String {
    error.to_string()
}

fn single(identity: &Identity) -> Arc<SingleCertAndKey> {
    let certified = identity.certified();
    Arc::new(SingleCertAndKey::from(CertifiedKey::new(
        certified.cert.clone(),
        Arc::clone(&certified.key),
    )))
}

fn roots(trust: &Belief<'_>) -> Result<Arc<RootCertStore>, String> {
    let mut roots = RootCertStore::empty();
    for anchor in trust.anchors {
        roots
            .add(CertificateDer::from(anchor.as_der()))
            .map_err(|error| format!("rustls does not take a CA's certificate: {error}"))?;
    }
    Ok(Arc::new(roots))
}

fn lists(trust: &Belief<'_>) -> Vec<CertificateRevocationListDer<'static>> {
    let lists = trust.revocation_lists.iter();
    lists
        .map(|der| CertificateRevocationListDer::from(der.clone()))
        .collect()
}

fn meet(mut server: ServerConnection, mut client: ClientConnection) -> io::Result<Outcome> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut to_server = TcpStream::connect(listener.local_addr()?)?;
    let own = to_server.local_addr()?;
    let mut to_client = loop {
        let (stream, from) = listener.accept()?;
        // Anybody on this machine can knock.
        if from == own {
            break stream;
        }
    };
    for stream in [&to_server, &to_client] {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
    }
    let (by_server, by_client) = thread::scope(|scope| {
        let serving = scope.spawn(move || {
            while server.is_handshaking() {
                server.complete_io(&mut to_client)?;
            }
            // One octet tells the client that it is let in: with TLS 1.3 its own part is over
            // before the server has judged it.
            server.writer().write_all(b".")?;
            server.complete_io(&mut to_client).map(drop)
        });
        let mut asking = || -> io::Result<()> {
            while client.is_handshaking() {
                client.complete_io(&mut to_server)?;
            }
            loop {
                let mut octet = [0];
                match client.reader().read(&mut octet) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        client.complete_io(&mut to_server)?;
                    }
                    Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                    other => return other.map(drop),
                }
            }
        };
        let by_client = asking();
        // A server that still waits for the client has nothing to wait for.
        let _ = to_server.shutdown(Shutdown::Both);
        let by_server = match serving.join() {
            Ok(by_server) => by_server,
            // A bug in the work is a bug here.
            Err(panic) => std::panic::resume_unwind(panic),
        };
        (by_server, by_client)
    });
    Ok(outcome(by_server, by_client))
}

/// Who said no first-hand; the other side only heard of it.
fn outcome(by_server: io::Result<()>, by_client: io::Result<()>) -> Outcome {
    let refused = |side, result: &io::Result<()>| {
        let error = result.as_ref().err()?.get_ref()?.downcast_ref::<Error>()?;
        match error {
            Error::InvalidCertificate(why) => Some(Outcome::Refused {
                by: side,
                reason: why.to_string(),
            }),
            Error::NoCertificatesPresented | Error::InvalidCertRevocationList(_) => {
                Some(Outcome::Refused {
                    by: side,
                    reason: error.to_string(),
                })
            }
            _ => None,
        }
    };
    if let Some(outcome) =
        refused(Side::Client, &by_client).or_else(|| refused(Side::Server, &by_server))
    {
        return outcome;
    }
    let heard = |error: &io::Error| !matches!(Refusal::of(error), Refusal::Other(_));
    match (by_server, by_client) {
        (Ok(()), Ok(())) => Outcome::Agreed,
        (Err(error), Ok(())) | (Ok(()), Err(error)) => Outcome::Failed(error.to_string()),
        // What was not only heard from the other side says more.
        (Err(server), Err(client)) if heard(&server) => Outcome::Failed(client.to_string()),
        (Err(server), Err(_)) => Outcome::Failed(server.to_string()),
    }
}
