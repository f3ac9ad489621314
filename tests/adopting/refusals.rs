//! What is not taken up is told, with its reason, and everything else is taken up.

use std::fs;

use crate::world::{Told, World};

/// Runs an import that leaves something out: exit code 1, and the report all the same.
fn leaves_out(world: &World, line: &str) -> Told {
    let told = world.run(line);
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(!told.stdout.is_empty(), "{told:#?}");
    told
}

#[test]
fn a_line_that_cannot_be_read_is_told_and_comes_in_when_it_is_put_right() {
    let world = World::with_openssl_ca();
    world.openssl_issues("one.example");
    world.openssl_issues("two.example");
    let whole = world.read_text("old/index.txt");
    let damaged = whole.replacen("V\t", "V\tsoon", 1);
    world.write("old/index.txt", damaged);
    fs::remove_file(world.path("old/newcerts/1000.pem")).unwrap();
    let told = leaves_out(&world, "ca import old old --no-passphrase");
    assert!(told.stderr.contains("old/index.txt, line 1: "), "{told:#?}");
    assert!(told.stderr.contains("is no time"), "{told:#?}");
    assert_eq!(world.listed().len(), 1);

    world.write("old/index.txt", whole);
    assert_eq!(world.json("ca import old old")["added"], 1);
    assert_eq!(world.listed(), world.index("old/index.txt"));
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_told_and_the_entry_comes_in() {
    let world = World::with_openssl_ca();
    for host in ["one", "two", "three"] {
        world.openssl_issues(&format!("{host}.example"));
    }
    fs::copy(
        world.path("old/newcerts/1001.pem"),
        world.path("old/newcerts/1000.pem"),
    )
    .unwrap();
    world.write(
        "old/newcerts/1002.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    let told = leaves_out(&world, "ca import old old --no-passphrase");
    assert!(
        told.stderr
            .contains("old/newcerts/1000.pem: its serial number is 1001, not its name's"),
        "{told:#?}"
    );
    assert!(told.stderr.contains("old/newcerts/1002.pem: "), "{told:#?}");
    assert_eq!(world.listed(), world.index("old/index.txt"));
}

#[test]
fn certificates_of_others_are_left_out() {
    let world = World::with_openssl_ca();
    world.openssl_issues("one.example");
    fs::create_dir(world.path("old/certs")).unwrap();
    // Another CA, and one that only claims the name.
    for (file, subject) in [("other", "/CN=Other CA"), ("claims", "/O=Old/CN=Old CA")] {
        world.accepts(&format!(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {file}.key \
             -out old/certs/{file}.pem -subj '{subject}' -days 30 -config openssl.cnf"
        ));
    }
    let told = leaves_out(&world, "ca import old old --no-passphrase --json");
    let report = told.document();
    assert_eq!(report["added"], 1);
    assert_eq!(report["foreign"][0]["place"], "old/certs/other.pem");
    assert_eq!(
        report["foreign"][0]["reason"],
        "its issuer is CN = Other CA"
    );
    assert_eq!(report["refused"][0]["place"], "old/certs/claims.pem");
    assert_eq!(
        report["refused"][0]["reason"],
        "it names this CA as its issuer, and another key has signed it"
    );
}

#[test]
fn two_certificates_with_one_serial_number_are_told() {
    let world = World::with_openssl_ca();
    world.openssl_issues("one.example");
    world.write("old/serial", "1000\n");
    fs::create_dir(world.path("old/certs")).unwrap();
    world.accepts(
        "openssl x509 -req -in one.example.csr -CA old/cacert.pem -CAkey old/private/cakey.pem \
         -set_serial 0x1000 -days 5 -out old/certs/again.pem",
    );
    let told = leaves_out(&world, "ca import old old --no-passphrase");
    assert!(
        told.stderr.contains(
            "old/certs/again.pem: another certificate of this CA has its serial number 1000"
        ),
        "{told:#?}"
    );
    assert_eq!(world.listed(), world.index("old/index.txt"));
}

#[test]
fn a_name_that_is_taken_and_a_ca_that_has_one_are_refused() {
    let world = World::with_openssl_ca();
    world.ok("ca init --cn ours --key p256 --no-passphrase");
    let refused = world.refused("ca import ca old --no-passphrase");
    assert!(refused.stderr.contains("pki/ca/ca.key"), "{refused:#?}");
    world.ok("ca import old old --no-passphrase");
    let refused = world.refused("ca import older old --no-passphrase");
    assert!(refused.stderr.contains("its name is old"), "{refused:#?}");
    assert!(!world.exists("pki/ca/older.key"));
}

#[test]
fn what_is_no_ca_is_refused() {
    let world = World::with_openssl_ca();
    world.openssl_issues("one.example");
    let refused =
        world.refused("ca import one --cert one.example.crt --key one.example.key --no-passphrase");
    assert!(refused.stderr.contains("CA:FALSE"), "{refused:#?}");
    let refused = world.refused("ca import one --cert one.example.key --no-key");
    assert!(
        refused.stderr.contains("a certificate was expected"),
        "{refused:#?}"
    );
    fs::create_dir(world.path("empty")).unwrap();
    let refused = world.refused("ca import one empty");
    assert!(
        refused.stderr.contains("--cert FILE --key FILE"),
        "{refused:#?}"
    );
    assert!(!world.exists("pki"));
}
