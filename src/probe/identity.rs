//! What a client shows of itself.

use std::{fmt, sync::Arc};

use rustls::{crypto::aws_lc_rs::sign::any_supported_type, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::{key::PrivateKey, x509::Certificate};

/// A certificate with its chain and its key, to be shown to the other side.
#[derive(Clone)]
pub struct Identity {
    chain: Vec<Certificate>,
    certified: Arc<CertifiedKey>,
}

/// Why a certificate and a key cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// There is no certificate.
    #[error("there is no certificate to show")]
    Empty,
    /// The key is another's.
    #[error("the private key does not belong to the certificate {0}")]
    KeyDoesNotFit(String),
    /// TLS has no signature for such a key.
    #[error("rustls cannot sign with this key ({0})")]
    Key(String),
}

impl Identity {
    /// The certificate first, then what is to be sent with it.
    ///
    /// # Errors
    /// No certificate, a key that is not the first one's, or a kind of key that TLS has not.
    pub fn new(chain: Vec<Certificate>, key: &PrivateKey) -> Result<Self, IdentityError> {
        let own = chain.first().ok_or(IdentityError::Empty)?;
        if own.public_key() != key.public_key() {
            return Err(IdentityError::KeyDoesNotFit(
                own.subject().openssl_oneline(),
            ));
        }
        let pkcs8 = PrivatePkcs8KeyDer::from(key.pkcs8_der().as_bytes());
        let signing = any_supported_type(&PrivateKeyDer::from(pkcs8))
            .map_err(|error| IdentityError::Key(error.to_string()))?;
        let shown = chain
            .iter()
            .map(|certificate| CertificateDer::from(certificate.as_der().to_vec()))
            .collect();
        Ok(Self {
            certified: Arc::new(CertifiedKey::new(shown, signing)),
            chain,
        })
    }

    /// What is shown, the own certificate first.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The certificates and the key as rustls takes them.
    pub fn certified(&self) -> &Arc<CertifiedKey> {
        &self.certified
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}
