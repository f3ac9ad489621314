//! A server's certificate with everything that goes with it, right in every way until something is
//! changed.

use std::{os::unix::fs::PermissionsExt as _, path::PathBuf};

use certmint::{
    acceptance::{Case, Encoding, KeyFacts, Use},
    inspect::verify::Host,
    key::{KeyFile, KeyForm, Passphrase},
    x509::Certificate,
};

use crate::{
    judge,
    paper::{Paper, Workshop, above},
};

pub(crate) const HOST: &str = "www.example.com";

/// What is to be made.
pub(crate) struct Sample {
    pub(crate) root: Paper,
    pub(crate) intermediate: Option<Paper>,
    pub(crate) leaf: Paper,
    pub(crate) sent: Sent,
    pub(crate) is_der: bool,
    pub(crate) key: Key,
    pub(crate) replaces: Option<Paper>,
    pub(crate) purpose: Use,
    pub(crate) host: &'static str,
}

/// The certificates of the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The certificate, then the intermediate if there is one.
    Fullchain,
    /// The certificate alone.
    Alone,
    /// The CA before the certificate.
    Backwards,
    /// The certificate, the root, then the intermediate.
    Shuffled,
    /// With the root behind.
    WithRoot,
    /// The root alone.
    Root,
    /// The root, then the certificate.
    RootAndLeaf,
}

/// The private key that is given.
pub(crate) struct Key {
    /// Another one than the certificate's.
    pub(crate) name: Option<&'static str>,
    pub(crate) is_encrypted: bool,
    pub(crate) is_der: bool,
    /// A comment that makes the file larger.
    pub(crate) padding: usize,
    pub(crate) mode: u32,
}

/// A sample in a folder.
pub(crate) struct Made {
    pub(crate) folder: PathBuf,
    pub(crate) leaf: Certificate,
    file: Vec<Certificate>,
    encoding: Encoding,
    above: Vec<Certificate>,
    key: KeyFacts,
    replaces: Option<Certificate>,
    purpose: Use,
    pub(crate) host: String,
}

pub(crate) const PASSPHRASE: &str = "secret0";

impl Sample {
    /// Right in every way; the number keeps the CAs of one test apart.
    pub(crate) fn new(workshop: &Workshop, number: usize) -> Self {
        let now = workshop.now;
        Self {
            root: Paper::authority(&format!("Acceptance Root {number}"), now),
            intermediate: None,
            leaf: Paper::server(HOST, now),
            sent: Sent::Fullchain,
            is_der: false,
            key: Key {
                name: None,
                is_encrypted: false,
                is_der: false,
                padding: 0,
                mode: 0o600,
            },
            replaces: None,
            purpose: Use::Server,
            host: HOST,
        }
    }

    /// With a CA between.
    pub(crate) fn with_intermediate(&mut self) {
        let root = self.root.subject.clone().unwrap();
        let name = root.replace("Root", "Intermediate");
        let mut paper = Paper::authority(&name, self.root.not_before);
        paper.not_after = self.root.not_after;
        paper.key = "p256-between";
        paper.with(crate::paper::identifier("p256-between"));
        paper.with(above(self.root.key));
        paper.issuer = Some(root);
        self.intermediate = Some(paper);
    }

    /// Signs everything and writes it into a folder.
    pub(crate) fn make(mut self, workshop: &Workshop, name: &str) -> Made {
        let folder = workshop.path(name);
        std::fs::create_dir_all(&folder).unwrap();
        let is_missing = |paper: &Paper| {
            !paper
                .extensions
                .iter()
                .any(|one| one.oid == certmint::x509::oid::AUTHORITY_KEY_IDENTIFIER)
        };
        let (signer, signer_name) = match &self.intermediate {
            Some(between) => (between.key, between.subject.clone()),
            None => (self.root.key, self.root.subject.clone()),
        };
        self.leaf.issuer = signer_name;
        // A paper whose list of extensions was emptied or that says so itself stays without.
        if self.leaf.version == 3 && is_missing(&self.leaf) && self.leaf.serial != NO_ABOVE {
            self.leaf.extensions.push(above(signer));
        }
        let read = |der: Vec<u8>| Certificate::from_der(&der).unwrap();
        let root = read(workshop.sign(&self.root, self.root.key));
        let between = self
            .intermediate
            .as_ref()
            .map(|paper| read(workshop.sign(paper, self.root.key)));
        let leaf = read(workshop.sign(&self.leaf, signer));
        let replaces = self
            .replaces
            .as_ref()
            .map(|paper| read(workshop.sign(paper, signer)));
        let chain = || between.iter().cloned();
        let file: Vec<Certificate> = match self.sent {
            Sent::Fullchain => std::iter::once(leaf.clone()).chain(chain()).collect(),
            Sent::Alone => vec![leaf.clone()],
            Sent::Backwards => chain().chain([root.clone(), leaf.clone()]).collect(),
            Sent::Shuffled => [leaf.clone(), root.clone()]
                .into_iter()
                .chain(chain())
                .collect(),
            Sent::WithRoot => {
                let ends = [root.clone()];
                std::iter::once(leaf.clone())
                    .chain(chain())
                    .chain(ends)
                    .collect()
            }
            Sent::Root => vec![root.clone()],
            Sent::RootAndLeaf => vec![root.clone(), leaf.clone()],
        };
        let pem: String = file.iter().map(Certificate::to_pem).collect();
        if self.is_der {
            std::fs::write(folder.join("server.crt"), leaf.as_der()).unwrap();
        } else {
            std::fs::write(folder.join("server.crt"), pem).unwrap();
        }
        std::fs::write(folder.join("leaf.crt"), leaf.to_pem()).unwrap();
        std::fs::write(folder.join("root.crt"), root.to_pem()).unwrap();
        let above = chain().chain([root.clone()]).collect();
        let key = write_key(workshop, &folder, &self.key, self.leaf.key);
        let is_root = self.purpose == Use::Authority;
        Made {
            folder,
            leaf: if is_root { root.clone() } else { leaf },
            file,
            encoding: if self.is_der {
                Encoding::Other
            } else {
                Encoding::Pem
            },
            above,
            key,
            replaces,
            purpose: self.purpose,
            host: self.host.to_owned(),
        }
    }
}

/// The serial number of a certificate that stays without authority key identifier.
pub(crate) const NO_ABOVE: [u8; 4] = [1, 2, 3, 4];

fn write_key(
    workshop: &Workshop,
    folder: &std::path::Path,
    key: &Key,
    own: &'static str,
) -> KeyFacts {
    let source = workshop.key(key.name.unwrap_or(own));
    let file = folder.join("server.key");
    let mut openssl = judge::openssl();
    openssl
        .args(["pkey", "-in"])
        .arg(&source)
        .arg("-out")
        .arg(&file);
    if key.is_encrypted {
        openssl
            .args(["-aes256", "-passout"])
            .arg(format!("pass:{PASSPHRASE}"));
    }
    if key.is_der {
        openssl.args(["-outform", "DER"]);
    }
    judge::ok(openssl);
    if key.padding > 0 {
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{}\n{text}", "#".repeat(key.padding))).unwrap();
    }
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(key.mode)).unwrap();
    let octets = std::fs::read(&file).unwrap();
    let read = KeyFile::read(&octets);
    let (form, public_key) = match &read {
        Ok(read) => {
            let passphrase = Passphrase::new(zeroize::Zeroizing::new(PASSPHRASE.to_owned()));
            let opened = read.unlock(key.is_encrypted.then_some(&passphrase)).ok();
            (
                read.form(),
                opened.map(|opened| opened.public_key().clone()),
            )
        }
        Err(_) => (KeyForm::Pkcs8, None),
    };
    KeyFacts {
        form,
        encoding: if key.is_der {
            Encoding::Other
        } else {
            Encoding::Pem
        },
        octets: octets.len(),
        public_key,
        mode: Some(key.mode),
        owned_by_root: false,
    }
}

impl Made {
    /// As the rules look at it.
    pub(crate) fn case<'a>(&'a self, workshop: &Workshop, hosts: &'a [Host]) -> Case<'a> {
        Case {
            certificate: &self.leaf,
            file: &self.file,
            encoding: self.encoding,
            above: &self.above,
            key: Some(&self.key),
            replaces: self.replaces.as_ref(),
            purpose: self.purpose,
            hosts,
            now: workshop.now,
        }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}
