//! Everything that can be seen of an endpoint, by several connections one after the other.

use std::{net::IpAddr, sync::Arc, time::Duration};

use super::{
    Approach, Endpoint, Handshake, HttpStatus, Identity, ProbeError, ProtocolVersion, Refusal,
    Served, Shown, StartTls, Then, approached,
};
use crate::inspect::verify::Host;

/// What to look at, and how.
#[derive(Clone, Debug)]
pub struct Errand {
    /// Where.
    pub endpoint: Endpoint,
    /// One address of the host; the first that answers if it is left out.
    pub address: Option<IpAddr>,
    /// The name to ask for.
    pub server_name: Host,
    /// The protocol that goes over to TLS.
    pub starttls: Option<StartTls>,
    /// What is shown in a second go to a server that asks for a client certificate.
    pub identity: Option<Arc<Identity>>,
    /// The path to ask for by HTTP.
    pub http: Option<String>,
    /// The most that each connection may take.
    pub timeout: Duration,
}

/// What an endpoint showed.
#[derive(Debug)]
pub struct Examination {
    /// What it showed to a client that offers everything and shows no certificate.
    pub served: Served,
    /// Each protocol version, and why the server does not take it, if it does not.
    pub versions: Vec<(ProtocolVersion, Result<(), ProbeError>)>,
    /// How a client without a certificate fares.
    pub without: Admission,
    /// How a client with the certificate fares; nothing where there is none to show.
    pub with: Option<Admission>,
}

/// How a client fares after it has shown a certificate or none.
#[derive(Clone, Debug)]
pub struct Admission {
    /// Whether the server asked for a certificate, and one was shown.
    pub shown: Shown,
    /// How the server ended the connection, if it did.
    pub refusal: Option<Refusal>,
    /// What it answered to the request.
    pub http: Option<HttpStatus>,
}

/// What browsers offer.
const WEB: [&str; 2] = ["h2", "http/1.1"];

impl Errand {
    fn approach(&self) -> Approach {
        Approach {
            address: self.address,
            starttls: self.starttls,
            ..Approach::new(self.server_name.clone(), self.timeout)
        }
    }

    /// Looks.
    ///
    /// # Errors
    /// As [`approached`]: the server's certificate was not seen.
    pub fn run(&self) -> Result<Examination, ProbeError> {
        let endpoint = &self.endpoint;
        let mut approach = self.approach();
        // What speaks another protocol first has no use for those of the web.
        if self.starttls.is_none() {
            approach.protocols = WEB.map(str::to_owned).to_vec();
        }
        let served = match approached(endpoint, &approach) {
            // A server that knows other application protocols only (RFC 7301 §3.2).
            Err(ProbeError::Refused { .. }) if !approach.protocols.is_empty() => {
                approach.protocols.clear();
                approached(endpoint, &approach)?
            }
            served => served?,
        };
        // The answer of another address would be that of another server.
        let address = served.address.or(self.address);
        let mut approach = Approach {
            address,
            ..self.approach()
        };
        let versions = ProtocolVersion::ALL
            .into_iter()
            .map(|version| {
                let taken = if served.version == Some(version) {
                    Ok(())
                } else {
                    approach.only = Some(version);
                    approached(endpoint, &approach).map(drop)
                };
                (version, taken)
            })
            .collect();
        approach.only = None;
        approach.then = match &self.http {
            Some(path) => Then::Get(path.clone()),
            None => Then::Stay,
        };
        if self.http.is_some() {
            approach.protocols = vec!["http/1.1".to_owned()];
        }
        let without = admission(&approached(endpoint, &approach)?, Shown::Nothing);
        let with = match &self.identity {
            Some(identity) => {
                approach.identity = Some(Arc::clone(identity));
                Some(admission(
                    &approached(endpoint, &approach)?,
                    Shown::Certificate,
                ))
            }
            None => None,
        };
        Ok(Examination {
            served,
            versions,
            without,
            with,
        })
    }
}

fn admission(served: &Served, shown: Shown) -> Admission {
    Admission {
        shown: if served.asked.is_some() {
            shown
        } else {
            Shown::NotAsked
        },
        refusal: match &served.handshake {
            Handshake::Whole => None,
            Handshake::BrokenOff(refusal) => Some(refusal.clone()),
        },
        http: served.http.clone(),
    }
}
