//! A rule: who says what, how much it weighs, and the question that it asks.

use std::fmt;

use super::{Case, finding::Trouble};

/// What a destination asks of a certificate.
///
/// Rules are made in this room alone.
#[derive(Debug)]
pub struct Rule {
    pub(super) id: &'static str,
    pub(super) severity: Severity,
    pub(super) source: Source,
    pub(super) asks: &'static str,
    pub(super) check: fn(&Case<'_>) -> Option<Trouble>,
}

/// How much a rule weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is taken, and something is not as it should be.
    Warns,
    /// It is refused.
    Refuses,
}

/// Where a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A section of a standard, such as `RFC 5280 §4.2.1.6`.
    Standard(&'static str),
    /// A page of the vendor.
    Page {
        /// Its title.
        title: &'static str,
        /// Its address, without `https://`.
        address: &'static str,
    },
    /// What the program says itself when it meets such a certificate.
    Program {
        /// The program with its version.
        name: &'static str,
        /// Its message.
        says: &'static str,
    },
}

impl Rule {
    /// A rule that refuses.
    pub(super) const fn refuses(
        id: &'static str,
        source: Source,
        asks: &'static str,
        check: fn(&Case<'_>) -> Option<Trouble>,
    ) -> Self {
        Self {
            id,
            severity: Severity::Refuses,
            source,
            asks,
            check,
        }
    }

    /// A rule that warns.
    pub(super) const fn warns(
        id: &'static str,
        source: Source,
        asks: &'static str,
        check: fn(&Case<'_>) -> Option<Trouble>,
    ) -> Self {
        Self {
            severity: Severity::Warns,
            ..Self::refuses(id, source, asks, check)
        }
    }

    /// Its identifier, which stays: `apple-825-days`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Where it stands.
    pub fn source(&self) -> Source {
        self.source
    }

    /// What it asks, in a sentence without a full stop.
    pub fn asks(&self) -> &'static str {
        self.asks
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Warns => "warns",
            Self::Refuses => "refuses",
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(section) => formatter.write_str(section),
            Self::Page { title, address } => write!(formatter, "{title} ({address})"),
            Self::Program { name, says } => write!(formatter, "{name} says: {says}"),
        }
    }
}
