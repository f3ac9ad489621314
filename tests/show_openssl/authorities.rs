//! `ca init --show-openssl`

use crate::{desk::Desk, facts::one_block, hostile::HOSTILE};

#[test]
fn roots() {
    let constraints = [
        "--permit-dns",
        "internal.local",
        "--permit-dns",
        "bücher.example",
        "--permit-ip",
        "10.0.0.0/8",
        "--permit-ip",
        "fd00::/9",
        "--path-len",
        "0",
    ];
    let subject = [
        "--country",
        "JP",
        "--state",
        HOSTILE[0],
        "--locality",
        HOSTILE[1],
        "--org",
        HOSTILE[2],
        "--org-unit",
        HOSTILE[3],
        "--org-unit",
        HOSTILE[4],
    ];
    let cases: [(&str, &str, &[&str]); 5] = [
        ("rsa2048", "testca.com", &[]),
        ("p256", HOSTILE[5], &subject),
        ("p384", HOSTILE[6], &constraints),
        ("p521", HOSTILE[7], &["--days", "36500", "--path-len", "3"]),
        ("ed25519", "Ed", &["--permit-ip", "0.0.0.0/0"]),
    ];
    for (kind, name, more) in cases {
        let desk = Desk::new();
        let flags = ["ca", "init", "--cn", name, "--key", kind, "--no-passphrase"];
        let script = desk.run(&[&flags[..], more].concat());
        desk.same_certificate("pki/ca/ca.crt", "pki/ca/ca.crt");
        assert!(!script.contains("DER:"), "{script}");
    }
}

#[test]
fn a_root_with_a_passphrase() {
    let desk = Desk::new();
    desk.write("root.pass", "correct horse\n");
    let flags = [
        "--key",
        "p256",
        "--passphrase-file",
        "root.pass",
        "--pki",
        "my pki",
    ];
    desk.run(&[&["ca", "init", "lab", "--cn", "Lab"], &flags[..]].concat());
    desk.same_certificate("my pki/ca/lab.crt", "my pki/ca/lab.crt");
    one_block(
        &desk.theirs().join("my pki/ca/lab.key"),
        "ENCRYPTED PRIVATE KEY",
    );
}
