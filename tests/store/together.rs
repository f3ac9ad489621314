//! Many processes at once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use certmint::store::{Filter, Inventory, Placement, Query, RecordIssuer, Store, StoreError};

use crate::support::{
    actor, add_authority, append_line, assert_done, assert_sound, child, child_root, fresh_serial,
    issue, name, names_in, new_record, now,
};

fn issues_one(root: &Path) {
    let mut store = Store::create(root, &actor(), now()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    let serial = fresh_serial();
    let placement = Placement::NewCertificate(name(&format!("n{}", std::process::id())));
    issue(&mut store, new_record(issuer, placement, &serial), |_| ()).unwrap();
}

#[test]
fn fifty_processes_on_a_new_pki() {
    if let Some(root) = child_root() {
        return issues_one(&root);
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("pki");
    let children: Vec<_> = (0..50)
        .map(|_| {
            child("together::fifty_processes_on_a_new_pki", &root)
                .spawn()
                .unwrap()
        })
        .collect();
    children.into_iter().for_each(assert_done);
    assert_sound(&root);
    let inventory = Inventory::open_to_read(&root.join("inventory.sqlite")).unwrap();
    let rows = inventory.list(&Query::default()).unwrap();
    assert_eq!(rows.len(), 50);
    let serials: BTreeSet<_> = rows.iter().map(|row| row.serial.clone()).collect();
    assert_eq!(serials.len(), 50);
    // One authority, though each of them brought it.
    assert_eq!(inventory.authorities().unwrap().len(), 1);
    assert_eq!(names_in(&root.join("certs")).len(), 50 + 2);
}

fn wants_the_same_name(root: &Path) {
    let log = root.parent().unwrap().join("log");
    let mut store = Store::create(root, &actor(), now()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    let first = Placement::NewCertificate(name("flb"));
    match issue(
        &mut store,
        new_record(issuer, first, &fresh_serial()),
        |_| (),
    ) {
        Ok(_) => append_line(&log, "issued"),
        Err(StoreError::NameTaken { .. } | StoreError::NameBusy { .. }) => {}
        Err(error) => panic!("{error}"),
    }
    for _ in 0..3 {
        let next = Placement::NextGeneration(name("flb"));
        match issue(
            &mut store,
            new_record(issuer, next, &fresh_serial()),
            |_| (),
        ) {
            Ok(_) => append_line(&log, "renewed"),
            // The first is not sealed yet.
            Err(StoreError::NameUnknown { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn one_name_is_issued_once_and_renewed_by_all() {
    if let Some(root) = child_root() {
        return wants_the_same_name(&root);
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("pki");
    let children: Vec<_> = (0..12)
        .map(|_| {
            child(
                "together::one_name_is_issued_once_and_renewed_by_all",
                &root,
            )
            .spawn()
            .unwrap()
        })
        .collect();
    children.into_iter().for_each(assert_done);
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert_eq!(log.lines().filter(|line| *line == "issued").count(), 1);
    let renewed = log.lines().count() as u64;
    assert!(renewed > 1, "{log}");
    // The link leads to the newest generation, and all generations are there.
    assert_sound(&root);
    let inventory = Inventory::open_to_read(&root.join("inventory.sqlite")).unwrap();
    assert_eq!(inventory.count(&Filter::default()).unwrap(), renewed);
    let issued = Filter {
        state: Some(certmint::store::State::Issued),
        ..Filter::default()
    };
    assert_eq!(inventory.count(&issued).unwrap(), 1);
}

#[test]
fn fifty_threads_record_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inventory.sqlite");
    let mut store = Store::create(folder.path(), &actor(), now()).unwrap();
    let issuer = RecordIssuer::Authority(add_authority(&mut store));
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                let mut inventory = Inventory::open_to_write(&path, &actor(), now()).unwrap();
                let records: Vec<_> = (0..4)
                    .map(|_| new_record(issuer, Placement::Elsewhere, &fresh_serial()))
                    .collect();
                inventory.record(&records).unwrap();
            });
        }
    });
    assert_eq!(store.inventory().count(&Filter::default()).unwrap(), 200);
}
