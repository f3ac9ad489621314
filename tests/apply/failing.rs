//! What fails does not keep the rest back, and the exit code says so.

use crate::sandbox::Sandbox;

const MANIFEST: &str = "
[ca.open]
common_name = \"Open\"
key = \"p256\"
passphrase = \"none\"

[ca.locked]
common_name = \"Locked\"
key = \"p256\"
passphrase = { file = \"locked.pass\" }

[server.first]
ca = \"locked\"
key = \"p256\"
san = [\"first.example.com\"]

[server.second]
ca = \"open\"
key = \"p256\"
san = [\"second.example.com\"]

[client.third]
ca = \"locked\"
key = \"p256\"
";

#[test]
fn a_ca_whose_passphrase_is_wrong_keeps_nothing_else_back() {
    let sandbox = Sandbox::new();
    sandbox.write("pki.toml", MANIFEST);
    sandbox.write("locked.pass", "the right one\n");
    // Only the CAs at first.
    let authorities = &MANIFEST[..MANIFEST.find("[server.first]").unwrap()];
    sandbox.write("pki.toml", authorities);
    sandbox.ok("apply");
    sandbox.write("pki.toml", MANIFEST);
    sandbox.write("locked.pass", "a wrong one\n");
    let told = sandbox.run("apply");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stdout.contains("✗ first: issue"), "{told:#?}");
    assert!(told.stdout.contains("✓ second: issue"), "{told:#?}");
    assert!(told.stdout.contains("✗ third: issue"), "{told:#?}");
    assert!(told.stdout.ends_with("1 of 3 steps done\n"), "{told:#?}");
    assert!(
        told.stderr
            .contains("first: issue: the key of CA locked cannot be used"),
        "{told:#?}"
    );
    assert!(told.stderr.contains("third: issue"), "{told:#?}");
    assert!(!told.stderr.contains("wrong one"), "{told:#?}");
    assert!(sandbox.exists("pki/certs/second/second.key"));
    assert!(!sandbox.exists("pki/certs/first"));

    sandbox.write("locked.pass", "the right one\n");
    let told = sandbox.ok("apply");
    assert!(told.stdout.ends_with("2 steps done\n"), "{told:#?}");
    assert_eq!(sandbox.ok("apply").stdout, "nothing to do\n");
}

#[test]
fn a_ca_that_could_not_be_made_is_named_by_what_needs_it() {
    let sandbox = Sandbox::new();
    sandbox.write("pki.toml", MANIFEST);
    let told = sandbox.run("apply");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("locked.pass"), "{told:#?}");
    assert!(
        told.stderr
            .contains("first: issue: its CA locked is not there"),
        "{told:#?}"
    );
    assert!(told.stdout.contains("✓ second: issue"), "{told:#?}");
}

#[test]
fn a_certificate_whose_servers_do_not_take_it_is_made_once_and_tried_again() {
    let sandbox = Sandbox::new();
    let manifest = |names: &str, reload: &str| {
        format!(
            "[ca.ca]\ncommon_name = \"testca.com\"\nkey = \"p256\"\npassphrase = \"none\"\n
             [server.www]\nkey = \"p256\"\nsan = [{names}]\nreload = \"{reload}\"\n"
        )
    };
    sandbox.write("pki.toml", manifest("\"a.example.com\"", "true"));
    sandbox.ok("apply");
    let first = sandbox.read("pki/certs/www/www.crt");
    let names = "\"a.example.com\", \"b.example.com\"";
    for _ in 0..3 {
        sandbox.write(
            "pki.toml",
            manifest(names, "echo no such server >&2; false"),
        );
        let told = sandbox.run("apply");
        assert_eq!(told.code, 1, "{told:#?}");
        assert!(told.stdout.contains("✗ www: not in use"), "{told:#?}");
        assert!(told.stderr.contains("no such server"), "{told:#?}");
        assert_eq!(sandbox.read("pki/certs/www/www.crt"), first);
    }
    sandbox.write("pki.toml", manifest(names, "true"));
    let told = sandbox.ok("apply");
    assert!(told.stdout.contains("✓ www: in use"), "{told:#?}");
    let text = sandbox.openssl("x509 -in pki/certs/www/www.crt -noout -ext subjectAltName");
    assert!(text.contains("DNS:b.example.com"), "{text}");
    assert_eq!(sandbox.ok("apply").stdout, "nothing to do\n");
    let listed = sandbox.ok("list --json --name www").document();
    assert_eq!(
        listed["certificates"].as_array().unwrap().len(),
        2,
        "{listed:#}"
    );
    sandbox.ok("audit verify");
}

const CLIENT: &str =
    "[ca.ca]\ncommon_name = \"testca.com\"\nkey = \"p256\"\npassphrase = \"none\"\ncrl_days = 10\n
[client.z]\nkey = \"p256\"\n";

#[test]
fn an_export_replaces_nothing_that_was_not_written_for_it() {
    for inside in [
        "pki/ca/ca.key",
        "pki/certs/z/z.key",
        "pki/crl/ca.crl",
        "pki/inventory.sqlite-wal",
        "link/ca.key",
        "pki/../pki/x.pem",
    ] {
        let sandbox = Sandbox::new();
        std::os::unix::fs::symlink("pki/ca", sandbox.path("link")).unwrap();
        sandbox.write(
            "pki.toml",
            format!("{CLIENT}export.pem = {{ file = \"{inside}\" }}\n"),
        );
        for _ in 0..2 {
            let told = sandbox.run("apply");
            assert_eq!(told.code, 1, "{inside}\n{told:#?}");
            assert!(
                told.stderr.contains("is in the PKI directory"),
                "{inside}\n{told:#?}"
            );
        }
        sandbox.openssl("pkey -in pki/ca/ca.key -noout");
        sandbox.openssl("pkey -in pki/certs/z/z.key -noout");
        sandbox.openssl("crl -in pki/crl/ca.crl -noout -CAfile pki/ca/ca.crt");
        sandbox.ok("audit verify");
    }
    // One that failed is not remembered as ours.
    let sandbox = Sandbox::new();
    sandbox.write(
        "pki.toml",
        format!("{CLIENT}export.pem = {{ file = \"out/z.pem\" }}\n"),
    );
    let told = sandbox.run("apply");
    assert_eq!(told.code, 1, "{told:#?}");
    std::fs::create_dir(sandbox.path("out")).unwrap();
    sandbox.write("out/z.pem", "mine");
    assert_eq!(sandbox.run("apply").code, 1);
    assert_eq!(sandbox.read("out/z.pem"), b"mine");
    std::fs::remove_file(sandbox.path("out/z.pem")).unwrap();
    sandbox.ok("apply");
    sandbox.openssl("x509 -in out/z.pem -noout");
}

#[test]
fn an_export_holds_what_is_in_use() {
    let sandbox = Sandbox::new();
    let manifest = |names: &str| {
        format!(
            "[ca.ca]\ncommon_name = \"testca.com\"\nkey = \"p256\"\npassphrase = \"none\"\n
             [server.www]\nkey = \"p256\"\nsan = [{names}]\nreload = \"test -e up\"\nexport.der = {{ file = \"www.cer\" }}\n"
        )
    };
    sandbox.write("pki.toml", manifest("\"a.example.com\""));
    sandbox.ok("apply");
    let first = sandbox.read("www.cer");
    sandbox.write("pki.toml", manifest("\"a.example.com\", \"b.example.com\""));
    let told = sandbox.run("apply");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stdout.contains("✗ www: reissue"), "{told:#?}");
    assert!(told.stdout.contains("✗ www: export"), "{told:#?}");
    assert!(told.stdout.ends_with("0 of 2 steps done\n"), "{told:#?}");
    assert_eq!(sandbox.read("www.cer"), first);
    sandbox.write("up", "");
    sandbox.ok("apply");
    assert_ne!(sandbox.read("www.cer"), first);
    assert_eq!(sandbox.ok("apply").stdout, "nothing to do\n");
}
