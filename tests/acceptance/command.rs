//! `certmint lint`, `certmint target check`, and `certmint render` where the destination refuses.

use std::os::unix::fs::PermissionsExt as _;

use certmint::acceptance::DESTINATIONS;
use serde_json::Value;

use crate::{judge, world::World};

fn rules(document: &Value) -> Vec<&str> {
    let findings = document["certificates"][0]["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect()
}

fn linted(world: &World, line: &str, code: i32) -> Value {
    let told = world.run(&format!("{line} --json"));
    assert_eq!(told.code, code, "{line}\n{told:#?}");
    told.document()
}

/// What certmint makes is refused by none of those that a certificate usually meets.
#[test]
fn what_is_made_here_is_accepted() {
    let world = World::with_authority("p256");
    world.ok("ca intermediate web --cn Web --key p256 --no-passphrase");
    for line in [
        "server www.example.com",
        "peer node.example.com",
        "client client01",
    ] {
        for key in ["rsa2048", "p256"] {
            let name = line.split(' ').nth(1).unwrap();
            let name = format!("{key}.{name}");
            let kind = line.split(' ').next().unwrap();
            world.ok(&format!("issue {kind} {name} --ca web --key {key}"));
            let told = world.ok(&format!("lint {name}"));
            assert!(told.stdout.starts_with("accepted"), "{told:#?}");
        }
    }
    world.ok("lint ca web");
    let host = "lint p256.www.example.com --host p256.www.example.com --for chrome,curl,nginx";
    linted(&world, host, 0);
    let other = "lint p256.www.example.com --host other.example.com --for chrome,curl";
    let document = linted(&world, other, 3);
    assert_eq!(rules(&document), ["chrome-host-name", "curl-host-name"]);
    // The wrong intermediate comes to light where the right one is known.
    let alone = "lint pki/certs/p256.www.example.com/p256.www.example.com.crt --for nginx --ca pki/ca/web.crt";
    assert_eq!(rules(&linted(&world, alone, 3)), ["tls-intermediate"]);
}

/// A pipe can be read once, and has everything that a file has.
#[test]
fn what_comes_through_a_pipe_is_judged_as_its_file_is() {
    let world = World::with_authority("p256");
    world.ok("issue server www.example.com --key p256");
    let file = "pki/certs/www.example.com/www.example.com.fullchain.crt";
    let of_file = linted(&world, &format!("lint {file} --for chrome,nginx"), 0);
    let mut command = world.command("lint /dev/stdin --for chrome,nginx --json");
    let (input, mut end) = std::io::pipe().unwrap();
    command.stdin(input);
    std::io::Write::write_all(&mut end, &world.read(file)).unwrap();
    drop(end);
    let told = crate::world::told(command);
    assert_eq!(told.code, 0, "{told:#?}");
    let called = |document: &Value| document.to_string().replace(file, "/dev/stdin");
    assert_eq!(called(&told.document()), called(&of_file));
    world.refused("lint pki");
}

/// Rules about a CA that is none of the certificate would be passed over without a word.
#[test]
fn a_path_leads_to_the_authority_that_is_given() {
    let world = World::with_authority("p256");
    world.ok("ca intermediate web --cn Web --key p256 --no-passphrase");
    world.ok("issue server www.example.com --ca web --key p256");
    // The same name with another key.
    world.accepts(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key \
         -out other.crt -subj /CN=Web -days 30",
    );
    world.write(
        "alone.crt",
        world.read("pki/certs/www.example.com/www.example.com.crt"),
    );
    for line in [
        "lint alone.crt --ca pki/ca/web.crt --for chrome",
        "lint alone.crt --ca pki/ca/web.crt --ca pki/ca/ca.crt --for chrome",
        "lint alone.crt --ca other.crt --ca pki/ca/web.crt --for chrome",
        "lint www.example.com --ca pki/ca/ca.crt --for chrome",
        "lint pki/ca/ca.crt --ca pki/ca/ca.crt",
    ] {
        linted(&world, line, 0);
    }
    for line in [
        "lint alone.crt --ca other.crt --for chrome",
        "lint www.example.com --ca other.crt --for chrome",
        "lint alone.crt --ca pki/ca/ca.crt --for chrome",
        "lint pki/ca/ca.crt --ca pki/ca/web.crt",
    ] {
        let told = world.refused(line);
        assert_eq!(told.code, 1, "{line}: {told:#?}");
        assert!(
            told.stderr.contains("no path leads from"),
            "{line}: {told:#?}"
        );
        assert!(told.stderr.contains("--ca"), "{line}: {told:#?}");
    }
}

/// Whoever reads the standard is told that a certificate's time is over, or has not come.
#[test]
fn the_moment_is_asked_by_the_standard_and_by_apple() {
    let world = World::with_authority("p256");
    world.ok("issue server www.example.com --key p256 --days 30");
    for (moment, ending) in [
        ("2099-01-01T00:00:00Z", "expired"),
        ("2020-01-01T00:00:00Z", "not-yet-valid"),
    ] {
        for destination in ["rfc5280", "apple"] {
            let line = format!("lint www.example.com --for {destination} --at {moment}");
            let rule = format!("{destination}-{ending}");
            assert_eq!(rules(&linted(&world, &line, 3)), [rule.as_str()]);
        }
    }
}

/// The recipe's commands: the CA has no keyUsage, the certificate no extensions.
#[test]
fn what_openssl_makes_by_itself_is_told() {
    let world = World::new();
    world.accepts("openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=testca.com -days 3650");
    world.accepts("openssl req -newkey rsa:2048 -nodes -keyout flb.key -out flb.csr -subj /CN=www.example.com");
    world.accepts("openssl x509 -req -in flb.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out flb.crt -days 3650");
    let document = linted(
        &world,
        "lint flb.crt --ca ca.crt --for apple,chrome,python",
        3,
    );
    assert_eq!(document["accepted"], false);
    for rule in [
        "apple-825-days",
        "apple-server-auth",
        "apple-no-san",
        "chrome-no-san",
        "python-ca-key-usage",
    ] {
        assert!(rules(&document).contains(&rule), "{rule}: {document:#}");
    }
    for finding in document["certificates"][0]["findings"].as_array().unwrap() {
        assert!(
            !finding["source"].as_str().unwrap().is_empty(),
            "{finding:#}"
        );
    }
    let told = world.run("lint flb.crt --for apache --key-file ca.key");
    assert_eq!(told.code, 3);
    assert!(
        told.stdout.contains("apache-key-mismatch") && told.stdout.contains("AH02565"),
        "{told:#?}"
    );
    assert_eq!(
        world
            .run("lint flb.crt --for apache --key-file flb.key --purpose client")
            .code,
        0
    );
}

#[test]
fn wrong_words_are_told() {
    let world = World::with_authority("p256");
    let told = world.refused("lint nobody");
    assert!(
        told.stderr.contains("neither a file nor a certificate"),
        "{told:#?}"
    );
    let told = world.refused("lint ca --for aws-acn");
    assert!(
        told.stderr.contains("did you mean \"aws-acm\"?"),
        "{told:#?}"
    );
    let told = world.run("lint ca ca --key-file pki/ca/ca.key");
    assert_eq!(told.code, 2, "{told:#?}");
}

/// Certificate Manager takes the next generation under the same ARN, or tells why not.
#[test]
fn the_generation_before_is_what_a_target_has() {
    let world = World::with_authority("rsa2048");
    world.ok("issue server flb --san www.example.com --key rsa2048");
    linted(&world, "target check aws-acm flb", 0);
    world.ok("renew flb");
    linted(&world, "target check aws-acm flb", 0);
    world.ok("issue server other --san www.example.com --key p256");
    let line = "target check aws-acm flb --replaces pki/certs/other/other.crt";
    assert_eq!(rules(&linted(&world, line, 3)), ["aws-acm-reimport-key"]);
    let told = world.run("target check nginx flb");
    assert_eq!(told.code, 0, "{told:#?}");
    let told = world.refused("target check nginy flb");
    assert!(told.stderr.contains("nginx"), "{told:#?}");
}

/// A configuration with which the server would not start is not written, unless asked for.
#[test]
fn render_refuses_what_the_server_refuses() {
    let world = World::with_authority("p256");
    world.ok("issue server www.example.com --key p256");
    world.ok("render nginx www.example.com");
    world.write("secret", "secret0\n");
    world.ok(
        "key protect pki/certs/www.example.com/www.example.com.key --new-passphrase-file secret",
    );
    let told = world.refused("render nginx www.example.com");
    assert!(told.stderr.contains("nginx-encrypted-key"), "{told:#?}");
    world.ok("render nginx www.example.com --refused-too");
}

/// A key of another user is as good as not there: nginx is rendered without it.
#[test]
fn a_key_that_may_not_be_read_does_not_keep_from_rendering() {
    let world = World::with_authority("p256");
    world.ok("issue server www.example.com --key p256");
    let key = world.path("pki/certs/www.example.com/www.example.com.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o000)).unwrap();
    let line = "render nginx www.example.com";
    let told = if std::fs::read(&key).is_ok() {
        // Root reads everything, unless it gives that up.
        let mut given_up = judge::command("setpriv");
        given_up
            .args(["--bounding-set", "-dac_override,-dac_read_search"])
            .arg(env!("CARGO_BIN_EXE_certmint"))
            .args(line.split(' '))
            .current_dir(world.folder());
        crate::world::told(given_up)
    } else {
        world.run(line)
    };
    assert_eq!(told.code, 0, "{told:#?}");
    assert!(told.stdout.contains("ssl_certificate_key"), "{told:#?}");
}

#[test]
fn all_is_every_destination() {
    let world = World::with_authority("rsa2048");
    world.ok("issue server www.example.com --key rsa2048");
    for list in ["all", "nginx,all"] {
        let line = format!("lint www.example.com --for {list}");
        let document = linted(&world, &line, 0);
        let asked = document["certificates"][0]["destinations"]
            .as_array()
            .unwrap();
        assert_eq!(asked.len(), DESTINATIONS.len());
    }
    // Whoever gets a word wrong is told of it.
    let told = world.refused("lint www.example.com --for mainframe");
    assert!(told.stderr.contains("all of them: all"), "{told:#?}");
}

/// The certificate of the listener is that of Certificate Manager.
#[test]
fn a_listener_that_asks_for_clients_has_its_own_certificate_imported() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key ed25519");
    let document = linted(&world, "target check aws-alb-clients flb", 3);
    assert!(
        rules(&document).contains(&"aws-acm-key-kind"),
        "{document:#}"
    );
}
