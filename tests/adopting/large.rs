//! An index of a hundred thousand certificates.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::world::World;

/// Adds entries as openssl writes them, of every state and reason, with certificates that are not
/// there any more; each tenth of the certificates that are is marked as revoked.
const ENTRIES: &str = r#"
import random, sys
random.seed(2026)
reasons = ['', ',keyCompromise', ',superseded', ',cessationOfOperation', ',CACompromise',
           ',affiliationChanged', ',certificateHold', ',CAkeyTime,20260101000000Z']
total = int(sys.argv[1])
lines = open('old/index.txt').read().splitlines()
entries = []
for number, line in enumerate(lines):
    fields = line.split('\t')
    if number % 10 == 0:
        fields[0], fields[2] = 'R', '261001000000Z' + reasons[number // 10 % len(reasons)]
    entries.append('\t'.join(fields))
while len(entries) < total:
    ended = random.random() < 0.2
    year = random.choice(['24', '25'] if ended else ['39', '49', '2051'])
    end = '%s%02d%02d120000Z' % (year, random.randint(1, 12), random.randint(1, 28))
    state, revoked = ('E' if ended else 'V'), ''
    if random.random() < 0.1:
        state, revoked = 'R', '240601000000Z' + random.choice(reasons)
    serial = '%032X' % random.getrandbits(127)
    name = '/C=DE/O=Example AG/CN=host%d.example.com' % len(entries)
    entries.append('\t'.join([state, end, revoked, serial, 'unknown', name]))
open('old/index.txt', 'w').write('\n'.join(entries) + '\n')
"#;

fn with_entries(issued: usize, total: usize) -> World {
    let world = World::with_openssl_ca();
    world.accepts(
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout a.key \
         -out a.csr -subj /CN=a.example -config openssl.cnf",
    );
    let requests = " a.csr".repeat(issued);
    world.accepts(&format!(
        "openssl ca -batch -notext -config openssl.cnf -infiles{requests}"
    ));
    world.python(ENTRIES, &[&total.to_string()]);
    world
}

#[test]
fn a_hundred_thousand_entries() {
    let world = with_entries(1000, 100_000);
    let index = world.index("old/index.txt");
    assert_eq!(index.len(), 100_000);
    // openssl takes the index as its own.
    world.accepts("openssl ca -config openssl.cnf -gencrl -out whole.crl");

    let begin = std::time::Instant::now();
    let report = world.json("ca import old old --no-passphrase");
    assert!(
        begin.elapsed() < Duration::from_secs(120),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(report["added"], 100_000);
    assert_eq!(report["without_file"], 99_000);
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    let text = world.read_text("old/index.txt");
    for line in text.lines() {
        *counts.entry(&line[..1]).or_default() += 1;
    }
    assert_eq!(report["valid"], counts["V"]);
    assert_eq!(report["expired"], counts["E"]);
    assert_eq!(report["revoked"], counts["R"]);
    assert_eq!(world.listed(), index);

    // A list leaves out what has ended (RFC 5280 §5.1); openssl's has it as well.
    world.ok("crl old");
    let mut lasting: Vec<String> = text
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|fields| fields[0] == "R" && !["24", "25"].contains(&&fields[1][..2]))
        .map(|fields| crate::desk::plain(fields[3]))
        .collect();
    lasting.sort();
    assert!(lasting.len() > 5000);
    assert_eq!(world.serials_on("pki/crl/old.crl"), lasting);
    let whole = world.serials_on("whole.crl");
    assert_eq!(i64::try_from(whole.len()).unwrap(), counts["R"]);
    assert!(
        lasting
            .iter()
            .all(|serial| whole.binary_search(serial).is_ok())
    );

    let again = world.json("ca import old old");
    assert_eq!(again["added"], 0);
    assert_eq!(again["revoked_since"], 0);
    world.ok("audit verify");
}

#[test]
fn an_import_that_is_killed_is_completed_by_the_next() {
    let world = with_entries(100, 35_000);
    let mut killed = 0;
    for round in 1..=8 {
        let mut command = world.command("ca import old old --no-passphrase --quiet");
        command.stdout(std::process::Stdio::null());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(120 * round));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
        }
        child.wait().unwrap();
    }
    assert!(killed >= 2, "it was always faster");
    world.ok("ca import old old --no-passphrase");
    assert_eq!(world.listed(), world.index("old/index.txt"));
    assert_eq!(world.json("ca import old old")["added"], 0);
    world.ok("issue server a.example --key p256");
    world.ok("audit verify");
}
