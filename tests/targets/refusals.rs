//! What `render` does not do.

use std::os::unix::fs::PermissionsExt as _;

use crate::world::World;

#[test]
fn what_is_wrong_is_told_with_what_to_do() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    for (line, code, told, hint) in [
        (
            "render ngin flb",
            1,
            "no target \"ngin\"",
            "did you mean nginx?",
        ),
        ("render ../nginx flb", 1, "no target", "target list"),
        ("render nginx fbl", 1, "no certificate is named fbl", ""),
        (
            "render nginx flb --set lsten=1",
            1,
            "no variable \"lsten\"",
            "did you mean listen?",
        ),
        (
            "render nginx flb --set listen=0",
            1,
            "listen = \"0\": a port is a number",
            "",
        ),
        ("render nginx flb --set listen", 2, "VARIABLE=VALUE", ""),
        (
            "render nginx flb --set document_root=www",
            1,
            "an absolute path",
            "",
        ),
        (
            "render nginx flb --set clients_ca=other",
            1,
            "clients_ca: ",
            "",
        ),
        (
            "render nginx flb --set clients_ca=@root",
            1,
            "nginx needs here",
            "--here",
        ),
        (
            "render nginx flb --files tls",
            2,
            "--files tls: write the whole path",
            "",
        ),
        (
            "render nginx flb --set client_verification=maybe",
            1,
            "one of on, optional",
            "",
        ),
        ("target show ngin", 1, "no target", "did you mean nginx?"),
        ("target show nginx --out pki", 1, "pki", ""),
        (
            "target check nginx-stream flb",
            1,
            "no rules are known",
            "goes to the servers behind it",
        ),
    ] {
        let refused = world.run(line);
        assert_eq!(refused.code, code, "{line}\n{refused:#?}");
        assert!(refused.stderr.contains(told), "{line}\n{refused:#?}");
        assert!(refused.stderr.contains(hint), "{line}\n{refused:#?}");
        assert!(refused.stdout.is_empty(), "{line}\n{refused:#?}");
    }
}

#[test]
fn a_file_that_somebody_changed_is_not_overwritten() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    world.ok("render nginx flb --out conf --set clients_ca=@root");
    let text = world.read_text("conf/flb.conf");
    let again = world.json("render nginx flb --out conf --set clients_ca=@root");
    assert_eq!(again["files"][0]["state"], "unchanged");
    world.write("conf/flb.conf", "mine\n");
    std::fs::remove_file(world.path("conf/flb.clients-ca.crt")).unwrap();
    let refused = world.run("render nginx flb --out conf --set clients_ca=@root");
    assert_eq!(refused.code, 1, "{refused:#?}");
    assert!(
        refused
            .stderr
            .contains("conf/flb.conf is there and differs"),
        "{refused:#?}"
    );
    assert!(refused.stderr.contains("--replace"), "{refused:#?}");
    assert_eq!(world.read_text("conf/flb.conf"), "mine\n");
    assert!(!world.path("conf/flb.clients-ca.crt").exists());
    world.ok("render nginx flb --out conf --set clients_ca=@root --replace");
    assert_eq!(world.read_text("conf/flb.conf"), text);
    let mode = std::fs::metadata(world.path("conf/flb.conf"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o644);
}

/// Where one of the files cannot be written, none is.
#[test]
fn all_files_are_written_or_none() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    let line = "render nginx flb --out conf/new --set clients_ca=@root --replace";
    world.write("conf", "no folder");
    let refused = world.refused(line);
    assert!(refused.stderr.contains("conf"), "{refused:#?}");
    std::fs::remove_file(world.path("conf")).unwrap();
    // A folder and a link to nothing, where the second file goes.
    world.ok("render nginx flb --out conf/new");
    world.write("conf/new/flb.conf", "mine\n");
    let second = world.path("conf/new/flb.clients-ca.crt");
    std::fs::create_dir(&second).unwrap();
    world.refused(line);
    assert_eq!(world.read_text("conf/new/flb.conf"), "mine\n");
    std::fs::remove_dir(&second).unwrap();
    std::os::unix::fs::symlink("nothing", &second).unwrap();
    let refused = world.refused(line);
    assert!(
        refused.stderr.contains("flb.clients-ca.crt"),
        "{refused:#?}"
    );
    assert_eq!(world.read_text("conf/new/flb.conf"), "mine\n");
    let left = std::fs::read_dir(world.path("conf/new")).unwrap().count();
    assert_eq!(left, 2);
    std::fs::remove_file(&second).unwrap();
    world.ok(line);
    assert_ne!(world.read_text("conf/new/flb.conf"), "mine\n");
}

#[test]
fn what_is_doubtful_is_said() {
    let world = World::with_authority("p256");
    world.ok("ca intermediate clients --issuer ca --cn clients --key p256 --no-passphrase");
    world.ok("issue server flb --ca ca --san www.example.com --key p256");
    let told = world.run("render nginx flb --out conf --set clients_ca=clients");
    assert!(
        told.stderr
            .contains("revoked clients of clients are let in"),
        "{told:#?}"
    );
    assert_eq!(told.code, 0, "{told:#?}");
    world.ok("crl");
    let told = world.ok("render nginx flb --out conf --replace --set clients_ca=clients");
    assert!(!told.stderr.contains("are let in"), "{told:#?}");
    world.ok("revoke flb --yes");
    let told = world.ok("render nginx flb");
    assert!(told.stderr.contains("flb is revoked"), "{told:#?}");
    let refused = world.refused("render nginx flb --templates nowhere");
    assert!(
        refused.stderr.contains("no folder of templates nowhere"),
        "{refused:#?}"
    );
}

/// The chain of what the old root signed leads over the cross-certificate, which has no name.
#[test]
fn a_rollover_of_the_root_keeps_nobody_from_rendering() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    world.ok("crl");
    for step in [
        "ca rollover next ca --no-passphrase",
        "ca rollover next ca --before-time --yes",
    ] {
        world.ok(step);
        let told = world.ok("render nginx flb --out conf --replace --set clients_ca=@root");
        assert!(told.stdout.contains("flb.conf"), "{step}\n{told:#?}");
        let trusted = world.read_text("conf/flb.clients-ca.crt");
        assert_eq!(trusted.matches("BEGIN CERTIFICATE").count(), 2, "{step}");
        world.ok("render java flb --out java --replace --set clients_ca=@issuer");
    }
}
