//! `kill -9` while a renewal is at work: the next one does what was left, and nothing twice.

use std::{
    collections::BTreeSet,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use certmint::store::{Filter, Inventory, Layout, Query, Shelf, State};

use crate::{
    lab,
    sandbox::{CERTMINT, Sandbox, chance::Chance},
};

const SIGKILL: i32 = 9;
const NAMES: [&str; 3] = ["a", "b", "c"];
/// Notes the names that the servers were told of.
const RELOAD: &str = "echo $CERTMINT_NAMES >> told";

fn renew(sandbox: &Sandbox) -> std::process::Command {
    let mut command = std::process::Command::new(CERTMINT);
    command.args(["renew", "--reload", RELOAD]);
    sandbox.seal(&mut command);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// All names are renewed, once, and their servers were told of that; gives the number of
/// generations that were begun and lost.
fn assert_done(sandbox: &Sandbox) -> usize {
    let pki = sandbox.path("pki");
    let inventory = Inventory::open_to_read(&Layout::new(&pki).inventory()).unwrap();
    assert_eq!(inventory.activations().unwrap(), []);
    let query = Query {
        filter: Filter {
            shelf: Some(Shelf::Certificates),
            ..Filter::default()
        },
        ..Query::default()
    };
    let rows = inventory.list(&query).unwrap();
    let of = |name: &str, state| {
        rows.iter()
            .filter(|row| {
                row.place.as_ref().unwrap().name.to_string() == name && row.status.state() == state
            })
            .collect::<Vec<_>>()
    };
    for name in NAMES {
        // The one of the lab, and its successor.
        assert_eq!(of(name, State::Superseded).len(), 1, "{name}");
        let current = of(name, State::Issued);
        assert_eq!(current.len(), 1, "{name}");
        let generation = current[0].place.as_ref().unwrap().generation;
        assert_eq!(lab::generation(&pki, name), generation);
    }
    lab::audited(&pki);
    let told = String::from_utf8(sandbox.read("told")).unwrap();
    let told: BTreeSet<&str> = told.split_whitespace().collect();
    assert_eq!(told, NAMES.into_iter().collect());
    rows.iter()
        .filter(|row| row.status.state() == State::Lost)
        .count()
}

fn copy(from: &Path, to: &Path) {
    crate::judge::ok({
        let mut copy = crate::judge::command("cp");
        copy.arg("-a").arg(from).arg(to);
        copy
    });
}

#[test]
fn renew_killed_two_hundred_times_is_finished_by_the_next() {
    const ROUNDS: usize = 200;
    let sandbox = Sandbox::new();
    let before = sandbox.path("before");
    lab::due(&before, &NAMES);
    let fresh = || {
        for folder in ["pki", "told"] {
            let path = sandbox.path(folder);
            let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
        }
        copy(&before, &sandbox.path("pki"));
    };
    let finish = || {
        let output = renew(&sandbox).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    fresh();
    let started = Instant::now();
    finish();
    let mut usual = started.elapsed();
    assert_done(&sandbox);

    let mut chance = Chance::new();
    let (mut killed, mut lost, mut waiting, mut untouched) = (0, 0, 0, 0);
    for round in 0..ROUNDS {
        fresh();
        let delay = chance.below(usize::try_from(usual.as_micros()).unwrap() * 5 / 4);
        let mut child = renew(&sandbox).spawn().unwrap();
        thread::sleep(Duration::from_micros(delay as u64));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        match output.status.signal() {
            Some(SIGKILL) => {
                killed += 1;
                usual = usual * 21 / 20;
            }
            _ => {
                assert!(output.status.success(), "round {round}: {output:?}");
                usual = usual * 17 / 20;
            }
        }
        let inventory = Layout::new(sandbox.path("pki")).inventory();
        let inventory = Inventory::open_to_read(&inventory).unwrap();
        waiting += usize::from(!inventory.activations().unwrap().is_empty());
        let issued = inventory.count(&Filter {
            shelf: Some(Shelf::Certificates),
            ..Filter::default()
        });
        untouched += usize::from(issued.unwrap() == 3);
        drop(inventory);
        finish();
        lost += assert_done(&sandbox);
        // And one more has nothing to do.
        if round % 20 == 0 {
            std::fs::remove_file(sandbox.path("told")).unwrap();
            finish();
            assert!(!sandbox.exists("told"));
        }
    }
    println!(
        "{ROUNDS} rounds: {killed} killed in time, {untouched} before anything was recorded, \
         {lost} certificates lost before they were signed, {waiting} with servers that waited"
    );
    assert!(killed * 4 > ROUNDS, "only {killed} were killed in time");
    assert!(lost > 0 && waiting > 0, "{lost} lost, {waiting} waiting");
}
