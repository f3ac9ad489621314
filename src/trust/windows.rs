//! Windows: the store of root CAs, through PowerShell; from WSL too.
//!
//! Administrators write to the store of the machine, anybody else to their own, which Windows asks
//! about at the screen.

use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Anchor, Machine, StoreKind, TrustError, program,
    program::Line,
    trust_store::{Holding, TrustStore},
};

const POWERSHELL: &str = "powershell.exe";
/// Chooses the store: the machine's for an administrator.
const OPEN: &str = "$ErrorActionPreference='Stop';\
    $who=New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent());\
    $where=if($who.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)){'LocalMachine'}else{'CurrentUser'};\
    $store=New-Object Security.Cryptography.X509Certificates.X509Store('Root',$where);\
    $store.Open('MODE');";
/// Takes a certificate from its base64, so that no file has to be where Windows can read it.
const TAKE: &str = "$certificate=New-Object Security.Cryptography.X509Certificates.X509Certificate2(\
    ,[Convert]::FromBase64String('DER'));";
const LIST: &str = "foreach($one in $store.Certificates){[Convert]::ToBase64String($one.RawData)}";

/// The store of root CAs of a Windows.
pub(super) struct RootStore {
    powershell: PathBuf,
}

impl RootStore {
    /// The store, if there is a Windows to ask: this machine's, or the one around WSL.
    pub(super) fn of(machine: &Machine) -> Option<Self> {
        let powershell = program::anywhere(machine, POWERSHELL)?;
        Some(Self { powershell })
    }

    fn line(&self, script: &str) -> Line {
        Line::new(&self.powershell).words(["-NoProfile", "-NonInteractive", "-Command", script])
    }
}

/// Certificates have base64 alone in common with a script: nothing of them is read as one.
fn script(mode: &str, deed: &str, anchor: Option<&Anchor>) -> String {
    let mut script = OPEN.replace("MODE", mode);
    if let Some(anchor) = anchor {
        let der = STANDARD.encode(anchor.certificate().as_der());
        script.push_str(&TAKE.replace("DER", &der));
    }
    script + deed
}

/// One certificate a line.
fn listed(said: &str) -> Vec<Vec<u8>> {
    said.lines()
        .filter_map(|line| STANDARD.decode(line.trim()).ok())
        .filter(|der| !der.is_empty())
        .collect()
}

impl TrustStore for RootStore {
    fn kind(&self) -> StoreKind {
        StoreKind::System
    }

    fn owner(&self) -> &str {
        "Windows"
    }

    fn place(&self) -> &Path {
        Path::new(r"Cert:\Root")
    }

    fn holdings(&self, anchors: &[Anchor]) -> Result<Vec<Holding>, TrustError> {
        let said = self.line(&script("ReadOnly", LIST, None)).run()?;
        let there = listed(&said.stdout);
        let holding = |anchor: &Anchor| {
            let is_there = there.iter().any(|der| anchor.is(der));
            Holding {
                is_trusted: is_there,
                is_ours: is_there,
                foreign: None,
            }
        };
        Ok(anchors.iter().map(holding).collect())
    }

    fn add(&self, anchors: &[&Anchor]) -> Result<(), TrustError> {
        anchors.iter().try_for_each(|anchor| {
            let script = script("ReadWrite", "$store.Add($certificate)", Some(anchor));
            self.line(&script).run().map(drop)
        })
    }

    fn remove(&self, anchors: &[&Anchor]) -> Result<(), TrustError> {
        anchors.iter().try_for_each(|anchor| {
            let script = script("ReadWrite", "$store.Remove($certificate)", Some(anchor));
            self.line(&script).run().map(drop)
        })
    }
}

#[cfg(test)]
#[path = "windows_tests.rs"]
mod tests;
