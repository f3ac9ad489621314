//! What scripts rely on: exit codes, where secrets come from, notes, colour, completions and manual
//! pages.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

mod judge;
mod world;

use std::{fs::OpenOptions, process::Stdio};

use world::{Told, World, told, words};

#[test]
fn done_is_0() {
    let world = World::with_authority("p256");
    for line in [
        "--version",
        "--help",
        "help issue",
        "list",
        "ca show --help",
    ] {
        let told = world.ok(line);
        assert!(!told.stdout.is_empty(), "{line}");
        assert_eq!(told.stderr, "", "{line}");
    }
}

#[test]
fn refused_or_failed_is_1() {
    let world = World::with_authority("p256");
    world.write("noise", [0x42; 40]);
    world.write("empty", "");
    for (line, because) in [
        ("list --pki nowhere", "nowhere"),
        ("ca show nobody", "nobody"),
        ("sign noise --out own.crt", "noise"),
        ("sign empty --out own.crt", "empty"),
        ("sign pki --out own.crt", "pki"),
        ("sign missing.csr --out own.crt", "missing.csr"),
        ("key protect noise --no-passphrase", "noise"),
        ("issue server flb", "without a host name"),
        ("issue server a.example --days 5000", "5000 days"),
        ("issue client c --days 36500", "longer than its issuer"),
        ("ca init --cn again --no-passphrase", "exists"),
        ("export der nobody --out own.cer", "nobody"),
    ] {
        let told = world.refused(line);
        assert!(told.stderr.contains(because), "{line}\n{told:#?}");
    }
    assert!(!world.exists("own.crt") && !world.exists("own.cer"));
}

#[test]
fn a_wrong_command_line_is_2() {
    let world = World::with_authority("p256");
    for (line, because) in [
        ("bogus", "bogus"),
        ("", "Usage"),
        ("key new", "--out"),
        ("key new --out k --key dsa", "dsa"),
        ("issue server a.example --san a..b", "--san"),
        ("issue server a.example --san dns:10.0.0.1", "--san"),
        ("issue server a.example --days 0", "--days"),
        ("issue server ../up --san a.example", "../up"),
        ("ca init --cn x --permit-ip 10.0.0.0/40", "--permit-ip"),
        ("sign x --out y --ca-cert z", "--ca-key"),
        ("sign x --out y --ca ca --ca-cert z --ca-key k", "--ca"),
        ("csr new --key-file k --out r", "--config"),
        ("list --color sometimes", "sometimes"),
        ("verify x", "--ca"),
        ("completions tcsh", "tcsh"),
    ] {
        let told = world.run(line);
        assert_eq!(told.code, 2, "{line}\n{told:#?}");
        assert_eq!(told.stdout, "", "{line}");
        assert!(told.stderr.contains(because), "{line}\n{told:#?}");
    }
}

#[test]
fn a_check_that_found_something_is_3() {
    let world = World::with_authority("p256");
    world.ok("issue server a.example --key p256");
    let leaf = "pki/certs/a.example/a.example.crt";
    let line = |rest: &str| format!("verify {leaf} --ca pki/ca/ca.crt {rest}");
    world.ok(&line("--host a.example"));
    for (rest, because) in [
        ("--host b.example", "b.example"),
        ("--purpose client", "clientAuth"),
        ("--at 2100-01-01T00:00:00Z", "expired"),
        ("--at 2000-01-01T00:00:00Z", "not valid before"),
    ] {
        let told = world.run(&line(rest));
        assert_eq!(told.code, 3, "{rest}\n{told:#?}");
        assert!(told.stdout.starts_with("refused"), "{told:#?}");
        assert!(told.stdout.contains(because), "{rest}\n{told:#?}");
    }
}

#[test]
fn output_that_nobody_takes() {
    let world = World::with_authority("p256");
    let mut full = world.command("list");
    full.stdout(OpenOptions::new().write(true).open("/dev/full").unwrap());
    full.stderr(Stdio::piped());
    let output = full.spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("standard output"), "{said}");
    // Whoever closes a pipe has read enough.
    let mut closed = world.command("list");
    closed.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = closed.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

/// Every command with its own help, as `--help` lists them.
fn commands(world: &World) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(command) = open.pop() {
        let help = world.ok(&format!("{command} --help")).stdout;
        let below: Vec<String> = help
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .take_while(|line| line.starts_with("  "))
            // A description that is longer than a line goes on under itself.
            .filter(|line| !line.starts_with("   "))
            .map(|line| line.split_whitespace().next().unwrap().to_owned())
            .filter(|name| name != "help")
            .collect();
        open.extend(below.iter().map(|name| format!("{command} {name}")));
        if below.is_empty() {
            found.push((command.trim().to_owned(), help));
        }
    }
    found.sort();
    found
}

#[test]
fn every_command_has_help_with_examples() {
    let world = World::new();
    let commands = commands(&world);
    let names: Vec<&str> = commands.iter().map(|(name, _)| name.as_str()).collect();
    for expected in [
        "ca init",
        "ca intermediate",
        "ca list",
        "ca show",
        "key new",
        "key protect",
        "csr new",
        "sign",
        "issue server",
        "issue client",
        "issue peer",
        "inspect",
        "verify",
        "export p12",
        "export p7b",
        "export der",
        "export pem",
        "list",
        "completions",
        "man",
    ] {
        assert!(names.contains(&expected), "{expected} in {names:?}");
    }
    for (name, help) in &commands {
        assert!(help.contains("Examples:\n"), "{name}\n{help}");
        assert!(
            help.contains(&format!("  certmint {name}")),
            "{name}\n{help}"
        );
    }
}

/// A flag that has to do with a secret takes a file or nothing, never the secret.
#[test]
fn no_secret_on_the_command_line() {
    let world = World::new();
    let mut seen = 0;
    for (name, help) in commands(&world) {
        for line in help.lines().map(str::trim_start) {
            let mut parts = line.split_whitespace();
            let flag = parts
                .find(|part| part.starts_with("--"))
                .unwrap_or_default();
            if line.starts_with('-') && flag.contains("pass") {
                let value = parts.next();
                assert!(value.is_none() || value == Some("<FILE>"), "{name}: {line}");
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen}");
    for line in [
        "key new --out k --passphrase secret0",
        "key new --out k --passphrase=secret0",
        "ca init --cn x --password secret0",
    ] {
        let told = world.run(line);
        assert_eq!(told.code, 2, "{line}\n{told:#?}");
    }
    assert!(!world.exists("k"));
}

#[test]
fn without_a_terminal_the_flag_is_named() {
    let world = World::with_authority("p256");
    world.write("password", "secret0\n");
    world.ok("key new --key p256 --out locked.key --passphrase-file password");
    world.ok("issue client client01 --key p256");
    world.ok("ca init locked --cn Locked --key p256 --passphrase-file password");
    for (line, flag) in [
        ("ca init other --cn x --key p256", "--passphrase-file"),
        (
            "ca intermediate web --issuer locked --cn x --key p256 --no-passphrase",
            "--issuer-passphrase-file",
        ),
        (
            "key new --key p256 --out new.key --passphrase",
            "--passphrase-file",
        ),
        (
            "key protect locked.key --no-passphrase",
            "--passphrase-file",
        ),
        ("key protect pki/ca/ca.key", "--new-passphrase-file"),
        (
            "csr new --key-file locked.key --out new.csr --cn x",
            "--passphrase-file",
        ),
        (
            "issue client new --ca locked --key p256",
            "--passphrase-file",
        ),
        ("export p12 client01 --out new.p12", "--password-file"),
    ] {
        let told = told(world.command_without_terminal(line));
        assert_eq!(told.code, 1, "{line}\n{told:#?}");
        assert!(
            told.stderr.contains(&format!("give {flag} FILE")),
            "{line}\n{told:#?}"
        );
    }
    for file in [
        "new.key",
        "new.csr",
        "new.p12",
        "pki/ca/other.key",
        "pki/ca/web.key",
        "pki/certs/new",
    ] {
        assert!(!world.exists(file), "{file}");
    }
}

#[test]
fn secrets_from_files_and_standard_input() {
    let world = World::with_authority("p256");
    world.write("password", "secret0\nwhat follows is not read\n");
    world.write("wrong", "secret1\n");
    world.write("nothing", "\n");
    world.ok("key new --key p256 --out locked.key --passphrase-file password");
    world.accepts("openssl pkey -in locked.key -passin pass:secret0 -noout");

    let mut command =
        world.command("csr new --key-file locked.key --out own.csr --cn x --passphrase-file -");
    command.stdin(std::fs::File::open(world.path("password")).unwrap());
    let from_input = told(command);
    assert_eq!(from_input.code, 0, "{from_input:#?}");

    let wrong = world.refused("key protect locked.key --passphrase-file wrong --no-passphrase");
    assert!(wrong.stderr.contains("locked.key"), "{wrong:#?}");
    assert!(!wrong.stderr.contains("secret"), "{wrong:#?}");
    let empty = world.refused("key new --key p256 --out new.key --passphrase-file nothing");
    assert!(empty.stderr.contains("empty"), "{empty:#?}");
    assert!(!world.exists("new.key"));
    let both = world.run("key protect locked.key --passphrase-file - --new-passphrase-file -");
    assert_eq!(both.code, 2, "{both:#?}");
}

/// Runs a line at a terminal of its own and types an answer at each prompt.
fn at_a_terminal(world: &World, line: &str, environment: &str, answers: &[&str]) -> Told {
    const PROGRAM: &str = r#"
import json, os, pty, sys
answers, environment, *words = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execve(words[0], words, environment)
said = b""
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    said += part
    if answers and said.endswith(b": "):
        os.write(terminal, answers.pop(0).encode() + b"\n")
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps([code, said.decode()]))
"#;
    let mut variables = serde_json::json!({ "HOME": world.path(""), "TERM": "xterm-256color" });
    if let Some((name, value)) = environment.split_once('=') {
        variables[name] = value.into();
    }
    let mut run = vec![serde_json::json!(answers), variables];
    run.push(env!("CARGO_BIN_EXE_certmint").into());
    run.extend(words(line).into_iter().map(Into::into));
    let said = world.python(PROGRAM, &[&serde_json::Value::from(run).to_string()]);
    let (code, stdout): (i32, String) = serde_json::from_str(&said).unwrap();
    Told {
        code,
        stdout,
        stderr: String::new(),
    }
}

#[test]
fn a_terminal_is_asked_and_shows_no_secret() {
    let world = World::new();
    let line = "key new --key p256 --out own.key --passphrase";
    let differ = at_a_terminal(&world, line, "", &["secret0", "secret1"]);
    assert_eq!(differ.code, 1, "{differ:#?}");
    assert!(differ.stdout.contains("differ"), "{differ:#?}");
    assert!(!world.exists("own.key"));
    let made = at_a_terminal(&world, line, "", &["secret0", "secret0"]);
    assert_eq!(made.code, 0, "{made:#?}");
    assert!(!made.stdout.contains("secret"), "{made:#?}");
    world.accepts("openssl pkey -in own.key -passin pass:secret0 -noout");
    let opened = at_a_terminal(
        &world,
        "csr new --key-file own.key --out own.csr --cn x",
        "",
        &["secret0"],
    );
    assert_eq!(opened.code, 0, "{opened:#?}");
    assert!(opened.stdout.contains("own.key"), "{opened:#?}");
}

#[test]
fn colour_when_it_is_wanted() {
    let world = World::with_authority("p256");
    const ESCAPE: char = '\u{1b}';
    for (line, colour) in [
        ("list", false),
        ("list --color never", false),
        ("list --color always", true),
    ] {
        assert_eq!(world.ok(line).stdout.contains(ESCAPE), colour, "{line}");
    }
    for (line, environment, colour) in [
        ("list", "", true),
        ("list --color never", "", false),
        ("list", "NO_COLOR=1", false),
        ("list", "TERM=dumb", false),
        ("list --color always", "NO_COLOR=1", true),
        ("ca show nobody", "", true),
        ("ca show nobody", "NO_COLOR=1", false),
    ] {
        let told = at_a_terminal(&world, line, environment, &[]);
        assert_eq!(
            told.stdout.contains(ESCAPE),
            colour,
            "{line} {environment}\n{told:#?}"
        );
    }
}

#[test]
fn quiet_leaves_notes_out_and_nothing_else() {
    let world = World::new();
    let line = |name: &str| {
        format!("ca init {name} --cn x --key p256 --no-passphrase --permit-dns example")
    };
    let told = world.ok(&line("one"));
    assert!(told.stderr.contains("note: "), "{told:#?}");
    let quiet = world.ok(&format!("{} --quiet", line("two")));
    assert_eq!(quiet.stderr, "");
    assert!(quiet.stdout.contains("pki/ca/two.crt"), "{quiet:#?}");
    let refused = world.refused("ca show nobody --quiet");
    assert!(refused.stderr.contains("nobody"));
}

/// `CERTMINT_PKI` names the directory; `--pki` is stronger.
#[test]
fn the_directory_from_the_environment() {
    let world = World::new();
    let mut command = world.command("ca init --cn x --key p256 --no-passphrase");
    command.env("CERTMINT_PKI", "elsewhere");
    assert_eq!(told(command).code, 0);
    assert!(world.exists("elsewhere/ca/ca.crt"));
    let mut command = world.command("ca init --cn x --key p256 --no-passphrase --pki here");
    command.env("CERTMINT_PKI", "elsewhere");
    assert_eq!(told(command).code, 0);
    assert!(world.exists("here/ca/ca.crt"));
}

#[test]
fn completions_for_every_shell() {
    let world = World::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = world.ok(&format!("completions {shell}")).stdout;
        for word in ["intermediate", "protect", "inspect", "passphrase-file"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
        world.write(shell, script);
    }
    world.write(
        "complete",
        "source ./bash\nCOMP_WORDS=(certmint issue s)\nCOMP_CWORD=2\n_certmint certmint s issue\n\
         echo \"${COMPREPLY[*]}\"\n",
    );
    assert_eq!(world.accepts("bash ./complete").trim(), "server");
}

#[test]
fn a_manual_page_for_every_command() {
    let world = World::new();
    let document = world.json("man pages");
    let pages: Vec<&str> = document["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file.as_str().unwrap())
        .collect();
    for (name, _) in commands(&world) {
        let page = format!("pages/certmint-{}.1", name.replace(' ', "-"));
        assert!(pages.contains(&page.as_str()), "{page} in {pages:?}");
        let text = world.read_text(&page);
        for part in [
            ".TH ",
            ".SH NAME",
            ".SH SYNOPSIS",
            ".SH OPTIONS",
            "Examples:",
        ] {
            assert!(text.contains(part), "{page} without {part}\n{text}");
        }
    }
    // groff comes with man; without it nobody reads a manual page.
    let groff = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join("groff").is_file());
    if groff {
        for page in pages {
            let output = world.judge(&format!("groff -man -ww -Tutf8 -z {page}"));
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && said.is_empty(), "{page}\n{said}");
        }
    }
}
