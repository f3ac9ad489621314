//! The same formats beside a manifest: written, kept up to date, and refused where they cannot be.

use super::{kubernetes::objects, mode};
use crate::world::World;

const MANIFEST: &str = r#"
[ca.ca]
common_name = "testca.com"
key = "p256"
passphrase = "none"

[server.flb]
san = ["www.2026testsite.com"]
key = "p256"
export.jks = { password_file = "password", alias = "Web" }
export.truststore = { password_file = "password" }
export.k8s = { namespace = "web", name = "flb-tls" }

[client.joe]
key = "p256"
export.truststore = { password_file = "password", format = "jks", file = "joe.jks" }
export.k8s = { kind = "config-map" }
"#;

fn serial(world: &World, file: &str, alias: &str) -> String {
    let kind = if file.ends_with("jks") {
        "JKS"
    } else {
        "PKCS12"
    };
    let pem = world.accepts(&format!(
        "keytool -exportcert -rfc -alias {alias} -keystore {file} -storetype {kind} -storepass:file password"
    ));
    world.write("one.crt", pem);
    world.accepts("openssl x509 -in one.crt -noout -serial")
}

#[test]
fn exports_are_made_and_renewed() {
    let world = World::new();
    world.write("password", "secret0\n");
    world.write("pki.toml", MANIFEST);
    world.ok("apply");
    for (file, expected) in [
        ("flb.jks", 0o600),
        ("flb.trust.p12", 0o644),
        ("flb.yaml", 0o600),
        ("joe.jks", 0o644),
        ("joe.yaml", 0o644),
    ] {
        assert_eq!(mode(&world, file), expected, "{file}");
    }
    assert_eq!(world.json("plan")["steps"], serde_json::json!([]));
    let root = world.accepts("openssl x509 -in pki/ca/ca.crt -noout -serial");
    assert_eq!(serial(&world, "flb.trust.p12", "flb"), root);
    assert_eq!(serial(&world, "joe.jks", "joe"), root);
    assert_eq!(objects(&world, "joe.yaml")[0]["kind"], "ConfigMap");
    let current = || world.accepts("openssl x509 -in pki/certs/flb/flb.crt -noout -serial");
    let first = current();
    assert_eq!(serial(&world, "flb.jks", "web"), first);

    world.ok("renew flb --manifest pki.toml");
    assert_ne!(current(), first);
    assert_eq!(serial(&world, "flb.jks", "web"), current());
    let secret = &objects(&world, "flb.yaml")[0];
    assert_eq!(secret["metadata"]["name"], "flb-tls");
    assert_eq!(
        secret["data"]["tls.crt"].as_str().unwrap(),
        world.read_text("pki/certs/flb/flb.fullchain.crt")
    );
    assert_eq!(world.json("plan")["steps"], serde_json::json!([]));

    // A new root, and everything that has it is written again.
    let old_root = root;
    world.ok("ca renew ca");
    let root = world.accepts("openssl x509 -in pki/ca/ca.crt -noout -serial");
    assert_ne!(root, old_root);
    assert_eq!(serial(&world, "flb.trust.p12", "flb"), root);
    assert_eq!(serial(&world, "joe.jks", "joe"), root);
    assert_eq!(world.json("plan")["steps"], serde_json::json!([]));
}

#[test]
fn another_wish_is_another_file() {
    let world = World::new();
    world.write("password", "secret0\n");
    world.write("pki.toml", MANIFEST);
    world.ok("apply");
    for (old, new, file) in [
        ("\"Web\"", "\"site\"", "flb.jks"),
        ("\"flb-tls\"", "\"flb\"", "flb.yaml"),
        ("kind = \"config-map\"", "kind = \"both\"", "joe.yaml"),
    ] {
        world.write("pki.toml", world.read_text("pki.toml").replace(old, new));
        let told = world.ok("plan").stdout;
        assert!(
            told.contains(&format!("{file} is not what the manifest says")),
            "{told}"
        );
        world.ok("apply");
        assert_eq!(world.json("plan")["steps"], serde_json::json!([]));
    }
    assert_eq!(mode(&world, "joe.yaml"), 0o600);
}
