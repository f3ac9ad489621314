//! Help, completions and manual pages: what a shell and a reader get.

use crate::world::World;

/// Every command with its own help, as `--help` lists them.
pub(crate) fn commands(world: &World) -> Vec<(String, String)> {
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
