//! What became of each extension that was asked for.

use std::fmt;

use crate::x509::Extension;

/// One extension of a request and what the CA made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Which extension.
    pub extension: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// Granted, changed or refused; a change and a refusal have their reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The certificate has it as asked.
    Granted,
    /// The certificate has it with another content.
    Changed(String),
    /// The certificate does not have it.
    Refused(String),
}

impl Decision {
    pub(super) fn new(extension: &Extension, outcome: Outcome) -> Self {
        Self {
            extension: extension.name(),
            outcome,
        }
    }
}

impl Outcome {
    /// `granted`, `changed` or `refused`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Changed(_) => "changed",
            Self::Refused(_) => "refused",
        }
    }

    /// Why, where it was not granted.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Granted => None,
            Self::Changed(reason) | Self::Refused(reason) => Some(reason),
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.extension, self.outcome.word())?;
        self.outcome
            .reason()
            .map_or(Ok(()), |reason| write!(formatter, ": {reason}"))
    }
}
