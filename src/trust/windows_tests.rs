//! What PowerShell is asked, and its answers.

use super::*;

#[test]
fn a_listing_is_certificates_in_base64() {
    let said = "AQID\r\nBAUG\r\n\r\nWARNING: something\r\n";
    assert_eq!(listed(said), [vec![1, 2, 3], vec![4, 5, 6]]);
}

#[test]
fn a_script_has_nothing_of_the_certificate_but_base64() {
    let anchor = crate::trust::anchor::tests::anchor();
    let script = script("ReadWrite", "$store.Add($certificate)", Some(&anchor));
    let der = STANDARD.encode(anchor.certificate().as_der());
    let outside = script.replacen(&der, "", 1);
    assert!(outside.contains("FromBase64String('')"), "{script}");
    assert!(outside.contains("$store.Open('ReadWrite');"), "{script}");
    assert!(outside.ends_with("$store.Add($certificate)"), "{script}");
    // PowerShell takes the script as one word; a double quote would end it on Windows.
    assert!(!script.contains('"'), "{script}");
}

#[test]
fn a_store_is_changed_and_read_back() {
    use crate::trust::{OperatingSystem, StoreKind, check, install, uninstall};
    use std::{fs, os::unix::fs::PermissionsExt as _};
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().display();
    // Keeps the base64 that a script adds in a file.
    let stand_in = format!(
        "#!/bin/sh\nset -eu\nstore={shown}/store\ntouch $store\nfor last; do :; done\n\
         der=$(printf %s \"$last\" | sed -n \"s/.*FromBase64String('\\([^']*\\)').*/\\1/p\")\n\
         case \"$last\" in\n*Add\\(*) echo \"$der\" >> $store ;;\n*Remove\\(*) : > $store ;;\n*) cat $store ;;\nesac\n"
    );
    let script = folder.path().join(POWERSHELL);
    fs::write(&script, stand_in).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let machine = Machine {
        operating_system: OperatingSystem::Windows,
        root: "/".into(),
        is_image: false,
        home: None,
        java_home: None,
        search: vec![folder.path().to_owned()],
        user: 1000,
        java_password: None,
        nss_password_file: None,
    };
    let anchors = [crate::trust::anchor::tests::anchor()];
    let kinds = [StoreKind::System];
    let word = |answers: &[crate::trust::Answer]| answers[0].outcome.word();
    assert_eq!(word(&check(&machine, &kinds, &anchors)), "missing");
    assert_eq!(word(&install(&machine, &kinds, &anchors)), "installed");
    assert_eq!(word(&check(&machine, &kinds, &anchors)), "trusted");
    assert_eq!(
        word(&uninstall(&machine, &kinds, &anchors, false)),
        "removed"
    );
    assert_eq!(word(&check(&machine, &kinds, &anchors)), "missing");
}
