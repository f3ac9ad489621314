//! stunnel: its server side in front of a plain service, and its client side.

use crate::desk::Desk;

/// Starts one side in the foreground, as systemd would with a pid file of its own.
fn start(desk: &Desk, machine: &str, name: &str, file: &str) {
    desk.start(
        machine,
        name,
        "bash",
        &format!(
            "-c '{{ echo foreground = yes; cat {file}; }} >{name}.conf; exec stunnel4 {name}.conf'"
        ),
    );
}

/// What a plain client gets from the client side.
fn get(desk: &Desk) -> String {
    desk.0
        .run(
            "client",
            "curl -s --max-time 20 http://127.0.0.1:8080/ || echo refused",
        )
        .stdout
}

#[test]
fn a_plain_service_gets_tls() {
    let desk = Desk::new();
    desk.start_echo();
    desk.render(
        "stunnel",
        &[
            "listen=443",
            "connect=127.0.0.1:8000",
            "client_listen=127.0.0.1:8080",
        ],
    );
    start(&desk, "server", "stunnel", "conf/www.conf");
    desk.until_answered("");
    assert_eq!(desk.get("--cacert pki/ca/clients.crt").unwrap_err(), 60);
    start(&desk, "client", "tunnel", "conf/www.client.conf");
    desk.0
        .until("client", "echo >/dev/tcp/127.0.0.1/8080", |_| true);
    assert_eq!(get(&desk), "hello nobody\n");

    let renewed = desk.renew_and("kill -HUP $(cat stunnel.pid)");
    desk.until_served(443, &renewed);
    assert_eq!(get(&desk), "hello nobody\n");

    // A server of the same CA but of another name, then one of another CA: the client side refuses.
    for issued in ["other.example --ca ca", "again --san server --ca clients"] {
        let name = issued.split(' ').next().unwrap();
        desk.0.ok(
            "server",
            &format!("certmint issue server {issued} --key p256"),
        );
        desk.0.ok(
            "server",
            &format!(
                "sed 's|pki/certs/www/www|pki/certs/{name}/{name}|' conf/www.conf >conf/{name}.conf"
            ),
        );
        desk.stop("server", "stunnel");
        start(&desk, "server", "stunnel", &format!("conf/{name}.conf"));
        let served = desk.serial_of(&format!("pki/certs/{name}/{name}.crt"));
        desk.0.until(
            "client",
            "openssl s_client -connect server:443 </dev/null 2>/dev/null | openssl x509 -noout -serial",
            |told| told == served,
        );
        assert_eq!(get(&desk), "refused\n", "{name}");
    }
}

#[test]
fn only_clients_of_the_ca_get_in() {
    let desk = Desk::new();
    desk.start_echo();
    desk.render(
        "stunnel",
        &[
            "listen=10.0.0.20:443",
            "connect=server:8000",
            "clients_ca=clients",
            "client_listen=127.0.0.1:8080",
            "client=joe",
        ],
    );
    start(&desk, "server", "stunnel", "conf/www.conf");
    desk.until_answered("--cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key");
    desk.only_clients_get_in(true);
    start(&desk, "client", "tunnel", "conf/www.client.conf");
    desk.0
        .until("client", "echo >/dev/tcp/127.0.0.1/8080", |_| true);
    assert_eq!(get(&desk), "hello nobody\n");
}

#[test]
fn a_clients_ca_below_a_root_is_refused() {
    Desk::new().takes_root_only("stunnel", "--set listen=443 --set connect=127.0.0.1:8000");
}
