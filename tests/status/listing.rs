//! `list`: every filter, alone and with others.

use serde_json::Value;

use crate::{support::pki, world::World};

/// Names of what is listed; `-` for what has none.
fn listed(world: &World, filters: &str) -> Vec<String> {
    let document = world.json(&format!("list --sort name {filters}"));
    let certificates = document["certificates"].as_array().unwrap();
    certificates
        .iter()
        .map(|one| one["name"].as_str().unwrap_or("-").to_owned())
        .collect()
}

#[test]
fn every_filter_finds_its_own() {
    let world = pki();
    let all = "- *.example.com backend ca client01 flb node1 web";
    let serial = |name: &str| {
        let file = format!("pki/certs/{name}/{name}.crt");
        let said = world.accepts(&format!("openssl x509 -noout -serial -in {file}"));
        said.trim().trim_start_matches("serial=").to_owned()
    };
    let said = world
        .accepts("openssl x509 -noout -fingerprint -sha256 -in pki/certs/client01/client01.crt");
    let fingerprint = said.trim().split_once('=').unwrap().1.to_owned();
    let plain = fingerprint.replace(':', "").to_lowercase();
    for (filters, wanted) in [
        (String::new(), all),
        ("--name flb".into(), "flb"),
        ("--name FLB".into(), "flb"),
        ("--name *.example.com".into(), "*.example.com"),
        ("--name c*".into(), "ca client01"),
        ("--san www.2026testsite.com".into(), "flb"),
        ("--san dns:WWW.2026testsite.com".into(), "flb"),
        ("--san *.example.com".into(), "*.example.com"),
        ("--san 10.0.0.7".into(), "backend"),
        ("--san node*".into(), "node1"),
        ("--san absent.example".into(), ""),
        ("--issuer ca".into(), "ca flb web"),
        (
            "--issuer web".into(),
            "- *.example.com backend client01 node1",
        ),
        ("--kind ca".into(), "ca web"),
        ("--kind peer".into(), "node1"),
        ("--state issued".into(), all),
        ("--state expired".into(), ""),
        ("--state revoked".into(), ""),
        ("--subject client01".into(), "client01"),
        ("--subject CN=client01".into(), "client01"),
        ("--subject 'CN = client01'".into(), "client01"),
        ("--subject CN=w*".into(), "flb"),
        ("--expiring-within 30".into(), "-"),
        ("--expiring-within 41d".into(), "- backend"),
        (
            "--expiring-within 366d --issuer web --kind server".into(),
            "- *.example.com backend",
        ),
        ("--name b* --kind client".into(), ""),
        (format!("--serial {}", serial("flb")), "flb"),
        (format!("--serial {}", &serial("node1")[..12]), "node1"),
        (format!("--fingerprint {fingerprint}"), "client01"),
        (format!("--fingerprint {plain}"), "client01"),
        (format!("--fingerprint {}", "0".repeat(64)), ""),
    ] {
        let found = listed(&world, &filters);
        // The wildcard sorts by the name of its folder.
        let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
        found.sort_unstable();
        let mut wanted: Vec<&str> = wanted.split_whitespace().collect();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "list {filters}");
    }
    let nothing = world.ok("list --name absent");
    assert_eq!(nothing.stdout, "no certificate is like that\n");
}

/// What openssl says of the files is what the list says of the inventory.
#[test]
fn openssl_agrees_on_what_ends_soon() {
    let world = pki();
    for days in [10, 39, 41, 89, 91, 364, 366, 824, 826] {
        let mut theirs = Vec::new();
        for name in [
            "flb",
            "backend",
            "_wildcard.example.com",
            "client01",
            "node1",
        ] {
            let file = format!("pki/certs/{name}/{name}.crt");
            let seconds = days * 86_400;
            let line = format!("openssl x509 -noout -checkend {seconds} -in {file}");
            if !world.judge(&line).status.success() {
                theirs.push(name.replace("_wildcard", "*"));
            }
        }
        theirs.sort();
        let document = world.json(&format!("list --expiring-within {days}"));
        let certificates = document["certificates"].as_array().unwrap();
        let mut ours: Vec<String> = certificates
            .iter()
            .filter_map(|one| one["name"].as_str().map(str::to_owned))
            .collect();
        ours.sort();
        assert_eq!(ours, theirs, "{days} days");
    }
}

#[test]
fn what_signed_a_certificate_is_listed() {
    let world = pki();
    let document = world.json("list --name backend");
    let row = &document["certificates"][0];
    let said = world
        .accepts("openssl x509 -noout -issuer -nameopt RFC2253 -in pki/certs/backend/backend.crt");
    assert_eq!(
        said.trim(),
        format!("issuer={}", row["issuer"].as_str().unwrap())
    );
    assert_eq!(row["ca"], "web");
    let root = world.json("list --name ca");
    assert_eq!(root["certificates"][0]["ca"], "ca");
    assert_eq!(
        root["certificates"][0]["subject"],
        root["certificates"][0]["issuer"]
    );
}

#[test]
fn a_line_has_100_columns() {
    let world = pki();
    let mut long = String::from("issue server many --ca web --key p256");
    for number in 0..20 {
        long.push_str(&format!(
            " --san host-with-a-long-name-{number}.internal.example.com"
        ));
    }
    world.ok(&long);
    let text = world.ok("list").stdout;
    for line in text.lines() {
        assert!(
            line.chars().count() <= 100,
            "{} characters: {line}",
            line.chars().count()
        );
    }
    // What tells certificates apart is not cut.
    let document = world.json("list");
    for row in document["certificates"].as_array().unwrap() {
        let serial = row["serial"].as_str().unwrap().get(..12).unwrap();
        let line = text.lines().find(|line| line.contains(serial)).unwrap();
        if let Value::String(name) = &row["name"] {
            assert!(line.starts_with(name.as_str()), "{line}");
        }
    }
}

#[test]
fn a_filter_that_cannot_be_is_told_with_its_flag() {
    let world = pki();
    for (filters, said) in [
        ("--expiring-within soon", "such as 30 or 30d"),
        ("--expiring-within 0", "such as 30 or 30d"),
        ("--san a..b", "a..b"),
        ("--serial 0x", "0x"),
        ("--fingerprint 12", "64 hexadecimal digits"),
        ("--kind car", "ca, server, client or peer"),
        ("--state gone", "possible values"),
        ("--name *", "leave the flag out"),
    ] {
        let told = world.run(&format!("list {filters}"));
        assert_eq!(told.code, 2, "list {filters}\n{told:#?}");
        let flag = filters.split_once(' ').unwrap().0;
        assert!(told.stderr.contains(flag), "{told:#?}");
        assert!(told.stderr.contains(said), "{told:#?}");
    }
    let told = world.refused("list --issuer nobody");
    assert!(told.stderr.contains("there is ca, web"), "{told:#?}");
}

/// The older certificates of a renewed CA have no name of their own; what they signed is the CA's.
#[test]
fn a_renewed_ca_keeps_what_it_signed() {
    let world = pki();
    let before = listed(&world, "--issuer web");
    assert_eq!(before.len(), 5);
    for time in 0..2 {
        world.ok(&format!("ca renew web --days {}", 1900 + time));
        assert_eq!(listed(&world, "--issuer web"), before);
        assert_eq!(
            listed(&world, "--issuer web --kind server --name b*"),
            ["backend"]
        );
    }
    world.ok("issue server late.example --ca web --key p256");
    let row = &world.json("list --name backend")["certificates"][0];
    assert_eq!(row["ca"], "web");
    let text = world.ok("list --issuer web --sort not-after").stdout;
    assert_eq!(text.lines().count(), 1 + before.len() + 1, "{text}");
    for line in text.lines().skip(1) {
        assert!(line.contains(" web "), "{line}");
    }
    // The other order of its index.
    let mut ends: Vec<String> =
        world.json("list --issuer web --sort not-after --reverse")["certificates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["not_after"].as_str().unwrap().to_owned())
            .collect();
    ends.reverse();
    assert!(ends.is_sorted(), "{ends:?}");
}

#[test]
fn a_ca_and_its_successor_are_told_apart() {
    let world = pki();
    world.ok("ca rollover next ca --no-passphrase --days 3650");
    world.ok("ca rollover next ca --before-time --yes");
    world.ok("issue server fresh --san fresh.example --ca ca --key p256");
    let old = listed(&world, "--issuer ca --kind server");
    assert_eq!(old, ["flb"]);
    let new = listed(&world, "--issuer ca-2 --kind server");
    assert_eq!(new, ["fresh"]);
}

#[test]
fn a_page_beyond_the_end_is_not_an_empty_inventory() {
    let world = pki();
    for flags in ["--limit 0", "--offset 100"] {
        let told = world.ok(&format!("list {flags}"));
        assert_eq!(told.stdout, "no certificate is like that\n", "{flags}");
    }
}
