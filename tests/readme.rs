//! What the README and the other documents show is what happens.
//!
//! Every ```` ```console ```` block of `README.md` and of the files below `docs/` is run, in order,
//! by bash, in one new directory per document, with the built `certmint` on `PATH` and nothing else
//! from the environment:
//!
//! - a line that starts with `$ ` is a command, and `> ` lines directly below continue it;
//! - every other line is the output expected of it, standard error included;
//! - a line that is only `…` stands for any lines;
//! - a command must succeed, unless the next one is `echo $?`.
//!
//! What differs from run to run is the same to the comparison: serial numbers, fingerprints and key
//! identifiers (8 hexadecimal digits or more that are not all decimal or all letters, or pairs with
//! colons), dates, times of day, the pin of a key, and the number of days left. Blocks in other
//! languages (`sh`, `text`, `toml`) are not run.
//!
//! `CERTMINT_BLESS=1 cargo test --test readme` writes what the commands say now into the documents.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod judge;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A command of a document and what it is said to print.
struct Step {
    /// The line of its `$ `, from 0.
    line: usize,
    command: String,
    /// The lines of the document that hold the expected output, from 0, end excluded.
    expected: std::ops::Range<usize>,
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let mut found = vec![project().join("README.md")];
    below(&project().join("docs"), &mut found);
    found.sort();
    found
}

fn steps(lines: &[&str]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    let mut continues = false;
    for (number, line) in lines.iter().enumerate() {
        if !inside {
            inside = line.trim_end() == "```console";
            continues = false;
        } else if line.starts_with("```") {
            inside = false;
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                line: number,
                command: command.to_owned(),
                expected: number + 1..number + 1,
            });
            continues = true;
        } else {
            let step = steps
                .last_mut()
                .unwrap_or_else(|| panic!("line {} stands before any command", number + 1));
            match line.strip_prefix('>') {
                Some(more) if continues && (more.is_empty() || more.starts_with(' ')) => {
                    step.command.push('\n');
                    step.command.push_str(more.strip_prefix(' ').unwrap_or(""));
                    step.expected = number + 1..number + 1;
                }
                _ => {
                    continues = false;
                    step.expected.end = number + 1;
                }
            }
        }
    }
    steps
}

/// A new directory and a bash that knows nothing of this machine's user.
struct World {
    home: tempfile::TempDir,
    programs: tempfile::TempDir,
    last_status: i32,
}

impl World {
    fn new() -> Self {
        let programs = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(
            env!("CARGO_BIN_EXE_certmint"),
            programs.path().join("certmint"),
        )
        .unwrap();
        Self {
            home: tempfile::tempdir().unwrap(),
            programs,
            last_status: 0,
        }
    }

    fn bash(&self) -> Command {
        let path = format!(
            "{}:{}",
            self.programs.path().display(),
            env::var("PATH").unwrap()
        );
        let mut bash = Command::new("bash");
        bash.current_dir(self.home.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.home.path())
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .stdin(std::process::Stdio::null());
        bash
    }

    fn run(&mut self, command: &str) -> String {
        let script = format!(
            "exec 2>&1\nset -o pipefail\n(exit {})\n{command}\n",
            self.last_status
        );
        let output = self.bash().args(["-c", &script]).output().unwrap();
        self.last_status = output.status.code().unwrap_or(-1);
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A text in which what differs from run to run is replaced.
fn normal(line: &str) -> String {
    let mut words = Vec::new();
    for word in line.trim_end().split(' ') {
        words.push(normal_word(word));
    }
    let line = words.join(" ");
    // `824 days left`, and the last column of a list of certificates.
    let line = number_before(&line, " days left");
    match line.rsplit_once(' ') {
        Some((start, number))
            if number.parse::<i64>().is_ok()
                && (start.trim_end().ends_with("issued")
                    || start.trim_end().ends_with("‹date›")) =>
        {
            format!("{start} ‹days›")
        }
        _ => line,
    }
}

fn number_before(line: &str, words: &str) -> String {
    let Some(position) = line.find(words) else {
        return line.to_owned();
    };
    let (before, after) = line.split_at(position);
    let start = before.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if start.len() == before.len() {
        return line.to_owned();
    }
    format!("{start}‹days›{after}")
}

/// A word without its punctuation, if it changes from run to run.
fn normal_word(word: &str) -> String {
    let punctuation = |letter: char| "(),;.\"…'".contains(letter);
    let core = word.trim_matches(punctuation);
    if core.is_empty() {
        return word.to_owned();
    }
    let (start, value) = match core.split_once('=') {
        Some((start, value)) if !value.is_empty() => (format!("{start}="), value),
        _ => (String::new(), core),
    };
    let replacement = if is_date(value) {
        "‹date›"
    } else if is_moment(value) {
        "‹moment›"
    } else if is_time(value) {
        "‹time›"
    } else if is_octets(value) {
        "‹octets›"
    } else if value.starts_with("sha256//") {
        "‹pin›"
    } else {
        return word.to_owned();
    };
    word.replacen(core, &format!("{start}{replacement}"), 1)
}

fn is_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text
            .chars()
            .zip(shape.chars())
            .all(|(found, wanted)| match wanted {
                '0' => found.is_ascii_digit(),
                other => found == other,
            })
}

fn is_date(text: &str) -> bool {
    is_shape(text, "0000-00-00")
}

fn is_time(text: &str) -> bool {
    is_shape(text, "00:00:00")
}

fn is_moment(text: &str) -> bool {
    is_shape(text, "0000-00-00T00:00:00Z")
}

fn is_octets(text: &str) -> bool {
    let bare = text.trim_end_matches(':');
    let pairs: Vec<&str> = bare.split(':').collect();
    let hexadecimal =
        |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_hexdigit());
    if pairs.len() >= 4 {
        return pairs
            .iter()
            .all(|pair| pair.len() == 2 && hexadecimal(pair));
    }
    bare.len() >= 8 && hexadecimal(bare) && bare.chars().any(|letter| letter.is_ascii_digit())
}

/// Whether the output is the expected one, `…` standing for any lines.
fn agree(expected: &[String], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((first, rest)) if first == "…" => {
            (0..=found.len()).any(|skipped| agree(rest, &found[skipped..]))
        }
        Some((first, rest)) => found
            .split_first()
            .is_some_and(|(line, others)| line == first && agree(rest, others)),
    }
}

/// Runs a document; gives what does not agree, and the document as it should be. Where something
/// does not agree, all of its outputs are new, so that serial numbers agree with one another.
fn follow(document: &Path) -> (Vec<String>, String) {
    let text = fs::read_to_string(document).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let steps = steps(&lines);
    let mut world = World::new();
    let mut wrong = Vec::new();
    let mut written: Vec<String> = Vec::new();
    let mut copied = 0;
    for (number, step) in steps.iter().enumerate() {
        let place = format!(
            "{}:{}",
            document.strip_prefix(project()).unwrap().display(),
            step.line + 1
        );
        let output = world.run(&step.command);
        let found: Vec<String> = output.lines().map(normal).collect();
        let expected: Vec<String> = lines[step.expected.clone()]
            .iter()
            .map(|line| normal(line))
            .collect();
        if world.last_status != 0
            && steps
                .get(number + 1)
                .is_none_or(|next| next.command != "echo $?")
        {
            wrong.push(format!(
                "{place}: $ {}\nexit code {}:\n{output}",
                step.command, world.last_status
            ));
        }
        written.extend(
            lines[copied..step.expected.start]
                .iter()
                .map(|line| (*line).to_owned()),
        );
        copied = step.expected.end;
        let agrees = agree(&expected, &found);
        if !agrees {
            wrong.push(format!(
                "{place}: $ {}\nexpected:\n{}\nfound:\n{}",
                step.command,
                expected.join("\n"),
                found.join("\n")
            ));
        }
        if agrees && expected.iter().any(|line| line == "…") {
            written.extend(
                lines[step.expected.clone()]
                    .iter()
                    .map(|line| (*line).to_owned()),
            );
        } else {
            written.extend(output.lines().map(|line| line.trim_end().to_owned()));
        }
    }
    written.extend(lines[copied..].iter().map(|line| (*line).to_owned()));
    if wrong.is_empty() {
        return (wrong, text);
    }
    (wrong, written.join("\n") + "\n")
}

#[test]
fn documents_show_what_happens() {
    // The tour asks these for their opinion.
    let _ = (judge::openssl(), judge::keytool());
    let bless = env::var_os("CERTMINT_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut commands = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        commands += steps(&text.lines().collect::<Vec<_>>()).len();
        let (differences, written) = follow(&document);
        if bless && written != text {
            fs::write(&document, written).unwrap();
            println!("{} was rewritten", document.display());
        } else {
            wrong.extend(differences);
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n\nCERTMINT_BLESS=1 cargo test --test readme rewrites the documents.",
        wrong.join("\n\n")
    );
    assert!(commands > 20, "the tour has only {commands} commands");
}

#[test]
fn normal_hides_only_what_differs_from_run_to_run() {
    for (line, wanted) in [
        (
            "  serial    706D6B8288A7CD056CE23B532D17",
            "  serial    ‹octets›",
        ),
        (
            "  valid     until 2036-11-19 (3650 days left)",
            "  valid     until ‹date› (‹days› days left)",
        ),
        (
            "ca  706D6B8288A7…  2036-11-19  issued  3649",
            "ca  ‹octets›…  ‹date›  issued  ‹days›",
        ),
        (
            "ca  itself  EC P-256  2036-11-19  3649",
            "ca  itself  EC P-256  ‹date›  ‹days›",
        ),
        ("  SHA-256    76:CE:41:23:98:5B:", "  SHA-256    ‹octets›"),
        (
            "2026-11-22 01:28:46 to 2031-11-21 01:28:45 UTC,",
            "‹date› ‹time› to ‹date› ‹time› UTC,",
        ),
        ("serial=706D6B8288A7CD05", "serial=‹octets›"),
        ("  pin sha256//dEnQWgLfMIH+q2vZ=", "  pin ‹pin›"),
    ] {
        assert_eq!(normal(line), wanted);
    }
    for line in [
        "subject=CN = www.2026testsite.com",
        "  flb.key  RSA 2048 private key, not encrypted",
        "PKCS#12 with key and 2 certificates (AES-256, SHA-256), read back",
        "    DNS:www.2026testsite.com",
        "encrypted PBES2, AES-256-CBC, 600000 iterations",
    ] {
        assert_eq!(normal(line), line);
    }
}

fn recipe(world: &World, arguments: &[&str]) -> Output {
    world
        .bash()
        .arg(project().join("examples/recipe.sh"))
        .args(arguments)
        .env("CERTMINT", env!("CARGO_BIN_EXE_certmint"))
        .output()
        .unwrap()
}

#[test]
fn recipe_runs_in_a_new_directory_and_touches_no_other() {
    let _ = judge::openssl();
    let world = World::new();
    let output = recipe(&world, &["made"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}{complained}");
    assert!(said.contains("backend.crt: OK"), "{said}");
    let made = world.home.path().join("made");
    for file in [
        "flb.crt",
        "pki/ca/ca.crt",
        "pki/certs/backend/backend.key",
        "client01.p12",
    ] {
        assert!(made.join(file).is_file(), "{file} is missing:\n{said}");
    }
    let before = fs::read(made.join("flb.crt")).unwrap();
    let again = recipe(&world, &["made"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&again.stderr).contains("is not empty; nothing was done"),
        "{again:?}"
    );
    assert_eq!(fs::read(made.join("flb.crt")).unwrap(), before);
}
