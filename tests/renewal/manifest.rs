//! The manifest says when each certificate is due, how its servers are told, and which passphrase a
//! CA's key has; revocation lists are kept from ending.

use crate::{
    lab::{self, days_ago, generation, server},
    world::{Told, World},
};

const MANIFEST: &str = "
[ca.ca]
common_name = 'ca'
organization = 'Acme'
key = 'p256'
days = 7000
passphrase = 'none'

[server.flb]
san = ['flb.example.com']
key = 'p256'
days = 90
renew_days = 20
reload = 'echo $CERTMINT_NAMES >> told'

[server.backend]
san = ['backend.example.com']
key = 'p256'
days = 90
renew_days = 40
reuse_key = true
reload = ['sh', '-c', 'echo $CERTMINT_NAMES >> told-too']
";

fn renewed(told: &Told) -> Vec<String> {
    let document = told.document();
    let renewed = document["renewed"].as_array().unwrap().iter();
    renewed
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

fn world() -> World {
    let world = World::new();
    let pki = world.path("pki");
    lab::root(&pki, "ca", 7000, days_ago(3000));
    let three = ["flb", "backend", "other"].map(server);
    // 35 days are left: more than the third that is usual.
    lab::leaves(&pki, &three, 90, days_ago(55));
    world
}

#[test]
fn the_manifest_says_when_and_how() {
    let world = world();
    assert_eq!(renewed(&world.ok("renew --json")), [""; 0]);
    world.write("pki.toml", MANIFEST);
    let key = world.read("pki/certs/backend/backend.key");
    let told = world.ok("renew --json");
    assert_eq!(renewed(&told), ["backend"]);
    assert_eq!(told.document()["renewed"][0]["state"], "in_use");
    assert_eq!(world.read_text("told-too"), "backend\n");
    assert!(!world.exists("told"));
    assert_eq!(world.read("pki/certs/backend/backend.key"), key);

    // Everything, with each one's own command; what the manifest does not have has none.
    let told = world.ok("renew --all --json");
    assert_eq!(renewed(&told).len(), 3);
    assert_eq!(world.read_text("told"), "flb\n");
    assert_eq!(world.read_text("told-too"), "backend\nbackend\n");
    let document = told.document();
    let mut all = document["renewed"].as_array().unwrap().iter();
    let other = all.find(|one| one["name"] == "other").unwrap();
    assert_eq!(other["state"], "published");

    // What the command line says goes before.
    world.ok("renew flb --reload 'echo instead >> told'");
    assert_eq!(world.read_text("told"), "flb\ninstead\n");
}

#[test]
fn what_the_manifest_does_not_have_is_never_due() {
    let world = World::new();
    let pki = world.path("pki");
    lab::due(&pki, &["flb", "other"]);
    world.write("elsewhere.toml", MANIFEST);
    let told = world.ok("renew --json --manifest elsewhere.toml");
    assert_eq!(renewed(&told), ["flb"]);
    assert_eq!(generation(&pki, "other"), 1);
    let told = world.refused("renew --manifest nowhere.toml");
    assert!(told.stderr.contains("nowhere.toml"), "{told:#?}");
    world.write("wrong.toml", "[server.flb]\nsans = ['a.example.com']\n");
    let told = world.run("renew --manifest wrong.toml");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("wrong.toml:2:1"), "{told:#?}");
}

#[test]
fn passphrases_come_from_the_files_that_the_manifest_names() {
    let world = World::new();
    std::fs::create_dir(world.path("etc")).unwrap();
    world.write("etc/ca.pass", "secret0\n");
    world.ok("ca init --cn ca --key p256 --passphrase-file etc/ca.pass");
    world.ok("issue server flb --san flb.example.com --key p256 --passphrase-file etc/ca.pass");
    let manifest = MANIFEST
        .replace("passphrase = 'none'", "passphrase = { file = 'ca.pass' }")
        .replace("days = 7000", "days = 3650");
    world.write("etc/pki.toml", manifest);
    let line = "renew flb --json --manifest etc/pki.toml";
    let told = crate::world::told(world.command_without_terminal(line));
    assert_eq!(told.code, 0, "{told:#?}");
    assert_eq!(renewed(&told), ["flb"]);
}

#[test]
fn a_revocation_list_is_made_again_before_it_ends() {
    let world = World::with_authority("p256");
    world.ok("crl --days 30");
    let number = |world: &World| world.accepts("openssl crl -in pki/crl/ca.crl -noout -crlnumber");
    let first = number(&world);
    let told = world.ok("renew --json");
    assert_eq!(told.document()["lists"].as_array().unwrap().len(), 0);
    assert_eq!(number(&world), first);

    let world = World::new();
    let pki = world.path("pki");
    lab::root(&pki, "ca", 7000, days_ago(3000));
    lab::list(&pki, 30, days_ago(25));
    let plan = world.json("renew --dry-run");
    assert_eq!(plan["lists"], serde_json::json!(["ca"]));
    let first = number(&world);
    let told = world.ok("renew --json");
    assert_eq!(told.document()["lists"][0]["name"], "ca");
    assert_ne!(number(&world), first);
    let told = world.ok("renew --json");
    assert_eq!(told.document()["lists"].as_array().unwrap().len(), 0);
}

#[test]
fn exports_follow_a_renewal() {
    let world = World::new();
    world.write("flb.pass", "secret0\n");
    let manifest = MANIFEST
        .replace(
            "renew_days = 20\n",
            "export.p12 = { password_file = 'flb.pass', file = 'out.p12' }\nexport.pem = {}\n",
        )
        .replace("reuse_key = true\n", "export.der = {}\n");
    world.write("pki.toml", manifest);
    world.ok("apply");
    let serial = |file: &str| world.accepts(&format!("openssl x509 -in {file} -noout -serial"));
    let in_p12 = || {
        world.accepts(
            "openssl pkcs12 -in out.p12 -passin file:flb.pass -nokeys -clcerts -out p12.pem",
        );
        serial("p12.pem")
    };
    let first = serial("pki/certs/flb/flb.crt");
    let other = world.read("backend.cer");
    assert_eq!(in_p12(), first);

    let document = world.json("renew flb");
    let second = serial("pki/certs/flb/flb.crt");
    assert_ne!(first, second);
    assert_eq!(in_p12(), second);
    assert_eq!(serial("flb.pem"), second);
    assert_eq!(
        document["exports"],
        serde_json::json!(["out.p12", "flb.pem"])
    );
    assert_eq!(world.read("backend.cer"), other);
    assert_eq!(world.run("plan --check").code, 0);

    // What was put back is not exported.
    let told = world.run("renew flb --reload false --json");
    assert_eq!(told.code, 1, "{told:#?}");
    assert_eq!(told.document()["exports"], serde_json::json!([]));
    assert_eq!(in_p12(), second);
}

/// A server that checks clients reads a new list when it is reloaded; it would go on with the old one
/// until that ends, and then refuse everybody.
#[test]
fn a_new_revocation_list_is_told_to_the_servers_that_read_it() {
    for maker in ["renew", "apply"] {
        let world = World::new();
        let manifest = "
[ca.root]
common_name = 'root'
key = 'p256'
passphrase = 'none'
crl_days = 30

[ca.clients]
issuer = 'root'
common_name = 'clients'
key = 'p256'
passphrase = 'none'
crl_days = 30

[server.www]
ca = 'root'
san = ['www.example.com']
key = 'p256'
reload = 'echo www >> told'
target.nginx.clients_ca = 'clients'

[server.other]
ca = 'root'
san = ['other.example.com']
key = 'p256'
reload = 'echo other >> told'
target.nginx.listen = '8443'
";
        world.write("pki.toml", manifest);
        world.ok("apply");
        world.ok("renew");
        assert!(!world.exists("told"), "{maker}");
        // Both lists get near their ends.
        world.python(
            "import sqlite3
base = sqlite3.connect('pki/inventory.sqlite')
base.execute('UPDATE revocation_list SET this_update = this_update - 86400 * 25, '
    'next_update = next_update - 86400 * 25')
base.execute('UPDATE certificate SET issued_at = issued_at - 86400 * 25')
base.commit()",
            &[],
        );
        world.ok(maker);
        assert_eq!(world.read_text("told"), "www\n", "{maker}");
        world.ok(maker);
        assert_eq!(world.read_text("told"), "www\n", "{maker}");
    }
}
