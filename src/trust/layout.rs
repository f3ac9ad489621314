//! How Linux distributions keep their trust store.

use std::path::Path;

use super::{Machine, place, program};

/// A distribution's way: anchors are files in a folder, and a program makes from them what TLS
/// libraries read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Who keeps it so.
    pub(super) owner: &'static str,
    /// What tells that a machine is one of them, any of these.
    signs: &'static [&'static str],
    /// The folder for certificates of the administrator; made where its parent is there.
    pub(super) anchors: &'static str,
    /// The programs that take them up, with their words; the first that is there is run.
    programs: &'static [(&'static str, &'static [&'static str])],
    /// The packages that have the program.
    packages: &'static str,
    /// The files, one of them, that TLS libraries read.
    pub(super) bundles: &'static [&'static str],
    /// The folder in which the program leaves links to anchors that are gone.
    pub(super) links: Option<&'static str>,
}

/// The most telling first: Arch and Fedora have `/etc/ssl/certs` too.
const LAYOUTS: [Layout; 5] = [
    Layout {
        owner: "Fedora, RHEL",
        signs: &["/etc/pki/ca-trust/source"],
        anchors: "/etc/pki/ca-trust/source/anchors",
        programs: &[("update-ca-trust", &["extract"])],
        packages: "ca-certificates",
        bundles: &["/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"],
        links: None,
    },
    Layout {
        owner: "Arch",
        signs: &["/etc/ca-certificates/trust-source"],
        anchors: "/etc/ca-certificates/trust-source/anchors",
        programs: &[("update-ca-trust", &[]), ("trust", &["extract-compat"])],
        packages: "ca-certificates-utils",
        bundles: &["/etc/ca-certificates/extracted/tls-ca-bundle.pem"],
        links: None,
    },
    Layout {
        owner: "SUSE",
        signs: &["/etc/pki/trust"],
        anchors: "/etc/pki/trust/anchors",
        programs: &[("update-ca-certificates", &[])],
        packages: "ca-certificates",
        bundles: &[
            "/var/lib/ca-certificates/ca-bundle.pem",
            "/etc/ssl/ca-bundle.pem",
        ],
        links: None,
    },
    Layout {
        owner: "Alpine",
        signs: &["/etc/alpine-release"],
        anchors: "/usr/local/share/ca-certificates",
        programs: &[("update-ca-certificates", &[])],
        packages: "ca-certificates (apk add ca-certificates)",
        bundles: &["/etc/ssl/certs/ca-certificates.crt"],
        links: None,
    },
    Layout {
        owner: "Debian, Ubuntu",
        signs: &[
            "/etc/debian_version",
            "/usr/local/share/ca-certificates",
            "/usr/sbin/update-ca-certificates",
        ],
        anchors: "/usr/local/share/ca-certificates",
        programs: &[("update-ca-certificates", &[])],
        packages: "ca-certificates",
        bundles: &["/etc/ssl/certs/ca-certificates.crt"],
        links: Some("/etc/ssl/certs"),
    },
];

impl Layout {
    /// The one that the machine has, if it has any.
    pub(super) fn of(machine: &Machine) -> Option<Self> {
        LAYOUTS
            .into_iter()
            .find(|layout| layout.signs.iter().any(|sign| machine.has(sign)))
    }

    /// The program that takes anchors up, and its words. In an image the program of the image.
    pub(super) fn program(
        &self,
        machine: &Machine,
    ) -> Result<(std::path::PathBuf, &'static [&'static str]), super::TrustError> {
        for (name, words) in self.programs {
            if let Some(path) = program::of_the_system(machine, name) {
                // Root runs it: nobody else may have put it there.
                place::existing(machine, &path)?;
                return Ok((path, words));
            }
        }
        Err(super::TrustError::ProgramMissing {
            program: self.programs.first().map_or("", |(name, _)| *name),
            packages: self.packages,
        })
    }

    /// The file that TLS libraries read, as this process reaches it.
    pub(super) fn bundle(&self, machine: &Machine) -> Option<std::path::PathBuf> {
        self.bundles.iter().find_map(|bundle| {
            let found = place::follow(machine, Path::new(bundle)).ok()??;
            found.is_file().then_some(found)
        })
    }
}
