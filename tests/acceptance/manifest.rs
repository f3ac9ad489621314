//! A certificate that one of its targets refuses never reaches a server.

use crate::world::World;

fn manifest(world: &World, key: &str, ca_key: &str, targets: &str) {
    let folder = world.path("");
    world.write(
        "pki.toml",
        format!(
            "[ca.ca]\ncommon_name = \"testca.com\"\nkey = \"{ca_key}\"\npassphrase = \"none\"\n\
             [server.flb]\nsan = [\"www.example.com\"]\nkey = \"{key}\"\ntargets = [{targets}]\n\
             reload = \"echo $CERTMINT_NAMES >> {}/reloaded\"\n",
            folder.display()
        ),
    );
}

fn reloads(world: &World) -> usize {
    std::fs::read_to_string(world.path("reloaded")).map_or(0, |text| text.lines().count())
}

#[test]
fn a_wish_that_a_target_refuses_is_a_fault_of_the_manifest() {
    let world = World::new();
    for (key, ca_key, rule) in [
        ("ed25519", "rsa2048", "aws-acm-key-kind"),
        ("p256", "rsa2048", "aws-acm-ca-kind"),
    ] {
        manifest(&world, key, ca_key, "\"aws-acm\"");
        let told = world.run("plan");
        assert_eq!(told.code, 1, "{told:#?}");
        let said = told.stdout + &told.stderr;
        assert!(
            said.contains(rule) && said.contains("docs.aws.amazon.com"),
            "{said}"
        );
    }
    manifest(
        &world,
        "p256",
        "p256",
        "\"aws-acm\", \"nginx\", \"nginx-of-mine\", \"mainframe\"",
    );
    world.ok("plan");
    manifest(&world, "p256", "p256", "\"aws-acn\"");
    let told = world.run("plan");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!((told.stdout + &told.stderr).contains("aws-acm"));
}

#[test]
fn a_certificate_that_a_target_refuses_never_reaches_a_server() {
    let world = World::new();
    manifest(&world, "rsa2048", "rsa2048", "\"aws-acm\", \"nginx\"");
    world.ok("apply --yes");
    let before = world.read_text("pki/certs/flb/flb.crt");
    world.ok("renew flb");
    assert_eq!(
        reloads(&world),
        1,
        "the servers take a renewal that is accepted"
    );
    let renewed = world.read_text("pki/certs/flb/flb.crt");
    assert_ne!(before, renewed);
    // Another size of key: Certificate Manager does not take it under the same ARN.
    manifest(&world, "rsa3072", "rsa2048", "\"aws-acm\", \"nginx\"");
    let told = world.run("apply --yes");
    assert_eq!(told.code, 1, "{told:#?}");
    let said = told.stdout + &told.stderr;
    for word in ["aws-acm", "aws-acm-reimport-key", "docs.aws.amazon.com"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(reloads(&world), 1, "no server heard of it");
    assert_eq!(
        world.read_text("pki/certs/flb/flb.crt"),
        renewed,
        "the one before is back"
    );
    // Without the target it goes to the others.
    manifest(&world, "rsa3072", "rsa2048", "\"nginx\"");
    world.ok("apply --yes");
    assert_eq!(reloads(&world), 2);
    assert_ne!(world.read_text("pki/certs/flb/flb.crt"), renewed);
}
