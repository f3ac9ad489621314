//! nginx takes what is renewed, and goes back where it does not.

use crate::{
    lab::{self, generation},
    servers::{Load, Server, reload, start},
    world::{Told, World},
};

fn world() -> World {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san flb.example.com --key p256");
    world
}

fn serial(world: &World) -> String {
    world.accepts("openssl x509 -in pki/certs/flb/flb.crt -noout -serial")
}

fn renew(world: &World, server: &Server<'_>, reload: &str, more: &str) -> Told {
    world.run(&format!(
        "renew flb --reload '{reload}' --probe 127.0.0.1:{} {more}",
        server.port
    ))
}

#[test]
fn fifty_renewals_under_load_fail_no_handshake() {
    const ROUNDS: usize = 50;
    let world = world();
    let server = start(&world, "");
    let load = Load::on(&server);
    let reload = reload(&world);
    for round in 0..ROUNDS {
        let before = serial(&world);
        let line = format!(
            "renew --all --reload '{reload}' --probe 127.0.0.1:{} --json",
            server.port
        );
        let document = world.ok(&line).document();
        assert_eq!(document["renewed"][0]["state"], "in_use", "round {round}");
        let after = serial(&world);
        assert_ne!(before, after);
        // It is in use: whoever connects now gets it.
        assert_eq!(server.served(), after, "round {round}");
    }
    let seen = load.end();
    println!(
        "{ROUNDS} renewals, {} handshakes, {} serial numbers",
        seen.handshakes,
        seen.serials.len()
    );
    assert_eq!(seen.failures, [""; 0], "{}", server.log());
    assert!(seen.handshakes > 500, "{}", seen.handshakes);
    assert!(seen.serials.len() > ROUNDS / 2, "{:?}", seen.serials);
    assert_eq!(generation(&world.path("pki"), "flb"), 51);
    let deeds = lab::audited(&world.path("pki"));
    assert_eq!(deeds.iter().filter(|deed| *deed == "activate").count(), 50);
}

#[test]
fn a_reload_that_fails_brings_the_old_one_back() {
    let world = world();
    let server = start(&world, "");
    let load = Load::on(&server);
    let old = serial(&world);
    // The server has taken the new one when the command fails.
    let told = renew(
        &world,
        &server,
        &format!("{}; sleep 0.3; echo no luck >&2; exit 4", reload(&world)),
        "",
    );
    assert_eq!(told.code, 1, "{told:#?}");
    for part in ["exit code 4", "no luck", "the one before is back"] {
        assert!(told.stderr.contains(part), "{told:#?}");
    }
    assert!(told.stdout.contains("set aside"), "{told:#?}");
    assert_eq!(serial(&world), old);
    assert_eq!(generation(&world.path("pki"), "flb"), 1);
    server.await_served(&old);
    let deeds = lab::audited(&world.path("pki"));
    assert_eq!(deeds.last().unwrap(), "activate");

    // The command works again: first for what is there, then for what was set aside.
    let told = world.ok(&format!("renew --reload '{}' --json", reload(&world)));
    assert_eq!(told.document()["in_use"][0]["name"], "flb");
    assert_eq!(told.document()["renewed"].as_array().unwrap().len(), 0);
    let told = renew(&world, &server, &reload(&world), "");
    assert_eq!(told.code, 0, "{told:#?}");
    assert_eq!(generation(&world.path("pki"), "flb"), 2);
    assert_eq!(server.served(), serial(&world));
    let seen = load.end();
    assert_eq!(seen.failures, [""; 0], "{}", server.log());
}

#[test]
fn a_server_that_serves_on_the_old_one_gets_it_back() {
    let world = world();
    let server = start(&world, "");
    let old = serial(&world);
    let told = renew(&world, &server, "echo x >> told", "--timeout 2");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("still shows another certificate"),
        "{told:#?}"
    );
    assert!(
        told.stderr.contains("the one before is back\n"),
        "{told:#?}"
    );
    assert_eq!(serial(&world), old);
    assert_eq!(server.served(), old);
    // Once for the new one, once to go back.
    assert_eq!(world.read_text("told"), "x\nx\n");
    // Nothing is left to do.
    let told = world.ok("renew --json --reload 'echo x >> told'");
    assert_eq!(told.document()["in_use"].as_array().unwrap().len(), 0);
    assert_eq!(world.read_text("told"), "x\nx\n");
}

#[test]
fn a_server_that_is_down_is_told() {
    let world = world();
    let old = serial(&world);
    let told = world.run("renew flb --probe localhost:1 --timeout 1");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("localhost:1: no connection"),
        "{told:#?}"
    );
    assert!(told.stderr.contains("is the server running"), "{told:#?}");
    assert_eq!(serial(&world), old);
}

#[test]
fn a_reload_that_hangs_is_ended() {
    let world = world();
    let old = serial(&world);
    let told = world.run("renew flb --reload 'sleep 100' --timeout 1");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("ended after 1 seconds"), "{told:#?}");
    assert_eq!(serial(&world), old);
}

#[test]
fn a_server_that_asks_for_client_certificates_is_seen_too() {
    let world = world();
    let folder = world.path("");
    let more = format!(
        "ssl_client_certificate {}/pki/ca/ca.crt; ssl_verify_client on;",
        folder.display()
    );
    let server = start(&world, &more);
    let told = renew(&world, &server, &reload(&world), "");
    assert_eq!(told.code, 0, "{told:#?}");
    assert_eq!(server.served(), serial(&world));
}

#[test]
fn a_command_runs_once_for_all_with_their_names() {
    let world = World::new();
    let pki = world.path("pki");
    lab::due(&pki, &["a", "b", "c"]);
    world
        .ok("renew --reload 'echo $CERTMINT_NAMES > told; cd / && ls $CERTMINT_PKI/certs/b/b.crt'");
    assert_eq!(world.read_text("told"), "a b c\n");
    // It fails: all three go back, and it is run for all three again.
    let told = world.run("renew --all --reload 'echo $CERTMINT_NAMES >> told; exit 1'");
    assert_eq!(told.code, 1, "{told:#?}");
    assert_eq!(world.read_text("told"), "a b c\na b c\na b c\n");
    for name in ["a", "b", "c"] {
        assert!(
            told.stderr
                .contains(&format!("{name}: the new certificate is not in use")),
            "{told:#?}"
        );
        assert_eq!(generation(&pki, name), 2);
    }
}

#[test]
fn what_was_set_aside_is_tried_again_before_another_is_made() {
    let world = World::new();
    let pki = world.path("pki");
    lab::due(&pki, &["flb"]);
    for _ in 0..3 {
        let told = world.run("renew --reload 'exit 3'");
        assert_eq!(told.code, 1, "{told:#?}");
        assert_eq!(generation(&pki, "flb"), 1);
    }
    let made = || {
        std::fs::read_dir(pki.join("certs/.generations/flb"))
            .unwrap()
            .count()
    };
    assert_eq!(made(), 2);
    let told = world.ok("renew --reload true --json");
    assert_eq!(told.document()["in_use"][0]["name"], "flb");
    assert_eq!(generation(&pki, "flb"), 2);
    assert_eq!(made(), 2);
    lab::audited(&pki);
    // So is what somebody asked for by its name.
    for again in ["", "left by an earlier renewal"] {
        let told = world.run("renew flb --reload false");
        assert_eq!(told.code, 1, "{told:#?}");
        assert!(told.stdout.contains("set aside"), "{told:#?}");
        assert!(told.stdout.contains(again), "{told:#?}");
        assert_eq!(generation(&pki, "flb"), 2);
        assert_eq!(made(), 3);
    }
    world.ok("renew flb --reload true");
    assert_eq!(generation(&pki, "flb"), 3);
    assert_eq!(made(), 3);
    // It was taken: whoever asks again gets another.
    world.ok("renew flb --reload true");
    assert_eq!(generation(&pki, "flb"), 4);
}

/// Where there is nothing to go back to, the message promises the same.
#[test]
fn what_takes_the_place_of_a_revoked_one_is_tried_again() {
    let world = world();
    let pki = world.path("pki");
    world.ok("revoke flb --yes");
    for _ in 0..2 {
        let told = world.run("renew flb --reload false");
        assert_eq!(told.code, 1, "{told:#?}");
        assert!(
            told.stderr.contains("the next renewal tries again"),
            "{told:#?}"
        );
        assert_eq!(generation(&pki, "flb"), 2);
    }
    world.ok("renew flb --reload true");
    assert_eq!(generation(&pki, "flb"), 2);
}
