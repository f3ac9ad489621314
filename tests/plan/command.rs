//! The command: exit codes, files, that it only reads.

use std::{collections::BTreeMap, fs, path::Path};

use certmint::manifest::TEMPLATES;

use super::{Desk, SMALL};

/// Every file below a folder with its content.
fn contents(folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            contents(&path, found);
        } else {
            let content = fs::read(&path).unwrap_or_default();
            found.insert(path.display().to_string(), content);
        }
    }
}

#[test]
fn it_reads_and_writes_nothing() {
    let desk = Desk::small();
    desk.edit("www.", "www2.");
    let mut before = BTreeMap::new();
    contents(desk.folder(), &mut before);
    desk.ok("plan");
    desk.ok("plan --json");
    let mut after = BTreeMap::new();
    contents(desk.folder(), &mut after);
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    assert!(before == after);
}

#[test]
fn the_exit_code_tells_only_when_it_is_asked() {
    let desk = Desk::small();
    assert_eq!(desk.world.run("plan --check").code, 0);
    desk.edit("www.", "www2.");
    assert_eq!(desk.world.run("plan").code, 0);
    assert_eq!(desk.world.run("plan --check").code, 3);
    assert_eq!(desk.world.run("plan --check --json").code, 3);
    desk.world.write("pki.toml", "[server.x]\n");
    let told = desk.world.run("plan --check");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("pki.toml:1:9"), "{told:#?}");
    let told = desk.world.refused("plan other.toml");
    assert!(told.stderr.contains("other.toml"), "{told:#?}");
}

#[test]
fn a_plan_that_is_kept_is_the_document() {
    let desk = Desk::new(SMALL);
    let told = desk.world.ok("plan --json --out plan.json");
    let kept: serde_json::Value = serde_json::from_str(&desk.world.read_text("plan.json")).unwrap();
    assert_eq!(told.document(), kept);
    desk.world.refused("plan --out plan.json");
}

/// The fingerprint says whether the steps or the PKI are others, and nothing else changes it.
#[test]
fn fingerprints_tell_plans_apart() {
    let desk = Desk::small();
    desk.edit("www.", "www2.");
    let fingerprint = || desk.world.json("plan")["fingerprint"].clone();
    let first = fingerprint();
    assert_eq!(fingerprint(), first);
    assert_eq!(desk.plan_in(3).fingerprint(), first.as_str().unwrap());
    desk.edit("www2.", "www3.");
    let second = fingerprint();
    assert_ne!(second, first);
    desk.edit("www3.", "www2.");
    assert_eq!(fingerprint(), first);
    let plan = desk.plan_in(0);
    assert!(plan.is_current(desk.store().inventory()).unwrap());
    desk.ok("issue client joe --key p256");
    assert_ne!(fingerprint(), first);
    assert!(!plan.is_current(desk.store().inventory()).unwrap());
}

#[test]
fn every_template_has_a_plan() {
    for template in TEMPLATES {
        let desk = Desk::new(template.text);
        let lines = desk.lines();
        let makes = lines.iter().filter(|line| line.contains(": make — new"));
        let issues = lines.iter().filter(|line| line.contains(": issue — new"));
        assert!(makes.count() >= 1, "{lines:?}");
        assert!(issues.count() >= 1, "{lines:?}");
        let first = lines
            .iter()
            .position(|line| line.contains(": issue"))
            .unwrap();
        assert!(
            lines[first..]
                .iter()
                .all(|line| !line.contains(": make — new")),
            "{lines:?}"
        );
    }
}

/// What a manifest says is shown, and drives no terminal.
#[test]
fn colour_is_for_terminals_and_text_is_harmless() {
    let desk = Desk::new(&SMALL.replace("testca.com", "a\\u001b[2Jb"));
    assert!(!desk.world.ok("plan").stdout.contains('\u{1b}'));
    let coloured = desk.world.ok("plan --color always");
    assert!(coloured.stdout.contains('\u{1b}'), "{coloured:#?}");
    desk.ok("ca init --cn testca.com --key p256 --no-passphrase");
    let told = desk.world.ok("plan");
    assert!(told.stdout.contains("cannot be done"), "{told:#?}");
    assert!(!told.stdout.contains('\u{1b}'), "{told:#?}");
}
