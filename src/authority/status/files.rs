//! Whether the files in the PKI directory are those of the inventory.

use std::{io::ErrorKind, ops::ControlFlow, path::Path};

use super::authorities::AuthorityState;
use super::finding::{About, Finding, Matter, file_noun, renew};
use crate::key::KeyFile;
use crate::store::{
    AuthorityFile, CertificateFile, Filter, Inventory, Layout, Place, Query, Row, Shelf, State,
    StoreError, StoreName,
    files::{self, Secrecy},
};
use crate::x509::Certificate;

/// What is known of the private keys that could not be read.
#[derive(Default)]
struct Unreadable {
    keys: usize,
}

/// Whether the files of certificates are looked at, besides those of CAs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    Compared,
    /// There are so many that it would take long.
    LeftOut(u64),
}

pub(super) fn findings(
    inventory: &Inventory,
    layout: &Layout,
    authorities: &[AuthorityState],
    leaves: Leaves,
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    let mut unreadable = Unreadable::default();
    match leaves {
        Leaves::Compared => of_certificates(inventory, layout, &mut unreadable, &mut findings)?,
        Leaves::LeftOut(certificates) => findings.push(Finding {
            matter: Matter::NotChecked,
            about: About::pki(),
            what: format!("the files of {certificates} certificates were not compared"),
            remedy: "certmint status --all-files, which takes a while".to_owned(),
        }),
    }
    for authority in authorities {
        findings.extend(of_authority(layout, authority, &mut unreadable));
    }
    if unreadable.keys > 0 {
        let keys = if unreadable.keys == 1 { "key" } else { "keys" };
        findings.push(Finding {
            matter: Matter::NotChecked,
            about: About::pki(),
            what: format!(
                "{} private {keys} could not be read by this user, and so not compared",
                unreadable.keys
            ),
            remedy: "run it as the owner of the PKI to have them compared".to_owned(),
        });
    }
    Ok(findings)
}

fn of_certificates(
    inventory: &Inventory,
    layout: &Layout,
    unreadable: &mut Unreadable,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let query = Query {
        filter: Filter {
            state: Some(State::Issued),
            ..Filter::default()
        },
        ..Query::default()
    };
    inventory.for_each(&query, |row| {
        let filed = |place: &&Place| place.shelf == Shelf::Certificates && row.filed_at.is_some();
        if let Some(place) = row.place.as_ref().filter(filed) {
            findings.extend(of_certificate(layout, &row, place, unreadable));
        }
        ControlFlow::Continue(())
    })
}

fn of_certificate(
    layout: &Layout,
    row: &Row,
    place: &Place,
    unreadable: &mut Unreadable,
) -> Option<Finding> {
    let name = &place.name;
    let expected = row.status.signed()?.fingerprint;
    let finding = |matter, what, remedy| {
        Some(Finding {
            matter,
            about: About::row(row),
            what,
            remedy,
        })
    };
    let path = layout.certificate_file(name, CertificateFile::Certificate);
    let certificate = match Found::at(&path) {
        Found::File(certificate) => certificate,
        Found::Nothing => {
            return finding(
                Matter::FileMissing,
                format!("its certificate is not there: {}", path.display()),
                format!("put the file back from a backup, or: {}", renew(name)),
            );
        }
        Found::Unreadable(why) => {
            return finding(
                Matter::FileDiffers,
                format!("{why}: {}", path.display()),
                format!("look at the file, or: {}", renew(name)),
            );
        }
    };
    if certificate.fingerprint_sha256() != expected {
        return finding(
            Matter::FileDiffers,
            format!(
                "{} holds another certificate than the inventory says",
                path.display()
            ),
            format!(
                "'certmint inspect {}' shows it; put the right one back, or: {}",
                path.display(),
                renew(name)
            ),
        );
    }
    let key = layout.certificate_file(name, CertificateFile::Key);
    let is_named = file_noun(CertificateFile::Key);
    match Fit::of(&key, &certificate) {
        Fit::Yes => None,
        Fit::Unknown => {
            unreadable.keys += 1;
            None
        }
        Fit::Absent => finding(
            Matter::FileMissing,
            format!("its {is_named} is not there: {}", key.display()),
            format!("put the file back from a backup, or: {}", renew(name)),
        ),
        Fit::No(why) => finding(
            Matter::KeyDoesNotFit,
            format!("{why}: {}", key.display()),
            format!("put the right key back from a backup, or: {}", renew(name)),
        ),
        Fit::YesForAll => finding(
            Matter::KeyReadable,
            format!("others than its owner may read its {is_named}"),
            format!("chmod 600 {}", key.display()),
        ),
    }
}

fn of_authority(
    layout: &Layout,
    authority: &AuthorityState,
    unreadable: &mut Unreadable,
) -> Option<Finding> {
    let name: StoreName = authority.name.as_ref()?.parse().ok()?;
    let finding = |matter, what, remedy: &str| {
        Some(Finding {
            matter,
            about: authority.about(),
            what,
            remedy: remedy.to_owned(),
        })
    };
    let backup = "put the file back from a backup";
    let path = layout.authority_file(&name, AuthorityFile::Certificate);
    let certificate = match Found::at(&path) {
        Found::File(certificate) => certificate,
        Found::Nothing => {
            let what = format!("its certificate is not there: {}", path.display());
            return finding(Matter::FileMissing, what, backup);
        }
        Found::Unreadable(why) => {
            let what = format!("{why}: {}", path.display());
            return finding(Matter::FileDiffers, what, backup);
        }
    };
    let fingerprint = crate::x509::hexadecimal(&certificate.fingerprint_sha256());
    if !fingerprint.eq_ignore_ascii_case(&authority.fingerprint) {
        let what = format!(
            "{} holds another certificate than the inventory says",
            path.display()
        );
        return finding(Matter::FileDiffers, what, backup);
    }
    let key = layout.authority_file(&name, AuthorityFile::Key);
    match Fit::of(&key, &certificate) {
        Fit::Yes => None,
        Fit::Unknown => {
            unreadable.keys += 1;
            None
        }
        Fit::Absent => finding(
            Matter::AuthorityKeyAbsent,
            format!("its private key is not here: {}", key.display()),
            "nothing has to be done if it is kept elsewhere; bring it back to sign or to revoke",
        ),
        Fit::No(why) => finding(
            Matter::KeyDoesNotFit,
            format!("{why}: {}", key.display()),
            "put the right key back from a backup",
        ),
        Fit::YesForAll => finding(
            Matter::KeyReadable,
            "others than its owner may read its private key".to_owned(),
            &format!("chmod 600 {}", key.display()),
        ),
    }
}

/// What is at the place of a certificate.
enum Found {
    File(Box<Certificate>),
    Nothing,
    Unreadable(String),
}

impl Found {
    fn at(path: &Path) -> Self {
        let octets = match files::read(path, files::USUAL_LIMIT) {
            Ok(octets) => octets,
            Err(error) if is(&error, ErrorKind::NotFound) => return Self::Nothing,
            Err(error) => return Self::Unreadable(told(&error)),
        };
        let certificate = pem::parse(octets.as_slice())
            .ok()
            .and_then(|block| Certificate::from_der(block.contents()).ok());
        certificate.map_or_else(
            || Self::Unreadable("no certificate can be read there".to_owned()),
            |certificate| Self::File(Box::new(certificate)),
        )
    }
}

/// Whether a private key belongs to a certificate.
enum Fit {
    Yes,
    /// And others than its owner may read it.
    YesForAll,
    Absent,
    /// This user may not read it, or it is encrypted.
    Unknown,
    No(String),
}

impl Fit {
    fn of(path: &Path, certificate: &Certificate) -> Self {
        let octets = match files::read(path, files::USUAL_LIMIT) {
            Ok(octets) => octets,
            Err(error) if is(&error, ErrorKind::NotFound) => return Self::Absent,
            Err(error) if is(&error, ErrorKind::PermissionDenied) => return Self::Unknown,
            Err(error) => return Self::No(told(&error)),
        };
        let key = match KeyFile::read(&octets) {
            Ok(key) => key,
            Err(error) => return Self::No(error.to_string()),
        };
        // A passphrase is not asked for: that it is encrypted is as it should be.
        if !key.is_encrypted() {
            match key.unlock(None) {
                Ok(key) if key.public_key() == certificate.public_key() => {}
                Ok(_) => return Self::No("the private key is that of another certificate".into()),
                Err(error) => return Self::No(error.to_string()),
            }
        }
        match files::secrecy(path) {
            Ok(Secrecy::Public) => Self::YesForAll,
            _ => Self::Yes,
        }
    }
}

fn is(error: &StoreError, kind: ErrorKind) -> bool {
    matches!(error, StoreError::File { fault, .. } if fault.kind() == kind)
}

fn told(error: &StoreError) -> String {
    match error {
        StoreError::File { fault, .. } => format!("it cannot be read ({fault})"),
        other => other.to_string(),
    }
}
