//! Documents whose `console` blocks are run, and compared with what they say.
//!
//! - a line that starts with `$ ` is a command, and `> ` lines directly below continue it;
//! - every other line is the output expected of it, standard error included;
//! - a line that is only `…` stands for any lines;
//! - a command must succeed, unless the next one is `echo $?`.
//!
//! What differs from run to run is the same to the comparison: serial numbers, fingerprints and key
//! identifiers (8 hexadecimal digits or more that are not all decimal or all letters, or pairs with
//! colons), dates, times of day, the pin of a key, and the number of days left. Blocks in other
//! languages (`sh`, `text`) are not run.

#![allow(dead_code, reason = "no test program uses all of it")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What marks a document that needs the machines of the lab (`tests/systems/howto.rs` runs it).
pub(crate) const LAB: &str = "<!-- machines: ";

/// What marks a document that needs an account at a cloud (`tests/cloud/howto.rs` runs it).
pub(crate) const ACCOUNT: &str = "<!-- account: ";

/// A command of a document and what it is said to print.
pub(crate) struct Step {
    /// The line of its `$ `, from 0.
    pub(crate) line: usize,
    pub(crate) command: String,
    /// The lines of the document that hold the expected output, from 0, end excluded.
    pub(crate) expected: std::ops::Range<usize>,
}

pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `README.md` and every document below `docs/`.
pub(crate) fn documents() -> Vec<PathBuf> {
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

/// The commands of a document.
pub(crate) fn steps(lines: &[&str]) -> Vec<Step> {
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

/// A text in which what differs from run to run is replaced.
pub(crate) fn normal(line: &str) -> String {
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

/// Runs a document, each command as a script of bash by `run`, which gives what it printed and its
/// exit code.
///
/// Gives what does not agree, and the document as it should be. Where something does not agree, all
/// of its outputs are new, so that serial numbers agree with one another.
pub(crate) fn follow(
    document: &Path,
    mut run: impl FnMut(&str) -> (String, i32),
) -> (Vec<String>, String) {
    let text = fs::read_to_string(document).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let steps = steps(&lines);
    let mut status = 0;
    let mut wrong = Vec::new();
    let mut written: Vec<String> = Vec::new();
    let mut copied = 0;
    for (number, step) in steps.iter().enumerate() {
        let place = format!(
            "{}:{}",
            document.strip_prefix(project()).unwrap().display(),
            step.line + 1
        );
        let script = format!(
            "exec 2>&1\nset -o pipefail\n(exit {status})\n{}\n",
            step.command
        );
        let output;
        (output, status) = run(&script);
        let found: Vec<String> = output.lines().map(normal).collect();
        let expected: Vec<String> = lines[step.expected.clone()]
            .iter()
            .map(|line| normal(line))
            .collect();
        if status != 0
            && steps
                .get(number + 1)
                .is_none_or(|next| next.command != "echo $?")
        {
            wrong.push(format!(
                "{place}: $ {}\nexit code {}:\n{output}",
                step.command, status
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

/// Asserts that a document says what happens when its commands are run, or writes what happens into
/// it where `CERTMINT_BLESS` is set; `test` is the program to call for that. Gives the number of
/// commands.
pub(crate) fn assert_true(
    document: &Path,
    test: &str,
    run: impl FnMut(&str) -> (String, i32),
) -> usize {
    let text = fs::read_to_string(document).unwrap();
    let (wrong, written) = follow(document, run);
    if std::env::var_os("CERTMINT_BLESS").is_some() && written != text {
        fs::write(document, written).unwrap();
        println!("{} was rewritten", document.display());
    } else {
        assert!(
            wrong.is_empty(),
            "{}\n\nCERTMINT_BLESS=1 cargo test --test {test} rewrites the document.",
            wrong.join("\n\n")
        );
    }
    steps(&text.lines().collect::<Vec<_>>()).len()
}
