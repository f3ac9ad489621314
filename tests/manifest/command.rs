//! `certmint manifest`

use std::fs;

use certmint::manifest::TEMPLATES;

use super::toml_files;
use crate::world::World;

#[test]
fn templates_are_listed_and_written() {
    let world = World::new();
    let listed = world.ok("manifest new");
    for template in TEMPLATES {
        assert!(listed.stdout.contains(template.name), "{listed:#?}");
        let file = format!("{}.toml", template.name);
        world.ok(&format!("manifest new {} --out {file}", template.name));
        assert_eq!(world.read_text(&file), template.text);
        let checked = world.json(&format!("manifest check {file}"));
        assert_eq!(checked["problems"].as_array().unwrap().len(), 0);
    }
    world.ok("manifest new minimal");
    let told = world.ok("manifest check");
    assert_eq!(told.stdout, "pki.toml: 1 CA, 1 certificate\n");
}

#[test]
fn nothing_is_overwritten_and_names_are_suggested() {
    let world = World::new();
    world.write("pki.toml", "mine");
    world.refused("manifest new minimal");
    assert_eq!(world.read_text("pki.toml"), "mine");
    let told = world.refused("manifest new minimul");
    assert!(told.stderr.contains("did you mean minimal?"), "{told:#?}");
}

#[test]
fn all_faults_are_told_at_once_and_the_exit_code_says_so() {
    let world = World::new();
    let wrong = toml_files("tests/manifest/wrong");
    let several = wrong
        .iter()
        .find(|file| file.ends_with("several_at_once.toml"))
        .unwrap();
    fs::copy(several, world.path("pki.toml")).unwrap();
    let told = world.run("manifest check");
    assert_eq!(told.code, 1, "{told:#?}");
    assert_eq!(told.stdout, "");
    let lines: Vec<&str> = told.stderr.lines().collect();
    assert_eq!(lines.len(), 5, "{told:#?}");
    assert_eq!(
        lines[0],
        "certmint: pki.toml:2:1: unknown key `keey` in [defaults]: did you mean `key`?"
    );
    let told = world.run("manifest check --json");
    assert_eq!(told.code, 1);
    let document = told.document();
    assert_eq!(document["problems"].as_array().unwrap().len(), 5);
    assert_eq!(document["problems"][0]["line"], 2);
    assert_eq!(document["problems"][0]["column"], 1);
}

#[test]
fn what_is_no_text_or_not_there_is_refused() {
    let world = World::new();
    let told = world.refused("manifest check");
    assert!(told.stderr.contains("pki.toml"), "{told:#?}");
    world.write("pki.toml", [0xff, 0xfe, 0x00]);
    let told = world.refused("manifest check");
    assert!(told.stderr.contains("UTF-8"), "{told:#?}");
    world.write(
        "pki.toml",
        "[ca.ca]\ncommon_name = \"\u{1b}[2J\"\nx\u{9b} = 1\n",
    );
    let told = world.run("manifest check");
    assert!(!told.stderr.contains('\u{9b}'), "{told:#?}");
}
