//! The CA that signs, as files: those that are there, else those that certmint would make.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{
    configuration::AuthorityKey,
    key::{digest_of, digest_of_spec},
    script::Command,
};
use crate::{
    authority::{AuthorityError, chain_above, is_self_signed, named},
    ca::Services,
    cli::read,
    key::KeySpec,
    profile::Approved,
    store::{AuthorityFile, Inventory, Layout, StoreName},
    x509::{CaCertificate, Certificate, Extension, Validity},
};

/// What `certmint ca init` makes when nothing else is said.
const USUAL_NAME: &str = "ca";
const USUAL_KEY: KeySpec = KeySpec::Rsa4096;

/// A CA by its files.
pub(super) struct IssuerFiles {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    known: Option<CaCertificate>,
    services: Services,
    /// The certificates above the CA's own, the root last.
    above: Vec<Above>,
    pub(super) notes: Vec<String>,
}

/// A certificate above the CA's own.
struct Above {
    certificate: Certificate,
    file: PathBuf,
}

impl IssuerFiles {
    /// A CA of a PKI, by its name or because it is the only one.
    pub(super) fn of_pki(pki: &Path, name: Option<&StoreName>) -> Result<Self> {
        let layout = Layout::new(pki);
        if !layout.inventory().exists() {
            let note = format!("there is no PKI in {}", pki.display());
            return Self::by_convention(&layout, name, note);
        }
        let inventory = Inventory::open_to_read(&layout.inventory())?;
        let authority = match named(&inventory, name) {
            Ok(authority) => authority,
            Err(error @ (AuthorityError::NoCa | AuthorityError::NoSuchCa { .. })) => {
                return Self::by_convention(&layout, name, error.to_string());
            }
            Err(error) => return Err(error.into()),
        };
        let certificate = Certificate::from_der(&authority.certificate_der)?;
        let authorities = inventory.authorities()?;
        let file_of = |certificate: &Certificate| {
            authorities
                .iter()
                .filter(|known| known.certificate_der == certificate.as_der())
                .find_map(|known| known.name.as_ref())
                .map(|name| layout.authority_file(name, AuthorityFile::Certificate))
        };
        let mut notes = Vec::new();
        let mut above = Vec::new();
        for certificate in chain_above(&inventory, &certificate)? {
            match file_of(&certificate) {
                Some(file) => above.push(Above { certificate, file }),
                None => notes.push(format!(
                    "the certificate of {} is in the inventory and in no file of its own: the script leaves it out of the chain files",
                    certificate.subject()
                )),
            }
        }
        let name = authority.name.as_ref().or(name);
        let mut files = Self::at(&layout, name)?;
        files.known = Some(CaCertificate::try_from(certificate)?);
        files.services = inventory.authority_settings(authority.id)?.services;
        files.above = above;
        files.notes = notes;
        Ok(files)
    }

    /// A CA made elsewhere.
    pub(super) fn elsewhere(certificate: &Path, key: &Path) -> Result<Self> {
        // openssl takes the first one of several.
        let first = read::certificates(certificate, None)?.into_iter().next();
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            known: first.map(CaCertificate::try_from).transpose()?,
            services: Services::default(),
            above: Vec::new(),
            notes: Vec::new(),
        })
    }

    fn by_convention(layout: &Layout, name: Option<&StoreName>, reason: String) -> Result<Self> {
        let mut files = Self::at(layout, name)?;
        files.notes.push(format!(
            "{reason}: the script names {} and {} as 'certmint ca init' would make them, for an {USUAL_KEY} root",
            files.certificate.display(),
            files.key.display(),
        ));
        Ok(files)
    }

    fn at(layout: &Layout, name: Option<&StoreName>) -> Result<Self> {
        let name = match name {
            Some(name) => name.clone(),
            None => USUAL_NAME.parse()?,
        };
        Ok(Self {
            certificate: layout.authority_file(&name, AuthorityFile::Certificate),
            key: layout.authority_file(&name, AuthorityFile::Key),
            known: None,
            services: Services::default(),
            above: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// The option of the digest that certmint would have this CA sign with.
    pub(super) fn digest(&self) -> Option<&'static str> {
        match &self.known {
            Some(known) => digest_of(known.certificate().public_key().algorithm()),
            None => digest_of_spec(USUAL_KEY),
        }
    }

    /// The extensions of a certificate that it signs, with what only the issuer knows but for the
    /// identifier of its key.
    pub(super) fn extensions(&self, approved: &Approved) -> Result<Vec<Extension>> {
        let mut extensions = approved.extensions().to_vec();
        self.services.add_to(&mut extensions)?;
        Ok(extensions)
    }

    /// What its certificates say of its key.
    pub(super) fn authority_key(&self) -> AuthorityKey {
        match &self.known {
            Some(known) if known.key_identifier().is_none() => AuthorityKey::Unnamed,
            _ => AuthorityKey::Named,
        }
    }

    /// Where certmint would refuse and openssl does not.
    pub(super) fn life_note(&self, validity: &Validity) -> Option<String> {
        let issuer = self.known.as_ref()?.certificate();
        (validity.not_after() > issuer.not_after()).then(|| {
            format!(
                "certmint refuses a certificate that outlives its issuer, which ends on {}; openssl makes it",
                issuer.not_after().date()
            )
        })
    }

    /// The signing of a request: everything but the request, the extensions and the output.
    pub(super) fn sign(
        &self,
        request: &Path,
        passphrase_file: Option<&Path>,
        days: u32,
    ) -> Result<Command> {
        Command::new("openssl x509 -req")
            .path("-in", request)?
            .path("-CA", &self.certificate)?
            .path("-CAkey", &self.key)?
            .passphrase("-passin", passphrase_file)
            .map(|command| {
                command
                    .word("-set_serial \"$serial\"")
                    .number("-days", days)
                    .optional(self.digest())
            })
    }

    /// Behind a leaf, what a server sends: no root, which clients have already.
    pub(super) fn sent(&self) -> Vec<&Path> {
        let own = self
            .known
            .as_ref()
            .filter(|known| !is_self_signed(known.certificate()))
            .map(|_| self.certificate.as_path());
        let above = self
            .above
            .iter()
            .filter(|above| !is_self_signed(&above.certificate))
            .map(|above| above.file.as_path());
        own.into_iter().chain(above).collect()
    }

    /// The CA up to the root.
    pub(super) fn chain(&self) -> Vec<&Path> {
        std::iter::once(self.certificate.as_path())
            .chain(self.above.iter().map(|above| above.file.as_path()))
            .collect()
    }
}
