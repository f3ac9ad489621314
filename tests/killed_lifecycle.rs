//! `kill -9` on the doorstep of every change that renewing a CA and each step of a rollover make: the
//! next command finishes what was begun, and taking the step again is enough.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod judge;
mod sandbox;

use sandbox::{
    Sandbox, Told,
    kill::SIGKILL,
    meddle::{KILL, meddle_everywhere, meddle_with_each},
};
use serde_json::Value;

const HOSTS: [&str; 2] = ["root.example", "web.example"];

fn run(sandbox: &Sandbox, line: &str) -> Told {
    sandbox::told(&mut sandbox.certmint(line))
}

fn ok(sandbox: &Sandbox, line: &str) -> Told {
    let told = run(sandbox, line);
    assert_eq!(told.code, 0, "certmint {line}\n{told:#?}");
    told
}

fn json(sandbox: &Sandbox, line: &str) -> Value {
    ok(sandbox, &format!("{line} --json")).document()
}

/// A root, a CA below it and a certificate of each.
fn world() -> Sandbox {
    let sandbox = Sandbox::new().with_authority();
    ok(
        &sandbox,
        "ca intermediate web --cn Web --issuer ca --key p256 --no-passphrase",
    );
    ok(&sandbox, "issue server root.example --ca ca --key p256");
    ok(&sandbox, "issue server web.example --ca web --key p256");
    sandbox.write("old.pem", sandbox.read("pki/ca/ca.crt"));
    sandbox
}

fn text(sandbox: &Sandbox, file: &str) -> String {
    String::from_utf8(sandbox.read(file)).unwrap()
}

/// What servers send leads to the roots of a bundle, by openssl.
fn assert_served(sandbox: &Sandbox, pki: &str, bundle: &str) {
    for host in HOSTS {
        let sent = format!("{pki}/certs/{host}/{host}.fullchain.crt");
        sandbox.openssl(&format!(
            "verify -x509_strict -CAfile {bundle} -untrusted {sent} {sent}"
        ));
    }
}

/// The file of a CA is the certificate that the inventory has for its name, and no file is left
/// half-written.
fn assert_filed(sandbox: &Sandbox, pki: &str, ca: &str) {
    let shown = json(sandbox, &format!("--pki {pki} ca show {ca}"));
    let found = sandbox.openssl(&format!(
        "x509 -in {pki}/ca/{ca}.crt -noout -fingerprint -sha256"
    ));
    let found = found.trim().rsplit('=').next().unwrap().replace(':', "");
    assert_eq!(
        shown["fingerprint_sha256"].as_str().unwrap(),
        found.to_lowercase(),
        "{ca}"
    );
    for folder in ["ca", "certs", "ca/.staging", "certs/.staging"] {
        let folder = sandbox.path(&format!("{pki}/{folder}"));
        let names: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with(".certmint-") || name.starts_with("new-"))
            .collect();
        assert!(names.is_empty(), "{} holds {names:?}", folder.display());
    }
}

#[test]
fn ca_renew_killed_before_each_change_is_finished_by_the_next_command() {
    let sandbox = world();
    let moments = meddle_everywhere(&sandbox, "ca renew web", KILL, |_, told| {
        assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
        // Whoever serves meanwhile serves something that holds.
        assert_served(&sandbox, "pki", "old.pem");
        // Any command that writes.
        ok(&sandbox, "crl ca");
        assert_filed(&sandbox, "pki", "web");
        assert_served(&sandbox, "pki", "old.pem");
        let sent = text(&sandbox, "pki/certs/web.example/web.example.fullchain.crt");
        assert!(sent.ends_with(&text(&sandbox, "pki/ca/web.crt")));
    });
    println!("{moments} moments");
    assert!(moments > 40);
    // Nobody renewed what was not asked for.
    assert_eq!(text(&sandbox, "pki/ca/ca.crt"), text(&sandbox, "old.pem"));
}

fn next_of(sandbox: &Sandbox, pki: &str) -> String {
    let status = json(sandbox, &format!("--pki {pki} ca rollover status ca"));
    status["rollovers"][0]["next"]
        .as_str()
        .unwrap_or("nothing")
        .to_owned()
}

/// Copies the PKI that `template` is, links included.
fn copy(sandbox: &Sandbox, template: &str, pki: &str) {
    sandbox.judge("cp", &["-a", template, pki]);
}

#[test]
fn preparing_killed_before_each_change_is_taken_again() {
    let sandbox = world();
    let line = "ca rollover next ca --no-passphrase";
    let moments = meddle_with_each(
        &sandbox,
        &format!("--pki pki{{}} {line}"),
        KILL,
        |number| copy(&sandbox, "pki", &format!("pki{number}")),
        |number, told| {
            assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
            let pki = &format!("pki{number}");
            assert_served(&sandbox, pki, "old.pem");
            if next_of(&sandbox, pki) == "prepare" {
                ok(&sandbox, &format!("--pki {pki} {line}"));
            } else {
                ok(&sandbox, &format!("--pki {pki} crl ca"));
            }
            assert_eq!(next_of(&sandbox, pki), "distribute");
            assert!(!sandbox.exists(&format!("{pki}/ca/ca-3.crt")));
            for ca in ["ca", "ca-2"] {
                assert_filed(&sandbox, pki, ca);
            }
            let bundle = text(&sandbox, &format!("{pki}/ca/ca.bundle.crt"));
            let new = text(&sandbox, &format!("{pki}/ca/ca-2.crt"));
            assert_eq!(bundle, text(&sandbox, "old.pem") + &new);
            assert_served(&sandbox, pki, "old.pem");
            assert_served(&sandbox, pki, &format!("{pki}/ca/ca-2.crt"));
        },
    );
    println!("{moments} moments");
    assert!(moments > 100);
}

#[test]
fn switching_and_retiring_killed_before_each_change_are_taken_again() {
    let sandbox = world();
    ok(&sandbox, "ca rollover next ca --no-passphrase");
    copy(&sandbox, "pki", "prepared");
    let switch = "ca rollover next ca --before-time --yes";
    let moments = meddle_with_each(
        &sandbox,
        &format!("--pki switched{{}} {switch}"),
        KILL,
        |number| copy(&sandbox, "prepared", &format!("switched{number}")),
        |number, told| {
            assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
            let pki = &format!("switched{number}");
            if next_of(&sandbox, pki) == "distribute" {
                ok(&sandbox, &format!("--pki {pki} {switch}"));
            }
            assert_eq!(next_of(&sandbox, pki), "reissue");
            assert_served(&sandbox, pki, "old.pem");
            assert_served(&sandbox, pki, &format!("{pki}/ca/ca-2.crt"));
        },
    );
    println!("{moments} moments of the switch");
    assert!(moments > 15);

    ok(&sandbox, switch);
    ok(&sandbox, "reissue --ca ca --yes");
    copy(&sandbox, "pki", "reissued");
    let retire = "ca rollover next ca --yes";
    let moments = meddle_with_each(
        &sandbox,
        &format!("--pki retired{{}} {retire}"),
        KILL,
        |number| copy(&sandbox, "reissued", &format!("retired{number}")),
        |number, told| {
            assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
            let pki = &format!("retired{number}");
            if next_of(&sandbox, pki) == "retire" {
                ok(&sandbox, &format!("--pki {pki} {retire}"));
            } else {
                ok(&sandbox, &format!("--pki {pki} crl ca-2"));
            }
            assert_eq!(next_of(&sandbox, pki), "nothing");
            let new = text(&sandbox, &format!("{pki}/ca/ca-2.crt"));
            assert_eq!(text(&sandbox, &format!("{pki}/ca/ca.bundle.crt")), new);
            assert_served(&sandbox, pki, &format!("{pki}/ca/ca-2.crt"));
            let sent = text(
                &sandbox,
                &format!("{pki}/certs/root.example/root.example.fullchain.crt"),
            );
            assert_eq!(sent.matches("BEGIN CERTIFICATE").count(), 1, "{sent}");
        },
    );
    println!("{moments} moments of the retirement");
    assert!(moments > 20);
}

#[test]
fn reissuing_killed_before_each_change_is_finished_by_reissuing_what_is_left() {
    let sandbox = world();
    ok(&sandbox, "ca rollover next ca --no-passphrase");
    ok(&sandbox, "ca rollover next ca --before-time --yes");
    let line = "reissue --ca ca --yes";
    let moments = meddle_with_each(
        &sandbox,
        &format!("--pki pki{{}} {line}"),
        KILL,
        |number| copy(&sandbox, "pki", &format!("pki{number}")),
        |number, told| {
            assert_eq!(told.code, 128 + SIGKILL, "{told:#?}");
            let pki = &format!("pki{number}");
            ok(&sandbox, &format!("--pki {pki} {line}"));
            assert_eq!(next_of(&sandbox, pki), "retire");
            assert_served(&sandbox, pki, "old.pem");
            assert_served(&sandbox, pki, &format!("{pki}/ca/ca-2.crt"));
            // What was made before the kill is not made twice.
            let listed = json(&sandbox, &format!("--pki {pki} list"));
            let rows = listed["certificates"].as_array().unwrap();
            let made = rows
                .iter()
                .filter(|row| row["name"] == "root.example" && row["state"] != "lost");
            assert_eq!(made.count(), 2, "{listed:#}");
        },
    );
    println!("{moments} moments");
    assert!(moments > 50);
}
