//! Finding the trust stores of a machine.

use std::path::PathBuf;

use super::{
    Machine, OperatingSystem, StoreKind, TrustError, apple::Keychain, databases, jvms,
    system::SystemStore, trust_store::TrustStore, windows::RootStore,
};

/// What was found where a store could be.
pub(super) enum Found<'machine> {
    /// A store.
    Store(Box<dyn TrustStore + 'machine>),
    /// A store that may not be touched.
    Unusable {
        kind: StoreKind,
        owner: &'static str,
        place: PathBuf,
        why: TrustError,
    },
    /// No store of this kind.
    None { kind: StoreKind, why: &'static str },
}

/// Everything of the given kinds that a machine has; of each kind at least one answer.
pub(super) fn find<'machine>(
    machine: &'machine Machine,
    kinds: &[StoreKind],
) -> Vec<Found<'machine>> {
    let mut found = Vec::new();
    for kind in StoreKind::ALL {
        if !kinds.contains(&kind) {
            continue;
        }
        let before = found.len();
        let why = match kind {
            StoreKind::System => system(machine, &mut found),
            StoreKind::Nss if machine.is_image => {
                "another root has no user whose browsers are meant"
            }
            StoreKind::Nss => {
                found.extend(
                    databases::all(machine)
                        .into_iter()
                        .map(|database| Found::Store(Box::new(database))),
                );
                match machine.home {
                    Some(_) => "there is no profile of Firefox and no Chromium",
                    None => "there is no home folder to look in",
                }
            }
            StoreKind::Java => {
                found.extend(jvms::all(machine).into_iter().map(|java| match java {
                    Ok(store) => Found::Store(Box::new(store)),
                    Err((place, why)) => Found::Unusable {
                        kind,
                        owner: "Java",
                        place,
                        why,
                    },
                }));
                "there is no Java"
            }
        };
        if found.len() == before {
            found.push(Found::None { kind, why });
        }
    }
    found
}

fn system<'machine>(machine: &'machine Machine, found: &mut Vec<Found<'machine>>) -> &'static str {
    match machine.operating_system {
        OperatingSystem::Linux => {
            found.extend(SystemStore::of(machine).map(|store| Found::Store(Box::new(store))));
        }
        OperatingSystem::MacOs => {
            found.extend(Keychain::of(machine).map(|store| Found::Store(Box::new(store))));
        }
        OperatingSystem::Windows | OperatingSystem::Other => {}
    }
    if !machine.is_image {
        found.extend(RootStore::of(machine).map(|store| Found::Store(Box::new(store))));
    }
    "it is none of Debian, Fedora, Arch, SUSE, Alpine and their kin, macOS, Windows"
}
