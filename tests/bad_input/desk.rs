//! A desk with one good object of each kind, and every command that reads one.

use std::fs;

use crate::sandbox::Sandbox;

/// What a command expects in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Key,
    LockedKey,
    Request,
    Certificate,
    RevocationList,
    Configuration,
    /// Whatever it is.
    Any,
    /// A passphrase that something is already under.
    Passphrase,
    NewPassphrase,
}

impl Kind {
    /// The good one on the desk, and whether there is one in DER beside it.
    pub(crate) fn good(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Key => ("foreign.key", Some("foreign.key.der")),
            Self::LockedKey => ("locked.key", Some("locked.key.der")),
            Self::Request => ("good.csr", Some("good.csr.der")),
            Self::Certificate | Self::Any => ("foreign.crt", Some("foreign.crt.der")),
            Self::RevocationList => ("foreign.crl", Some("foreign.crl.der")),
            Self::Configuration => ("flb.cnf", None),
            Self::Passphrase | Self::NewPassphrase => ("pass", None),
        }
    }
}

/// Every command that reads a file; `{}` is the file. A new command that reads one has its line
/// here and is then tried with everything that is bad.
pub(crate) const READERS: &[(Kind, &str)] = &[
    (Kind::Key, "key protect {} --no-passphrase"),
    (
        Kind::Key,
        "key protect {} --out out.key --new-passphrase-file pass",
    ),
    (
        Kind::LockedKey,
        "key protect {} --passphrase-file pass --out out.key --no-passphrase",
    ),
    (
        Kind::Key,
        "csr new --key-file {} --out out.csr --san www.example.com",
    ),
    (
        Kind::LockedKey,
        "csr new --key-file {} --passphrase-file pass --out out.csr --cn a",
    ),
    (
        Kind::Configuration,
        "csr new --key-file foreign.key --out out.csr --config {}",
    ),
    (Kind::Request, "sign {} --out out.crt"),
    (
        Kind::Configuration,
        "sign good.csr --out out.crt --config {} --extensions req_ext",
    ),
    (
        Kind::Certificate,
        "sign good.csr --out out.crt --ca-cert {} --ca-key foreign.key",
    ),
    (
        Kind::Key,
        "sign good.csr --out out.crt --ca-cert foreign.crt --ca-key {}",
    ),
    (
        Kind::LockedKey,
        "sign good.csr --out out.crt --ca-cert foreign.crt --ca-key {} --passphrase-file pass",
    ),
    (Kind::Certificate, "verify {} --ca foreign.crt"),
    (Kind::Certificate, "verify foreign.crt --ca {}"),
    (
        Kind::RevocationList,
        "verify foreign.crt --ca foreign.crt --crl {}",
    ),
    (Kind::Any, "inspect {}"),
    (Kind::Any, "inspect --only subject,san {}"),
    (Kind::Passphrase, "inspect foreign.p12 --password-file {}"),
    (
        Kind::Passphrase,
        "key protect locked.key --passphrase-file {} --out out.key --no-passphrase",
    ),
    (
        Kind::Passphrase,
        "csr new --key-file locked.key --passphrase-file {} --out out.csr --cn a",
    ),
    (
        Kind::Passphrase,
        "sign good.csr --out out.crt --ca-cert foreign.crt --ca-key locked.key --passphrase-file {}",
    ),
    (
        Kind::NewPassphrase,
        "key protect foreign.key --new-passphrase-file {} --out out.key",
    ),
    (
        Kind::NewPassphrase,
        "key new --key p256 --out out.key --passphrase-file {}",
    ),
    (
        Kind::NewPassphrase,
        "ca init other --cn other --key p256 --passphrase-file {}",
    ),
    (
        Kind::NewPassphrase,
        "ca intermediate other --cn other --key p256 --passphrase-file {}",
    ),
    (
        Kind::NewPassphrase,
        "export p12 flb --out out.p12 --password-file {}",
    ),
];

/// A PKI with a certificate `flb`, and what openssl made beside it.
pub(crate) fn desk() -> Sandbox {
    desk_in(Sandbox::new())
}

pub(crate) fn desk_in(desk: Sandbox) -> Sandbox {
    let desk = desk.with_authority();
    desk.ok("issue server flb --san www.example.com --key p256");
    desk.write("pass", "correct horse battery staple\n");
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/openssl/flb.cnf"
    );
    fs::copy(fixture, desk.path("flb.cnf")).unwrap();
    desk.write(
        "ca.cnf",
        "[ca]\ndefault_ca = c\n[c]\ndatabase = index\ndefault_md = sha256\ncrlnumber = number\n\
         default_crl_days = 30\n",
    );
    desk.write("index", "");
    desk.write("number", "01\n");
    for line in [
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out foreign.key",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.key",
        "pkcs8 -topk8 -in foreign.key -out locked.key -v2 aes-256-cbc -iter 2048 -passout file:pass",
        "pkcs8 -topk8 -in foreign.key -outform DER -out locked.key.der -v2 aes-256-cbc -iter 2048 -passout file:pass",
        "pkey -in foreign.key -outform DER -out foreign.key.der",
        "req -new -x509 -key foreign.key -subj /CN=foreign -days 3650 -out foreign.crt \
         -addext keyUsage=critical,keyCertSign,cRLSign",
        "x509 -in foreign.crt -outform DER -out foreign.crt.der",
        "req -new -key other.key -subj /CN=www.example.com -out good.csr \
         -addext subjectAltName=DNS:www.example.com",
        "req -in good.csr -outform DER -out good.csr.der",
        "ca -config ca.cnf -gencrl -cert foreign.crt -keyfile foreign.key -out foreign.crl",
        "crl -in foreign.crl -outform DER -out foreign.crl.der",
        "pkcs12 -export -inkey foreign.key -in foreign.crt -out foreign.p12 -passout file:pass",
        "crl2pkcs7 -nocrl -certfile foreign.crt -out foreign.p7b",
        "pkey -in other.key -pubout -out other.pub",
    ] {
        desk.openssl(line);
    }
    desk
}

/// The desk is as the commands expect it: what is refused later is refused for what was changed.
#[test]
fn every_reader_takes_the_good_one() {
    let desk = desk();
    for (kind, line) in READERS {
        let (pem, der) = kind.good();
        for good in [Some(pem), der].into_iter().flatten() {
            // A copy, since one reader replaces what it reads.
            fs::copy(desk.path(good), desk.path("copy")).unwrap();
            let line = line.replace("{}", "copy");
            desk.ok(&line);
            clear(&desk);
        }
    }
}

/// Takes away what a command may have written.
pub(crate) fn clear(desk: &Sandbox) {
    for file in ["out.key", "out.csr", "out.crt", "out.p12"] {
        let _ = fs::remove_file(desk.path(file));
    }
    // The next `ca init other` is to be refused for its passphrase, not for its name.
    if desk.exists("pki/ca/other.key") {
        fs::remove_dir_all(desk.path("pki")).unwrap();
        desk.ok("ca init --cn testca.com --key p256 --no-passphrase");
        desk.ok("issue server flb --san www.example.com --key p256");
    }
}
