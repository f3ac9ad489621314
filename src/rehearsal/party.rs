//! What one side brings.

use std::sync::Arc;

use crate::{
    key::{KeyError, PrivateKey},
    probe::{Finding, Identity},
    x509::Certificate,
};

use super::Side;

/// The files of one side, as they were read.
#[derive(Debug)]
pub struct Party {
    /// Its certificate, then what it sends besides, in the file's order.
    pub chain: Vec<Certificate>,
    /// Its private key, or why the file's is no good.
    pub key: Result<PrivateKey, KeyError>,
}

impl Party {
    /// What it can show, or why it cannot even start.
    pub(super) fn identity(&self, side: Side) -> Result<Arc<Identity>, Finding> {
        let key = self.key.as_ref().map_err(|error| {
            Finding::failure(
                "key",
                format!("the {side}'s private key cannot be used: {error}"),
                error
                    .hint()
                    .unwrap_or_else(|| "make another key and have it certified".to_owned()),
            )
        })?;
        Identity::new(self.chain.clone(), key)
            .map(Arc::new)
            .map_err(|error| {
                Finding::failure(
                    "key",
                    format!("the {side} cannot start: {error}"),
                    "put the key and the certificate of the same generation beside each other: \
                     servers refuse to start with such a pair, or end at the next reload (Apache)",
                )
            })
    }
}
