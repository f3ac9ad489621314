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
    let der = one(file, "certificate", CERTIFICATE)?;
    Certificate::from_der(&der).with_context(place)
}

/// Every certificate of a file, at least one.
pub(crate) fn certificates(file: &Path) -> Result<Vec<Certificate>> {
    let place = || format!("{}", file.display());
    let octets = files::read(file, files::USUAL_LIMIT)?;
    if octets.first() == Some(&0x30) {
        return Ok(vec![Certificate::from_der(&octets).with_context(place)?]);
    }
    let found: Result<Vec<_>, _> = blocks(file, &octets, "certificate", CERTIFICATE)?
        .iter()
        .map(|block| Certificate::from_der(block.contents()))
        .collect();
    found.with_context(place)
}

/// DER of every certificate revocation list of a file, at least one.
pub(crate) fn revocation_lists(file: &Path) -> Result<Vec<Vec<u8>>> {
    let octets = files::read(file, files::USUAL_LIMIT)?;
    if octets.first() == Some(&0x30) {
        return Ok(vec![octets.to_vec()]);
    }
    let found = blocks(file, &octets, "revocation list", &["X509 CRL"])?;
    Ok(found.into_iter().map(pem::Pem::into_contents).collect())
}

/// The one certification request of a file.
pub(crate) fn request(file: &Path) -> Result<CertificationRequest> {
    let place = || format!("{}", file.display());
    let der = one(
        file,
        "certification request",
        &["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"],
    )?;
    CertificationRequest::from_der(&der).with_context(place)
}

/// DER of the first PEM block with one of the labels, or the file itself when it is DER.
fn one(file: &Path, what: &str, labels: &[&str]) -> Result<Vec<u8>> {
    let octets = files::read(file, files::USUAL_LIMIT)?;
    // A SEQUENCE: every object that is asked for here is one.
    if octets.first() == Some(&0x30) {
        return Ok(octets.to_vec());
    }
    let first = blocks(file, &octets, what, labels)?.into_iter().next();
    Ok(first.map(pem::Pem::into_contents).unwrap_or_default())
}

/// The PEM blocks with one of the labels, at least one.
fn blocks(file: &Path, octets: &[u8], what: &str, labels: &[&str]) -> Result<Vec<pem::Pem>> {
    let file = file.display();
    if octets.is_empty() {
        bail!("{file}: the file is empty; a {what} was expected");
    }
    let blocks = pem::parse_many(octets)
        .map_err(|error| anyhow::anyhow!("{file}: no {what}: damaged PEM: {error}"))?;
    let Some(other) = blocks.first().map(|block| block.tag().to_owned()) else {
        bail!("{file}: is neither PEM nor DER; a {what} was expected");
    };
    let found: Vec<_> = blocks
        .into_iter()
        .filter(|block| labels.contains(&block.tag()))
        .collect();
    if found.is_empty() {
        bail!("{file}: holds a block {other:?}; a {what} was expected");
    }
    Ok(found)
}

/// Labels of a certificate: RFC 7468 §5, and openssl's own two.
const CERTIFICATE: &[&str] = &["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];
