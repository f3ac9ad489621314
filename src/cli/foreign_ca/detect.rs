//! Finding out which program made a directory, by the files that only it makes.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{ForeignCa, Origin};
use crate::cli::failure::Advised;

/// The files of a CA's certificate and of its key by the names that people give them: openssl's own
/// (`CA.pl`), those of the guides that people follow, those of this program.
const USUAL_NAMES: [(&str, &str); 9] = [
    ("cacert.pem", "cakey.pem"),
    ("ca.crt", "ca.key"),
    ("ca.cert.pem", "ca.key.pem"),
    ("ca.pem", "ca-key.pem"),
    ("ca-cert.pem", "ca-key.pem"),
    ("intermediate.cert.pem", "intermediate.key.pem"),
    ("rootCA.crt", "rootCA.key"),
    ("rootca.crt", "rootca.key"),
    ("root.crt", "root.key"),
];
/// What directories are called that the programs make inside of the one that people think of.
const INSIDE: [&str; 2] = ["pki", "demoCA"];

/// The CA that a directory holds.
///
/// # Errors
/// A directory that cannot be read, or that no program is known to have made.
pub(crate) fn detect(directory: &Path) -> Result<ForeignCa> {
    if !directory.is_dir() {
        bail!("{}: there is no such directory", directory.display());
    }
    let inside = INSIDE.map(|name| directory.join(name));
    std::iter::once(directory)
        .chain(inside.iter().map(PathBuf::as_path))
        .find_map(|place| {
            let place = Place(place);
            place
                .mkcert()
                .or_else(|| place.easy_rsa())
                .or_else(|| place.step())
                .or_else(|| place.openssl())
        })
        .ok_or_else(|| {
            Advised {
                message: format!(
                    "{}: this is no directory of openssl ca, easy-rsa, mkcert or step, and has no \
                     ca.crt",
                    directory.display()
                ),
                hint: "name the files: --cert FILE --key FILE, and --index and --newcerts if \
                       there are"
                    .to_owned(),
            }
            .into()
        })
}

/// The CA of a certificate that is not where programs put it, with what else the directory holds;
/// its key is not looked for.
pub(crate) fn around(directory: &Path, certificate: &Path) -> ForeignCa {
    match detect(directory) {
        Ok(ca) => ForeignCa {
            certificate: certificate.to_owned(),
            key: None,
            ..ca
        },
        Err(_) => Place(directory).around(certificate.to_owned(), None),
    }
}

/// A directory that may be one.
struct Place<'a>(&'a Path);

impl Place<'_> {
    fn file(&self, name: &str) -> Option<PathBuf> {
        let path = self.0.join(name);
        path.is_file().then_some(path)
    }

    fn folders(&self, names: &[&str]) -> Vec<PathBuf> {
        names
            .iter()
            .map(|name| self.0.join(name))
            .filter(|folder| folder.is_dir())
            .collect()
    }

    fn base(&self, origin: Origin, certificate: PathBuf, key: Option<PathBuf>) -> ForeignCa {
        ForeignCa {
            origin,
            index: self.file("index.txt"),
            crl_number: self.file("crlnumber"),
            key,
            ..ForeignCa::of_files(&certificate)
        }
    }

    /// `rootCA.pem` and, unless only the root was brought here, `rootCA-key.pem`. mkcert keeps no
    /// list, and writes certificates wherever it is run.
    fn mkcert(&self) -> Option<ForeignCa> {
        let certificate = self.file("rootCA.pem")?;
        let key = self.file("rootCA-key.pem");
        Some(ForeignCa {
            by_name: vec![self.0.to_owned()],
            keys: vec![self.0.to_owned()],
            ..self.base(Origin::Mkcert, certificate, key)
        })
    }

    /// `ca.crt` with `issued/`, `reqs/` or its own index beside `certs_by_serial/`. A certificate is
    /// in `issued/` by its name and in `certs_by_serial/`; revoking and renewing moves it away.
    fn easy_rsa(&self) -> Option<ForeignCa> {
        let certificate = self.file("ca.crt")?;
        if self
            .folders(&["issued", "reqs", "certs_by_serial"])
            .is_empty()
        {
            return None;
        }
        Some(ForeignCa {
            revocation_list: self.file("crl.pem"),
            by_serial: self.folders(&[
                "certs_by_serial",
                "revoked/certs_by_serial",
                "renewed/certs_by_serial",
            ]),
            by_name: self.folders(&["issued", "renewed/issued", "expired"]),
            keys: self.folders(&["private"]),
            ..self.base(Origin::EasyRsa, certificate, self.file("private/ca.key"))
        })
    }

    /// `certs/root_ca.crt` and `secrets/root_ca_key`. What it issued is in a database of its own.
    fn step(&self) -> Option<ForeignCa> {
        let certificate = self.file("certs/root_ca.crt")?;
        let intermediate = self
            .file("certs/intermediate_ca.crt")
            .zip(self.file("secrets/intermediate_ca_key"));
        Some(ForeignCa {
            by_name: self.folders(&["certs"]),
            other: intermediate,
            ..self.base(Origin::Step, certificate, self.file("secrets/root_ca_key"))
        })
    }

    /// A certificate under a usual name, with `index.txt` if `openssl ca` made it.
    fn openssl(&self) -> Option<ForeignCa> {
        let (certificate, key) = USUAL_NAMES.iter().find_map(|(certificate, key)| {
            let certificate = self
                .file(certificate)
                .or_else(|| self.file(&format!("certs/{certificate}")))?;
            let key = ["private/", "", "keys/"]
                .iter()
                .find_map(|folder| self.file(&format!("{folder}{key}")));
            Some((certificate, key))
        })?;
        Some(self.around(certificate, key))
    }

    /// What `openssl ca` and people put beside a CA's certificate.
    fn around(&self, certificate: PathBuf, key: Option<PathBuf>) -> ForeignCa {
        let origin = match self.file("index.txt") {
            Some(_) => Origin::Openssl,
            None => Origin::Files,
        };
        let revocation_list = [
            "crl.pem",
            "crl/crl.pem",
            "crl/ca.crl.pem",
            "crl/ca.crl",
            "ca.crl",
        ]
        .iter()
        .find_map(|name| self.file(name));
        let mut by_name = self.folders(&["certs"]);
        by_name.push(self.0.to_owned());
        let mut keys = self.folders(&["private", "keys", "certs"]);
        keys.push(self.0.to_owned());
        ForeignCa {
            revocation_list,
            by_serial: self.folders(&["newcerts"]),
            by_name,
            keys,
            ..self.base(origin, certificate, key)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn directory(files: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        directory
    }

    fn found(files: &[&str]) -> (Origin, String, Option<String>) {
        let directory = directory(files);
        let found = detect(directory.path()).unwrap();
        let shown = |path: &Path| {
            let path = path.strip_prefix(directory.path()).unwrap();
            path.to_str().unwrap().to_owned()
        };
        (
            found.origin,
            shown(&found.certificate),
            found.key.as_deref().map(shown),
        )
    }

    #[test]
    fn each_program_is_known_by_its_files() {
        for (files, origin, certificate, key) in [
            (
                &["rootCA.pem", "rootCA-key.pem"][..],
                Origin::Mkcert,
                "rootCA.pem",
                Some("rootCA-key.pem"),
            ),
            (
                &["pki/ca.crt", "pki/private/ca.key", "pki/issued/a.crt"],
                Origin::EasyRsa,
                "pki/ca.crt",
                Some("pki/private/ca.key"),
            ),
            (
                &["certs/root_ca.crt", "secrets/root_ca_key"],
                Origin::Step,
                "certs/root_ca.crt",
                Some("secrets/root_ca_key"),
            ),
            (
                &[
                    "demoCA/cacert.pem",
                    "demoCA/private/cakey.pem",
                    "demoCA/index.txt",
                ],
                Origin::Openssl,
                "demoCA/cacert.pem",
                Some("demoCA/private/cakey.pem"),
            ),
            (
                &["index.txt", "certs/ca.cert.pem", "private/ca.key.pem"],
                Origin::Openssl,
                "certs/ca.cert.pem",
                Some("private/ca.key.pem"),
            ),
            (
                &["ca.crt", "ca.key"],
                Origin::Files,
                "ca.crt",
                Some("ca.key"),
            ),
            (&["ca.crt"], Origin::Files, "ca.crt", None),
        ] {
            let expected = (origin, certificate.to_owned(), key.map(str::to_owned));
            assert_eq!(found(files), expected, "{files:?}");
        }
    }

    #[test]
    fn another_directory_is_refused_with_what_to_do() {
        let directory = directory(&["notes.txt"]);
        let error = detect(directory.path()).unwrap_err();
        assert!(
            error
                .downcast_ref::<Advised>()
                .unwrap()
                .hint
                .contains("--cert")
        );
        assert!(detect(&directory.path().join("none")).is_err());
    }
}
