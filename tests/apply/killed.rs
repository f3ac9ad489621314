//! `kill -9` during `apply`: the next run has what is left, and nothing is made twice.

use crate::sandbox::{
    Sandbox,
    kill::{End, Moments, kill_after},
    told,
};

const ROUNDS: usize = 200;

fn manifest(round: usize) -> String {
    let mut text = String::from("[defaults]\nkey = \"p256\"\n");
    text.push_str("[ca.ca]\ncommon_name = \"testca.com\"\npassphrase = \"none\"\ncrl_days = 30\n");
    for number in 0..4 {
        // Every round has two new names and two that get another alternative name.
        text.push_str(&format!(
            "[server.stays{number}]\nsan = [\"stays{number}.example.com\", \"r{}.example.com\"]\n",
            if number < 2 { round } else { 0 }
        ));
    }
    for number in 0..2 {
        text.push_str(&format!(
            "[client.new{round}-{number}]\ncommon_name = \"new{round}-{number}\"\n"
        ));
    }
    text
}

#[test]
fn apply_killed_two_hundred_times_is_completed_by_the_next_run() {
    let sandbox = Sandbox::on_disk();
    let run = |line: &str| {
        let told = told(&mut sandbox.certmint(line));
        assert_eq!(told.code, 0, "certmint {line}\n{told:#?}");
        told
    };
    let mut round = 0;
    let mut moments = Moments::of(|_| {
        round += 1;
        sandbox.write("pki.toml", manifest(round));
        run("apply");
    });
    let first = round + 1;
    let mut killed = 0;
    for round in first..first + ROUNDS {
        sandbox.write("pki.toml", manifest(round));
        let end = &kill_after(&sandbox, &[("apply".to_owned(), moments.next())])[0];
        killed += usize::from(*end == End::Killed);
        moments.learn(end);
        run("apply");
        if round % 50 == 0 {
            run("audit verify");
        }
    }
    assert_eq!(run("apply").stdout, "nothing to do\n");
    run("audit verify");
    println!("{ROUNDS} rounds: {killed} killed in time");
    assert!(killed * 4 > ROUNDS, "only {killed} were killed in time");

    // Each client once, although most rounds were cut short; the others a generation a round.
    let listed = run("list --json").document();
    let rows = listed["certificates"].as_array().unwrap();
    let count = |name: &str| {
        let signed = |row: &&serde_json::Value| row["name"] == name && row["state"] != "lost";
        rows.iter().filter(signed).count()
    };
    for round in 1..first + ROUNDS {
        assert_eq!(count(&format!("new{round}-0")), 1, "round {round}");
        assert_eq!(count(&format!("new{round}-1")), 1, "round {round}");
    }
    assert_eq!(count("stays0"), first + ROUNDS - 1);
    assert_eq!(count("stays3"), 1);
    let files: Vec<String> = (first..first + ROUNDS)
        .map(|round| format!("pki/certs/new{round}-1/new{round}-1.crt"))
        .collect();
    sandbox.openssl(&format!(
        "verify -x509_strict -CAfile pki/ca/ca.crt {}",
        files.join(" ")
    ));
}
