//! Wrong manifests. Each file of `wrong/` ends with the faults that have to be told, and no others:
//! line, column, what, what to do.

use std::fs;

use certmint::manifest::parse;

use super::{stem, toml_files};

const HEADING: &str = "# expected\n";

#[test]
fn every_fault_is_told_with_its_place_and_what_to_do() {
    let files = toml_files("tests/manifest/wrong");
    assert!(files.len() >= 60, "{} files", files.len());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let (_, expected) = text
            .split_once(HEADING)
            .unwrap_or_else(|| panic!("{} expects nothing", file.display()));
        let expected: Vec<&str> = expected
            .lines()
            .map(|line| line.strip_prefix("# ").unwrap())
            .collect();
        assert!(!expected.is_empty(), "{}", file.display());
        let error = match parse("pki.toml", &text) {
            Ok(_) => panic!("{} was accepted", file.display()),
            Err(error) => error,
        };
        let found: Vec<String> = error.0.iter().map(ToString::to_string).collect();
        let found: Vec<&str> = found
            .iter()
            .map(|line| line.strip_prefix("pki.toml:").unwrap())
            .collect();
        assert_eq!(found, expected, "{}", stem(&file));
    }
}

/// The nearest manifests that are right.
#[test]
fn what_is_just_right_is_accepted() {
    let root = "[ca.ca]\ncommon_name = \"Root\"\n";
    for rest in [
        "days = 825\n[client.joe]\n",
        "days = 36500\n",
        "permit_dns = [\"example.com\"]\n[server.\"www.example.com\"]\n",
        "[server.flb]\nsan = [\"10.0.0.7\"]\n",
        "[server.flb]\nsan = [\"www.example.com\"]\ndays = 826\nallow_long_life = true\n",
        "[server.\"www.example.com\"]\n",
        "[client.joe]\ndays = 2\nrenew_days = 1\n",
        "[client.joe]\nsubject = []\nsan = [\"joe@example.com\"]\n",
        "[ca.web]\nissuer = \"ca\"\ncommon_name = \"Web\"\n[client.joe]\nca = \"web\"\n",
        "[client.ca]\n",
        "[peer.a]\nsan = [\"a.example.com\"]\n[client.b]\n[server.c]\nsan = [\"a.example.com\"]\n",
    ] {
        let text = format!("{root}{rest}");
        if let Err(error) = parse("pki.toml", &text) {
            panic!("{text}\n{error}");
        }
    }
    assert!(parse("pki.toml", "").unwrap().authorities().is_empty());
}

/// No text makes it panic, and every place that is told is one of the text.
#[test]
fn damaged_manifests_are_refused_or_read() {
    let seeds = toml_files("templates/manifests");
    for seed in seeds {
        let text = fs::read_to_string(seed).unwrap();
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for at in boundaries.iter().copied().step_by(7) {
            let cut = &text[..at];
            let (left, right) = text.split_at(at);
            let mut rest = right.chars();
            rest.next();
            let dropped = format!("{left}{}", rest.as_str());
            let quoted = format!("{left}\"{right}");
            for damaged in [cut, &dropped, &quoted] {
                if let Err(error) = parse("pki.toml", damaged) {
                    let lines = damaged.lines().count() + 1;
                    for problem in error.0 {
                        assert!((1..=lines).contains(&problem.line), "{problem}");
                        assert!(problem.column >= 1, "{problem}");
                    }
                }
            }
        }
    }
}
