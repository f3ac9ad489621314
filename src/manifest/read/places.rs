//! Where each entry and each of its keys is written.

use std::collections::HashMap;

use crate::manifest::contradiction::{Contradiction, Table};

use super::fields::Fields;

/// The places that a contradiction can point at.
#[derive(Default)]
pub(super) struct Places {
    entries: HashMap<(Table, String), Place>,
}

struct Place {
    at: usize,
    keys: HashMap<String, usize>,
}

impl Places {
    pub(super) fn add(&mut self, table: Table, fields: &Fields<'_>) {
        let keys = fields
            .places()
            .map(|(key, at)| (key.to_owned(), at))
            .collect();
        let place = Place {
            at: fields.at(),
            keys,
        };
        self.entries.insert((table, spelling(fields.name())), place);
    }

    /// The value that breaks the rule; the entry's name where the value is a default.
    pub(super) fn find(&self, found: &Contradiction) -> usize {
        self.entries
            .get(&(found.table, found.name.clone()))
            .map_or(0, |place| {
                place.keys.get(found.key).copied().unwrap_or(place.at)
            })
    }
}

/// A wildcard's folder is another spelling of its name.
fn spelling(name: &str) -> String {
    name.parse::<crate::store::StoreName>()
        .map_or_else(|_| name.to_owned(), |name| name.to_string())
}
