//! `kill -9` at any moment: what was signed is known, what is there is whole, and the next command
//! works as if nothing had happened.
//!
//! Two ways: at random moments, as it happens to people, and on the doorstep of every system call
//! that changes something, one after the other, so that no moment is left out.
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
    fs,
    path::{Path, PathBuf},
};

use sandbox::{
    Sandbox, Told,
    audit::{audit, audit_all},
    kill::{End, Moments, SIGKILL, kill_after},
    meddle::{KILL, meddle_everywhere},
};

/// Runs a line without the bounds, which would double its time; a test that hangs is ended.
fn run(sandbox: &Sandbox, line: &str) -> Told {
    sandbox::told(&mut sandbox.certmint(line))
}

fn ok(sandbox: &Sandbox, line: &str) -> Told {
    let told = run(sandbox, line);
    assert_eq!(told.code, 0, "certmint {line}\n{told:#?}");
    told
}

/// The name is free or its certificate is there whole; in both cases nobody has to repair anything.
fn assert_not_stuck(sandbox: &Sandbox, name: &str) {
    let line = format!("issue server {name} --key p256");
    let told = run(sandbox, &line);
    if told.code != 0 {
        told.assert_refused(&line, 1);
        assert!(told.stderr.contains("exists"), "{told:#?}");
    }
    assert!(sandbox.exists(&format!("pki/certs/{name}/{name}.crt")));
}

/// Whoever sees a certificate finds it in the inventory, even before the next command puts right
/// what was left.
fn assert_known(sandbox: &Sandbox, name: &str) {
    if !sandbox.exists(&format!("pki/certs/{name}")) {
        return;
    }
    let listed = ok(sandbox, "list --json --sort recorded --reverse --limit 9");
    let listed = listed.document();
    let mut rows = listed["certificates"].as_array().unwrap().iter();
    let row = rows.find(|row| row["name"] == name && row["state"] == "issued");
    assert!(row.is_some(), "{name} is not in {listed:#}");
}

fn lost(sandbox: &Sandbox) -> usize {
    let listed = ok(sandbox, "list --json").document();
    let rows = listed["certificates"].as_array().unwrap();
    rows.iter().filter(|row| row["state"] == "lost").count()
}

#[test]
fn issue_killed_two_hundred_times_loses_nothing() {
    const ROUNDS: usize = 200;
    let sandbox = Sandbox::on_disk().with_authority();
    let mut moments = Moments::of(|number| {
        ok(
            &sandbox,
            &format!("issue server calm{number}.example.com --key p256"),
        );
    });
    let mut killed = 0;
    let mut round = 0;
    let mut names = Vec::new();
    while round < ROUNDS {
        // One process mostly; sometimes several, of which one outlives the others.
        let width = if round % 10 == 9 { 4 } else { 1 };
        let lines: Vec<_> = (round..round + width)
            .map(|number| {
                let line = format!("issue server host{number}.example.com --key p256");
                (line, moments.next())
            })
            .collect();
        let ends = kill_after(&sandbox, &lines);
        for end in &ends {
            killed += usize::from(*end == End::Killed);
            moments.learn(end);
        }
        for number in round..round + width {
            let name = format!("host{number}.example.com");
            assert_known(&sandbox, &name);
            assert_not_stuck(&sandbox, &name);
            names.push(name);
        }
        round += width;
        if round % 50 < width {
            audit(&sandbox.path("pki"));
        }
    }
    let serials = audit(&sandbox.path("pki"));
    assert!(serials.len() > round, "{} certificates", serials.len());
    let lost = lost(&sandbox);
    println!("{round} rounds: {killed} killed in time, {lost} between record and seal");
    assert!(
        killed * 4 > round,
        "only {killed} of {round} were killed in time"
    );
    assert!(
        lost > 0,
        "none of {round} was killed between record and seal"
    );

    // A sample by openssl too, in one process.
    let files: Vec<String> = names
        .iter()
        .step_by(7)
        .map(|name| format!("pki/certs/{name}/{name}.fullchain.crt"))
        .collect();
    sandbox.openssl(&format!(
        "verify -x509_strict -CAfile pki/ca/ca.crt {}",
        files.join(" ")
    ));
}

#[test]
fn ca_init_killed_fifty_times_can_be_repeated() {
    const ROUNDS: usize = 50;
    let sandbox = Sandbox::on_disk();
    let init = |number: &str| format!("--pki {number} ca init --cn CA --key p256 --no-passphrase");
    let mut moments = Moments::of(|number| {
        ok(&sandbox, &init(&format!("calm{number}")));
    });
    let mut killed = 0;
    for round in 0..ROUNDS {
        let pki = format!("pki{round}");
        let line = (init(&pki), moments.next());
        let end = &kill_after(&sandbox, &[line])[0];
        killed += usize::from(*end == End::Killed);
        moments.learn(end);
        assert_made(&sandbox, &pki);
    }
    assert_whole(&sandbox, ROUNDS, |round| format!("pki{round}"));
    println!("{ROUNDS} rounds: {killed} killed in time");
    assert!(killed * 4 > ROUNDS, "only {killed} were killed in time");
}

/// After a killed `ca init` the same command makes the CA, or says that it is there; then it signs.
fn assert_made(sandbox: &Sandbox, pki: &str) {
    let line = format!("--pki {pki} ca init --cn CA --key p256 --no-passphrase");
    let told = run(sandbox, &line);
    if told.code != 0 {
        told.assert_refused(&line, 1);
        assert!(told.stderr.contains("exists"), "{told:#?}");
    }
    ok(
        sandbox,
        &format!("--pki {pki} issue server www.example.com --key p256"),
    );
}

/// One CA and one certificate in each.
fn assert_whole(sandbox: &Sandbox, pkis: usize, name: impl Fn(usize) -> String) {
    let pkis: Vec<PathBuf> = (0..pkis)
        .map(|number| sandbox.path(&name(number)))
        .collect();
    assert_eq!(audit_all(&pkis).len(), pkis.len() * 2);
}

#[test]
fn sign_killed_fifty_times_signs_nothing_unknown() {
    const ROUNDS: usize = 50;
    let sandbox = with_request();
    let mut moments = Moments::of(|number| {
        ok(&sandbox, &format!("sign flb.csr --out calm{number}.crt"));
    });
    let mut killed = 0;
    for round in 0..ROUNDS {
        let line = format!("sign flb.csr --out {round}.crt");
        let line = (line, moments.next());
        let end = &kill_after(&sandbox, &[line])[0];
        killed += usize::from(*end == End::Killed);
        moments.learn(end);
        ok(&sandbox, &format!("sign flb.csr --out {round}-again.crt"));
    }
    println!("{ROUNDS} rounds: {killed} killed in time");
    assert!(killed * 4 > ROUNDS, "only {killed} were killed in time");
    assert_outputs_known(&sandbox);
}

fn with_request() -> Sandbox {
    let sandbox = Sandbox::new().with_authority();
    ok(&sandbox, "key new --key p256 --out flb.key");
    ok(
        &sandbox,
        "csr new --key-file flb.key --out flb.csr --san www.example.com",
    );
    sandbox
}

/// Every certificate beside the PKI is whole, and its serial number is in the inventory.
fn assert_outputs_known(sandbox: &Sandbox) {
    let known = audit(&sandbox.path("pki"));
    let mut all = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(sandbox.root()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "crt") {
            all.extend(fs::read(&path).unwrap());
            count += 1;
        }
    }
    sandbox.write("all.pem", all);
    let print = "import sys; from cryptography import x509
for one in x509.load_pem_x509_certificates(open('all.pem', 'rb').read()):
    print(one.serial_number.to_bytes((one.serial_number.bit_length() + 7) // 8, 'big').hex())";
    let serials = sandbox.judge("python3", &["-c", print]);
    let serials: BTreeSet<String> = serials.lines().map(str::to_owned).collect();
    assert_eq!(serials.len(), count);
    assert!(
        serials.is_subset(&known),
        "{:?}",
        serials.difference(&known)
    );
}

#[test]
fn issue_killed_before_each_change_loses_nothing() {
    let sandbox = Sandbox::on_disk().with_authority();
    let line = "issue server host{}.example.com --key p256";
    let moments = meddle_everywhere(&sandbox, line, KILL, |number, told| {
        assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
        let name = format!("host{number}.example.com");
        assert_known(&sandbox, &name);
        assert_not_stuck(&sandbox, &name);
    });
    audit(&sandbox.path("pki"));
    println!("{moments} moments, {} lost", lost(&sandbox));
    assert!(moments > 50 && lost(&sandbox) > 5);
}

#[test]
fn ca_init_killed_before_each_change_can_be_repeated() {
    let sandbox = Sandbox::new();
    let line = "--pki pki{} ca init --cn CA --key p256 --no-passphrase";
    let mut repeated = Vec::new();
    let moments = meddle_everywhere(&sandbox, line, KILL, |number, told| {
        assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
        assert_made(&sandbox, &format!("pki{number}"));
        repeated.push(format!("pki{number}"));
    });
    assert_whole(&sandbox, repeated.len(), |index| repeated[index].clone());
    println!("{moments} moments");
    assert!(moments > 50);
}

#[test]
fn sign_killed_before_each_change_signs_nothing_unknown() {
    let sandbox = with_request();
    let moments = meddle_everywhere(
        &sandbox,
        "sign flb.csr --out {}.crt",
        KILL,
        |number, told| {
            assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
            ok(&sandbox, &format!("sign flb.csr --out {number}-again.crt"));
        },
    );
    println!("{moments} moments");
    assert!(moments > 30);
    assert_outputs_known(&sandbox);
}

#[test]
fn key_protect_killed_before_each_change_keeps_the_key() {
    let sandbox = Sandbox::new();
    ok(&sandbox, "key new --key p256 --out flb.key");
    let key = sandbox.openssl("pkey -in flb.key -outform PEM");
    let whole = |file: &Path| fs::read_to_string(file).is_ok_and(|text| text == key);
    let line = "key protect flb.key --no-passphrase";
    let moments = meddle_everywhere(&sandbox, line, KILL, |_, told| {
        assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
        assert!(whole(&sandbox.path("flb.key")));
    });
    println!("{moments} moments");
    assert!(moments > 3);
}
