//! Why a step of a rollover is not taken.

use time::OffsetDateTime;

use super::LeftBehind;
use crate::{store::StoreName, x509::moment_text};

/// A refusal, with the CA that it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RolloverRefusal {
    /// A CA that the inventory knows by its file only.
    #[error("{subject} has no name in this PKI and cannot be rolled over")]
    Nameless {
        /// Its subject.
        subject: String,
    },
    /// There is a successor already.
    #[error("the CA {name} has the successor {successor} already")]
    HasSuccessor {
        /// The CA.
        name: String,
        /// Its successor.
        successor: String,
    },
    /// The rollover to this CA is not over.
    #[error("{name} is itself the successor of {old}, which is not retired yet")]
    NotOver {
        /// The CA.
        name: String,
        /// The CA before it.
        old: String,
    },
    /// There is no successor.
    #[error("the CA {name} has no successor yet")]
    NoSuccessor {
        /// The CA.
        name: String,
    },
    /// Cross-certificates are missing.
    #[error("the cross-certificates between {name} and its successor are not made yet")]
    NotCrossCertified {
        /// The CA.
        name: String,
    },
    /// Clients have not had the time to learn the new root.
    #[error(
        "the new root of {name} is being distributed until {}, {days_left} more days",
        moment_text(*.until)
    )]
    Distributing {
        /// The CA.
        name: String,
        /// When the time is over.
        until: OffsetDateTime,
        /// Days until then, rounded up.
        days_left: i64,
    },
    /// The successor does not sign yet.
    #[error("the successor of {name} does not sign yet")]
    NotSwitched {
        /// The CA.
        name: String,
    },
    /// Certificates under the old key are in use.
    #[error("{left} under the old key of {name} would no longer be trusted")]
    InUse {
        /// The CA.
        name: String,
        /// What is in use.
        left: LeftBehind,
    },
    /// Servers are not known to serve what was made anew.
    #[error(
        "the servers of {} may still serve what the old key of {name} signed",
        listed(waiting)
    )]
    NotServed {
        /// The CA.
        name: String,
        /// What was made anew.
        waiting: Vec<StoreName>,
    },
    /// Another name below a CA that allows no CA below itself.
    #[error(
        "the path length of {name} is 0: it can certify a successor of its own name only (RFC 5280 §4.2.1.9)"
    )]
    OtherName {
        /// The CA.
        name: String,
    },
}

/// The first few names.
fn listed(names: &[StoreName]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(StoreName::to_string).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl RolloverRefusal {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Nameless { .. } => "adopt it under a name with 'certmint ca import'".to_owned(),
            Self::HasSuccessor { name, .. } | Self::NotSwitched { name } => {
                format!("'certmint ca rollover status {name}' says what is next")
            }
            Self::NotOver { old, .. } => {
                format!("finish that one first: 'certmint ca rollover status {old}'")
            }
            Self::NoSuccessor { name } | Self::NotCrossCertified { name } => {
                format!("run 'certmint ca rollover next {name}'")
            }
            Self::Distributing { name, .. } => format!(
                "give ca/{name}.bundle.crt to every client meanwhile; --before-time switches now all the same"
            ),
            Self::InUse { name, left, .. } if left.filed > 0 => format!(
                "'certmint reissue --ca {name}' makes them anew; --with-certificates-in-use retires the key all the same"
            ),
            Self::InUse { .. } => {
                "have their holders' requests signed anew, or revoke them; --with-certificates-in-use retires the key all the same"
                    .to_owned()
            }
            Self::NotServed { .. } => {
                "'certmint renew' tells them; --with-certificates-in-use retires the key all the same"
                    .to_owned()
            }
            Self::OtherName { .. } => "leave out --cn".to_owned(),
        };
        Some(hint)
    }
}
