//! `key_file`: keys that were made elsewhere.

use crate::sandbox::Sandbox;

const MANIFEST: &str = "
[ca.ca]
common_name = \"CA\"
key_file = \"keys/ca.key\"
passphrase = \"none\"

[server.web]
key_file = \"keys/web.key\"
san = [\"web.example.com\"]

[client.new]
key = \"p256\"
";

/// The public key of a private key, as openssl writes it.
fn public(sandbox: &Sandbox, key: &str) -> String {
    sandbox.openssl(&format!("pkey -in {key} -pubout"))
}

#[test]
fn a_ca_and_a_server_get_the_keys_that_openssl_made() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("keys")).unwrap();
    sandbox.openssl("genrsa -out keys/ca.key 4096");
    sandbox.openssl("genrsa -traditional -out keys/web.key 2048");
    sandbox.write("pki.toml", MANIFEST);
    sandbox.ok("apply");
    for (theirs, ours, certificate) in [
        ("keys/ca.key", "pki/ca/ca.key", "pki/ca/ca.crt"),
        (
            "keys/web.key",
            "pki/certs/web/web.key",
            "pki/certs/web/web.crt",
        ),
    ] {
        let wanted = public(&sandbox, theirs);
        assert_eq!(public(&sandbox, ours), wanted, "{ours}");
        let certified = sandbox.openssl(&format!("x509 -in {certificate} -noout -pubkey"));
        assert_eq!(certified, wanted, "{certificate}");
    }
    sandbox.openssl(
        "verify -x509_strict -CAfile pki/ca/ca.crt pki/certs/web/web.crt pki/certs/new/new.crt",
    );
    assert_eq!(sandbox.ok("apply").stdout, "nothing to do\n");

    // Only the first certificate is for it: a renewal has a key of its own.
    sandbox.ok("renew web");
    assert_ne!(
        public(&sandbox, "pki/certs/web/web.key"),
        public(&sandbox, "keys/web.key")
    );
}

#[test]
fn a_key_that_cannot_be_used_keeps_only_its_own_certificate_back() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("keys")).unwrap();
    sandbox.openssl("genrsa -out keys/ca.key 4096");
    let manifest = MANIFEST.to_owned();
    for (key, said) in [
        (
            "genrsa -out keys/web.key 3072",
            "the manifest wants rsa2048",
        ),
        (
            "genrsa -aes128 -passout pass:secret -out keys/web.key 2048",
            "the private key is encrypted",
        ),
        ("rand -out keys/web.key 100", "keys/web.key"),
    ] {
        sandbox.openssl(key);
        sandbox.write("pki.toml", &manifest);
        let told = sandbox.run("apply");
        assert_eq!(told.code, 1, "{told:#?}");
        assert!(told.stderr.contains(said), "{said}\n{told:#?}");
        assert!(told.stderr.contains("web: issue"), "{told:#?}");
        assert!(sandbox.exists("pki/certs/new/new.crt"), "{told:#?}");
        assert!(!sandbox.exists("pki/certs/web"), "{told:#?}");
    }
    std::fs::remove_file(sandbox.path("keys/web.key")).unwrap();
    let told = sandbox.run("apply");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("keys/web.key"), "{told:#?}");
}
