//! Directories of easy-rsa, mkcert and step.

use std::fs;
use std::process::Command;

use crate::{judge, world::World};

/// easy-rsa at work in the folder.
fn easyrsa(world: &World, line: &str) {
    let mut command = world.judge_command(&format!("easyrsa {line}"));
    command
        .env("EASYRSA_BATCH", "1")
        .env("EASYRSA_PKI", world.path("vpn"))
        .env("EASYRSA_ALGO", "ec");
    if line.starts_with("build-ca") {
        command.env("EASYRSA_REQ_CN", "VPN CA");
    }
    judge::ok(command);
}

fn mkcert(world: &World) -> Command {
    let mut command = world.judge_command("mkcert");
    command.env("CAROOT", world.path("caroot"));
    command
}

/// The names of the folders that were made.
fn folders(report: &serde_json::Value) -> Vec<String> {
    let folders = report["folders"].as_array().unwrap();
    let mut names: Vec<String> = folders
        .iter()
        .map(|folder| folder["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn easy_rsa() {
    let world = World::new();
    easyrsa(&world, "init-pki");
    easyrsa(&world, "build-ca nopass");
    easyrsa(&world, "build-server-full vpn.example nopass");
    for client in ["ann", "joe", "kim"] {
        easyrsa(&world, &format!("build-client-full {client} nopass"));
    }
    easyrsa(&world, "revoke ann keyCompromise");
    easyrsa(&world, "gen-crl");

    let report = world.json("ca import vpn vpn --no-passphrase --with-files");
    assert_eq!(report["origin"], "easy_rsa");
    assert_eq!(report["certificate"]["subject"], "CN=VPN CA");
    assert_eq!(report["added"], 4);
    assert_eq!(report["revoked"], 1);
    assert_eq!(report["without_file"], 0, "the revoked one is in revoked/");
    assert_eq!(folders(&report), ["joe", "kim", "vpn.example"]);
    assert_eq!(world.listed(), world.index("vpn/index.txt"));
    world.accepts("openssl verify -CAfile vpn/ca.crt pki/certs/joe/joe.crt");
    assert_eq!(
        world.accepts("openssl pkey -in pki/certs/joe/joe.key -pubout"),
        world.accepts("openssl x509 -in vpn/issued/joe.crt -noout -pubkey"),
    );
    world.ok("crl vpn");
    assert_eq!(
        world.serials_on("pki/crl/vpn.crl"),
        world.serials_on("vpn/crl.pem")
    );

    // The directory above it will do, and what was revoked since comes in.
    easyrsa(&world, "revoke joe superseded");
    fs::create_dir(world.path("easy-rsa")).unwrap();
    fs::rename(world.path("vpn"), world.path("easy-rsa/pki")).unwrap();
    let again = world.json("ca import vpn easy-rsa");
    assert_eq!(again["added"], 0);
    assert_eq!(again["revoked_since"], 1);
    assert_eq!(world.listed(), world.index("easy-rsa/pki/index.txt"));

    world.ok("renew kim");
    let serial = |file: &str| world.accepts(&format!("openssl x509 -in {file} -noout -serial"));
    assert_ne!(
        serial("pki/certs/kim/kim.crt"),
        serial("easy-rsa/pki/issued/kim.crt")
    );
    world.accepts("openssl verify -CAfile easy-rsa/pki/ca.crt pki/certs/kim/kim.crt");
}

#[test]
fn mkcert_root() {
    let world = World::new();
    fs::create_dir(world.path("site")).unwrap();
    let mut command = mkcert(&world);
    command
        .args(["dev.example", "10.0.0.7"])
        .current_dir(world.path("site"));
    judge::ok(command);

    let told = world.ok("ca import dev caroot --no-passphrase");
    assert!(told.stdout.contains("0 valid"), "{told:#?}");
    assert!(told.stderr.contains("--newcerts DIR"), "{told:#?}");
    let report = world.json("ca import dev caroot --newcerts site --with-files");
    assert_eq!(report["origin"], "mkcert");
    assert_eq!(report["valid"], 1);
    // mkcert calls the file dev.example+1-key.pem, which no folder can be called.
    assert_eq!(folders(&report), ["dev.example"]);
    let list = world.json("list");
    let leaf = &list["certificates"][1];
    assert_eq!(leaf["kind"], "server");
    assert_eq!(
        leaf["sans"],
        serde_json::json!(["dns:dev.example", "ip:10.0.0.7"])
    );
    world.ok("issue server more.example --key p256 --days 90");
    world.accepts(
        "openssl verify -CAfile caroot/rootCA.pem pki/certs/more.example/more.example.crt",
    );
}

/// step is not in Debian; its directory is laid out here as it lays it out.
#[test]
fn step_with_its_intermediate() {
    let world = World::new();
    world.ok("ca init --cn 'Step Root' --key p256 --no-passphrase --pki made");
    world.ok("ca intermediate web --cn 'Step Intermediate' --key p256 --no-passphrase --pki made");
    for folder in ["step", "step/certs", "step/secrets"] {
        fs::create_dir(world.path(folder)).unwrap();
    }
    for (from, to) in [
        ("ca.crt", "certs/root_ca.crt"),
        ("ca.key", "secrets/root_ca_key"),
        ("web.crt", "certs/intermediate_ca.crt"),
        ("web.key", "secrets/intermediate_ca_key"),
    ] {
        fs::copy(
            world.path(&format!("made/ca/{from}")),
            world.path(&format!("step/{to}")),
        )
        .unwrap();
    }
    let told = world.ok("ca import root step --no-passphrase");
    assert!(
        told.stderr.contains(
            "--cert step/certs/intermediate_ca.crt --key step/secrets/intermediate_ca_key"
        ),
        "{told:#?}"
    );
    assert!(
        told.stdout.contains("1 valid"),
        "the intermediate: {told:#?}"
    );
    world.ok("ca import web --cert step/certs/intermediate_ca.crt \
         --key step/secrets/intermediate_ca_key --no-passphrase");
    world.ok("issue server a.example --ca web --key p256");
    world.accepts(
        "openssl verify -x509_strict -CAfile step/certs/root_ca.crt \
         -untrusted pki/certs/a.example/a.example.chain.crt pki/certs/a.example/a.example.crt",
    );
}

#[test]
fn an_intermediate_brings_what_stands_above_it() {
    let world = World::new();
    world.ok("ca init --cn 'Their Root' --key p256 --no-passphrase --pki made");
    world.ok("ca intermediate web --cn 'Their Web' --key p256 --no-passphrase --pki made");
    let alone = "ca import web --cert made/ca/web.crt --key made/ca/web.key --no-passphrase";
    let told = world.ok(&format!("{alone} --pki alone"));
    assert!(told.stderr.contains("CN = Their Root"), "{told:#?}");

    let mut chain = world.read("made/ca/web.crt");
    chain.extend(world.read("made/ca/ca.crt"));
    world.write("chain.crt", chain);
    world.ok("ca import web --cert chain.crt --key made/ca/web.key --no-passphrase");
    world.ok("issue server a.example --key p256");
    world.accepts(
        "openssl verify -CAfile made/ca/ca.crt \
         -untrusted pki/certs/a.example/a.example.chain.crt pki/certs/a.example/a.example.crt",
    );
    let list = world.json("ca list");
    let authorities = list["authorities"].as_array().unwrap();
    let named = |authority: &&serde_json::Value| !authority["name"].is_null();
    assert_eq!(authorities.iter().filter(named).count(), 1, "{list:#}");
}
