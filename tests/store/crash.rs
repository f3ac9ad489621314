//! Processes that are killed at any moment.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use certmint::store::{Inventory, Placement, Query, RecordIssuer, Store};

use crate::support::{
    actor, add_authority, append_line, assert_sound, child, child_root, fresh_serial, issue, name,
    new_record, now, random,
};

const ROUNDS: u64 = 60;

fn issues_until_it_is_killed(root: &Path) {
    let log = root.parent().unwrap().join("signed");
    let mut store = Store::create(root, &actor(), now()).unwrap();
    let authority = RecordIssuer::Authority(add_authority(&mut store));
    loop {
        let own = format!("n{}-{}", std::process::id(), random(1 << 40));
        let (issuer, placement) = match random(4) {
            0 => (RecordIssuer::Itself, Placement::NewAuthority(name(&own))),
            1 => (authority, Placement::NextGeneration(name("shared"))),
            _ => (authority, Placement::NewCertificate(name(&own))),
        };
        let record = new_record(issuer, placement, &fresh_serial());
        let first = Placement::NewCertificate(name("shared"));
        let signed = |serial: &[u8]| append_line(&log, &format!("{serial:02x?}"));
        if let Err(error) = issue(&mut store, record, signed) {
            let first = new_record(authority, first, &fresh_serial());
            if issue(&mut store, first, signed).is_err() {
                println!("{error}");
            }
        }
    }
}

#[test]
fn nothing_signed_is_lost_when_processes_are_killed() {
    if let Some(root) = child_root() {
        return issues_until_it_is_killed(&root);
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("pki");
    let mut put_right = 0;
    for round in 0..ROUNDS {
        // One process mostly; sometimes several, of which one outlives the other.
        let count = if round % 5 == 0 { 3 } else { 1 };
        let mut children: Vec<_> = (0..count)
            .map(|_| {
                let mut child = child(
                    "crash::nothing_signed_is_lost_when_processes_are_killed",
                    &root,
                );
                child.stderr(std::process::Stdio::null()).spawn().unwrap()
            })
            .collect();
        for child in &mut children {
            thread::sleep(Duration::from_millis(5 + random(70)));
            assert!(
                child.try_wait().unwrap().is_none(),
                "a child ended by itself"
            );
            child.kill().unwrap();
            child.wait().unwrap();
        }
        // The next command works, and puts right what was left.
        let mut store = Store::create(&root, &actor(), now()).unwrap();
        assert!(store.reconciled().refused.is_empty());
        assert!(store.reconciled().without_files.is_empty());
        put_right += store.reconciled().lost + store.reconciled().published.len();
        let issuer = RecordIssuer::Authority(add_authority(&mut store));
        let placement = Placement::NewCertificate(name(&format!("round{round}")));
        issue(
            &mut store,
            new_record(issuer, placement, &fresh_serial()),
            |_| (),
        )
        .unwrap();
        drop(store);
        if round % 10 == 9 {
            assert_sound(&root);
        }
    }
    assert_sound(&root);
    let inventory = Inventory::open_to_read(&root.join("inventory.sqlite")).unwrap();
    let rows = inventory.list(&Query::default()).unwrap();
    let known: BTreeSet<_> = rows
        .iter()
        .map(|row| format!("{:02x?}", row.serial))
        .collect();
    assert_eq!(known.len(), rows.len());
    let signed = fs::read_to_string(folder.path().join("signed")).unwrap();
    for serial in signed.lines() {
        assert!(known.contains(serial), "{serial} was signed and is unknown");
    }
    assert!(!signed.is_empty());
    assert!(
        put_right > 0,
        "no process was killed in the middle of anything"
    );
}
