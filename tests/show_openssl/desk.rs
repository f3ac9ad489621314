//! Two folders, one for certmint and one for the script.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;
use x509_parser::prelude::*;

use crate::{
    facts::{Facts, algorithm, key_kind, one_block},
    judge,
};

/// Two folders that start alike: in one certmint acts, in the other the script does.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ours", "theirs", "meanwhile"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn ours(&self) -> PathBuf {
        self.folder.path().join("ours")
    }

    pub(crate) fn theirs(&self) -> PathBuf {
        self.folder.path().join("theirs")
    }

    /// A file that both have.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.ours().join(name), &content).unwrap();
        fs::write(self.theirs().join(name), &content).unwrap();
    }

    /// What has to be there before, made once and given to both.
    pub(crate) fn prepare(&self, arguments: &[&str]) {
        succeeded(&certmint(&self.ours(), arguments), arguments);
        self.share();
    }

    pub(crate) fn openssl(&self, arguments: &[&str]) {
        openssl(&self.ours(), arguments);
        self.share();
    }

    pub(crate) fn share(&self) {
        fs::remove_dir_all(self.theirs()).unwrap();
        let status = Command::new("cp")
            .arg("-a")
            .args([self.ours(), self.theirs()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// The command on one side, its script on the other.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let script = self.script(arguments);
        let output = self.shell(&script);
        succeeded(&output, &[&script]);
        let leftover = fs::read_dir(self.folder.path().join("meanwhile")).unwrap();
        assert_eq!(leftover.count(), 0, "left behind by\n{script}");
        succeeded(&certmint(&self.ours(), arguments), arguments);
        assert_eq!(
            files(&self.theirs(), Path::new("")),
            files(&self.ours(), Path::new("")),
            "other files are made by\n{script}"
        );
        script
    }

    pub(crate) fn script(&self, arguments: &[&str]) -> String {
        let output = certmint(&self.theirs(), &[arguments, &["--show-openssl"]].concat());
        succeeded(&output, arguments);
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn shell(&self, script: &str) -> Output {
        let file = self.folder.path().join("script.sh");
        fs::write(&file, script).unwrap();
        Command::new("sh")
            .arg("-e")
            .arg(&file)
            .current_dir(self.theirs())
            .env("TMPDIR", self.folder.path().join("meanwhile"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The certificate of each side has the same content, and both verify under the CA.
    pub(crate) fn same_certificate(&self, file: &str, ca: &str) {
        for folder in [self.ours(), self.theirs()] {
            let arguments = ["verify", "-x509_strict", "-CAfile", ca, file];
            openssl(&folder, &arguments);
        }
        self.same_content(file, ca);
    }

    pub(crate) fn same_content(&self, file: &str, ca: &str) {
        let ours = Facts::of(&self.ours().join(file), &self.ours().join(ca));
        let theirs = Facts::of(&self.theirs().join(file), &self.theirs().join(ca));
        assert_eq!(theirs, ours, "{file}");
    }

    pub(crate) fn same_request(&self, file: &str) {
        let [ours, theirs] = [self.ours(), self.theirs()].map(|folder| {
            openssl(&folder, &["req", "-in", file, "-noout", "-verify"]);
            let der = one_block(&folder.join(file), "CERTIFICATE REQUEST");
            let (_, request) = X509CertificationRequest::from_der(&der).unwrap();
            let information = &request.certification_request_info;
            let attributes: Vec<_> = information
                .attributes()
                .iter()
                .map(|attribute| (attribute.oid.to_id_string(), attribute.value.to_vec()))
                .collect();
            (
                information.subject.as_raw().to_vec(),
                key_kind(&information.subject_pki),
                attributes,
                algorithm(&request.signature_algorithm),
            )
        });
        assert_eq!(theirs, ours, "{file}");
    }
}

/// Every file that people look at, with whether others may read it.
pub(crate) fn files(root: &Path, below: &Path) -> Vec<(PathBuf, bool)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(below)).unwrap() {
        let name = below.join(entry.unwrap().file_name());
        let hidden = name.file_name().unwrap().to_string_lossy().starts_with('.');
        if hidden || name.to_string_lossy().contains("inventory.sqlite") {
            continue;
        }
        let metadata = fs::metadata(root.join(&name)).unwrap();
        if metadata.is_dir() {
            found.extend(files(root, &name));
        } else {
            found.push((name, metadata.permissions().mode() & 0o077 == 0));
        }
    }
    found.sort();
    found
}

pub(crate) fn certmint(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_certmint"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CERTMINT_PKI")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

pub(crate) fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let output = judge::openssl()
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("openssl judges here");
    succeeded(&output, arguments);
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

pub(crate) fn succeeded(output: &Output, what: &[&str]) {
    assert!(
        output.status.success(),
        "{what:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A desk with a root CA of a kind of key.
pub(crate) fn desk_with_ca(kind: &str) -> Desk {
    let desk = Desk::new();
    desk.prepare(&[
        "ca",
        "init",
        "--cn",
        "testca.com",
        "--key",
        kind,
        "--no-passphrase",
    ]);
    desk
}
