//! One request of HTTP/1.1, for the status of its answer.

use std::io::{self, ErrorKind, Read, Write};

use super::{Endpoint, approach::Approach};
use crate::inspect::verify::Host;

/// The status line of an answer (RFC 9112 §4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpStatus {
    /// Three digits.
    pub code: u16,
    /// The words behind it; may be empty.
    pub reason: String,
}

/// No status line is longer.
const LONGEST: usize = 1024;

/// Sends the request and reads the first line of the answer; a connection that ends before it is
/// an error.
pub(super) fn get(
    connection: &mut (impl Read + Write),
    endpoint: &Endpoint,
    approach: &Approach,
    path: &str,
) -> io::Result<HttpStatus> {
    let host = match (&approach.server_name, endpoint.port) {
        (Host::Address(address), port) if address.is_ipv6() => format!("[{address}]:{port}"),
        (host, 443) => host.to_string(),
        (host, port) => format!("{host}:{port}"),
    };
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: certmint\r\nAccept: */*\r\n\
         Connection: close\r\n\r\n"
    );
    connection.write_all(request.as_bytes())?;
    connection.flush()?;
    let mut line = Vec::new();
    let mut octet = [0];
    while line.len() < LONGEST {
        match connection.read(&mut octet)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            _ if octet == *b"\n" => break,
            _ => line.extend(octet),
        }
    }
    status(&String::from_utf8_lossy(&line))
        .ok_or_else(|| io::Error::other("the server does not answer in HTTP/1.1"))
}

fn status(line: &str) -> Option<HttpStatus> {
    let mut words = line.trim_end().splitn(3, ' ');
    if !words.next()?.starts_with("HTTP/1.") {
        return None;
    }
    let code = words.next()?;
    if code.len() != 3 {
        return None;
    }
    Some(HttpStatus {
        code: code.parse().ok()?,
        reason: words.next().unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_line_has_a_code_and_words() {
        let read = |line| status(line).map(|status| (status.code, status.reason));
        assert_eq!(
            read("HTTP/1.1 400 Bad Request\r"),
            Some((400, "Bad Request".to_owned()))
        );
        assert_eq!(read("HTTP/1.0 200 "), Some((200, String::new())));
        assert_eq!(read("HTTP/1.1 200"), Some((200, String::new())));
        for wrong in [
            "",
            "HTTP/2 200",
            "HTTP/1.1",
            "HTTP/1.1 20",
            "HTTP/1.1 2xx OK",
            "220 mail",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
