//! `issue --show-openssl`

use std::fs;

use crate::{
    desk::{Desk, certmint, desk_with_ca, succeeded},
    hostile::HOSTILE,
};

#[test]
fn leaves_of_every_kind_under_every_kind() {
    for (ca, leaf) in [
        ("rsa2048", "rsa2048"),
        ("p256", "p384"),
        ("p384", "ed25519"),
        ("p521", "rsa3072"),
        ("ed25519", "p256"),
    ] {
        let desk = desk_with_ca(ca);
        for (kind, name) in [
            ("server", "www.2026testsite.com"),
            ("client", "joe@example.com"),
            ("peer", "10.0.0.7"),
        ] {
            let days = ["--days", "365"];
            desk.run(&[&["issue", kind, name, "--key", leaf], &days[..]].concat());
            let file = |suffix: &str| format!("pki/certs/{name}/{name}.{suffix}");
            desk.same_certificate(&file("crt"), "pki/ca/ca.crt");
            desk.same_request(&file("csr"));
        }
    }
}

#[test]
fn names_of_every_kind() {
    let desk = desk_with_ca("p256");
    let long = format!("{}.example.com", ["a".repeat(60), "b".repeat(60)].join("."));
    let names = [
        "*.example.com",
        "dns:日本.example",
        "10.0.0.7",
        "fd00::7",
        "::ffff:10.0.0.1",
        "a!#$%&'*+-/=?^_`{|}~.z@example.com",
        "http://a.example/x,y;z=$HOME&DNS.9=evil#@names",
        "uri:urn:uuid:1",
        "spiffe://example.com/a'b",
    ];
    let names: Vec<&str> = names.iter().flat_map(|name| ["--san", name]).collect();
    let cases: [(&str, &[&str]); 4] = [
        ("all", &names),
        ("*.example.net", &[]),
        (&long, &[]),
        (
            "words",
            &[
                "--cn",
                HOSTILE[5],
                "--org",
                HOSTILE[6],
                "--san",
                "a.example",
            ],
        ),
    ];
    for (name, flags) in cases {
        let issue = ["issue", "server", name, "--key", "p256"];
        let script = desk.run(&[&issue[..], flags].concat());
        let name = name.replace('*', "_wildcard");
        let file = |suffix: &str| format!("pki/certs/{name}/{name}.{suffix}");
        desk.same_certificate(&file("crt"), "pki/ca/ca.crt");
        desk.same_request(&file("csr"));
        assert!(!script.contains("DER:"), "{script}");
    }
}

#[test]
fn chains_through_an_intermediate() {
    let desk = desk_with_ca("p256");
    let intermediate = [
        "--issuer",
        "ca",
        "--cn",
        "Two",
        "--key",
        "p384",
        "--no-passphrase",
    ];
    desk.prepare(&[&["ca", "intermediate", "two"], &intermediate[..]].concat());
    desk.run(&[
        "issue",
        "server",
        "a.example",
        "--key",
        "p256",
        "--ca",
        "two",
    ]);
    for (suffix, leaf) in [("fullchain.crt", 1), ("chain.crt", 0)] {
        let file = format!("pki/certs/a.example/a.example.{suffix}");
        let [ours, theirs] = [desk.ours(), desk.theirs()].map(|folder| {
            let blocks = ::pem::parse_many(fs::read(folder.join(&file)).unwrap()).unwrap();
            blocks[leaf..]
                .iter()
                .map(|block| block.contents().to_vec())
                .collect::<Vec<_>>()
        });
        assert_eq!(theirs, ours, "{suffix}");
        assert_eq!(theirs.len(), 2 - leaf);
    }
    desk.same_content("pki/certs/a.example/a.example.crt", "pki/ca/two.crt");
    // Several CAs, and none named: as the command itself.
    let unnamed = ["issue", "client", "x", "--show-openssl"];
    assert_eq!(certmint(&desk.theirs(), &unnamed).status.code(), Some(1));
}

#[test]
fn without_a_pki_the_usual_paths() {
    let desk = Desk::new();
    let init = [
        "ca",
        "init",
        "--cn",
        "testca.com",
        "--key",
        "rsa2048",
        "--no-passphrase",
    ];
    let first = desk.script(&init);
    let second = desk.script(&["issue", "server", "flb", "--san", "a.example"]);
    let third = desk.script(&["issue", "client", "client01", "--key", "p256"]);
    succeeded(
        &desk.shell(&[first, second, third].concat()),
        &["three scripts"],
    );
    succeeded(&certmint(&desk.ours(), &init), &init);
    for issue in [
        &["server", "flb", "--san", "a.example"][..],
        &["client", "client01", "--key", "p256"],
    ] {
        let arguments = [&["issue"], issue].concat();
        succeeded(&certmint(&desk.ours(), &arguments), &arguments);
    }
    desk.same_certificate("pki/certs/flb/flb.crt", "pki/ca/ca.crt");
    desk.same_certificate("pki/certs/client01/client01.crt", "pki/ca/ca.crt");
}

/// What the CA says of its services is in the script's configuration too, in openssl's words.
#[test]
fn services_of_the_issuer() {
    let desk = desk_with_ca("p256");
    let plain = [
        "http://pki.example/ca.crl",
        "http://pki.example:8080/ca.der?a=b&c=%20",
    ];
    let hostile = ["http://pki.example/a,b;c", "http://pki.example/$HOME#x"];
    for (name, [crl, issuers], in_words) in
        [("a.example", plain, true), ("b.example", hostile, false)]
    {
        let services = [
            "--crl-url",
            crl,
            "--ca-issuers-url",
            issuers,
            "--ocsp-url",
            crl,
        ];
        desk.prepare(&[&["ca", "set", "ca"], &services[..]].concat());
        let script = desk.run(&["issue", "server", name, "--key", "p256"]);
        desk.same_certificate(&format!("pki/certs/{name}/{name}.crt"), "pki/ca/ca.crt");
        assert_eq!(
            script.contains("crlDistributionPoints = URI:"),
            in_words,
            "{script}"
        );
        assert_eq!(script.contains("caIssuers;URI:"), in_words, "{script}");
    }
    // A request that is signed, and a CA below.
    desk.prepare(&["key", "new", "--key", "p256", "--out", "own.key"]);
    desk.prepare(&[
        "csr",
        "new",
        "--key-file",
        "own.key",
        "--san",
        "c.example",
        "--out",
        "own.csr",
    ]);
    desk.run(&["sign", "own.csr", "--out", "own.crt"]);
    desk.same_certificate("own.crt", "pki/ca/ca.crt");
}
