//! `key new --show-openssl`

use x509_parser::prelude::*;

use crate::{
    desk::{Desk, openssl},
    facts::{key_kind, one_block},
};

#[test]
fn keys() {
    for kind in ["rsa2048", "rsa3072", "p256", "p384", "p521", "ed25519"] {
        let desk = Desk::new();
        desk.run(&["key", "new", "--key", kind, "--out", "a b'c.key"]);
        let [ours, theirs] = [desk.ours(), desk.theirs()].map(|folder| {
            one_block(&folder.join("a b'c.key"), "PRIVATE KEY");
            openssl(
                &folder,
                &["pkey", "-in", "a b'c.key", "-pubout", "-out", "public.pem"],
            );
            let der = one_block(&folder.join("public.pem"), "PUBLIC KEY");
            key_kind(&SubjectPublicKeyInfo::from_der(&der).unwrap().1)
        });
        assert_eq!(theirs, ours);
    }
}

#[test]
fn an_encrypted_key() {
    let desk = Desk::new();
    desk.write("it's a pass", "correct horse\nsecond line\n");
    let out = ["--out", "k.key", "--passphrase-file", "it's a pass"];
    desk.run(&[&["key", "new", "--key", "p256"], &out[..]].concat());
    for folder in [desk.ours(), desk.theirs()] {
        one_block(&folder.join("k.key"), "ENCRYPTED PRIVATE KEY");
        let parsed = openssl(&folder, &["asn1parse", "-in", "k.key"]);
        for expected in [
            "PBES2",
            "PBKDF2",
            ":0927C0",
            "hmacWithSHA256",
            "aes-256-cbc",
        ] {
            assert!(parsed.contains(expected), "{expected} in {parsed}");
        }
        let pass = "file:it's a pass";
        openssl(
            &folder,
            &["pkey", "-in", "k.key", "-passin", pass, "-noout"],
        );
    }
}
