//! The CAs that there are, as the plan looks at them.

use std::collections::HashMap;

use crate::{
    authority::{AuthorityError, named},
    store::{Authority, AuthorityId, Inventory, StoreName},
    x509::{Certificate, name_matching::names_match},
};

use super::reason::Reason;

/// The CAs of the inventory by their names, and by their numbers.
#[derive(Default)]
pub(super) struct KnownAuthorities {
    by_name: HashMap<StoreName, KnownAuthority>,
    texts: HashMap<AuthorityId, String>,
}

/// A CA, and who signs in its name.
pub(super) struct KnownAuthority {
    /// Its row.
    pub(super) row: Authority,
    /// Its certificate.
    pub(super) certificate: Certificate,
    /// The CA that signs for it: itself, or its successor once that has taken over.
    pub(super) signer: Authority,
}

impl KnownAuthorities {
    pub(super) fn of(inventory: &Inventory) -> Result<Self, AuthorityError> {
        let mut known = Self::default();
        for row in inventory.authorities()? {
            let text = row
                .name
                .as_ref()
                .map_or_else(|| row.subject.clone(), StoreName::to_string);
            known.texts.insert(row.id, text);
            let Some(name) = row.name.clone() else {
                continue;
            };
            let authority = KnownAuthority {
                certificate: Certificate::from_der(&row.certificate_der)?,
                signer: named(inventory, Some(&name))?,
                row,
            };
            known.by_name.insert(name, authority);
        }
        Ok(known)
    }

    pub(super) fn get(&self, name: &StoreName) -> Option<&KnownAuthority> {
        self.by_name.get(name)
    }

    /// What a CA is called: its name, or its subject where it has none.
    fn text(&self, id: Option<AuthorityId>, certificate: &Certificate) -> String {
        id.and_then(|id| self.texts.get(&id).cloned())
            .unwrap_or_else(|| certificate.issuer().openssl_oneline())
    }

    /// Why a certificate is not what the CA of a name signs now: issuer and authority key identifier
    /// are compared.
    pub(super) fn other_issuer(
        &self,
        certificate: &Certificate,
        signed_by: Option<AuthorityId>,
        wanted: &StoreName,
    ) -> Option<Reason> {
        let other = || Reason::Issuer {
            from: self.text(signed_by, certificate),
            to: wanted.clone(),
        };
        let Some(known) = self.get(wanted) else {
            return Some(other());
        };
        let signed_by_name = certificate.issuer().as_der();
        let is_its_name =
            |authority: &Authority| names_match(signed_by_name, &authority.subject_der);
        match (is_its_name(&known.signer), is_its_name(&known.row)) {
            (false, false) => return Some(other()),
            // The successor that has taken over has another name.
            (false, true) => return Some(Reason::IssuerKey(wanted.clone())),
            (true, _) => {}
        }
        let signed_with = certificate.authority_key_identifier()?;
        let signs_with = known.signer.key_id.as_slice();
        (!signs_with.is_empty() && signed_with.as_octets() != signs_with)
            .then(|| Reason::IssuerKey(wanted.clone()))
    }
}
