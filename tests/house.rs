//! The floors of the house (`docs/architecture.md`): a room imports only rooms below it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Each room and the rooms that it may import.
const HOUSE: &[(&str, &[&str])] = &[
    ("key", &[]),
    ("x509", &["key"]),
    ("formats", &["x509", "key"]),
    ("inspect", &["formats", "x509", "key"]),
    ("acceptance", &["inspect", "formats", "x509", "key"]),
    ("probe", &["inspect", "x509", "key"]),
    ("rehearsal", &["probe", "inspect", "x509", "key"]),
    ("hook", &[]),
    ("haproxy", &[]),
    ("target", &["probe", "inspect", "formats", "x509", "key"]),
    ("profile", &["x509", "key"]),
    ("ca", &["profile", "inspect", "x509", "key"]),
    ("store", &["ca", "x509", "key"]),
    (
        "authority",
        &[
            "store", "ca", "profile", "probe", "haproxy", "hook", "inspect", "x509", "key",
        ],
    ),
    (
        "manifest",
        &[
            "authority",
            "store",
            "ca",
            "profile",
            "target",
            "probe",
            "haproxy",
            "hook",
            "acceptance",
            "inspect",
            "formats",
            "x509",
            "key",
        ],
    ),
    ("report", &["authority", "store", "x509", "key"]),
    ("handout", &["formats", "x509", "key"]),
    ("trust", &["store", "hook", "x509", "key"]),
    (
        "cli",
        &[
            "manifest",
            "report",
            "handout",
            "trust",
            "authority",
            "rehearsal",
            "target",
            "probe",
            "hook",
            "store",
            "ca",
            "profile",
            "acceptance",
            "inspect",
            "formats",
            "x509",
            "key",
        ],
    ),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Every room that a file names after `crate::`, in a `use` or in a path.
fn rooms_named(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut named = Vec::new();
    for (position, _) in code.match_indices("crate::") {
        let rest = &code[position + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            // `use crate::{a::b, c}`: what stands at the first level of the braces.
            let mut depth = 1;
            let mut word = String::new();
            let mut at_start = true;
            for character in group.chars() {
                match character {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => {
                        named.push(std::mem::take(&mut word));
                        at_start = true;
                        continue;
                    }
                    ':' => at_start = false,
                    _ if depth == 1 && at_start && !character.is_whitespace() => {
                        word.push(character);
                    }
                    _ => {}
                }
                if depth == 0 {
                    named.push(word);
                    break;
                }
            }
        } else {
            named.push(
                rest.chars()
                    .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                    .collect(),
            );
        }
    }
    named.retain(|name| !name.is_empty());
    named
}

#[test]
fn rooms_import_only_rooms_below() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for entry in fs::read_dir(&src).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        let room = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let Some((_, allowed)) = HOUSE.iter().find(|(name, _)| *name == room) else {
            panic!("the room {room} is not in the house's plan");
        };
        for file in sources(&folder) {
            for named in rooms_named(&fs::read_to_string(&file).unwrap()) {
                if named != room && !allowed.contains(&named.as_str()) {
                    let shown = file.strip_prefix(&src).unwrap().display();
                    wrong.push(format!("{shown} imports {named}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_cli_prints_or_knows_anyhow() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in sources(&src) {
        let shown = file.strip_prefix(&src).unwrap().to_owned();
        if shown.starts_with("cli") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for word in ["anyhow", "println!", "eprintln!", "std::env", "now_utc"] {
            if text
                .lines()
                .any(|line| line.contains(word) && !line.trim_start().starts_with("//"))
            {
                wrong.push(format!("{} has {word}", shown.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_file_is_where_everything_meets() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let long: Vec<String> = sources(&src)
        .into_iter()
        .filter(|file| !file.ends_with("tests.rs"))
        .filter_map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let lines = code.lines().count();
            (lines > 520).then(|| format!("{}: {lines} lines", file.display()))
        })
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}
