//! A database of NSS: a profile of Firefox, or what Chromium reads on Linux.

use std::{
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use super::{
    Anchor, Machine, StoreKind, TrustError,
    anchor::PREFIX,
    place, program,
    program::Line,
    trust_store::{Holding, TrustStore},
};
use crate::{
    store::files::{self, Secrecy},
    x509::colon_hexadecimal,
};

/// A CA that TLS servers may be below; nothing for mail and for signed code.
const TRUST: &str = "C,,";
/// What a database of NSS consists of.
const FILES: [&str; 3] = ["cert9.db", "key4.db", "pkcs11.txt"];
/// A file beside a database that certmint made, so that it can go again.
const MARK: &str = "made-by-certmint";
const PACKAGES: &str = "libnss3-tools (Debian, Ubuntu), nss-tools (Fedora), mozilla-nss-tools (SUSE) or nss (Arch, Homebrew)";

/// A database, there already or to be made.
pub(super) struct Database<'machine> {
    machine: &'machine Machine,
    owner: &'static str,
    folder: PathBuf,
}

/// An entry of a listing: what it is called, and how far it is trusted.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    trust: String,
}

impl<'machine> Database<'machine> {
    pub(super) fn new(machine: &'machine Machine, owner: &'static str, folder: PathBuf) -> Self {
        Self {
            machine,
            owner,
            folder,
        }
    }

    /// The folder of a database that is there, followed to where it really is.
    fn there(&self) -> Result<Option<PathBuf>, TrustError> {
        let Some(folder) = place::follow(self.machine, &self.folder)? else {
            return Ok(None);
        };
        // Its files too may be links.
        let is_there = place::follow(self.machine, &folder.join("cert9.db"))?.is_some();
        place::follow(self.machine, &folder.join("key4.db"))?;
        place::follow(self.machine, &folder.join("pkcs11.txt"))?;
        if !is_there && folder.join("cert8.db").exists() {
            return Err(TrustError::OldFormat);
        }
        Ok(is_there.then_some(folder))
    }

    fn certutil(&self, folder: &Path) -> Result<Line, TrustError> {
        let program =
            program::anywhere(self.machine, "certutil").ok_or(TrustError::ProgramMissing {
                program: "certutil",
                packages: PACKAGES,
            })?;
        let mut database = std::ffi::OsString::from("sql:");
        database.push(folder);
        Ok(Line::new(&program).words(["-d".into(), database]))
    }

    /// With the password of a database that has one. An empty file is no password, and keeps
    /// certutil from asking at the terminal.
    fn opening(&self, line: Line) -> Line {
        let file = self
            .machine
            .nss_password_file
            .clone()
            .unwrap_or_else(|| "/dev/null".into());
        line.words(["-f".into(), file.into_os_string()])
    }

    fn entries(&self, folder: &Path) -> Result<Vec<Entry>, TrustError> {
        let said = self.certutil(folder)?.words(["-L"]).run()?;
        Ok(entries(&said.stdout))
    }

    /// Whether the certificate itself, of all that have its name and subject, is trusted.
    fn trusts(&self, folder: &Path, name: &str, anchor: &Anchor) -> Result<bool, TrustError> {
        let said = self.certutil(folder)?.words(["-L", "-n", name]).run()?;
        Ok(trusts(
            &said.stdout,
            &colon_hexadecimal(&anchor.certificate().fingerprint_sha256()),
        ))
    }

    fn holding(
        &self,
        folder: &Path,
        entries: &[Entry],
        anchor: &Anchor,
    ) -> Result<Holding, TrustError> {
        let mut holding = Holding {
            is_ours: entries.iter().any(|entry| entry.name == anchor.label()),
            ..Holding::default()
        };
        // Its own name first: of those with the same subject each listing shows all.
        let trusted = entries
            .iter()
            .filter(|entry| entry.trust.starts_with(['C', 'T']));
        let (own, others): (Vec<_>, Vec<_>) =
            trusted.partition(|entry| entry.name == anchor.label());
        for entry in own.into_iter().chain(others) {
            if entry.name.starts_with(PREFIX) && entry.name != anchor.label() {
                continue;
            }
            if self.trusts(folder, &entry.name, anchor)? {
                holding.is_trusted = true;
                holding.foreign = (!holding.is_ours).then(|| entry.name.clone());
                break;
            }
        }
        Ok(holding)
    }

    fn make(&self) -> Result<PathBuf, TrustError> {
        let above = self.folder.parent().unwrap_or(&self.folder);
        // Somebody's link on the way that leads nowhere is left alone.
        let mut folders = vec![self.folder.as_path()];
        if place::follow(self.machine, above)?.is_none() {
            folders.insert(0, above);
        }
        for folder in folders {
            if place::follow(self.machine, folder)?.is_none() {
                fs::DirBuilder::new()
                    .mode(0o700)
                    .create(folder)
                    .map_err(|fault| TrustError::file(folder, fault))?;
            }
        }
        let folder = place::existing(self.machine, &self.folder)?;
        self.certutil(&folder)?
            .words(["-N", "--empty-password"])
            .run()?;
        files::create_new(&folder.join(MARK), b"", Secrecy::Secret)?;
        Ok(folder)
    }

    /// Takes away a database that certmint made and in which nothing is left.
    fn unmake(&self, folder: &Path) -> Result<(), TrustError> {
        if !folder.join(MARK).is_file() || !self.entries(folder)?.is_empty() {
            return Ok(());
        }
        // Without keys certutil ends with an error, as it does for any other reason.
        let keys = self.opening(self.certutil(folder)?.words(["-K"])).run();
        let has_no_key = matches!(&keys, Err(TrustError::Refused { said, .. }) if said.contains("no keys found"));
        if !has_no_key {
            return Ok(());
        }
        for name in FILES.into_iter().chain([MARK]) {
            let file = folder.join(name);
            match fs::remove_file(&file) {
                Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
                    return Err(TrustError::file(&file, fault));
                }
                _ => {}
            }
        }
        // A folder with something else in it stays.
        if fs::remove_dir(folder).is_ok()
            && let Some(above) = folder.parent()
        {
            let _ = fs::remove_dir(above);
        }
        Ok(())
    }

    fn add_one(&self, folder: &Path, anchor: &Anchor) -> Result<(), TrustError> {
        let before = self.entries(folder)?;
        let pem = program::certificate_file(&anchor.certificate().to_pem())?;
        let add = self
            .certutil(folder)?
            .words(["-A", "-n", anchor.label(), "-t", TRUST, "-i"])
            .words([pem.path()]);
        self.opening(add).run().map_err(password)?;
        let after = self.entries(folder)?;
        if after.iter().any(|entry| entry.name == anchor.label()) {
            return Ok(());
        }
        // It was there under another name, without trust, and now has it: not ours to decide.
        let Some(other) = before.iter().find(|entry| !after.contains(entry)) else {
            return Err(TrustError::NotShown);
        };
        let back = self.certutil(folder)?.words([
            "-M",
            "-n",
            other.name.as_str(),
            "-t",
            other.trust.as_str(),
        ]);
        self.opening(back).run().map_err(password)?;
        Err(TrustError::Distrusted {
            name: other.name.clone(),
        })
    }
}

impl TrustStore for Database<'_> {
    fn kind(&self) -> StoreKind {
        StoreKind::Nss
    }

    fn owner(&self) -> &str {
        self.owner
    }

    fn place(&self) -> &Path {
        &self.folder
    }

    fn holdings(&self, anchors: &[Anchor]) -> Result<Vec<Holding>, TrustError> {
        let Some(folder) = self.there()? else {
            return Ok(vec![Holding::default(); anchors.len()]);
        };
        let entries = self.entries(&folder)?;
        anchors
            .iter()
            .map(|anchor| self.holding(&folder, &entries, anchor))
            .collect()
    }

    fn add(&self, anchors: &[&Anchor]) -> Result<(), TrustError> {
        let folder = match self.there()? {
            Some(folder) => folder,
            None => self.make()?,
        };
        anchors
            .iter()
            .try_for_each(|anchor| self.add_one(&folder, anchor))
    }

    fn remove(&self, anchors: &[&Anchor]) -> Result<(), TrustError> {
        let Some(folder) = self.there()? else {
            return Ok(());
        };
        let entries = self.entries(&folder)?;
        for anchor in anchors {
            if entries.iter().any(|entry| entry.name == anchor.label()) {
                let line = self.certutil(&folder)?.words(["-D", "-n", anchor.label()]);
                self.opening(line).run().map_err(password)?;
            }
        }
        self.unmake(&folder)
    }
}

/// What certutil says where a password is missing or wrong.
fn password(error: TrustError) -> TrustError {
    match &error {
        TrustError::Refused { said, .. }
            if [
                "SEC_ERROR_BAD_PASSWORD",
                "SEC_ERROR_TOKEN_NOT_LOGGED_IN",
                "contains no data",
            ]
            .iter()
            .any(|sign| said.contains(sign)) =>
        {
            TrustError::Password
        }
        _ => error,
    }
}

/// The lines of `certutil -L`: a nickname, which may have spaces, and three sets of flags.
fn entries(listing: &str) -> Vec<Entry> {
    listing
        .lines()
        .filter_map(|line| {
            let (name, trust) = line.trim_end().rsplit_once(' ')?;
            let is_trust = trust.matches(',').count() == 2
                && trust.chars().all(|flag| "pPcCTuwgG,".contains(flag));
            is_trust.then(|| Entry {
                name: name.trim_end().to_owned(),
                trust: trust.to_owned(),
            })
        })
        .collect()
}

/// Whether, in what `certutil -L -n` prints, the certificate with this fingerprint is a trusted CA
/// for TLS.
fn trusts(printed: &str, fingerprint: &str) -> bool {
    let mut is_it = false;
    let mut of_tls = false;
    let mut lines = printed.lines().map(str::trim);
    while let Some(line) = lines.next() {
        match line {
            "Fingerprint (SHA-256):" => {
                is_it = lines
                    .next()
                    .is_some_and(|found| found.eq_ignore_ascii_case(fingerprint));
            }
            "SSL Flags:" => of_tls = true,
            "Email Flags:" | "Object Signing Flags:" => of_tls = false,
            "Trusted CA" if is_it && of_tls => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read() {
        let listing = "\nCertificate Nickname                                         Trust Attributes\n                                                             SSL,S/MIME,JAR/XPI\n\ncertmint-testca.com-3f2a9b1c                                 C,,  \nA name, with a comma                                         ,,   \nclient - Org                                                 u,u,u\n";
        let found = entries(listing);
        let wanted = [
            ("certmint-testca.com-3f2a9b1c", "C,,"),
            ("A name, with a comma", ",,"),
            ("client - Org", "u,u,u"),
        ]
        .map(|(name, trust)| Entry {
            name: name.to_owned(),
            trust: trust.to_owned(),
        });
        assert_eq!(found, wanted);
    }

    #[test]
    fn trust_is_that_of_the_certificate_itself() {
        let printed = "    Fingerprint (SHA-256):\n        AA:01\n    Fingerprint (SHA1):\n        01\n    Certificate Trust Flags:\n        SSL Flags:\n        Email Flags:\n            Trusted CA\n        Object Signing Flags:\n\n    Fingerprint (SHA-256):\n        BB:02\n    Certificate Trust Flags:\n        SSL Flags:\n            Valid CA\n            Trusted CA\n        Email Flags:\n";
        assert!(!trusts(printed, "AA:01"));
        assert!(trusts(printed, "BB:02"));
        assert!(trusts(printed, "bb:02"));
        assert!(!trusts(printed, "CC:03"));
    }
}
