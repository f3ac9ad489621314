//! Reading certificates, revocation lists and requests from files, whatever their container.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::{
    cli::failure::Advised,
    formats::pkcs12::{self, Pkcs12Error},
    inspect::{Encoding, InspectError, Item, Object, open},
    key::Passphrase,
    store::files,
    x509::{Certificate, CertificationRequest},
};

/// Every certificate of a file, at least one, in order: PEM, DER, PKCS#7, or PKCS#12 that the
/// password opens.
pub(crate) fn certificates(file: &Path, password: Option<&Passphrase>) -> Result<Vec<Certificate>> {
    let octets = files::read(file, files::USUAL_LIMIT)?;
    certificates_in(&octets, file, password)
}

/// As [`certificates`], of what was read from the file: a pipe gives it once.
pub(crate) fn certificates_in(
    octets: &[u8],
    file: &Path,
    password: Option<&Passphrase>,
) -> Result<Vec<Certificate>> {
    let found = Found::in_octets(octets, file, "certificate", password)?;
    if found.certificates.is_empty() {
        return Err(found.nothing(file, "certificate"));
    }
    Ok(found.certificates)
}

/// DER of every certificate revocation list of a file, at least one.
pub(crate) fn revocation_lists(file: &Path) -> Result<Vec<Vec<u8>>> {
    let found = Found::in_file(file, "revocation list", None)?;
    if found.revocation_lists.is_empty() {
        return Err(found.nothing(file, "revocation list"));
    }
    Ok(found.revocation_lists)
}

/// The one certification request of a file.
pub(crate) fn request(file: &Path) -> Result<CertificationRequest> {
    let what = "certification request";
    let mut found = Found::in_file(file, what, None)?;
    let several = found.requests.len();
    match (found.requests.pop(), found.requests.is_empty()) {
        (Some(request), true) => Ok(request),
        (None, _) => Err(found.nothing(file, what)),
        (Some(_), false) => Err(Advised {
            message: format!("{} holds {several} certification requests", file.display()),
            hint: "put each into a file of its own".to_owned(),
        }
        .into()),
    }
}

/// What a file holds of the kinds that are asked for here.
#[derive(Default)]
struct Found {
    certificates: Vec<Certificate>,
    revocation_lists: Vec<Vec<u8>>,
    requests: Vec<CertificationRequest>,
    /// What the first thing of another kind is.
    other: Option<&'static str>,
    is_locked: bool,
}

impl Found {
    fn in_file(file: &Path, what: &str, password: Option<&Passphrase>) -> Result<Self> {
        let octets = files::read(file, files::USUAL_LIMIT)?;
        Self::in_octets(&octets, file, what, password)
    }

    fn in_octets(
        octets: &[u8],
        file: &Path,
        what: &str,
        password: Option<&Passphrase>,
    ) -> Result<Self> {
        let mut found = Self::default();
        open(octets)
            .and_then(|items| {
                items
                    .into_iter()
                    .try_for_each(|item| found.take(item, password))
            })
            .with_context(|| format!("{}: a {what} was expected", file.display()))?;
        Ok(found)
    }

    fn take(&mut self, item: Item, password: Option<&Passphrase>) -> Result<(), InspectError> {
        let Item { encoding, object } = item;
        match object {
            Object::Certificate { certificate, .. } => self.certificates.push(*certificate),
            Object::Request(request) => self.requests.push(*request),
            Object::RevocationList(der) => self.revocation_lists.push(der),
            Object::Pkcs7(data) => {
                for der in &data.certificates {
                    self.certificates.push(Certificate::from_der(der)?);
                }
                self.revocation_lists.extend(data.crls);
            }
            Object::Pkcs12(octets) => {
                match pkcs12::read(&octets, password.map(Passphrase::as_bytes)) {
                    Ok(store) => {
                        for entry in store.certificates() {
                            self.certificates.push(Certificate::from_der(&entry.der)?);
                        }
                    }
                    Err(Pkcs12Error::NeedsPassword) => self.is_locked = true,
                    Err(error) => return Err(error.into()),
                }
                self.other.get_or_insert("a PKCS#12 file");
            }
            Object::PrivateKey(_) => {
                self.other.get_or_insert("a private key");
            }
            Object::PublicKey(_) => {
                self.other.get_or_insert("a public key");
            }
            Object::DiffieHellmanParameters(_) | Object::CurveParameters(_) => {
                self.other.get_or_insert("parameters without a key");
            }
            // A path that fails for want of a damaged certificate would be told wrongly.
            Object::Unreadable(error) if may_matter(&encoding) => return Err(error),
            Object::Unreadable(_) => {
                self.other.get_or_insert("a PEM block of another kind");
            }
        }
        Ok(())
    }

    /// Why there is nothing of the kind that is asked for.
    fn nothing(&self, file: &Path, what: &str) -> anyhow::Error {
        let file = file.display();
        if self.is_locked {
            return Advised {
                message: format!("{file}: a {what} was expected: the PKCS#12 file is encrypted"),
                hint: "give its password with --password-file FILE".to_owned(),
            }
            .into();
        }
        let holds = if !self.certificates.is_empty() {
            "a certificate"
        } else if !self.requests.is_empty() {
            "a certification request"
        } else if !self.revocation_lists.is_empty() {
            "a revocation list"
        } else {
            self.other.unwrap_or("nothing of that kind")
        };
        anyhow::anyhow!("{file}: a {what} was expected, and the file holds {holds}")
    }
}

/// Whether what cannot be read could be one of the objects that are looked for.
fn may_matter(encoding: &Encoding) -> bool {
    match encoding {
        Encoding::Pem { label, .. } => ["CERTIFICATE", "CRL", "PKCS", "CMS"]
            .iter()
            .any(|part| label.contains(part)),
        Encoding::Der | Encoding::Base64 => true,
    }
}
