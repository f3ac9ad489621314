//! What the commands take and what they refuse at the door: containers of every kind, one request at
//! a time, places that cannot be written, serial numbers by their start, keys under passphrases.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod judge;
mod sandbox;

use std::{fs, io::Write as _, process::Stdio};

use sandbox::{Sandbox, told};
use serde_json::Value;

/// A CA below the root, and a server below that one.
fn desk() -> Sandbox {
    let desk = Sandbox::new().with_authority();
    desk.ok("ca intermediate web --issuer ca --cn Web --key p256 --no-passphrase");
    desk.ok("issue server flb --san www.example.com --key p256 --ca web");
    desk.write("pass", "correct horse\n");
    desk
}

fn listed(desk: &Sandbox) -> Vec<Value> {
    let document = desk.ok("list --json").document();
    document["certificates"].as_array().unwrap().clone()
}

#[test]
fn verify_reads_every_container() {
    let desk = desk();
    desk.ok("export p7b flb --out flb.p7b");
    desk.ok("export p12 flb --out flb.p12 --password-file pass");
    desk.ok("export der flb --out flb.cer");
    desk.ok("export pem flb --out chain.pem --part chain");
    for line in [
        "crl2pkcs7 -nocrl -certfile chain.pem -out chain.p7c -outform DER",
        "enc -base64 -in flb.cer -out flb.b64",
    ] {
        desk.openssl(line);
    }
    // Root first, leaf last, a key between, as some proxies want it.
    let mut bundle = desk.read("chain.pem");
    bundle.extend(desk.read("pki/certs/flb/flb.key"));
    bundle.extend(desk.read("pki/certs/flb/flb.crt"));
    desk.write("bundle.pem", bundle);
    for files in [
        "flb.p7b",
        "flb.p12 --password-file pass",
        "bundle.pem",
        "flb.cer chain.p7c",
        "flb.b64 chain.pem",
        "pki/certs/flb/flb.crt flb.p7b",
    ] {
        let line = format!("verify {files} --ca pki/ca/ca.crt --host www.example.com");
        let told = desk.ok(&line);
        assert!(told.stdout.contains("CN = www.example.com"), "{told:#?}");
    }
    let locked = desk.refused("verify flb.p12 --ca pki/ca/ca.crt");
    assert!(locked.stderr.contains("--password-file"), "{locked:#?}");
    let key = desk.refused("verify pki/certs/flb/flb.key --ca pki/ca/ca.crt");
    assert!(key.stderr.contains("holds a private key"), "{key:#?}");
    // The leaf alone misses the CA between.
    assert_eq!(desk.run("verify flb.cer --ca pki/ca/ca.crt").code, 3);
}

#[test]
fn what_is_damaged_beside_a_certificate_is_not_passed_over() {
    let desk = desk();
    let mut file = desk.read("pki/certs/flb/flb.crt");
    file.extend(b"-----BEGIN PGP MESSAGE-----\nMAA=\n-----END PGP MESSAGE-----\n");
    desk.write("foreign-block.pem", &file);
    desk.ok("verify foreign-block.pem pki/ca/web.crt --ca pki/ca/ca.crt");
    file.extend(b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    desk.write("damaged.pem", &file);
    desk.refused("verify damaged.pem pki/ca/web.crt --ca pki/ca/ca.crt");
}

#[test]
fn one_request_is_signed_at_a_time() {
    let desk = desk();
    let one = desk.read("pki/certs/flb/flb.csr");
    desk.write("one.csr", &one);
    desk.write("two.csr", [one.as_slice(), &one].concat());
    let told = desk.refused("sign two.csr --out two.crt --ca web");
    assert!(
        told.stderr.contains("2 certification requests"),
        "{told:#?}"
    );
    desk.ok("sign one.csr --out one.crt --ca web");
}

#[test]
fn nothing_is_signed_for_a_folder_that_is_not_there() {
    let desk = desk();
    let before = listed(&desk).len();
    for line in [
        "sign pki/certs/flb/flb.csr --out none/flb.crt --ca web",
        "key new --key p256 --out none/flb.key",
        "export der flb --out none/flb.cer",
    ] {
        let told = desk.refused(line);
        assert!(told.stderr.contains("make none first"), "{told:#?}");
    }
    assert_eq!(listed(&desk).len(), before);
}

#[test]
fn the_first_digits_of_a_serial_number_are_enough() {
    let desk = desk();
    let rows = listed(&desk);
    let leaf = rows.iter().find(|row| row["name"] == "flb").unwrap();
    let serial = leaf["serial"].as_str().unwrap();
    let shown = desk.ok("list");
    let start = serial.get(..12).unwrap();
    assert!(shown.stdout.contains(&format!("{start}…")), "{shown:#?}");
    for (number, given) in [start, &format!("{start}…"), serial]
        .into_iter()
        .enumerate()
    {
        let out = format!("{number}.cer");
        desk.ok(&format!("export der --serial {given} --out {out}"));
        let found = desk.openssl(&format!("x509 -inform DER -in {out} -noout -serial"));
        assert_eq!(found.trim(), format!("serial={serial}"));
    }
    let other = if start.starts_with('0') { "1" } else { "0" };
    let missing = desk.refused(&format!(
        "export der --serial {other}{} --out no.cer",
        start.get(1..).unwrap()
    ));
    assert!(
        missing.stderr.contains("no certificate has"),
        "{missing:#?}"
    );
}

#[test]
fn a_key_under_a_passphrase_goes_into_pkcs12() {
    let desk = desk();
    desk.write("ca.pass", "of the CA\n");
    desk.ok("ca init locked --cn Locked --key p256 --passphrase-file ca.pass");
    let told = desk.refused("export p12 locked --out locked.p12 --password-file pass");
    assert!(told.stderr.contains("--passphrase-file"), "{told:#?}");
    desk.ok("export p12 locked --out locked.p12 --password-file pass --passphrase-file ca.pass");
    let shown = desk.openssl("pkcs12 -in locked.p12 -passin file:pass -nodes");
    assert!(shown.contains("BEGIN PRIVATE KEY"), "{shown}");
    assert!(shown.contains("subject=CN = Locked"), "{shown}");
}

#[test]
fn the_flag_goes_before_the_section_and_says_so() {
    let desk = desk();
    desk.write("sign.cnf", "[ext]\nsubjectAltName = DNS:section.example\n");
    let told = desk.ok(
        "sign pki/certs/flb/flb.csr --out new.crt --ca web --config sign.cnf --extensions ext --san flag.example",
    );
    assert!(
        told.stdout.contains("--san says DNS:flag.example"),
        "{told:#?}"
    );
    assert!(
        told.stderr
            .contains("--san replaces the subjectAltName that sign.cnf:2"),
        "{told:#?}"
    );
    let told = desk.ok(
        "sign pki/certs/flb/flb.csr --out newer.crt --ca web --config sign.cnf --extensions ext",
    );
    assert!(
        told.stdout.contains("sign.cnf:2 says DNS:section.example"),
        "{told:#?}"
    );
}

#[test]
fn a_ca_made_elsewhere_is_found_among_others() {
    let desk = desk();
    let chain = [desk.read("pki/ca/ca.crt"), desk.read("pki/ca/web.crt")].concat();
    desk.write("chain.crt", chain);
    fs::copy(desk.path("pki/ca/web.key"), desk.path("web.key")).unwrap();
    let sign = "sign pki/certs/flb/flb.csr --pki other --ca-cert chain.crt --ca-key";
    desk.ok(&format!("{sign} web.key --out new.crt"));
    let issuer = desk.openssl("x509 -in new.crt -noout -issuer");
    assert_eq!(issuer.trim(), "issuer=CN = Web");
    let told = desk.refused(&format!("{sign} pki/certs/flb/flb.key --out newer.crt"));
    assert!(told.stderr.contains("does not fit"), "{told:#?}");
}

#[test]
fn passphrases_end_with_their_line() {
    let desk = Sandbox::new();
    desk.write("pass", "correct horse");
    desk.ok("ca init --cn testca.com --key p256 --passphrase-file pass");
    for (number, (given, opens)) in [
        ("correct horse", true),
        ("correct horse\n", true),
        ("correct horse\r\nanother line", true),
        ("correct horse ", false),
        ("", false),
    ]
    .into_iter()
    .enumerate()
    {
        let line = format!("issue client c{number} --key p256 --passphrase-file -");
        let mut command = desk.certmint(&line);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(given.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.success(), opens, "{given:?}: {output:?}");
    }
    let long = "x".repeat(70_000);
    desk.write("long", &long);
    let mut command = desk.certmint("issue client c9 --key p256 --passphrase-file -");
    let told = told(command.stdin(fs::File::open(desk.path("long")).unwrap()));
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("larger than"), "{told:#?}");
}
