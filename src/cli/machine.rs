//! This machine and its user, as the environment tells.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};

use super::secrets::Source;
use crate::trust::{Machine, OperatingSystem};

/// What a command line says about the machine.
pub(crate) struct Said<'line> {
    /// Another root.
    pub(crate) root: Option<&'line PathBuf>,
    /// A file with the password of Java's key stores.
    pub(crate) java_password_file: Option<&'line PathBuf>,
    /// A file with the password of NSS databases.
    pub(crate) nss_password_file: Option<&'line PathBuf>,
}

/// The machine that this process runs on, or the one in `root`.
pub(crate) fn machine(said: &Said<'_>) -> Result<Machine> {
    let java_password = match said.java_password_file {
        None => None,
        file => {
            let source = Source {
                file,
                flag: "--java-password-file",
                prompt: String::new(),
            };
            Some(source.existing()?)
        }
    };
    if let Some(file) = said.nss_password_file {
        // certutil reads it itself, and takes one that it cannot read for no password.
        ensure!(
            file.is_file(),
            "--nss-password-file {}: there is no such file",
            file.display()
        );
    }
    if let Some(root) = said.root {
        ensure!(
            root.is_dir(),
            "--root {}: there is no such directory",
            root.display()
        );
    }
    let folder = |variable: &str| {
        env::var_os(variable)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    Ok(Machine {
        operating_system: OperatingSystem::of(env::consts::OS),
        root: said.root.cloned().unwrap_or_else(|| "/".into()),
        is_image: said.root.is_some_and(|root| root != Path::new("/")),
        home: folder("HOME"),
        java_home: folder("JAVA_HOME"),
        search: env::var_os("PATH")
            .map(|path| env::split_paths(&path).collect())
            .unwrap_or_default(),
        user: nix::unistd::geteuid().as_raw(),
        java_password,
        nss_password_file: said.nss_password_file.cloned(),
    })
}
