//! Bringing chain files and trust bundles up to date when the certificates above others changed: an
//! authority was renewed, or a rollover took a step.
//!
//! Each file is replaced in one rename. The two chain files of a certificate are not replaced
//! together, and need not be: the certificate and its key stay, and every mixture of old and new
//! chains leads up from them.

use std::ops::ControlFlow;
use std::path::Path;

use time::OffsetDateTime;

use super::chain::{ChainPem, ChainsByIssuer, Paths, is_self_signed};
use super::error::StoreError;
use super::files::{self, Secrecy};
use super::inventory::{Authority, Filter, Inventory, Query, RecordId, Row, State};
use super::layout::{CertificateFile, Layout};
use super::name::{Shelf, StoreName};
use crate::x509::{Certificate, pem_block};

/// What was brought up to date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshedChains {
    /// The certificates with new chain files: their servers have to read them again.
    pub certificates: Vec<StoreName>,
    /// The authorities with a new trust bundle.
    pub bundles: Vec<StoreName>,
}

impl RefreshedChains {
    /// Whether all files were up to date.
    pub fn is_nothing(&self) -> bool {
        self.certificates.is_empty() && self.bundles.is_empty()
    }
}

/// Writes what differs, and nothing where the inventory says that nothing changed.
pub(super) fn refresh(
    layout: &Layout,
    inventory: &Inventory,
    now: OffsetDateTime,
) -> Result<RefreshedChains, StoreError> {
    let Some(change) = inventory.stale_chains()? else {
        return Ok(RefreshedChains::default());
    };
    let authorities = inventory.authorities()?;
    let mut refreshed = RefreshedChains::default();
    for old in &authorities {
        let roots = trusted(old, &authorities);
        let (Some(name), false) = (&old.name, roots.is_empty()) else {
            continue;
        };
        if write(&layout.trust_bundle(name), &roots)? {
            refreshed.bundles.push(name.clone());
        }
    }
    let mut newer = Vec::new();
    let outcome = refresh_certificates(layout, inventory, &mut newer);
    // Those whose files were written are noted even where others failed, and before it is noted
    // that all files follow: whoever dies in between leaves servers that will be told once more.
    let (names, ids): (Vec<StoreName>, Vec<RecordId>) = newer.into_iter().unzip();
    inventory.await_chain_readers(&ids, now)?;
    outcome?;
    refreshed.certificates = names;
    // What changed meanwhile is done by who changed it.
    inventory.mark_chains_refreshed(change)?;
    Ok(refreshed)
}

fn refresh_certificates(
    layout: &Layout,
    inventory: &Inventory,
    refreshed: &mut Vec<(StoreName, RecordId)>,
) -> Result<(), StoreError> {
    let paths = Paths::of(inventory)?;
    let mut chains = ChainsByIssuer::new(&paths);
    let query = Query {
        filter: Filter {
            state: Some(State::Issued),
            shelf: Some(Shelf::Certificates),
            ..Filter::default()
        },
        ..Query::default()
    };
    let mut outcome = Ok(());
    inventory.for_each(&query, |row| {
        match refresh_one(layout, inventory, &mut chains, &row) {
            Ok(Some(name)) => refreshed.push((name, row.id)),
            Ok(None) => {}
            Err(error) => {
                outcome = Err(error);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    outcome
}

fn refresh_one(
    layout: &Layout,
    inventory: &Inventory,
    chains: &mut ChainsByIssuer<'_>,
    row: &Row,
) -> Result<Option<StoreName>, StoreError> {
    let (Some(place), Some(issuer)) = (&row.place, row.issuer) else {
        return Ok(None);
    };
    let folder = layout.generation(&place.name, place.generation);
    let chain = chains.signed_by(issuer);
    if chain.is_empty() || !folder.is_dir() {
        return Ok(None);
    }
    let der = inventory.certificate_der(row.id)?.unwrap_or_default();
    let Ok(certificate) = Certificate::from_der(&der) else {
        return Ok(None);
    };
    let ChainPem { full_chain, chain } = ChainPem::new(&certificate, chain);
    let mut changed = false;
    for (file, content) in [
        (CertificateFile::FullChain, full_chain),
        (CertificateFile::Chain, chain),
    ] {
        changed |= write(&folder.join(file.file_name(&place.name)), &content)?;
    }
    Ok(changed.then(|| place.name.clone()))
}

/// PEM of the roots that clients of an authority are to trust while and after it is rolled over:
/// its own until it is retired, and its successors'. Empty if it is no root or has no successor.
fn trusted(old: &Authority, authorities: &[Authority]) -> String {
    let is_root = Certificate::from_der(&old.certificate_der)
        .is_ok_and(|certificate| is_self_signed(&certificate));
    if old.successor.is_none() || !is_root {
        return String::new();
    }
    let mut pem = String::new();
    let mut next = Some(old);
    // A chain of successors has no more links than there are authorities.
    for _ in authorities {
        let Some(root) = next else { break };
        if root.retired_at.is_none() {
            pem.push_str(&pem_block("CERTIFICATE", &root.certificate_der));
        }
        next = authorities
            .iter()
            .find(|other| Some(other.id) == root.successor);
    }
    pem
}

/// Whether the file had another content.
fn write(path: &Path, content: &str) -> Result<bool, StoreError> {
    let is_there =
        path.is_file() && files::read(path, files::USUAL_LIMIT)?.as_slice() == content.as_bytes();
    if !is_there {
        files::replace(path, content.as_bytes(), Secrecy::Public)?;
    }
    Ok(!is_there)
}
