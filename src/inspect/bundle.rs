//! The certificates of one file together: whether they are a chain, and in what order.

use std::collections::HashMap;

use serde::Serialize;

use super::describe::{CertificateDescription, SelfSigned, ValidityState, is_signed_by};
use crate::x509::{Certificate, Name};

/// How the certificates of a file stand together. Positions count the certificates of the file
/// from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BundleDescription {
    /// What they are together.
    pub arrangement: Arrangement,
    /// The order in which each is issued by the next; empty unless they are one chain.
    pub chain: Vec<usize>,
    /// Whether the chain ends in a self-signed certificate.
    pub root_included: bool,
    /// Issuer of the last of the chain, RFC 4514, when it is not in the file.
    pub missing_issuer: Option<String>,
    /// Certificates that are there again, with the position of the first.
    pub duplicates: Vec<Duplicate>,
    /// Certificates whose time is over.
    pub expired: Vec<usize>,
    /// Certificates whose time has not come.
    pub not_yet_valid: Vec<usize>,
}

/// What several certificates are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrangement {
    /// Each is issued by the next: what servers send.
    Chain,
    /// One chain in another order, or with a certificate twice.
    OutOfOrder,
    /// Certificates that are no one chain, such as a list of roots.
    Collection,
}

/// A certificate that is there again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Duplicate {
    /// Where it is again.
    pub position: usize,
    /// Where it was first.
    pub first: usize,
}

/// Signatures are only checked in files of up to so many certificates; in larger ones, which are
/// no chains, the names decide.
const MAX_CHECKED: usize = 64;

/// Describes the certificates of a file; `None` for fewer than two.
pub fn bundle(certificates: &[&CertificateDescription]) -> Option<BundleDescription> {
    if certificates.len() < 2 {
        return None;
    }
    let in_state = |state| {
        let all = certificates.iter().enumerate();
        let found = all.filter(move |(_, certificate)| certificate.validity.state == state);
        found.map(|(index, _)| index + 1).collect::<Vec<_>>()
    };
    let (distinct, duplicates) = distinct(certificates);
    let issuers = issuers(&distinct);
    let chain = chain(&distinct, &issuers);
    let last = chain.last().and_then(|last| {
        distinct
            .iter()
            .find(|member| member.position == *last)
            .map(|member| member.description)
    });
    let is_root = |description: &CertificateDescription| description.self_signed == SelfSigned::Yes;
    let is_ordered = duplicates.is_empty() && chain.is_sorted();
    Some(BundleDescription {
        arrangement: match chain.is_empty() {
            true => Arrangement::Collection,
            false if is_ordered => Arrangement::Chain,
            false => Arrangement::OutOfOrder,
        },
        root_included: last.is_some_and(is_root),
        missing_issuer: last
            .filter(|last| !is_root(last))
            .map(|last| last.issuer.rfc4514.clone()),
        chain,
        duplicates,
        expired: in_state(ValidityState::Expired),
        not_yet_valid: in_state(ValidityState::NotYetValid),
    })
}

struct Member<'bundle> {
    /// From 1.
    position: usize,
    description: &'bundle CertificateDescription,
}

impl Member<'_> {
    fn certificate(&self) -> &Certificate {
        &self.description.certificate
    }
}

fn distinct<'bundle>(
    certificates: &[&'bundle CertificateDescription],
) -> (Vec<Member<'bundle>>, Vec<Duplicate>) {
    let mut seen: HashMap<&[u8], usize> = HashMap::new();
    let mut members = Vec::new();
    let mut duplicates = Vec::new();
    for (index, description) in certificates.iter().enumerate() {
        let position = index + 1;
        let first = *seen
            .entry(description.certificate.as_der())
            .or_insert(position);
        if first == position {
            members.push(Member {
                position,
                description,
            });
        } else {
            duplicates.push(Duplicate { position, first });
        }
    }
    (members, duplicates)
}

/// For each member, the indices of those that issued it, the next in the file first.
fn issuers(members: &[Member<'_>]) -> Vec<Vec<usize>> {
    let mut by_subject: HashMap<&Name, Vec<usize>> = HashMap::new();
    for (index, member) in members.iter().enumerate() {
        by_subject
            .entry(member.certificate().subject())
            .or_default()
            .push(index);
    }
    let is_small = members.len() <= MAX_CHECKED;
    let found = members.iter().enumerate().map(|(index, member)| {
        let named = by_subject
            .get(member.certificate().issuer())
            .into_iter()
            .flatten()
            .copied();
        let mut found: Vec<usize> = named
            .filter(|candidate| *candidate != index)
            .take(MAX_CHECKED)
            .filter(|candidate| {
                !is_small
                    || members.get(*candidate).is_some_and(|issuer| {
                        is_signed_by(member.certificate(), issuer.certificate()).is_ok()
                    })
            })
            .collect();
        found.sort_by_key(|candidate| (*candidate < index, *candidate));
        found
    });
    found.collect()
}

/// The positions from the leaf on, where that is one chain with every member in it.
fn chain(members: &[Member<'_>], issuers: &[Vec<usize>]) -> Vec<usize> {
    let is_issuer = |index: usize| {
        issuers
            .iter()
            .enumerate()
            .any(|(by, list)| by != index && list.contains(&index))
    };
    let mut leaves = (0..members.len()).filter(|index| !is_issuer(*index));
    let (Some(leaf), None) = (leaves.next(), leaves.next()) else {
        return Vec::new();
    };
    let mut order = vec![leaf];
    let mut current = leaf;
    while let Some(next) = issuers
        .get(current)
        .into_iter()
        .flatten()
        .find(|next| !order.contains(next))
    {
        order.push(*next);
        current = *next;
    }
    if order.len() != members.len() {
        return Vec::new();
    }
    order
        .iter()
        .filter_map(|index| members.get(*index))
        .map(|member| member.position)
        .collect()
}
