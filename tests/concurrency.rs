//! Many processes at once on one PKI: none is lost, none makes what another makes.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod judge;
mod sandbox;

use std::{
    collections::BTreeSet,
    fs,
    process::{Child, Stdio},
};

use sandbox::{Sandbox, Told, audit::audit};

/// All started before the first is waited for.
fn at_once(sandbox: &Sandbox, lines: &[String]) -> Vec<Told> {
    let start = |line: &String| -> Child {
        sandbox
            .certmint(line)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let started: Vec<Child> = lines.iter().map(start).collect();
    let end = |child: Child| Told::of(child.wait_with_output().unwrap());
    started.into_iter().map(end).collect()
}

/// The one that won; all others were refused in one line that names what exists.
fn only_winner(lines: &[String], told: Vec<Told>) -> Told {
    let (mut won, lost): (Vec<Told>, Vec<Told>) = told.into_iter().partition(|told| told.code == 0);
    assert_eq!(won.len(), 1, "{won:#?} {lost:#?}");
    for told in &lost {
        told.assert_refused(&lines[0], 1);
        let said = ["exists", "is being made by another process"];
        assert!(
            said.iter().any(|words| told.stderr.contains(words)),
            "{told:#?}"
        );
    }
    won.remove(0)
}

#[test]
fn two_hundred_at_once_issue_two_hundred_certificates() {
    let sandbox = Sandbox::on_disk().with_authority();
    let names: Vec<String> = (0..200)
        .map(|number| format!("host{number}.example.com"))
        .collect();
    let lines: Vec<String> = names
        .iter()
        .map(|name| format!("issue server {name} --key p256 --json"))
        .collect();
    let mut told_serials = BTreeSet::new();
    for (line, told) in lines.iter().zip(at_once(&sandbox, &lines)) {
        assert_eq!(told.code, 0, "certmint {line}\n{told:#?}");
        let document = told.document();
        let serial = document["certificate"]["serial"].as_str().unwrap();
        told_serials.insert(serial.to_owned());
    }
    assert_eq!(told_serials.len(), 200, "a serial number twice");

    // What the inventory lists.
    let listed = sandbox.ok("list --json").document();
    let listed = listed["certificates"].as_array().unwrap();
    let of = |field: &str| -> BTreeSet<String> {
        let leaves = listed.iter().filter(|row| row["kind"] == "server");
        leaves
            .map(|row| row[field].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(of("name"), names.iter().cloned().collect());
    assert_eq!(of("serial"), told_serials);
    assert_eq!(of("state"), BTreeSet::from(["issued".to_owned()]));
    assert_eq!(listed.len(), 201);

    // What openssl reads from the files, and says of them.
    let file = |name: &String| format!("pki/certs/{name}/{name}.crt");
    let files: Vec<String> = names.iter().map(file).collect();
    let all: Vec<u8> = files.iter().flat_map(|file| sandbox.read(file)).collect();
    sandbox.write("all.crt", all);
    let text = sandbox.openssl("storeutl -noout -text -certs all.crt");
    let read_serials: Vec<String> = text
        .lines()
        .zip(text.lines().skip(1))
        .filter(|(line, _)| line.trim() == "Serial Number:")
        .map(|(_, serial)| serial.trim().replace(':', "").to_uppercase())
        .map(|serial| serial.trim_start_matches("00").to_owned())
        .collect();
    assert_eq!(read_serials.len(), 200);
    assert_eq!(BTreeSet::from_iter(read_serials), told_serials);
    for name in &names {
        assert!(text.contains(&format!("DNS:{name}\n")), "{name}");
    }
    sandbox.openssl(&format!(
        "verify -x509_strict -CAfile pki/ca/ca.crt {}",
        files.join(" ")
    ));

    // Keys, chains, links and rows, by Python; nothing is left lying about.
    assert_eq!(audit(&sandbox.path("pki")).len(), 201);
}

#[test]
fn of_twenty_that_issue_one_name_at_once_one_wins() {
    let sandbox = Sandbox::on_disk().with_authority();
    let lines = vec!["issue server www.example.com --key p256 --json".to_owned(); 20];
    let winner = only_winner(&lines, at_once(&sandbox, &lines)).document();
    let written =
        sandbox.openssl("x509 -in pki/certs/www.example.com/www.example.com.crt -noout -serial");
    let serial = winner["certificate"]["serial"].as_str().unwrap();
    assert_eq!(written.trim().strip_prefix("serial=").unwrap(), serial);
    // The losers may have used serial numbers, which stay used; they have signed nothing.
    assert_eq!(audit(&sandbox.path("pki")).len(), 2);
}

#[test]
fn of_twenty_that_make_one_ca_at_once_one_wins() {
    let sandbox = Sandbox::on_disk();
    let lines = vec!["ca init --cn testca.com --key p256 --no-passphrase --json".to_owned(); 20];
    let winner = only_winner(&lines, at_once(&sandbox, &lines)).document();
    let written = sandbox.openssl("x509 -in pki/ca/ca.crt -noout -serial");
    let serial = winner["certificate"]["serial"].as_str().unwrap();
    assert_eq!(written.trim().strip_prefix("serial=").unwrap(), serial);
    assert_eq!(audit(&sandbox.path("pki")).len(), 1);
    sandbox.ok("issue server www.example.com --key p256");
    assert_eq!(audit(&sandbox.path("pki")).len(), 2);
}

#[test]
fn of_twenty_that_write_one_file_at_once_one_wins() {
    let sandbox = Sandbox::on_disk().with_authority();
    sandbox.ok("key new --key p256 --out flb.key");
    sandbox.ok("csr new --key-file flb.key --out flb.csr --san www.example.com");
    for line in [
        "key new --key p256 --out one.key --json",
        "csr new --key-file flb.key --out one.csr --san www.example.com --json",
        "sign flb.csr --out one.crt --json",
    ] {
        let lines = vec![line.to_owned(); 20];
        only_winner(&lines, at_once(&sandbox, &lines));
    }
    let left: BTreeSet<String> = fs::read_dir(sandbox.root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected = ["flb.csr", "flb.key", "one.crt", "one.csr", "one.key", "pki"];
    assert_eq!(left, expected.map(str::to_owned).into());
    // Each signature whose file was refused is in the inventory all the same.
    audit(&sandbox.path("pki"));
}
