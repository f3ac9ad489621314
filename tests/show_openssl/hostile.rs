//! Names that try to be commands, and refusals.

use std::{fs, path::Path};

use crate::desk::{certmint, desk_with_ca, files, succeeded};

/// What a shell or openssl's configuration would take for something else.
pub(crate) const HOSTILE: [&str; 8] = [
    "O'Neill \"& Söhne\" GmbH",
    "$(touch pwned) `touch pwned`",
    "a'; touch pwned #",
    "# $HOME ${ENV::HOME} @names",
    "back\\slash \\n \\",
    "CNF\n[req]\nprompt = yes\nCNF\ntouch pwned\n",
    "  spaces, commas; and = signs  ",
    "日本!! 🔑",
];

#[test]
fn nothing_is_overwritten_and_nothing_injected() {
    let desk = desk_with_ca("p256");
    for (position, name) in HOSTILE.iter().enumerate() {
        let store_name = format!("n{position}");
        let issue = [
            "issue",
            "client",
            &store_name,
            "--key",
            "p256",
            "--cn",
            name,
        ];
        desk.run(&issue);
        let script = desk.script(&["key", "new", "--key", "p256", "--out", name]);
        succeeded(&desk.shell(&script), &[&script]);
        assert!(desk.theirs().join(name).is_file(), "{script}");
        let before = fs::read(desk.theirs().join(name)).unwrap();
        assert!(!desk.shell(&script).status.success());
        assert_eq!(fs::read(desk.theirs().join(name)).unwrap(), before);
        fs::remove_file(desk.theirs().join(name)).unwrap();
    }
    assert!(!desk.theirs().join("pwned").exists());
    for name in ["bell\u{7}", "turned\u{202e}", "escape\u{1b}[2J"] {
        let output = certmint(
            &desk.ours(),
            &["issue", "client", "x", "--cn", name, "--show-openssl"],
        );
        assert_eq!(output.status.code(), Some(1), "{name:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn refused_as_the_command_is_and_nothing_done() {
    let desk = desk_with_ca("p256");
    let before = files(&desk.ours(), Path::new(""));
    let cases: [&[&str]; 3] = [
        &["issue", "server", "noname"],
        &["issue", "server", "a.example", "--days", "900"],
        &["ca", "init", "other", "--cn", ""],
    ];
    for arguments in cases {
        let plain = certmint(&desk.ours(), arguments);
        let shown = certmint(&desk.ours(), &[arguments, &["--show-openssl"]].concat());
        assert_eq!(plain.status.code(), Some(1));
        assert_eq!(shown.status.code(), Some(1));
        assert_eq!(shown.stderr, plain.stderr);
    }
    let issue = ["issue", "server", "a.example"];
    let script = desk.script(&issue);
    let json = certmint(
        &desk.ours(),
        &[&issue[..], &["--show-openssl", "--json"]].concat(),
    );
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["schema"], "certmint.openssl/1");
    assert_eq!(json["script"], script);
    assert_eq!(files(&desk.ours(), Path::new("")), before);
}
