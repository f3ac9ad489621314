//! The manifest of what is there.

use crate::world::World;

/// Everything that a manifest can say of CAs and certificates, as it was said to the commands.
#[test]
fn what_was_made_here_is_written_down() {
    let world = World::new();
    world.ok(
        "ca init --cn 'Lab Root' --org Lab --country DE --key p256 --no-passphrase \
         --permit-dns lab.internal --permit-ip 10.0.0.0/8 --permit-ip fd00::/8",
    );
    world
        .ok("ca intermediate web --issuer ca --cn 'Lab Web' --key p384 --days 700 --no-passphrase");
    world.ok("issue server www.lab.internal --san 10.0.0.7 --ca web --key p256 --days 90");
    world.ok("issue client joe --cn 'Joe Doe' --ca ca --days 30");
    world.ok("issue peer node --san dns:node.lab.internal --ca web --days 600");
    let told = world.ok("manifest from-inventory");
    assert_eq!(told.stderr, "");
    assert_eq!(
        told.stdout,
        r#"[ca.ca]
common_name = "Lab Root"
country = "DE"
organization = "Lab"
key = "p256"
permit_dns = ["lab.internal"]
permit_ip = ["10.0.0.0/8", "fd00::/8"]
passphrase = "none"

[ca.web]
common_name = "Lab Web"
issuer = "ca"
key = "p384"
days = 700
passphrase = "none"

[server."www.lab.internal"]
san = ["www.lab.internal", "10.0.0.7"]
ca = "web"
key = "p256"
days = 90

[client.joe]
common_name = "Joe Doe"
ca = "ca"
days = 30

[peer.node]
san = ["node.lab.internal"]
ca = "web"
days = 600
"#
    );
    world.ok("manifest from-inventory --out pki.toml");
    assert_eq!(world.read_text("pki.toml"), told.stdout);
    world.ok("manifest check");
    world.ok("plan --check");
    world.refused("manifest from-inventory --out pki.toml");
}

#[test]
fn what_was_adopted_is_written_down_as_far_as_it_has_a_name() {
    let world = World::with_openssl_ca();
    for host in ["one", "two"] {
        world.openssl_issues(&format!("{host}.example"));
    }
    std::fs::copy(
        world.path("one.example.key"),
        world.path("old/private/one.example.key"),
    )
    .unwrap();
    world.write("old.pass", "secret\n");
    world.ok("ca import old old --new-passphrase-file old.pass --with-files");
    let told = world.ok("manifest from-inventory");
    assert!(
        told.stderr.contains("1 certificate without a name"),
        "{told:#?}"
    );
    // The key is encrypted, so its passphrase is asked for, as usual.
    assert_eq!(
        told.stdout,
        r#"[ca.old]
common_name = "Old CA"
organization = "Old"
key = "rsa2048"
path_length = "unlimited"

[server."one.example"]
key = "p256"
days = 400
"#
    );
    world.ok("manifest from-inventory --out pki.toml");
    world.ok("plan --check");
}

#[test]
fn what_a_manifest_cannot_say_is_told() {
    let world = World::with_openssl_ca();
    // A server without a host name, as only a foreign CA makes it.
    world.accepts(
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
         -keyout old/private/nameless.key -out nameless.csr -subj /CN=nameless -config openssl.cnf",
    );
    world.accepts("openssl ca -batch -notext -config openssl.cnf -in nameless.csr");
    world.ok("ca import old old --no-passphrase --with-files");
    let report = world.json("manifest from-inventory");
    assert_eq!(report["certificates"], 0);
    assert_eq!(report["left_out"][0]["table"], "server");
    assert_eq!(report["left_out"][0]["name"], "nameless");
    let reason = report["left_out"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("without a host name"), "{reason}");
    world.write("pki.toml", report["manifest"].as_str().unwrap());
    world.ok("manifest check");
}
