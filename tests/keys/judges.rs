//! The programs that judge, and a folder for what they exchange with us.

use std::path::PathBuf;
use std::process::Output;

use certmint::key::{KeyError, KeyFile, Passphrase, PrivateKey};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::judge;

pub(crate) const SECRET: &str = "correct horse";

/// A folder of its own for each test, in which the judges run.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Runs a line of words; a missing program fails the test.
    pub(crate) fn run(&self, line: &str) -> Output {
        let mut words = line.split_whitespace();
        let program = words.next().unwrap();
        judge::command(program)
            .args(words)
            .current_dir(self.0.path())
            .output()
            .unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    /// Runs a line of words that has to succeed, for its standard output.
    pub(crate) fn ok(&self, line: &str) -> Vec<u8> {
        let output = self.run(line);
        assert!(
            output.status.success(),
            "{line}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    pub(crate) fn read(&self, name: &str) -> Result<KeyFile, KeyError> {
        KeyFile::read(&self.file(name))
    }

    /// Reads and opens a file, with the usual passphrase where it is encrypted.
    pub(crate) fn load(&self, name: &str) -> Result<PrivateKey, KeyError> {
        self.read(name)?.unlock(Some(&passphrase(SECRET)))
    }

    /// Asserts that a file loads as the key whose public half openssl wrote to `public.der`.
    pub(crate) fn assert_loads(&self, name: &str) -> PrivateKey {
        let key = self
            .load(name)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(
            key.public_key().spki_der(),
            self.file("public.der"),
            "{name}"
        );
        key
    }
}

pub(crate) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(Zeroizing::new(text.to_owned()))
}

/// The options of `openssl genpkey` for every kind that can be ordered.
pub(crate) const KINDS: [(&str, &str); 7] = [
    ("rsa2048", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"),
    ("rsa3072", "-algorithm RSA -pkeyopt rsa_keygen_bits:3072"),
    ("rsa4096", "-algorithm RSA -pkeyopt rsa_keygen_bits:4096"),
    ("p256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"),
    ("p384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384"),
    ("p521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521"),
    ("ed25519", "-algorithm ED25519"),
];
