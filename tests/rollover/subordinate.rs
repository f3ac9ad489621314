//! A CA below a root gets a new key: the root stays, and clients need nothing.

use crate::{
    court::{all_accept, cases},
    world::World,
};

#[test]
fn below_the_same_root_no_cross_certificate_is_needed() {
    let world = World::new();
    world.ok("ca init --cn Root --key p256 --no-passphrase");
    world.ok("ca intermediate web --cn Web --issuer ca --key p256 --no-passphrase");
    world.ok("issue server old.example --ca web --key p256");
    let made = world.json("ca rollover next web --no-passphrase");
    assert_eq!(made["made"].as_array().unwrap().len(), 1, "{made:#}");
    // Nobody has to learn a new root: there is nothing to wait for.
    assert_eq!(made["rollovers"][0]["next"], "switch");
    assert!(!world.exists("pki/ca/web.bundle.crt"));
    world.ok("ca rollover next web --yes");
    world.ok("issue server new.example --ca web --key p256");
    let sent = world.read_text("pki/certs/new.example/new.example.fullchain.crt");
    assert!(sent.ends_with(&world.read_text("pki/ca/web-2.crt")));
    all_accept(
        &world,
        &cases(&["pki/ca/ca.crt"], &["old.example", "new.example"]),
    );
    world.ok("ca rollover next web --yes");
    world.ok("ca rollover next web --yes");
    all_accept(
        &world,
        &cases(&["pki/ca/ca.crt"], &["old.example", "new.example"]),
    );
    let sent = world.read_text("pki/certs/old.example/old.example.fullchain.crt");
    assert!(sent.ends_with(&world.read_text("pki/ca/web-2.crt")));
    // A root's rollover does not count a CA that is retired.
    let plan = world.json("ca rollover plan ca");
    assert_eq!(plan["rollovers"][0]["left"]["filed"], 1, "{plan:#}");
}
