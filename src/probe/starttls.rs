//! Asking a server of another protocol to begin TLS.

use std::{
    fmt,
    io::{self, ErrorKind, Read as _, Write as _},
    net::IpAddr,
    str::FromStr,
};

use super::connection::Connection;

/// A protocol that begins in the clear and goes over to TLS when the client asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartTls {
    /// RFC 3207.
    Smtp,
    /// RFC 9051 §6.2.1.
    Imap,
    /// RFC 4511 §4.14.
    Ldap,
    /// `SSLRequest` of PostgreSQL's frontend/backend protocol (PostgreSQL documentation §53.2.11).
    Postgresql,
}

/// A word that is no such protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown protocol {0:?}: expected smtp, imap, ldap or postgresql")]
pub struct UnknownStartTls(String);

/// Why a server did not go over to TLS.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoStartTls {
    /// The server said no, or something else.
    #[error("{0}")]
    Said(String),
    /// The connection failed.
    #[error(transparent)]
    Connection(#[from] io::Error),
}

/// A line of a greeting is no longer (RFC 5321 §4.5.3.1.5 has 512 octets, capabilities may have
/// more).
const LONGEST_LINE: usize = 8192;
/// No greeting has more lines.
const MOST_LINES: usize = 128;
/// `StartTLS` of RFC 4511 §4.14.1: message 1, an ExtendedRequest of 1.3.6.1.4.1.1466.20037.
const LDAP_REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
/// `SSLRequest`: its length, 8, and the code 80877103.
const POSTGRESQL_REQUEST: &[u8] = &[0, 0, 0, 8, 4, 210, 22, 47];

impl StartTls {
    /// The word: `smtp`, `imap`, `ldap`, `postgresql`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Imap => "imap",
            Self::Ldap => "ldap",
            Self::Postgresql => "postgresql",
        }
    }

    /// The port that the protocol is usually at.
    pub fn usual_port(self) -> u16 {
        match self {
            Self::Smtp => 25,
            Self::Imap => 143,
            Self::Ldap => 389,
            Self::Postgresql => 5432,
        }
    }

    /// Brings the server to the point where the client's hello is next.
    pub(super) fn begin(self, connection: &mut Connection) -> Result<(), NoStartTls> {
        match self {
            Self::Smtp => smtp(connection),
            Self::Imap => imap(connection),
            Self::Ldap => ldap(connection),
            Self::Postgresql => postgresql(connection),
        }
    }
}

impl FromStr for StartTls {
    type Err = UnknownStartTls;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Smtp, Self::Imap, Self::Ldap, Self::Postgresql]
            .into_iter()
            .find(|one| one.word() == word)
            .ok_or_else(|| UnknownStartTls(word.to_owned()))
    }
}

impl fmt::Display for StartTls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Smtp => "SMTP",
            Self::Imap => "IMAP",
            Self::Ldap => "LDAP",
            Self::Postgresql => "PostgreSQL",
        })
    }
}

fn smtp(connection: &mut Connection) -> Result<(), NoStartTls> {
    reply(connection, "220")?;
    // The client has no name that means anything to the server (RFC 5321 §4.1.3).
    let own = match connection.own_address() {
        Some(IpAddr::V6(address)) => format!("IPv6:{address}"),
        Some(IpAddr::V4(address)) => address.to_string(),
        None => "127.0.0.1".to_owned(),
    };
    connection.write_all(format!("EHLO [{own}]\r\n").as_bytes())?;
    let offered = reply(connection, "250")?;
    let has_it = |line: &String| {
        line.get(4..)
            .is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"))
    };
    if !offered.iter().any(has_it) {
        return Err(NoStartTls::Said(
            "the server does not offer STARTTLS in its answer to EHLO".to_owned(),
        ));
    }
    connection.write_all(b"STARTTLS\r\n")?;
    reply(connection, "220").map(drop)
}

/// The lines of a reply (RFC 5321 §4.2.1); the last has a space after its code.
fn reply(connection: &mut Connection, code: &str) -> Result<Vec<String>, NoStartTls> {
    let mut lines = Vec::new();
    for _ in 0..MOST_LINES {
        let line = line(connection)?;
        if !line.starts_with(code) {
            return Err(said(&line));
        }
        let is_last = line.as_bytes().get(3) != Some(&b'-');
        lines.push(line);
        if is_last {
            return Ok(lines);
        }
    }
    Err(NoStartTls::Said(
        "the server's reply does not end".to_owned(),
    ))
}

fn imap(connection: &mut Connection) -> Result<(), NoStartTls> {
    let greeting = line(connection)?;
    if !greeting.starts_with("* OK") {
        return Err(said(&greeting));
    }
    connection.write_all(b"a1 STARTTLS\r\n")?;
    for _ in 0..MOST_LINES {
        let line = line(connection)?;
        match line.strip_prefix("a1 ") {
            Some(rest) if rest.starts_with("OK") => return Ok(()),
            Some(_) => return Err(said(&line)),
            None if line.starts_with("* ") => {}
            None => return Err(said(&line)),
        }
    }
    Err(NoStartTls::Said(
        "the server's reply does not end".to_owned(),
    ))
}

fn ldap(connection: &mut Connection) -> Result<(), NoStartTls> {
    connection.write_all(LDAP_REQUEST)?;
    let mut head = [0; 2];
    connection.read_exact(&mut head)?;
    let [tag, first] = head;
    let no_ldap = || NoStartTls::Said("the server does not answer in LDAP".to_owned());
    if tag != 0x30 {
        return Err(no_ldap());
    }
    // OpenLDAP writes short lengths, Active Directory long ones of up to four octets.
    let length = if first < 0x80 {
        usize::from(first)
    } else {
        let mut octets = vec![0; usize::from(first & 0x7f).min(4)];
        connection.read_exact(&mut octets)?;
        octets
            .iter()
            .fold(0, |length, octet| (length << 8) | usize::from(*octet))
    };
    if length > LONGEST_LINE {
        return Err(no_ldap());
    }
    let mut message = vec![0; length];
    connection.read_exact(&mut message)?;
    // resultCode is the only ENUMERATED of one octet of an ExtendedResponse.
    let code = message
        .windows(3)
        .find_map(|window| match window {
            [0x0a, 1, code] => Some(*code),
            _ => None,
        })
        .ok_or_else(no_ldap)?;
    match code {
        0 => Ok(()),
        2 => Err(NoStartTls::Said(
            "the server has no StartTLS (protocolError)".to_owned(),
        )),
        code => Err(NoStartTls::Said(format!(
            "the server refuses StartTLS with the LDAP result code {code}"
        ))),
    }
}

fn postgresql(connection: &mut Connection) -> Result<(), NoStartTls> {
    connection.write_all(POSTGRESQL_REQUEST)?;
    let mut answer = [0];
    connection.read_exact(&mut answer)?;
    match answer {
        [b'S'] => Ok(()),
        [b'N'] => Err(NoStartTls::Said(
            "the server has TLS turned off (ssl = off)".to_owned(),
        )),
        _ => Err(NoStartTls::Said(
            "the server does not answer in PostgreSQL's protocol".to_owned(),
        )),
    }
}

fn said(line: &str) -> NoStartTls {
    NoStartTls::Said(format!("the server says {line:?}"))
}

/// A line without its end. Octet by octet, so that nothing of what follows is taken.
fn line(connection: &mut Connection) -> Result<String, NoStartTls> {
    let mut line = Vec::new();
    let mut octet = [0];
    while line.len() < LONGEST_LINE {
        if connection.read(&mut octet)? == 0 {
            return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
        }
        match octet {
            [b'\n'] => break,
            [octet] => line.push(octet),
        }
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}
