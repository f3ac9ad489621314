//! Object identifiers and the names that openssl has for them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use der::Tag;

use super::encode::{Encoded, tlv};

/// openssl 3.0's table (`openssl list -objects`): identifier, short name, long name where it
/// differs.
const BUILT_IN: &str = include_str!("objects.txt");

/// An object identifier in dotted form that can be encoded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Oid {
    dotted: String,
}

impl Oid {
    /// Reads a dotted identifier of at least two arcs (X.660 §A.5). Leading zeros are dropped.
    pub(super) fn from_dotted(text: &str) -> Option<Self> {
        let arcs = text
            .split('.')
            .map(|arc| {
                let digits = !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| arc.parse().ok()).flatten()
            })
            .collect::<Option<Vec<u128>>>()?;
        let valid = match arcs.as_slice() {
            [0 | 1, second, ..] => *second < 40,
            [2, second, ..] => *second <= u128::MAX - 80,
            _ => false,
        };
        valid.then(|| Self {
            dotted: arcs
                .iter()
                .map(u128::to_string)
                .collect::<Vec<_>>()
                .join("."),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.dotted
    }

    /// The content octets (X.690 §8.19).
    pub(super) fn content(&self) -> Vec<u8> {
        let mut arcs = self.dotted.split('.').map(|arc| arc.parse().unwrap_or(0));
        let first: u128 = arcs.next().unwrap_or(0);
        let second: u128 = arcs.next().unwrap_or(0);
        let mut content = Vec::new();
        push_arc(&mut content, (first * 40).saturating_add(second));
        for arc in arcs {
            push_arc(&mut content, arc);
        }
        content
    }

    /// `OBJECT IDENTIFIER`.
    pub(super) fn to_der(&self) -> Encoded {
        tlv(Tag::ObjectIdentifier, &self.content())
    }
}

fn push_arc(content: &mut Vec<u8>, arc: u128) {
    let digits = (128 - arc.leading_zeros()).div_ceil(7).max(1);
    for digit in (0..digits).rev() {
        let group = u8::try_from((arc >> (digit * 7)) & 0x7F).unwrap_or(0);
        content.push(if digit == 0 { group } else { group | 0x80 });
    }
}

/// The names that a configuration can use: openssl's own and those of its `oid_section`.
#[derive(Debug, Clone, Default)]
pub(super) struct ObjectNames {
    by_name: HashMap<String, Oid>,
    identifiers: HashSet<Oid>,
}

/// The table by name and by identifier, made at its first use.
struct Table {
    by_short: HashMap<&'static str, &'static str>,
    by_long: HashMap<&'static str, &'static str>,
    identifiers: HashSet<&'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table {
        by_short: HashMap::new(),
        by_long: HashMap::new(),
        identifiers: HashSet::new(),
    };
    for object in built_in() {
        table.by_short.entry(object.short).or_insert(object.dotted);
        table.by_long.entry(object.long).or_insert(object.dotted);
        table.identifiers.insert(object.dotted);
    }
    table
});

/// One line of the table.
struct BuiltIn {
    dotted: &'static str,
    short: &'static str,
    long: &'static str,
}

fn built_in() -> impl Iterator<Item = BuiltIn> {
    BUILT_IN.lines().filter_map(|line| {
        let (dotted, names) = line.split_once('|')?;
        let (short, long) = names.split_once('|').unwrap_or((names, names));
        Some(BuiltIn {
            dotted,
            short,
            long,
        })
    })
}

impl ObjectNames {
    /// Finds a short name, a long name or a dotted identifier, in that order, as `OBJ_txt2obj`.
    pub(super) fn find(&self, text: &str) -> Option<Oid> {
        self.find_name(text).or_else(|| Oid::from_dotted(text))
    }

    fn find_name(&self, text: &str) -> Option<Oid> {
        TABLE
            .by_short
            .get(text)
            .or_else(|| TABLE.by_long.get(text))
            .and_then(|dotted| Oid::from_dotted(dotted))
            .or_else(|| self.by_name.get(text).cloned())
    }

    /// Whether the identifier has a name already.
    fn names(&self, oid: &Oid) -> bool {
        TABLE.identifiers.contains(oid.as_str()) || self.identifiers.contains(oid)
    }

    /// Adds a name of an `oid_section`. Neither name nor identifier may be known already
    /// (`OBJ_create`): false, and nothing is added.
    #[must_use]
    pub(super) fn add(&mut self, short: &str, long: &str, oid: Oid) -> bool {
        let free =
            self.find_name(short).is_none() && self.find_name(long).is_none() && !self.names(&oid);
        if free {
            self.identifiers.insert(oid.clone());
            self.by_name.insert(short.to_owned(), oid.clone());
            self.by_name.insert(long.to_owned(), oid);
        }
        free
    }

    /// All short and long names, for suggestions.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        built_in()
            .flat_map(|object| [object.short, object.long])
            .chain(self.by_name.keys().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_an_object() {
        assert!(built_in().count() > 1000);
        for object in built_in() {
            assert!(
                Oid::from_dotted(object.dotted).is_some(),
                "{}",
                object.short
            );
        }
    }

    #[test]
    fn identifiers_are_encoded() {
        let content = |text: &str| Oid::from_dotted(text).map(|oid| oid.content());
        assert_eq!(content("2.5.4.3"), Some(vec![0x55, 4, 3]));
        assert_eq!(content("2.999.1"), Some(vec![0x88, 0x37, 1]));
        assert_eq!(content("1.40"), None);
        assert_eq!(content("3.1"), None);
        assert_eq!(content("2"), None);
        assert_eq!(content("2.5."), None);
    }
}
