//! The CA's key: never plainer than it was, unless somebody says so.

use crate::{judge, world::World, world::told};

fn opens_with(world: &World, key: &str, passphrase: &str) -> bool {
    let line = format!("openssl pkey -in {key} -passin pass:{passphrase} -noout");
    world.judge(&line).status.success()
}

/// A CA directory whose key is encrypted as openssl did it for decades.
fn with_encrypted_key() -> World {
    let world = World::with_openssl_ca();
    world.accepts(
        "openssl rsa -in old/private/cakey.pem -aes128 -traditional -passout pass:before \
         -out old/private/cakey.pem",
    );
    assert!(
        world
            .read_text("old/private/cakey.pem")
            .contains("Proc-Type: 4,ENCRYPTED")
    );
    world.write("before.pass", "before\n");
    world.write("after.pass", "after\n");
    world
}

#[test]
fn an_encrypted_key_keeps_its_passphrase() {
    let world = with_encrypted_key();
    world.ok("ca import old old --passphrase-file before.pass");
    assert!(
        world
            .read_text("pki/ca/old.key")
            .starts_with("-----BEGIN ENCRYPTED PRIVATE KEY")
    );
    assert!(opens_with(&world, "pki/ca/old.key", "before"));
    assert!(!opens_with(&world, "pki/ca/old.key", "after"));
    world.ok("issue server a.example --key p256 --passphrase-file before.pass");
}

#[test]
fn an_encrypted_key_gets_another_passphrase() {
    let world = with_encrypted_key();
    world.ok("ca import old old --passphrase-file before.pass --new-passphrase-file after.pass");
    assert!(opens_with(&world, "pki/ca/old.key", "after"));
    assert!(!opens_with(&world, "pki/ca/old.key", "before"));
}

#[test]
fn an_encrypted_key_is_plain_only_when_that_is_said() {
    let world = with_encrypted_key();
    world.ok("ca import old old --passphrase-file before.pass --no-passphrase");
    assert!(
        world
            .read_text("pki/ca/old.key")
            .starts_with("-----BEGIN PRIVATE KEY")
    );
}

#[test]
fn a_plain_key_is_encrypted_unless_that_is_refused() {
    let world = World::with_openssl_ca();
    let refused = told(world.command_without_terminal("ca import old old"));
    assert_eq!(refused.code, 1, "{refused:#?}");
    assert!(refused.stderr.contains("--no-passphrase"), "{refused:#?}");
    assert!(
        refused.stderr.contains("--new-passphrase-file FILE"),
        "{refused:#?}"
    );
    assert!(!world.exists("pki"), "something was left behind");
    world.write("after.pass", "after\n");
    world.ok("ca import old old --new-passphrase-file after.pass");
    assert!(opens_with(&world, "pki/ca/old.key", "after"));
}

#[test]
fn a_wrong_passphrase_and_a_wrong_key_are_refused_and_leave_nothing() {
    let world = with_encrypted_key();
    let refused = world.refused("ca import old old --passphrase-file after.pass");
    assert!(refused.stderr.contains("passphrase"), "{refused:#?}");
    judge::ok(world.judge_command("openssl genrsa -out other.key 2048"));
    let refused = world.refused("ca import old old --key other.key --no-passphrase");
    assert!(
        refused
            .stderr
            .contains("other.key: this key is of no certificate in old/cacert.pem"),
        "{refused:#?}"
    );
    assert!(!world.exists("pki"));
}

#[test]
fn a_ca_without_its_key_is_known_and_gets_it_later() {
    let world = World::with_openssl_ca();
    world.openssl_issues("one.example");
    let told = world.ok("ca import old old --no-key");
    assert!(told.stderr.contains("cannot sign"), "{told:#?}");
    assert!(!world.exists("pki/ca/old.key"));
    assert!(world.exists("pki/ca/old.crt"));
    assert_eq!(world.listed(), world.index("old/index.txt"));
    world.refused("issue server a.example --key p256");

    world.ok("ca import old old --no-passphrase");
    assert!(world.exists("pki/ca/old.key"));
    world.ok("issue server a.example --key p256");
}

#[test]
fn a_directory_without_a_key_says_how_to_go_on() {
    let world = World::with_openssl_ca();
    std::fs::remove_file(world.path("old/private/cakey.pem")).unwrap();
    let refused = world.refused("ca import old old");
    assert!(refused.stderr.contains("--no-key"), "{refused:#?}");
}
