//! macOS: the keychains, through `security`.
//!
//! Root writes to the keychain of the system and trusts for all users, anybody else to their own.
//! `security` asks for a password at the screen where macOS wants one.

use std::path::{Path, PathBuf};

use super::{
    Anchor, Machine, StoreKind, TrustError, program,
    program::Line,
    trust_store::{Holding, TrustStore},
};
use crate::x509::hexadecimal;

const SECURITY: &str = "security";
const SYSTEM_KEYCHAIN: &str = "/Library/Keychains/System.keychain";
const LOGIN_KEYCHAIN: &str = "Library/Keychains/login.keychain-db";

/// The keychain that trust is written to.
pub(super) struct Keychain<'machine> {
    machine: &'machine Machine,
    file: PathBuf,
}

impl<'machine> Keychain<'machine> {
    /// The system's keychain for root, else the user's own.
    pub(super) fn of(machine: &'machine Machine) -> Option<Self> {
        let file = if machine.user == 0 {
            PathBuf::from(SYSTEM_KEYCHAIN)
        } else {
            machine.at_home(LOGIN_KEYCHAIN)?
        };
        Some(Self { machine, file })
    }

    fn security(&self) -> Result<Line, TrustError> {
        let program =
            program::anywhere(self.machine, SECURITY).ok_or(TrustError::ProgramMissing {
                program: SECURITY,
                packages: "macOS, of which it is a part",
            })?;
        Ok(Line::new(&program))
    }

    /// For all users (`-d`), or for one.
    fn domain(&self) -> &'static [&'static str] {
        if self.machine.user == 0 { &["-d"] } else { &[] }
    }

    fn adding(&self, line: Line, file: &Path) -> Line {
        // A root is trusted as one; of another CA the keychain wants to hear that it is no root.
        line.words(["add-trusted-cert"])
            .words(self.domain().iter().copied())
            .words(["-r", "trustRoot", "-k"])
            .words([self.file.as_path(), file])
    }

    fn distrusting(&self, line: Line, file: &Path) -> Line {
        line.words(["remove-trusted-cert"])
            .words(self.domain().iter().copied())
            .words([file])
    }

    fn deleting(&self, line: Line, anchor: &Anchor) -> Line {
        let fingerprint = hexadecimal(&anchor.certificate().fingerprint_sha256());
        line.words(["delete-certificate", "-Z", fingerprint.as_str()])
            .words([self.file.as_path()])
    }

    fn listing(&self, line: Line) -> Line {
        line.words(["find-certificate", "-a", "-p"])
            .words([self.file.as_path()])
    }

    /// Whether macOS accepts the certificate by itself, without looking for it on the network.
    fn judging(line: Line, file: &Path) -> Line {
        line.words(["verify-cert", "-l", "-L", "-p", "basic", "-c"])
            .words([file])
    }
}

impl TrustStore for Keychain<'_> {
    fn kind(&self) -> StoreKind {
        StoreKind::System
    }

    fn owner(&self) -> &str {
        "macOS"
    }

    fn place(&self) -> &Path {
        &self.file
    }

    fn holdings(&self, anchors: &[Anchor]) -> Result<Vec<Holding>, TrustError> {
        let said = self.listing(self.security()?).run()?;
        let there: Vec<Vec<u8>> = pem::parse_many(said.stdout)
            .unwrap_or_default()
            .into_iter()
            .map(pem::Pem::into_contents)
            .collect();
        anchors
            .iter()
            .map(|anchor| {
                // A keychain knows no names to tell whose a certificate is.
                let is_ours = there.iter().any(|der| anchor.is(der));
                let file = program::certificate_file(&anchor.certificate().to_pem())?;
                let is_trusted = is_ours
                    && match Self::judging(self.security()?, file.path()).run() {
                        Ok(_) => true,
                        Err(TrustError::Refused { .. }) => false,
                        Err(error) => return Err(error),
                    };
                Ok(Holding {
                    is_trusted,
                    is_ours,
                    foreign: None,
                })
            })
            .collect()
    }

    fn add(&self, anchors: &[&Anchor]) -> Result<(), TrustError> {
        anchors.iter().try_for_each(|anchor| {
            let file = program::certificate_file(&anchor.certificate().to_pem())?;
            self.adding(self.security()?, file.path()).run().map(drop)
        })
    }

    fn remove(&self, anchors: &[&Anchor]) -> Result<(), TrustError> {
        anchors.iter().try_for_each(|anchor| {
            let file = program::certificate_file(&anchor.certificate().to_pem())?;
            // That there is no setting for it any more is no reason to keep it.
            match self.distrusting(self.security()?, file.path()).run() {
                Ok(_) | Err(TrustError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
            self.deleting(self.security()?, anchor).run().map(drop)
        })
    }
}

#[cfg(test)]
#[path = "apple_tests.rs"]
mod tests;
