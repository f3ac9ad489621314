//! What cannot be in a manifest though every value of it can.

use std::fmt;

use crate::store::StoreName;

/// The tables of a manifest that have names below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// `[ca.NAME]`
    Ca,
    /// `[server.NAME]`
    Server,
    /// `[client.NAME]`
    Client,
    /// `[peer.NAME]`
    Peer,
}

impl Table {
    /// Every table, in the order in which a manifest is read and written.
    pub(super) const ALL: [Self; 4] = [Self::Ca, Self::Server, Self::Client, Self::Peer];

    /// Its key.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ca => "ca",
            Self::Server => "server",
            Self::Client => "client",
            Self::Peer => "peer",
        }
    }
}

/// A rule that is broken, and by which key of which entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The table.
    pub table: Table,
    /// The entry's name.
    pub name: String,
    /// The key; where the manifest does not have it, the entry itself is pointed at.
    pub key: &'static str,
    /// The CA above whose values the rule looks at too.
    pub above: Option<StoreName>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            name,
            key: _,
            above: _,
            what,
            remedy,
        } = self;
        write!(formatter, "[{}.{name}]: {what}: {remedy}", table.word())
    }
}
