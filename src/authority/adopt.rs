//! Adopting a CA that another program made.

use std::path::PathBuf;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{AuthorityError, import::imported, signer::new_authority};
use crate::{
    store::{
        Authority, AuthorityFile, AuthorityId, ImportOutcome, Inventory, LONGEST_CHAIN, Placement,
        Shelf, Store, StoreError, StoreName, chain_above, has_signed, is_self_signed,
    },
    x509::{CaCertificate, Certificate},
};

/// A CA to be adopted.
pub struct Adoption {
    /// What it will be called here.
    pub name: StoreName,
    /// Its certificate.
    pub certificate: CaCertificate,
    /// PEM of its private key, as it will be kept; none to know the CA without being able to sign.
    pub key_pem: Option<Zeroizing<String>>,
    /// Certificates that may stand above it.
    pub above: Vec<Certificate>,
}

/// A CA that was adopted.
#[derive(Debug)]
pub struct Adopted {
    /// How the inventory knows it.
    pub authority: Authority,
    /// The certificates above it as far as they are known; the root last.
    pub chain: Vec<Certificate>,
    /// Its files that were written now.
    pub written: Vec<PathBuf>,
}

/// Makes a CA of another program a CA of this PKI: its certificate and key get their place, and the
/// inventory knows it under its name. Doing it again brings what was missing: a key that was left
/// out, or what a killed process did not come to.
///
/// # Errors
/// A name that another CA has, a CA that has another name, and what the store refuses.
pub fn adopt(
    store: &mut Store,
    adoption: Adoption,
    now: OffsetDateTime,
) -> Result<Adopted, AuthorityError> {
    let certificate = adoption.certificate.certificate().clone();
    let fingerprint = certificate.fingerprint_sha256();
    let written = match name_here(store.inventory(), &certificate)? {
        Some(has) if has != adoption.name => {
            return Err(AuthorityError::KnownAs {
                name: has.to_string(),
            });
        }
        Some(_) => bring_key(store, adoption)?,
        None => found(store, adoption, now)?,
    };
    let authority = store
        .inventory()
        .authority_by_fingerprint(&fingerprint)?
        .ok_or(AuthorityError::Unrecorded)?;
    let chain = chain_above(store.inventory(), &certificate)?;
    Ok(Adopted {
        authority,
        chain,
        written,
    })
}

/// What a CA is called in this PKI. One that was renewed here has its name with the newer
/// certificate.
///
/// # Errors
/// What the inventory refuses.
pub fn name_here(
    inventory: &Inventory,
    certificate: &Certificate,
) -> Result<Option<StoreName>, StoreError> {
    let fingerprint = certificate.fingerprint_sha256();
    let mut known = inventory.authority_by_fingerprint(&fingerprint)?;
    for _ in 0..LONGEST_CHAIN {
        let Some(authority) = known else {
            return Ok(None);
        };
        known = match (authority.name, authority.renewed_by) {
            (Some(name), _) => return Ok(Some(name)),
            (None, Some(newer)) => inventory.authority(newer)?,
            (None, None) => None,
        };
    }
    Ok(None)
}

/// A CA that is there gets the key that it lacks.
fn bring_key(store: &mut Store, adoption: Adoption) -> Result<Vec<PathBuf>, AuthorityError> {
    let Adoption { name, key_pem, .. } = adoption;
    let path = store.layout().authority_file(&name, AuthorityFile::Key);
    match key_pem {
        Some(key_pem) if !path.exists() => {
            store.bring_key(&name, &key_pem)?;
            Ok(vec![path])
        }
        _ => Ok(Vec::new()),
    }
}

/// A CA gets its row, then its place.
fn found(
    store: &mut Store,
    adoption: Adoption,
    now: OffsetDateTime,
) -> Result<Vec<PathBuf>, AuthorityError> {
    let Adoption {
        name,
        certificate,
        key_pem,
        above,
    } = adoption;
    let certificate = certificate.certificate();
    // Asked before anything is noted.
    if let Some(taken) = store.authority_by_name(&name)? {
        return Err(StoreError::NameTaken {
            name: taken.name.unwrap_or(name).to_string(),
            shelf: Shelf::Authorities,
        }
        .into());
    }
    add_above(store, certificate, &above, now)?;
    let id = store.add_authority(&new_authority(certificate, now))?;
    let issuer = issuer(store, certificate, id)?;
    let outcomes = store.import(issuer, &[imported(certificate)?], now)?;
    let record = match outcomes.as_slice() {
        [
            ImportOutcome::Added(record)
            | ImportOutcome::Completed(record)
            | ImportOutcome::Revoked(record)
            | ImportOutcome::Known(record),
        ] => *record,
        _ => return Err(AuthorityError::SerialOfAnother),
    };
    let recorded = store.place(record, &Placement::NewAuthority(name.clone()))?;
    let staging = store.stage(&recorded)?;
    let mut written = Vec::new();
    if let Some(key_pem) = &key_pem {
        staging.write_authority(AuthorityFile::Key, key_pem.as_bytes())?;
        written.push(store.layout().authority_file(&name, AuthorityFile::Key));
    }
    let file = AuthorityFile::Certificate;
    staging.write_authority(file, certificate.to_pem().as_bytes())?;
    written.push(store.layout().authority_file(&name, file));
    let staged = staging.complete()?;
    store.settle(&recorded, now)?;
    store
        .publish(vec![staged], now)
        .map_err(AuthorityError::unfinished)?;
    Ok(written)
}

/// Lets the inventory know the CAs above one, as far as they were brought along.
fn add_above(
    store: &mut Store,
    certificate: &Certificate,
    above: &[Certificate],
    now: OffsetDateTime,
) -> Result<(), AuthorityError> {
    let mut current = certificate;
    // CAs that certify each other would go round for ever.
    for _ in 0..LONGEST_CHAIN {
        if is_self_signed(current) {
            break;
        }
        let issuer = above.iter().find(|one| {
            *one != current && one.subject() == current.issuer() && has_signed(one, current)
        });
        let Some(issuer) = issuer else { break };
        store.add_authority(&new_authority(issuer, now))?;
        current = issuer;
    }
    Ok(())
}

/// Who signed a CA's certificate, if the inventory knows it.
fn issuer(
    store: &Store,
    certificate: &Certificate,
    itself: AuthorityId,
) -> Result<Option<AuthorityId>, AuthorityError> {
    if is_self_signed(certificate) {
        return Ok(Some(itself));
    }
    let chain = chain_above(store.inventory(), certificate)?;
    let Some(issuer) = chain.first() else {
        return Ok(None);
    };
    let fingerprint = issuer.fingerprint_sha256();
    let authority = store.inventory().authority_by_fingerprint(&fingerprint)?;
    Ok(authority.map(|authority| authority.id))
}
