//! Files in foreign formats.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use time::OffsetDateTime;

use super::{
    ApplyError, Secrets,
    files::with_chain,
    foreign::{Subject, content},
};
use crate::{
    manifest::{DesiredCertificate, Export},
    store::{ExportRecord, Shelf, Store, StoreError, StoreName, files},
};

/// Writes a certificate in a foreign format, over an older file that was written for it.
pub(super) fn export(
    store: &mut Store,
    name: &StoreName,
    export: &Export,
    secrets: &mut dyn Secrets,
    folder: &Path,
    now: OffsetDateTime,
) -> Result<PathBuf, ApplyError> {
    let unknown = || StoreError::NameUnknown {
        name: name.to_string(),
    };
    let row = store
        .inventory()
        .current(Shelf::Certificates, name)?
        .ok_or_else(unknown)?;
    let (certificate, chain) = with_chain(store, row.id, name)?;
    let path = folder.join(&export.file);
    if files::is_inside(&path, store.layout().root())? {
        return Err(ApplyError::InsidePki { path });
    }
    let subject = Subject {
        name,
        certificate: &certificate,
        chain: &chain,
        issuer: row.issuer,
    };
    let (content, secrecy) = content(store, &subject, &export.format, secrets, now)?;
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(digest(&SHA256, &content).as_ref());
    // Known before it is there: what a killed process has not written is missing, and what it has
    // is known to be ours.
    let file = export.file.to_string_lossy().into_owned();
    let record = ExportRecord {
        file: file.clone(),
        certificate: row.id,
        settings: export.format.settings(&chain),
        sha256,
    };
    let before = store.inventory().export(&file)?;
    store.record_exports(&[record], now)?;
    // Only what was written for it before is replaced: another file may have come since the plan.
    let written = match &before {
        Some(_) => files::replace(&path, &content, secrecy),
        None => files::create_new(&path, &content, secrecy),
    };
    if let Err(error) = written {
        match before {
            Some(before) => store.record_exports(&[before], now)?,
            None => store.forget_export(&file, now)?,
        }
        return Err(error.into());
    }
    Ok(path)
}

/// Writes the files in foreign formats again that were written for an older generation of a
/// certificate, or with another chain; what was never written, or not as it is wished now, is left
/// to a plan.
pub fn export_again(
    store: &mut Store,
    wanted: &DesiredCertificate,
    secrets: &mut dyn Secrets,
    folder: &Path,
    now: OffsetDateTime,
) -> Vec<Result<PathBuf, ApplyError>> {
    let outdated = |store: &Store, Export { file, format }: &Export| -> Result<bool, ApplyError> {
        let inventory = store.inventory();
        let current = inventory.current(Shelf::Certificates, &wanted.name)?;
        let recorded = inventory.export(&file.to_string_lossy())?;
        let (Some(current), Some(recorded)) = (current, recorded) else {
            return Ok(false);
        };
        if recorded.certificate != current.id {
            return Ok(true);
        }
        let (_, chain) = with_chain(store, current.id, &wanted.name)?;
        Ok(format.is_wish_of(&recorded.settings) && recorded.settings != format.settings(&chain))
    };
    let mut answers = Vec::new();
    for one in &wanted.exports {
        match outdated(store, one) {
            Ok(false) => {}
            Ok(true) => answers.push(export(store, &wanted.name, one, secrets, folder, now)),
            Err(error) => answers.push(Err(error)),
        }
    }
    answers
}
