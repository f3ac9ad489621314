//! PKI directories that are none, are damaged, or miss something.

use std::fs;

use crate::{
    desk::desk,
    sandbox::{Sandbox, chance::Chance},
};

/// What only reads the inventory.
const LOOKS: &[&str] = &[
    "list",
    "list --sort name --limit 3",
    "ca list",
    "ca show",
    "export pem flb --out out.pem",
    "export der flb --out out.der",
    "export p7b flb --out out.p7b",
    "export p12 flb --out out.p12 --password-file pass",
];

/// What writes to it.
const DEEDS: &[&str] = &[
    "issue server b.example.com --key p256",
    "sign good.csr --out out.crt",
    "ca intermediate web --cn web --key p256 --passphrase-file pass",
];

/// What makes a PKI where there is none.
const MAKERS: &[&str] = &[
    "ca init other --cn other --key p256 --passphrase-file pass",
    "sign good.csr --out out.crt --ca-cert foreign.crt --ca-key foreign.key",
];

fn refused_all(desk: &Sandbox, lines: &[&[&str]], path: &str, said: &str) {
    for line in lines.concat() {
        let told = desk.refused(line);
        let first = told.stderr.lines().next().unwrap();
        assert!(first.contains(path), "{line}\n{told:#?}");
        assert!(first.contains(said), "{line}\n{told:#?}");
    }
}

#[test]
fn where_no_pki_is_nothing_is_made() {
    let desk = desk();
    fs::create_dir(desk.path("empty")).unwrap();
    for (pki, said) in [
        ("missing", "no PKI in missing"),
        ("empty", "no PKI in empty"),
        ("good.csr", "not a directory"),
        ("missing/further", "no PKI in missing/further"),
    ] {
        for line in [LOOKS, DEEDS].concat() {
            let told = desk.refused(&format!("--pki {pki} {line}"));
            assert!(told.stderr.contains(said), "{line}: {told:#?}");
        }
    }
    for line in MAKERS {
        let told = desk.refused(&format!("--pki good.csr {line}"));
        assert!(told.stderr.contains("not a directory"), "{told:#?}");
    }
}

#[test]
fn an_inventory_that_is_none_is_refused_and_kept() {
    let desk = desk();
    let mut chance = Chance::seeded(2);
    let good = desk.read("pki/inventory.sqlite");
    let inventory = "pki/inventory.sqlite";
    let python = |script: &str| desk.judge("python3", &["-c", script]);
    python(
        "import sqlite3; d = sqlite3.connect('notes'); d.execute('CREATE TABLE note (text)')
d.execute('INSERT INTO note VALUES (1)'); d.commit()",
    );
    let notes = desk.read("notes");
    for (content, said) in [
        (chance.octets(8192), "not an SQLite database"),
        (
            b"hello, this is a text file\n".repeat(300),
            "not an SQLite database",
        ),
        (desk.read("foreign.crt"), "not an SQLite database"),
        (notes, "another program's database"),
    ] {
        desk.write(inventory, content);
        refused_all(&desk, &[LOOKS, DEEDS, MAKERS], inventory, said);
    }
    desk.write(inventory, &good);
    python(
        "import sqlite3; d = sqlite3.connect('pki/inventory.sqlite'); d.execute('PRAGMA user_version = 99'); d.commit(); d.close()",
    );
    refused_all(
        &desk,
        &[LOOKS, DEEDS, MAKERS],
        inventory,
        "schema version 99",
    );
    let told = desk.run("list");
    assert!(told.stderr.contains("newer certmint"), "{told:#?}");

    fs::remove_file(desk.path(inventory)).unwrap();
    fs::create_dir(desk.path(inventory)).unwrap();
    refused_all(&desk, &[LOOKS, DEEDS, MAKERS], inventory, "is a directory");
    fs::remove_dir(desk.path(inventory)).unwrap();

    // An empty file is an inventory to be for who writes, and none for who reads.
    desk.write(inventory, "");
    refused_all(&desk, &[LOOKS], inventory, "it is empty");

    desk.write(inventory, &good);
    desk.ok("issue server b.example.com --key p256");
}

/// A database that was cut off or scribbled on: refused for it, or answered where the damage is
/// elsewhere; never a panic, and what stands there is not made worse by looking.
#[test]
fn a_damaged_inventory_is_told() {
    let desk = desk();
    let mut chance = Chance::new();
    let good = desk.read("pki/inventory.sqlite");
    let mut refused = 0;
    for round in 0..40 {
        let mut damaged = good.clone();
        if round % 4 == 0 {
            damaged.truncate(chance.below(good.len()));
        } else {
            // Behind the header, so that it is still taken for a database.
            for _ in 0..=round {
                let place = 100 + chance.below(good.len() - 164);
                let length = chance.below(64);
                damaged[place..place + length].fill(chance.next() as u8);
            }
        }
        for (number, line) in [LOOKS, DEEDS].concat().iter().enumerate() {
            if number % 4 != round % 4 {
                continue;
            }
            desk.write("pki/inventory.sqlite", &damaged);
            for extra in ["pki/inventory.sqlite-wal", "pki/inventory.sqlite-shm"] {
                let _ = fs::remove_file(desk.path(extra));
            }
            let told = desk.run(line);
            if told.code != 0 {
                told.assert_refused(line, 1);
                refused += 1;
            }
            for file in ["out.pem", "out.der", "out.p7b", "out.p12", "out.crt"] {
                let _ = fs::remove_file(desk.path(file));
            }
            for name in [
                "pki/certs/b.example.com",
                "pki/certs/.generations/b.example.com",
            ] {
                let _ = fs::remove_file(desk.path(name));
                let _ = fs::remove_dir_all(desk.path(name));
            }
            for name in ["pki/ca/web.key", "pki/ca/web.crt"] {
                let _ = fs::remove_file(desk.path(name));
            }
        }
    }
    assert!(refused > 20, "only {refused} were refused");
}

#[test]
fn a_ca_key_that_is_missing_or_bad_stops_signing_only() {
    let desk = desk();
    let key = "pki/ca/ca.key";
    let good = desk.read(key);
    let put = |content: Option<&[u8]>| {
        fs::remove_file(desk.path(key)).unwrap();
        if let Some(content) = content {
            desk.write(key, content);
        }
    };
    let noise = Chance::seeded(3).octets(300);
    let (other, locked) = (desk.read("other.key"), desk.read("locked.key"));
    let request = desk.read("good.csr");
    for (content, said) in [
        (Some(noise.as_slice()), ""),
        (Some(b""), "empty"),
        (Some(&good[..100]), ""),
        (Some(request.as_slice()), ""),
        (Some(other.as_slice()), "does not"),
        (Some(locked.as_slice()), "is needed"),
    ] {
        put(content);
        refused_all(&desk, &[DEEDS], key, said);
    }
    fs::remove_file(desk.path(key)).unwrap();
    refused_all(&desk, &[DEEDS], key, "no such file");
    for line in LOOKS {
        desk.ok(line);
    }
    fs::create_dir(desk.path(key)).unwrap();
    refused_all(&desk, &[DEEDS], key, "is a directory");
    fs::remove_dir(desk.path(key)).unwrap();
    desk.write(key, good);
    for line in DEEDS {
        desk.ok(line);
    }
}

#[test]
fn a_leaf_key_that_is_missing_or_bad_stops_its_export_only() {
    let desk = desk();
    let key = "pki/certs/flb/flb.key";
    let line = "export p12 flb --out out.p12 --password-file pass";
    let refused = |content: Option<&str>, said: &str| {
        let _ = fs::remove_file(desk.path(key));
        if let Some(content) = content {
            fs::copy(desk.path(content), desk.path(key)).unwrap();
        }
        let told = desk.refused(line);
        assert!(told.stderr.contains(key), "{told:#?}");
        assert!(told.stderr.contains(said), "{told:#?}");
    };
    refused(None, "no such file");
    refused(Some("good.csr"), "");
    refused(Some("other.key"), "does not");
    refused(Some("locked.key"), "--passphrase-file");
    desk.ok("export pem flb --out out.pem");
}

#[test]
fn what_stands_where_a_certificate_would_go_is_kept() {
    let desk = desk();
    fs::create_dir(desk.path("pki/certs/folder.example.com")).unwrap();
    desk.write("pki/certs/file.example.com", "mine");
    std::os::unix::fs::symlink("nowhere", desk.path("pki/certs/link.example.com")).unwrap();
    desk.write("pki/ca/web.key", "mine");
    fs::create_dir_all(desk.path("pki/certs/.generations/old.example.com/1")).unwrap();
    for (line, path) in [
        (
            "issue server flb --san a.example.com --key p256",
            "pki/certs/flb",
        ),
        ("issue server FLB --san a.example.com --key p256", "FLB"),
        (
            "issue server folder.example.com --key p256",
            "pki/certs/folder.example.com",
        ),
        (
            "issue server file.example.com --key p256",
            "pki/certs/file.example.com",
        ),
        (
            "issue server link.example.com --key p256",
            "pki/certs/link.example.com",
        ),
        (
            "ca init --cn again --key p256 --no-passphrase",
            "pki/ca/ca.key",
        ),
        (
            "ca intermediate web --cn web --key p256 --passphrase-file pass",
            "pki/ca/web.key",
        ),
    ] {
        let told = desk.refused(line);
        assert!(told.stderr.contains(path), "{told:#?}");
    }
    // The inventory was put back from a backup, and knows less than the files: the serial number
    // counts as used, everything else stays.
    let line = "issue server old.example.com --key p256";
    let told = desk.run(line);
    told.assert_refused(line, 1);
    assert!(told.stderr.contains("old.example.com/1"), "{told:#?}");
    let next = "issue server b.example.com --key p256";
    desk.ok(next);
}

#[test]
fn an_unknown_name_is_refused() {
    let desk = desk();
    for (line, name) in [
        ("export pem nobody --out out.pem", "nobody"),
        (
            "export p12 nobody --out out.p12 --password-file pass",
            "nobody",
        ),
        ("export pem --serial 0A0B --out out.pem", "0A0B"),
        ("ca show nobody", "nobody"),
        (
            "issue server b.example.com --key p256 --ca nobody",
            "nobody",
        ),
        ("sign good.csr --out out.crt --ca nobody", "nobody"),
        (
            "ca intermediate web --issuer nobody --cn web --key p256 --passphrase-file pass",
            "nobody",
        ),
    ] {
        let told = desk.refused(line);
        assert!(
            told.stderr.to_uppercase().contains(&name.to_uppercase()),
            "{told:#?}"
        );
    }
}
