//! Many requests signed by one command, and many certificates judged by one: as openssl does and says,
//! one by one.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod judge;
mod sandbox;

use std::fs;

use sandbox::{Sandbox, audit::audit};

/// So many that they are synced together.
const MANY: usize = 40;

/// Requests of openssl in `requests/`, and a folder for their certificates.
fn requests() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::new().with_authority();
    fs::create_dir(sandbox.path("requests")).unwrap();
    fs::create_dir(sandbox.path("signed")).unwrap();
    let names: Vec<String> = (0..MANY).map(|number| format!("n{number}")).collect();
    for name in &names {
        sandbox.openssl(&format!(
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout requests/{name}.key
             -out requests/{name}.csr -subj /CN={name}.internal
             -addext subjectAltName=DNS:{name}.internal"
        ));
    }
    (sandbox, names)
}

fn line(names: &[String]) -> String {
    let files: Vec<String> = names
        .iter()
        .map(|name| format!("requests/{name}.csr"))
        .collect();
    format!("sign {} --out-dir signed", files.join(" "))
}

#[test]
fn many_requests_are_signed_and_each_has_its_file() {
    let (sandbox, names) = requests();
    let told = sandbox.ok(&line(&names));
    assert!(
        told.stdout.starts_with("40 certificates signed\n"),
        "{told:#?}"
    );
    assert!(
        told.stdout.contains("subjectAltName  granted 40 times"),
        "{told:#?}"
    );
    let files: Vec<String> = names
        .iter()
        .map(|name| format!("signed/{name}.crt"))
        .collect();
    let verdict = sandbox.openssl(&format!(
        "verify -x509_strict -purpose sslserver -CAfile pki/ca/ca.crt {}",
        files.join(" ")
    ));
    assert_eq!(verdict.matches(": OK").count(), MANY, "{verdict}");
    for name in &names {
        let public = |line: &str| sandbox.openssl(&format!("{line} -noout -pubkey"));
        assert_eq!(
            public(&format!("x509 -in signed/{name}.crt")),
            public(&format!("req -in requests/{name}.csr")),
        );
    }
    assert_eq!(audit(&sandbox.path("pki")).len(), MANY + 1);
    sandbox.ok("audit verify");

    // Nothing is overwritten, and nothing is signed that could not be written.
    let again = sandbox.refused(&line(&names));
    assert!(
        again
            .stderr
            .contains("signed/n0.crt exists and is not overwritten"),
        "{again:#?}"
    );
}

#[test]
fn what_cannot_be_signed_does_not_keep_the_others_back() {
    let (sandbox, mut names) = requests();
    // Its signature is another's.
    let bad = sandbox.openssl("req -in requests/n1.csr -outform DER -out requests/n1.der");
    assert!(bad.is_empty(), "{bad}");
    let mut der = sandbox.read("requests/n1.der");
    let last = der.len() - 1;
    der[last] ^= 1;
    sandbox.write("requests/n1.csr", der);
    sandbox.write("requests/n2.csr", "nothing");
    names.push("not-there".to_owned());
    let told = sandbox.run(&line(&names));
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stdout
            .starts_with("38 certificates signed, 3 failed\n"),
        "{told:#?}"
    );
    for place in [
        "requests/n1.csr",
        "requests/n2.csr",
        "requests/not-there.csr",
    ] {
        assert_eq!(told.stderr.matches(place).count(), 1, "{place}: {told:#?}");
    }
    assert!(!sandbox.exists("signed/n1.crt") && sandbox.exists("signed/n3.crt"));
    assert_eq!(audit(&sandbox.path("pki")).len(), 39);
}

#[test]
fn places_that_are_wrong_sign_nothing() {
    let (sandbox, _) = requests();
    fs::create_dir(sandbox.path("other")).unwrap();
    fs::copy(
        sandbox.path("requests/n1.csr"),
        sandbox.path("other/n1.csr"),
    )
    .unwrap();
    for (line, said) in [
        (
            "sign requests/n1.csr other/n1.csr --out-dir signed",
            "would both be signed/n1.crt",
        ),
        (
            "sign requests/n1.csr --out-dir nowhere",
            "nowhere is no directory",
        ),
    ] {
        let told = sandbox.refused(line);
        assert!(told.stderr.contains(said), "{said}\n{told:#?}");
    }
    let told = sandbox.run("sign requests/n1.csr requests/n2.csr --out n.crt");
    assert_eq!(told.code, 2, "{told:#?}");
    assert!(
        told.stderr.contains("--out-dir DIR takes several"),
        "{told:#?}"
    );
    // One name for all of them is nobody's wish.
    let told = sandbox.run("sign requests/n1.csr --out-dir signed --san all.internal");
    assert_eq!(told.code, 2, "{told:#?}");
    assert_eq!(audit(&sandbox.path("pki")).len(), 1);
}

#[test]
fn many_certificates_are_judged_each_by_itself() {
    let sandbox = Sandbox::new();
    sandbox.ok("ca init root --cn Root --key p256 --no-passphrase");
    sandbox.ok("ca intermediate sub --issuer root --cn Sub --key p256 --no-passphrase");
    sandbox.ok("ca init other --cn Other --key p256 --no-passphrase");
    for (name, ca) in [("a", "sub"), ("b", "sub"), ("c", "other"), ("d", "root")] {
        sandbox.ok(&format!(
            "issue server {name}.internal --ca {ca} --key p256"
        ));
    }
    let all: Vec<String> = ["a", "b", "c", "d"]
        .iter()
        .map(|name| format!("pki/certs/{name}.internal/{name}.internal.crt"))
        .collect();
    let bundle: Vec<u8> = all.iter().flat_map(|file| sandbox.read(file)).collect();
    sandbox.write("all.pem", bundle);
    let line = "verify --each all.pem pki/ca/sub.crt --ca pki/ca/root.crt";
    let told = sandbox.run(line);
    assert_eq!(told.code, 3, "{told:#?}");
    assert!(
        told.stdout.ends_with("3 accepted, 1 refused\n"),
        "{told:#?}"
    );
    assert!(
        told.stdout.contains("refused  CN = c.internal  serial"),
        "{told:#?}"
    );

    // The same verdicts as openssl's on each.
    let judged = sandbox.run(&format!("{line} --json")).document();
    for (position, file) in all.iter().enumerate() {
        let verdict = judge::openssl()
            .args(["verify", "-x509_strict", "-CAfile", "pki/ca/root.crt"])
            .args(["-untrusted", "pki/ca/sub.crt", file])
            .current_dir(sandbox.root())
            .output()
            .unwrap();
        assert_eq!(
            judged["certificates"][position]["accepted"],
            verdict.status.success(),
            "{file}: {judged:#}"
        );
    }

    // With the lists of revoked certificates.
    sandbox.ok("revoke a.internal --yes");
    sandbox.ok("crl");
    let told = sandbox.run(&format!(
        "{line} --crl pki/crl/sub.crl --crl pki/crl/root.crl"
    ));
    assert_eq!(told.code, 3, "{told:#?}");
    assert!(
        told.stdout.ends_with("2 accepted, 2 refused\n"),
        "{told:#?}"
    );

    let told = sandbox.refused("verify --each pki/ca/sub.crt --ca pki/ca/root.crt");
    assert!(
        told.stderr.contains("certificates of CAs alone"),
        "{told:#?}"
    );
}

#[test]
fn a_glance_shows_what_a_description_shows() {
    let sandbox = Sandbox::new().with_authority();
    sandbox.ok("issue server a --san a.internal --san 10.0.0.1 --san email:a@b.c --key p256 --org Acme,Inc");
    sandbox.ok("issue client b --key rsa2048");
    let read = |file: &str| sandbox.read(file);
    let leaf = read("pki/certs/a/a.crt");
    sandbox.write("two.pem", [leaf.clone(), read("pki/ca/ca.crt")].concat());
    sandbox.write("many.pem", leaf.repeat(300));
    // With a key beside them there is more to look at, and the same is shown.
    for (file, parts) in [
        ("two.pem", "subject,issuer,dates"),
        ("pki/certs/a/a.crt", "subject,san,issuer,dates"),
        ("many.pem", "subject,san"),
    ] {
        let glance = sandbox.ok(&format!("inspect --only {parts} {file}"));
        let all = sandbox.ok(&format!("inspect --only {parts},serial {file}"));
        let without_serial: String = all
            .stdout
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("serial="))
            .collect();
        assert_eq!(glance.stdout, without_serial, "{file}");
    }
}
