//! What somebody else put into a store stays, and what somebody else decided counts.

use crate::desk::Desk;

#[test]
fn what_others_installed_stays() {
    let desk = Desk::new();
    desk.ok("cp pki/ca/ca.crt /usr/local/share/ca-certificates/colleague.crt
         update-ca-certificates
         certutil -A -d sql:$HOME/.mozilla/firefox/abcd.default -n 'Our CA' -t C,, -i pki/ca/ca.crt");
    let (code, stores) = desk.trust("install");
    assert_eq!(code, 0, "{stores:?}");
    let states: Vec<&str> = stores.iter().map(|[_, _, state]| state.as_str()).collect();
    let there = "already there";
    assert_eq!(states, [there, there, "installed", there], "{stores:?}");
    let told = desk.run("certmint trust uninstall --yes");
    assert_eq!(told.code, 1, "{told:#?}");
    for name in ["colleague.crt\"", "\"Our CA\"", "\"debian:colleague.pem\""] {
        assert!(
            told.stderr.contains(name) && told.stderr.contains("which certmint did not put there"),
            "{name}: {told:#?}"
        );
    }
    desk.ok("ls /usr/local/share/ca-certificates/colleague.crt
         certutil -L -d sql:$HOME/.mozilla/firefox/abcd.default -n 'Our CA'");
}

#[test]
fn a_database_is_as_its_owner_left_it() {
    let desk = Desk::new();
    let folder = "sql:$HOME/.mozilla/firefox/abcd.default";
    // Another certificate of the same subject, and ours, which somebody decided not to trust.
    desk.ok(&format!(
        "certmint ca init --cn testca.com --key p256 --no-passphrase --quiet --pki other
         certutil -A -d {folder} -n theirs -t C,, -i other/ca/ca.crt
         certutil -A -d {folder} -n doubted -t p,, -i pki/ca/ca.crt
         certutil -L -d {folder} > before"
    ));
    // That the other one is trusted says nothing of ours.
    assert_eq!(desk.run("certmint trust check --store nss").code, 3);
    let told = desk.run("certmint trust install --store nss");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr
            .contains("as \"doubted\", and marked as not trusted"),
        "{told:#?}"
    );
    desk.ok(&format!("certutil -L -d {folder} | diff before -"));
    // Its own name is found beside the other.
    desk.ok(&format!(
        "certutil -D -d {folder} -n doubted
         certutil -L -d {folder} > before
         certmint trust install --store nss --quiet
         certmint trust check --store nss --quiet
         certmint trust uninstall --store nss --yes --quiet
         certutil -L -d {folder} | diff before -"
    ));
}

#[test]
fn a_primary_password_is_not_asked_for() {
    let desk = Desk::new();
    desk.ok(
        "rm -r ~/.mozilla/firefox/abcd.default; mkdir ~/.mozilla/firefox/abcd.default
         echo secret0 > password
         certutil -N -d sql:$HOME/.mozilla/firefox/abcd.default -f password",
    );
    let told = desk.run("certmint trust install --store nss");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("--nss-password-file"), "{told:#?}");
    let told = desk.run("certmint trust install --store nss --nss-password-file password");
    assert_eq!(told.code, 0, "{told:#?}");
    // An old format is told, and not touched.
    desk.ok("mkdir ~/.mozilla/firefox/old; echo old > ~/.mozilla/firefox/old/cert8.db");
    let told = desk.run("certmint trust check --store nss");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("cert8.db"), "{told:#?}");
    assert_eq!(desk.ok("ls ~/.mozilla/firefox/old"), "cert8.db\n");
}

#[test]
fn browsers_of_snap_and_flatpak_are_found() {
    let desk = Desk::new();
    desk.ok("rm -r ~/.mozilla
         for folder in snap/firefox/common/.mozilla/firefox/a .var/app/org.mozilla.firefox/.mozilla/firefox/b \
             .config/mozilla/firefox/c .local/share/pki/nssdb .var/app/org.chromium.Chromium/data/pki/nssdb; do
             mkdir -p ~/$folder; certutil -N -d sql:$HOME/$folder --empty-password
         done
         mkdir -p ~/snap/chromium/7; ln -s 7 ~/snap/chromium/current
         mkdir -p ~/elsewhere/d ~/.mozilla/firefox; certutil -N -d sql:$HOME/elsewhere/d --empty-password
         printf '[Profile0]\\nIsRelative=0\\nPath=%s/elsewhere/d\\n' $HOME > ~/.mozilla/firefox/profiles.ini");
    let told = desk.run("certmint trust install --store nss");
    assert_eq!(told.code, 0, "{told:#?}");
    let found: Vec<&str> = told
        .stdout
        .lines()
        .filter(|line| line.starts_with("nss  "))
        .map(|line| line.split("/run/home/").nth(1).unwrap())
        .collect();
    assert_eq!(
        found,
        [
            "elsewhere/d (Firefox)",
            ".config/mozilla/firefox/c (Firefox)",
            "snap/firefox/common/.mozilla/firefox/a (Firefox)",
            ".var/app/org.mozilla.firefox/.mozilla/firefox/b (Firefox)",
            ".local/share/pki/nssdb (Chromium)",
            "snap/chromium/current/.pki/nssdb (Chromium)",
            ".var/app/org.chromium.Chromium/.pki/nssdb (Chromium)",
            ".var/app/org.chromium.Chromium/data/pki/nssdb (Chromium)",
        ],
        "{told:#?}"
    );
    assert_eq!(
        desk.run("certmint trust uninstall --store nss --yes").code,
        0
    );
    // Databases that were made go again, with their folders.
    assert_eq!(
        desk.ok("ls -A ~/snap/chromium/7; ls -A ~/.var/app/org.chromium.Chromium"),
        "data\n"
    );
}
