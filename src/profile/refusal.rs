//! Why an application is not approved.

use std::fmt;

/// One reason, with its source where a document demands it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A leaf profile, and a request or section that would make a CA.
    MakesCa {
        /// What would make it one.
        because: String,
    },
    /// A key that certmint certifies for nobody.
    UnsupportedKey {
        /// What it is.
        key: String,
    },
    /// Nothing that a TLS client could match.
    NoHostName {
        /// The profile.
        profile: String,
    },
    /// Neither a subject nor a subject alternative name.
    NoName,
    /// A subject alternative name that is none.
    BadName {
        /// Which, and why.
        reason: String,
    },
    /// An extension that cannot be read or must not be there.
    BadExtension {
        /// Which, where it is written, and why.
        reason: String,
    },
    /// A server's life beyond what Apple's systems accept.
    LongLife {
        /// Its days, rounded up.
        days: i64,
    },
    /// A CA without a name.
    NamelessCa,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MakesCa { because } => {
                write!(
                    formatter,
                    "{because} would make it a CA, and a leaf profile certifies none"
                )
            }
            Self::UnsupportedKey { key } => {
                write!(
                    formatter,
                    "its key is {key}; certified are RSA of 2048 to 8192 bits, EC P-256, P-384 and P-521, and Ed25519"
                )
            }
            Self::NoHostName { profile } => write!(
                formatter,
                "a {profile} certificate without a host name or IP address among its subject alternative names matches no connection (RFC 9525 §6.3)"
            ),
            Self::NoName => formatter.write_str(
                "it has neither a subject nor a subject alternative name (RFC 5280 §4.1.2.6)",
            ),
            Self::BadName { reason } | Self::BadExtension { reason } => formatter.write_str(reason),
            Self::LongLife { days } => write!(
                formatter,
                "a server certificate of {days} days is refused by Apple's systems, which accept 825 (support.apple.com/103769)"
            ),
            Self::NamelessCa => formatter.write_str("a CA needs a subject (RFC 5280 §4.1.2.6)"),
        }
    }
}

impl Refusal {
    /// What to do instead.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::MakesCa { .. } => Some("make a subordinate CA with 'certmint ca intermediate'"),
            Self::UnsupportedKey { .. } => Some(
                "have the requester make a new key, for example with 'certmint key new --key p256'",
            ),
            Self::NoHostName { .. } => Some("add --san with the name that clients connect to"),
            Self::NoName => Some("add --san or --cn"),
            Self::LongLife { .. } => {
                Some("lower --days, or say --allow-long-life if no Apple system will connect")
            }
            Self::NamelessCa => Some("add --cn"),
            Self::BadName { .. } | Self::BadExtension { .. } => None,
        }
    }
}

/// Every reason, at least one, so that a person mends all of them at once.
#[derive(Debug, thiserror::Error)]
pub struct Refusals(pub Vec<Refusal>);

impl fmt::Display for Refusals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons: Vec<String> = self.0.iter().map(Refusal::to_string).collect();
        formatter.write_str(&reasons.join("; "))
    }
}
