//! `issue batch --packed`: keys and certificates of a long list in one archive, which loses nothing
//! when it is killed or the disk is full. Python's tar and cryptography modules read it.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod judge;
mod sandbox;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt as _,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use sandbox::{
    Sandbox,
    audit::audit,
    kill::{End, Moments, kill_after},
    mount::Mount,
    told,
};

fn list(names: impl Iterator<Item = String>) -> String {
    names.fold("name,san\n".to_owned(), |mut list, name| {
        writeln!(list, "{name},{name}.internal").unwrap();
        list
    })
}

/// Reads an archive: each key fits its certificate, is for its owner alone, and each name is there
/// once, with the certificate that `chain.crt` signed. Gives the serial numbers in hexadecimal.
fn unpack(sandbox: &Sandbox, archive: &str) -> BTreeSet<String> {
    let mut python = judge::python();
    python
        .args(["-c", include_str!("packed.py")])
        .arg(sandbox.path(archive))
        .env("PYTHONWARNINGS", "ignore");
    let told = judge::text(&judge::ok(python));
    told.lines().map(str::to_owned).collect()
}

#[test]
fn an_archive_has_every_key_and_certificate_of_the_list_and_the_inventory_knows_them() {
    let sandbox = Sandbox::new().with_authority();
    sandbox.write(
        "devices.csv",
        list((0..300).map(|number| format!("d{number}"))),
    );
    let line = "issue batch devices.csv --key p256 --packed devices.tar";
    let made = sandbox.ok(&format!("{line} --json")).document();
    assert_eq!((&made["issued"], &made["failed"]), (&300.into(), &0.into()));
    assert_eq!(made["packed"], "devices.tar");
    let mode = fs::metadata(sandbox.path("devices.tar")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let packed = unpack(&sandbox, "devices.tar");
    assert_eq!(packed.len(), 300);
    let known = audit(&sandbox.path("pki"));
    assert_eq!(known.len(), 301);
    assert!(packed.is_subset(&known), "{packed:?}\n{known:?}");
    assert!(!sandbox.exists("pki/certs/d0") && !sandbox.exists("devices.tar.unfinished"));

    sandbox.judge("tar", &["xf", "devices.tar"]);
    let told =
        sandbox.openssl("verify -x509_strict -CAfile chain.crt d0/d0.crt d299/d299.fullchain.crt");
    assert_eq!(told.matches(": OK").count(), 2, "{told}");
    sandbox.ok("audit verify");
    let told = sandbox.refused(line);
    assert!(
        told.stderr
            .contains("devices.tar exists and is not overwritten"),
        "{told:#?}"
    );
}

#[test]
fn a_list_comes_through_a_pipe_as_well() {
    let sandbox = Sandbox::new().with_authority();
    let mut command = sandbox.certmint("issue batch - --key p256 --packed d.tar");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(
        &mut input,
        list(["a".into(), "b".into()].into_iter()).as_bytes(),
    )
    .unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
    assert_eq!(unpack(&sandbox, "d.tar").len(), 2);
    let told = sandbox.run("issue batch - --packed e.tar --passphrase-file -");
    assert_eq!(told.code, 2, "{told:#?}");
    assert!(
        told.stderr.contains("standard input can be read only once"),
        "{told:#?}"
    );
}

#[test]
fn a_killed_run_is_gone_on_with_and_nothing_is_made_twice() {
    const NAMES: usize = 4500;
    let sandbox = Sandbox::on_disk().with_authority();
    sandbox.write(
        "devices.csv",
        list((0..NAMES).map(|number| format!("d{number}"))),
    );
    let line = "issue batch devices.csv --key p256 --packed devices.tar";
    let mut running = sandbox
        .certmint(line)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let unfinished = sandbox.path("devices.tar.unfinished");
    let patience = Instant::now() + Duration::from_secs(120);
    // The first of three chunks is in the archive.
    while fs::metadata(&unfinished).map_or(0, |file| file.len()) < 1_000_000 {
        assert!(Instant::now() < patience, "nothing was packed");
        thread::sleep(Duration::from_millis(5));
    }
    let busy = sandbox.run(line);
    assert_eq!(busy.code, 1, "{busy:#?}");
    assert!(
        busy.stderr
            .contains("another process is writing devices.tar"),
        "{busy:#?}"
    );
    running.kill().unwrap();
    running.wait().unwrap();
    // Without the bounds that a command has in tests: the list is long.
    let again = told(&mut sandbox.certmint(&format!("{line} --json")));
    assert_eq!(again.code, 0, "{again:#?}");
    let again = again.document();
    println!("{} there already", again["already_there"]);
    assert_eq!(
        again["issued"].as_u64().unwrap() + again["already_there"].as_u64().unwrap(),
        NAMES as u64
    );
    let packed = unpack(&sandbox, "devices.tar");
    assert_eq!(packed.len(), NAMES);
    // Each name once, and the CA: what was killed before its seal has no certificate.
    assert_eq!(audit(&sandbox.path("pki")).len(), NAMES + 1);
}

#[test]
fn killed_at_random_moments_it_loses_no_key() {
    const ROUNDS: usize = 40;
    const NAMES: usize = 8;
    let sandbox = Sandbox::on_disk().with_authority();
    let write = |label: &str| {
        let names = (0..NAMES).map(|number| format!("{label}-{number}"));
        sandbox.write(&format!("{label}.csv"), list(names));
        format!("issue batch {label}.csv --key p256 --packed {label}.tar")
    };
    let run = |line: &str| told(&mut sandbox.certmint(line));
    let mut moments = Moments::of(|number| {
        assert_eq!(run(&write(&format!("calm{number}"))).code, 0);
    });
    let mut killed = 0;
    let mut packed = BTreeSet::new();
    for round in 0..ROUNDS {
        let label = format!("round{round}");
        let line = write(&label);
        let end = &kill_after(&sandbox, &[(line.clone(), moments.next())])[0];
        killed += usize::from(*end == End::Killed);
        moments.learn(end);
        if !sandbox.exists(&format!("{label}.tar")) {
            let again = run(&line);
            assert_eq!(again.code, 0, "{line}\n{again:#?}");
        }
        let serials = unpack(&sandbox, &format!("{label}.tar"));
        assert_eq!(serials.len(), NAMES, "{label}");
        packed.extend(serials);
    }
    assert_eq!(packed.len(), ROUNDS * NAMES, "a serial number twice");
    let known = audit(&sandbox.path("pki"));
    assert!(packed.is_subset(&known));
    assert_eq!(known.len(), (ROUNDS + 4) * NAMES + 1);
    println!("{ROUNDS} rounds: {killed} killed in time");
    assert!(killed * 4 > ROUNDS, "only {killed} were killed in time");
}

#[test]
fn on_a_full_disk_it_stops_and_goes_on_when_there_is_room() {
    let sandbox = Sandbox::new().with_authority();
    let disk = Mount::tmpfs("size=8m");
    disk.fill(64 * 1024);
    sandbox.write(
        "devices.csv",
        list((0..100).map(|number| format!("d{number}"))),
    );
    let line = format!(
        "issue batch devices.csv --key p256 --packed {}",
        disk.path().join("d.tar").display()
    );
    let full = sandbox.run(&line);
    assert_eq!(full.code, 1, "{full:#?}");
    assert!(full.stderr.contains("no space left"), "{full:#?}");
    assert!(full.stderr.contains("d.tar.unfinished holds"), "{full:#?}");
    assert!(!disk.path().join("d.tar").exists());
    disk.free();
    sandbox.ok(&line);
    let archive = disk.path().join("d.tar").display().to_string();
    let packed = unpack(&sandbox, &archive);
    assert_eq!(packed.len(), 100);
    assert_eq!(audit(&sandbox.path("pki")).len(), 101);
}

#[test]
fn a_foreign_file_in_the_way_is_left_alone() {
    let sandbox = Sandbox::new().with_authority();
    sandbox.write("devices.csv", list(["a".to_owned()].into_iter()));
    for foreign in ["my notes\n".repeat(200).into_bytes(), vec![0; 4096]] {
        sandbox.write("d.tar.unfinished", &foreign);
        let told = sandbox.refused("issue batch devices.csv --key p256 --packed d.tar");
        assert!(
            told.stderr.contains("d.tar.unfinished is in the way"),
            "{told:#?}"
        );
        assert_eq!(sandbox.read("d.tar.unfinished"), foreign);
    }
}
