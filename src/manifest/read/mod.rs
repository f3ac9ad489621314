//! From what was written to what it means.

mod authority;
mod certificate;
mod defaults;
mod export;
mod fields;
mod places;
mod reload;
mod subject;
mod target;

use std::collections::HashSet;

use toml::de::{DeTable, Error};

use crate::{
    profile::LeafKind,
    store::{StoreError, StoreName},
};

use self::{defaults::Defaults, fields::Fields, places::Places};
use super::{
    authority::DesiredAuthority,
    certificate::DesiredCertificate,
    contradiction::{Contradiction, Table},
    desired::Manifest,
    error::ManifestError,
    keys,
    source::Problems,
};

/// Reads a manifest; `file` is what it is called in errors.
///
/// # Errors
/// Every fault with its line and column. Where the text is no TOML, only that is told. Of an entry
/// that has a fault of its own only the rules about names are asked, and so are those that look at a
/// CA above with one, since the others would speak of what is not meant.
pub fn parse(file: &str, text: &str) -> Result<Manifest, ManifestError> {
    let mut problems = Problems::new(file, text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        syntax(error, text, &mut problems);
    }
    if !problems.is_empty() {
        return Err(problems.into_error());
    }
    let top = Fields::top(document.get_ref());
    top.refuse_unknown(keys::TOP, &mut problems);
    let before = problems.count();
    let defaults = match top.value("defaults") {
        Some(value) => Defaults::read(&value, &mut problems),
        None => Defaults::default(),
    };
    let mut doubts = Doubts {
        defaults: problems.count() > before,
        ..Doubts::default()
    };
    let mut places = Places::default();
    let mut authorities: Vec<DesiredAuthority> = Vec::new();
    let mut certificates: Vec<DesiredCertificate> = Vec::new();
    let entries: Vec<_> = Table::ALL
        .into_iter()
        .flat_map(|table| {
            let entries = top
                .value(table.word())
                .map(|value| value.entries(&mut problems));
            entries
                .unwrap_or_default()
                .into_iter()
                .map(move |entry| (table, entry))
        })
        .collect();
    let names = authority_names(&entries);
    for (table, fields) in entries {
        places.add(table, &fields);
        let before = problems.count();
        let Some(name) = entry_name(&fields, &mut problems) else {
            doubts.authorities |= table == Table::Ca;
            continue;
        };
        let called = name.to_string();
        match kind(table) {
            None => {
                let read = authority::read(name, &fields, &defaults, &mut problems);
                doubts.authorities |= read.is_none();
                authorities.extend(read);
            }
            Some(kind) => certificates.extend(certificate::read(
                certificate::Called { name, kind },
                &fields,
                &defaults,
                &names,
                &mut problems,
            )),
        }
        if problems.count() > before {
            doubts.entries.insert((table, called));
        }
    }
    match Manifest::new(authorities, certificates, defaults.removed) {
        Ok(manifest) if problems.is_empty() => Ok(manifest),
        Ok(_) => Err(problems.into_error()),
        Err(contradictions) => {
            for found in contradictions {
                if doubts.leave(&found) {
                    problems.push(places.find(&found), found.what, found.remedy);
                }
            }
            Err(problems.into_error())
        }
    }
}

/// Of what is not known what it was meant to be, since it has a fault.
#[derive(Default)]
struct Doubts {
    defaults: bool,
    /// Not every CA could be read.
    authorities: bool,
    entries: HashSet<(Table, String)>,
}

impl Doubts {
    /// Whether they leave a contradiction to be told.
    fn leave(&self, found: &Contradiction) -> bool {
        let above = found.above.iter().map(|ca| (Table::Ca, ca.to_string()));
        if above.into_iter().any(|ca| self.entries.contains(&ca)) {
            return false;
        }
        let is_doubtful = self.entries.contains(&(found.table, found.name.clone()));
        match found.key {
            // Names are what they are, whatever else is wrong.
            "" => true,
            "ca" | "issuer" => !self.authorities,
            "days" | "renew_days" => !is_doubtful && !self.defaults,
            _ => !is_doubtful,
        }
    }
}

fn kind(table: Table) -> Option<LeafKind> {
    match table {
        Table::Ca => None,
        Table::Server => Some(LeafKind::Server),
        Table::Client => Some(LeafKind::Client),
        Table::Peer => Some(LeafKind::Peer),
    }
}

fn entry_name(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<StoreName> {
    fields
        .name()
        .parse()
        .map_err(|error: StoreError| {
            let remedy = "use letters, digits, `.`, `_`, `-` and `@`; quote a name with a dot: [server.\"www.example.com\"]";
            problems.push(fields.at(), error.to_string(), remedy);
        })
        .ok()
}

fn authority_names(entries: &[(Table, Fields<'_>)]) -> Vec<StoreName> {
    entries
        .iter()
        .filter(|(table, _)| *table == Table::Ca)
        .filter_map(|(_, fields)| fields.name().parse().ok())
        .collect()
}

/// What the TOML parser says, and what usually helps.
fn syntax(error: &Error, text: &str, problems: &mut Problems<'_>) {
    let at = error.span().map_or(text.len(), |span| span.start);
    let message = error.message();
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let remedy = if what.contains("duplicate key") {
        "each key and each table may stand in the file once".to_owned()
    } else if what.contains("must be quoted") {
        let line = text.get(at..).unwrap_or_default();
        let word: String = line
            .chars()
            .take_while(|letter| !letter.is_whitespace())
            .collect();
        format!("write it in double quotes: \"{word}\"")
    } else if expected.is_empty() {
        "TOML's grammar is at https://toml.io".to_owned()
    } else {
        format!("write {expected} here")
    };
    problems.push(at, what, remedy);
}
