//! Secrets come from files, standard input or a terminal, never from the command line.

use crate::{
    documentation::commands,
    terminal::at_a_terminal,
    world::{World, told},
};

/// A flag that has to do with a secret takes a file or nothing, never the secret.
#[test]
fn no_secret_on_the_command_line() {
    let world = World::new();
    let mut seen = 0;
    for (name, help) in commands(&world) {
        for line in help.lines().map(str::trim_start) {
            let mut parts = line.split_whitespace();
            let flag = parts
                .find(|part| part.starts_with("--"))
                .unwrap_or_default();
            if line.starts_with('-') && flag.contains("pass") {
                let value = parts.next();
                assert!(value.is_none() || value == Some("<FILE>"), "{name}: {line}");
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen}");
    for line in [
        "key new --out k --passphrase secret0",
        "key new --out k --passphrase=secret0",
        "ca init --cn x --password secret0",
    ] {
        let told = world.run(line);
        assert_eq!(told.code, 2, "{line}\n{told:#?}");
    }
    assert!(!world.exists("k"));
}

#[test]
fn without_a_terminal_the_flag_is_named() {
    let world = World::with_authority("p256");
    world.write("password", "secret0\n");
    world.ok("key new --key p256 --out locked.key --passphrase-file password");
    world.ok("issue client client01 --key p256");
    world.ok("ca init locked --cn Locked --key p256 --passphrase-file password");
    for (line, flag) in [
        ("ca init other --cn x --key p256", "--passphrase-file"),
        (
            "ca intermediate web --issuer locked --cn x --key p256 --no-passphrase",
            "--issuer-passphrase-file",
        ),
        (
            "key new --key p256 --out new.key --passphrase",
            "--passphrase-file",
        ),
        (
            "key protect locked.key --no-passphrase",
            "--passphrase-file",
        ),
        ("key protect pki/ca/ca.key", "--new-passphrase-file"),
        (
            "csr new --key-file locked.key --out new.csr --cn x",
            "--passphrase-file",
        ),
        (
            "issue client new --ca locked --key p256",
            "--passphrase-file",
        ),
        ("export p12 client01 --out new.p12", "--password-file"),
    ] {
        let told = told(world.command_without_terminal(line));
        assert_eq!(told.code, 1, "{line}\n{told:#?}");
        assert!(
            told.stderr.contains(&format!("give it with {flag} FILE")),
            "{line}\n{told:#?}"
        );
    }
    for file in [
        "new.key",
        "new.csr",
        "new.p12",
        "pki/ca/other.key",
        "pki/ca/web.key",
        "pki/certs/new",
    ] {
        assert!(!world.exists(file), "{file}");
    }
}

#[test]
fn secrets_from_files_and_standard_input() {
    let world = World::with_authority("p256");
    world.write("password", "secret0\nwhat follows is not read\n");
    world.write("wrong", "secret1\n");
    world.write("nothing", "\n");
    world.ok("key new --key p256 --out locked.key --passphrase-file password");
    world.accepts("openssl pkey -in locked.key -passin pass:secret0 -noout");

    let mut command =
        world.command("csr new --key-file locked.key --out own.csr --cn x --passphrase-file -");
    command.stdin(std::fs::File::open(world.path("password")).unwrap());
    let from_input = told(command);
    assert_eq!(from_input.code, 0, "{from_input:#?}");

    let wrong = world.refused("key protect locked.key --passphrase-file wrong --no-passphrase");
    assert!(wrong.stderr.contains("locked.key"), "{wrong:#?}");
    assert!(!wrong.stderr.contains("secret"), "{wrong:#?}");
    let empty = world.refused("key new --key p256 --out new.key --passphrase-file nothing");
    assert!(empty.stderr.contains("empty"), "{empty:#?}");
    assert!(!world.exists("new.key"));
    let both = world.run("key protect locked.key --passphrase-file - --new-passphrase-file -");
    assert_eq!(both.code, 2, "{both:#?}");
}

#[test]
fn a_terminal_is_asked_and_shows_no_secret() {
    let world = World::new();
    let line = "key new --key p256 --out own.key --passphrase";
    let differ = at_a_terminal(&world, line, "", &["secret0", "secret1"]);
    assert_eq!(differ.code, 1, "{differ:#?}");
    assert!(differ.stdout.contains("differ"), "{differ:#?}");
    assert!(!world.exists("own.key"));
    let made = at_a_terminal(&world, line, "", &["secret0", "secret0"]);
    assert_eq!(made.code, 0, "{made:#?}");
    assert!(!made.stdout.contains("secret"), "{made:#?}");
    world.accepts("openssl pkey -in own.key -passin pass:secret0 -noout");
    let opened = at_a_terminal(
        &world,
        "csr new --key-file own.key --out own.csr --cn x",
        "",
        &["secret0"],
    );
    assert_eq!(opened.code, 0, "{opened:#?}");
    assert!(opened.stdout.contains("own.key"), "{opened:#?}");
}
