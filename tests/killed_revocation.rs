//! `kill -9` while something is revoked or a revocation list is made: the lists that people see are
//! whole, their numbers only grow, and what was revoked is on the next one.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod judge;
mod sandbox;

use std::collections::BTreeSet;

use sandbox::{
    Sandbox, Told,
    audit::audit,
    kill::{End, Moments, SIGKILL, kill_after},
    meddle::{KILL, meddle_everywhere},
};

/// A root and `count` clients `c1`, `c2` … that can be revoked.
fn with_clients(sandbox: Sandbox, count: usize) -> Sandbox {
    let sandbox = sandbox.with_authority();
    let lines: Vec<String> = (1..=count).map(|number| format!("c{number}")).collect();
    sandbox.write("clients.csv", format!("name\n{}\n", lines.join("\n")));
    ok(
        &sandbox,
        "issue batch clients.csv --profile client --key p256",
    );
    sandbox
}

fn run(sandbox: &Sandbox, line: &str) -> Told {
    sandbox::told(&mut sandbox.certmint(line))
}

fn ok(sandbox: &Sandbox, line: &str) -> Told {
    let told = run(sandbox, line);
    assert_eq!(told.code, 0, "certmint {line}\n{told:#?}");
    told
}

/// What openssl reads in a form of the root's list, which has to verify: number and serial numbers.
fn list(sandbox: &Sandbox, form: &str) -> Option<(u64, BTreeSet<String>)> {
    let file = match form {
        "PEM" => "pki/crl/ca.crl",
        _ => "pki/crl/ca.crl.der",
    };
    if !sandbox.exists(file) {
        return None;
    }
    let text = sandbox.openssl(&format!(
        "crl -in {file} -inform {form} -CAfile pki/ca/ca.crt -verify -noout -text"
    ));
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let number = lines
        .windows(2)
        .find(|pair| pair[0].starts_with("X509v3 CRL Number"))
        .map(|pair| pair[1].parse().unwrap())
        .unwrap();
    let serials = lines
        .iter()
        .filter_map(|line| line.strip_prefix("Serial Number: "));
    Some((number, serials.map(str::to_owned).collect()))
}

/// The numbers seen so far; both forms are whole at any moment, and no number comes back.
#[derive(Default)]
struct Seen(u64);

impl Seen {
    fn look(&mut self, sandbox: &Sandbox) {
        for form in ["PEM", "DER"] {
            if let Some((number, _)) = list(sandbox, form) {
                assert!(number + 1 >= self.0, "{form}: {number} after {}", self.0);
                self.0 = self.0.max(number);
            }
        }
    }

    /// The next command that writes puts both forms together, and the next list has a new number.
    fn repaired(&mut self, sandbox: &Sandbox) {
        ok(sandbox, "ca set ca --crl-days 30");
        assert_eq!(list(sandbox, "PEM"), list(sandbox, "DER"));
        self.look(sandbox);
        ok(sandbox, "crl");
        let (number, _) = list(sandbox, "PEM").unwrap();
        assert!(number > self.0, "{number} after {}", self.0);
        assert_eq!(list(sandbox, "DER").unwrap().0, number);
        self.0 = number;
    }
}

#[test]
fn crl_killed_before_each_change_leaves_whole_lists() {
    let sandbox = with_clients(Sandbox::new(), 3);
    ok(&sandbox, "revoke c1 --yes");
    let mut seen = Seen::default();
    let moments = meddle_everywhere(&sandbox, "crl", KILL, |_, told| {
        assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
        seen.look(&sandbox);
        seen.repaired(&sandbox);
    });
    println!("{moments} moments");
    assert!(moments > 30);
    assert_eq!(ok(&sandbox, "audit verify").code, 0);
    audit(&sandbox.path("pki"));
}

#[test]
fn revoke_killed_before_each_change_is_done_again() {
    let sandbox = with_clients(Sandbox::new(), 150);
    let mut seen = Seen::default();
    let mut revoked = 0;
    let moments = meddle_everywhere(&sandbox, "revoke c{} --yes", KILL, |number, told| {
        assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
        seen.look(&sandbox);
        assert_revoked_by_repeating(&sandbox, number);
        seen.look(&sandbox);
        revoked += 1;
    });
    println!("{moments} moments, {revoked} revoked");
    assert!(moments > 40);
    let (_, serials) = list(&sandbox, "PEM").unwrap();
    // Each command that nobody killed revoked one too.
    assert!(serials.len() >= revoked);
    assert_eq!(ok(&sandbox, "audit verify").code, 0);
    audit(&sandbox.path("pki"));
}

/// The same command again ends well, and the certificate is on the list.
fn assert_revoked_by_repeating(sandbox: &Sandbox, number: usize) {
    let told = ok(sandbox, &format!("revoke c{number} --yes --json")).document();
    let row = told["changed"].get(0).or_else(|| told["unchanged"].get(0));
    let serial = row.unwrap()["serial"].as_str().unwrap().to_owned();
    let (in_pem, in_der) = (list(sandbox, "PEM"), list(sandbox, "DER"));
    assert_eq!(in_pem, in_der);
    assert!(in_pem.unwrap().1.contains(&serial), "c{number} {serial}");
}

#[test]
fn revoke_killed_two_hundred_times_forgets_nothing() {
    const ROUNDS: usize = 200;
    let sandbox = with_clients(Sandbox::on_disk(), ROUNDS + 8);
    let mut seen = Seen::default();
    let mut moments = Moments::of(|number| {
        ok(&sandbox, &format!("revoke c{} --yes", ROUNDS + 1 + number));
    });
    let mut killed = 0;
    for round in 1..=ROUNDS {
        // Two at once now and then, of which one may publish while the other dies.
        let mut lines = vec![(format!("revoke c{round} --yes"), moments.next())];
        if round % 10 == 0 {
            lines.push(("crl".to_owned(), moments.next()));
        }
        for end in kill_after(&sandbox, &lines) {
            killed += usize::from(end == End::Killed);
            moments.learn(&end);
        }
        seen.look(&sandbox);
        assert_revoked_by_repeating(&sandbox, round);
        seen.look(&sandbox);
    }
    println!("{ROUNDS} rounds: {killed} killed in time");
    assert!(killed * 4 > ROUNDS, "only {killed} were killed in time");
    let (_, serials) = list(&sandbox, "PEM").unwrap();
    assert_eq!(serials.len(), ROUNDS + 4);
    assert_eq!(ok(&sandbox, "audit verify").code, 0);
    audit(&sandbox.path("pki"));
}

/// Processes that make lists at once: the one that stays has the largest number of all.
#[test]
fn lists_made_at_once_end_with_the_newest() {
    let sandbox = with_clients(Sandbox::new(), 2);
    ok(&sandbox, "revoke c1 --yes");
    for _ in 0..5 {
        let running: Vec<_> = (0..6)
            .map(|_| {
                let mut command = sandbox.certmint("crl");
                command.stdout(std::process::Stdio::null());
                command.stderr(std::process::Stdio::piped());
                command.spawn().unwrap()
            })
            .collect();
        for process in running {
            let output = process.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        let (number, serials) = list(&sandbox, "PEM").unwrap();
        assert_eq!(list(&sandbox, "DER").unwrap(), (number, serials));
        let shown = ok(&sandbox, "ca show --json").document();
        assert_eq!(shown["revocation_list"]["number"], number);
    }
    let (number, _) = list(&sandbox, "PEM").unwrap();
    assert_eq!(number, 31);
}
