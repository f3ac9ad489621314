//! Caddy, as Debian has it.

use crate::desk::Desk;

const RUN: &str = "run --adapter caddyfile --config Caddyfile";

fn start(desk: &Desk) {
    desk.0.write("Caddyfile", "import conf/www.caddy\n");
    desk.0.ok(
        "server",
        "caddy validate --adapter caddyfile --config Caddyfile",
    );
    desk.start("server", "caddy", "caddy", RUN);
}

#[test]
fn a_site_is_served_and_reloaded() {
    let desk = Desk::new();
    desk.0.ok(
        "server",
        "mkdir -p '/srv/my pages'; echo 'hello file' >'/srv/my pages/index.html'",
    );
    desk.render("caddy", &["document_root=/srv/my pages"]);
    start(&desk);
    desk.until_answered("");
    assert_eq!(desk.get("").unwrap(), "hello file\n");
    assert_eq!(desk.get("--cacert pki/ca/clients.crt").unwrap_err(), 60);
    desk.until_served(443, &desk.serial_of("pki/certs/www/www.crt"));
    let renewed = desk.renew_and("caddy reload --force --adapter caddyfile --config Caddyfile");
    desk.until_served(443, &renewed);
}

#[test]
fn only_clients_of_the_ca_get_in() {
    let desk = Desk::new();
    desk.start_echo();
    desk.render("caddy", &["upstreams=server:8000", "clients_ca=clients"]);
    start(&desk);
    desk.until_answered("--cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key");
    desk.only_clients_get_in(false);
    assert_eq!(desk.get_as("joe").unwrap(), "hello CN=joe\n");
}

/// A CA below a root: what the CA beside it signed is none of its clients.
#[test]
fn a_clients_ca_below_a_root_keeps_its_siblings_out() {
    let desk = Desk::new();
    desk.siblings();
    desk.start_echo();
    desk.render("caddy", &["upstreams=server:8000", "clients_ca=staff"]);
    start(&desk);
    desk.only_staff_gets_in(false);
}

/// While the clients' root is rolled over, those of the old and of the new one get in.
#[test]
fn both_roots_of_a_rollover_are_taken() {
    let desk = Desk::new();
    desk.start_echo();
    desk.0.ok(
        "server",
        "certmint ca rollover next clients --no-passphrase --wait 0
         certmint ca rollover next clients --yes
         certmint issue client new --ca clients --key p256",
    );
    desk.render("caddy", &["upstreams=server:8000", "clients_ca=clients"]);
    start(&desk);
    desk.until_answered("--cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key");
    desk.only_clients_get_in(false);
    assert_eq!(desk.get_as("new").unwrap(), "hello CN=new\n");
}
