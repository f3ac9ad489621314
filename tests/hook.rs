//! The user's reload command: what it gets, how long it may take, what is told of it.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use certmint::hook::{HookCommand, HookError, Ran, run};

const TIMEOUT: Duration = Duration::from_secs(20);

fn shell(line: &str) -> Result<Ran, HookError> {
    run(&line.parse().unwrap(), &[], TIMEOUT)
}

#[test]
fn a_line_goes_through_the_shell_and_words_do_not() {
    assert_eq!(shell("printf '%s' $((20 + 22))").unwrap().said, "42");
    let words = ["printf", "%s", "$((20 + 22))"].map(str::to_owned).to_vec();
    let said = run(&HookCommand::Program(words), &[], TIMEOUT)
        .unwrap()
        .said;
    assert_eq!(said, "$((20 + 22))");
}

#[test]
fn it_gets_the_environment_and_what_is_added() {
    let command = "echo \"$CERTMINT_NAME $PATH\"".parse().unwrap();
    let added = [("CERTMINT_NAME", "flb".into())];
    let said = run(&command, &added, TIMEOUT).unwrap().said;
    let path = std::env::var("PATH").unwrap();
    assert_eq!(said, format!("flb {path}"));
}

#[test]
fn it_has_no_standard_input() {
    assert_eq!(shell("cat; echo end").unwrap().said, "end");
}

#[test]
fn what_fails_is_told_with_code_and_last_words() {
    let error = shell("seq 1 1000; echo; echo 'no such unit' >&2; exit 5").unwrap_err();
    let told = error.to_string();
    assert!(told.contains("exit code 5"), "{told}");
    assert!(told.contains("no such unit"), "{told}");
    assert!(told.contains("| 1000") || told.contains("1000 |"), "{told}");
    assert!(!told.contains("990"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");

    // Lines of any length are told no longer than a screen has room for: the end of them.
    let error = shell("head -c 20000 /dev/zero | tr '\\0' x; echo the end; exit 5").unwrap_err();
    let told = error.to_string();
    assert!(told.ends_with("xthe end"), "{told}");
    assert!((1000..1200).contains(&told.chars().count()), "{told}");
    assert!(told.contains('…'), "{told}");

    let error = shell("kill -TERM $$").unwrap_err();
    assert!(error.to_string().contains("signal 15"), "{error}");
}

#[test]
fn what_cannot_be_found_is_told() {
    let error = shell("no-such-program-here").unwrap_err();
    assert!(error.to_string().contains("exit code 127"), "{error}");
    assert!(error.hint().unwrap().contains("whole path"));
    let words = vec!["/no/such/program".to_owned()];
    let error = run(&HookCommand::Program(words), &[], TIMEOUT).unwrap_err();
    assert!(matches!(error, HookError::NotStarted { .. }), "{error}");
    assert!(error.hint().unwrap().contains("whole path"));
    assert!(matches!(" ".parse::<HookCommand>(), Err(HookError::Empty)));
    let nothing = run(&HookCommand::Program(Vec::new()), &[], TIMEOUT);
    assert!(matches!(nothing, Err(HookError::Empty)));
}

#[test]
fn little_is_kept_of_what_says_much() {
    let ran = shell("head -c 50000000 /dev/zero | tr '\\0' x; echo; echo last").unwrap();
    assert!(ran.said.ends_with("\nlast"), "{}", ran.said.len());
    assert!(ran.said.len() < 20_000, "{}", ran.said.len());
}

#[test]
fn what_takes_too_long_is_ended_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("child");
    // The shell waits for a child, whose number is noted.
    let line = format!("echo begun; sleep 300 & echo $! > {}; wait", file.display());
    let started = Instant::now();
    let error = run(&line.parse().unwrap(), &[], Duration::from_secs(1)).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(10));
    let told = error.to_string();
    assert!(told.contains("ended after 1 seconds"), "{told}");
    assert!(told.contains("begun"), "{told}");
    let child = fs::read_to_string(file).unwrap();
    // It is killed, and dies when it gets its turn.
    let killed = Instant::now();
    while running(child.trim()) {
        assert!(
            killed.elapsed() < Duration::from_secs(10),
            "the child {child} outlived its group"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A killed process may stay as a zombie until whoever inherited it looks.
fn running(process: &str) -> bool {
    let status = Path::new("/proc").join(process).join("stat");
    fs::read_to_string(status).is_ok_and(|status| !status.contains(") Z"))
}

#[test]
fn a_server_that_is_left_running_does_not_hold_it() {
    let started = Instant::now();
    // It inherits standard output and keeps it open, as a server does that is started by hand.
    let ran = shell("sleep 30 & echo $!").unwrap();
    assert!(started.elapsed() < Duration::from_secs(10));
    let left = ran.said.trim().to_owned();
    assert!(running(&left), "{left}");
    shell(&format!("kill {left}")).unwrap();
}
