//! How a server ends a connection that it does not want, and what it means by that.

use std::{fmt, io};

use rustls::{AlertDescription, Error};

/// How the server ended the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// By an alert (RFC 8446 §6.2).
    Alert(AlertDescription),
    /// By closing the connection without a word.
    Closed,
    /// By something else: what rustls or the operating system said.
    Other(String),
}

/// What the client had done when the server ended the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The server had not asked for a client certificate.
    NotAsked,
    /// It had, and the client had shown none.
    Nothing,
    /// It had, and the client had shown one.
    Certificate,
}

impl Refusal {
    /// What an error of a connection means.
    pub fn of(error: &io::Error) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        match inner {
            Some(Error::AlertReceived(alert)) => Self::Alert(*alert),
            Some(other) => Self::Other(other.to_string()),
            None => match error.kind() {
                io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe => Self::Closed,
                _ => Self::Other(error.to_string()),
            },
        }
    }

    /// Why the server will have done it, in words.
    pub fn meaning(&self, shown: Shown) -> String {
        use AlertDescription as Alert;
        let meaning = match (self, shown) {
            (Self::Alert(Alert::CertificateRequired), _) => {
                "it demands a client certificate and got none"
            }
            (
                Self::Alert(Alert::HandshakeFailure | Alert::BadCertificate | Alert::NoCertificate)
                | Self::Closed,
                Shown::Nothing,
            ) => {
                "it asked for a client certificate and got none, which HAProxy (verify required) and \
                 Apache (SSLVerifyClient require) refuse in this way"
            }
            (Self::Alert(Alert::UnknownCA), Shown::Certificate) => {
                "it does not trust the CA of the client's certificate, or lacks an intermediate or the \
                 revocation list of it"
            }
            (Self::Alert(Alert::CertificateExpired), Shown::Certificate) => {
                "the client's certificate, one above it or the server's revocation list has ended or \
                 has not begun by the server's clock"
            }
            (Self::Alert(Alert::CertificateRevoked), Shown::Certificate) => {
                "the client's certificate is revoked"
            }
            (Self::Alert(Alert::UnsupportedCertificate), Shown::Certificate) => {
                "the client's certificate is not for clients (extendedKeyUsage without clientAuth), \
                 or of a kind that the server does not take"
            }
            (Self::Alert(Alert::DecryptError), Shown::Certificate) => {
                "the client's signature does not fit its certificate"
            }
            (
                Self::Alert(
                    Alert::BadCertificate | Alert::CertificateUnknown | Alert::HandshakeFailure,
                )
                | Self::Closed,
                Shown::Certificate,
            ) => "it does not take the client's certificate, and its log says why",
            (Self::Alert(Alert::AccessDenied), _) => {
                "it knows who the client is and does not let it in"
            }
            (Self::Alert(Alert::UnrecognisedName), _) => "it does not serve that server name",
            (Self::Alert(Alert::ProtocolVersion), _) => "it does not take that protocol version",
            (Self::Alert(Alert::NoApplicationProtocol), _) => {
                "it takes none of the application protocols that were offered"
            }
            (Self::Alert(Alert::HandshakeFailure | Alert::InsufficientSecurity), _) => {
                "it has no cipher suite, curve or signature in common with this client"
            }
            (Self::Alert(Alert::InternalError), _) => {
                "something is wrong at the server, and its log says what"
            }
            (Self::Alert(_), _) => "its log says why",
            (Self::Closed, Shown::NotAsked) => "it closed the connection without saying why",
            (Self::Other(_), _) => "what the server sent could not be followed",
        };
        meaning.to_owned()
    }

    /// What to do, where a client certificate is the matter.
    pub fn remedy(&self, shown: Shown) -> String {
        use AlertDescription as Alert;
        let remedy = match (self, shown) {
            (_, Shown::Nothing) => "show one: --client NAME, or --client-cert F and --client-key F",
            (Self::Alert(Alert::UnknownCA), Shown::Certificate) => {
                "give the server the CA that signed the client's certificate (nginx: \
                 ssl_client_certificate, Apache: SSLCACertificateFile, HAProxy: ca-file), or show a \
                 certificate of a CA that it names"
            }
            (Self::Alert(Alert::CertificateExpired), Shown::Certificate) => {
                "renew the client's certificate, bring the server's revocation list up to date, or \
                 set its clock"
            }
            (Self::Alert(Alert::CertificateRevoked), Shown::Certificate) => {
                "issue the client another certificate"
            }
            (Self::Alert(Alert::UnsupportedCertificate), Shown::Certificate) => {
                "issue the client a certificate with clientAuth: certmint issue client NAME"
            }
            (_, Shown::Certificate) => {
                "try the same files with certmint rehearse, and read the server's log"
            }
            (Self::Alert(Alert::UnrecognisedName), _) => {
                "ask for a name that the server has, with --server-name"
            }
            _ => "read the server's log",
        };
        remedy.to_owned()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert(alert) => write!(
                formatter,
                "alert {} ({})",
                alert_name(*alert),
                u8::from(*alert)
            ),
            Self::Closed => formatter.write_str("connection closed"),
            Self::Other(what) => formatter.write_str(what),
        }
    }
}

/// The name that the RFCs give an alert.
pub fn alert_name(alert: AlertDescription) -> String {
    let camel = match alert {
        AlertDescription::UnknownCA => return "unknown_ca".to_owned(),
        AlertDescription::UnrecognisedName => return "unrecognized_name".to_owned(),
        AlertDescription::BadRecordMac => return "bad_record_mac".to_owned(),
        AlertDescription::UnknownPSKIdentity => return "unknown_psk_identity".to_owned(),
        AlertDescription::Unknown(_) => return "of an unknown kind".to_owned(),
        known => format!("{known:?}"),
    };
    let mut name = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_have_the_names_of_the_rfcs() {
        for (alert, name) in [
            (
                AlertDescription::CertificateRequired,
                "certificate_required",
            ),
            (AlertDescription::UnknownCA, "unknown_ca"),
            (AlertDescription::HandshakeFailure, "handshake_failure"),
            (AlertDescription::UnrecognisedName, "unrecognized_name"),
        ] {
            assert_eq!(alert_name(alert), name);
        }
        let refusal = Refusal::Alert(AlertDescription::UnknownCA);
        assert_eq!(refusal.to_string(), "alert unknown_ca (48)");
        assert!(refusal.meaning(Shown::Certificate).contains("CA"));
    }
}
