//! What a manifest means.

use crate::store::StoreName;

use super::{
    authority::DesiredAuthority,
    certificate::DesiredCertificate,
    contradiction::{Contradiction, Table},
    rules,
};

/// The CAs and certificates that there should be. Holds that the issuer of each is in it, that there
/// is no circle, that no name is there twice, that no life is longer than its issuer's, and that each
/// name is one that the CAs above permit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    authorities: Vec<DesiredAuthority>,
    certificates: Vec<DesiredCertificate>,
    removed: Removed,
}

/// What becomes of a certificate of the PKI that is not in the manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Removed {
    /// It is left alone.
    #[default]
    Keep,
    /// It is revoked.
    Revoke,
}

impl Manifest {
    /// Puts a manifest together; CAs are brought into an order in which issuers come first.
    ///
    /// # Errors
    /// Every rule that is broken.
    pub fn new(
        authorities: Vec<DesiredAuthority>,
        mut certificates: Vec<DesiredCertificate>,
        removed: Removed,
    ) -> Result<Self, Vec<Contradiction>> {
        let found = rules::contradictions(&authorities, &certificates);
        if !found.is_empty() {
            return Err(found);
        }
        certificates.sort_by_key(|certificate| Table::from(certificate.kind));
        Ok(Self {
            authorities: issuers_first(authorities),
            certificates,
            removed,
        })
    }

    /// The CAs, each after its issuer.
    pub fn authorities(&self) -> &[DesiredAuthority] {
        &self.authorities
    }

    /// The leaf certificates: servers, then clients, then peers, each in the order of the file.
    pub fn certificates(&self) -> &[DesiredCertificate] {
        &self.certificates
    }

    /// What becomes of a certificate that is not in it.
    pub fn removed(&self) -> Removed {
        self.removed
    }

    /// The CA of a name.
    pub fn authority(&self, name: &StoreName) -> Option<&DesiredAuthority> {
        self.authorities
            .iter()
            .find(|authority| authority.name == *name)
    }

    /// The leaf certificate of a name.
    pub fn certificate(&self, name: &StoreName) -> Option<&DesiredCertificate> {
        self.certificates
            .iter()
            .find(|certificate| certificate.name == *name)
    }
}

/// Keeps the order but where an issuer would come after what it signs. There is no circle.
fn issuers_first(mut waiting: Vec<DesiredAuthority>) -> Vec<DesiredAuthority> {
    let mut placed: Vec<DesiredAuthority> = Vec::with_capacity(waiting.len());
    loop {
        let ready = waiting.iter().position(|authority| {
            authority
                .issuer
                .as_ref()
                .is_none_or(|issuer| placed.iter().any(|before| before.name == *issuer))
        });
        match ready {
            Some(position) => placed.push(waiting.remove(position)),
            None => return placed,
        }
    }
}
