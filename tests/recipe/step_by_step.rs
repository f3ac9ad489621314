//! `key new`, `ca init`, `csr new --config`, `sign --config --extensions`, `verify`: the commands of
//! the recipe, one for one.

use crate::{
    BACKEND, FLB,
    validators::{Path, Purpose, everybody_accepts},
    world::World,
};

#[test]
fn the_recipe_with_rsa() {
    follow("rsa4096", "rsa2048", "sha256WithRSAEncryption");
}

#[test]
fn the_recipe_with_p256() {
    follow("p256", "p256", "ecdsa-with-SHA256");
}

fn follow(authority_key: &str, key: &str, signature: &str) {
    let world = World::with_authority(authority_key);
    for (name, host) in [("flb", FLB), ("backend", BACKEND)] {
        world.fixture(&format!("{name}.cnf"));
        world.ok(&format!("key new --key {key} --out {name}.key"));
        world.ok(&format!(
            "csr new --key-file {name}.key --out {name}.csr --config {name}.cnf"
        ));
        world.accepts(&format!("openssl req -in {name}.csr -noout -verify"));
        world.ok(&format!(
            "sign {name}.csr --out {name}.crt --days 825 --config {name}.cnf --extensions req_ext"
        ));
        world.ok(&format!(
            "verify {name}.crt --ca pki/ca/ca.crt --host {host}"
        ));

        let seen = world.accepts(&format!(
            "openssl x509 -in {name}.crt -noout -subject -ext subjectAltName"
        ));
        assert_eq!(
            seen,
            format!("subject=CN = {host}\nX509v3 Subject Alternative Name: \n    DNS:{host}\n")
        );
        let inspected = world.ok(&format!("inspect {name}.crt --only subject,san"));
        assert_eq!(inspected.stdout, seen);
        let public_key = |line: &str| world.accepts(line);
        assert_eq!(
            public_key(&format!("openssl x509 -in {name}.crt -noout -pubkey")),
            public_key(&format!("openssl pkey -in {name}.key -pubout")),
        );
        let text = world.accepts(&format!("openssl x509 -in {name}.crt -noout -text"));
        assert!(
            text.contains(&format!("Signature Algorithm: {signature}")),
            "{text}"
        );
        let path = Path {
            root: "pki/ca/ca.crt",
            intermediates: None,
            leaf: &format!("{name}.crt"),
        };
        everybody_accepts(&world, &path, &Purpose::Server(host));
    }
    let listed = world.json("list");
    let subjects: Vec<&str> = listed["certificates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["subject"].as_str().unwrap())
        .collect();
    assert_eq!(
        subjects,
        [
            "CN=testca.com",
            "CN=www.2026testsite.com",
            "CN=backend.internal.local"
        ]
    );
}

#[test]
fn the_root_is_what_the_recipe_makes_and_what_it_forgets() {
    let world = World::with_authority("rsa4096");
    let text = world.accepts("openssl x509 -in pki/ca/ca.crt -noout -text");
    for expected in [
        "Subject: CN = testca.com",
        "Issuer: CN = testca.com",
        "Signature Algorithm: sha256WithRSAEncryption",
        "Public-Key: (4096 bit)",
        "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:1",
        "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign",
        "X509v3 Subject Key Identifier",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(!text.contains("Authority Key Identifier"), "{text}");
    assert_eq!(days(&world, "pki/ca/ca.crt"), "3650");
}

#[test]
fn a_leaf_has_what_the_recipe_forgets() {
    let world = World::with_authority("p256");
    world.fixture("flb.cnf");
    world.ok("key new --key rsa2048 --out flb.key");
    world.ok("csr new --key-file flb.key --out flb.csr --config flb.cnf");
    world.ok("sign flb.csr --out flb.crt --config flb.cnf --extensions req_ext");
    let text = world.accepts("openssl x509 -in flb.crt -noout -text");
    for expected in [
        "Version: 3 (0x2)",
        "X509v3 Basic Constraints: critical\n                CA:FALSE",
        "X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment",
        "X509v3 Extended Key Usage: \n                TLS Web Server Authentication",
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert_eq!(days(&world, "flb.crt"), "825");
}

/// Days of validity: the end is inclusive (RFC 5280 §4.1.2.5), and the start lies five minutes back.
fn days(world: &World, file: &str) -> String {
    const PROGRAM: &str = r#"
import sys
from cryptography import x509
from datetime import timedelta
one = x509.load_pem_x509_certificate(open(sys.argv[1], "rb").read())
print((one.not_valid_after_utc - one.not_valid_before_utc + timedelta(seconds=1)).days)
"#;
    world.python(PROGRAM, &[file]).trim().to_owned()
}
