//! Where the Javas of a machine are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Machine, TrustError, java::KeyStore, place};

/// Folders in which packages and installers put one folder for each Java.
const FOLDERS: [&str; 5] = [
    "/usr/lib/jvm",
    "/usr/java",
    "/opt/java",
    "/usr/local/lib/jvm",
    "/Library/Java/JavaVirtualMachines",
];
/// The same, below the home folder.
const AT_HOME: [&str; 3] = [
    ".sdkman/candidates/java",
    ".jdks",
    "Library/Java/JavaVirtualMachines",
];
/// The stores of the machine, which most of its Javas link to.
const OF_THE_MACHINE: [&str; 2] = ["/etc/ssl/certs/java/cacerts", "/etc/pki/java/cacerts"];
/// Where a Java has its store, by its age and system.
const IN_A_JAVA: [&str; 3] = [
    "lib/security/cacerts",
    "jre/lib/security/cacerts",
    "Contents/Home/lib/security/cacerts",
];

/// A store that was found, or one that may not be followed and why.
pub(super) type Found<'machine> = Result<KeyStore<'machine>, (PathBuf, TrustError)>;

/// Every store of a machine, each once however many Javas link to it; the one of `JAVA_HOME` first.
pub(super) fn all(machine: &Machine) -> Vec<Found<'_>> {
    let mut homes: Vec<PathBuf> = Vec::new();
    // In an image the system's program writes to the store of the machine, and to no other.
    if !machine.is_image {
        homes.extend(machine.java_home.clone());
        let at_home = AT_HOME.iter().filter_map(|folder| machine.at_home(folder));
        for folder in FOLDERS.iter().map(PathBuf::from).chain(at_home) {
            homes.extend(below(&folder));
        }
    }
    let candidates = OF_THE_MACHINE
        .iter()
        .map(|file| (PathBuf::from(file), None))
        .chain(homes.iter().flat_map(|home| {
            IN_A_JAVA
                .iter()
                .map(move |file| (home.join(file), Some(home.as_path())))
        }));
    let mut known: Vec<PathBuf> = Vec::new();
    let mut found = Vec::new();
    for (file, home) in candidates {
        if !machine.is_image && !file.is_file() {
            continue;
        }
        match place::follow(machine, &file) {
            Ok(None) => {}
            Ok(Some(real)) if known.contains(&real) => {}
            Ok(Some(real)) => {
                known.push(real.clone());
                let owner = home.and_then(Path::file_name).map_or_else(
                    || "Java".to_owned(),
                    |name| name.to_string_lossy().into_owned(),
                );
                let home = home.map(|home| match file.strip_prefix(home) {
                    Ok(inside) if inside.starts_with("Contents") => home.join("Contents/Home"),
                    _ => home.to_owned(),
                });
                found.push(Ok(KeyStore::new(machine, owner, real, home.as_deref())));
            }
            Err(error) => found.push(Err((file, error))),
        }
    }
    found
}

/// The folders in a folder, in order; links to them are other names of the same ones, which are
/// found out when they are followed.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}
