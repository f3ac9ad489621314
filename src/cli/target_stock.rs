//! What the PKI has, for the templates of targets.

use std::{error::Error, path::Path};

use anyhow::{Context as _, Result};
use zeroize::Zeroizing;

use super::{acceptance::purpose_of, render};
use crate::{
    acceptance::Use,
    authority::{chain_above, itself, named_certificate},
    key::PublicKey,
    store::{
        Authority, AuthorityFile, CertificateFile, ChainPem, Inventory, Layout, Paths,
        RevocationListFile, Shelf, StoreName, anchor_file, anchors, files, is_self_signed,
    },
    target::{AuthorityStock, CertificateStock, Purpose, Stock},
    x509::{Certificate, GeneralName, San, hexadecimal, moment_text},
};

/// The PKI of a directory.
pub(crate) struct PkiStock {
    layout: Layout,
    inventory: Inventory,
    keys: Keys,
}

/// Whether private keys are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// A file will hold one.
    Wanted,
    /// None will.
    NotWanted,
}

impl PkiStock {
    /// Opens the PKI to read it. Its paths become absolute, because servers start elsewhere.
    pub(crate) fn open(pki: &Path, keys: Keys) -> Result<Self> {
        let root = std::path::absolute(pki)
            .with_context(|| format!("cannot tell where {} is", pki.display()))?;
        let inventory = Inventory::open_to_read(&Layout::new(pki).inventory())?;
        Ok(Self {
            layout: Layout::new(root),
            inventory,
            keys,
        })
    }

    /// The PKI directory as an absolute path.
    pub(crate) fn folder(&self) -> Result<String> {
        text(self.layout.root())
    }

    fn find(&self, name: &str) -> Result<CertificateStock> {
        let name: StoreName = name.parse()?;
        let row = self
            .inventory
            .current(Shelf::Certificates, &name)?
            .with_context(|| {
                format!(
                    "no certificate is named {name} in {}",
                    self.layout.root().display()
                )
            })?;
        let der = self.inventory.certificate_der(row.id)?.context(
            "the inventory has a record of it but no certificate: it was never finished",
        )?;
        let certificate = Certificate::from_der(&der)?;
        let chain = chain_above(&self.inventory, &certificate)?;
        let ChainPem { full_chain, chain } = ChainPem::new(&certificate, &chain);
        let key = self.key(&name)?;
        let names = certificate.subject_alt_names()?;
        let of_kind = |wanted: fn(&GeneralName) -> Option<String>| {
            names.iter().filter_map(wanted).collect::<Vec<String>>()
        };
        Ok(CertificateStock {
            folder: text(&self.layout.certificate_folder(&name))?,
            pem: certificate.to_pem(),
            fullchain_pem: full_chain,
            chain_pem: chain,
            key_is_encrypted: key.as_ref().is_some_and(|pem| pem.contains("ENCRYPTED")),
            key_pem: key.filter(|_| self.keys == Keys::Wanted),
            key_kind: kind(certificate.public_key()),
            subject: certificate.subject().to_string(),
            purpose: match purpose_of(&certificate) {
                Use::Client => Purpose::Client,
                Use::Server | Use::Peer | Use::Authority => Purpose::Server,
            },
            common_name: common_name(&certificate),
            // A certificate from elsewhere can have what is no name of a host, such as `~.*`.
            dns_names: of_kind(|name| match name {
                GeneralName::Dns(name) if San::dns(name).is_ok() => Some(name.clone()),
                _ => None,
            }),
            addresses: of_kind(|name| match name {
                GeneralName::Ip(address) => Some(address.to_string()),
                _ => None,
            }),
            serial: hexadecimal(certificate.serial_octets()),
            not_before: moment_text(certificate.not_before()),
            not_after: moment_text(certificate.not_after()),
            fingerprint: hexadecimal(&certificate.fingerprint_sha256()),
            name: name.file_name().to_owned(),
        })
    }

    /// Its private key, where it is here and may be read.
    fn key(&self, name: &StoreName) -> Result<Option<Zeroizing<String>>> {
        let file = self.layout.certificate_file(name, CertificateFile::Key);
        if !file.exists() {
            return Ok(None);
        }
        let octets = match (files::read(&file, files::USUAL_LIMIT), self.keys) {
            (Ok(octets), _) => octets,
            (Err(_), Keys::NotWanted) => return Ok(None),
            (Err(error), Keys::Wanted) => return Err(error.into()),
        };
        let pem = std::str::from_utf8(&octets)
            .with_context(|| format!("{}: it is no PEM", file.display()))?;
        Ok(Some(Zeroizing::new(pem.to_owned())))
    }

    fn find_authority(&self, name: &str, of: &CertificateStock) -> Result<AuthorityStock> {
        let authority = match name {
            "@issuer" => self.above(of, |chain| chain.first())?,
            "@root" => self.above(of, |chain| chain.last())?,
            name => itself(&self.inventory, Some(&name.parse()?))?,
        };
        let authority = self.named(authority)?;
        let certificate = named_certificate(&authority)?;
        let name = authority
            .name
            .clone()
            .with_context(|| format!("{} has no name here", render::title(&certificate)))?;
        let chain = Paths::of(&self.inventory)?.of_authority(authority.id);
        let file = self
            .layout
            .authority_file(&name, AuthorityFile::Certificate);
        let trust = anchor_file(&self.layout, &self.inventory, authority.id)?
            .unwrap_or_else(|| file.clone());
        // Below a root its own list alone would have servers refuse everybody.
        let forms: &[RevocationListFile] = if is_self_signed(&certificate) {
            &[RevocationListFile::Chain, RevocationListFile::Pem]
        } else {
            &[RevocationListFile::Chain]
        };
        let list = forms
            .iter()
            .map(|form| self.layout.revocation_list(&name, *form))
            .find(|file| file.exists());
        let trust_pem = pem(&trust)?;
        let mut anchors = anchors(&self.inventory, authority.id)?;
        // A retired one that is asked for by its name.
        if !anchors.contains(&certificate) {
            anchors.push(certificate.clone());
        }
        Ok(AuthorityStock {
            verify_pem: self.verifying(&chain, &trust_pem)?,
            anchor_pem: anchors.iter().map(Certificate::to_pem).collect(),
            is_root: is_self_signed(&certificate),
            depth: chain.len(),
            name: name.file_name().to_owned(),
            file: text(&file)?,
            trust_pem,
            trust_file: text(&trust)?,
            pem: certificate.to_pem(),
            chain_pem: chain.iter().map(Certificate::to_pem).collect(),
            crl_pem: list.as_deref().map(pem).transpose()?,
            crl_file: list.as_deref().map(text).transpose()?,
            common_name: common_name(&certificate),
            plain_subject: plain(certificate.subject().to_string()),
            subject: certificate.subject().to_string(),
            fingerprint: hexadecimal(&certificate.fingerprint_sha256()),
        })
    }

    /// The CA of a certificate that has no name of its own: one that was renewed since, or, during a
    /// rollover, the cross-certificate that a chain leads over.
    fn named(&self, authority: Authority) -> Result<Authority> {
        if authority.name.is_some() {
            return Ok(authority);
        }
        let named = self
            .inventory
            .authorities()?
            .into_iter()
            .find(|one| one.name.is_some() && one.is_same_as(&authority));
        Ok(named.unwrap_or(authority))
    }

    /// What the certificates of a CA are verified with: its chain, whose root during a rollover is the
    /// bundle of the old and the new.
    fn verifying(&self, chain: &[Certificate], trust_pem: &str) -> Result<String> {
        let Some((root, below)) = chain.split_last() else {
            return Ok(trust_pem.to_owned());
        };
        let fingerprint = root.fingerprint_sha256();
        let roots = if below.is_empty() {
            trust_pem.to_owned()
        } else {
            let row = self.inventory.authority_by_fingerprint(&fingerprint)?;
            let file = row
                .map(|row| anchor_file(&self.layout, &self.inventory, row.id))
                .transpose()?
                .flatten();
            match file {
                Some(file) => pem(&file)?,
                None => root.to_pem(),
            }
        };
        let below: String = below.iter().map(Certificate::to_pem).collect();
        Ok(format!("{below}{roots}"))
    }

    /// One of the CAs above a certificate.
    fn above(
        &self,
        of: &CertificateStock,
        choose: for<'a> fn(&'a [Certificate]) -> Option<&'a Certificate>,
    ) -> Result<Authority> {
        let row = self
            .inventory
            .current(Shelf::Certificates, &of.name.parse()?)?
            .context("it is no longer there")?;
        let der = self.inventory.certificate_der(row.id)?.unwrap_or_default();
        let chain = chain_above(&self.inventory, &Certificate::from_der(&der)?)?;
        let chosen = choose(&chain)
            .with_context(|| format!("the inventory knows no CA above {}", of.name))?;
        self.inventory
            .authority_by_fingerprint(&chosen.fingerprint_sha256())?
            .with_context(|| format!("the inventory does not know {}", render::title(chosen)))
    }
}

impl Stock for PkiStock {
    fn certificate(&self, name: &str) -> Result<CertificateStock, Box<dyn Error + Send + Sync>> {
        self.find(name).map_err(|error| format!("{error:#}").into())
    }

    fn authority(
        &self,
        name: &str,
        of: &CertificateStock,
    ) -> Result<AuthorityStock, Box<dyn Error + Send + Sync>> {
        self.find_authority(name, of)
            .map_err(|error| format!("{error:#}").into())
    }
}

fn text(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).with_context(|| {
        format!(
            "{}: a path that is not UTF-8 cannot be written into a configuration",
            path.display()
        )
    })
}

fn pem(path: &Path) -> Result<String> {
    let octets = files::read(path, files::USUAL_LIMIT)?;
    let text = std::str::from_utf8(&octets)
        .with_context(|| format!("{}: it is no PEM", path.display()))?;
    Ok(text.to_owned())
}

fn kind(key: &PublicKey) -> String {
    crate::key::KeySpec::of(key.algorithm())
        .map_or_else(|| key.algorithm().to_string(), |spec| spec.to_string())
}

/// A subject whose text is the same in nginx, Apache and HAProxy (RFC 4514 and RFC 2253): nothing in
/// it is escaped or beyond ASCII, and all know the names of its parts.
fn plain(subject: String) -> Option<String> {
    let is_plain = |part: &str| {
        part.split_once('=').is_some_and(|(kind, value)| {
            ["C", "ST", "L", "O", "OU", "CN", "DC"].contains(&kind)
                && !value.is_empty()
                && value
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || " .-_@/:()".contains(letter))
        })
    };
    Some(subject).filter(|subject| subject.split(',').all(is_plain))
}

/// The name that people know a certificate by.
fn common_name(certificate: &Certificate) -> String {
    certificate
        .subject()
        .common_name()
        .unwrap_or_else(|| render::title(certificate))
}
