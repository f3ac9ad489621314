//! `kill -9` while HAProxy is being told: the next renewal puts it right, and makes nothing twice.

use std::process::{Child, Stdio};

use crate::{
    relay::{Interference, Relay},
    runtime_socket::{FOLDER, assert_only_file, site},
    servers::{ask, in_memory, sent},
    site::Site,
};

const RELAYED: &str =
    "reload = { haproxy = 'FOLDER/relay.sock', certificate = 'FOLDER/certs/flb.pem' }";
const DIRECT: &str =
    "reload = { haproxy = 'FOLDER/admin.sock', certificate = 'FOLDER/certs/flb.pem' }";

/// Renews over a relay that never answers a command, and kills the renewal there.
fn killed_at(site: &Site, word: &'static str, interference: Interference) {
    let relay = Relay::new(site, word, interference);
    site.manifest(RELAYED);
    let mut renewal: Child = site
        .world
        .command("renew flb")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    relay.wait();
    renewal.kill().unwrap();
    renewal.wait().unwrap();
}

/// The next renewal has HAProxy take what the killed one made, and makes nothing.
fn assert_put_right(site: &Site, port: u16) {
    let made = site.serial();
    site.manifest(DIRECT);
    let document = site.world.json("renew");
    assert_eq!(
        document["renewed"].as_array().unwrap().len(),
        0,
        "{document:#}"
    );
    assert_eq!(
        document["in_use"][0]["serial"],
        made.as_str(),
        "{document:#}"
    );
    assert_eq!(sent(site, port), [made.as_str()]);
    let certificate = format!("{}/certs/flb.pem", site.folder());
    assert_eq!(in_memory(site, &certificate), made);
    assert_eq!(site.serial_in("certs/flb.pem"), made);
    assert_only_file(site);
    let transactions = ask(site, "show ssl cert");
    assert!(!transactions.contains("# transaction"), "{transactions}");
    let document = site.world.json("renew");
    assert_eq!(document["in_use"].as_array().unwrap().len(), 0);
}

#[test]
fn killed_before_haproxy_heard_of_it() {
    let site = site();
    let server = FOLDER.start(&site);
    let before = site.serial();
    killed_at(&site, "set ", Interference::Swallows);
    assert_ne!(site.serial(), before);
    assert_eq!(site.serial_in("certs/flb.pem"), before);
    assert_eq!(sent(&site, server.port), [before]);
    assert_put_right(&site, server.port);
}

#[test]
fn killed_in_the_middle_of_a_transaction() {
    let site = site();
    let server = FOLDER.start(&site);
    let before = site.serial();
    killed_at(&site, "commit ", Interference::Swallows);
    // The file is there, and HAProxy serves the one before, with a transaction open.
    assert_eq!(site.serial_in("certs/flb.pem"), site.serial());
    assert_eq!(sent(&site, server.port), [before]);
    assert!(ask(&site, "show ssl cert").contains("# transaction"));
    // What a killed process leaves while it writes is written over.
    site.world.write("certs/.certmint-flb.pem", "-----BEGIN");
    assert_put_right(&site, server.port);
}

#[test]
fn killed_after_haproxy_has_it() {
    let site = site();
    let server = FOLDER.start(&site);
    killed_at(&site, "commit ", Interference::SwallowsAnswer);
    assert_eq!(sent(&site, server.port), [site.serial()]);
    assert_put_right(&site, server.port);
}
