//! What the README and the other documents show is what happens.
//!
//! Every ```` ```console ```` block of `README.md` and of the files below `docs/` is run, in order,
//! by bash, in one new directory per document, with the built `certmint` on `PATH` and nothing else
//! from the environment (`document/mod.rs`). A document that names the machines that it needs is run
//! by `tests/systems`, one that needs an account at a cloud by `tests/cloud`.
//!
//! `CERTMINT_BLESS=1 cargo test --test readme` writes what the commands say now into the documents.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod document;
mod judge;

use std::{
    env, fs,
    process::{Command, Output},
};

use document::{ACCOUNT, LAB, documents, follow, normal, project, steps};

/// A new directory and a bash that knows nothing of this machine's user.
struct World {
    home: tempfile::TempDir,
    programs: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let programs = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(
            env!("CARGO_BIN_EXE_certmint"),
            programs.path().join("certmint"),
        )
        .unwrap();
        Self {
            home: tempfile::tempdir().unwrap(),
            programs,
        }
    }

    fn bash(&self) -> Command {
        let path = format!(
            "{}:{}",
            self.programs.path().display(),
            env::var("PATH").unwrap()
        );
        let mut bash = Command::new("bash");
        bash.current_dir(self.home.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.home.path())
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .stdin(std::process::Stdio::null());
        bash
    }

    fn run(&self, script: &str) -> (String, i32) {
        let output = self.bash().args(["-c", script]).output().unwrap();
        let status = output.status.code().unwrap_or(-1);
        (String::from_utf8(output.stdout).unwrap(), status)
    }
}

#[test]
fn documents_show_what_happens() {
    // The tour asks these for their opinion.
    let _ = (judge::openssl(), judge::keytool());
    let bless = env::var_os("CERTMINT_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut commands = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        if text.contains(LAB) || text.contains(ACCOUNT) {
            continue;
        }
        commands += steps(&text.lines().collect::<Vec<_>>()).len();
        let world = World::new();
        let (differences, written) = follow(&document, |script| world.run(script));
        if bless && written != text {
            fs::write(&document, written).unwrap();
            println!("{} was rewritten", document.display());
        } else {
            wrong.extend(differences);
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n\nCERTMINT_BLESS=1 cargo test --test readme rewrites the documents.",
        wrong.join("\n\n")
    );
    assert!(commands > 20, "the tour has only {commands} commands");
}

#[test]
fn normal_hides_only_what_differs_from_run_to_run() {
    for (line, wanted) in [
        (
            "  serial    706D6B8288A7CD056CE23B532D17",
            "  serial    ‹octets›",
        ),
        (
            "  valid     until 2036-11-19 (3650 days left)",
            "  valid     until ‹date› (‹days› days left)",
        ),
        (
            "ca  706D6B8288A7…  2036-11-19  issued  3649",
            "ca  ‹octets›…  ‹date›  issued  ‹days›",
        ),
        (
            "ca  itself  EC P-256  2036-11-19  3649",
            "ca  itself  EC P-256  ‹date›  ‹days›",
        ),
        ("  SHA-256    76:CE:41:23:98:5B:", "  SHA-256    ‹octets›"),
        (
            "2026-11-22 01:28:46 to 2031-11-21 01:28:45 UTC,",
            "‹date› ‹time› to ‹date› ‹time› UTC,",
        ),
        ("serial=706D6B8288A7CD05", "serial=‹octets›"),
        ("  pin sha256//dEnQWgLfMIH+q2vZ=", "  pin ‹pin›"),
    ] {
        assert_eq!(normal(line), wanted);
    }
    for line in [
        "subject=CN = www.2026testsite.com",
        "  flb.key  RSA 2048 private key, not encrypted",
        "PKCS#12 with key and 2 certificates (AES-256, SHA-256), read back",
        "    DNS:www.2026testsite.com",
        "encrypted PBES2, AES-256-CBC, 600000 iterations",
    ] {
        assert_eq!(normal(line), line);
    }
}

fn recipe(world: &World, arguments: &[&str]) -> Output {
    world
        .bash()
        .arg(project().join("examples/recipe.sh"))
        .args(arguments)
        .env("CERTMINT", env!("CARGO_BIN_EXE_certmint"))
        .output()
        .unwrap()
}

#[test]
fn recipe_runs_in_a_new_directory_and_touches_no_other() {
    let _ = judge::openssl();
    let world = World::new();
    let output = recipe(&world, &["made"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}{complained}");
    assert!(said.contains("backend.crt: OK"), "{said}");
    let made = world.home.path().join("made");
    for file in [
        "flb.crt",
        "pki/ca/ca.crt",
        "pki/certs/backend/backend.key",
        "client01.p12",
    ] {
        assert!(made.join(file).is_file(), "{file} is missing:\n{said}");
    }
    let before = fs::read(made.join("flb.crt")).unwrap();
    let again = recipe(&world, &["made"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&again.stderr).contains("is not empty; nothing was done"),
        "{again:?}"
    );
    assert_eq!(fs::read(made.join("flb.crt")).unwrap(), before);
}
