//! Which certificates clients of a CA are to trust.

use super::{AuthorityError, itself};
use crate::{
    store::{Authority, Inventory, StoreName, anchors, is_self_signed},
    x509::Certificate,
};

/// What clients of a CA are to trust.
#[derive(Debug, Clone)]
pub struct Trusted {
    /// The CA that was meant; before a rollover its predecessor.
    pub name: StoreName,
    /// Its certificate, and during and after a rollover those of its successors; what is retired is
    /// left out.
    pub now: Vec<Certificate>,
    /// Every certificate that was ever one of them: what was renewed, what is retired.
    pub ever: Vec<Certificate>,
}

/// The certificates to trust for a CA; without a name for the only root.
///
/// # Errors
/// No such CA, several roots and no name, or an inventory that cannot be read.
pub fn trusted(inventory: &Inventory, name: Option<&StoreName>) -> Result<Trusted, AuthorityError> {
    let authorities = inventory.authorities()?;
    let named: Vec<&Authority> = authorities
        .iter()
        .filter(|one| one.name.is_some())
        .collect();
    let first = match name {
        Some(_) => itself(inventory, name)?,
        None => the_root(&named, inventory)?,
    };
    let mut line = vec![first_of_line(&named, &first)];
    // A line of successors has no more members than there are authorities.
    for _ in &named {
        let next = line.last().and_then(|last| last.successor);
        let Some(next) = named.iter().find(|one| Some(one.id) == next) else {
            break;
        };
        line.push(next);
    }
    let mut trusted = Trusted {
        name: line
            .first()
            .and_then(|first| first.name.clone())
            .ok_or(AuthorityError::NoCa)?,
        now: anchors(inventory, first.id)?,
        ever: Vec::new(),
    };
    for member in line {
        for same in authorities.iter().filter(|one| one.is_same_as(member)) {
            // A cross-certificate stands in no trust store.
            if same.cross_of.is_none()
                && let Ok(certificate) = Certificate::from_der(&same.certificate_der)
                && !trusted
                    .ever
                    .iter()
                    .any(|known| known.as_der() == certificate.as_der())
            {
                trusted.ever.push(certificate);
            }
        }
    }
    Ok(trusted)
}

/// The only root that is nobody's successor.
fn the_root(named: &[&Authority], inventory: &Inventory) -> Result<Authority, AuthorityError> {
    let roots: Vec<&&Authority> = named
        .iter()
        .filter(|one| {
            Certificate::from_der(&one.certificate_der).is_ok_and(|found| is_self_signed(&found))
        })
        .filter(|one| named.iter().all(|other| other.successor != Some(one.id)))
        .collect();
    match roots.as_slice() {
        [only] => Ok((**only).clone()),
        // One intermediate without its root, or nothing.
        [] => itself(inventory, None),
        several => Err(AuthorityError::WhichCa(
            several
                .iter()
                .filter_map(|one| one.name.as_ref().map(StoreName::to_string))
                .collect(),
        )),
    }
}

/// The CA that began the line of successors in which this one is.
fn first_of_line<'authority>(
    named: &[&'authority Authority],
    one: &'authority Authority,
) -> &'authority Authority {
    let mut first = one;
    for _ in named {
        match named.iter().find(|other| other.successor == Some(first.id)) {
            Some(before) => first = before,
            None => break,
        }
    }
    first
}
