//! A folder with objects that openssl and Python's cryptography made.

use std::{
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use certmint::inspect::{Description, Item, describe, open};
use time::OffsetDateTime;

pub(crate) struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs openssl in the folder; its standard output.
    pub(crate) fn openssl(&self, arguments: &str) -> String {
        self.shell(&format!("openssl {arguments}"))
    }

    /// Runs a shell command in the folder; its standard output.
    pub(crate) fn shell(&self, script: &str) -> String {
        let output = Command::new("sh")
            .args(["-c", script])
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{script}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a Python program in the folder; its standard output.
    pub(crate) fn python(&self, program: &str) -> String {
        self.write("program.py", program.as_bytes());
        self.shell("python3 program.py")
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.path(name), content).unwrap();
    }

    /// Joins files into one.
    pub(crate) fn join(&self, name: &str, files: &[&str]) {
        let content: Vec<u8> = files.iter().flat_map(|file| self.read(file)).collect();
        self.write(name, &content);
    }

    /// A self-signed CA `NAME.crt` with its key `NAME.key`.
    pub(crate) fn root(&self, name: &str) {
        self.openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key \
             -out {name}.crt -subj /CN={name} -days 100 -addext basicConstraints=critical,CA:TRUE"
        ));
    }

    /// `NAME.crt`, signed by `ISSUER`, with its key and request.
    pub(crate) fn signed(&self, name: &str, issuer: &str, extensions: &str, days: i64) {
        self.openssl(&format!(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key \
             -out {name}.csr -subj /CN={name}"
        ));
        self.write("extensions.cnf", extensions.as_bytes());
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA {issuer}.crt -CAkey {issuer}.key -CAcreateserial \
             -extfile extensions.cnf -days {days} -out {name}.crt"
        ));
    }

    /// Root, intermediate and leaf: `root`, `sub`, `leaf`.
    pub(crate) fn chain(&self) {
        self.root("root");
        self.signed("sub", "root", "basicConstraints=critical,CA:TRUE\n", 50);
        self.signed("leaf", "sub", "subjectAltName=DNS:leaf.example\n", 40);
    }

    /// The objects of a file.
    pub(crate) fn items(&self, name: &str) -> Vec<Item> {
        open(&self.read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The objects of a file, described without a password.
    pub(crate) fn look(&self, name: &str) -> Vec<Description> {
        let items = self.items(name);
        items
            .iter()
            .map(|item| describe(&item.object, now(), None).unwrap())
            .collect()
    }

    /// The kinds of the objects of a file.
    pub(crate) fn kinds(&self, name: &str) -> Vec<String> {
        self.look(name)
            .iter()
            .map(|one| one.kind().to_owned())
            .collect()
    }

    /// Runs certmint in the folder.
    pub(crate) fn certmint(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_certmint"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("CERTMINT_PKI")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs `certmint inspect`, which must succeed; its standard output.
    pub(crate) fn inspect(&self, arguments: &[&str]) -> String {
        let output = self.certmint(&[&["inspect"], arguments].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The JSON document of `certmint inspect`.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.inspect(&[&["--json"], arguments].concat())).unwrap()
    }
}

pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
