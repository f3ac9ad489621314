//! The line that every certificate walks.

use std::path::PathBuf;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{AuthorityError, SigningAuthority, ledger::InventoryLedger};
use crate::{
    ca::{CaError, Draft, Issued},
    inspect::verify::forbidden_names,
    profile::{Application, Decision, approve},
    store::{
        AuthorityFile, CertificateFile, Placement, Recorded, Sealing, Staged, Store, StoreName,
    },
    x509::{Certificate, SerialNumber},
};

/// A certificate to be made, and where it goes.
pub struct Order {
    /// What somebody wants.
    pub application: Application,
    /// Where it is filed.
    pub filing: Filing,
}

/// Where a certificate is filed, with what goes beside it.
pub enum Filing {
    /// Nowhere in the PKI directory: the caller writes it where its user wants it.
    Elsewhere,
    /// As a CA of this PKI.
    Authority {
        /// Its name.
        name: StoreName,
        /// PEM of its private key.
        key_pem: Zeroizing<String>,
    },
    /// As a certificate of this PKI.
    Certificate {
        /// Its name.
        name: StoreName,
        /// PEM of its private key.
        key_pem: Zeroizing<String>,
        /// PEM of its request.
        request_pem: String,
    },
}

/// A certificate that was made, and where it is.
#[derive(Debug)]
pub struct Filed {
    /// The certificate.
    pub certificate: Certificate,
    /// Its serial number.
    pub serial: SerialNumber,
    /// The certificates above it: the issuer first, the root last.
    pub chain: Vec<Certificate>,
    /// What became of each extension that its request asked for.
    pub decisions: Vec<Decision>,
    /// Its files in the PKI directory.
    pub files: Vec<PathBuf>,
}

/// Makes a certificate: approved, drafted, recorded, signed, sealed, filed.
///
/// # Errors
/// Whatever a step refuses. Before the record nothing has happened; from the record on, the
/// inventory knows of the certificate.
pub fn certify(
    store: &mut Store,
    authority: &SigningAuthority,
    order: Order,
    now: OffsetDateTime,
) -> Result<Filed, AuthorityError> {
    let Order {
        application,
        filing,
    } = order;
    let approved = approve(application)?;
    let draft = authority.issuer.draft(approved, random_serial()?, now)?;
    refuse_forbidden_names(authority, &draft)?;
    let mut ledger = InventoryLedger {
        store,
        issuer: authority.recorded_as,
        placements: vec![placement(&filing)],
        now,
        recorded: Vec::new(),
    };
    let recorded = draft.record(&mut ledger)?;
    let row = ledger.recorded.pop().ok_or(AuthorityError::Unrecorded)?;
    let finished = authority
        .issuer
        .sign(recorded)
        .map_err(AuthorityError::from)
        .and_then(|issued| Ok((stage(store, authority, &row, &issued, &filing)?, issued)));
    let (staged, issued) = match finished {
        Ok(finished) => finished,
        Err(error) => {
            // Nobody has seen the signature, if there was one: the name is free again.
            store.mark_lost(&[row.id])?;
            return Err(error);
        }
    };
    let certificate_der = issued.certificate().as_der().to_vec();
    store.seal(&[Sealing {
        id: row.id,
        certificate_der,
        issued_at: now,
    }])?;
    let filed = match staged {
        Some(staged) => store.publish(vec![staged], now).map(drop),
        None => store.mark_filed(&[row.id], now),
    };
    filed.map_err(AuthorityError::unfinished)?;
    let files = files(store, &filing);
    Ok(Filed {
        certificate: issued.certificate().clone(),
        serial: issued.serial().clone(),
        chain: authority.chain.clone(),
        decisions: issued.decisions().to_vec(),
        files,
    })
}

/// The constraints of every CA on the way to the root bind, not only the issuer's (RFC 5280 §6.1.4
/// (g)).
fn refuse_forbidden_names(
    authority: &SigningAuthority,
    draft: &Draft,
) -> Result<(), AuthorityError> {
    let above: Vec<&[u8]> = authority.chain.iter().map(Certificate::as_der).collect();
    let forbidden = forbidden_names(draft.unsigned().as_der(), &above)?;
    if forbidden.is_empty() {
        return Ok(());
    }
    let reason = forbidden.join("; ");
    Err(CaError::NameNotPermitted { reason }.into())
}

fn random_serial() -> Result<SerialNumber, AuthorityError> {
    let mut octets = [0; 20];
    aws_lc_rs::rand::fill(&mut octets).map_err(|_| AuthorityError::NoRandom)?;
    Ok(SerialNumber::from_random(octets)?)
}

fn placement(filing: &Filing) -> Placement {
    match filing {
        Filing::Elsewhere => Placement::Elsewhere,
        Filing::Authority { name, .. } => Placement::NewAuthority(name.clone()),
        Filing::Certificate { name, .. } => Placement::NewCertificate(name.clone()),
    }
}

/// Writes the files of a certificate out of sight; they appear when it is sealed.
fn stage(
    store: &Store,
    authority: &SigningAuthority,
    row: &Recorded,
    issued: &Issued,
    filing: &Filing,
) -> Result<Option<Staged>, AuthorityError> {
    let leaf = issued.certificate().to_pem();
    match filing {
        Filing::Elsewhere => Ok(None),
        Filing::Authority { key_pem, .. } => {
            let staging = store.stage(row)?;
            staging.write_authority(AuthorityFile::Key, key_pem.as_bytes())?;
            staging.write_authority(AuthorityFile::Certificate, leaf.as_bytes())?;
            Ok(Some(staging.complete()?))
        }
        Filing::Certificate {
            key_pem,
            request_pem,
            ..
        } => {
            let chain = authority.chain();
            let pem = |certificates: &[Certificate]| {
                certificates
                    .iter()
                    .map(Certificate::to_pem)
                    .collect::<String>()
            };
            // What a server sends leaves the root out (RFC 8446 §4.4.2): clients have it already.
            let sent: Vec<Certificate> = chain
                .iter()
                .filter(|certificate| !certificate.is_self_issued())
                .cloned()
                .collect();
            let staging = store.stage(row)?;
            staging.write(CertificateFile::Key, key_pem.as_bytes())?;
            staging.write(CertificateFile::Request, request_pem.as_bytes())?;
            staging.write(CertificateFile::Certificate, leaf.as_bytes())?;
            staging.write(
                CertificateFile::FullChain,
                format!("{leaf}{}", pem(&sent)).as_bytes(),
            )?;
            staging.write(CertificateFile::Chain, pem(chain).as_bytes())?;
            Ok(Some(staging.complete()?))
        }
    }
}

fn files(store: &Store, filing: &Filing) -> Vec<PathBuf> {
    let layout = store.layout();
    match filing {
        Filing::Elsewhere => Vec::new(),
        Filing::Authority { name, .. } => [AuthorityFile::Key, AuthorityFile::Certificate]
            .map(|file| layout.authority_file(name, file))
            .to_vec(),
        Filing::Certificate { name, .. } => [
            CertificateFile::Key,
            CertificateFile::Request,
            CertificateFile::Certificate,
            CertificateFile::FullChain,
            CertificateFile::Chain,
        ]
        .map(|file| layout.certificate_file(name, file))
        .to_vec(),
    }
}
