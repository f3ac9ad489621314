//! The audit log: every deed is in it, and whoever takes something away or changes it is found out.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod judge;
mod world;

use serde_json::Value;
use world::World;

/// A CA, three certificates, a revocation, a hold that was taken back.
fn with_history() -> World {
    let world = World::with_authority("p256");
    for name in ["flb", "backend", "db"] {
        world.ok(&format!(
            "issue server {name} --san {name}.example --key p256"
        ));
    }
    world.ok("revoke flb --reason keyCompromise --yes");
    world.ok("revoke db --reason certificateHold --yes");
    world.ok("revoke db --release --yes");
    world.ok("ca set ca --crl-days 7");
    world
}

/// What somebody with SQLite does to the inventory.
fn tamper(world: &World, statements: &str) {
    let program = "
import sqlite3, sys
base = sqlite3.connect('pki/inventory.sqlite')
base.executescript(sys.argv[1])
base.commit()";
    world.python(program, &[statements]);
}

/// `check entry certificate`, and the column if there is one, of every finding; the exit code says
/// whether there is one.
fn findings(world: &World, flags: &str) -> Vec<String> {
    let told = world.run(&format!("audit verify {flags} --json"));
    let document = told.document();
    let found: Vec<String> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let entry = match &finding["entry"] {
                Value::Null => "-".to_owned(),
                number => number.to_string(),
            };
            let name = finding["certificate"]["name"].as_str().unwrap_or("-");
            let check = finding["check"].as_str().unwrap();
            let told = format!("{check} {entry} {name}");
            match finding["column"].as_str() {
                None => told,
                Some(column) => format!("{told} {column}"),
            }
        })
        .collect();
    assert_eq!(told.code, if found.is_empty() { 0 } else { 3 }, "{told:#?}");
    assert_eq!(document["count"], found.len());
    found
}

fn head(world: &World) -> String {
    let document = world.json("audit verify");
    document["head"].as_str().unwrap().to_owned()
}

#[test]
fn every_deed_is_in_the_log() {
    let world = with_history();
    let log = world.json("audit log");
    let deeds: Vec<&str> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["deed"].as_str().unwrap())
        .collect();
    let expected = "issue issue issue issue revoke publish-crl revoke publish-crl release \
                    publish-crl configure";
    assert_eq!(deeds.join(" "), expected);
    let numbers: Vec<i64> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
    assert_eq!(findings(&world, ""), [""; 0]);
    assert_eq!(log["head"], head(&world));
    // Who did it is the one who runs the program.
    let user = world.accepts("id -un");
    let who = log["entries"][0]["who"].as_str().unwrap();
    assert!(who.starts_with(&format!("{}@", user.trim())), "{who}");
}

#[test]
fn the_log_is_shown_from_its_end_and_by_name() {
    let world = with_history();
    let last = world.ok("audit log --limit 2");
    assert!(
        last.stdout.contains("configure") && !last.stdout.contains("issue"),
        "{last:#?}"
    );
    assert!(last.stderr.contains("9 earlier entries"), "{last:#?}");
    let about = world.json("audit log --name DB");
    let deeds: Vec<&Value> = about["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["deed"])
        .collect();
    assert_eq!(deeds, ["issue", "revoke", "release"]);
    assert_eq!(
        world.json("audit log --name db --limit 1")["entries"][0]["number"],
        9
    );
    assert_eq!(
        world.json("audit log --name nobody")["entries"],
        Value::Array(Vec::new())
    );
}

/// The hash of an entry as an independent reading of its definition computes it.
#[test]
fn python_computes_the_same_hashes() {
    let world = with_history();
    let program = r#"
import hashlib, sqlite3
base = sqlite3.connect("pki/inventory.sqlite")
previous = bytes(32)
text = lambda value: len(value.encode()).to_bytes(8, "big") + value.encode()
integer = lambda value: value.to_bytes(8, "big", signed=True)
for number, at, who, deed, plan, certificate, details, before, hash in base.execute(
    "SELECT number, at, who, deed, plan, certificate_id, details, previous, hash FROM audit ORDER BY number"
):
    assert before == previous, number
    content = (previous + integer(number) + integer(at) + text(who) + text(deed)
        + bytes([plan is not None]) + text(plan or "")
        + bytes([certificate is not None]) + integer(certificate or 0) + text(details))
    assert hashlib.sha256(content).digest() == hash, number
    previous = hash
print(previous.hex())
"#;
    assert_eq!(world.python(program, &[]).trim(), head(&world));
}

/// Each: what is done to the inventory, and what is found.
const TAMPERING: &[(&str, &[&str])] = &[
    (
        "UPDATE audit SET who = 'nobody' WHERE number = 3",
        &["changed 3 -"],
    ),
    (
        "UPDATE audit SET at = at + 1 WHERE number = 1",
        &["changed 1 -"],
    ),
    (
        "UPDATE audit SET plan = '' WHERE number = 5",
        &["changed 5 -"],
    ),
    (
        "UPDATE audit SET details = replace(details, 'backend', 'backenD') WHERE number = 3",
        &["changed 3 -", "row_changed 3 backend name"],
    ),
    (
        "UPDATE audit SET deed = CAST(x'69737375FF' AS TEXT) WHERE number = 11",
        &["changed 11 -", "authority_changed - - crl_days"],
    ),
    ("DELETE FROM audit WHERE number = 6", &["missing 6 -"]),
    (
        "DELETE FROM audit WHERE number = 11",
        &["missing 11 -", "authority_changed - - crl_days"],
    ),
    (
        "DELETE FROM audit WHERE number = 1",
        &["missing 1 -", "unlogged - ca"],
    ),
    (
        "DELETE FROM audit WHERE number IN (6, 7, 8)",
        &["missing 6 -"],
    ),
    (
        "DELETE FROM audit WHERE number = 5",
        &["missing 5 -", "revocation_unlogged - flb"],
    ),
    (
        "DELETE FROM audit WHERE number = 9",
        &["missing 9 -", "revocation_gone 7 db"],
    ),
    // The end cut off, and the head made to fit what is left: the next one knows better.
    (
        "DELETE FROM audit WHERE number >= 10;
         UPDATE audit_head SET entries = 9",
        &["head - -", "authority_changed - - crl_days"],
    ),
    ("DELETE FROM audit_head", &["head - -"]),
    // One entry in the place of another, with a hash that nobody computed.
    (
        "UPDATE audit SET hash = randomblob(32) WHERE number = 6",
        &["changed 6 -", "unlinked 7 -"],
    ),
    (
        "UPDATE audit SET previous = zeroblob(32) WHERE number = 7",
        &["unlinked 7 -", "changed 7 -"],
    ),
    (
        "DELETE FROM san WHERE certificate_id = 3; DELETE FROM encoding WHERE certificate_id = 3;
         DELETE FROM certificate WHERE id = 3",
        &["certificate_gone 3 backend"],
    ),
    (
        "UPDATE encoding SET der = CAST(substr(der, 1, 99) || x'00' || substr(der, 101) AS BLOB)
         WHERE certificate_id = 4",
        &["other_bytes - db"],
    ),
    (
        "DELETE FROM encoding WHERE certificate_id = 4",
        &["other_bytes - db"],
    ),
    (
        "UPDATE certificate SET fingerprint = zeroblob(32) WHERE id = 4",
        &["other_bytes - db", "other_certificate 4 db"],
    ),
    (
        "UPDATE authority SET der = CAST(x'00' || substr(der, 2) AS BLOB)",
        &["authority_bytes - -"],
    ),
    (
        "UPDATE certificate SET state = 'issued', revoked_at = NULL, revocation_reason = NULL
         WHERE name = 'flb'",
        &["revocation_gone 5 flb"],
    ),
    (
        "UPDATE certificate SET revocation_reason = 0 WHERE name = 'flb'",
        &["revocation_unlogged - flb"],
    ),
    (
        "UPDATE certificate SET revoked_at = revoked_at - 1 WHERE name = 'flb'",
        &["revocation_unlogged - flb"],
    ),
    (
        "UPDATE certificate SET state = 'revoked', revoked_at = 1, revocation_reason = 0
         WHERE name = 'db'",
        &["revocation_unlogged - db"],
    ),
];

#[test]
fn whatever_is_changed_or_removed_is_named() {
    let world = with_history();
    assert_eq!(findings(&world, ""), [""; 0]);
    let whole = world.read("pki/inventory.sqlite");
    for (statements, expected) in TAMPERING {
        tamper(&world, statements);
        assert_eq!(findings(&world, ""), *expected, "{statements}");
        world.write("pki/inventory.sqlite", &whole);
    }
    assert_eq!(findings(&world, ""), [""; 0]);
}

/// Each: what is done to a column, and what is found.
const COLUMNS: &[(&str, &[&str])] = &[
    (
        "UPDATE certificate SET not_after = not_after + 1 WHERE name = 'backend'",
        &["row_changed - backend not_after"],
    ),
    (
        "UPDATE certificate SET not_before = 0 WHERE name = 'flb'",
        &["row_changed - flb not_before"],
    ),
    (
        "UPDATE certificate SET subject = 'CN = other' WHERE name = 'backend'",
        &["row_changed - backend subject"],
    ),
    (
        "UPDATE certificate SET subject_der = x'3000' WHERE name = 'backend'",
        &["row_changed - backend subject_der"],
    ),
    (
        "UPDATE certificate SET serial = x'01' WHERE name = 'backend'",
        &["row_changed - backend serial"],
    ),
    (
        "UPDATE certificate SET key_id = x'', public_key_sha256 = zeroblob(32)
         WHERE name = 'backend'",
        &[
            "row_changed - backend key_id",
            "row_changed - backend public_key_sha256",
        ],
    ),
    (
        "UPDATE certificate SET kind = 'client' WHERE name = 'backend'",
        &["row_changed - backend kind"],
    ),
    (
        "UPDATE certificate SET name = 'other' WHERE name = 'backend'",
        &["row_changed 3 other name"],
    ),
    (
        "UPDATE certificate SET generation = 7 WHERE name = 'backend'",
        &["row_changed 3 backend generation"],
    ),
    (
        "UPDATE certificate SET shelf = NULL, name = NULL, generation = NULL WHERE name = 'backend'",
        &[
            "row_changed 3 - shelf",
            "row_changed 3 - name",
            "row_changed 3 - generation",
        ],
    ),
    (
        "UPDATE certificate SET shelf = 'ca' WHERE name = 'backend'",
        &["row_changed 3 backend shelf"],
    ),
    (
        "UPDATE certificate SET authority_id = NULL WHERE name = 'backend'",
        &["row_changed 3 backend authority_id"],
    ),
    (
        "UPDATE certificate SET source = 'import' WHERE name = 'backend'",
        &["row_changed 3 backend source"],
    ),
    (
        "UPDATE certificate SET state = 'superseded' WHERE name = 'backend'",
        &["row_changed - backend state"],
    ),
    (
        "UPDATE certificate SET state = 'superseded' WHERE name = 'ca'",
        &["row_changed - ca state"],
    ),
    // Gone over to another generation, and back, by hand.
    (
        "UPDATE certificate SET state = 'superseded' WHERE name = 'web' AND generation = 2;
         UPDATE certificate SET state = 'issued' WHERE name = 'web' AND generation = 1",
        &["row_changed - web state"],
    ),
    (
        "UPDATE certificate SET state = 'issued' WHERE name = 'web' AND generation = 1",
        &["row_changed - web state"],
    ),
    (
        "UPDATE certificate SET state = 'lost', fingerprint = NULL, issued_at = NULL
         WHERE name = 'backend'",
        &["row_changed 3 backend fingerprint"],
    ),
    (
        "UPDATE san SET value = 'other.example' WHERE value = 'backend.example'",
        &["row_changed - backend san"],
    ),
    (
        "UPDATE san SET kind = 'email' WHERE value = 'backend.example'",
        &["row_changed - backend san"],
    ),
    (
        "DELETE FROM san WHERE value = 'backend.example'",
        &["row_changed - backend san"],
    ),
    (
        "INSERT INTO san SELECT certificate_id, 9, 'dns', 'more' FROM san
         WHERE value = 'backend.example'",
        &["row_changed - backend san"],
    ),
    (
        "UPDATE authority SET crl_url = 'http://other/'",
        &["authority_changed 11 - crl_url"],
    ),
    (
        "UPDATE authority SET crl_days = NULL, ocsp_url = 'http://other/'",
        &[
            "authority_changed 11 - ocsp_url",
            "authority_changed 11 - crl_days",
        ],
    ),
    (
        "UPDATE authority SET subject = 'CN = other', not_after = not_after + 1",
        &[
            "authority_changed - - subject",
            "authority_changed - - not_after",
        ],
    ),
    (
        "UPDATE authority SET key_id = x'00', subject_der = x'3000', not_before = 1",
        &[
            "authority_changed - - subject_der",
            "authority_changed - - key_id",
            "authority_changed - - not_before",
        ],
    ),
];

#[test]
fn a_column_that_was_changed_is_named() {
    let world = with_history();
    world.ok("issue server web --san web.example --key p256");
    world.ok("renew web");
    assert_eq!(findings(&world, ""), [""; 0]);
    let whole = world.read("pki/inventory.sqlite");
    for (statements, expected) in COLUMNS {
        tamper(&world, statements);
        assert_eq!(findings(&world, ""), *expected, "{statements}");
        world.write("pki/inventory.sqlite", &whole);
    }
    tamper(
        &world,
        "UPDATE certificate SET not_after = 0 WHERE name = 'db'",
    );
    let told = world.run("audit verify");
    assert!(
        told.stdout
            .contains("not_after is 0 in the inventory, and its certificate says"),
        "{told:#?}"
    );
}

/// A renewed CA keeps its settings, and what it replaced is superseded.
#[test]
fn a_renewed_ca_and_an_older_generation_are_as_the_log_says() {
    let world = with_history();
    world.ok("ca renew ca");
    world.ok("issue server web --san web.example --key p256");
    // Its servers do not take it: the first generation is the current one again.
    assert_eq!(world.run("renew web --reload false").code, 1);
    assert_eq!(findings(&world, ""), [""; 0]);
    tamper(
        &world,
        "UPDATE certificate SET state = 'issued' WHERE name = 'ca' AND generation = 1;
         UPDATE authority SET crl_days = 8 WHERE name = 'ca'",
    );
    assert_eq!(
        findings(&world, ""),
        ["authority_changed 11 - crl_days", "row_changed - ca state"]
    );
}

/// A certificate that came in by another way than the program's has no entry.
#[test]
fn a_certificate_that_was_slipped_in_is_named() {
    let world = with_history();
    let other = World::with_authority("p256");
    other.ok("issue server slipped --san slipped.example --key p256");
    std::fs::copy(
        other.path("pki/inventory.sqlite"),
        world.path("other.sqlite"),
    )
    .unwrap();
    tamper(
        &world,
        "ATTACH 'other.sqlite' AS other;
         CREATE TEMPORARY TABLE copy AS SELECT * FROM other.certificate WHERE name = 'slipped';
         UPDATE copy SET id = 99;
         INSERT INTO main.certificate SELECT * FROM copy;
         INSERT INTO main.encoding
            SELECT 99, NULL, der FROM other.encoding JOIN other.certificate ON id = certificate_id
            WHERE name = 'slipped'",
    );
    assert_eq!(
        findings(&world, ""),
        ["row_changed - slipped san", "unlogged - slipped"]
    );
}

/// One byte of the file itself, in the middle of what an entry says.
#[test]
fn one_byte_of_the_file_is_enough() {
    let world = with_history();
    // Everything into the one file.
    tamper(&world, "PRAGMA wal_checkpoint(TRUNCATE)");
    let mut octets = world.read("pki/inventory.sqlite");
    let part = b"\"name\":\"backend\",\"serial\"";
    let position = octets
        .windows(part.len())
        .position(|window| window == part)
        .unwrap();
    octets[position + 8] ^= 1;
    world.write("pki/inventory.sqlite", octets);
    assert_eq!(
        findings(&world, ""),
        ["changed 3 -", "row_changed 3 backend name"]
    );
}

/// A log that somebody computed anew, from its beginning, fits itself; a head that was kept does not
/// fit it.
#[test]
fn a_head_kept_elsewhere_finds_a_new_log() {
    let world = with_history();
    let kept = head(&world);
    world.ok("issue client c1 --key p256");
    let told = world.ok(&format!("audit verify --head {kept}"));
    assert!(
        told.stdout.contains("is entry 11; 1 were added since"),
        "{told:#?}"
    );
    let program = r#"
import hashlib, sqlite3
base = sqlite3.connect("pki/inventory.sqlite")
rows = base.execute("SELECT number, at, who, deed, plan, certificate_id, details FROM audit ORDER BY number").fetchall()
previous = bytes(32)
text = lambda value: len(value.encode()).to_bytes(8, "big") + value.encode()
integer = lambda value: value.to_bytes(8, "big", signed=True)
for number, at, who, deed, plan, certificate, details in rows:
    who = "somebody else"
    content = (previous + integer(number) + integer(at) + text(who) + text(deed)
        + bytes([plan is not None]) + text(plan or "")
        + bytes([certificate is not None]) + integer(certificate or 0) + text(details))
    hash = hashlib.sha256(content).digest()
    base.execute("UPDATE audit SET who = ?, previous = ?, hash = ? WHERE number = ?", (who, previous, hash, number))
    previous = hash
base.execute("UPDATE audit_head SET hash = ?", (previous,))
base.commit()
"#;
    world.python(program, &[]);
    assert_eq!(findings(&world, ""), [""; 0]);
    assert_eq!(
        findings(&world, &format!("--head {kept}")),
        ["head_unknown - -"]
    );
}

/// Takes away everything that the first schema version did not have.
const BEFORE_THE_LOG: &str = r#"
import sqlite3
base = sqlite3.connect("pki/inventory.sqlite")
columns = {
    "authority": "id name subject subject_der key_id der fingerprint not_before not_after created_at",
    "certificate": "id authority_id serial state kind shelf name generation subject subject_der not_before"
        " not_after key_id public_key_sha256 fingerprint recorded_at issued_at filed_at revoked_at"
        " revocation_reason",
    "encoding": "certificate_id tbs der",
    "san": "certificate_id position kind value",
}
indexes = (
    "certificate_by_name certificate_by_subject certificate_by_serial certificate_by_not_after"
    " certificate_by_state certificate_by_kind certificate_by_authority certificate_unfiled san_by_value"
).split()
base.execute("UPDATE certificate SET state = 'issued', revoked_at = NULL, revocation_reason = NULL")
known = base.execute("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall()
for kind, name in sorted(known):
    if name not in columns and name not in indexes:
        base.execute(f"DROP {kind} IF EXISTS {name}")
for table, first in columns.items():
    for (name,) in base.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchall():
        if name not in first.split():
            base.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
base.execute("PRAGMA user_version = 1")
base.commit()
"#;

/// An inventory from before the log: its certificates are told of by the first entry all together.
#[test]
fn an_inventory_from_before_the_log_is_covered_by_its_first_entry() {
    let world = with_history();
    world.python(BEFORE_THE_LOG, &[]);
    world.ok("issue client c1 --key p256");
    world.ok("revoke flb --yes");
    let log = world.json("audit log");
    assert_eq!(log["entries"][0]["deed"], "begin");
    assert_eq!(log["entries"][0]["details"]["certificates"], 4);
    assert_eq!(findings(&world, ""), [""; 0]);
    let whole = world.read("pki/inventory.sqlite");
    for (statements, expected) in [
        (
            "DELETE FROM san WHERE certificate_id = 3;
             DELETE FROM encoding WHERE certificate_id = 3; DELETE FROM certificate WHERE id = 3",
            "begin 1 -",
        ),
        (
            "UPDATE certificate SET fingerprint = zeroblob(32) WHERE id = 3",
            "begin 1 -",
        ),
    ] {
        tamper(&world, statements);
        assert!(
            findings(&world, "").contains(&expected.to_owned()),
            "{statements}"
        );
        world.write("pki/inventory.sqlite", &whole);
    }
}
