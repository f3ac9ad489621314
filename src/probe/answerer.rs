//! Answers a server that asks for a client certificate, and remembers what it asked for.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::{SignatureScheme, client::ResolvesClientCert, sign::CertifiedKey};

use super::Identity;
use crate::x509::Name;

/// A server's request for a client certificate (RFC 8446 §4.3.2, RFC 5246 §7.4.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The names of CAs whose certificates the server says it takes; empty where it does not say.
    pub authorities: Vec<Name>,
}

#[derive(Debug)]
pub(super) struct Answerer {
    identity: Option<Arc<CertifiedKey>>,
    asked: Mutex<Option<Asked>>,
}

impl Answerer {
    pub(super) fn new(identity: Option<&Identity>) -> Arc<Self> {
        Arc::new(Self {
            identity: identity.map(|identity| Arc::clone(identity.certified())),
            asked: Mutex::default(),
        })
    }

    pub(super) fn asked(&self) -> Option<Asked> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl ResolvesClientCert for Answerer {
    fn resolve(
        &self,
        authorities: &[&[u8]],
        _schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Asked {
            // A name that cannot be read would be no help to anybody.
            authorities: authorities
                .iter()
                .filter_map(|der| Name::from_der(der).ok())
                .collect(),
        });
        self.identity.clone()
    }

    fn has_certs(&self) -> bool {
        // Asked even when there is none: what the server asks for is wanted.
        true
    }
}
