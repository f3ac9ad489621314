//! HAProxy, nginx and Apache that are reloaded by a command: downloads under way are finished.

use crate::{
    client::{Connections, Seen},
    servers::{self, HaProxy, Server, pages},
    site::Site,
};

/// Renews while a client is connected; gives what the client saw.
fn renewed(site: &Site, server: &Server, reload: &str) -> Seen {
    site.manifest(&format!(
        "reload = \"{reload}\"\nprobe = {{ address = '127.0.0.1:{}', server_name = 'flb.example.com' }}",
        server.port
    ));
    let connections = Connections::open(site, server.port);
    let (before, after) = site.renew();
    let seen = connections.go_on();
    assert!(seen.whole, "{seen:?}");
    assert_eq!(seen.download_serial, before);
    assert_eq!(seen.new, vec![after; 8]);
    seen
}

#[test]
fn a_haproxy_that_gets_a_signal_finishes_downloads() {
    let site = Site::new("").with_body();
    let script = "umask 077; cat pki/certs/flb/flb.fullchain.crt pki/certs/flb/flb.key > new.pem; mv new.pem flb.pem";
    site.world.accepts(&format!("sh -c '{script}'"));
    let behind = pages(&site);
    let haproxy = HaProxy {
        global: "",
        bind: "crt FOLDER/flb.pem",
        pages: Some(behind.port),
    };
    let server = haproxy.start_with_master(&site);
    let reload = format!("{script}; kill -USR2 {}", server.id());
    let seen = renewed(&site, &server, &reload);
    println!("haproxy, SIGUSR2: {seen:?}");
    // The old worker closes what is idle.
    assert_eq!(seen.idle, "closed");
}

#[test]
fn an_nginx_that_is_reloaded_finishes_downloads() {
    let site = Site::new("").with_body();
    let server = servers::nginx(&site);
    let seen = renewed(&site, &server, &format!("kill -HUP {}", server.id()));
    println!("nginx, SIGHUP: {seen:?}");
    assert_eq!(seen.idle, "closed");
}

#[test]
fn an_apache_that_is_reloaded_finishes_downloads() {
    let site = Site::new("").with_body();
    let server = servers::apache(&site);
    let seen = renewed(&site, &server, &format!("kill -USR1 {}", server.id()));
    println!("apache, SIGUSR1: {seen:?}");
    assert_eq!(seen.idle, "closed");
}
