//! What HAProxy refuses leaves the certificate before in use: in the PKI, in memory and on disk.

use crate::{
    relay::{Interference, Relay},
    runtime_socket::{FOLDER, assert_only_file, site, site_with},
    servers::{HaProxy, ask, in_memory, sent},
    site::Site,
};

fn certificate(site: &Site) -> String {
    format!("{}/certs/flb.pem", site.folder())
}

/// Renews in vain; `why` is said, and nothing has changed.
fn assert_refused(site: &Site, port: u16, why: &[&str]) {
    let before = site.serial();
    let file = site.world.read("certs/flb.pem");
    let told = site.renew_in_vain();
    for part in why {
        assert!(told.stderr.contains(part), "{part}: {told:#?}");
    }
    for secret in ["BEGIN", "PRIVATE"] {
        assert!(!told.stderr.contains(secret), "{told:#?}");
    }
    assert_eq!(sent(site, port), [before.as_str()]);
    assert_eq!(in_memory(site, &certificate(site)), before);
    assert_eq!(site.world.read("certs/flb.pem"), file);
    assert_only_file(site);
    let transactions = ask(site, "show ssl cert");
    assert!(!transactions.contains("# transaction"), "{transactions}");
}

#[test]
fn a_command_that_is_too_long_for_haproxy() {
    let units = ["'one of many units, each with a name of some length'"; 40].join(", ");
    let site = site_with(&format!("organizational_unit = [{units}]"));
    let haproxy = HaProxy {
        global: "tune.bufsize 2048",
        ..FOLDER
    };
    let server = haproxy.start(&site);
    // It read the file when it started, whatever the length of that.
    assert_refused(
        &site,
        server.port,
        &["closed the connection without an answer", "tune.bufsize"],
    );
    // With more room the next renewal takes up what was set aside.
    drop(server);
    let server = FOLDER.start(&site);
    site.world.ok("reload");
    let (_, after) = site.renew();
    assert_eq!(sent(&site, server.port), [after]);
}

#[test]
fn a_name_that_haproxy_does_not_know() {
    let site = site();
    let server = FOLDER.start(&site);
    site.manifest(
        "reload = { haproxy = 'FOLDER/admin.sock', certificate = 'flb.pem', file = 'FOLDER/certs/flb.pem' }",
    );
    let known = format!(
        "HAProxy has loaded no certificate flb.pem; it has {}",
        certificate(&site)
    );
    assert_refused(&site, server.port, &[&known, "what stands after 'crt'"]);
}

/// Neither on the way there nor on the way back is a key written where none was.
#[test]
fn a_name_that_haproxy_does_not_know_leaves_no_file_behind() {
    let site = site();
    let server = FOLDER.start(&site);
    let refused = || {
        assert_refused(&site, server.port, &["HAProxy has loaded no certificate"]);
        for file in ["new.pem", "new.crt", "new.key", "certs/new.pem"] {
            assert!(!site.world.exists(file), "{file}");
        }
    };
    for files in [
        "certificate = 'FOLDER/certs/new.pem'",
        "certificate = 'new.pem', file = 'FOLDER/new.pem'",
        "certificate = 'FOLDER/new.crt', key_file = 'FOLDER/new.key'",
    ] {
        site.manifest(&format!(
            "reload = {{ haproxy = 'FOLDER/admin.sock', {files} }}"
        ));
        refused();
    }
    // Nor where HAProxy takes it in the end and refuses to commit.
    let relay = Relay::new(
        &site,
        "commit ",
        Interference::Answers("Committing.\nFailed!\n\n"),
    );
    site.manifest(
        "reload = { haproxy = 'FOLDER/relay.sock', certificate = 'FOLDER/certs/flb.pem', \
         file = 'FOLDER/new.pem' }",
    );
    let told = site.world.run("reload flb");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("refused to commit"), "{told:#?}");
    assert!(!site.world.exists("new.pem"));
    drop(relay);
}

#[test]
fn a_socket_that_is_not_an_administrators() {
    let site = site();
    let haproxy = HaProxy {
        global: "stats socket FOLDER/operator.sock mode 600 level operator",
        ..FOLDER
    };
    let server = haproxy.start(&site);
    site.manifest(
        "reload = { haproxy = 'FOLDER/operator.sock', certificate = 'FOLDER/certs/flb.pem' }",
    );
    assert_refused(&site, server.port, &["does not permit it", "level admin"]);
}

#[test]
fn a_transaction_of_somebody_else_is_left_alone() {
    let site = site();
    site.world.accepts("cp certs/flb.pem other.pem");
    let haproxy = HaProxy {
        bind: "crt FOLDER/certs/ crt FOLDER/other.pem",
        ..FOLDER
    };
    let _server = haproxy.start(&site);
    let payload = site.world.read_text("other.pem");
    let said = ask(
        &site,
        &format!("set ssl cert {}/other.pem <<\n{payload}", site.folder()),
    );
    assert!(said.contains("Transaction created"), "{said}");
    let told = site.renew_in_vain();
    assert!(
        told.stderr
            .contains("HAProxy is in the middle of replacing"),
        "{told:#?}"
    );
    let hint = format!("abort ssl cert {}/other.pem", site.folder());
    assert!(told.stderr.contains(&hint), "{told:#?}");
    let transactions = ask(&site, "show ssl cert");
    let other = format!("*{}/other.pem", site.folder());
    assert!(transactions.contains(&other), "{transactions}");
    // What is in it is what was put there.
    let theirs = site.serial_in("other.pem");
    assert_eq!(in_memory(&site, &other), theirs);
    ask(&site, &hint);
    site.world.ok("reload");
    let (_, after) = site.renew();
    assert_eq!(in_memory(&site, &certificate(&site)), after);
}

#[test]
fn a_commit_that_fails_brings_the_file_back() {
    let site = site();
    let server = FOLDER.start(&site);
    let relay = Relay::new(
        &site,
        "commit ",
        Interference::Answers("Committing.\nFailed!\n\n"),
    );
    site.manifest(
        "reload = { haproxy = 'FOLDER/relay.sock', certificate = 'FOLDER/certs/flb.pem' }",
    );
    assert_refused(
        &site,
        server.port,
        &["refused to commit", "the one before is back"],
    );
    // The transaction is taken back, and the certificate before is committed again.
    assert_eq!(
        relay.commands(),
        [
            "show ssl",
            "set ssl",
            "commit ssl",
            "abort ssl",
            "show ssl",
            "set ssl",
            "commit ssl",
            "show ssl"
        ]
    );
    let (_, after) = site.renew();
    assert_eq!(sent(&site, server.port), [after]);
}

#[test]
fn an_endpoint_that_goes_on_showing_another_brings_the_one_before_back() {
    let site = site();
    let server = FOLDER.start(&site);
    let other = Site::new("");
    std::fs::create_dir(other.world.path("certs")).unwrap();
    other.manifest(
        "reload = { haproxy = 'FOLDER/admin.sock', certificate = 'FOLDER/certs/flb.pem' }",
    );
    other.world.ok("reload flb --only-files");
    let elsewhere = FOLDER.start(&other);
    site.manifest(&format!(
        "reload = {{ haproxy = 'FOLDER/admin.sock', certificate = 'FOLDER/certs/flb.pem' }}\n\
         probe = {{ address = '127.0.0.1:{}', server_name = 'flb.example.com' }}",
        elsewhere.port
    ));
    let before = site.serial();
    let told = site.world.run("renew flb --timeout 2");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("still shows another certificate"),
        "{told:#?}"
    );
    assert_eq!(sent(&site, server.port), [before.as_str()]);
    assert_eq!(site.serial_in("certs/flb.pem"), before);
    assert_only_file(&site);
}

#[test]
fn a_file_that_is_no_certificate_is_not_overwritten() {
    let site = site();
    let server = FOLDER.start(&site);
    site.world.write("passwords", "root:x\n");
    site.manifest(
        "reload = { haproxy = 'FOLDER/admin.sock', certificate = 'FOLDER/certs/flb.pem', file = 'passwords' }",
    );
    assert_refused(&site, server.port, &["passwords is not overwritten"]);
    assert_eq!(site.world.read_text("passwords"), "root:x\n");
    site.manifest(
        "reload = { haproxy = 'FOLDER/admin.sock', certificate = 'FOLDER/certs/flb.pem', file = 'pki/flb.pem' }",
    );
    // What was put back then is waiting, and is told again first.
    let told = site.world.run("reload");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("is in the PKI directory"), "{told:#?}");
}
