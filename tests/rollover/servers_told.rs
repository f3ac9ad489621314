//! The servers and files of what a CA signed follow when the certificates above it change.

use crate::world::World;

const MANIFEST: &str = "
[ca.ca]
common_name = 'Root'
key = 'p256'
passphrase = 'none'

[ca.web]
common_name = 'Web'
issuer = 'ca'
key = 'p256'
passphrase = 'none'

[server.flb]
ca = 'web'
san = ['flb.example.com']
key = 'p256'
reload = 'test ! -e broken && echo $CERTMINT_NAMES >> told'

[client.joe]
ca = 'web'
key = 'p256'
export.p7b = {}
export.der = {}
";

fn world() -> World {
    let world = World::new();
    world.write("pki.toml", MANIFEST);
    world.ok("apply");
    world
}

fn told(world: &World) -> String {
    if !world.exists("told") {
        return String::new();
    }
    let told = world.read_text("told");
    std::fs::remove_file(world.path("told")).unwrap();
    told
}

/// The certificates in a PKCS#7 file, as openssl counts them by their subjects and ends.
fn in_p7b(world: &World) -> String {
    world.accepts("openssl pkcs7 -in joe.p7b -print_certs -noout")
}

#[test]
fn a_renewed_ca_reloads_what_serves_its_certificates() {
    let world = world();
    let told_of = world.ok("ca renew web --json");
    assert_eq!(told(&world), "flb\n");
    let document = told_of.document();
    assert_eq!(document["in_use"][0]["name"], "flb");
    assert_eq!(document["in_use"][0]["only_chain"], true);
    assert_eq!(document["exports"], serde_json::json!(["joe.p7b"]));
    // joe has no server that anybody knows of.
    assert!(
        told_of
            .stderr
            .contains("chain files of 1 certificate are new"),
        "{told_of:#?}"
    );
    assert_eq!(world.run("plan --check").code, 0);
    let document = world.json("renew");
    assert_eq!(document["in_use"], serde_json::json!([]));
    assert_eq!(told(&world), "");
}

#[test]
fn a_reload_that_fails_is_done_by_the_next_renewal() {
    let world = world();
    world.write("broken", "");
    let current = world.read("pki/certs/flb/flb.crt");
    let failed = world.run("ca renew web");
    assert_eq!(failed.code, 1, "{failed:#?}");
    assert!(
        failed
            .stderr
            .contains("flb: its new chain is not known to be in use: the reload failed"),
        "{failed:#?}"
    );
    // The CA is renewed all the same, and a certificate that did not change does not go back.
    assert_eq!(world.read("pki/certs/flb/flb.crt"), current);
    world.accepts(
        "openssl verify -CAfile pki/ca/ca.crt -untrusted pki/ca/web.crt pki/certs/flb/flb.crt",
    );
    let plan = world.run("plan --check");
    assert_eq!(plan.code, 3, "{plan:#?}");
    assert!(
        plan.stdout
            .contains("flb: activate — its servers do not have its new chain yet")
            || plan
                .stdout
                .contains("its servers do not have its new chain yet"),
        "{plan:#?}"
    );
    let again = world.run("renew");
    assert_eq!(again.code, 1, "{again:#?}");
    std::fs::remove_file(world.path("broken")).unwrap();
    // One that is asked for is renewed, though its chain waits.
    let document = world.json("renew flb");
    assert_eq!(document["renewed"][0]["state"], "in_use");
    assert_eq!(told(&world), "flb\n");
    assert_ne!(world.read("pki/certs/flb/flb.crt"), current);
    assert_eq!(world.run("plan --check").code, 0);
}

#[test]
fn apply_reloads_too() {
    let world = world();
    world.write("broken", "");
    assert_eq!(world.run("ca renew web").code, 1);
    std::fs::remove_file(world.path("broken")).unwrap();
    let applied = world.ok("apply");
    assert!(applied.stdout.contains("flb: in use"), "{applied:#?}");
    assert!(!applied.stdout.contains("joe: in use"), "{applied:#?}");
    assert_eq!(told(&world), "flb\n");
    assert_eq!(world.run("plan --check").code, 0);
}

#[test]
fn every_step_of_a_rollover_reloads_what_it_changes() {
    let world = world();
    // Chains lead over the cross-certificate now.
    let document = world.json("ca rollover next ca --no-passphrase --wait 0");
    assert_eq!(document["done"], "prepare");
    assert_eq!(document["in_use"][0]["name"], "flb");
    assert_eq!(document["exports"], serde_json::json!(["joe.p7b"]));
    assert_eq!(told(&world), "flb\n");
    // Who signs from now on is in no chain yet.
    let document = world.json("ca rollover next ca --yes");
    assert_eq!(document["done"], "switch");
    assert_eq!(document["refreshed"], serde_json::json!([]));
    assert_eq!(told(&world), "");
    // The intermediate is signed by the new root.
    let document = world.json("ca rollover next ca --yes");
    assert_eq!(document["reissued"][0]["name"], "web");
    assert_eq!(document["refreshed"], serde_json::json!(["flb", "joe"]));
    assert_eq!(document["in_use"], serde_json::json!(["flb"]));
    assert_eq!(document["exports"], serde_json::json!(["joe.p7b"]));
    assert_eq!(told(&world), "flb\n");
    let document = world.json("ca rollover next ca --yes");
    assert_eq!(document["done"], "retire");
    let refreshed = !document["refreshed"].as_array().unwrap().is_empty();
    assert_eq!(told(&world), if refreshed { "flb\n" } else { "" });
    assert_eq!(world.run("plan --check").code, 0);
}

#[test]
fn renew_without_a_manifest_forgets_whom_it_cannot_know() {
    let world = world();
    std::fs::remove_file(world.path("pki.toml")).unwrap();
    let renewed = world.ok("ca renew web");
    assert!(
        renewed
            .stderr
            .contains("chain files of 2 certificates are new"),
        "{renewed:#?}"
    );
    let document = world.json("renew --dry-run");
    assert_eq!(document["reload"].as_array().unwrap().len(), 2);
    // A command of the command line is for all.
    let document = world.json("renew --reload 'echo $CERTMINT_NAMES >> told'");
    assert_eq!(document["in_use"].as_array().unwrap().len(), 2);
    assert_eq!(told(&world), "flb joe\n");
    world.ok("ca renew web");
    let quiet = world.ok("renew");
    assert_eq!(quiet.stdout, "nothing to renew\n");
    assert_eq!(quiet.stderr, "");
    let document = world.json("renew --dry-run");
    assert_eq!(document["reload"], serde_json::json!([]));
    assert_eq!(world.json("status")["findings"], serde_json::json!([]));
}

#[test]
fn renew_writes_exports_with_an_older_chain_again() {
    let world = world();
    let before = in_p7b(&world);
    let der = world.read("joe.cer");
    // Without the manifest, so that only the chain files follow.
    world.accepts("mv pki.toml later.toml");
    world.ok("ca renew web --days 1500");
    assert_eq!(in_p7b(&world), before);
    world.accepts("mv later.toml pki.toml");
    let document = world.json("renew");
    assert_eq!(document["exports"], serde_json::json!(["joe.p7b"]));
    assert_eq!(world.read("joe.cer"), der);
    world.accepts("openssl pkcs7 -in joe.p7b -print_certs -out joe.certs");
    let web = world.read_text("pki/ca/web.crt");
    let body: String = web
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect();
    let exported: String = world
        .read_text("joe.certs")
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect();
    assert!(exported.contains(&body));
    let document = world.json("renew");
    assert_eq!(document["exports"], serde_json::json!([]));
}
