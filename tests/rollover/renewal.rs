//! A CA's next certificate has the same name and key, and everything below it goes on.

use crate::{
    court::{all_accept, all_refuse, case, cases},
    world::World,
};

/// What has to stay, by openssl.
fn facts(world: &World, file: &str) -> Vec<String> {
    [
        "-subject",
        "-pubkey",
        "-ext basicConstraints",
        "-ext keyUsage",
        "-ext subjectKeyIdentifier",
        "-ext nameConstraints",
    ]
    .map(|what| world.accepts(&format!("openssl x509 -in {file} -noout {what}")))
    .to_vec()
}

#[test]
fn a_renewed_ca_is_the_same_to_everybody() {
    let world = World::new();
    world.ok("ca init --cn Root --key p256 --no-passphrase --days 400 --permit-dns example");
    world.ok("ca intermediate web --cn Web --issuer ca --key p256 --no-passphrase --days 350");
    world.ok("issue server a.example --ca ca --key p256 --days 300");
    world.ok("issue server b.example --ca web --key p256 --days 300");
    for ca in ["ca", "web"] {
        world.write(
            &format!("{ca}.old"),
            world.read(&format!("pki/ca/{ca}.crt")),
        );
    }
    let key = world.read("pki/ca/ca.key");

    // Longer than its issuer is refused, as ever.
    let refused = world.refused("ca renew web --days 500");
    assert!(
        refused.stderr.contains("longer than its issuer"),
        "{refused:#?}"
    );

    let renewed = world.json("ca renew ca --days 3650");
    assert_eq!(
        renewed["refreshed"],
        serde_json::json!(["a.example", "b.example"])
    );
    let renewed = world.json("ca renew web --days 1825");
    assert_eq!(renewed["refreshed"], serde_json::json!(["b.example"]));
    assert_eq!(world.read("pki/ca/ca.key"), key);
    for ca in ["ca", "web"] {
        let (old, new) = (format!("{ca}.old"), format!("pki/ca/{ca}.crt"));
        assert_eq!(facts(&world, &old), facts(&world, &new));
        assert_ne!(world.read(&old), world.read(&new));
        assert_eq!(
            world.read(&old),
            world.read(&format!("pki/ca/.generations/{ca}/1.crt"))
        );
    }
    let sent = world.read_text("pki/certs/b.example/b.example.fullchain.crt");
    assert!(sent.ends_with(&world.read_text("pki/ca/web.crt")));

    let both = ["a.example", "b.example"];
    all_accept(&world, &cases(&["ca.old", "pki/ca/ca.crt"], &both));

    // What is made now may outlive the old certificates.
    world.ok("issue server c.example --ca web --key p256 --days 800");
    let late = |bundle| case(bundle, "c.example").later(600);
    all_accept(&world, &[late("pki/ca/ca.crt")]);
    all_refuse(&world, &[late("ca.old")]);

    // A second time; the first two certificates are kept.
    world.ok("ca renew ca --days 3650");
    assert!(world.exists("pki/ca/.generations/ca/2.crt"));
    all_accept(
        &world,
        &cases(&["ca.old", "pki/ca/ca.crt"], &["a.example", "c.example"]),
    );
    // Its list covers what every one of its certificates signed.
    world.ok("revoke a.example --yes");
    let list = world.accepts("openssl crl -in pki/crl/ca.crl -noout -text");
    assert!(list.contains("Revoked Certificates"), "{list}");
    world.accepts(
        "openssl verify -CAfile pki/ca/ca.crt -crl_check -CRLfile pki/crl/ca.crl pki/ca/web.crt",
    );
}

#[test]
fn a_ca_made_by_openssl_keeps_its_extensions() {
    let world = World::new();
    world.write(
        "ca.cnf",
        "[req]\ndistinguished_name = dn\nprompt = no\nx509_extensions = v3\n[dn]\nCN = Old Root\n\
         [v3]\nbasicConstraints = critical,CA:TRUE\nsubjectKeyIdentifier = 0102030405\n\
         authorityKeyIdentifier = keyid:always,issuer:always\ncertificatePolicies = 1.2.3.4\n",
    );
    world.accepts("openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.crt -days 100 -config ca.cnf");
    let adopted = world.run("ca import ca --cert root.crt --key root.key --no-passphrase");
    assert_eq!(adopted.code, 0, "{adopted:#?}");
    world.ok("issue server a.example --key p256 --days 30");
    world.ok("ca renew ca --days 3650");
    let text = world.accepts("openssl x509 -in pki/ca/ca.crt -noout -text");
    for kept in ["01:02:03:04:05", "1.2.3.4", "CA:TRUE"] {
        assert!(text.contains(kept), "{kept} is not in {text}");
    }
    // Python refuses CAs without a key usage: the next certificate has one.
    assert!(text.contains("Certificate Sign, CRL Sign"), "{text}");
    // The serial number of the last certificate is not what the next one is found by.
    assert!(!text.contains("Authority Key Identifier"), "{text}");
    all_accept(&world, &cases(&["pki/ca/ca.crt"], &["a.example"]));
}
