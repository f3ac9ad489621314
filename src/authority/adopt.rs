//! Adopting a CA that another program made.

use std::path::PathBuf;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{AuthorityError, import::imported, signer::new_authority};
use crate::{
    store::{
        Authority, AuthorityFile, AuthorityId, ImportOutcome, LONGEST_CHAIN, Placement, Store,
        StoreError, StoreName, chain_above, has_signed, is_self_signed,
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
    let Adoption {
        name,
        certificate,
        key_pem,
        above,
    } = adoption;
    let certificate = certificate.certificate();
    let fingerprint = certificate.fingerprint_sha256();
    let known = store.inventory().authority_by_fingerprint(&fingerprint)?;
    let has_name = match known.as_ref().and_then(|known| known.name.as_ref()) {
        Some(has) if *has != name => {
            return Err(AuthorityError::KnownAs {
                name: has.to_string(),
            });
        }
        has => has.is_some(),
    };
    let mut written = Vec::new();
    if has_name {
        if let Some(key_pem) = key_pem {
            let path = store.layout().authority_file(&name, AuthorityFile::Key);
            if !path.exists() {
                store.bring_key(&name, &key_pem)?;
                written.push(path);
            }
        }
    } else {
        // Asked before anything is noted.
        if let Some(taken) = store.authority_by_name(&name)? {
            return Err(StoreError::NameTaken {
                name: taken.name.unwrap_or(name).to_string(),
                shelf: crate::store::Shelf::Authorities,
            }
            .into());
        }
        add_above(store, certificate, &above, now)?;
        let id = store.add_authority(&new_authority(certificate, now))?;
        let issuer = issuer(store, certificate, id)?;
        let record = store.import(issuer, &[imported(certificate)?], now)?;
        let [
            ImportOutcome::Added(record)
            | ImportOutcome::Completed(record)
            | ImportOutcome::Revoked(record)
            | ImportOutcome::Known(record),
        ] = record.as_slice()
        else {
            return Err(AuthorityError::SerialOfAnother);
        };
        let recorded = store.place(*record, &Placement::NewAuthority(name.clone()))?;
        let staging = store.stage(&recorded)?;
        let mut files = vec![AuthorityFile::Certificate];
        if let Some(key_pem) = &key_pem {
            staging.write_authority(AuthorityFile::Key, key_pem.as_bytes())?;
            files.insert(0, AuthorityFile::Key);
        }
        let pem = certificate.to_pem();
        staging.write_authority(AuthorityFile::Certificate, pem.as_bytes())?;
        let staged = staging.complete()?;
        store.settle(&recorded, now)?;
        store
            .publish(vec![staged], now)
            .map_err(AuthorityError::unfinished)?;
        let layout = store.layout();
        written.extend(files.iter().map(|file| layout.authority_file(&name, *file)));
    }
    let authority = store
        .inventory()
        .authority_by_fingerprint(&fingerprint)?
        .ok_or(AuthorityError::Unrecorded)?;
    let chain = chain_above(store.inventory(), certificate)?;
    Ok(Adopted {
        authority,
        chain,
        written,
    })
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
