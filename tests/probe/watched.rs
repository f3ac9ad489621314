//! `status --probe`: the endpoints of the manifest.

use serde_json::Value;

use crate::{
    server::{free_port, openssl, world},
    world::World,
};

fn found(world: &World, code: i32) -> Vec<String> {
    let told = world.run("status --probe --json");
    assert_eq!(told.code, code, "{told:#?}");
    let document = told.document();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| format!("{} {}", text(&finding["matter"]), text(&finding["name"])))
        .collect()
}

#[test]
fn endpoints_of_the_manifest_need_attention() {
    let world = world();
    world.ok("issue server backend --san backend.internal.local --ca web --key p256");
    let flb = openssl(&world, "flb", "");
    let incomplete = crate::server::openssl_with(
        &world,
        "-cert pki/certs/backend/backend.crt -key pki/certs/backend/backend.key",
    );
    let manifest = |backend: u16| {
        world.write(
            "pki.toml",
            format!(
                "[ca.ca]\ncommon_name = \"testca.com\"\nkey = \"p256\"\npassphrase = \"none\"\n\
                 [ca.web]\nissuer = \"ca\"\ncommon_name = \"web\"\nkey = \"p256\"\n\
                 passphrase = \"none\"\n\
                 [server.flb]\nca = \"web\"\nsan = [\"flb.example.com\"]\n\
                 probe = \"127.0.0.1:{}\"\n\
                 [server.backend]\nca = \"web\"\nsan = [\"backend.internal.local\"]\n\
                 probe = {{ address = \"127.0.0.1:{backend}\", server_name = \"backend.internal.local\" }}\n\
                 [server.later]\nca = \"web\"\nsan = [\"later.example.com\"]\n\
                 probe = \"127.0.0.1:{backend}\"\n",
                flb.port
            ),
        );
    };
    manifest(incomplete.port);
    // Without --probe nobody looks.
    world.ok("status");
    assert_eq!(found(&world, 3), ["endpoint_refused backend"]);
    manifest(free_port());
    world.ok("renew flb --manifest /dev/null");
    let expected = ["endpoint_drift flb", "endpoint_unreachable backend"];
    assert_eq!(found(&world, 3), expected);
    let told = world.run("status --probe").stdout;
    assert!(
        told.contains("an older generation of flb is served"),
        "{told}"
    );
    // The page and the metrics count them too.
    let told = world.run("status --probe --html page.html --prometheus metrics.prom");
    assert_eq!(told.code, 3, "{told:#?}");
    assert!(world.read_text("page.html").contains("an older generation"));
    // All is well again once the server has the new files.
    drop(flb);
    drop(incomplete);
    let flb = openssl(&world, "flb", "");
    let backend = openssl(&world, "backend", "");
    world.write(
        "other.toml",
        world
            .read_text("pki.toml")
            .replace("probe = \"", "reload = \"true\"\nprobe = \""),
    );
    let text = world.read_text("pki.toml");
    let text: Vec<String> = text
        .lines()
        .map(|line| match line.split_once("127.0.0.1:") {
            Some((before, _)) if before.contains("address") => format!(
                "{before}127.0.0.1:{}\", server_name = \"backend.internal.local\" }}",
                backend.port
            ),
            Some((before, _)) => format!("{before}127.0.0.1:{}\"", flb.port),
            None => line.to_owned(),
        })
        .collect();
    world.write("pki.toml", text.join("\n"));
    assert_eq!(found(&world, 0), [""; 0]);
}

#[test]
fn without_a_manifest_there_is_nothing_to_look_at() {
    let world = world();
    let told = world.refused("status --probe");
    assert!(told.stderr.contains("--manifest FILE"), "{told:#?}");
    world.write(
        "pki.toml",
        "[ca.ca]\ncommon_name = \"testca.com\"\nkey = \"p256\"\n",
    );
    let told = world.ok("status --probe");
    assert!(told.stderr.contains("names no endpoint"), "{told:#?}");
    world.write("pki.toml", "[server.flb]\nsans = 1\n");
    assert_eq!(world.run("status --probe").code, 1);
    assert_eq!(world.run("status --manifest pki.toml").code, 2);
}
