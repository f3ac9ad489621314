//! The help texts: their examples are command lines that certmint accepts, and `docs/commands.md`
//! says what they say.
//!
//! `CERTMINT_BLESS=1 cargo test --test help` writes `docs/commands.md` anew.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::{env, fmt::Write as _, fs, path::Path};

use certmint::cli::Cli;
use clap::{Arg, ArgAction, Command, CommandFactory as _, Parser as _};

/// The command tree as the program has it, global flags handed down.
fn tree() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

fn subcommands(command: &Command) -> impl Iterator<Item = &Command> {
    command
        .get_subcommands()
        .filter(|below| !below.is_hide_set() && below.get_name() != "help")
}

/// Every command that does something, with the words that call it.
fn leaves(command: &Command, words: &str, found: &mut Vec<(String, Command)>) {
    if subcommands(command).next().is_none() {
        found.push((words.to_owned(), command.clone()));
    }
    for below in subcommands(command) {
        leaves(below, &format!("{words} {}", below.get_name()), found);
    }
}

fn all_leaves() -> Vec<(String, Command)> {
    let mut found = Vec::new();
    leaves(&tree(), "certmint", &mut found);
    found
}

fn examples(command: &Command) -> Vec<String> {
    command
        .get_after_help()
        .map(ToString::to_string)
        .unwrap_or_default()
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("certmint "))
        .map(str::to_owned)
        .collect()
}

/// The certmint command of a shell line, split as a shell would; pipes and redirections end it.
fn words(line: &str) -> Vec<String> {
    let start = line.find("certmint ").unwrap();
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for letter in line.get(start..).unwrap().chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => word.push(letter),
            (None, '\'' | '"') => quote = Some(letter),
            (None, '|' | '>' | '<' | '#' | ';') => break,
            (None, ' ') => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            (None, _) => word.push(letter),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

#[test]
fn examples_are_accepted() {
    let mut commands = all_leaves();
    commands.push(("certmint".to_owned(), tree()));
    for (name, command) in commands {
        let examples = examples(&command);
        assert!(!examples.is_empty(), "{name} has no example");
        for example in examples {
            if let Err(error) = Cli::try_parse_from(words(&example)) {
                panic!("the example '{example}' of {name}: {error}");
            }
        }
    }
}

#[test]
fn everything_is_explained() {
    fn look(command: &Command, wrong: &mut Vec<String>) {
        let name = command.get_name();
        if command.get_about().is_none() {
            wrong.push(format!("{name} does not say what it does"));
        }
        for argument in command.get_arguments() {
            if argument.get_help().is_none() {
                wrong.push(format!("{name}: {} is not explained", argument.get_id()));
            }
        }
        for below in subcommands(command) {
            look(below, wrong);
        }
    }
    let mut wrong = Vec::new();
    look(&tree(), &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn push_argument(page: &mut String, argument: &Arg) {
    let values = argument
        .get_value_names()
        .unwrap_or_default()
        .iter()
        .map(|name| format!("<{name}>"))
        .collect::<Vec<_>>()
        .join(" ");
    let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let shown = match argument.get_long() {
        Some(long) if takes_value => format!("--{long} {values}"),
        Some(long) => format!("--{long}"),
        None => values,
    };
    let help = argument.get_help().map(ToString::to_string);
    write!(page, "- `{shown}`: {}", help.unwrap_or_default()).unwrap();
    if argument.is_required_set() {
        page.push_str(" (required)");
    }
    let defaults: Vec<String> = argument
        .get_default_values()
        .iter()
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    if takes_value && !defaults.is_empty() {
        write!(page, " (default: {})", defaults.join(", ")).unwrap();
    }
    if let Some(variable) = argument.get_env() {
        write!(page, " (environment: `{}`)", variable.to_string_lossy()).unwrap();
    }
    page.push('\n');
    if takes_value {
        for value in argument.get_possible_values() {
            match value.get_help() {
                Some(help) => writeln!(page, "  - `{}`: {help}", value.get_name()).unwrap(),
                None => writeln!(page, "  - `{}`", value.get_name()).unwrap(),
            }
        }
    }
}

fn own_arguments(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|argument| {
        !argument.is_global_set()
            && !argument.is_hide_set()
            && !matches!(
                argument.get_action(),
                ArgAction::Help | ArgAction::HelpLong | ArgAction::HelpShort | ArgAction::Version
            )
    })
}

fn push_command(page: &mut String, words: &str, command: &Command) {
    let about = command.get_about().unwrap().to_string();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    writeln!(page, "\n## {words}\n\n{about}.\n\n```text\n{usage}\n```").unwrap();
    let (positional, flags): (Vec<&Arg>, Vec<&Arg>) =
        own_arguments(command).partition(|argument| argument.is_positional());
    if !positional.is_empty() || !flags.is_empty() {
        page.push('\n');
    }
    for argument in positional.into_iter().chain(flags) {
        push_argument(page, argument);
    }
    let after = command.get_after_help().map(ToString::to_string);
    let after = after.unwrap_or_default();
    let (examples, said): (Vec<&str>, Vec<&str>) = after
        .lines()
        .filter(|line| !line.trim().is_empty() && *line != "Examples:")
        .partition(|line| line.starts_with("  "));
    if !said.is_empty() {
        writeln!(page, "\n{}", said.join("\n")).unwrap();
    }
    if !examples.is_empty() {
        let examples: Vec<&str> = examples.into_iter().map(str::trim).collect();
        writeln!(page, "\n```sh\n{}\n```", examples.join("\n")).unwrap();
    }
}

fn page() -> String {
    let tree = tree();
    let mut page = String::from(
        "# Commands

Every command, from the same source as `--help` and the manual pages (`certmint man DIR`). A test \
         writes this page: `CERTMINT_BLESS=1 cargo test --test help`.

Data goes to standard output, notes and errors to standard error. Secrets are never taken from the \
         command line: a flag names a file that holds them (`-` is standard input), or the terminal \
         is asked.

## Exit codes

| code | means |
|---|---|
| 0 | done |
| 1 | refused or failed; nothing was overwritten |
| 2 | the command line is wrong |
| 3 | a check found something (`verify`) |
| 70 | a bug of certmint; please report it |

## Words

- `NAME` of a CA or certificate: letters, digits, `.`, `_`, `-` and `@`. Its files bear it.
- `KIND` of key: `rsa2048`, `rsa3072`, `rsa4096`, `p256`, `p384`, `p521`, `ed25519`.
- `SAN`, a subject alternative name: `dns:www.example.com`, `ip:10.0.0.7`, `email:joe@example.com`, \
         `uri:https://example.com/`. Of a bare value the kind is guessed. International host names \
         become their ASCII form.

## Global options

",
    );
    for argument in tree.get_arguments().filter(|found| found.is_global_set()) {
        push_argument(&mut page, argument);
    }
    for (words, command) in all_leaves() {
        push_command(&mut page, &words, &command);
    }
    page
}

#[test]
fn commands_page_says_what_the_help_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let page = page();
    if env::var_os("CERTMINT_BLESS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    for (number, (found, wanted)) in written.lines().zip(page.lines()).enumerate() {
        assert_eq!(
            found,
            wanted,
            "docs/commands.md:{}: CERTMINT_BLESS=1 cargo test --test help writes it anew",
            number + 1
        );
    }
    assert_eq!(
        written.lines().count(),
        page.lines().count(),
        "CERTMINT_BLESS=1 cargo test --test help writes docs/commands.md anew"
    );
}
