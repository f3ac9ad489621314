//! A TCP connection that ends in time.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use super::{Endpoint, ProbeError};
use crate::inspect::verify::Host;

/// As much of what the server said first is kept, for the error when it is no TLS.
const HEARD: usize = 256;

/// A connection whose reads and writes all together end at one moment, so that a server that sends
/// an octet now and then cannot hold it.
pub(super) struct Connection {
    stream: TcpStream,
    until: Instant,
    heard: Vec<u8>,
}

impl Connection {
    /// Connects to `address`, else to the first address of the endpoint that answers, within
    /// `timeout`.
    pub(super) fn open(
        endpoint: &Endpoint,
        address: Option<IpAddr>,
        timeout: Duration,
    ) -> Result<Self, ProbeError> {
        let until = Instant::now() + timeout;
        let mut last = ErrorKind::AddrNotAvailable.into();
        let found = match address {
            Some(address) => vec![SocketAddr::new(address, endpoint.port)],
            None => resolve(endpoint, until)?,
        };
        for address in found {
            let connected = remaining(until)
                .and_then(|remaining| TcpStream::connect_timeout(&address, remaining));
            match connected {
                Ok(stream) => {
                    return Ok(Self {
                        stream,
                        until,
                        heard: Vec::new(),
                    });
                }
                Err(error) => last = error,
            }
        }
        Err(match last.kind() {
            ErrorKind::TimedOut => ProbeError::TooSlow {
                endpoint: endpoint.clone(),
                timeout,
            },
            _ => ProbeError::NoConnection {
                endpoint: endpoint.clone(),
                fault: last,
            },
        })
    }

    /// The address at the other end.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.stream.peer_addr().ok().map(|address| address.ip())
    }

    /// The address at this end.
    pub(super) fn own_address(&self) -> Option<IpAddr> {
        self.stream.local_addr().ok().map(|address| address.ip())
    }

    /// Lets all end sooner: this long from now.
    pub(super) fn shorten(&mut self, time: Duration) {
        self.until = self.until.min(Instant::now() + time);
    }

    /// What the server has said since the beginning or the last call of [`Self::forget`], as far as
    /// it was read; the beginning of it.
    pub(super) fn heard(&self) -> &[u8] {
        &self.heard
    }

    /// Begins to remember anew.
    pub(super) fn forget(&mut self) {
        self.heard.clear();
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(remaining(self.until)?))?;
        let count = self.stream.read(buffer).map_err(timed_out)?;
        let room = HEARD.saturating_sub(self.heard.len());
        self.heard.extend(buffer.iter().take(count.min(room)));
        Ok(count)
    }
}

impl Write for Connection {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.stream
            .set_write_timeout(Some(remaining(self.until)?))?;
        self.stream.write(octets).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A socket whose time is over says `WouldBlock` (`SO_RCVTIMEO`, socket(7)).
fn timed_out(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::WouldBlock => ErrorKind::TimedOut.into(),
        _ => error,
    }
}

fn remaining(until: Instant) -> io::Result<Duration> {
    let remaining = until.saturating_duration_since(Instant::now());
    if remaining.is_zero() {
        return Err(ErrorKind::TimedOut.into());
    }
    Ok(remaining)
}

/// Every address of an endpoint, each once, in the order in which the resolver gives them.
///
/// # Errors
/// [`ProbeError::Unknown`] if there is none, or none was found within `timeout`.
pub fn addresses(endpoint: &Endpoint, timeout: Duration) -> Result<Vec<IpAddr>, ProbeError> {
    let mut found: Vec<IpAddr> = Vec::new();
    for address in resolve(endpoint, Instant::now() + timeout)? {
        if !found.contains(&address.ip()) {
            found.push(address.ip());
        }
    }
    Ok(found)
}

/// The system's resolver knows no time limit; a thread of its own can be left waiting for it.
fn resolve(endpoint: &Endpoint, until: Instant) -> Result<Vec<SocketAddr>, ProbeError> {
    let port = endpoint.port;
    let name = match &endpoint.host {
        Host::Address(address) => return Ok(vec![SocketAddr::new(*address, port)]),
        Host::Name(name) => name.clone(),
    };
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs();
        // Nobody waits any more.
        let _ = sender.send(found.map(Iterator::collect));
    });
    receiver
        .recv_timeout(until.saturating_duration_since(Instant::now()))
        .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
        .map_err(|fault| ProbeError::Unknown {
            endpoint: endpoint.clone(),
            fault,
        })
}
