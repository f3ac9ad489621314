//! `issue batch`: a list through the same line as every certificate, on all cores, and again after
//! it was killed.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod judge;
mod sandbox;

use std::fmt::Write as _;

use sandbox::{
    Sandbox,
    audit::audit,
    kill::{End, Moments, kill_after},
    snapshot, told,
};

fn list(names: impl Iterator<Item = String>) -> String {
    names.fold("name,san\n".to_owned(), |mut list, name| {
        writeln!(list, "{name},{name}.internal").unwrap();
        list
    })
}

#[test]
fn a_list_is_issued_once_and_judged_by_openssl() {
    let sandbox = Sandbox::new().with_authority();
    let mut csv = list((0..700).map(|number| format!("node{number}")));
    csv.push_str("www.example.com,10.0.0.7\n");
    sandbox.write("hosts.csv", csv);
    let first = sandbox.ok("issue batch hosts.csv --key p256 --profile peer --json");
    let first = first.document();
    assert_eq!(
        (&first["issued"], &first["already_there"], &first["failed"]),
        (&701.into(), &0.into(), &0.into())
    );
    assert_eq!(first["certificates"].as_array().unwrap().len(), 701);
    assert_eq!(audit(&sandbox.path("pki")).len(), 702);
    let files: Vec<String> = (0..700)
        .map(|number| format!("pki/certs/node{number}/node{number}.crt"))
        .collect();
    let line = format!(
        "verify -x509_strict -purpose sslserver -CAfile pki/ca/ca.crt {}",
        files.join(" ")
    );
    assert_eq!(sandbox.openssl(&line).matches(": OK").count(), 700);
    let names = sandbox.openssl(
        "x509 -in pki/certs/www.example.com/www.example.com.crt -noout -ext subjectAltName",
    );
    assert!(
        names.contains("DNS:www.example.com, IP Address:10.0.0.7"),
        "{names}"
    );

    let before = snapshot(&sandbox.path("pki/certs"));
    let again = sandbox.ok("issue batch hosts.csv --key p256 --profile peer");
    assert_eq!(again.stdout, "0 certificates issued, 701 there already\n");
    sandbox::assert_same(&before, &snapshot(&sandbox.path("pki/certs")), "again");
}

#[test]
fn what_is_another_certificate_fails_and_the_rest_is_made() {
    let sandbox = Sandbox::new().with_authority();
    sandbox.ok("issue server b --san b.internal --key p256");
    sandbox.ok("issue server d --san d.internal --key rsa2048");
    sandbox.write(
        "hosts.jsonl",
        "{\"name\":\"a\",\"san\":\"a.internal\"}\n{\"name\":\"b\",\"san\":\"other.internal\"}\n{\"name\":\"c\",\"san\":[\"c.internal\"]}\n{\"name\":\"d\",\"san\":\"d.internal\"}\n{\"name\":\"e\"}\n",
    );
    let told = sandbox.run("issue batch hosts.jsonl --key p256");
    assert_eq!(told.code, 1, "{told:#?}");
    assert_eq!(told.stdout, "2 certificates issued, 3 failed\n");
    for expected in [
        "hosts.jsonl:2: b: certificate b exists and has the subject",
        "hosts.jsonl:4: d: certificate d exists and has a key of the kind rsa2048",
        "hosts.jsonl:5: e: not certified: a server certificate without a host name",
    ] {
        assert!(told.stderr.contains(expected), "{expected}\n{told:#?}");
    }
    assert!(sandbox.exists("pki/certs/a/a.key") && sandbox.exists("pki/certs/c/c.key"));
    assert!(!sandbox.exists("pki/certs/e"));
}

#[test]
fn a_wrong_list_issues_nothing_and_every_error_is_told() {
    let sandbox = Sandbox::new().with_authority();
    sandbox.write(
        "hosts.csv",
        "name,san,days,key,profile\nok,ok.internal,,,\nx y,,,,\nb,a..b,,,\nc,,0,,\nd,,,rsa1024,\ne,,,,servr\nOK,,,,\n",
    );
    let before = snapshot(sandbox.root());
    let told = sandbox.run("issue batch hosts.csv");
    assert_eq!(told.code, 1, "{told:#?}");
    sandbox::assert_same(&before, &snapshot(sandbox.root()), "a wrong list");
    for expected in [
        "hosts.csv:3: x y:",
        "hosts.csv:4: b: ",
        "hosts.csv:5: c: \"0\" is no number of days",
        "hosts.csv:6: d: ",
        "hosts.csv:7: e: \"servr\" is no profile",
        "hosts.csv:8: OK is in line 2 already",
        "hosts.csv: 6 wrong lines; nothing was issued",
    ] {
        assert!(told.stderr.contains(expected), "{expected}\n{told:#?}");
    }
    sandbox.write("empty.csv", "");
    let told = sandbox.run("issue batch empty.csv");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("must name the columns"), "{told:#?}");
}

#[test]
fn a_killed_batch_is_completed_by_the_next_and_nothing_is_made_twice() {
    const ROUNDS: usize = 200;
    const NAMES: usize = 8;
    let sandbox = Sandbox::on_disk().with_authority();
    let write = |label: &str| {
        let names = (0..NAMES).map(|number| format!("{label}-{number}"));
        sandbox.write(&format!("{label}.csv"), list(names));
        format!("issue batch {label}.csv --key p256")
    };
    let run = |line: &str| {
        let told = told(&mut sandbox.certmint(line));
        assert_eq!(told.code, 0, "certmint {line}\n{told:#?}");
        told
    };
    let mut moments = Moments::of(|number| {
        run(&write(&format!("calm{number}")));
    });
    let mut killed = 0;
    for round in 0..ROUNDS {
        let line = write(&format!("round{round}"));
        let end = &kill_after(&sandbox, &[(line.clone(), moments.next())])[0];
        killed += usize::from(*end == End::Killed);
        moments.learn(end);
        run(&line);
    }
    let serials = audit(&sandbox.path("pki"));
    // Each name once, the CA, and the calm ones: what was killed before its seal has no certificate.
    assert_eq!(serials.len(), (ROUNDS + 4) * NAMES + 1);
    println!("{ROUNDS} rounds: {killed} killed in time");
    assert!(killed * 4 > ROUNDS, "only {killed} were killed in time");
}
