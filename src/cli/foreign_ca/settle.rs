//! Folders for imported certificates whose private keys lie beside the CA.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use time::OffsetDateTime;

use super::{ForeignCa, keys::LeafKeys};
use crate::{
    authority::{LeftOut, Settlement, settle},
    store::{
        AuthorityId, CertificateKind, Filter, Order, Query, Row, Shelf, Sort, Source, State, Store,
        StoreError, StoreName,
    },
    x509::{Certificate, GeneralName},
};

/// What became of the certificates whose keys were found.
#[derive(Default)]
pub(crate) struct Settled {
    /// The names that have a folder now, with it.
    pub(crate) folders: Vec<(StoreName, PathBuf)>,
    /// Keys whose certificates have none.
    pub(crate) left_out: Vec<LeftOut>,
}

/// Gives the newest valid certificate of each private key that is found a folder.
pub(crate) fn settle_all(
    store: &mut Store,
    ca: &ForeignCa,
    issuer: AuthorityId,
    now: OffsetDateTime,
) -> Result<Settled> {
    let keys = LeafKeys::of(ca)?;
    let mut settled = Settled::default();
    settled
        .left_out
        .extend(keys.encrypted.iter().map(|file| LeftOut {
            place: file.display().to_string(),
            reason: "the key is encrypted, so nobody can tell its certificate".to_owned(),
        }));
    let rows = store.inventory().list(&Query {
        filter: Filter {
            issuers: vec![issuer],
            state: Some(State::Issued),
            ends_from: Some(now),
            ..Filter::default()
        },
        sort: Sort::NotAfter,
        order: Order::Descending,
        ..Query::default()
    })?;
    // The newest one of a key comes first, and one that has a folder before all.
    let mut done: HashSet<[u8; 32]> = rows
        .iter()
        .filter(|row| row.place.is_some())
        .map(|row| row.public_key_sha256)
        .collect();
    for row in &rows {
        let is_leaf = row.kind != CertificateKind::Ca && row.source == Source::Imported;
        if !is_leaf || done.contains(&row.public_key_sha256) {
            continue;
        }
        if settle_one(store, &keys, row, now, &mut settled)? {
            done.insert(row.public_key_sha256);
        }
    }
    Ok(settled)
}

/// Whether there is a key for it.
fn settle_one(
    store: &mut Store,
    keys: &LeafKeys,
    row: &Row,
    now: OffsetDateTime,
    settled: &mut Settled,
) -> Result<bool> {
    let der = store.inventory().certificate_der(row.id)?;
    let certificate = Certificate::from_der(&der.context("an imported certificate has no bytes")?)?;
    let Some(found) = keys.of_public_key(certificate.public_key().spki_der()) else {
        return Ok(false);
    };
    let place = found.file.display().to_string();
    let mut leave_out = |reason: String| {
        settled.left_out.push(LeftOut {
            place: place.clone(),
            reason,
        });
    };
    let Some(name) = name(&found.file, &certificate) else {
        leave_out("neither its file nor its certificate has a name that a folder can have".into());
        return Ok(true);
    };
    let settlement = Settlement {
        id: row.id,
        name: name.clone(),
        certificate,
        key: found.key,
    };
    match settle(store, &settlement, now) {
        Ok(_) => {
            let folder = store.layout().certificate_folder(&name);
            settled.folders.push((name, folder));
        }
        Err(crate::authority::AuthorityError::Store(
            error @ (StoreError::NameTaken {
                shelf: Shelf::Certificates,
                ..
            }
            | StoreError::Exists { .. }
            | StoreError::InTheWay { .. }),
        )) => leave_out(error.to_string()),
        Err(error) => return Err(error.into()),
    }
    Ok(true)
}

/// What the key's file is called, else the common name, else a host name.
fn name(key_file: &Path, certificate: &Certificate) -> Option<StoreName> {
    let stem = key_file.file_stem()?.to_str()?;
    let stem = [".key", "-key", "_key"]
        .iter()
        .find_map(|suffix| stem.strip_suffix(suffix))
        .unwrap_or(stem);
    let is_number = !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
    let by_file = (!is_number).then(|| stem.parse().ok()).flatten();
    let host = || {
        let names = certificate.subject_alt_names().ok()?;
        names.iter().find_map(|name| match name {
            GeneralName::Dns(host) => host.parse().ok(),
            _ => None,
        })
    };
    by_file
        .or_else(|| certificate.subject().common_name()?.parse().ok())
        .or_else(host)
}
