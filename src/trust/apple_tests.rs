//! The keychain by a stand-in of `security`, which does what its manual page says.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::*;
use crate::trust::{OperatingSystem, Outcome, StoreKind, check, install, uninstall};

/// Keeps certificates in the keychain's file, trust in another beside it, and the words that it was
/// called with.
const SECURITY_STAND_IN: &str = r#"#!/bin/sh
set -eu
home=HOME
echo "$*" >> $home/words
for last; do :; done
case "$1" in
find-certificate) cat "$last" ;;
add-trusted-cert) cat "$last" >> "$home/Library/Keychains/login.keychain-db"; cp "$last" $home/trusted ;;
verify-cert) cmp "$last" $home/trusted ;;
remove-trusted-cert) rm $home/trusted ;;
delete-certificate) : > "$last" ;;
*) exit 2 ;;
esac
"#;

fn machine(folder: &Path) -> Machine {
    let keychains = folder.join("Library/Keychains");
    fs::create_dir_all(&keychains).unwrap();
    fs::write(keychains.join("login.keychain-db"), "").unwrap();
    let script = folder.join("security");
    let stand_in = SECURITY_STAND_IN.replace("HOME", folder.to_str().unwrap());
    fs::write(&script, stand_in).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    Machine {
        operating_system: OperatingSystem::MacOs,
        root: "/".into(),
        is_image: false,
        home: Some(folder.to_owned()),
        java_home: None,
        search: vec![folder.to_owned()],
        user: 501,
        java_password: None,
        nss_password_file: None,
    }
}

fn outcome(answers: &[crate::trust::Answer]) -> &'static str {
    match answers {
        [only] => {
            if let Outcome::Failed(why) = &only.outcome {
                panic!("{why}");
            }
            only.outcome.word()
        }
        several => panic!("{several:?}"),
    }
}

#[test]
fn a_keychain_is_written_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let machine = machine(folder.path());
    let anchors = [crate::trust::anchor::tests::anchor()];
    let kinds = [StoreKind::System];
    assert_eq!(outcome(&check(&machine, &kinds, &anchors)), "missing");
    assert_eq!(outcome(&install(&machine, &kinds, &anchors)), "installed");
    assert_eq!(
        outcome(&install(&machine, &kinds, &anchors)),
        "already there"
    );
    assert_eq!(outcome(&check(&machine, &kinds, &anchors)), "trusted");
    assert_eq!(
        outcome(&uninstall(&machine, &kinds, &anchors, false)),
        "removed"
    );
    assert_eq!(
        outcome(&uninstall(&machine, &kinds, &anchors, false)),
        "not there"
    );
    let words = fs::read_to_string(folder.path().join("words")).unwrap();
    let keychain = machine.at_home(LOGIN_KEYCHAIN).unwrap();
    let keychain = keychain.display();
    for wanted in [
        format!("find-certificate -a -p {keychain}"),
        format!("add-trusted-cert -r trustRoot -k {keychain} "),
        "verify-cert -l -L -p basic -c ".to_owned(),
        "remove-trusted-cert ".to_owned(),
        format!(
            "delete-certificate -Z {} {keychain}",
            hexadecimal(&anchors[0].certificate().fingerprint_sha256())
        ),
    ] {
        assert!(words.contains(&wanted), "{wanted}: {words}");
    }
}

#[test]
fn root_trusts_for_all_users() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine {
        user: 0,
        ..machine(folder.path())
    };
    let keychain = Keychain::of(&machine).unwrap();
    let line = keychain.adding(Line::new(Path::new("security")), Path::new("/tmp/ca.pem"));
    let words: Vec<&str> = line
        .arguments
        .iter()
        .map(|word| word.to_str().unwrap())
        .collect();
    assert_eq!(
        words,
        [
            "add-trusted-cert",
            "-d",
            "-r",
            "trustRoot",
            "-k",
            "/Library/Keychains/System.keychain",
            "/tmp/ca.pem"
        ]
    );
}
