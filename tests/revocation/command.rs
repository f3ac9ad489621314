//! `certmint revoke`: what it chooses, what it shows and what comes of it.

use crate::{
    pki::{listed, number, openssl_accepts, serial, sql, with_clients},
    world::{World, words},
};

#[test]
fn a_revoked_certificate_is_on_its_issuers_list_and_nobody_elses() {
    let world = with_clients();
    for ca in ["ca", "web"] {
        world.ok(&format!("crl {ca}"));
    }
    let chain = "pki/crl/web.chain.crl";
    for name in ["c1", "c2", "c3", "c4"] {
        assert!(openssl_accepts(&world, name, chain), "{name}");
    }
    let told = world.ok("revoke c1 --reason keyCompromise --yes");
    assert!(told.stdout.contains(&serial(&world, "c1")), "{told:#?}");
    world.ok("revoke c3 --yes");
    assert_eq!(
        listed(&world, "ca"),
        [format!("{} Key Compromise", serial(&world, "c1"))]
    );
    assert_eq!(listed(&world, "web"), [serial(&world, "c3")]);
    for (name, is_good) in [("c1", false), ("c2", true), ("c3", false), ("c4", true)] {
        assert_eq!(openssl_accepts(&world, name, chain), is_good, "{name}");
    }
    // Whoever has no openssl: our own validation, and GnuTLS and Java read the files.
    let verify =
        "verify pki/certs/c1/c1.crt --ca pki/ca/ca.crt --purpose client --crl pki/crl/ca.crl";
    assert_eq!(world.run(verify).code, 3);
    world.ok(&verify.replace("c1", "c2"));
    world.accepts("certtool --crl-info --infile pki/crl/ca.crl");
    world.accepts("keytool -printcrl -file pki/crl/web.crl.der");
    let states = sql(
        &world,
        "SELECT name FROM certificate WHERE state = 'revoked' ORDER BY name",
    );
    assert_eq!(states, ["c1", "c3"]);
}

#[test]
fn a_revoked_subordinate_ca_takes_everything_below_with_it() {
    let world = with_clients();
    world.ok("crl");
    let told = world.ok("revoke web --reason cACompromise --yes");
    assert!(
        told.stderr
            .contains("everything that the CA CN = Web signed"),
        "{told:#?}"
    );
    let chain = "pki/crl/web.chain.crl";
    assert!(!openssl_accepts(&world, "c4", chain));
    assert!(openssl_accepts(&world, "c2", chain));
    let refused = world.refused("issue client c5 --ca web --key p256");
    assert!(
        refused
            .stderr
            .contains("the CA CN = Web signs no certificate any more"),
        "{refused:#?}"
    );
    // Its own list goes on, for clients that look at it alone.
    world.ok("crl web");
    let refused = world.refused("revoke ca --yes");
    assert!(refused.stderr.contains("is a root CA"), "{refused:#?}");
}

#[test]
fn once_more_changes_nothing_and_makes_the_list_again() {
    let world = with_clients();
    world.ok("revoke c1 --yes");
    let before = sql(&world, "SELECT count(*) FROM audit WHERE deed = 'revoke'");
    let told = world.json("revoke c1 --reason superseded --yes");
    assert_eq!(told["changed"], serde_json::json!([]));
    assert_eq!(told["unchanged"][0]["reason"], "unspecified");
    assert_eq!(
        sql(&world, "SELECT count(*) FROM audit WHERE deed = 'revoke'"),
        before
    );
    assert_eq!(number(&world, "ca"), 2);
}

#[test]
fn a_hold_is_taken_back_or_made_final() {
    let world = with_clients();
    let c1 = serial(&world, "c1");
    world.ok("revoke c1 --reason certificate-hold --yes");
    assert_eq!(listed(&world, "ca"), [format!("{c1} Certificate Hold")]);
    world.ok("revoke c1 --release --yes");
    assert_eq!(listed(&world, "ca"), [""; 0]);
    assert!(
        world
            .ok("list")
            .stdout
            .lines()
            .all(|line| !line.contains("revoked"))
    );
    world.ok("revoke c1 --reason certificateHold --yes");
    world.ok("revoke c1 --reason KEYCOMPROMISE --yes");
    assert_eq!(listed(&world, "ca"), [format!("{c1} Key Compromise")]);
    let refused = world.refused("revoke c1 --release --yes");
    assert!(
        refused.stderr.contains("nothing of it is on hold"),
        "{refused:#?}"
    );
    assert_eq!(world.run("audit verify").code, 0);
}

#[test]
fn by_serial_number_fingerprint_and_file() {
    let world = with_clients();
    let short = format!("0x{}", serial(&world, "c1").to_lowercase());
    world.ok(&format!("revoke --serial {short} --yes"));
    let fingerprint = world
        .accepts("openssl x509 -in pki/certs/c2/c2.crt -noout -fingerprint -sha256")
        .trim()
        .rsplit_once('=')
        .map(|(_, digits)| digits.to_owned())
        .unwrap();
    world.ok(&format!("revoke --fingerprint {fingerprint} --yes"));
    // The chain file begins with the leaf.
    world.ok("revoke --file pki/certs/c3/c3.fullchain.crt --yes");
    assert_eq!(
        listed(&world, "ca"),
        [serial(&world, "c1"), serial(&world, "c2")]
    );
    assert_eq!(listed(&world, "web"), [serial(&world, "c3")]);
    for line in [
        "revoke --serial 0101",
        "revoke nobody",
        "revoke c4 --generation 2",
        "revoke c4 --ca ca",
        "revoke c4 --ca nobody",
        &format!("revoke --fingerprint {}", "00".repeat(32)),
        "revoke c4 --at 2999-01-01",
        "revoke c4 --at 1999-01-01",
    ] {
        world.refused(&format!("{line} --yes"));
    }
    for line in [
        "revoke",
        "revoke c4 --serial 01",
        "revoke --serial 01 --generation 1",
        "revoke c4 --fingerprint 00",
        "revoke c4 --reason removeFromCRL",
        "revoke c4 --at yesterday",
        "revoke c4 --release --reason superseded",
    ] {
        assert_eq!(world.run(line).code, 2, "{line}");
    }
    let misspelt = world.run("revoke c4 --reason keyCompromize");
    assert!(misspelt.stderr.contains("'keyCompromise'"), "{misspelt:#?}");
    assert_eq!(listed(&world, "web").len(), 1);
}

#[test]
fn a_serial_number_of_several_cas_needs_its_ca() {
    let world = with_clients();
    sql(
        &world,
        "UPDATE certificate SET serial = (SELECT serial FROM certificate WHERE name = 'c1')
         WHERE name = 'c3'",
    );
    let c1 = serial(&world, "c1");
    let refused = world.refused(&format!("revoke --serial {c1} --yes"));
    for told in ["ca, CN = testca.com", "web, CN = Web", "--ca"] {
        assert!(refused.stderr.contains(told), "{refused:#?}");
    }
    world.ok(&format!("revoke --serial {c1} --ca web --yes"));
    assert_eq!(listed(&world, "web"), [c1]);
}

/// A certificate that was recorded and whose maker died: nobody has it, and somebody may have seen
/// it.
#[test]
fn a_lost_serial_number_is_revoked_by_itself() {
    let world = with_clients();
    sql(
        &world,
        "INSERT INTO certificate (authority_id, serial, state, kind, subject, subject_der,
             not_before, not_after, key_id, public_key_sha256, recorded_at)
         SELECT authority_id, x'5EED', 'recorded', kind, 'CN = lost', subject_der, not_before,
             not_after, key_id, public_key_sha256, recorded_at
         FROM certificate WHERE name = 'c1'",
    );
    sql(
        &world,
        "INSERT INTO encoding (certificate_id, tbs) SELECT max(id), x'00' FROM certificate",
    );
    let told = world.ok("revoke --serial 5EED --yes");
    assert!(told.stderr.contains("never completed"), "{told:#?}");
    assert_eq!(listed(&world, "ca"), ["5EED"]);
    assert_eq!(world.run("audit verify").code, 0);
}

#[test]
fn a_name_means_the_generation_in_use() {
    let world = with_clients();
    let first = serial(&world, "c1");
    // What a renewal does in the inventory: a newer row has the name.
    let other = serial(&world, "c2");
    sql(
        &world,
        "UPDATE certificate SET name = 'c1', generation = 2 WHERE name = 'c2'",
    );
    sql(
        &world,
        "UPDATE certificate SET state = 'superseded' WHERE name = 'c1' AND generation = 1",
    );
    let told = world.json("revoke c1 --dry-run");
    assert_eq!(told["unchanged"][0]["serial"], other);
    assert_eq!(told["still_valid"][0]["serial"], first);
    let told = world.ok("revoke c1 --yes");
    assert!(told.stdout.contains("c1, generation 2"), "{told:#?}");
    assert!(
        told.stderr
            .contains("other generations stay valid: generation 1 until"),
        "{told:#?}"
    );
    assert_eq!(listed(&world, "ca"), std::slice::from_ref(&other));
    // Not the next older one, as if it had come into use.
    let told = world.json("revoke c1 --yes");
    assert_eq!(told["unchanged"][0]["serial"], other);
    world.ok("revoke c1 --generation 1 --yes");
    assert_eq!(listed(&world, "ca"), [first, other]);
}

#[test]
fn all_generations_at_once() {
    let world = with_clients();
    sql(
        &world,
        "UPDATE certificate SET name = 'c1', generation = 2 WHERE name = 'c2'",
    );
    let told = world.json("revoke c1 --all-generations --reason superseded --yes");
    assert_eq!(told["changed"].as_array().unwrap().len(), 2);
    assert_eq!(listed(&world, "ca").len(), 2);
}

#[test]
fn nothing_is_revoked_unasked() {
    let world = with_clients();
    let mut unasked = world.command_without_terminal("revoke c1");
    let output = unasked.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--yes"), "{said}");
    for (answer, code) in [("", 1), ("n", 1), ("maybe", 1)] {
        let (told, said) = at_a_terminal(&world, "revoke c1", answer);
        assert_eq!(told, code, "{said}");
        assert!(said.contains("nothing was changed"), "{said}");
    }
    assert_eq!(
        sql(
            &world,
            "SELECT count(*) FROM certificate WHERE state = 'revoked'"
        ),
        ["0"]
    );
    let (told, said) = at_a_terminal(&world, "revoke c1 --reason keyCompromise", "y");
    assert_eq!(told, 0, "{said}");
    for part in [
        "to be revoked",
        "CN = c1",
        &serial(&world, "c1"),
        "keyCompromise",
        "[y/N]",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert_eq!(listed(&world, "ca").len(), 1);
}

/// Runs a line at a terminal of its own and answers its question.
fn at_a_terminal(world: &World, line: &str, answer: &str) -> (i32, String) {
    const PROGRAM: &str = r#"
import json, os, pty, sys
answer, home, *words = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execve(words[0], words, {"HOME": home, "TERM": "dumb"})
said = b""
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    said += part
    if said.endswith(b"[y/N]: "):
        os.write(terminal, answer.encode() + b"\n")
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps([code, said.decode()]))
"#;
    let mut run = vec![serde_json::json!(answer), serde_json::json!(world.path(""))];
    run.push(env!("CARGO_BIN_EXE_certmint").into());
    run.extend(words(line).into_iter().map(Into::into));
    let said = world.python(PROGRAM, &[&serde_json::Value::from(run).to_string()]);
    serde_json::from_str(&said).unwrap()
}

#[test]
fn a_locked_key_leaves_the_list_to_a_later_command() {
    let world = World::new();
    world.write("pass", "secret0\n");
    world.ok("ca init --cn testca.com --key p256 --passphrase-file pass");
    for name in ["c1", "c2"] {
        world.ok(&format!(
            "issue client {name} --key p256 --passphrase-file pass"
        ));
    }
    let told = world.ok("revoke c1 --yes");
    assert!(told.stderr.contains("run 'certmint crl ca'"), "{told:#?}");
    assert!(!world.exists("pki/crl/ca.crl"));
    world.ok("revoke c2 --yes --passphrase-file pass");
    assert_eq!(listed(&world, "ca").len(), 2);
    // Revoked is revoked, whatever becomes of the list.
    world.write("wrong", "secret1\n");
    world.ok("issue client c3 --key p256 --passphrase-file pass");
    let told = world.run("revoke c3 --yes --passphrase-file wrong");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("the revocation is recorded"),
        "{told:#?}"
    );
    world.ok("crl --passphrase-file pass");
    assert_eq!(listed(&world, "ca").len(), 3);
}
