//! What scripts rely on: exit codes, where secrets come from, notes, colour, completions and manual
//! pages. Here: the exit codes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../world/mod.rs"]
mod world;

mod documentation;
mod secrets;
mod terminal;

use std::{fs::OpenOptions, process::Stdio};

use world::{World, told};

#[test]
fn done_is_0() {
    let world = World::with_authority("p256");
    for line in [
        "--version",
        "--help",
        "help issue",
        "list",
        "ca show --help",
    ] {
        let told = world.ok(line);
        assert!(!told.stdout.is_empty(), "{line}");
        assert_eq!(told.stderr, "", "{line}");
    }
}

#[test]
fn refused_or_failed_is_1() {
    let world = World::with_authority("p256");
    world.write("noise", [0x42; 40]);
    world.write("empty", "");
    for (line, because) in [
        ("list --pki nowhere", "nowhere"),
        ("ca show nobody", "nobody"),
        ("sign noise --out own.crt", "noise"),
        ("sign empty --out own.crt", "empty"),
        ("sign pki --out own.crt", "pki"),
        ("sign missing.csr --out own.crt", "missing.csr"),
        ("key protect noise --no-passphrase", "noise"),
        ("issue server flb", "without a host name"),
        ("issue server a.example --days 5000", "5000 days"),
        ("issue client c --days 36500", "longer than its issuer"),
        ("ca init --cn again --no-passphrase", "exists"),
        ("export der nobody --out own.cer", "nobody"),
    ] {
        let told = world.refused(line);
        assert!(told.stderr.contains(because), "{line}\n{told:#?}");
    }
    assert!(!world.exists("own.crt") && !world.exists("own.cer"));
}

#[test]
fn a_wrong_command_line_is_2() {
    let world = World::with_authority("p256");
    for (line, because) in [
        ("bogus", "bogus"),
        ("", "Usage"),
        ("key new", "--out"),
        ("key new --out k --key dsa", "dsa"),
        ("issue server a.example --san a..b", "--san"),
        ("issue server a.example --san dns:10.0.0.1", "--san"),
        ("issue server a.example --days 0", "--days"),
        ("issue server ../up --san a.example", "../up"),
        ("ca init --cn x --permit-ip 10.0.0.0/40", "--permit-ip"),
        ("sign x --out y --ca-cert z", "--ca-key"),
        ("sign x --out y --ca ca --ca-cert z --ca-key k", "--ca"),
        ("csr new --key-file k --out r", "--config"),
        ("list --color sometimes", "sometimes"),
        ("verify x", "--ca"),
        ("completions tcsh", "tcsh"),
    ] {
        let told = world.run(line);
        assert_eq!(told.code, 2, "{line}\n{told:#?}");
        assert_eq!(told.stdout, "", "{line}");
        assert!(told.stderr.contains(because), "{line}\n{told:#?}");
    }
}

#[test]
fn a_check_that_found_something_is_3() {
    let world = World::with_authority("p256");
    world.ok("issue server a.example --key p256");
    let leaf = "pki/certs/a.example/a.example.crt";
    let line = |rest: &str| format!("verify {leaf} --ca pki/ca/ca.crt {rest}");
    world.ok(&line("--host a.example"));
    for (rest, because) in [
        ("--host b.example", "b.example"),
        ("--purpose client", "clientAuth"),
        ("--at 2100-01-01T00:00:00Z", "expired"),
        ("--at 2000-01-01T00:00:00Z", "not valid before"),
    ] {
        let told = world.run(&line(rest));
        assert_eq!(told.code, 3, "{rest}\n{told:#?}");
        assert!(told.stdout.starts_with("refused"), "{told:#?}");
        assert!(told.stdout.contains(because), "{rest}\n{told:#?}");
        // The name of what rustls finds, and none of the values behind it.
        let rustls = told
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix("rustls would refuse it: "));
        let is_word = |text: &str| text.chars().all(char::is_alphanumeric);
        assert!(rustls.is_none_or(is_word), "{rest}\n{told:#?}");
    }
}

#[test]
fn output_that_nobody_takes() {
    let world = World::with_authority("p256");
    let mut full = world.command("list");
    full.stdout(OpenOptions::new().write(true).open("/dev/full").unwrap());
    full.stderr(Stdio::piped());
    let output = full.spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("standard output"), "{said}");
    // Whoever closes a pipe has read enough.
    let mut closed = world.command("list");
    closed.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = closed.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

/// `CERTMINT_PKI` names the directory; `--pki` is stronger.
#[test]
fn the_directory_from_the_environment() {
    let world = World::new();
    let mut command = world.command("ca init --cn x --key p256 --no-passphrase");
    command.env("CERTMINT_PKI", "elsewhere");
    assert_eq!(told(command).code, 0);
    assert!(world.exists("elsewhere/ca/ca.crt"));
    let mut command = world.command("ca init --cn x --key p256 --no-passphrase --pki here");
    command.env("CERTMINT_PKI", "elsewhere");
    assert_eq!(told(command).code, 0);
    assert!(world.exists("here/ca/ca.crt"));
    // Set to nothing it is not set; on the command line nothing is a mistake.
    let mut command = world.command("ca init --cn x --key p256 --no-passphrase");
    command.env("CERTMINT_PKI", "");
    assert_eq!(told(command).code, 0);
    assert!(world.exists("pki/ca/ca.crt"));
    for (variable, line) in [("", "ca list --pki ''"), ("elsewhere", "ca list --pki=")] {
        let mut command = world.command(line);
        command.env("CERTMINT_PKI", variable);
        assert_eq!(told(command).code, 2, "{line}");
    }
}
