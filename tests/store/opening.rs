//! Opening: what is an inventory and what is not, and what was left by the dead.

use std::fs;
use std::path::Path;
use std::process::Command;

use certmint::store::{
    Filter, Inventory, Placement, RecordIssuer, Shelf, State, Store, StoreError,
};

use crate::judge;
use crate::support::{
    actor, add_authority, assert_sound, child_root, fresh_serial, issue, name, names_in,
    new_record, now, run, sealing, stage,
};

fn sqlite(database: &Path, sql: &str) {
    let script = "import sqlite3, sys
connection = sqlite3.connect(sys.argv[1]); connection.executescript(sys.argv[2])";
    run(judge::python().args(["-c", script]).arg(database).arg(sql));
}

#[test]
fn a_pki_that_is_not_there_is_not_made_by_opening() {
    let folder = tempfile::tempdir().unwrap();
    let refused = Store::open(folder.path(), &actor(), now()).unwrap_err();
    assert!(matches!(refused, StoreError::NoPki { .. }), "{refused}");
    assert!(refused.hint().unwrap().contains("ca init"));
    let inventory = folder.path().join("inventory.sqlite");
    let refused = Inventory::open_to_read(&inventory).unwrap_err();
    assert!(matches!(refused, StoreError::NoPki { .. }), "{refused}");
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn reading_leaves_nothing_behind_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inventory.sqlite");
    drop(Store::create(folder.path(), &actor(), now()).unwrap());
    let before = (names_in(folder.path()), fs::read(&path).unwrap());
    let mut inventory = Inventory::open_to_read(&path).unwrap();
    assert_eq!(inventory.count(&Filter::default()).unwrap(), 0);
    let record = new_record(RecordIssuer::Itself, Placement::Elsewhere, &fresh_serial());
    inventory.record(&[record]).unwrap_err();
    drop(inventory);
    assert_eq!((names_in(folder.path()), fs::read(&path).unwrap()), before);
}

#[test]
fn another_user_can_read_who_may_not_write() {
    if let Some(root) = child_root() {
        return reads_as_another_user(&root);
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("pki");
    let mut store = Store::create(&root, &actor(), now()).unwrap();
    add_authority(&mut store);
    drop(store);
    run(Command::new("chmod")
        .args(["-R", "go=rX"])
        .arg(folder.path()));
    // The test's own program may be where nobody else can go.
    let program = folder.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    run(Command::new("chmod").arg("755").arg(&program));
    run(Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .args([
            "--exact",
            "opening::another_user_can_read_who_may_not_write",
        ])
        .current_dir("/")
        .env("CERTMINT_TEST_PKI", &root));
    // While its owner writes, too.
    let store = Store::open(&root, &actor(), now()).unwrap();
    run(Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .args([
            "--exact",
            "opening::another_user_can_read_who_may_not_write",
        ])
        .current_dir("/")
        .env("CERTMINT_TEST_PKI", &root));
    drop(store);
}

fn reads_as_another_user(root: &Path) {
    let inventory = Inventory::open_to_read(&root.join("inventory.sqlite")).unwrap();
    assert_eq!(inventory.authorities().unwrap().len(), 1);
    let refused = Store::open(root, &actor(), now()).unwrap_err();
    let reason = std::error::Error::source(&refused).unwrap().to_string();
    assert_eq!(reason, "permission denied");
}

#[test]
fn what_is_no_inventory_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inventory.sqlite");
    let refused = || {
        let before = fs::read(&path).unwrap();
        let reading = Inventory::open_to_read(&path).unwrap_err();
        let writing = Store::open(folder.path(), &actor(), now()).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(reading.to_string(), writing.to_string());
        assert!(writing.to_string().contains(path.to_str().unwrap()));
        assert!(writing.hint().is_some());
        writing
    };
    fs::write(&path, b"serial 01\nV 261122000000Z\n".repeat(100)).unwrap();
    assert!(matches!(refused(), StoreError::NotAnInventory { .. }));
    fs::write(&path, b"short").unwrap();
    assert!(matches!(refused(), StoreError::NotAnInventory { .. }));

    fs::remove_file(&path).unwrap();
    sqlite(&path, "CREATE TABLE bookmarks (url TEXT);");
    assert!(matches!(refused(), StoreError::NotAnInventory { .. }));

    fs::remove_file(&path).unwrap();
    drop(Store::create(folder.path(), &actor(), now()).unwrap());
    Store::open(folder.path(), &actor(), now()).unwrap();
    sqlite(
        &path,
        "PRAGMA user_version = 99; PRAGMA journal_mode = DELETE;",
    );
    let newer = refused();
    assert!(matches!(newer, StoreError::NewerSchema { found: 99, .. }));
    assert!(newer.hint().unwrap().contains("newer certmint"));
}

#[test]
fn a_torn_inventory_is_an_error_not_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inventory.sqlite");
    let mut store = Store::create(folder.path(), &actor(), now()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    for _ in 0..50 {
        let record = new_record(issuer, Placement::Elsewhere, &fresh_serial());
        store.record(&[record]).unwrap();
    }
    drop(store);
    let whole = fs::read(&path).unwrap();
    for kept in (0..whole.len()).step_by(whole.len() / 40) {
        fs::write(&path, &whole[..kept]).unwrap();
        let mut mutated = whole.clone();
        for octet in &mut mutated[kept..(kept + 300).min(whole.len())] {
            *octet ^= 0x5a;
        }
        for content in [&whole[..kept], &mutated] {
            fs::write(&path, content).unwrap();
            if let Ok(inventory) = Inventory::open_to_read(&path) {
                let _ = inventory.list(&certmint::store::Query::default());
                let _ = inventory.authorities();
                let _ = inventory.count(&Filter::default());
            }
        }
    }
}

#[test]
fn a_path_that_sqlite_could_misread_is_taken_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for odd in ["a?mode=memory", "b#c", "d%20e", "file:f", "ü ö", "g\nh"] {
        let root = folder.path().join(odd);
        drop(Store::create(&root, &actor(), now()).unwrap());
        assert!(root.join("inventory.sqlite").is_file(), "{odd}");
        Inventory::open_to_read(&root.join("inventory.sqlite")).unwrap();
    }
}

#[test]
fn each_place_where_a_process_can_die_is_put_right() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("pki");
    let mut store = Store::create(&root, &actor(), now()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    let placements = |name_: &str| {
        [
            (issuer, Placement::NewCertificate(name(name_))),
            (RecordIssuer::Itself, Placement::NewAuthority(name(name_))),
        ]
    };
    // What a process that dies does not do is to drop.
    for (issuer, placement) in placements("unsigned") {
        let record = new_record(issuer, placement, &fresh_serial());
        let recorded = store.record(std::slice::from_ref(&record)).unwrap();
        std::mem::forget(stage(&store, &recorded[0], &record).unwrap());
    }
    for (issuer, placement) in placements("sealed") {
        let record = new_record(issuer, placement, &fresh_serial());
        let recorded = store.record(std::slice::from_ref(&record)).unwrap();
        std::mem::forget(stage(&store, &recorded[0], &record).unwrap());
        store.seal(&[sealing(&recorded[0], &record)]).unwrap();
    }
    for (issuer, placement) in placements("fileless") {
        let record = new_record(issuer, placement, &fresh_serial());
        let recorded = store.record(std::slice::from_ref(&record)).unwrap();
        drop(stage(&store, &recorded[0], &record).unwrap());
        store.seal(&[sealing(&recorded[0], &record)]).unwrap();
    }
    fs::write(root.join("ca/.certmint-abc"), "half").unwrap();
    drop(store);
    // An authority whose key was moved and whose certificate was not yet.
    let staged = fs::read_dir(root.join("ca/.staging"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    for folder in staged.filter(|folder| folder.join("sealed.key").exists()) {
        fs::rename(folder.join("sealed.key"), root.join("ca/sealed.key")).unwrap();
    }

    let store = Store::open(&root, &actor(), now()).unwrap();
    let reconciled = store.reconciled();
    assert_eq!(reconciled.lost, 2);
    assert_eq!(reconciled.published, [name("sealed"), name("sealed")]);
    assert_eq!(
        reconciled.without_files,
        [name("fileless"), name("fileless")]
    );
    assert!(reconciled.refused.is_empty());
    for file in [
        "ca/sealed.key",
        "ca/sealed.crt",
        "certs/sealed/sealed.fullchain.crt",
    ] {
        assert!(root.join(file).is_file(), "{file}");
    }
    for shelf in [Shelf::Authorities, Shelf::Certificates] {
        let current = |text| store.inventory().current(shelf, &name(text)).unwrap();
        assert_eq!(current("unsigned"), None);
        let fileless = current("fileless").unwrap();
        assert_eq!(fileless.status.state(), State::Issued);
        assert_eq!(fileless.filed_at, None);
    }
    let lost = Filter {
        state: Some(State::Lost),
        ..Filter::default()
    };
    assert_eq!(store.inventory().count(&lost).unwrap(), 2);
    assert!(names_in(&root.join("ca/.staging")).is_empty());
    assert!(names_in(&root.join("certs/.staging")).is_empty());
    assert!(!root.join("ca/.certmint-abc").exists());
    drop(store);
    let mut store = Store::open(&root, &actor(), now()).unwrap();
    assert!(store.reconciled().is_nothing());
    // Names that were lost are free, and those that have no files can be renewed.
    for (issuer, placement) in placements("unsigned") {
        issue(
            &mut store,
            new_record(issuer, placement, &fresh_serial()),
            |_| (),
        )
        .unwrap();
    }
    let next = Placement::NextGeneration(name("fileless"));
    issue(
        &mut store,
        new_record(issuer, next, &fresh_serial()),
        |_| (),
    )
    .unwrap();
    assert!(root.join("certs/fileless/fileless.key").is_file());
}

#[test]
fn a_renewal_switches_in_one_step_and_keeps_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("pki");
    let mut store = Store::create(&root, &actor(), now()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    let first = Placement::NewCertificate(name("*.example.com"));
    let published = issue(
        &mut store,
        new_record(issuer, first, &fresh_serial()),
        |_| (),
    )
    .unwrap();
    assert_eq!(published.folder, root.join("certs/_wildcard.example.com"));
    let key = published.folder.join("_wildcard.example.com.key");
    let old = fs::read(&key).unwrap();
    let opened = fs::canonicalize(&published.folder).unwrap();
    let next = Placement::NextGeneration(name("*.example.com"));
    issue(
        &mut store,
        new_record(issuer, next, &fresh_serial()),
        |_| (),
    )
    .unwrap();
    assert_ne!(fs::read(&key).unwrap(), old);
    // Who had resolved the folder before still sees the old generation whole.
    assert_eq!(
        fs::read(opened.join("_wildcard.example.com.key")).unwrap(),
        old
    );
    assert_eq!(names_in(&opened).len(), 5);
    drop(store);
    assert_sound(&root);
    // The whole directory can be moved.
    let moved = folder.path().join("moved");
    fs::rename(&root, &moved).unwrap();
    assert_sound(&moved);
}

#[test]
fn files_that_certmint_did_not_make_stop_it_before_anything_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("pki");
    let mut store = Store::create(&root, &actor(), now()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    fs::create_dir(root.join("certs/mine")).unwrap();
    fs::write(root.join("ca/mine.key"), "mine").unwrap();
    fs::create_dir_all(root.join("certs/.generations/old/1")).unwrap();
    let mine = Placement::NewCertificate(name("mine"));
    let refused = store
        .record(&[new_record(issuer, mine, &fresh_serial())])
        .unwrap_err();
    assert!(matches!(refused, StoreError::InTheWay { .. }), "{refused}");
    let mine = Placement::NewAuthority(name("mine"));
    let refused = store.record(&[new_record(RecordIssuer::Itself, mine, &fresh_serial())]);
    let refused = refused.unwrap_err();
    assert!(matches!(refused, StoreError::Exists { .. }), "{refused}");
    assert_eq!(fs::read(root.join("ca/mine.key")).unwrap(), b"mine");
    let old = || Placement::NewCertificate(name("old"));
    let refused = store
        .record(&[new_record(issuer, old(), &fresh_serial())])
        .unwrap_err();
    assert!(matches!(refused, StoreError::Exists { .. }), "{refused}");
    // The next try takes the next generation.
    issue(
        &mut store,
        new_record(issuer, old(), &fresh_serial()),
        |_| (),
    )
    .unwrap();
    assert!(root.join("certs/.generations/old/2/old.key").is_file());
}

#[test]
fn what_cannot_be_published_keeps_its_key_and_blocks_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("pki");
    let mut store = Store::create(&root, &actor(), now()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    let placement = Placement::NewCertificate(name("flb"));
    let record = new_record(issuer, placement, &fresh_serial());
    let recorded = store
        .record(std::slice::from_ref(&record))
        .unwrap()
        .remove(0);
    let staged = stage(&store, &recorded, &record).unwrap();
    store.seal(&[sealing(&recorded, &record)]).unwrap();
    fs::create_dir(root.join("certs/flb")).unwrap();
    store.publish(vec![staged], now()).unwrap_err();
    drop(store);
    let mut store = Store::open(&root, &actor(), now()).unwrap();
    assert_eq!(store.reconciled().refused.len(), 1);
    let other = Placement::NewCertificate(name("other"));
    issue(
        &mut store,
        new_record(issuer, other, &fresh_serial()),
        |_| (),
    )
    .unwrap();
    drop(store);
    fs::remove_dir(root.join("certs/flb")).unwrap();
    let store = Store::open(&root, &actor(), now()).unwrap();
    assert_eq!(store.reconciled().published, [name("flb")]);
    drop(store);
    assert_sound(&root);
}
