//! A PKI on a disk that is full, gets full at any moment, or cannot be written.

use std::fs;

use crate::sandbox::{Sandbox, assert_same, audit::audit, mount::Mount, snapshot};

fn issue(pki: &str, name: &str) -> String {
    format!("--pki {pki} issue server {name} --key p256")
}

fn init(pki: &str) -> String {
    format!("--pki {pki} ca init --cn testca.com --key p256 --no-passphrase")
}

/// From no room at all to room enough, so that every step runs out of it once.
#[test]
fn issue_on_a_full_disk_does_nothing_by_halves() {
    let desk = Sandbox::new();
    let disk = Mount::tmpfs("size=2m");
    let root = disk.path().join("pki");
    let pki = root.to_str().unwrap();
    desk.ok(&init(pki));
    let (mut issued, mut refused, mut unfinished) = (0, 0, 0);
    let mut names = Vec::new();
    for pages in (0..96).step_by(2) {
        let name = format!("n{pages}.example.com");
        disk.fill(pages * 4096);
        let line = issue(pki, &name);
        let told = desk.run(&line);
        if told.code == 0 {
            issued += 1;
        } else {
            refused += 1;
            told.assert_refused(&line, 1);
            assert!(told.stderr.contains("no space left"), "{told:#?}");
            assert!(told.stderr.contains(pki), "{told:#?}");
            // Looking works, and shows it only if it was signed.
            let listed = desk.ok(&format!("--pki {pki} list"));
            let shown = listed.stdout.lines().filter(|row| row.contains("issued"));
            let signed = told.stderr.contains("is signed and in the inventory");
            assert_eq!(shown.count(), names.len() + 1 + usize::from(signed));
            unfinished += usize::from(signed);
            let folder = root.join("certs").join(&name);
            assert!(signed || fs::symlink_metadata(folder).is_err());
        }
        disk.free();
        // Once there is room the same command does it, or the next one finds it done.
        if told.code != 0 && desk.run(&line).code != 0 {
            assert!(told.stderr.contains("is signed"), "{told:#?}");
        }
        assert!(root.join(format!("certs/{name}/{name}.crt")).exists());
        names.push(name);
        if pages % 12 == 10 {
            assert_eq!(audit(&root).len(), names.len() + 1);
        }
    }
    println!("{issued} issued, {refused} refused, of which {unfinished} after signing");
    assert!(
        issued > 0 && refused > 3,
        "{issued} issued, {refused} refused"
    );
}

#[test]
fn ca_init_on_a_full_disk_can_be_repeated() {
    let desk = Sandbox::new();
    let (mut made, mut refused) = (0, 0);
    let disk = Mount::tmpfs("size=1m");
    for pages in (0..204).step_by(12) {
        let root = disk.path().join("pki");
        let pki = root.to_str().unwrap();
        disk.fill(pages * 4096);
        let told = desk.run(&init(pki));
        if told.code == 0 {
            made += 1;
        } else {
            refused += 1;
            told.assert_refused("ca init", 1);
            assert!(told.stderr.contains("no space left"), "{told:#?}");
            assert!(told.stderr.contains(pki), "{told:#?}");
            // No key is left of what was not made.
            let keys = |seen: crate::sandbox::Snapshot| {
                seen.into_keys()
                    .filter(|name| name.extension().is_some_and(|kind| kind == "key"))
                    .collect::<Vec<_>>()
            };
            assert_eq!(
                keys(snapshot(disk.path())),
                Vec::<std::path::PathBuf>::new()
            );
        }
        disk.free();
        if told.code != 0 {
            desk.ok(&init(pki));
        }
        desk.ok(&issue(pki, "www.example.com"));
        assert_eq!(audit(&root).len(), 2);
        fs::remove_dir_all(root).unwrap();
    }
    println!("{made} made, {refused} refused");
    assert!(made > 0 && refused > 3, "{made} made, {refused} refused");
}

#[test]
fn a_read_only_pki_is_read_and_not_written() {
    let desk = Sandbox::new();
    let disk = Mount::tmpfs("size=4m");
    let root = disk.path().join("pki");
    let pki = root.to_str().unwrap();
    desk.ok(&init(pki));
    desk.ok(&issue(pki, "www.example.com"));
    desk.ok("key new --key p256 --out flb.key");
    desk.ok("csr new --key-file flb.key --out flb.csr --san flb.example.com");
    desk.write("pass", "correct horse battery staple\n");
    disk.remount("ro");
    let before = snapshot(disk.path());
    for line in [
        "list",
        "list --json",
        "ca list",
        "ca show",
        "export pem www.example.com --out out.pem",
        "export p7b www.example.com --out out.p7b",
        "export p12 www.example.com --out out.p12 --password-file pass",
        "key protect PKI/ca/ca.key --passphrase-file pass --no-passphrase --out ca.key",
    ] {
        desk.ok(&format!("--pki {pki} {}", line.replace("PKI", pki)));
    }
    desk.openssl(&format!("verify -CAfile {pki}/ca/ca.crt out.pem"));
    for line in [
        "issue server b.example.com --key p256",
        "sign flb.csr --out out.crt",
        "ca init other --cn other --key p256 --no-passphrase",
        "ca intermediate other --cn other --key p256 --no-passphrase",
        "key protect PKI/ca/ca.key --new-passphrase-file pass",
    ] {
        let told = desk.refused(&format!("--pki {pki} {}", line.replace("PKI", pki)));
        let first = told.stderr.lines().next().unwrap();
        assert!(
            first.contains("read-only") && first.contains(pki),
            "{told:#?}"
        );
    }
    assert_same(&before, &snapshot(disk.path()), "on a read-only disk");
    disk.remount("rw");
    desk.ok(&issue(pki, "b.example.com"));
    assert_eq!(audit(&root).len(), 3);
}
