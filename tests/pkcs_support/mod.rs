//! Foreign tools, and keys and certificates made by them.
#![allow(dead_code)]

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Output;

#[path = "../judge/mod.rs"]
mod judge;

/// Runs a tool; a tool that is missing or fails ends the test.
pub(crate) fn run<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> Output {
    let output = attempt(program, arguments);
    assert!(
        output.status.success(),
        "{program} {:?}: {}{}",
        arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Runs a tool that may refuse; a tool that is missing ends the test.
pub(crate) fn attempt<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> Output {
    judge::command(program)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"))
}

pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Keys that the tests are run with: name, and the arguments of `openssl genpkey`.
pub(crate) const KINDS: [(&str, &[&str]); 5] = [
    ("rsa", &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ("p256", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    ("p384", &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
    ("p521", &["EC", "-pkeyopt", "ec_paramgen_curve:P-521"]),
    ("ed25519", &["ED25519"]),
];

/// A folder with a root, an intermediate and a leaf, all of one kind of key, made by OpenSSL.
pub(crate) struct Pki {
    folder: tempfile::TempDir,
}

impl Pki {
    /// The folder alone.
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn new(kind: &str) -> Self {
        let pki = Self::empty();
        pki.key("root", kind);
        pki.key("intermediate", kind);
        pki.key("leaf", kind);
        let extensions = pki.file("extensions.cnf");
        std::fs::write(
            &extensions,
            "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
             subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n\
             [leaf]\nbasicConstraints=CA:FALSE\nsubjectAltName=DNS:leaf.example\n\
             subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
        )
        .unwrap();
        pki.certificate("root", "/O=Example/CN=Root", None, "ca");
        pki.certificate(
            "intermediate",
            "/O=Example/CN=Intermediate",
            Some("root"),
            "ca",
        );
        pki.certificate(
            "leaf",
            "/O=Example/CN=leaf.example",
            Some("intermediate"),
            "leaf",
        );
        pki
    }

    pub(crate) fn key(&self, name: &str, kind: &str) {
        let arguments = KINDS.iter().find(|(key, _)| *key == kind).unwrap().1;
        let mut all = vec!["genpkey", "-algorithm"];
        all.extend(arguments);
        let out = self.path(&format!("{name}.key"));
        all.extend(["-out", &out]);
        run("openssl", &all);
        self.to_pkcs8(&out, &self.path(&format!("{name}.key.der")));
    }

    /// Rewrites a PEM key as PKCS#8 DER.
    pub(crate) fn to_pkcs8(&self, pem: &str, der: &str) {
        run(
            "openssl",
            &[
                "pkcs8", "-topk8", "-nocrypt", "-in", pem, "-outform", "DER", "-out", der,
            ],
        );
    }

    pub(crate) fn certificate(
        &self,
        name: &str,
        subject: &str,
        issuer: Option<&str>,
        section: &str,
    ) {
        let [key, csr, pem, der] =
            ["key", "csr", "pem", "der"].map(|end| self.path(&format!("{name}.{end}")));
        let extensions = self.path("extensions.cnf");
        run(
            "openssl",
            &["req", "-new", "-key", &key, "-subj", subject, "-out", &csr],
        );
        let mut arguments = vec![
            "x509",
            "-req",
            "-in",
            &csr,
            "-days",
            "30",
            "-extfile",
            &extensions,
            "-extensions",
            section,
            "-out",
            &pem,
        ];
        let ca = issuer.map(|issuer| {
            (
                self.path(&format!("{issuer}.pem")),
                self.path(&format!("{issuer}.key")),
            )
        });
        match &ca {
            None => arguments.extend(["-signkey", &key]),
            Some((certificate, key)) => {
                arguments.extend(["-CA", certificate, "-CAkey", key, "-CAcreateserial"]);
            }
        }
        run("openssl", &arguments);
        run(
            "openssl",
            &["x509", "-in", &pem, "-outform", "DER", "-out", &der],
        );
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.file(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.file(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.file(name), bytes).unwrap();
        self.path(name)
    }

    /// A PEM file of the intermediate and the root.
    pub(crate) fn chain_pem(&self) -> String {
        let mut chain = self.read("intermediate.pem");
        chain.extend(self.read("root.pem"));
        self.write("chain.pem", &chain)
    }

    pub(crate) fn key_der(&self) -> Vec<u8> {
        self.read("leaf.key.der")
    }

    pub(crate) fn leaf(&self) -> Vec<u8> {
        self.read("leaf.der")
    }

    /// `openssl pkcs12 -export` of the leaf with its chain, name "leaf", password "changeit".
    pub(crate) fn openssl_export(&self, out: &str, more: &[&str]) -> Vec<u8> {
        let [key, leaf, out_path] = [self.path("leaf.key"), self.path("leaf.pem"), self.path(out)];
        let chain = self.chain_pem();
        let mut arguments = vec![
            "pkcs12",
            "-export",
            "-inkey",
            &key,
            "-in",
            &leaf,
            "-certfile",
            &chain,
            "-name",
            "leaf",
            "-passout",
            "pass:changeit",
            "-out",
            &out_path,
        ];
        arguments.extend(more);
        run("openssl", &arguments);
        self.read(out)
    }
}

/// The PKCS#8 DER of a key, as OpenSSL writes it: for comparing what tools encode differently.
pub(crate) fn normal_key(pki: &Pki, pkcs8: &[u8]) -> Vec<u8> {
    let input = pki.write("normal.in.der", pkcs8);
    let output = pki.path("normal.out.der");
    run(
        "openssl",
        &[
            "pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-in", &input, "-outform", "DER",
            "-out", &output,
        ],
    );
    pki.read("normal.out.der")
}

/// Runs a Python program with arguments.
pub(crate) fn python(program: &str, arguments: &[&str]) -> String {
    let mut all = vec!["-c", program];
    all.extend(arguments);
    text(&run("python3", &all))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

/// A new NSS database without a password.
pub(crate) fn nss_database(pki: &Pki, name: &str) -> String {
    let folder = pki.file(name);
    std::fs::create_dir(&folder).unwrap();
    let database = format!("sql:{}", folder.display());
    run("certutil", &["-N", "-d", &database, "--empty-password"]);
    database
}

/// The Base64 of each certificate in a PEM text, in order.
pub(crate) fn pem_blocks(pem: &str) -> Vec<String> {
    pem.split("-----BEGIN CERTIFICATE-----")
        .skip(1)
        .map(|rest| {
            rest[..rest.find("-----END").unwrap()]
                .split_whitespace()
                .collect()
        })
        .collect()
}
