//! The foreign programs that judge what certmint makes and reads.
//!
//! `tests/judges.sh` installs them. A judge that is missing fails the test: without its verdict
//! nothing is proved. Use it from a test program with `mod judge;`, or
//! `#[path = "../judge/mod.rs"] mod judge;` from one in a folder of its own.

#![allow(dead_code, reason = "no test program asks every judge")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

const HOW: &str = "tests/judges.sh installs it";

/// Where the system keeps servers, administrators' programs and easy-rsa, which may not be on
/// `PATH`.
const FURTHER_FOLDERS: [&str; 4] = [
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
    "/usr/share/easy-rsa",
];

/// A command for any judge by its name; `python3` is the Python that has the judges' modules.
pub(crate) fn command(program: &str) -> Command {
    if program == "python3" {
        return python();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(FURTHER_FOLDERS.map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{program} is needed to judge this test: {HOW}"));
    Command::new(found)
}

/// OpenSSL 3.
pub(crate) fn openssl() -> Command {
    command("openssl")
}

/// GnuTLS.
pub(crate) fn certtool() -> Command {
    command("certtool")
}

/// NSS, for certificates and databases.
pub(crate) fn certutil() -> Command {
    command("certutil")
}

/// NSS, for PKCS#12.
pub(crate) fn pk12util() -> Command {
    command("pk12util")
}

/// Java.
pub(crate) fn keytool() -> Command {
    command("keytool")
}

/// A TLS server.
pub(crate) fn nginx() -> Command {
    command("nginx")
}

/// Another TLS server.
pub(crate) fn apache2() -> Command {
    command("apache2")
}

/// The system calls that a program makes.
pub(crate) fn strace() -> Command {
    command("strace")
}

/// Prometheus, on metrics files.
pub(crate) fn promtool() -> Command {
    command("promtool")
}

/// A web browser without a window, with a profile of its own in `profile`.
pub(crate) fn chromium(profile: &Path) -> Command {
    let mut chromium = command("chromium");
    chromium
        .args(["--headless", "--disable-gpu", "--no-first-run"])
        // Tests run as root, for whom Chromium has no sandbox.
        .arg("--no-sandbox")
        .arg(format!("--user-data-dir={}", profile.display()));
    chromium
}

/// A program of `tests/requirements-servers.txt`: `envoy`, `kubernetes-validate`, `traefik`.
pub(crate) fn wheel(program: &str) -> Command {
    let servers = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/judges/servers/bin");
    let file = servers.join(program);
    assert!(
        file.is_file(),
        "{program} is needed to judge this test: {HOW}"
    );
    Command::new(file)
}

/// A Python that has the modules of `tests/requirements.txt`: the one that
/// `CERTMINT_PYTHON` names, else that of `tests/judges.sh`, else `python3`.
pub(crate) fn python() -> Command {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    Command::new(PYTHON.get_or_init(|| {
        let private = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/judges/venv/bin/python");
        let python = match std::env::var_os("CERTMINT_PYTHON") {
            Some(named) if !named.is_empty() => PathBuf::from(named),
            _ if private.is_file() => private,
            _ => PathBuf::from("python3"),
        };
        const LACKING: &str = "import importlib.util as u; print(*[m for m in \
            ('cryptography', 'cryptography_vectors', 'icalendar', 'jsonschema', 'pkilint', \
            'prometheus_client') if not u.find_spec(m)])";
        let answer = Command::new(&python).args(["-c", LACKING]).output();
        let answer = answer.unwrap_or_else(|error| {
            panic!(
                "{} is needed to judge this test ({error}): {HOW}",
                python.display()
            )
        });
        let lacking = String::from_utf8_lossy(&answer.stdout);
        assert!(
            answer.status.success() && lacking.trim().is_empty(),
            "{} lacks the modules {} which judge this test: tests/judges.sh installs them",
            python.display(),
            lacking.trim()
        );
        python
    }))
}

/// A folder of programs in one of the Python environments of `tests/judges.sh`: `aws`, `oci` or
/// `terraform`.
pub(crate) fn environment(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/judges/{name}/bin"));
    assert!(
        folder.join("python").is_file(),
        "{} is needed to judge this test: {HOW}",
        folder.display()
    );
    folder
}

/// A program of pkilint, by the name that it is installed under: `lint_pkix_cert`,
/// `lint_pkix_signer_signee_cert_chain`, `lint_crl`.
pub(crate) fn pkilint(program: &str) -> Command {
    let mut command = python();
    command.args(["-m", &format!("pkilint.bin.{program}")]);
    command
}

/// The folder of the published vectors in the Python package `cryptography-vectors`.
pub(crate) fn vectors() -> PathBuf {
    const FOLDER: &str = "import cryptography_vectors as v, os; print(os.path.dirname(v.__file__))";
    let mut python = python();
    python.args(["-c", FOLDER]);
    PathBuf::from(text(&ok(python)).trim())
}

/// Runs a command that has to succeed.
pub(crate) fn ok(mut command: Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// What a command wrote to standard output.
pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
