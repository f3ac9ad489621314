//! The how-tos about accounts at a cloud, run as they stand.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    document::{ACCOUNT, documents, follow, steps},
    stand_in::{BALANCER, StandIn},
    world::World,
};

/// Names of bundles at OCI differ from run to run: these stand for those that come first, second,
/// … with the same beginning.
const BUNDLES: [&str; 3] = [
    "20260111-5a2b7c9d-3e8f01",
    "20281216-1f0e9d8c-7b6a50",
    "20311120-2c4d6e8f-9a0b1c",
];

/// A text in which the first name of a bundle is always the same, and so the second.
fn with_known_bundles(text: &str, known: &mut BTreeMap<String, Vec<String>>) -> String {
    let mut result = String::new();
    let mut word = String::new();
    for letter in text.chars().chain(['\0']) {
        if letter.is_ascii_alphanumeric() || letter == '-' {
            word.push(letter);
            continue;
        }
        result.push_str(&known_bundle(&word, known).unwrap_or_else(|| word.clone()));
        word.clear();
        if letter != '\0' {
            result.push(letter);
        }
    }
    result
}

/// `NAME-DATE-SERIAL-DIGEST` with another date, serial and digest.
fn known_bundle(word: &str, known: &mut BTreeMap<String, Vec<String>>) -> Option<String> {
    let parts: Vec<&str> = word.rsplitn(4, '-').collect();
    let [digest, serial, date, name] = parts[..] else {
        return None;
    };
    let is_hexadecimal = |text: &str, length| {
        text.len() == length && text.chars().all(|letter| letter.is_ascii_hexdigit())
    };
    if !is_hexadecimal(digest, 6) || !is_hexadecimal(serial, 8) || !is_hexadecimal(date, 8) {
        return None;
    }
    let own = &word[name.len() + 1..];
    let of_name = known.entry(name.to_owned()).or_default();
    let number = of_name
        .iter()
        .position(|seen| seen == own)
        .unwrap_or_else(|| {
            of_name.push(own.to_owned());
            of_name.len() - 1
        });
    Some(format!("{name}-{}", BUNDLES[number]))
}

fn run(document: &Path) -> Vec<String> {
    let text = fs::read_to_string(document).unwrap();
    let (_, rest) = text.split_once(ACCOUNT).unwrap();
    let world = World::new();
    let cloud = if rest.starts_with("aws") {
        StandIn::aws(world.folder())
    } else {
        StandIn::oci(world.folder())
    };
    let programs = world.path(".programs");
    fs::create_dir(&programs).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_certmint"), programs.join("certmint")).unwrap();
    let desk = world.path("desk");
    fs::create_dir(&desk).unwrap();
    let mut known = BTreeMap::new();
    let (wrong, written) = follow(document, |script| {
        let mut bash = Command::new("bash");
        bash.args(["-c", script])
            .current_dir(&desk)
            .env_clear()
            .stdin(Stdio::null());
        cloud.lend(&mut bash);
        bash.env("PATH", format!("{}:{}", programs.display(), cloud.path()))
            .env("HOME", world.folder())
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .env("LB", BALANCER);
        let output = bash.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (
            with_known_bundles(&said, &mut known),
            output.status.code().unwrap_or(-1),
        )
    });
    if std::env::var_os("CERTMINT_BLESS").is_some() && written != text {
        fs::write(document, written).unwrap();
        println!("{} was rewritten", document.display());
        return Vec::new();
    }
    wrong
}

/// Runs the documents about one cloud.
fn run_those_of(cloud: &str) {
    let mark = format!("{ACCOUNT}{cloud} -->");
    let mut wrong = Vec::new();
    let mut commands = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        if text.contains(&mark) {
            commands += steps(&text.lines().collect::<Vec<_>>()).len();
            wrong.extend(run(&document));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n\nCERTMINT_BLESS=1 cargo test --test cloud howto rewrites the documents.",
        wrong.join("\n\n")
    );
    assert!(commands >= 8, "only {commands} commands about {cloud}");
}

#[test]
fn howtos_about_aws_show_what_happens() {
    run_those_of("aws");
}

#[test]
fn howtos_about_oci_show_what_happens() {
    run_those_of("oci");
}

#[test]
fn known_bundles_stand_for_those_of_a_run() {
    let mut known = BTreeMap::new();
    let text = "add flb-20261126-73005a6c-d9af38, ca-20261126-11562d42-3be9bc\n";
    let wanted = "add flb-20260111-5a2b7c9d-3e8f01, ca-20260111-5a2b7c9d-3e8f01\n";
    assert_eq!(with_known_bundles(text, &mut known), wanted);
    let text = "flb-20261127-00005a6c-d9af38 flb-20261126-73005a6c-d9af38 aws-acm-2026";
    let wanted = "flb-20281216-1f0e9d8c-7b6a50 flb-20260111-5a2b7c9d-3e8f01 aws-acm-2026";
    assert_eq!(with_known_bundles(text, &mut known), wanted);
}
