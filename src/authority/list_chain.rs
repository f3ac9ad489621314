//! Which revocation lists belong together: those that a server needs that trusts a CA.
//!
//! Whoever checks every certificate of a path against a list needs that of each CA on the path, and
//! refuses where one is missing (nginx, HAProxy: `X509_V_FLAG_CRL_CHECK_ALL`).

use super::{AuthorityError, list_publishers};
use crate::{
    store::{Authority, Inventory, Paths, StoreName},
    x509::Certificate,
};

/// The lists that a server needs that trusts a CA: the file `NAME.chain.crl`.
#[derive(Debug)]
pub(super) struct ListChain {
    /// The CA.
    pub(super) name: StoreName,
    /// Without these there is no such file: the CA's own list and those of the CAs above.
    pub(super) needed: Vec<StoreName>,
    /// Those of the CAs that stand in a line of succession with one of these: while a key is rolled
    /// over, a path leads over either.
    pub(super) in_succession: Vec<StoreName>,
    /// Those of the CAs below, whose certificates are accepted too by whoever trusts the CA.
    pub(super) below: Vec<StoreName>,
}

impl ListChain {
    /// All of them, the CA's own list first.
    pub(super) fn all(&self) -> impl Iterator<Item = &StoreName> {
        let besides = self.in_succession.iter().chain(&self.below);
        self.needed.iter().chain(besides)
    }
}

/// The CAs of a PKI that have names, with what is known of their lists.
pub struct ListChains {
    known: Vec<Known>,
}

struct Known {
    name: StoreName,
    authority: Authority,
    certificate: Certificate,
    /// Itself, its issuer, and so on; it ends where a CA above is not of this PKI.
    path: Vec<StoreName>,
}

impl ListChains {
    /// Reads the CAs.
    ///
    /// # Errors
    /// A PKI without any CA, and what the inventory cannot read.
    pub fn of(inventory: &Inventory) -> Result<Self, AuthorityError> {
        let paths = Paths::of(inventory)?;
        let known = list_publishers(inventory, &[])?
            .into_iter()
            .map(|(name, authority)| {
                Ok(Known {
                    certificate: Certificate::from_der(&authority.certificate_der)?,
                    path: Vec::new(),
                    name,
                    authority,
                })
            })
            .collect::<Result<_, AuthorityError>>()?;
        let mut chains = Self { known };
        let found: Vec<Vec<StoreName>> = chains
            .known
            .iter()
            .map(|one| {
                let above = paths.of_authority(one.authority.id);
                let names = above.iter().skip(1).map_while(|ca| chains.name_of(ca));
                std::iter::once(one.name.clone()).chain(names).collect()
            })
            .collect();
        for (one, path) in chains.known.iter_mut().zip(found) {
            one.path = path;
        }
        Ok(chains)
    }

    /// What a CA is called: after it was renewed, a certificate above others may be an older one of the
    /// same name and key, and a cross-certificate has no name of its own.
    pub fn name_of(&self, certificate: &Certificate) -> Option<StoreName> {
        let is_same = |one: &&Known| {
            one.certificate.subject() == certificate.subject()
                && one.certificate.public_key() == certificate.public_key()
        };
        self.known.iter().find(is_same).map(|one| one.name.clone())
    }

    /// The CAs whose servers have the list of a CA in their file, that CA among them.
    pub fn readers_of(&self, name: &StoreName) -> Vec<StoreName> {
        let chains = self.with(name).into_iter().map(|chain| chain.name);
        std::iter::once(name.clone()).chain(chains).collect()
    }

    /// The files that a CA's list stands in besides its own.
    pub(super) fn with(&self, name: &StoreName) -> Vec<ListChain> {
        self.known
            .iter()
            .map(|one| self.chain_of(one))
            .filter(|chain| chain.all().nth(1).is_some() && chain.all().any(|list| list == name))
            .collect()
    }

    /// Whether a CA is in use no more, so that its list may come to no more than what it was.
    pub(super) fn is_retired(&self, name: &StoreName) -> bool {
        let named = self.known.iter().find(|one| one.name == *name);
        named.is_some_and(|one| one.authority.retired_at.is_some())
    }

    fn chain_of(&self, of: &Known) -> ListChain {
        let needed = of.path.clone();
        let mut upwards = needed.clone();
        let mut next = 0;
        while let Some(name) = upwards.get(next).cloned() {
            let beside = self.beside(&name);
            let above = beside.iter().flat_map(|one| one.path.iter());
            for name in above {
                if !upwards.contains(name) {
                    upwards.push(name.clone());
                }
            }
            next = next.saturating_add(1);
        }
        let own: Vec<&StoreName> = self
            .beside(&of.name)
            .into_iter()
            .map(|one| &one.name)
            .chain([&of.name])
            .collect();
        let is_below = |one: &&Known| {
            !upwards.contains(&one.name) && one.path.iter().any(|above| own.contains(&above))
        };
        let below = self.known.iter().filter(is_below);
        ListChain {
            name: of.name.clone(),
            below: below.map(|one| one.name.clone()).collect(),
            in_succession: upwards.into_iter().skip(needed.len()).collect(),
            needed,
        }
    }

    /// The CAs that took over from a CA, and those that it took over from.
    fn beside(&self, name: &StoreName) -> Vec<&Known> {
        let Some(own) = self.known.iter().find(|one| one.name == *name) else {
            return Vec::new();
        };
        let mut line = vec![own];
        let mut next = 0;
        while let Some(member) = line.get(next).copied() {
            for one in &self.known {
                let follows = one.authority.successor == Some(member.authority.id)
                    || member.authority.successor == Some(one.authority.id);
                if follows && line.iter().all(|known| known.name != one.name) {
                    line.push(one);
                }
            }
            next = next.saturating_add(1);
        }
        line.split_off(1)
    }
}
