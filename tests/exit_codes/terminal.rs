//! What is said at a terminal: prompts, colour and notes.

use crate::world::{Told, World, words};

/// Runs a line at a terminal of its own and types an answer at each prompt.
pub(crate) fn at_a_terminal(
    world: &World,
    line: &str,
    environment: &str,
    answers: &[&str],
) -> Told {
    const PROGRAM: &str = r#"
import json, os, pty, sys, termios, time
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
        # Nobody types before the terminal stops echoing.
        for _ in range(1000):
            if not termios.tcgetattr(terminal)[3] & termios.ECHO:
                break
            time.sleep(0.01)
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
