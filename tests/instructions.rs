//! How many instructions the program takes, counted by valgrind's callgrind: the same on a busy and
//! on a quiet machine, so that a commit that makes something slower has to say so.
//!
//! `tests/instructions.txt` has a budget for each command, which a change that takes more writes anew
//! in its own commit: `CERTMINT_BLESS=1 cargo test --test instructions`. It is counted in the build
//! that the tests use, whose own code is not optimised: what is measured for people is in
//! `docs/performance.md`.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod judge;
mod sandbox;

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use sandbox::Sandbox;

const BUDGETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/instructions.txt");

/// What a command may take beyond its budget, in percent.
const TOLERANCE: u64 = 10;

/// The instructions of one run.
fn count(sandbox: &Sandbox, line: &str) -> u64 {
    let mut command = judge::command("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env!("CARGO_BIN_EXE_certmint"))
        .args(line.split(' '))
        .current_dir(sandbox.root())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        // One thread, so that no thread takes work from another.
        .env("RAYON_NUM_THREADS", "1");
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{line}: {told}");
    let counted = told
        .lines()
        .find_map(|line| line.split_once("Collected :"))
        .unwrap_or_else(|| panic!("{line}: valgrind counted nothing: {told}"));
    counted.1.trim().parse().unwrap()
}

/// `NAME COUNT` in each line that is no comment.
fn budgets() -> BTreeMap<String, u64> {
    let text = fs::read_to_string(BUDGETS).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let (name, count) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), count.replace('_', "").parse().unwrap())
        })
        .collect()
}

fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}

#[test]
fn no_command_takes_more_instructions_than_its_budget() {
    let sandbox = Sandbox::new().with_authority();
    sandbox.ok("issue server flb --san flb.internal --key p256");
    let certificate = fs::read_to_string(sandbox.path("pki/certs/flb/flb.crt")).unwrap();
    sandbox.write("thousand.pem", certificate.repeat(1000));
    sandbox.write(
        "few.csv",
        (0..50).fold("name\n".to_owned(), |mut list, number| {
            writeln!(list, "node{number}.internal").unwrap();
            list
        }),
    );
    let commands = [
        ("start-up", "--version"),
        ("issue one", "issue server www.internal --key p256"),
        (
            "issue fifty into an archive",
            "issue batch few.csv --key p256 --packed few.tar",
        ),
        ("list a page", "list --limit 10"),
        (
            "inspect a thousand",
            "inspect --only subject,san thousand.pem",
        ),
        (
            "verify one",
            "verify pki/certs/flb/flb.crt --ca pki/ca/ca.crt",
        ),
        ("revocation list", "crl"),
    ];
    let counted: BTreeMap<String, u64> = commands
        .iter()
        .map(|(name, line)| ((*name).to_owned(), count(&sandbox, line)))
        .collect();
    if std::env::var_os("CERTMINT_BLESS").is_some() {
        let head = fs::read_to_string(BUDGETS).unwrap_or_default();
        let head: String = head
            .lines()
            .filter(|line| line.starts_with('#'))
            .fold(String::new(), |head, line| head + line + "\n");
        let lines = counted.iter().fold(head, |mut lines, (name, count)| {
            writeln!(lines, "{name} {}", grouped(*count)).unwrap();
            lines
        });
        fs::write(Path::new(BUDGETS), lines).unwrap();
    }
    let budgets = budgets();
    let known: Vec<&String> = budgets.keys().collect();
    assert_eq!(
        known,
        counted.keys().collect::<Vec<_>>(),
        "tests/instructions.txt"
    );
    let over: Vec<String> = counted
        .iter()
        .filter(|(name, count)| **count > budgets[*name] + budgets[*name] / 100 * TOLERANCE)
        .map(|(name, count)| {
            format!(
                "{name}: {} instead of {}",
                grouped(*count),
                grouped(budgets[name])
            )
        })
        .collect();
    for (name, count) in &counted {
        println!("{name}: {} of {}", grouped(*count), grouped(budgets[name]));
    }
    assert!(
        over.is_empty(),
        "more than {TOLERANCE} % over the budget; make it faster, or say why in the commit that writes a new one with CERTMINT_BLESS=1\n{}",
        over.join("\n")
    );
}
