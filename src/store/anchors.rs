//! The certificates that whoever relies on an authority is to trust, and the file that they are in.

use std::path::PathBuf;

use super::chain::{Paths, is_self_signed};
use super::error::StoreError;
use super::inventory::{Authority, AuthorityId, Inventory};
use super::layout::{AuthorityFile, Layout};
use crate::x509::Certificate;

/// The certificates that make an authority trusted: its newest one, and while its key is rolled over
/// those of every authority that stands in the line of succession with it and is not retired, the
/// oldest first. Empty if there is no such authority.
///
/// # Errors
/// What the inventory cannot read.
pub fn anchors(inventory: &Inventory, id: AuthorityId) -> Result<Vec<Certificate>, StoreError> {
    let all = inventory.authorities()?;
    let Some(asked) = all.iter().find(|one| one.id == id) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let mut next = Some(first_of_line(newest(asked, &all), &all));
    // A line has no more members than there are authorities.
    for _ in &all {
        let Some(member) = next else { break };
        let member = newest(member, &all);
        // What an older certmint adopted may be no certificate by today's rules.
        if let (None, Ok(certificate)) = (
            member.retired_at,
            Certificate::from_der(&member.certificate_der),
        ) && !found.contains(&certificate)
        {
            found.push(certificate);
        }
        next = all.iter().find(|other| Some(other.id) == member.successor);
    }
    Ok(found)
}

/// As [`anchors`], for the root above an authority, or the highest authority above it that is known.
///
/// # Errors
/// What the inventory cannot read.
pub fn root_anchors(
    inventory: &Inventory,
    id: AuthorityId,
) -> Result<Vec<Certificate>, StoreError> {
    let chain = Paths::of(inventory)?.of_authority(id);
    let Some(top) = chain.last() else {
        return Ok(Vec::new());
    };
    let authorities = inventory.authorities()?;
    match authorities
        .iter()
        .find(|one| one.certificate_der == top.as_der())
    {
        Some(root) if is_self_signed(top) => anchors(inventory, root.id),
        _ => Ok(vec![top.clone()]),
    }
}

/// The file with what makes an authority trusted: its certificate, and while and after a root is rolled
/// over the bundle of the line of succession that it stands in. A cross-certificate has the file of
/// the authority that it certifies. Nothing if there is no such authority, or none with a name.
///
/// # Errors
/// What the inventory cannot read.
pub fn anchor_file(
    layout: &Layout,
    inventory: &Inventory,
    id: AuthorityId,
) -> Result<Option<PathBuf>, StoreError> {
    let all = inventory.authorities()?;
    let named = all.iter().find(|one| one.id == id).and_then(|asked| {
        let mut same = all.iter().filter(|one| one.is_same_as(asked));
        same.find_map(|one| Some((one, one.name.clone()?)))
    });
    let Some((authority, name)) = named else {
        return Ok(None);
    };
    let own = layout.authority_file(&name, AuthorityFile::Certificate);
    let is_root = Certificate::from_der(&authority.certificate_der)
        .is_ok_and(|certificate| is_self_signed(&certificate));
    if !is_root {
        return Ok(Some(own));
    }
    // The bundle of the first of the line has all that follow.
    let bundles = line_before(authority, &all)
        .filter_map(|member| member.name.as_ref())
        .map(|name| layout.trust_bundle(name));
    Ok(Some(
        bundles.filter(|file| file.exists()).last().unwrap_or(own),
    ))
}

/// The certificate of an authority that took the place of all others with the same name and key.
fn newest<'a>(authority: &'a Authority, all: &'a [Authority]) -> &'a Authority {
    let mut newest = authority;
    for _ in all {
        match all.iter().find(|one| Some(one.id) == newest.renewed_by) {
            Some(later) => newest = later,
            None => break,
        }
    }
    newest
}

/// The authority that has no predecessor.
fn first_of_line<'a>(authority: &'a Authority, all: &'a [Authority]) -> &'a Authority {
    line_before(authority, all).last().unwrap_or(authority)
}

/// An authority, the one that it took over from, and so on to the first.
fn line_before<'a>(
    authority: &'a Authority,
    all: &'a [Authority],
) -> impl Iterator<Item = &'a Authority> {
    std::iter::successors(Some(authority), |later| {
        all.iter().find(|one| one.successor == Some(later.id))
    })
    // A line has no more members than there are authorities.
    .take(all.len())
}
