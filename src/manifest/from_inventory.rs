//! The manifest of a PKI that is there already.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use crate::{
    authority::{KeyChoice, RenewalWindow, chain_above, is_self_signed, leaf_kind},
    key::KeySpec,
    profile::LongLife,
    store::{
        Authority, Filter, Inventory, Place, Query, Row, Shelf, Sort, State, StoreError, StoreName,
    },
    x509::{CaCertificate, Certificate, GeneralName, NameConstraints, SanSet, oid},
};

use super::{
    authority::{Custody, DesiredAuthority},
    certificate::DesiredCertificate,
    contradiction::{Contradiction, Table},
    desired::{Manifest, Removed},
    subject::written_name,
};

/// A manifest that says what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The manifest.
    pub manifest: Manifest,
    /// What it cannot say.
    pub left_out: Vec<Unsaid>,
}

/// Something of a PKI that a manifest cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaid {
    /// The table that it would be in.
    pub table: Table,
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// The manifest for the CAs and the current certificates that have a name in the PKI. What the
/// inventory does not tell is as usual; `custody` tells how the key of a CA is protected. Carrying
/// the manifest out changes nothing but what is due.
///
/// # Errors
/// What the inventory refuses.
pub fn from_inventory(
    inventory: &Inventory,
    custody: impl Fn(&StoreName) -> Custody,
) -> Result<Description, StoreError> {
    let mut left_out = Vec::new();
    let all = inventory.authorities()?;
    let mut authorities = Vec::new();
    for authority in &all {
        let Some(name) = &authority.name else {
            continue;
        };
        match desired_authority(inventory, &all, authority, name, custody(name))? {
            Ok(desired) => authorities.push(desired),
            Err(reason) => left_out.push(unsaid(Table::Ca, name, reason)),
        }
    }
    let rows = inventory.list(&Query {
        filter: Filter {
            shelf: Some(Shelf::Certificates),
            state: Some(State::Issued),
            ..Filter::default()
        },
        sort: Sort::Name,
        ..Query::default()
    })?;
    let mut certificates: Vec<DesiredCertificate> = Vec::new();
    for row in &rows {
        let (Some(Place { name, .. }), Some(kind)) = (&row.place, leaf_kind(row.kind)) else {
            continue;
        };
        // The newest generation of a name comes last.
        certificates.pop_if(|before| before.name == *name);
        match desired_certificate(inventory, &all, row, name)? {
            Ok(desired) => certificates.push(desired),
            Err(reason) => left_out.push(unsaid(kind.into(), name, reason)),
        }
    }
    let manifest = without_contradictions(authorities, certificates, &mut left_out);
    Ok(Description { manifest, left_out })
}

fn unsaid(table: Table, name: &StoreName, reason: String) -> Unsaid {
    Unsaid {
        table,
        name: name.to_string(),
        reason,
    }
}

/// Leaves out what breaks a rule of manifests, then what broke one for want of that, and so on.
fn without_contradictions(
    mut authorities: Vec<DesiredAuthority>,
    mut certificates: Vec<DesiredCertificate>,
    left_out: &mut Vec<Unsaid>,
) -> Manifest {
    loop {
        let found = match Manifest::new(authorities.clone(), certificates.clone(), Removed::Keep) {
            Ok(manifest) => return manifest,
            Err(found) => found,
        };
        for Contradiction {
            table, name, what, ..
        } in found
        {
            match table {
                Table::Ca => authorities.retain(|one| one.name.to_string() != name),
                _ => certificates.retain(|one| one.name.to_string() != name),
            }
            if !left_out
                .iter()
                .any(|one| one.table == table && one.name == name)
            {
                left_out.push(Unsaid {
                    table,
                    name,
                    reason: what,
                });
            }
        }
    }
}

/// What a manifest can say of an authority, or why it cannot.
fn desired_authority(
    inventory: &Inventory,
    all: &[Authority],
    authority: &Authority,
    name: &StoreName,
    custody: Custody,
) -> Result<Result<DesiredAuthority, String>, StoreError> {
    let Ok(certificate) = Certificate::from_der(&authority.certificate_der) else {
        return Ok(Err("its certificate cannot be read".to_owned()));
    };
    let issuer = if is_self_signed(&certificate) {
        None
    } else {
        match issuer(inventory, all, &certificate)? {
            Some(issuer) => Some(issuer),
            None => {
                return Ok(Err(format!(
                    "the CA above it ({}) has no name here; import it with 'certmint ca import \
                     NAME --cert FILE --no-key'",
                    certificate.issuer()
                )));
            }
        }
    };
    let settings = inventory.authority_settings(authority.id)?;
    Ok(
        said_authority(certificate, name, issuer).map(|said| DesiredAuthority {
            custody,
            settings,
            ..said
        }),
    )
}

fn said_authority(
    certificate: Certificate,
    name: &StoreName,
    issuer: Option<StoreName>,
) -> Result<DesiredAuthority, String> {
    let name_constraints = match certificate.extension(&oid::NAME_CONSTRAINTS) {
        None => None,
        Some(extension) => Some(
            NameConstraints::from_extension(extension)
                .ok_or("its name constraints are of kinds that a manifest does not say")?,
        ),
    };
    Ok(DesiredAuthority {
        name: name.clone(),
        issuer,
        subject: subject(&certificate)?,
        key: key(&certificate)?,
        key_file: None,
        days: days(certificate.not_before(), certificate.not_after()),
        path_length: CaCertificate::try_from(certificate)
            .map_err(|error| error.to_string())?
            .path_length(),
        name_constraints,
        custody: Custody::default(),
        renewal: RenewalWindow::default(),
        settings: crate::store::AuthoritySettings::default(),
    })
}

/// What a manifest can say of a certificate, or why it cannot.
fn desired_certificate(
    inventory: &Inventory,
    all: &[Authority],
    row: &Row,
    name: &StoreName,
) -> Result<Result<DesiredCertificate, String>, StoreError> {
    let certificate = inventory
        .certificate_der(row.id)?
        .and_then(|der| Certificate::from_der(&der).ok());
    let Some(certificate) = certificate else {
        return Ok(Err("its certificate cannot be read".to_owned()));
    };
    let Some(issuer) = issuer(inventory, all, &certificate)? else {
        let issuer = certificate.issuer();
        return Ok(Err(format!("its CA ({issuer}) has no name here")));
    };
    Ok(said_certificate(&certificate, row, name, issuer))
}

fn said_certificate(
    certificate: &Certificate,
    row: &Row,
    name: &StoreName,
    issuer: StoreName,
) -> Result<DesiredCertificate, String> {
    let names = certificate
        .subject_alt_names()
        .map_err(|error| error.to_string())?;
    let names: Result<Vec<_>, _> = names.iter().map(GeneralName::to_san).collect();
    let names = names
        .and_then(SanSet::new)
        .map_err(|error| error.to_string())?;
    let days = days(certificate.not_before(), certificate.not_after());
    Ok(DesiredCertificate {
        name: name.clone(),
        kind: leaf_kind(row.kind).ok_or("it is a CA")?,
        authority: issuer,
        subject: subject(certificate)?,
        names,
        key: key(certificate)?,
        key_file: None,
        days,
        // What is there was made so.
        long_life: if days > DesiredCertificate::DAYS {
            LongLife::Allow
        } else {
            LongLife::Refuse
        },
        renewal: RenewalWindow::default(),
        renewal_key: KeyChoice::New,
        reload: None,
        probe: None,
        targets: Vec::new(),
        settings: BTreeMap::new(),
        exports: Vec::new(),
    })
}

/// The name of the CA that signed a certificate. A CA that was renewed has its name with the newest
/// of its certificates.
fn issuer(
    inventory: &Inventory,
    all: &[Authority],
    certificate: &Certificate,
) -> Result<Option<StoreName>, StoreError> {
    let chain = chain_above(inventory, certificate)?;
    let Some(above) = chain.first() else {
        return Ok(None);
    };
    let signed_it = |authority: &&Authority| {
        authority.certificate_der == above.as_der()
            || (authority.subject_der == above.subject().as_der()
                && above
                    .subject_key_identifier()
                    .is_some_and(|id| id.as_octets() == authority.key_id))
    };
    let named = all.iter().filter(|authority| authority.name.is_some());
    Ok(named
        .filter(signed_it)
        .find_map(|authority| authority.name.clone()))
}

fn subject(certificate: &Certificate) -> Result<crate::x509::Name, String> {
    written_name(certificate.subject()).ok_or_else(|| {
        format!(
            "its subject {} has parts that a manifest does not say",
            certificate.subject()
        )
    })
}

fn key(certificate: &Certificate) -> Result<KeySpec, String> {
    let algorithm = certificate.public_key().algorithm();
    KeySpec::of(algorithm).ok_or_else(|| format!("keys of the kind {algorithm} are not made here"))
}

/// The life of a certificate in whole days, at least one: its last second is part of it, and its
/// first may have moved to that of its issuer.
fn days(not_before: OffsetDateTime, not_after: OffsetDateTime) -> u32 {
    let life = not_after - not_before + Duration::SECOND + Duration::hours(12);
    u32::try_from(life.whole_days()).unwrap_or(0).max(1)
}
