//! `sign --show-openssl`

use crate::{
    desk::{Desk, certmint, desk_with_ca, openssl, succeeded},
    requests::CONFIGURATION,
};

#[test]
fn signed_requests() {
    let desk = desk_with_ca("p384");
    desk.write("flb.cnf", CONFIGURATION);
    let copying = "[ca]\ndefault_ca = d\n[d]\ncopy_extensions = none\n[e]\n1.2.3.4 = DER:0500\n";
    desk.write("none.cnf", copying);
    desk.openssl(&["genpkey", "-algorithm", "RSA", "-out", "r.key"]);
    let new = ["req", "-new", "-key", "r.key", "-config", "flb.cnf"];
    desk.openssl(&[&new[..], &["-out", "a.csr"]].concat());
    let multi = "/DC=com/DC=example/CN=a+OU=b $(touch pwned)";
    let subject = ["-subj", multi, "-multivalue-rdn", "-reqexts", "none"];
    desk.openssl(&[&new[..], &subject, &["-outform", "DER", "-out", "b.der"]].concat());
    let cases: [(&str, &[&str], &str); 9] = [
        ("a.csr", &[], "www.2026testsite.com"),
        (
            "a.csr",
            &["--config", "flb.cnf", "--extensions", "req_ext"],
            "1.2.3.4.5 = DER:",
        ),
        (
            "a.csr",
            &["--config", "flb.cnf", "--extensions", "none"],
            "subjectAltName\n2.5.29.17",
        ),
        (
            "a.csr",
            &["--san", "c.example", "--profile", "peer"],
            "c.example",
        ),
        (
            "a.csr",
            &["--profile", "client", "--days", "5000"],
            "clientAuth",
        ),
        ("b.der", &[], "-inform DER"),
        (
            "b.der",
            &["--days", "900", "--allow-long-life"],
            "-days 900",
        ),
        (
            "b.der",
            &["--san", "http://a.example/", "--profile", "client"],
            "URI.1",
        ),
        (
            "a.csr",
            &[
                "--config",
                "none.cnf",
                "--extensions",
                "e",
                "--san",
                "x.example",
            ],
            "1.2.3.4 = ",
        ),
    ];
    for (position, (request, flags, expected)) in cases.iter().enumerate() {
        // The root lives 3650 days.
        if flags.contains(&"5000") {
            let sign = ["sign", request, "--out", "long.crt", "--show-openssl"];
            let output = certmint(&desk.ours(), &[&sign[..], flags].concat());
            assert!(String::from_utf8_lossy(&output.stderr).contains("outlives its issuer"));
            continue;
        }
        let out = format!("{position} it's.crt");
        let script = desk.run(&[&["sign", request, "--out", &out], *flags].concat());
        assert!(script.contains(expected), "{expected}\n{script}");
        desk.same_content(&out, "pki/ca/ca.crt");
        for folder in [desk.ours(), desk.theirs()] {
            openssl(&folder, &["verify", "-CAfile", "pki/ca/ca.crt", &out]);
        }
    }
}

#[test]
fn signed_by_the_ca_of_somebody_else() {
    let desk = Desk::new();
    let root = [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "900",
    ];
    desk.write("no-ski.cnf", "[req]\ndistinguished_name = d\n[d]\n[v3]\nbasicConstraints = CA:TRUE\nsubjectKeyIdentifier = none\n");
    let plain = [
        "-config",
        "no-ski.cnf",
        "-extensions",
        "v3",
        "-keyout",
        "no.key",
        "-out",
        "no.crt",
    ];
    desk.openssl(&[&root[..], &["-subj", "/DC=com/DC=example/CN=Old"], &plain].concat());
    let usual = [
        "-subj",
        "/CN=Usual",
        "-keyout",
        "usual.key",
        "-out",
        "usual.crt",
    ];
    desk.openssl(&[&root[..], &usual].concat());
    desk.prepare(&["key", "new", "--key", "p256", "--out", "r.key"]);
    desk.prepare(&[
        "csr",
        "new",
        "--key-file",
        "r.key",
        "--out",
        "r.csr",
        "--san",
        "a.example",
    ]);
    for ca in ["no", "usual"] {
        let (certificate, key, out) = (
            format!("{ca}.crt"),
            format!("{ca}.key"),
            format!("{ca}-leaf.crt"),
        );
        let by = ["--ca-cert", &certificate, "--ca-key", &key, "--days", "100"];
        let sign = [&["sign", "r.csr", "--out", &out], &by[..]].concat();
        // certmint keeps its inventory in a PKI directory; the script makes none.
        succeeded(&desk.shell(&desk.script(&sign)), &sign);
        succeeded(&certmint(&desk.ours(), &sign), &sign);
        desk.same_content(&out, &certificate);
        openssl(&desk.theirs(), &["verify", "-CAfile", &certificate, &out]);
    }
}
