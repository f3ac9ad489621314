//! What is due, what is asked for, and what is made of it; openssl reads the results.

use certmint::{
    key::KeySpec,
    profile::LeafKind,
    store::{Actor, Revocation, Shelf, Store},
    x509::RevocationReason,
};
use time::{Duration, OffsetDateTime};

use crate::{
    lab::{self, Leaf, days_ago, generation, server},
    world::{Told, World},
};

fn renewed(told: &Told) -> Vec<String> {
    let document = told.document();
    let renewed = document["renewed"].as_array().unwrap();
    let name = |one: &serde_json::Value| one["name"].as_str().unwrap().to_owned();
    renewed.iter().map(name).collect()
}

fn openssl(world: &World, name: &str, print: &str) -> String {
    world.accepts(&format!(
        "openssl x509 -in pki/certs/{name}/{name}.crt -noout {print}"
    ))
}

fn assert_valid(world: &World, name: &str) {
    world.accepts(&format!(
        "openssl verify -x509_strict -CAfile pki/ca/ca.crt pki/certs/{name}/{name}.crt"
    ));
}

#[test]
fn nothing_is_due_right_after_it_was_issued() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    let told = world.ok("renew");
    assert_eq!(told.stdout, "nothing to renew\n");
    assert_eq!(generation(&world.path("pki"), "flb"), 1);
}

#[test]
fn what_is_in_its_last_third_is_made_again_as_it_was() {
    let world = World::new();
    let pki = world.path("pki");
    lab::root(&pki, "ca", 7000, days_ago(3000));
    let old = [
        Leaf {
            name: "flb",
            kind: LeafKind::Server,
            key: KeySpec::Rsa2048,
            sans: &["www.example.com", "*.example.com", "ip:10.0.0.7"],
        },
        Leaf {
            name: "joe",
            kind: LeafKind::Client,
            key: KeySpec::P384,
            sans: &["joe@example.com", "uri:urn:joe"],
        },
        Leaf {
            name: "node",
            kind: LeafKind::Peer,
            key: KeySpec::Ed25519,
            sans: &["node.example.com"],
        },
    ];
    lab::leaves(&pki, &old, 90, days_ago(80));
    lab::leaves(&pki, &[server("young")], 90, days_ago(40));
    let facts = |name: &str| {
        let print =
            "-subject -issuer -ext subjectAltName,extendedKeyUsage,keyUsage,basicConstraints";
        openssl(&world, name, print)
    };
    let names = ["flb", "joe", "node"];
    let before = names.map(facts);
    let keys = names.map(|name| openssl(&world, name, "-pubkey"));
    let kinds = names.map(|name| {
        world
            .accepts(&format!(
                "openssl pkey -in pki/certs/{name}/{name}.key -noout -text_pub"
            ))
            .lines()
            .next()
            .unwrap()
            .to_owned()
    });

    let told = world.ok("renew --json");
    assert_eq!(renewed(&told), names);
    for (index, name) in names.into_iter().enumerate() {
        assert_eq!(facts(name), before[index]);
        assert_ne!(openssl(&world, name, "-pubkey"), keys[index], "{name}");
        assert_valid(&world, name);
        assert_eq!(generation(&pki, name), 2);
        world.accepts(&format!(
            "openssl x509 -in pki/certs/.generations/{name}/1/{name}.crt -noout"
        ));
        let key = world.accepts(&format!(
            "openssl pkey -in pki/certs/{name}/{name}.key -pubout"
        ));
        assert_eq!(key, openssl(&world, name, "-pubkey"));
        let kind = world.accepts(&format!(
            "openssl pkey -in pki/certs/{name}/{name}.key -noout -text_pub"
        ));
        assert_eq!(kind.lines().next().unwrap(), kinds[index]);
        // As long as before: 90 days from now on, less the five minutes.
        world.accepts(&format!(
            "openssl x509 -in pki/certs/{name}/{name}.crt -noout -checkend {}",
            89 * 86_400
        ));
        let ends_within = world.judge(&format!(
            "openssl x509 -in pki/certs/{name}/{name}.crt -noout -checkend {}",
            90 * 86_400
        ));
        assert!(!ends_within.status.success());
    }
    assert_eq!(generation(&pki, "young"), 1);
    // Once is enough.
    assert_eq!(renewed(&world.ok("renew --json")), [""; 0]);
    lab::audited(&pki);
}

#[test]
fn a_key_is_kept_where_that_is_asked_for() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    let key = world.read("pki/certs/flb/flb.key");
    let serial = openssl(&world, "flb", "-serial");
    world.ok("renew flb --reuse-key");
    assert_eq!(world.read("pki/certs/flb/flb.key"), key);
    assert_ne!(openssl(&world, "flb", "-serial"), serial);
    assert_valid(&world, "flb");
    // One that nobody can read without its passphrase is not asked for it at night.
    world.write("secret", "secret0\n");
    world.ok("key protect pki/certs/flb/flb.key --new-passphrase-file secret");
    let told = world.run("renew flb --reuse-key");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("its key is encrypted"), "{told:#?}");
    world.ok("renew flb");
}

#[test]
fn after_months_of_downtime_all_is_renewed() {
    let world = World::new();
    let pki = world.path("pki");
    lab::root(&pki, "ca", 7000, days_ago(3000));
    lab::leaves(&pki, &[server("flb"), server("backend")], 30, days_ago(400));
    let told = world.ok("renew --json");
    assert_eq!(renewed(&told), ["flb", "backend"]);
    assert_eq!(told.document()["renewed"][0]["reason"], "expired");
    assert_valid(&world, "flb");
    assert_valid(&world, "backend");
}

#[test]
fn an_expired_ca_is_told_and_nothing_is_made() {
    let world = World::new();
    let pki = world.path("pki");
    lab::root(&pki, "ca", 300, days_ago(400));
    lab::leaves(&pki, &[server("flb")], 90, days_ago(390));
    let told = world.run("renew");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("CN=ca,O=Acme expired at"), "{told:#?}");
    assert!(
        told.stderr.contains("renew or replace the CA first"),
        "{told:#?}"
    );
    assert_eq!(generation(&pki, "flb"), 1);
}

#[test]
fn what_was_made_while_the_clock_was_ahead_is_renewed() {
    let world = World::new();
    let pki = world.path("pki");
    lab::root(&pki, "ca", 7000, days_ago(3000));
    lab::leaves(&pki, &[server("flb")], 90, days_ago(-20));
    let told = world.ok("renew --json");
    assert_eq!(told.document()["renewed"][0]["reason"], "not_yet_valid");
    assert_valid(&world, "flb");
    assert_eq!(renewed(&world.ok("renew --json")), [""; 0]);
}

#[test]
fn a_certificate_ends_no_later_than_its_ca() {
    let world = World::new();
    let pki = world.path("pki");
    // 60 days are left of the CA.
    lab::root(&pki, "ca", 1000, days_ago(940));
    lab::leaves(&pki, &[server("flb")], 90, days_ago(80));
    world.ok("renew");
    assert_valid(&world, "flb");
    let end = |file: &str| world.accepts(&format!("openssl x509 -in {file} -noout -enddate"));
    assert_eq!(end("pki/certs/flb/flb.crt"), end("pki/ca/ca.crt"));
    // A new one would gain nothing.
    let told = world.run("renew --within 90");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("would end no later"), "{told:#?}");
    assert!(told.stderr.contains("renew the CA first"), "{told:#?}");
    assert_eq!(generation(&pki, "flb"), 2);
    // But somebody may want a new key.
    world.ok("renew flb");
    assert_eq!(generation(&pki, "flb"), 3);
}

#[test]
fn what_fails_does_not_keep_the_others_back() {
    let world = World::with_authority("p256");
    world.write("secret", "secret0\n");
    world.ok("ca init locked --cn locked --key p256 --passphrase-file secret");
    world.ok("issue server flb --ca ca --san www.example.com --key p256");
    world.ok(
        "issue server backend --ca locked --san b.example.com --key p256 --passphrase-file secret",
    );
    let told = crate::world::told(world.command_without_terminal("renew --all --json"));
    assert_eq!(told.code, 1, "{told:#?}");
    assert_eq!(renewed(&told), ["flb"]);
    assert!(told.stderr.contains("could not renew backend"), "{told:#?}");
    assert!(told.stderr.contains("--passphrase-file"), "{told:#?}");
    let told = world.ok("renew --all --json --passphrase-file secret");
    assert_eq!(renewed(&told).len(), 2);
}

#[test]
fn a_revoked_certificate_is_renewed_only_when_it_is_named() {
    let world = World::new();
    let pki = world.path("pki");
    lab::due(&pki, &["flb", "backend"]);
    let now = OffsetDateTime::now_utc();
    let mut store = Store::open(&pki, &Actor::new("lab"), now).unwrap();
    let name = "flb".parse().unwrap();
    let row = store.inventory().current(Shelf::Certificates, &name);
    let revocation = Revocation {
        id: row.unwrap().unwrap().id,
        reason: RevocationReason::KeyCompromise,
        at: now - Duration::HOUR,
    };
    store.revoke(&[revocation], now).unwrap();
    drop(store);
    assert_eq!(renewed(&world.ok("renew --json")), ["backend"]);
    assert_eq!(renewed(&world.ok("renew --all --json")), ["backend"]);
    assert_eq!(renewed(&world.ok("renew flb --json")), ["flb"]);
    assert_eq!(generation(&pki, "flb"), 2);
}

#[test]
fn a_dry_run_says_what_would_be_done() {
    let world = World::new();
    let pki = world.path("pki");
    lab::due(&pki, &["flb"]);
    let before = crate::sandbox::snapshot(&world.path(""));
    let told = world.ok("renew --dry-run");
    assert!(
        told.stdout.contains("flb") && told.stdout.contains("days were left"),
        "{told:#?}"
    );
    let document = world.json("renew --dry-run");
    assert_eq!(document["schema"], "certmint.renew.plan/1");
    assert_eq!(document["renew"][0]["name"], "flb");
    assert_eq!(document["renew"][0]["reason"], "window");
    let after = crate::sandbox::snapshot(&world.path(""));
    crate::sandbox::assert_same(&before, &after, "renew --dry-run");
}

#[test]
fn within_moves_the_window() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256 --days 100");
    assert_eq!(renewed(&world.ok("renew --within 99 --json")), [""; 0]);
    assert_eq!(renewed(&world.ok("renew --within 100 --json")), ["flb"]);
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_done() {
    let world = World::with_authority("p256");
    for name in ["flb", "backend"] {
        world.ok(&format!(
            "issue server {name} --san {name}.example.com --key p256"
        ));
    }
    let told = world.refused("renew nobody flb noone");
    assert!(told.stderr.contains("nobody, noone"), "{told:#?}");
    let told = world.refused("renew --all --probe 127.0.0.1:1");
    assert!(
        told.stderr.contains("--probe looks at one certificate"),
        "{told:#?}"
    );
    for line in [
        "renew flb backend --probe 127.0.0.1:1",
        "renew flb --all",
        "renew flb --within 3",
        "renew flb --reload ''",
        "renew flb --probe host",
        "renew flb --server-name a.example.com",
        "renew flb --timeout 0",
    ] {
        assert_eq!(world.run(line).code, 2, "{line}");
    }
    for name in ["flb", "backend"] {
        assert_eq!(generation(&world.path("pki"), name), 1);
    }
    let told = world.refused("renew --pki nowhere");
    assert!(told.stderr.contains("nowhere"), "{told:#?}");
    assert!(!world.exists("nowhere"));
}

/// What is refused says what to do instead.
#[test]
fn a_ca_and_a_missing_manifest_have_their_own_hints() {
    let world = World::with_authority("p256");
    let told = world.refused("renew ca");
    assert!(
        told.stderr.contains("ca is a CA: certmint ca renew ca"),
        "{told:#?}"
    );
    let told = world.refused("renew nobody");
    assert!(told.stderr.contains("certmint list shows"), "{told:#?}");
    let told = world.refused("renew --manifest gone.toml");
    assert!(
        told.stderr
            .contains("certmint manifest new NAME --out gone.toml"),
        "{told:#?}"
    );
    let told = world.refused("inspect gone.crt");
    assert!(told.stderr.contains("hint: check the path\n"), "{told:#?}");
}
