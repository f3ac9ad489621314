//! Disks that are full or cannot be written.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use certmint::store::files::{self, Secrecy};
use certmint::store::{Filter, Inventory, Placement, RecordIssuer, Store, StoreError};

use crate::support::{
    Mount, actor, add_authority, assert_sound, fresh_serial, issue, name, names_in, new_record, now,
};

fn text(error: &StoreError) -> String {
    let source = error.source().map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default())
}

/// Takes all room but `left` octets.
fn fill(folder: &Path, left: u64) {
    let mut ballast = File::create(folder.join("ballast")).unwrap();
    while ballast.write_all(&[1; 4096]).is_ok() {}
    let size = ballast.metadata().unwrap().len();
    ballast.set_len(size.saturating_sub(left)).unwrap();
}

#[test]
fn a_full_disk_leaves_no_file_behind() {
    let disk = Mount::tmpfs("size=1m");
    let old = disk.path().join("old.crt");
    fs::write(&old, b"old").unwrap();
    fill(disk.path(), 0);
    let before = names_in(disk.path());
    for path in ["new.key", "old.crt"] {
        let path = disk.path().join(path);
        let refused = files::replace(&path, &[7; 9000], Secrecy::Secret).unwrap_err();
        assert!(
            text(&refused).contains("no space left on the device"),
            "{}",
            text(&refused)
        );
        assert!(text(&refused).contains(path.to_str().unwrap()));
        assert!(refused.hint().is_some());
    }
    let new = disk.path().join("new.key");
    files::create_new(&new, &[7; 9000], Secrecy::Secret).unwrap_err();
    assert_eq!(names_in(disk.path()), before);
    assert_eq!(fs::read(&old).unwrap(), b"old");
}

#[test]
fn a_pki_on_a_full_disk_works_again_when_there_is_room() {
    // From no room at all to room enough, so that each step runs out of it once.
    let disk = Mount::tmpfs("size=2m");
    let root = disk.path().join("pki");
    let mut store = Store::create(&root, &actor(), now()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    drop(store);
    let mut refusals = BTreeSet::new();
    let mut issued = 0;
    for pages in 0..40 {
        fill(disk.path(), pages * 4096);
        let placement = Placement::NewCertificate(name(&format!("n{pages}")));
        let record = new_record(issuer, placement, &fresh_serial());
        let done = Store::open(&root, &actor(), now())
            .and_then(|mut store| issue(&mut store, record, |_| ()));
        match done {
            Ok(_) => issued += 1,
            Err(error) => {
                assert!(text(&error).contains("no space left"), "{}", text(&error));
                refusals.insert(text(&error).split("/pki").next().unwrap().to_owned());
            }
        }
        fs::remove_file(disk.path().join("ballast")).unwrap();
        // Opening puts right what was left, and the inventory and the files agree.
        drop(Store::open(&root, &actor(), now()).unwrap());
        if pages % 8 == 7 {
            assert_sound(&root);
        }
    }
    assert!(issued > 0, "nothing was issued");
    // Both the inventory and the files have met the end of the disk.
    assert_eq!(refusals.len(), 2, "{refusals:?}");
}

#[test]
fn a_read_only_pki_can_be_read_and_says_why_it_cannot_be_written() {
    let disk = Mount::tmpfs("size=2m");
    let root = disk.path().join("pki");
    let mut store = Store::create(&root, &actor(), now()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    let placement = Placement::NewCertificate(name("flb"));
    let record = new_record(issuer, placement, &fresh_serial());
    issue(&mut store, record, |_| ()).unwrap();
    drop(store);
    disk.remount("ro");
    let inventory = Inventory::open_to_read(&root.join("inventory.sqlite")).unwrap();
    assert_eq!(inventory.count(&Filter::default()).unwrap(), 1);
    drop(inventory);
    for refused in [
        Store::open(&root, &actor(), now()),
        Store::create(&root, &actor(), now()),
    ] {
        let refused = text(&refused.unwrap_err());
        assert!(refused.contains("read-only"), "{refused}");
        assert!(refused.contains(root.to_str().unwrap()), "{refused}");
    }
    for write in [files::create_new, files::replace] {
        let refused = write(&disk.path().join("x"), b"x", Secrecy::Public).unwrap_err();
        assert!(text(&refused).contains("the file system is read-only"));
    }
    let nowhere = disk.path().join("other");
    let refused = text(&Store::create(&nowhere, &actor(), now()).unwrap_err());
    assert!(
        refused.contains("read-only") && refused.contains("other"),
        "{refused}"
    );
    disk.remount("rw");
    Store::open(&root, &actor(), now()).unwrap();
    assert_sound(&root);
}

#[test]
fn a_snapshot_with_a_write_ahead_log_can_be_read_where_nothing_can_be_written() {
    // As left by a process that was killed: the newest rows are in the log only.
    let disk = Mount::tmpfs("size=4m");
    let root = disk.path().join("pki");
    let mut store = Store::create(&root, &actor(), now()).unwrap();
    add_authority(&mut store);
    let copy = disk.path().join("copy");
    fs::create_dir(&copy).unwrap();
    for file in [
        "inventory.sqlite",
        "inventory.sqlite-wal",
        "inventory.sqlite-shm",
    ] {
        fs::copy(root.join(file), copy.join(file)).unwrap();
    }
    drop(store);
    disk.remount("ro");
    let inventory = Inventory::open_to_read(&copy.join("inventory.sqlite")).unwrap();
    assert_eq!(inventory.authorities().unwrap().len(), 1);
}
