//! Places where nothing can be written, or where something is already.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt as _, symlink},
    process::Command,
};

use crate::{
    desk::{desk, desk_in},
    sandbox::{CERTMINT, Sandbox, assert_same, mount::Mount, snapshot, told},
};

/// Every command that writes where it is told; `{}` is where.
const WRITERS: &[&str] = &[
    "key new --key p256 --out {}",
    "key new --key p256 --out {} --passphrase-file pass",
    "key protect foreign.key --no-passphrase --out {}",
    "csr new --key-file foreign.key --cn a --out {}",
    "export pem flb --out {}",
    "export der flb --out {}",
    "export p7b flb --out {}",
    "export p12 flb --password-file pass --out {}",
    "sign good.csr --out {}",
];

/// What refuses before it has signed.
fn refused(desk: &Sandbox, line: &str, path: &str, said: &str) {
    let told = desk.refused(&line.replace("{}", path));
    let first = told.stderr.lines().next().unwrap();
    assert!(first.contains(path), "{line}\n{told:#?}");
    assert!(first.contains(said), "{line}\n{told:#?}");
}

#[test]
fn what_exists_is_not_overwritten() {
    let desk = desk();
    desk.write("taken", "mine");
    desk.write("empty", "");
    fs::create_dir(desk.path("folder")).unwrap();
    symlink("nowhere", desk.path("dangling")).unwrap();
    symlink("taken", desk.path("link")).unwrap();
    for line in WRITERS {
        for path in ["taken", "empty", "folder", "dangling", "link"] {
            refused(&desk, line, path, "");
        }
    }
}

/// No file of that name is made, and no report is mixed with data.
#[test]
fn a_dash_is_no_file() {
    let desk = desk();
    for line in WRITERS.iter().copied().chain(["crl ca --out {}"]) {
        let told = desk.run(&line.replace("{}", "-"));
        assert_eq!(told.code, 2, "{line}\n{told:#?}");
        assert!(told.stderr.contains("/dev/stdout"), "{line}\n{told:#?}");
        assert!(!desk.path("-").exists(), "{line}");
    }
}

#[test]
fn where_no_folder_is_nothing_is_written() {
    let desk = desk();
    for line in WRITERS {
        if line.starts_with("sign") {
            continue;
        }
        refused(&desk, line, "no/such/out", "no such directory");
        refused(&desk, line, "good.csr/out", "not a directory");
        refused(&desk, line, "new/", "directory");
        refused(&desk, line, &"x".repeat(300), "too long");
    }
}

/// A signature cannot be taken back; `sign` finds out before it signs, or says where the
/// certificate is.
#[test]
fn a_signature_that_cannot_be_written_is_not_lost() {
    let desk = desk();
    for path in ["no/such/out", "good.csr/out", "new/"] {
        let line = format!("sign good.csr --out {path}");
        let told = desk.run(&line);
        told.assert_refused(&line, 1);
        assert!(told.stderr.contains(path), "{told:#?}");
        let Some((_, rest)) = told.stderr.split_once("--serial ") else {
            continue;
        };
        let serial = rest.split_whitespace().next().unwrap();
        desk.ok(&format!("export pem --serial {serial} --out {serial}.crt"));
    }
}

#[test]
fn a_folder_that_may_not_be_written_is_told() {
    let desk = desk_in(Sandbox::on_disk());
    fs::create_dir(desk.path("closed")).unwrap();
    fs::set_permissions(desk.path("closed"), Permissions::from_mode(0o555)).unwrap();
    // The superuser may write everywhere; so the program is somebody else's here.
    fs::copy(CERTMINT, desk.path("certmint")).unwrap();
    fs::set_permissions(desk.root(), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(desk.path("foreign.key"), Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(
        desk.path("pki/certs/flb/flb.key"),
        Permissions::from_mode(0o644),
    )
    .unwrap();
    let is_root = desk.judge("id", &["-u"]).trim() == "0";
    let run = |line: &str| {
        let mut command = if is_root {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
                .arg(desk.path("certmint"));
            command
        } else {
            Command::new(desk.path("certmint"))
        };
        command.args(line.split_whitespace());
        desk.seal(&mut command);
        told(&mut command)
    };
    let before = snapshot(desk.root());
    for line in WRITERS {
        if line.starts_with("sign") {
            continue;
        }
        let line = line.replace("{}", "closed/out");
        let told = run(&line);
        told.assert_refused(&line, 1);
        let first = told.stderr.lines().next().unwrap();
        assert!(first.contains("closed/out"), "{told:#?}");
        assert!(first.contains("permission denied"), "{told:#?}");
    }
    if is_root {
        // Another user's PKI can be looked at and not be written, and keys stay closed.
        for line in ["list", "ca list", "ca show"] {
            assert_eq!(run(line).code, 0, "{line}");
        }
        for line in [
            "issue server b.example.com --key p256",
            "sign good.csr --out closed/out",
            "ca init other --cn other --key p256 --no-passphrase",
            "--pki closed/pki ca init --cn other --key p256 --no-passphrase",
            "csr new --key-file pki/ca/ca.key --cn a --out closed/out",
            "key protect foreign.key --no-passphrase",
        ] {
            let told = run(line);
            told.assert_refused(line, 1);
            assert!(
                ["permission", "cannot be"]
                    .iter()
                    .any(|said| told.stderr.contains(said)),
                "{line}\n{told:#?}"
            );
        }
    }
    assert_same(&before, &snapshot(desk.root()), "as another user");
}

#[test]
fn a_full_disk_gets_no_part_of_a_file() {
    let desk = desk();
    let disk = Mount::tmpfs("size=1m");
    let out = disk.path().join("out");
    let out = out.to_str().unwrap();
    disk.fill(0);
    for line in WRITERS {
        let before = snapshot(disk.path());
        let line = line.replace("{}", out);
        let told = desk.run(&line);
        told.assert_refused(&line, 1);
        assert!(told.stderr.contains(out), "{told:#?}");
        assert!(told.stderr.contains("no space left"), "{told:#?}");
        assert_same(&before, &snapshot(disk.path()), &line);
    }
    disk.free();
    for line in WRITERS {
        desk.ok(&line.replace("{}", out));
        fs::remove_file(out).unwrap();
    }
    disk.remount("ro");
    for line in WRITERS {
        let line = line.replace("{}", out);
        let told = desk.run(&line);
        told.assert_refused(&line, 1);
        assert!(told.stderr.contains("read-only"), "{told:#?}");
    }
}

/// Of several files that are rendered, all are written or none, however little room there is.
#[test]
fn a_full_disk_gets_no_part_of_a_configuration() {
    let desk = desk();
    let disk = Mount::tmpfs("size=1m");
    let out = disk.path().join("new/site");
    let line = format!(
        "render nginx flb --set clients_ca=@root --with-files --here /etc/site --out {}",
        out.display()
    );
    let mut refused = 0;
    for pages in 0.. {
        disk.fill(pages * 4096);
        let before = snapshot(disk.path());
        let told = desk.run(&line);
        if told.code == 0 {
            break;
        }
        told.assert_refused(&line, 1);
        assert!(told.stderr.contains("no space left"), "{told:#?}");
        assert_same(&before, &snapshot(disk.path()), &line);
        refused += 1;
        disk.free();
    }
    // At least one of its four files had room.
    assert!(refused > 1, "{refused}");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 4);
}

/// Standard output is an output too.
#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let desk = desk();
    for line in [
        "list",
        "list --json",
        "ca show",
        "completions bash",
        "--version",
    ] {
        let mut command = desk.certmint(line);
        command.stdout(
            fs::OpenOptions::new()
                .write(true)
                .open("/dev/full")
                .unwrap(),
        );
        let told = told(&mut command);
        if line == "--version" {
            continue;
        }
        told.assert_refused(line.trim_end_matches(" --json"), 1);
        assert!(told.stderr.contains("no space left") || told.stderr.contains("No space left"));
    }
}
