//! Reading one certificate or one request from a file, PEM or DER.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::{
    store::files,
    x509::{Certificate, CertificationRequest},
};

/// The first certificate of a file.
pub(crate) fn certificate(file: &Path) -> Result<Certificate> {
    let place = || format!("{}", file.display());
    let der = one(file, "certificate", &["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"])?;
    Certificate::from_der(&der).with_context(place)
}

/// The one certification request of a file.
pub(crate) fn request(file: &Path) -> Result<CertificationRequest> {
    let place = || format!("{}", file.display());
    let der = one(file, "certification request", &["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"])?;
    CertificationRequest::from_der(&der).with_context(place)
}

/// DER of the first PEM block with one of the labels, or the file itself when it is DER.
fn one(file: &Path, what: &str, labels: &[&str]) -> Result<Vec<u8>> {
    let octets = files::read(file, files::USUAL_LIMIT)?;
    if octets.is_empty() {
        bail!("{}: the file is empty; a {what} was expected", file.display());
    }
    // A SEQUENCE: every object that is asked for here is one.
    if octets.first() == Some(&0x30) {
        return Ok(octets.to_vec());
    }
    let blocks = pem::parse_many(octets.as_slice())
        .map_err(|error| anyhow::anyhow!("{}: no {what}: damaged PEM: {error}", file.display()))?;
    let found = blocks.iter().find(|block| labels.contains(&block.tag()));
    match (found, blocks.first()) {
        (Some(block), _) => Ok(block.contents().to_vec()),
        (None, Some(other)) => bail!("{}: holds a {:?} block; a {what} was expected", file.display(), other.tag()),
        (None, None) => bail!("{}: is neither PEM nor DER; a {what} was expected", file.display()),
    }
}
