//! A certificate with everything that goes with it, from files or from the PKI.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use time::OffsetDateTime;

use super::key_file;
use crate::{
    acceptance::{Case, Encoding, KeyFacts, Use},
    cli::read,
    inspect::verify::Host,
    key::Passphrase,
    store::{
        AuthorityFile, CertificateFile, CertificateKind, Inventory, Layout, Row, Shelf, StoreName,
        chain_above, files, has_signed, sent_chain,
    },
    x509::{BasicConstraints, Certificate, ExtendedKeyUsage, oid},
};

/// What is judged.
pub(crate) struct Subject {
    /// What it is called in what is told: a file or a name.
    pub(crate) called: String,
    pub(crate) certificate: Certificate,
    pub(crate) file: Vec<Certificate>,
    pub(crate) encoding: Encoding,
    pub(crate) above: Vec<Certificate>,
    pub(crate) key: Option<KeyFacts>,
    pub(crate) replaces: Option<Certificate>,
    pub(crate) purpose: Use,
    pub(crate) hosts: Vec<Host>,
}

impl Subject {
    /// A certificate in a file, with what stands beside it there.
    pub(crate) fn of_file(file: &Path, password: Option<&Passphrase>) -> Result<Self> {
        let octets = files::read(file, files::USUAL_LIMIT)?;
        let certificates = read::certificates_in(&octets, file, password)?;
        let key = key_file::beside(&octets, file);
        let certificate = about(&certificates, key.as_ref())
            .context("no certificate was given")?
            .clone();
        let is_pem = [
            &b"-----BEGIN CERTIFICATE-----"[..],
            b"-----BEGIN TRUSTED CERTIFICATE-----",
            b"-----BEGIN X509 CERTIFICATE-----",
        ]
        .into_iter()
        .any(|mark| octets.windows(mark.len()).any(|window| window == mark));
        Ok(Self {
            called: file.display().to_string(),
            purpose: purpose_of(&certificate),
            certificate,
            file: certificates,
            encoding: if is_pem {
                Encoding::Pem
            } else {
                Encoding::Other
            },
            above: Vec::new(),
            key,
            replaces: None,
            hosts: Vec::new(),
        })
    }

    /// The current certificate of a name in the PKI, with the chain that a server sends and the
    /// private key; nothing where there is none.
    pub(crate) fn of_name(
        pki: &Path,
        inventory: &Inventory,
        name: &StoreName,
        passphrase: Option<&Passphrase>,
    ) -> Result<Option<Self>> {
        let row = match inventory.current(Shelf::Certificates, name)? {
            Some(row) => Some(row),
            None => inventory.current(Shelf::Authorities, name)?,
        };
        let Some(row) = row else { return Ok(None) };
        let layout = Layout::new(pki);
        let key_file: PathBuf = match row.place.as_ref().map(|place| place.shelf) {
            Some(Shelf::Authorities) => layout.authority_file(name, AuthorityFile::Key),
            _ => layout.certificate_file(name, CertificateFile::Key),
        };
        let certificate = certificate_of(inventory, &row)?;
        let above = chain_above(inventory, &certificate)?;
        let file = std::iter::once(certificate.clone())
            .chain(sent_chain(&above))
            .collect();
        // A key that was signed by request is with whoever requested; one of another user's is as
        // good as not there.
        let key = if key_file.exists() {
            match key_file::key_facts(&key_file, passphrase) {
                Ok(facts) => Some(facts),
                Err(error) if key_file::is_out_of_reach(&error) => None,
                Err(error) => return Err(error),
            }
        } else {
            None
        };
        Ok(Some(Self {
            called: name.to_string(),
            certificate,
            file,
            encoding: Encoding::Pem,
            above,
            key,
            replaces: None,
            purpose: match row.kind {
                CertificateKind::Ca => Use::Authority,
                CertificateKind::Server => Use::Server,
                CertificateKind::Client => Use::Client,
                CertificateKind::Peer => Use::Peer,
            },
            hosts: Vec::new(),
        }))
    }

    /// Whether a path leads from the certificate, over what is known, to one of some CAs; or it is
    /// one of them.
    pub(crate) fn leads_to(&self, authorities: &[Certificate]) -> bool {
        let mut known: Vec<&Certificate> = self.file.iter().chain(&self.above).collect();
        known.extend(authorities);
        let mut reached = vec![&self.certificate];
        let mut next = 0;
        while let Some(current) = reached.get(next).copied() {
            if authorities.contains(current) {
                return true;
            }
            for one in &known {
                let is_issuer = one.subject() == current.issuer() && has_signed(one, current);
                if is_issuer && !reached.contains(one) {
                    reached.push(one);
                }
            }
            next += 1;
        }
        false
    }

    /// As rules look at it.
    pub(crate) fn case(&self, now: OffsetDateTime) -> Case<'_> {
        Case {
            certificate: &self.certificate,
            file: &self.file,
            encoding: self.encoding,
            above: &self.above,
            key: self.key.as_ref(),
            replaces: self.replaces.as_ref(),
            purpose: self.purpose,
            hosts: &self.hosts,
            now,
        }
    }
}

/// The certificate of a record.
fn certificate_of(inventory: &Inventory, row: &Row) -> Result<Certificate> {
    let der = inventory
        .certificate_der(row.id)?
        .context("the inventory has a record of it but no certificate: it was never finished")?;
    Ok(Certificate::from_der(&der)?)
}

/// The certificate that another one takes the place of: the one that a file is about.
pub(crate) fn read_replaced(file: &Path) -> Result<Certificate> {
    let certificates = read::certificates(file, None)?;
    about(&certificates, None)
        .cloned()
        .context("no certificate was given")
}

/// The certificate that a file is about: the one of its key, else the first that issued none of the
/// others, whatever the order.
fn about<'a>(certificates: &'a [Certificate], key: Option<&KeyFacts>) -> Option<&'a Certificate> {
    let of_key = key
        .and_then(|key| key.public_key.as_ref())
        .and_then(|public| certificates.iter().find(|one| one.public_key() == public));
    let issued_another = |one: &Certificate| {
        certificates
            .iter()
            .any(|other| other != one && other.issuer() == one.subject())
    };
    of_key
        .or_else(|| certificates.iter().find(|one| !issued_another(one)))
        .or(certificates.first())
}

/// What a certificate says that it is for; a server's where it says nothing.
pub(crate) fn purpose_of(certificate: &Certificate) -> Use {
    let is_authority = certificate
        .extension(&oid::BASIC_CONSTRAINTS)
        .and_then(|extension| extension.read_basic_constraints().ok())
        .is_some_and(|constraints| matches!(constraints, BasicConstraints::Ca(_)));
    if is_authority {
        return Use::Authority;
    }
    let purposes = certificate
        .extension(&oid::EXTENDED_KEY_USAGE)
        .and_then(|extension| ExtendedKeyUsage::from_extension(extension).ok());
    let Some(purposes) = purposes else {
        return Use::Server;
    };
    let has = |purpose| purposes.purposes().contains(&purpose);
    match (has(oid::SERVER_AUTH), has(oid::CLIENT_AUTH)) {
        (true, true) => Use::Peer,
        (false, true) => Use::Client,
        _ => Use::Server,
    }
}
