//! HAProxy over its runtime socket.

use std::os::unix::fs::PermissionsExt as _;

use crate::{
    client::Connections,
    servers::{HaProxy, free_port, in_memory, pages, sent},
    site::Site,
};

const RELOAD: &str =
    "reload = { haproxy = 'FOLDER/admin.sock', certificate = 'FOLDER/certs/flb.pem' }";

/// A site whose HAProxy reads a folder with certificates.
pub(crate) fn site() -> Site {
    site_with("")
}

/// As [`site`], with more in the certificate's entry.
pub(crate) fn site_with(more: &str) -> Site {
    let site = Site::new(&format!("{RELOAD}\n{more}"));
    std::fs::create_dir(site.world.path("certs")).unwrap();
    site.world.ok("reload flb --only-files");
    site
}

pub(crate) const FOLDER: HaProxy<'_> = HaProxy {
    global: "",
    bind: "crt FOLDER/certs/",
    pages: None,
};

/// The one file of HAProxy is readable for its owner only, and nothing is beside it.
pub(crate) fn assert_only_file(site: &Site) {
    let files: Vec<String> = std::fs::read_dir(site.world.path("certs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, ["flb.pem"]);
    let metadata = std::fs::metadata(site.world.path("certs/flb.pem")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_idle_connection_from_before_the_renewal_is_served_after_it() {
    let site = site().with_body();
    let behind = pages(&site);
    let server = HaProxy {
        pages: Some(behind.port),
        ..FOLDER
    }
    .start(&site);
    site.manifest(&format!(
        "{RELOAD}\nprobe = {{ address = '127.0.0.1:{}', server_name = 'flb.example.com' }}",
        server.port
    ));
    let connections = Connections::open(&site, server.port);
    let (before, after) = site.renew();
    let seen = connections.go_on();
    println!("haproxy, runtime socket: {seen:?}");
    assert_eq!(seen.idle, "answered");
    assert_eq!(seen.idle_serial, before);
    assert!(seen.whole);
    assert_eq!(seen.download_serial, before);
    assert_eq!(seen.new, vec![after.clone(); 8]);

    let certificate = format!("{}/certs/flb.pem", site.folder());
    assert_eq!(in_memory(&site, &certificate), after);
    assert_eq!(site.serial_in("certs/flb.pem"), after);
    assert_only_file(&site);
    // What it reads when it starts again is what it serves.
    drop(server);
    let server = FOLDER.start(&site);
    assert_eq!(sent(&site, server.port), [after]);
}

#[test]
fn certificate_and_key_can_be_two_files() {
    let site = Site::new(
        "reload = { haproxy = 'FOLDER/admin.sock', certificate = 'FOLDER/certs/flb.crt', \
         key_file = 'FOLDER/certs/flb.key' }",
    );
    std::fs::create_dir(site.world.path("certs")).unwrap();
    site.world.ok("reload flb --only-files");
    let haproxy = HaProxy {
        global: "ssl-load-extra-del-ext",
        bind: "crt FOLDER/certs/flb.crt",
        pages: None,
    };
    let server = haproxy.start(&site);
    let (_, after) = site.renew();
    assert_eq!(sent(&site, server.port), [after.as_str()]);
    let key = std::fs::metadata(site.world.path("certs/flb.key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    let public = site.world.read_text("certs/flb.crt");
    assert!(!public.contains("PRIVATE KEY"));
    drop(server);
    let server = haproxy.start(&site);
    assert_eq!(sent(&site, server.port), [after]);
}

#[test]
fn a_name_below_crt_base_and_a_socket_on_a_port_are_found() {
    let port = free_port();
    let reload = format!(
        "reload = {{ haproxy = 'ipv4@127.0.0.1:{port}', certificate = 'certs/flb.pem', file = 'certs/flb.pem' }}"
    );
    let site = Site::new(&reload);
    std::fs::create_dir(site.world.path("certs")).unwrap();
    // Relative paths of the manifest start at its folder, wherever certmint runs.
    site.world.ok("reload flb --only-files");
    let global = format!("stats socket ipv4@127.0.0.1:{port} level admin");
    let server = HaProxy {
        global: &global,
        bind: "crt certs/flb.pem",
        pages: None,
    }
    .start(&site);
    let (_, after) = site.renew();
    assert_eq!(sent(&site, server.port), [after]);
}

#[test]
fn a_haproxy_that_was_started_with_an_old_file_is_healed_by_hand() {
    let site = site();
    let old = site.world.read("certs/flb.pem");
    let server = FOLDER.start(&site);
    let (_, after) = site.renew();
    drop(server);
    // Somebody put a backup back, and HAProxy was started with it.
    site.world.write("certs/flb.pem", old);
    let server = FOLDER.start(&site);
    assert_ne!(sent(&site, server.port), [after.as_str()]);
    assert_eq!(
        site.world.ok("reload").stdout,
        "no servers have to be told\n"
    );
    let document = site.world.json("reload flb");
    assert_eq!(document["in_use"][0]["serial"], after.as_str());
    assert_eq!(sent(&site, server.port), [after.as_str()]);
    assert_eq!(site.serial_in("certs/flb.pem"), after);
    assert_only_file(&site);
}

#[test]
fn a_haproxy_that_is_down_gets_the_renewal_later() {
    let site = site();
    let told = site.renew_in_vain();
    assert!(told.stderr.contains("is HAProxy running"), "{told:#?}");
    assert!(
        told.stderr.contains("the reload failed for it too"),
        "{told:#?}"
    );
    let server = FOLDER.start(&site);
    // First what is in place, then a new one.
    let document = site.world.json("reload");
    assert_eq!(document["in_use"][0]["name"], "flb");
    let (_, after) = site.renew();
    assert_eq!(sent(&site, server.port), [after]);
}
