//! Everything under a CA, or with a key, made anew in one command.

use crate::{
    court::{all_accept, cases},
    world::World,
};

fn world() -> World {
    let world = World::with_authority("p256");
    for name in ["a.example", "b.example", "c.example"] {
        world.ok(&format!("issue server {name} --key p256"));
    }
    world
}

#[test]
fn everything_with_a_stolen_key_is_replaced_and_revoked() {
    let world = world();
    world.write(
        "stolen.crt",
        world.read("pki/certs/b.example/b.example.crt"),
    );
    world.write(
        "stolen.key",
        world.read("pki/certs/b.example/b.example.key"),
    );
    let plan = world.json("reissue --key stolen.key --dry-run");
    assert_eq!(plan["certificates"].as_array().unwrap().len(), 1);
    assert_eq!(plan["certificates"][0]["name"], "b.example");

    let told = world.json("reissue --key stolen.crt --revoke --reason keyCompromise --yes");
    assert_eq!(told["reissued"].as_array().unwrap().len(), 1);
    assert_eq!(told["revoked"], 1);
    assert_ne!(
        world.read("pki/certs/b.example/b.example.key"),
        world.read("stolen.key")
    );
    all_accept(
        &world,
        &cases(&["pki/ca/ca.crt"], &["a.example", "b.example"]),
    );
    let check = "openssl verify -CAfile pki/ca/ca.crt -crl_check -CRLfile pki/crl/ca.crl";
    world.accepts(&format!("{check} pki/certs/b.example/b.example.crt"));
    let refused = world.judge(&format!("{check} stolen.crt"));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("certificate revoked"), "{said}");
    let list = world.accepts("openssl crl -in pki/crl/ca.crl -noout -text");
    assert!(list.contains("Key Compromise"), "{list}");

    // Nothing has the key any more.
    let nothing = world.ok("reissue --key stolen.key --dry-run");
    assert!(
        nothing.stdout.contains("nothing to make anew"),
        "{nothing:#?}"
    );
    // By the name: whatever has the key of that certificate.
    world.ok("reissue --key a.example --yes");
}

#[test]
fn one_that_fails_does_not_keep_the_others_back() {
    let world = world();
    // A key that is kept has to be there.
    std::fs::remove_file(world.path("pki/certs/b.example/b.example.key")).unwrap();
    let before = world.read("pki/certs/b.example/b.example.crt");
    let told = world.run("reissue --ca ca --reuse-key --yes --json");
    assert_eq!(told.code, 1, "{told:#?}");
    let document = told.document();
    assert_eq!(document["reissued"].as_array().unwrap().len(), 2);
    assert_eq!(document["failures"].as_array().unwrap().len(), 1);
    assert!(told.stderr.contains("b.example"), "{told:#?}");
    assert_eq!(world.read("pki/certs/b.example/b.example.crt"), before);
    all_accept(
        &world,
        &cases(&["pki/ca/ca.crt"], &["a.example", "c.example"]),
    );
}

#[test]
fn it_asks_first() {
    let world = world();
    let mut command = world.command_without_terminal("reissue --ca ca");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--yes"), "{said}");
    let listed = world.json("list");
    assert_eq!(listed["certificates"].as_array().unwrap().len(), 4);
}

const MANIFEST: &str = "
[ca.ca]
common_name = 'Root'
key = 'p256'
passphrase = 'none'

[server.flb]
san = ['flb.example.com']
key = 'p256'
reload = 'test -e ready && echo $CERTMINT_NAMES >> told'
";

/// A CA whose successor signs, and a certificate of the old key.
fn switched() -> World {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san flb.example.com --key p256");
    world.ok("ca rollover next ca --no-passphrase --wait 0");
    world.ok("ca rollover next ca --yes");
    world
}

/// Runs a line while another renewal is at work, so that nobody tells the servers.
fn beside_a_renewal(world: &World, line: &str) -> crate::world::Told {
    let layout = certmint::store::Layout::new(world.path("pki"));
    let _lock = certmint::store::RenewalLock::take(&layout, "another").unwrap();
    world.ok(line)
}

#[test]
fn the_old_key_stays_until_the_servers_have_taken_what_replaces_its_certificates() {
    let world = switched();
    world.write("pki.toml", MANIFEST);
    let told = beside_a_renewal(&world, "ca rollover next ca --yes --json");
    assert_eq!(told.document()["waiting"], serde_json::json!(["flb"]));
    assert!(
        told.stderr.contains("another renewal is at work"),
        "{told:#?}"
    );
    assert!(told.stderr.contains("certmint renew tells"), "{told:#?}");

    let status = world.json("ca rollover status ca");
    assert_eq!(status["rollovers"][0]["next"], "reissue");
    assert_eq!(
        status["rollovers"][0]["waiting"],
        serde_json::json!(["flb"])
    );
    let shown = world.ok("ca rollover status ca");
    assert!(shown.stdout.contains("next: certmint renew"), "{shown:#?}");
    let refused = world.refused("ca rollover next ca --yes");
    assert!(
        refused.stderr.contains("the servers of flb"),
        "{refused:#?}"
    );

    // They do not take it: what the old key signed is served again, and has to be replaced.
    let told = world.run("renew --json");
    assert_eq!(told.code, 1, "{told:#?}");
    let left = &world.json("ca rollover status ca")["rollovers"][0];
    assert_eq!(left["left"]["filed"], 1, "{left}");
    assert_eq!(left["next"], "reissue");

    // The same when they are told by who makes them anew.
    let told = world.run("reissue --ca ca --yes --json");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("the one before is back"), "{told:#?}");
    assert!(!told.stderr.contains("have yet to take"), "{told:#?}");
    assert_eq!(told.document()["in_use"], serde_json::json!([]));
    assert_eq!(
        world.json("ca rollover status ca")["rollovers"][0]["left"]["filed"],
        1
    );
    world.write("ready", "");
    let told = world.ok("reissue --ca ca --yes --json");
    assert_eq!(told.document()["in_use"], serde_json::json!(["flb"]));
    assert_eq!(told.document()["waiting"], serde_json::json!([]));
    assert!(!told.stderr.contains("reload what serves"), "{told:#?}");
    assert_eq!(world.read_text("told"), "flb\n");
    let retired = world.json("ca rollover next ca --yes");
    assert_eq!(retired["done"], "retire");
}

#[test]
fn an_operator_who_insists_does_not_wait_for_servers() {
    let world = switched();
    world.write("pki.toml", MANIFEST);
    beside_a_renewal(&world, "reissue --ca ca --yes");
    let retired = world.json("ca rollover next ca --with-certificates-in-use --yes");
    assert_eq!(retired["done"], "retire");
}

#[test]
fn servers_that_were_not_told_are_not_forgotten() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san flb.example.com --key p256");
    // The reload fails, and fails for the one that is put back.
    assert_eq!(world.run("renew flb --reload false").code, 1);
    let told = world.ok("reissue --ca ca --revoke --yes --json");
    assert_eq!(told.document()["waiting"], serde_json::json!(["flb"]));
    let current = world.read("pki/certs/flb/flb.crt");

    // What is revoked is not put back.
    let told = world.run("renew flb --reload false");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("it stays"), "{told:#?}");
    assert_eq!(world.read("pki/certs/flb/flb.crt"), current);
    let told = world.ok("renew flb --reload true --json");
    assert_eq!(told.document()["in_use"][0]["name"], "flb");
    assert_eq!(world.read("pki/certs/flb/flb.crt"), current);
}
