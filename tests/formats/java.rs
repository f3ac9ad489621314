//! `export jks`, `export p12 --trust`: opened by `keytool`, and served and called with by Java.

use super::{fingerprint, mode, public_key, world};
use crate::world::World;

/// What Java says of a handshake in which everybody has the key store and the given trust stores.
fn handshake(world: &World, keys: &str, served: &str, called: &str) -> String {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/Stores.java");
    world.accepts(&format!("java {program} password {keys} {served} {called}"))
}

#[test]
fn java_serves_and_calls_with_the_stores() {
    let world = world();
    world.ok("issue peer peer1 --san localhost --ca web --key rsa2048 --cn localhost");
    world.ok("export jks peer1 --out peer1.jks --alias Web.Server --password-file password");
    world.ok("export p12 peer1 --out peer1.p12 --password-file password");
    for ending in ["jks", "p12"] {
        for name in ["ca", "web", "other"] {
            let format = ending;
            world.ok(&format!(
                "export {format} {name} --trust --out {name}.{ending} --password-file password"
            ));
            assert_eq!(mode(&world, &format!("{name}.{ending}")), 0o644);
        }
    }
    // The server of the first trusts by the intermediate alone.
    let told = handshake(&world, "peer1.jks", "web.p12", "ca.jks");
    assert_eq!(told, "key web.server\naccepted CN=localhost\n");
    let told = handshake(&world, "peer1.p12", "ca.jks", "web.p12");
    assert_eq!(told, "key peer1\naccepted CN=localhost\n");
    let told = handshake(&world, "peer1.jks", "ca.p12", "other.p12");
    assert!(told.contains("refused PKIX path building failed"), "{told}");
    let told = handshake(&world, "peer1.p12", "other.jks", "ca.p12");
    assert!(told.contains("\nrefused "), "{told}");
}

#[test]
fn keytool_opens_a_key_store() {
    let world = world();
    for (kind, name) in [("rsa2048", "rsa"), ("p384", "ec"), ("ed25519", "ed")] {
        world.ok(&format!("issue client {name} --ca web --key {kind}"));
        world.ok(&format!(
            "export jks {name} --out {name}.jks --password-file password"
        ));
        assert_eq!(mode(&world, &format!("{name}.jks")), 0o600);
        let store = format!("-keystore {name}.jks -storetype JKS -storepass:file password");
        let listed = world.accepts(&format!("keytool -list -v {store}"));
        assert!(
            listed.contains(&format!("Alias name: {name}\n")),
            "{listed}"
        );
        assert!(listed.contains("Entry type: PrivateKeyEntry"), "{listed}");
        assert!(listed.contains("Certificate chain length: 3"), "{listed}");
        world.accepts(&format!(
            "keytool -exportcert -rfc -alias {name} -file {name}.crt {store}"
        ));
        assert_eq!(
            fingerprint(&world, &format!("{name}.crt")),
            fingerprint(&world, &format!("pki/certs/{name}/{name}.crt"))
        );
        // Only who decrypts the key can import it.
        world.accepts(&format!(
            "keytool -importkeystore -noprompt -srckeystore {name}.jks -srcstoretype JKS -srcstorepass:file password -destkeystore {name}.p12 -deststoretype PKCS12 -deststorepass:file password"
        ));
        let key = world.accepts(&format!(
            "openssl pkcs12 -in {name}.p12 -nocerts -nodes -passin file:password"
        ));
        world.write("again.key", key);
        assert_eq!(
            public_key(&world, "again.key"),
            public_key(&world, &format!("pki/certs/{name}/{name}.key"))
        );
    }
    // With another password, and with one changed octet, nothing opens.
    world.write("wrong", "secret1\n");
    let told = world.judge("keytool -list -keystore rsa.jks -storetype JKS -storepass:file wrong");
    assert!(!told.status.success());
    let mut octets = world.read("rsa.jks");
    octets[40] ^= 1;
    world.write("rsa.jks", octets);
    let told =
        world.judge("keytool -list -keystore rsa.jks -storetype JKS -storepass:file password");
    assert!(!told.status.success());
}

#[test]
fn keytool_trusts_what_a_trust_store_has() {
    let world = world();
    for (line, store, kind) in [
        (
            "export p12 ca --trust --out t.p12 --friendly-name 'Our Root'",
            "t.p12",
            "PKCS12",
        ),
        (
            "export p12 ca --trust --out l.p12 --friendly-name 'Our Root' --for legacy",
            "l.p12",
            "PKCS12",
        ),
        (
            "export jks ca --trust --out t.jks --alias 'Our Root'",
            "t.jks",
            "JKS",
        ),
    ] {
        world.ok(&format!("{line} --password-file password"));
        let store = format!("-keystore {store} -storetype {kind} -storepass:file password");
        let listed = world.accepts(&format!("keytool -list -v {store}"));
        assert!(listed.contains("Entry type: trustedCertEntry"), "{listed}");
        assert!(listed.contains("Alias name: our root\n"), "{listed}");
        world.accepts(&format!(
            "keytool -exportcert -rfc -alias 'Our Root' -file root.crt {store}"
        ));
        assert_eq!(
            fingerprint(&world, "root.crt"),
            fingerprint(&world, "pki/ca/ca.crt")
        );
    }
    // What openssl makes of the same certificate is none: the mark of trust is what counts.
    world.accepts(
        "openssl pkcs12 -export -nokeys -in pki/ca/ca.crt -out plain.p12 -passout file:password",
    );
    let listed = world
        .accepts("keytool -list -keystore plain.p12 -storetype PKCS12 -storepass:file password");
    assert!(listed.contains("contains 0 entries"), "{listed}");
    // A certificate stands for the root above it.
    world.ok("export p12 localhost --trust --out of-leaf.p12 --password-file password");
    let listed = world.accepts(
        "keytool -list -v -keystore of-leaf.p12 -storetype PKCS12 -storepass:file password",
    );
    assert!(listed.contains("Owner: CN=testca.com"), "{listed}");
    assert!(
        listed.contains("Your keystore contains 1 entry"),
        "{listed}"
    );
    let described = world.json("inspect of-leaf.p12 --password-file password");
    assert!(described.to_string().contains("testca.com"), "{described}");
}

/// While a root is rolled over, both are trusted; when the old one is retired, the new one alone.
#[test]
fn a_trust_store_follows_a_rollover() {
    let world = world();
    let owners = |file: &str| -> Vec<String> {
        let told = world.accepts(&format!(
            "keytool -list -v -keystore {file} -storetype PKCS12 -storepass:file password"
        ));
        let aliases = told
            .lines()
            .filter_map(|line| line.strip_prefix("Alias name: "));
        let mut aliases: Vec<String> = aliases.map(str::to_owned).collect();
        aliases.sort();
        aliases
    };
    let export = |name: &str, file: &str| {
        world.ok(&format!(
            "export p12 {name} --trust --out {file} --password-file password"
        ));
        owners(file)
    };
    assert_eq!(export("ca", "before.p12"), ["ca"]);
    world.ok("ca rollover next ca --no-passphrase");
    assert_eq!(export("ca", "during.p12"), ["ca", "ca-2"]);
    assert_eq!(
        export("localhost", "leaf.p12"),
        ["localhost", "localhost-2"]
    );
    assert_eq!(export("other", "other.p12"), ["other"]);
}

#[test]
fn what_java_would_refuse_is_refused() {
    let world = world();
    world.write("short", "12345\n");
    let told = world.refused("export jks localhost --out a.jks --password-file short");
    assert!(told.stderr.contains("less than 6 characters"), "{told:#?}");
    world.refused("export jks ca --trust --out a.jks --password-file short");
    world.refused("export jks nobody --out a.jks --password-file password");
    world.refused("export p12 nobody --trust --out a.p12 --password-file password");
    assert!(!world.exists("a.jks") && !world.exists("a.p12"));
    let told = world.run("export jks localhost --out a.jks --alias '' --password-file password");
    assert_eq!(told.code, 2, "{told:#?}");
    world.write("taken.jks", "mine");
    world.refused("export jks localhost --out taken.jks --password-file password");
    assert_eq!(world.read("taken.jks"), b"mine");
}
