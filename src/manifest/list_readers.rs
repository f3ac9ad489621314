//! The certificates whose servers read revocation lists.

use time::OffsetDateTime;

use super::{certificate::DesiredCertificate, desired::Manifest};
use crate::{
    authority::{AuthorityError, ListChains},
    store::{ActivationNeed, Inventory, RecordId, Row, Shelf, State, StoreName, chain_above},
    target::{Library, VariableKind},
    x509::Certificate,
};

/// The certificates of which a target is told a CA whose file of lists has one of these, and whose
/// servers can be told: they read their lists when they are reloaded. What is made in this very run
/// has no servers yet.
///
/// # Errors
/// What the inventory refuses.
pub fn list_readers(
    inventory: &Inventory,
    library: &Library,
    manifest: &Manifest,
    lists: &[StoreName],
    now: OffsetDateTime,
) -> Result<Vec<RecordId>, AuthorityError> {
    let mut readers = Vec::new();
    if lists.is_empty() {
        return Ok(readers);
    }
    let chains = ListChains::of(inventory)?;
    let changed: Vec<StoreName> = lists
        .iter()
        .flat_map(|name| chains.readers_of(name))
        .collect();
    for wanted in manifest.certificates() {
        if wanted.activation() == ActivationNeed::Nothing {
            continue;
        }
        let current = inventory.current(Shelf::Certificates, &wanted.name)?;
        // The inventory keeps whole seconds.
        let is_older = |row: &Row| {
            row.status
                .signed()
                .is_some_and(|signed| signed.issued_at.unix_timestamp() < now.unix_timestamp())
        };
        let Some(row) = current.filter(|row| row.status.state() == State::Issued && is_older(row))
        else {
            continue;
        };
        let der = inventory.certificate_der(row.id)?.unwrap_or_default();
        let above = chain_above(inventory, &Certificate::from_der(&der)?)?;
        let reads = named_authorities(library, wanted).any(|named| {
            let authority = match named.as_str() {
                "@root" => above.last().and_then(|root| chains.name_of(root)),
                "@issuer" => above.first().and_then(|issuer| chains.name_of(issuer)),
                name => name.parse().ok(),
            };
            authority.is_some_and(|authority| changed.contains(&authority))
        });
        if reads {
            readers.push(row.id);
        }
    }
    Ok(readers)
}

/// What the manifest says where a target has to be told a CA.
fn named_authorities<'a>(
    library: &'a Library,
    wanted: &'a DesiredCertificate,
) -> impl Iterator<Item = String> + 'a {
    wanted.settings.iter().flat_map(|(target, written)| {
        let variables = library
            .target(target)
            .map(|target| target.variables)
            .unwrap_or_default();
        variables
            .into_iter()
            .filter(|variable| variable.kind == VariableKind::Authority)
            .filter_map(|variable| written.get(&variable.name).cloned())
            .flatten()
            .collect::<Vec<String>>()
    })
}
