//! The `cacerts` of a Java, a key store of JKS or PKCS#12.

use std::{
    ffi::OsString,
    fs,
    io::Write as _,
    os::unix::{ffi::OsStringExt as _, fs::MetadataExt as _},
    path::{Path, PathBuf},
};

use super::{
    Anchor, Machine, StoreKind, TrustError, place, program,
    program::Line,
    trust_store::{Holding, TrustStore},
};
use crate::store::files;

/// The password of every `cacerts` that nobody gave another.
const USUAL_PASSWORD: &str = "changeit";
/// The variable that keytool gets it in: a command line can be read by everybody.
const VARIABLE: &str = "CERTMINT_STORE_PASSWORD";
const KEYTOOL: &str = "keytool";
const PACKAGES: &str = "a Java, such as default-jre-headless (Debian) or java-21-openjdk (Fedora)";
/// Folders whose files are made from the system's store, and overwritten at its next update.
const DERIVED: [&str; 2] = [
    "/etc/pki/ca-trust/extracted",
    "/etc/ca-certificates/extracted",
];

/// A key store of trusted CAs.
pub(super) struct KeyStore<'machine> {
    machine: &'machine Machine,
    owner: String,
    /// Where it really is.
    file: PathBuf,
    /// The program of the Java that it belongs to.
    keytool: Option<PathBuf>,
}

/// An entry of a listing.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    alias: String,
    der: Vec<u8>,
}

impl Entry {
    /// Whether certmint put it there, or Debian's hook did because the file in the system's store
    /// has that name; the hook takes nothing out when the file goes.
    fn is_ours(&self, anchor: &Anchor) -> bool {
        let label = anchor.label();
        self.alias == label || self.alias == format!("debian:{label}.pem")
    }
}

impl<'machine> KeyStore<'machine> {
    /// A key store by where it really is, and the Java that it belongs to.
    pub(super) fn new(
        machine: &'machine Machine,
        owner: String,
        file: PathBuf,
        home: Option<&Path>,
    ) -> Self {
        let own = home
            .map(|home| home.join("bin").join(KEYTOOL))
            .filter(|path| place::follow(machine, path).is_ok() && program::is_program(path));
        Self {
            keytool: own.or_else(|| program::anywhere(machine, KEYTOOL)),
            machine,
            owner,
            file,
        }
    }

    fn keytool(&self, file: &Path) -> Result<Line, TrustError> {
        let program = self.keytool.as_ref().ok_or(TrustError::ProgramMissing {
            program: KEYTOOL,
            packages: PACKAGES,
        })?;
        let password = match &self.machine.java_password {
            Some(password) => OsString::from_vec(password.as_bytes().to_vec()),
            None => USUAL_PASSWORD.into(),
        };
        Ok(Line::new(program)
            .words(["-J-Duser.language=en", "-J-Dfile.encoding=UTF-8"])
            .words(["-keystore".into(), file.as_os_str().to_owned()])
            .words(["-storepass:env", VARIABLE])
            .with(VARIABLE, password))
    }

    fn entries(&self, file: &Path) -> Result<Vec<Entry>, TrustError> {
        let said = self
            .keytool(file)?
            .words(["-list", "-rfc"])
            .run()
            .map_err(password)?;
        Ok(entries(&said.stdout))
    }

    /// Lets keytool change a copy, and puts that in the place of the store only if it reads and has
    /// everything that it should have: keytool itself writes over the file, and a full disk or a
    /// power failure would leave a store in which nothing is trusted.
    fn change(
        &self,
        deed: impl Fn(&Path) -> Result<(), TrustError>,
        is_right: impl Fn(&[Entry], &[Entry]) -> bool,
    ) -> Result<(), TrustError> {
        if DERIVED.iter().any(|folder| self.file.starts_with(folder)) {
            return Err(TrustError::Derived);
        }
        let refused = |fault| TrustError::file(&self.file, fault);
        let before = self.entries(&self.file)?;
        let content = files::read(&self.file, files::USUAL_LIMIT)?;
        let status = fs::metadata(&self.file).map_err(refused)?;
        let folder = self.file.parent().unwrap_or(&self.file);
        let mut copy = tempfile::Builder::new()
            .prefix(".certmint-")
            .tempfile_in(folder)
            .map_err(|fault| {
                // The random name of the copy would only confuse.
                let fault = fault
                    .raw_os_error()
                    .map_or(fault, std::io::Error::from_raw_os_error);
                TrustError::file(folder, fault)
            })?;
        copy.write_all(&content).map_err(refused)?;
        copy.flush().map_err(refused)?;
        deed(copy.path())?;
        if !is_right(&before, &self.entries(copy.path())?) {
            return Err(TrustError::NotShown);
        }
        // keytool may have put another file there.
        let written = fs::File::options()
            .read(true)
            .write(true)
            .open(copy.path())
            .map_err(refused)?;
        written
            .set_permissions(status.permissions())
            .map_err(refused)?;
        if self.machine.user == 0 {
            std::os::unix::fs::fchown(&written, Some(status.uid()), Some(status.gid()))
                .map_err(refused)?;
        }
        written.sync_all().map_err(refused)?;
        copy.persist(&self.file)
            .map(drop)
            .map_err(|unmoved| refused(unmoved.error))
    }

    fn needing_root(&self, error: TrustError) -> TrustError {
        if self.machine.user != 0 && error.is_denied() {
            TrustError::NeedsRoot
        } else {
            error
        }
    }
}

impl TrustStore for KeyStore<'_> {
    fn kind(&self) -> StoreKind {
        StoreKind::Java
    }

    fn owner(&self) -> &str {
        &self.owner
    }

    fn place(&self) -> &Path {
        &self.file
    }

    fn holdings(&self, anchors: &[Anchor]) -> Result<Vec<Holding>, TrustError> {
        let entries = self.entries(&self.file)?;
        let holding = |anchor: &Anchor| {
            let (ours, others): (Vec<&Entry>, Vec<&Entry>) = entries
                .iter()
                .filter(|entry| anchor.is(&entry.der))
                .partition(|entry| entry.is_ours(anchor));
            Holding {
                is_trusted: !ours.is_empty() || !others.is_empty(),
                is_ours: !ours.is_empty(),
                foreign: others
                    .first()
                    .filter(|_| ours.is_empty())
                    .map(|entry| entry.alias.clone()),
            }
        };
        Ok(anchors.iter().map(holding).collect())
    }

    fn add(&self, anchors: &[&Anchor]) -> Result<(), TrustError> {
        let deed = |copy: &Path| {
            for anchor in anchors {
                let pem = program::certificate_file(&anchor.certificate().to_pem())?;
                self.keytool(copy)?
                    .words(["-importcert", "-noprompt", "-trustcacerts"])
                    .words(["-alias", anchor.label(), "-file"])
                    .words([pem.path()])
                    .run()
                    .map_err(password)?;
            }
            Ok(())
        };
        let is_right = |before: &[Entry], after: &[Entry]| {
            after.len() == before.len() + anchors.len()
                && before.iter().all(|entry| after.contains(entry))
        };
        self.change(deed, is_right)
            .map_err(|error| self.needing_root(error))
    }

    fn remove(&self, anchors: &[&Anchor]) -> Result<(), TrustError> {
        let aliases: Vec<String> = self
            .entries(&self.file)?
            .into_iter()
            .filter(|entry| {
                anchors
                    .iter()
                    .any(|anchor| anchor.is(&entry.der) && entry.is_ours(anchor))
            })
            .map(|entry| entry.alias)
            .collect();
        let deed = |copy: &Path| {
            for alias in &aliases {
                self.keytool(copy)?
                    .words(["-delete", "-noprompt", "-alias", alias.as_str()])
                    .run()
                    .map_err(password)?;
            }
            Ok(())
        };
        let is_right = |before: &[Entry], after: &[Entry]| {
            before.len() == after.len() + aliases.len()
                && after.iter().all(|entry| before.contains(entry))
        };
        self.change(deed, is_right)
            .map_err(|error| self.needing_root(error))
    }
}

/// What keytool says where the password is wrong.
fn password(error: TrustError) -> TrustError {
    match &error {
        TrustError::Refused { said, .. } if said.contains("password was incorrect") => {
            TrustError::Password
        }
        _ => error,
    }
}

/// The entries of `keytool -list -rfc`: an alias, and the certificate in PEM; of a key's entry its
/// first certificate is left out, because it is no trusted one.
fn entries(listing: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    for part in format!("\n{listing}").split("\nAlias name: ").skip(1) {
        let (alias, rest) = part.split_once('\n').unwrap_or((part, ""));
        if !rest.contains("Entry type: trustedCertEntry") {
            continue;
        }
        if let Ok(block) = pem::parse(rest) {
            found.push(Entry {
                alias: alias.trim().to_owned(),
                der: block.into_contents(),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read() {
        let pem = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";
        let listing = format!(
            "Keystore type: JKS\nKeystore provider: SUN\n\nYour keystore contains 2 entries\n\nAlias name: debian:a b.pem\nCreation date: Jun 24, 2025\nEntry type: trustedCertEntry\n\n{pem}\n\n*******\n\n\nAlias name: mine\nCreation date: Jun 24, 2025\nEntry type: PrivateKeyEntry\nCertificate chain length: 1\nCertificate[1]:\n{pem}\n\n"
        );
        let wanted = Entry {
            alias: "debian:a b.pem".to_owned(),
            der: vec![1, 2, 3],
        };
        assert_eq!(entries(&listing), [wanted]);
        assert!(entries("").is_empty());
    }
}
