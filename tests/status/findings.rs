//! What `status` finds, and what it does not.

use std::os::unix::fs::PermissionsExt;

use certmint::authority::status::{Files, Severity};
use serde_json::Value;

use crate::support::{pki, status_in, words};
use crate::world::World;

fn found(world: &World) -> (i32, Vec<String>) {
    let told = world.run("status --json");
    let document = told.document();
    let findings = document["findings"].as_array().unwrap();
    let words = findings
        .iter()
        .map(|finding| {
            let name = finding["name"].as_str().unwrap_or("-");
            format!("{} {name}", finding["matter"].as_str().unwrap())
        })
        .collect();
    (told.code, words)
}

#[test]
fn a_pki_in_order_is_calm() {
    let world = pki();
    let told = world.ok("status");
    assert!(told.stdout.starts_with("All is well.\n"), "{told:#?}");
    assert!(
        told.stdout.contains("2 CAs; 6 certificates in use"),
        "{told:#?}"
    );
    assert!(
        told.stdout
            .contains("the next to end is CN = other.example"),
        "{told:#?}"
    );
    assert_eq!(found(&world), (0, vec![]));
    let told = world.run("status --within 30");
    assert_eq!(told.code, 3, "{told:#?}");
    assert!(
        told.stdout.starts_with("1 thing needs attention.\n"),
        "{told:#?}"
    );
}

/// One after the other they end; the status of each day says so.
#[test]
fn ends_are_seen_before_and_after() {
    let world = pki();
    let at = |days| words(&status_in(&world, days, Files::Skipped).findings);
    assert_eq!(at(14), Vec::<String>::new());
    assert_eq!(at(16), ["certificate_expires_soon CN=other.example"]);
    assert_eq!(at(29), ["elsewhere_expired CN=other.example"]);
    assert_eq!(
        at(31),
        [
            "certificate_expires_soon backend",
            "elsewhere_expired CN=other.example"
        ]
    );
    assert_eq!(
        at(41),
        [
            "certificate_expired backend",
            "elsewhere_expired CN=other.example"
        ]
    );
    // The severity decides: what was written elsewhere may be out of use.
    assert!(!status_in(&world, 29, Files::Skipped).needs_attention());
    assert!(status_in(&world, 41, Files::Skipped).needs_attention());
}

/// What was signed again for the same names needs nobody's attention.
#[test]
fn what_was_signed_again_is_not_missed() {
    let world = pki();
    world.ok("sign other.csr --ca web --days 90 --out newer.crt");
    assert_eq!(
        words(&status_in(&world, 25, Files::Skipped).findings),
        Vec::<String>::new()
    );
}

#[test]
fn the_end_of_a_ca_is_seen_in_three_steps() {
    let world = World::with_authority("p256");
    world.ok("ca intermediate sub --cn Sub --issuer ca --key p256 --no-passphrase --days 400");
    world.ok("issue server www.example --ca sub --key p256 --days 200");
    let at = |days| status_in(&world, days, Files::Skipped).findings;
    assert_eq!(words(&at(100)), Vec::<String>::new());
    // 190 days are left, and its certificates live 200.
    let short: Vec<_> = at(100 + 110)
        .into_iter()
        .filter(|finding| finding.about.title() == "sub")
        .collect();
    // Its only certificate has ended by then, so that nothing says how long new ones would live.
    assert_eq!(words(&short), Vec::<String>::new());
    world.ok("issue server late.example --ca sub --key p256 --days 390");
    let too_short = at(20);
    assert_eq!(words(&too_short), ["ca_too_short sub"]);
    assert!(too_short[0].what.contains("390 days"), "{too_short:#?}");
    let soon = at(370);
    assert!(
        words(&soon).contains(&"ca_expires_soon sub".to_owned()),
        "{soon:#?}"
    );
    let over = at(401);
    assert_eq!(words(&over)[0], "ca_expired sub");
    assert_eq!(over[0].severity(), Severity::Critical);
}

/// A leaf that was cut to the end of its CA cannot be renewed before the CA is.
#[test]
fn a_certificate_that_ends_with_its_ca_says_so() {
    let world = World::with_authority("p256");
    world.ok("ca intermediate sub --cn Sub --issuer ca --key p256 --no-passphrase --days 400");
    world.ok("issue server www.example --ca sub --key p256 --days 399");
    let findings = status_in(&world, 390, Files::Skipped).findings;
    assert_eq!(
        words(&findings),
        [
            "ca_expires_soon sub",
            "certificate_expires_soon www.example"
        ]
    );
    assert!(
        findings[0].what.contains("1 certificate ends with it"),
        "{findings:#?}"
    );
    assert!(
        findings[1].remedy.contains("renew the CA first"),
        "{findings:#?}"
    );
}

#[test]
fn files_that_are_not_those_of_the_inventory_are_found() {
    let world = pki();
    let file = |name: &str| world.path(&format!("pki/certs/{name}"));
    std::fs::remove_file(file("flb/flb.key")).unwrap();
    std::fs::copy(file("node1/node1.crt"), file("backend/backend.crt")).unwrap();
    std::fs::copy(file("node1/node1.key"), file("client01/client01.key")).unwrap();
    std::fs::set_permissions(file("node1/node1.key"), PermissionsExt::from_mode(0o644)).unwrap();
    std::fs::rename(world.path("pki/ca/web.key"), world.path("web.key")).unwrap();
    let (code, words) = found(&world);
    assert_eq!(code, 3);
    assert_eq!(
        words,
        [
            "file_missing flb",
            "file_differs backend",
            "key_does_not_fit client01",
            "key_readable node1",
            "ca_key_absent web",
        ]
    );
    let (code, words) = {
        let told = world.run("status --skip-files --json");
        (told.code, told.document()["findings"].clone())
    };
    assert_eq!((code, words), (0, serde_json::json!([])));
    // openssl sees the same: the key of client01 is another's.
    let of = |line: &str| {
        world
            .accepts(&format!("openssl {line} -pubout"))
            .trim()
            .to_owned()
    };
    let key = of("pkey -in pki/certs/client01/client01.key");
    let certificate = world
        .accepts("openssl x509 -in pki/certs/client01/client01.crt -noout -pubkey")
        .trim()
        .to_owned();
    assert_ne!(key, certificate);
    // And all of it is put right by putting the files back.
    let text = world.run("status").stdout;
    assert!(
        text.starts_with("3 things are broken now, and 1 more needs attention.\n"),
        "{text}"
    );
    assert!(
        text.contains("chmod 600 pki/certs/node1/node1.key"),
        "{text}"
    );
}

/// An encrypted key of a CA is as it should be, and nobody is asked for its passphrase.
#[test]
fn an_encrypted_key_is_no_finding() {
    let world = World::new();
    world.write("passphrase", "correct horse\n");
    world.ok("ca init --cn testca.com --key p256 --passphrase-file passphrase");
    assert_eq!(found(&world), (0, vec![]));
}

/// Somebody who may not read the keys learns that they were not looked at, once.
#[test]
fn a_monitoring_user_sees_everything_but_keys() {
    let world = pki();
    std::fs::set_permissions(world.path(""), PermissionsExt::from_mode(0o755)).unwrap();
    let command = world.command("status --json");
    let mut other = crate::judge::command("setpriv");
    other
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(world.path(""))
        .env_clear();
    let told = crate::world::told(other);
    assert_eq!(told.code, 0, "{told:#?}");
    let document: Value = told.document();
    let findings = document["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0]["matter"], "not_checked");
    assert!(
        findings[0]["what"]
            .as_str()
            .unwrap()
            .starts_with("7 private keys")
    );
}

#[test]
fn two_documents_do_not_fit_into_one_output() {
    let world = pki();
    for line in [
        "status --html - --ics -",
        "status --html - --json",
        "status --prometheus - --json",
    ] {
        let told = world.run(line);
        assert_eq!(told.code, 2, "{line}: {told:#?}");
        assert!(!told.stdout.contains("html"), "{line}: {told:#?}");
    }
}

/// A CA that ends before what it signed is made so only when asked for, and found afterwards.
#[test]
fn a_ca_that_ends_before_what_it_signed_is_found() {
    let world = World::with_authority("p256");
    world.ok("ca intermediate web --cn Web --issuer ca --key p256 --no-passphrase --days 1825");
    world.ok("issue server a.example --ca web --key p256 --days 90");
    world.ok("issue server b.example --ca web --key p256 --days 300");
    let before = world.read("pki/ca/web.crt");
    let refused = world.refused("ca renew web --days 100");
    assert!(
        refused
            .stderr
            .contains("1 certificate in use below it ends later, first b.example"),
        "{refused:#?}"
    );
    assert!(
        refused.stderr.contains("--days 300 or more"),
        "{refused:#?}"
    );
    assert_eq!(world.read("pki/ca/web.crt"), before);

    let told = world.ok("ca renew web --days 20 --allow-shorter");
    assert!(
        told.stderr
            .contains("2 certificates in use below it end later"),
        "{told:#?}"
    );
    // As long as the last one is too short now.
    world.refused("ca renew web");
    let told = world.run("status --json");
    assert_eq!(told.code, 3, "{told:#?}");
    let findings = told.document()["findings"].clone();
    let of = |matter: &str| {
        let mut findings = findings.as_array().unwrap().iter();
        findings
            .find(|one| one["matter"] == matter)
            .cloned()
            .unwrap()
    };
    let found = of("ca_ends_first");
    assert_eq!(found["name"], "web");
    assert!(
        found["what"]
            .as_str()
            .unwrap()
            .contains("2 certificates that it signed later"),
        "{found:#}"
    );
    for matter in ["ca_ends_first", "ca_too_short"] {
        assert_eq!(
            of(matter)["remedy"]
                .as_str()
                .unwrap()
                .split(',')
                .next()
                .unwrap(),
            "certmint ca renew web --days 1825"
        );
    }
    world.ok("ca renew web --days 1825");
    assert_eq!(self::found(&world), (0, vec![]));
}

/// What its own root's next certificate would end before counts, the CAs below it included; its own
/// last certificate does not.
#[test]
fn a_root_may_become_shorter_than_it_was() {
    let world = World::new();
    world.ok("ca init --cn Root --key p256 --no-passphrase --days 4000");
    world.ok("ca intermediate web --cn Web --issuer ca --key p256 --no-passphrase --days 1000");
    let refused = world.refused("ca renew ca --days 900");
    assert!(refused.stderr.contains("first web on"), "{refused:#?}");
    world.ok("ca renew ca --days 2000");
    assert_eq!(found(&world), (0, vec![]));
}
