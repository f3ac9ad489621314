//! Where a CA's certificates say that its services are.

use crate::x509::{Extension, ServiceUrl, X509Error};

/// The URLs that a CA puts into the certificates that it issues. A CA without any puts in none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Services {
    /// Its revocation list (RFC 5280 §4.2.1.13).
    pub crl: Option<ServiceUrl>,
    /// Its own certificate as DER, for clients that were not sent it (RFC 5280 §4.2.2.1).
    pub ca_issuers: Option<ServiceUrl>,
    /// Its OCSP responder (RFC 6960 §3.1).
    pub ocsp: Option<ServiceUrl>,
}

impl Services {
    /// What its certificates say of them; neither extension is critical.
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn extensions(&self) -> Result<Vec<Extension>, X509Error> {
        let Self {
            crl,
            ca_issuers,
            ocsp,
        } = self;
        let mut extensions = Vec::new();
        if let Some(crl) = crl {
            extensions.push(Extension::crl_distribution_point(crl)?);
        }
        if ca_issuers.is_some() || ocsp.is_some() {
            extensions.push(Extension::authority_info_access(
                ocsp.as_ref(),
                ca_issuers.as_ref(),
            )?);
        }
        Ok(extensions)
    }

    /// Adds what is not there yet: what an operator wrote into a section stands.
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn add_to(&self, extensions: &mut Vec<Extension>) -> Result<(), X509Error> {
        for own in self.extensions()? {
            if !extensions.iter().any(|known| known.oid == own.oid) {
                extensions.push(own);
            }
        }
        Ok(())
    }
}
