//! Waiting until a server shows a certificate.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{Endpoint, ProbeError, Served, served};
use crate::{
    inspect::verify::Host,
    x509::{Certificate, colon_hexadecimal},
};

/// The pause before another try: a reload takes a moment.
const PAUSE: Duration = Duration::from_millis(100);

/// How long and how thoroughly to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The most that one connection may take.
    pub each: Duration,
    /// The most that all of it may take.
    pub whole: Duration,
    /// How many new connections in a row have to show the certificate: a server with several
    /// processes may have one that still shows the old.
    pub in_a_row: u32,
}

/// Connects again and again until as many connections in a row as asked for show `expected`; gives
/// what the last one saw.
///
/// # Errors
/// When the time is over: [`ProbeError::Another`] if the server showed another certificate last,
/// otherwise what the last connection met. A name that cannot be asked for is told at once.
pub fn shown(
    endpoint: &Endpoint,
    server_name: &Host,
    expected: &Certificate,
    patience: Patience,
) -> Result<Served, ProbeError> {
    let started = Instant::now();
    let until = started + patience.whole;
    let mut in_a_row = 0;
    loop {
        let remaining = until.saturating_duration_since(Instant::now());
        // Even with no time left one look is taken, so that the answer is about the server.
        let each = patience.each.min(remaining.max(PAUSE));
        let failed = match served(endpoint, server_name, each) {
            Ok(served) if served.certificate == *expected => {
                in_a_row += 1;
                if in_a_row >= patience.in_a_row {
                    return Ok(served);
                }
                None
            }
            Ok(served) => Some(ProbeError::Another {
                endpoint: endpoint.clone(),
                shown: colon_hexadecimal(served.certificate.serial_octets()),
                expected: colon_hexadecimal(expected.serial_octets()),
                waited: started.elapsed(),
            }),
            Err(error @ ProbeError::ServerName(_)) => return Err(error),
            Err(error) => Some(error),
        };
        if let Some(error) = failed {
            if Instant::now() + PAUSE >= until {
                return Err(error);
            }
            in_a_row = 0;
            thread::sleep(PAUSE);
        }
    }
}
