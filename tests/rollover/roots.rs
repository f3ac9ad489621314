//! A root gets a new key. At every step every certificate has a path from the old root alone, from
//! the new root alone and from both, as far as the step promises.

use crate::{
    court::{Case, all_accept, all_refuse, case, cases},
    world::World,
};

/// A root, a CA below it, and a certificate of each. The root allows one level of CAs more than there
/// is: GnuTLS and Python count self-issued certificates, against RFC 5280 §6.1.4 (l).
fn world(root_days: u32) -> World {
    world_of(root_days, 2)
}

fn world_of(root_days: u32, path_length: u8) -> World {
    let world = World::new();
    world.ok(&format!(
        "ca init --cn Root --key p256 --no-passphrase --days {root_days} \
         --path-len {path_length}"
    ));
    world.ok("ca intermediate web --cn Web --issuer ca --key p256 --no-passphrase --days 380");
    world.ok("issue server root.example --ca ca --key p256 --days 300");
    world.ok("issue server web.example --ca web --key p256 --days 300");
    world.write("old.pem", world.read("pki/ca/ca.crt"));
    world
}

fn next(world: &World, flags: &str) -> serde_json::Value {
    world.json(&format!("ca rollover next ca {flags}"))
}

#[test]
fn at_every_step_both_roots_lead_to_every_certificate() {
    let world = world(400);
    let certificates = ["root.example", "web.example"];
    all_accept(&world, &cases(&["old.pem"], &certificates));

    let made = next(&world, "--no-passphrase --days 3650");
    assert_eq!(made["done"], "prepare");
    assert_eq!(made["rollovers"][0]["next"], "distribute");
    assert_eq!(made["refreshed"], serde_json::json!(certificates));
    world.write("new.pem", world.read("pki/ca/ca-2.crt"));
    let bundle = world.read_text("pki/ca/ca.bundle.crt");
    assert_eq!(
        bundle,
        world.read_text("old.pem") + &world.read_text("new.pem")
    );
    let bundles = ["old.pem", "new.pem", "pki/ca/ca.bundle.crt"];
    // The new root is not used yet, and whoever has it alone is served all the same.
    all_accept(&world, &cases(&bundles, &certificates));

    world.refused("ca rollover next ca --yes");
    let switched = next(&world, "--before-time --yes");
    assert_eq!(switched["done"], "switch");
    all_accept(&world, &cases(&bundles, &certificates));

    // Signed by the new key; it outlives the old root, which could not have signed it.
    world.ok("issue server fresh.example --ca ca --key p256 --days 800");
    let all = ["root.example", "web.example", "fresh.example"];
    all_accept(&world, &cases(&bundles, &all));
    // The cross-certificate that it is sent with ended with the old root: nobody minds.
    let late = case("new.pem", "fresh.example").later(500);
    let late_too = case("pki/ca/ca.bundle.crt", "fresh.example").later(500);
    all_accept(&world, &[late, late_too]);
    all_refuse(&world, &[case("old.pem", "fresh.example").later(500)]);

    let reissued = world.json("reissue --ca ca --yes");
    let names: Vec<&str> = reissued["reissued"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["web", "root.example"]);
    all_accept(&world, &cases(&bundles, &all));

    let retired = next(&world, "--yes");
    assert_eq!(retired["done"], "retire");
    assert_eq!(retired["rollovers"][0]["next"], serde_json::Value::Null);
    assert_eq!(
        world.read_text("pki/ca/ca.bundle.crt"),
        world.read_text("new.pem")
    );
    all_accept(&world, &cases(&["new.pem", "pki/ca/ca.bundle.crt"], &all));
    // Nothing hangs on the old root any more.
    all_refuse(&world, &cases(&["old.pem"], &all));

    // The name goes on, with the new key.
    world.ok("issue server last.example --ca ca --key p256");
    all_accept(&world, &cases(&["new.pem"], &["last.example"]));
    world.accepts("openssl verify -CAfile new.pem pki/certs/last.example/last.example.crt");
    // The old key signs its lists, and nothing else.
    world.ok("crl ca");
    let refused = world.refused("ca renew ca");
    assert!(refused.stderr.contains("ca-2"), "{refused:#?}");
}

#[test]
fn a_successor_of_another_name_is_one_level_further_down() {
    let world = world(3650);
    next(
        &world,
        "--no-passphrase --cn 'Root 2030' --as root2030 --key rsa2048",
    );
    world.write("new.pem", world.read("pki/ca/root2030.crt"));
    next(&world, "--before-time --yes");
    world.ok("issue server fresh.example --ca ca --key p256");
    let all = ["root.example", "web.example", "fresh.example"];
    let bundles = ["old.pem", "new.pem", "pki/ca/ca.bundle.crt"];
    all_accept(&world, &cases(&bundles, &all));
    let text = world.accepts("openssl x509 -in pki/ca/root2030.by-ca.crt -noout -text");
    assert!(text.contains("CA:TRUE, pathlen:1"), "{text}");
    let issuer = world.accepts("openssl x509 -in pki/ca/root2030.by-ca.crt -noout -issuer");
    assert!(
        issuer.contains("CN = Root") || issuer.contains("CN=Root"),
        "{issuer}"
    );
}

#[test]
fn a_root_without_cas_below_has_a_successor_of_its_own_name_only() {
    let world = World::new();
    world.ok("ca init --cn Root --key p256 --no-passphrase --path-len 0");
    let refused = world.refused("ca rollover next ca --cn 'Another Root' --no-passphrase");
    assert!(refused.stderr.contains("path length"), "{refused:#?}");
    assert!(!world.exists("pki/ca/ca-2.key"));
    // A self-issued certificate uses up no path length (RFC 5280 §6.1.4 (l)).
    world.ok("ca rollover next ca --no-passphrase");
    world.ok("ca rollover next ca --before-time --yes");
    world.ok("issue server fresh.example --key p256");
    world.write("old.pem", world.read("pki/ca/ca.crt"));
    all_accept(&world, &cases(&["pki/ca/ca-2.crt"], &["fresh.example"]));
    all_accept(
        &world,
        &[case("old.pem", "fresh.example").by_the_standard()],
    );
}

#[test]
fn constraints_go_over_to_the_successor() {
    let world = World::new();
    world.ok("ca init --cn Root --key p256 --no-passphrase --permit-dns example");
    world.ok("issue server root.example --key p256");
    world.write("old.pem", world.read("pki/ca/ca.crt"));
    next(&world, "--no-passphrase");
    for file in ["ca-2", "ca-2.by-ca", "ca.by-ca-2"] {
        let file = format!("openssl x509 -in pki/ca/{file}.crt -noout -ext nameConstraints");
        let text = world.accepts(&file);
        assert!(
            text.contains("critical") && text.contains("DNS:example"),
            "{text}"
        );
    }
    next(&world, "--before-time --yes");
    world.ok("issue server fresh.example --key p256");
    let refused = world.refused("issue server www.elsewhere.test --key p256");
    assert!(refused.stderr.contains("not permitted"), "{refused:#?}");
    let bundles = ["old.pem", "pki/ca/ca-2.crt", "pki/ca/ca.bundle.crt"];
    all_accept(&world, &cases(&bundles, &["root.example", "fresh.example"]));
}

#[test]
fn the_usual_path_length_is_enough_for_who_counts_as_the_standard_does() {
    let world = world_of(3650, 1);
    next(&world, "--no-passphrase");
    world.write("new.pem", world.read("pki/ca/ca-2.crt"));
    let bundles = ["old.pem", "new.pem"];
    let all = ["root.example", "web.example"];
    let exact = |world: &World| {
        let cases = cases(&bundles, &all).into_iter();
        all_accept(world, &cases.map(Case::by_the_standard).collect::<Vec<_>>());
        // Who has both roots, as in the days of distribution, needs no cross-certificate.
        all_accept(world, &self::cases(&["pki/ca/ca.bundle.crt"], &all));
    };
    exact(&world);
    next(&world, "--before-time --yes");
    exact(&world);
    next(&world, "--yes");
    exact(&world);
}

#[test]
fn one_rollover_follows_the_other() {
    let world = world(3650);
    next(&world, "--no-passphrase");
    next(&world, "--before-time --yes");
    let refused = world.refused("ca rollover next ca-2 --no-passphrase");
    assert!(refused.stderr.contains("not retired"), "{refused:#?}");
    next(&world, "--yes");
    next(&world, "--yes");
    world.write("second.pem", world.read("pki/ca/ca-2.crt"));
    world.ok("ca rollover next ca-2 --no-passphrase");
    world.ok("ca rollover next ca-2 --before-time --yes");
    world.ok("issue server third.example --ca ca --key p256");
    let all = ["root.example", "web.example", "third.example"];
    all_accept(
        &world,
        &cases(
            &["second.pem", "pki/ca/ca-3.crt", "pki/ca/ca.bundle.crt"],
            &all,
        ),
    );
    all_refuse(&world, &cases(&["old.pem"], &all));
    assert_eq!(
        world.read_text("pki/ca/ca.bundle.crt"),
        world.read_text("pki/ca/ca-2.bundle.crt")
    );
    let status = world.json("ca rollover status");
    assert_eq!(status["rollovers"].as_array().unwrap().len(), 2);
}

#[test]
fn a_key_with_certificates_in_use_is_not_retired() {
    let world = world(3650);
    world.ok("key new --key p256 --out own.key");
    world.ok("csr new --key-file own.key --out own.csr --san own.example");
    world.ok("sign own.csr --out own.crt --ca ca");
    next(&world, "--no-passphrase");
    next(&world, "--before-time --yes");
    next(&world, "--yes");
    // What was signed from a request cannot be made anew here.
    let refused = world.refused("ca rollover next ca --yes");
    assert!(
        refused.stderr.contains("1 certificate in use"),
        "{refused:#?}"
    );
    let forced = next(&world, "--with-certificates-in-use --yes");
    assert_eq!(forced["done"], "retire");
}
