//! The CAs that there are, as the plan looks at them.

use std::collections::HashMap;

use crate::{
    authority::{AuthorityError, IssuerDifference, issuer_difference, named, named_certificate},
    store::{Authority, AuthorityId, Inventory, StoreName},
    x509::{Certificate, Name, name_matching::names_match},
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
    /// The certificate of the CA that signs for it: itself, or its successor once that has taken
    /// over.
    signer: Certificate,
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
            let signer = named(inventory, Some(&name))?;
            let authority = KnownAuthority {
                certificate: named_certificate(&row)?,
                signer: named_certificate(&signer)?,
                row,
            };
            known.by_name.insert(name, authority);
        }
        Ok(known)
    }

    pub(super) fn get(&self, name: &StoreName) -> Option<&KnownAuthority> {
        self.by_name.get(name)
    }

    /// The first CA, by name, that has a subject.
    pub(super) fn with_subject(&self, subject: &Name) -> Option<&StoreName> {
        let has = |known: &KnownAuthority| {
            names_match(known.certificate.subject().as_der(), subject.as_der())
        };
        self.by_name
            .iter()
            .filter(|(_, known)| has(known))
            .map(|(name, _)| name)
            .min_by_key(|name| name.to_string())
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
        match issuer_difference(certificate, &known.signer)? {
            // The successor that has taken over may have another name.
            IssuerDifference::Name if certificate.issuer() != known.certificate.subject() => {
                Some(other())
            }
            IssuerDifference::Name | IssuerDifference::Key => {
                Some(Reason::IssuerKey(wanted.clone()))
            }
        }
    }
}
