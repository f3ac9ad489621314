//! A whole machine: its programs accept after `trust install`, and refuse before it and after
//! `trust uninstall`, which leaves nothing.

use crate::{
    desk::{DESK, Desk, URL, all},
    lab::Told,
};

/// What each program says of the server's page.
fn said(desk: &Desk) -> [(&'static str, Told); 3] {
    [
        ("curl", desk.0.curl(DESK, URL)),
        ("Java", desk.0.java_get(DESK, "-", URL, None)),
        ("Chromium", desk.0.chromium(DESK, URL)),
    ]
}

fn all_accept(desk: &Desk) {
    for (program, told) in said(desk) {
        assert!(
            told.stdout.contains("<h1>trusted</h1>"),
            "{program}: {told:#?}"
        );
    }
    assert_eq!(desk.firefox().trim(), "title: trusted");
}

fn all_refuse(desk: &Desk) {
    let reasons = [
        "curl: (60)",
        "PKIX path building failed",
        "ERR_CERT_AUTHORITY_INVALID",
    ];
    for ((program, told), reason) in said(desk).into_iter().zip(reasons) {
        assert!(!told.stdout.contains("trusted"), "{program}: {told:#?}");
        assert!(told.stderr.contains(reason), "{program}: {told:#?}");
    }
    let firefox = desk.firefox();
    assert!(
        firefox.starts_with("refused: insecure certificate"),
        "{firefox}"
    );
}

#[test]
fn programs_accept_after_install_and_refuse_after_uninstall() {
    let desk = Desk::new();
    desk.serve();
    all_refuse(&desk);
    // What the programs themselves keep beside the stores is there from now on.
    let before = desk.stores();
    assert_eq!(desk.states("check"), (3, all("missing")));

    let (code, states) = desk.states("install");
    // Debian's own hook takes the system's CAs up into Java's store.
    assert_eq!((code, states[3].as_str()), (0, "already there"));
    assert_eq!(states[..3], all("installed")[..3]);
    assert_eq!(desk.states("install"), (0, all("already there")));
    assert_eq!(desk.states("check"), (0, all("trusted")));
    let files = desk.ok("ls /usr/local/share/ca-certificates");
    assert!(files.contains("certmint-testca.com-"), "{files}");
    all_accept(&desk);

    assert_eq!(desk.states("uninstall --yes"), (0, all("removed")));
    assert_eq!(desk.states("check"), (3, all("missing")));
    assert_eq!(desk.stores(), before);
    all_refuse(&desk);
    assert_eq!(desk.states("uninstall"), (0, all("not there")));
}

#[test]
fn stores_of_one_kind_and_a_java_of_its_own() {
    let desk = Desk::new();
    // A Java whose store is not the system's, found by JAVA_HOME, with a password of its own.
    desk.ok("mkdir -p /srv/java/lib/security /srv/java/bin
         cp /etc/ssl/certs/java/cacerts /srv/java/lib/security/
         keytool -storepasswd -new secret0 -storepass changeit -keystore /srv/java/lib/security/cacerts
         echo secret0 > password; echo wrong00 > wrong");
    let java = |words: &str| {
        desk.run(&format!(
            "JAVA_HOME=/srv/java certmint trust {words} --store java --json"
        ))
    };
    let told = java("install");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("it has a password"), "{told:#?}");
    assert!(told.stderr.contains("--java-password-file"), "{told:#?}");
    // The other store was done all the same.
    assert!(told.stdout.contains("\"installed\""), "{told:#?}");
    let told = java("install --java-password-file wrong");
    assert_eq!(told.code, 1, "{told:#?}");
    let listing = "keytool -list -rfc -storepass secret0 -keystore /srv/java/lib/security/cacerts";
    let before = desk.ok(listing);
    // Only the one with this password is done.
    let told = java("install --java-password-file password");
    assert!(told.stdout.contains("\"installed\""), "{told:#?}");
    assert!(
        desk.ok(listing).contains("certmint-testca.com"),
        "{told:#?}"
    );
    let told = java("uninstall --yes --java-password-file password");
    assert!(told.stdout.contains("\"removed\""), "{told:#?}");
    assert_eq!(desk.ok(listing), before);
    // The system's store and the browsers were left alone.
    assert!(
        !desk
            .ok("ls /usr/local/share/ca-certificates")
            .contains("certmint")
    );
    assert!(!desk.run("ls ~/.pki").stdout.contains("nssdb"));
}

#[test]
fn a_rollover_installs_both_roots_and_everything_is_taken_out() {
    let desk = Desk::new();
    let before = desk.stores();
    let all_are = |told: (i32, Vec<[String; 3]>), count: usize, wanted: &str| {
        let (code, stores) = told;
        assert_eq!((code, stores.len()), (0, count), "{stores:?}");
        assert!(
            stores.iter().all(|[_, _, state]| state == wanted),
            "{stores:?}"
        );
    };
    all_are(desk.trust("install --store nss"), 2, "installed");
    // A renewed certificate is another one.
    desk.ok(
        "certmint issue server flb --san flb.example --key p256 --quiet
         certmint ca renew ca --days 4000 --quiet",
    );
    assert_eq!(desk.trust("check --store nss").0, 3);
    desk.ok("certmint ca rollover next ca --no-passphrase --quiet");
    // Two certificates of one subject, in three stores each, by the name of either CA.
    all_are(
        desk.trust("install ca-2 --store nss --store system"),
        6,
        "installed",
    );
    all_are(desk.trust("check --store nss --store system"), 6, "trusted");
    let names = desk.ok("certutil -L -d sql:$HOME/.mozilla/firefox/abcd.default");
    assert_eq!(names.matches("certmint-testca.com-").count(), 3, "{names}");
    // By the hash of their subject, openssl finds the one that signed.
    desk.ok("openssl verify -CApath /etc/ssl/certs pki/certs/flb/flb.crt
         grep -F \"$(sed -n 3p pki/ca/ca-2.crt)\" /etc/ssl/certs/ca-certificates.crt");
    let (code, stores) = desk.trust("uninstall --yes");
    assert_eq!(code, 0, "{stores:?}");
    // Three certificates in four stores; the first was in the browsers alone.
    let removed = stores.iter().filter(|[_, _, state]| state == "removed");
    assert_eq!((stores.len(), removed.count()), (12, 10), "{stores:?}");
    assert_eq!(desk.stores(), before);
}
