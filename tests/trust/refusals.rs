//! Stores that cannot be written or belong to somebody else; what stands in the way; what is no CA.

use crate::desk::{DESK, Desk};

#[test]
fn a_store_that_cannot_be_written_is_told_and_the_others_are_done() {
    let desk = Desk::new();
    let before = desk.stores();
    // Debian's program fails halfway: its folder is read-only, the one of the anchors is not.
    desk.ok("mount -o bind,ro /etc/ssl/certs /etc/ssl/certs");
    let told = desk.run("certmint trust install");
    assert_eq!(told.code, 1, "{told:#?}");
    let failure = "certmint: could not install CN = testca.com in /usr/local/share/ca-certificates";
    assert!(told.stderr.contains(failure), "{told:#?}");
    assert!(told.stderr.contains("Read-only file system"), "{told:#?}");
    let java = "in /etc/ssl/certs/java/cacerts";
    assert!(told.stderr.contains(java), "{told:#?}");
    let states: Vec<&str> = told.stdout.split_whitespace().collect();
    assert_eq!(states.iter().filter(|word| **word == "failed").count(), 2);
    assert_eq!(
        states.iter().filter(|word| **word == "installed").count(),
        2
    );
    // Nothing half is left.
    assert!(
        !desk
            .ok("ls /usr/local/share/ca-certificates")
            .contains("certmint")
    );
    desk.ok("umount /etc/ssl/certs");

    desk.ok("mount -o bind,ro /usr/local/share/ca-certificates /usr/local/share/ca-certificates");
    let told = desk.run("certmint trust install --store system");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("read-only"), "{told:#?}");
    desk.ok("umount /usr/local/share/ca-certificates
         certmint trust uninstall --yes --quiet");
    assert_eq!(desk.stores(), before);
}

#[test]
fn a_user_without_rights_gets_what_is_hers() {
    let desk = Desk::new();
    let before = desk.stores();
    desk.ok("mkdir /run/hers; chown 4242:4242 /run/hers
         cp $PWD/pki/ca/ca.crt /run/ca.crt; cp $(readlink -f $(command -v certmint)) /usr/local/bin/own");
    let as_her = |words: &str| {
        desk.run(&format!(
            "cd /run/hers; HOME=/run/hers setpriv --reuid 4242 --regid 4242 --clear-groups \
             own trust {words} --file /run/ca.crt"
        ))
    };
    let told = as_her("install");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("needs root"), "{told:#?}");
    assert!(
        told.stderr.contains("hint: sudo certmint trust"),
        "{told:#?}"
    );
    let nss = told
        .stdout
        .lines()
        .find(|line| line.starts_with("nss"))
        .unwrap();
    assert!(
        nss.contains("installed") && nss.contains("/run/hers/.pki/nssdb"),
        "{told:#?}"
    );
    assert_eq!(as_her("check --store nss").code, 0);
    let owner = desk.ok("stat -c '%u %a' /run/hers/.pki /run/hers/.pki/nssdb");
    assert_eq!(owner, "4242 700\n4242 700\n");

    // Root does not touch what belongs to her, nor what she could have put in the way.
    let told = desk.run("HOME=/run/hers certmint trust uninstall --store nss --yes");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr
            .contains("belongs to another user (number 4242)"),
        "{told:#?}"
    );
    assert_eq!(as_her("uninstall --store nss --yes").code, 0);
    assert_eq!(desk.ok("ls -A /run/hers"), "");
    assert_eq!(desk.stores(), before);
}

#[test]
fn links_of_others_are_not_followed() {
    let desk = Desk::new();
    let label = desk.ok(
        "printf 'certmint-testca.com-'; openssl x509 -in pki/ca/ca.crt -outform der | sha256sum | cut -c1-8",
    );
    let label = label.trim();
    // The name of our file leads elsewhere.
    desk.ok(&format!(
        "echo precious > /run/precious
         ln -s /run/precious /usr/local/share/ca-certificates/{label}.crt"
    ));
    for deed in ["install", "uninstall --yes"] {
        let told = desk.run(&format!("certmint trust {deed} --store system"));
        assert!(!told.stdout.contains("installed"), "{told:#?}");
        assert!(!told.stdout.contains("removed"), "{told:#?}");
    }
    let told = desk.run("certmint trust install --store system");
    assert!(told.stderr.contains("is in the way"), "{told:#?}");
    assert_eq!(desk.ok("cat /run/precious"), "precious\n");
    // A folder that somebody else can turn to wherever she likes.
    desk.ok("mkdir -m 700 /run/target
         certutil -N -d sql:/run/target --empty-password
         mkdir ~/.pki; ln -s /run/target ~/.pki/nssdb; chown -h 4242 ~/.pki/nssdb
         certutil -L -d sql:/run/target > listed");
    let told = desk.run("certmint trust install --store nss");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("/.pki/nssdb is not followed"),
        "{told:#?}"
    );
    desk.ok("certutil -L -d sql:/run/target | diff - listed");
    // Her own link is followed by its owner.
    desk.ok(
        "chown -h 0 ~/.pki/nssdb; certmint trust install --store nss --quiet
         certutil -L -d sql:/run/target | grep certmint-testca.com",
    );
    // A folder that everybody may write to.
    desk.ok("chmod 777 /run/target");
    let told = desk.run("certmint trust uninstall --store nss --yes");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("everybody may write to it"),
        "{told:#?}"
    );
}

#[test]
fn what_is_no_ca_is_refused_and_what_takes_away_asks() {
    let desk = Desk::new();
    desk.ok(
        "certmint issue server flb --san flb.example --key p256 --quiet
         certmint ca intermediate web --issuer ca --cn 'Web CA' --key p256 --no-passphrase --quiet",
    );
    let told = desk.run("certmint trust install --file pki/certs/flb/flb.crt");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("flb.example is no CA certificate"),
        "{told:#?}"
    );
    let told =
        desk.run("certmint trust install --file pki/certs/flb/flb.fullchain.crt --store nss");
    assert_eq!(told.code, 1, "{told:#?}");
    let told = desk.run("certmint trust install nobody");
    assert_eq!(told.code, 1, "{told:#?}");
    let told = desk.run("certmint trust install web --store nss");
    assert_eq!(told.code, 0, "{told:#?}");
    assert!(
        told.stderr.contains("note: CN = Web CA is no root"),
        "{told:#?}"
    );
    // Nobody is there to be asked.
    let told = desk
        .0
        .command(DESK, "setsid")
        .args([
            "--wait",
            "certmint",
            "trust",
            "uninstall",
            "web",
            "--store",
            "nss",
        ])
        .output()
        .unwrap();
    assert_eq!(told.status.code(), Some(1), "{told:?}");
    assert!(
        String::from_utf8_lossy(&told.stderr).contains("give --yes"),
        "{told:?}"
    );
    let told = desk.run("certmint trust check web --store nss");
    assert_eq!(told.code, 0, "{told:#?}");
    // At a terminal it is asked.
    for (answer, state) in [("n", 0), ("y", 3)] {
        desk.run(&format!(
            "(sleep 1; echo {answer}) | script -qec 'certmint trust uninstall web --store nss' /dev/null"
        ));
        let told = desk.run("certmint trust check web --store nss");
        assert_eq!(told.code, state, "{answer}: {told:#?}");
    }
}
