//! Where things are in a PKI directory. Paths only; nothing here touches the disk.

use std::path::{Path, PathBuf};

use super::name::StoreName;

/// The paths of a PKI directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout of the PKI in the directory `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The PKI directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The inventory, an SQLite database.
    pub fn inventory(&self) -> PathBuf {
        self.root.join("inventory.sqlite")
    }

    /// The lock file that every writing process holds.
    pub fn lock(&self) -> PathBuf {
        self.root.join(".lock")
    }

    /// The lock file that a renewal holds.
    pub fn renewal_lock(&self) -> PathBuf {
        self.root.join(".renewal.lock")
    }

    /// The folder of the authorities' keys and certificates.
    pub fn authorities(&self) -> PathBuf {
        self.root.join("ca")
    }

    /// A file of an authority.
    pub fn authority_file(&self, name: &StoreName, file: AuthorityFile) -> PathBuf {
        self.authorities().join(file.file_name(name))
    }

    /// The folder of the earlier certificates of an authority that was renewed.
    pub fn authority_generations(&self, name: &StoreName) -> PathBuf {
        self.authorities()
            .join(".generations")
            .join(name.file_name())
    }

    /// An earlier certificate of an authority that was renewed.
    pub fn authority_generation(&self, name: &StoreName, generation: u32) -> PathBuf {
        self.authority_generations(name)
            .join(format!("{generation}.crt"))
    }

    /// What clients are to trust while a root is rolled over: the roots of an authority and of its
    /// successors.
    pub fn trust_bundle(&self, name: &StoreName) -> PathBuf {
        self.authorities()
            .join(format!("{}.bundle.crt", name.file_name()))
    }

    /// The folder of the certificates' folders.
    pub fn certificates(&self) -> PathBuf {
        self.root.join("certs")
    }

    /// The folder of a certificate: a symbolic link to its current generation.
    pub fn certificate_folder(&self, name: &StoreName) -> PathBuf {
        self.certificates().join(name.file_name())
    }

    /// A file of the current generation of a certificate.
    pub fn certificate_file(&self, name: &StoreName, file: CertificateFile) -> PathBuf {
        self.certificate_folder(name).join(file.file_name(name))
    }

    /// The folder of all generations of a certificate.
    pub fn generations(&self, name: &StoreName) -> PathBuf {
        self.all_generations().join(name.file_name())
    }

    /// The folder of one generation of a certificate, counted from 1.
    pub fn generation(&self, name: &StoreName, generation: u32) -> PathBuf {
        self.generations(name).join(generation.to_string())
    }

    /// The folder of the revocation lists.
    pub fn revocation_lists(&self) -> PathBuf {
        self.root.join("crl")
    }

    /// A file of an authority's revocation list.
    pub fn revocation_list(&self, name: &StoreName, file: RevocationListFile) -> PathBuf {
        self.revocation_lists().join(file.file_name(name))
    }

    pub(super) fn all_generations(&self) -> PathBuf {
        self.certificates().join(".generations")
    }

    /// What `certs/NAME` points to, seen from `certs/`.
    pub(super) fn generation_link(name: &StoreName, generation: u32) -> PathBuf {
        Path::new(".generations")
            .join(name.file_name())
            .join(generation.to_string())
    }

    /// Where certificates' folders are put together. It is inside `certs/`, so that publishing is a
    /// rename within one file system, and one folder for all names, so that looking for what a
    /// crash left behind takes the same short time in a PKI of a million names.
    pub(super) fn certificate_staging(&self) -> PathBuf {
        self.certificates().join(".staging")
    }

    /// Where authorities' pairs are put together.
    pub(super) fn authority_staging(&self) -> PathBuf {
        self.authorities().join(".staging")
    }
}

/// The files of an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthorityFile {
    /// `NAME.key`
    Key,
    /// `NAME.crt`
    Certificate,
}

impl AuthorityFile {
    /// The file's name for an authority.
    pub fn file_name(self, name: &StoreName) -> String {
        let suffix = match self {
            Self::Key => "key",
            Self::Certificate => "crt",
        };
        format!("{}.{suffix}", name.file_name())
    }
}

/// The files of an authority's revocation list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevocationListFile {
    /// `NAME.crl`: PEM.
    Pem,
    /// `NAME.crl.der`: DER, what a CRL distribution point serves (RFC 5280 §4.2.1.13).
    Der,
    /// `NAME.chain.crl`: PEM of the list and of those of the authorities above, below and in
    /// succession; what a server that trusts the authority checks with.
    Chain,
}

impl RevocationListFile {
    /// The file's name for an authority.
    pub fn file_name(self, name: &StoreName) -> String {
        let suffix = match self {
            Self::Pem => "crl",
            Self::Der => "crl.der",
            Self::Chain => "chain.crl",
        };
        format!("{}.{suffix}", name.file_name())
    }
}

/// The files of a generation of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateFile {
    /// `NAME.key`: the private key.
    Key,
    /// `NAME.csr`: the request.
    Request,
    /// `NAME.crt`: the certificate alone.
    Certificate,
    /// `NAME.fullchain.crt`: the certificate, then the intermediates; what a server sends.
    FullChain,
    /// `NAME.chain.crt`: the issuer up to the root.
    Chain,
}

impl CertificateFile {
    /// The file's name for a certificate.
    pub fn file_name(self, name: &StoreName) -> String {
        format!("{}.{}", name.file_name(), self.ending())
    }

    /// What follows the certificate's name and a dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Request => "csr",
            Self::Certificate => "crt",
            Self::FullChain => "fullchain.crt",
            Self::Chain => "chain.crt",
        }
    }
}
