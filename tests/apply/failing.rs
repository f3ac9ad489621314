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
