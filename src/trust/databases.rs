//! Where browsers have their NSS databases.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Machine, OperatingSystem, nss::Database, program};

const FIREFOX: &str = "Firefox";
const CHROMIUM: &str = "Chromium";

/// Folders with Firefox's profiles, below the home folder: the usual, the one of newer versions,
/// snap, flatpak, macOS.
const FIREFOX_FOLDERS: [&str; 5] = [
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
    "Library/Application Support/Firefox/Profiles",
];
/// The databases that Chromium and its kin read on Linux, below the home folder.
const CHROMIUM_FOLDERS: [&str; 2] = [".pki/nssdb", ".local/share/pki/nssdb"];
/// Where packages of snap and flatpak have their home, and the database in it.
const CHROMIUM_HOMES: [(&str, &str); 7] = [
    ("snap/chromium/current", ".pki/nssdb"),
    ("snap/brave/current", ".pki/nssdb"),
    (".var/app/org.chromium.Chromium", ".pki/nssdb"),
    (".var/app/com.google.Chrome", ".pki/nssdb"),
    (".var/app/com.brave.Browser", ".pki/nssdb"),
    (".var/app/com.microsoft.Edge", ".pki/nssdb"),
    (".var/app/org.chromium.Chromium/data", "pki/nssdb"),
];
/// Chromium and its kin.
const CHROMIUM_PROGRAMS: [&str; 7] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "brave-browser",
    "microsoft-edge",
    "vivaldi",
];
/// Where they keep their settings, below the home folder.
const CHROMIUM_SETTINGS: [&str; 4] = [
    ".config/chromium",
    ".config/google-chrome",
    ".config/BraveSoftware",
    ".config/microsoft-edge",
];

/// Every database of the user, and those that a Chromium would read if they were there.
pub(super) fn all(machine: &Machine) -> Vec<Database<'_>> {
    let mut found: Vec<Database<'_>> = profiles(machine)
        .into_iter()
        .map(|folder| Database::new(machine, FIREFOX, folder))
        .collect();
    // On macOS and Windows it asks the system.
    if machine.operating_system == OperatingSystem::Linux {
        found.extend(
            chromium(machine)
                .into_iter()
                .map(|folder| Database::new(machine, CHROMIUM, folder)),
        );
    }
    found
}

fn has_database(folder: &Path) -> bool {
    folder.join("cert9.db").exists() || folder.join("cert8.db").exists()
}

fn profiles(machine: &Machine) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in FIREFOX_FOLDERS
        .iter()
        .filter_map(|folder| machine.at_home(folder))
    {
        let mut profiles: Vec<PathBuf> = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| has_database(path))
            .collect();
        profiles.sort();
        for elsewhere in fs::read_to_string(folder.join("profiles.ini"))
            .iter()
            .flat_map(|settings| absolute_profiles(settings))
        {
            if has_database(&elsewhere) && !profiles.contains(&elsewhere) {
                profiles.push(elsewhere);
            }
        }
        found.extend(profiles);
    }
    found
}

/// The profiles that `profiles.ini` names by their whole path.
fn absolute_profiles(settings: &str) -> Vec<PathBuf> {
    settings
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Path="))
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .collect()
}

fn chromium(machine: &Machine) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = CHROMIUM_FOLDERS
        .iter()
        .filter_map(|folder| machine.at_home(folder))
        .filter(|folder| has_database(folder))
        .collect();
    // Every version reads the first of them, and only the newer ones the second.
    if let (true, Some(usual)) = (found.is_empty(), machine.at_home(".pki/nssdb"))
        && has_chromium(machine)
    {
        found.push(usual);
    }
    for (home, database) in CHROMIUM_HOMES {
        let Some(home) = machine.at_home(home).filter(|home| home.is_dir()) else {
            continue;
        };
        let folder = home.join(database);
        // The newer of the two places of a package counts where there is one.
        if has_database(&folder) || database.starts_with('.') {
            found.push(folder);
        }
    }
    found
}

fn has_chromium(machine: &Machine) -> bool {
    CHROMIUM_PROGRAMS
        .iter()
        .any(|name| program::anywhere(machine, name).is_some())
        || CHROMIUM_SETTINGS
            .iter()
            .filter_map(|folder| machine.at_home(folder))
            .any(|folder| folder.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_elsewhere_are_found() {
        let settings = "[Profile1]\nName=work\nIsRelative=0\nPath=/srv/profile\n\n[Profile0]\nName=default\nIsRelative=1\nPath=abc.default\n";
        assert_eq!(absolute_profiles(settings), [PathBuf::from("/srv/profile")]);
    }
}
