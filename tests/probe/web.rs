//! nginx, Apache and HAProxy: chains, versions, ALPN, HTTP, and clients with certificates.

use std::{os::unix::fs::PermissionsExt as _, process::Command};

use crate::{
    server::{Server, matters, openssl, said, start, world},
    world::World,
};

const NAME: &str = "--server-name flb.example.com";

fn nginx<'world>(world: &'world World, more: &str) -> Server<'world> {
    let folder = world.path("");
    let folder = folder.display().to_string();
    start(world, |port| {
        world.write(
            "nginx.conf",
            format!(
                "daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;
                 events {{}}
                 http {{
                   access_log off;
                   client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
                   fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
                   scgi_temp_path {folder}/t5;
                   server {{
                     listen 127.0.0.1:{port} ssl http2;
                     ssl_protocols TLSv1.2 TLSv1.3;
                     ssl_certificate {folder}/pki/certs/flb/flb.fullchain.crt;
                     ssl_certificate_key {folder}/pki/certs/flb/flb.key;
                     {more}
                     location / {{ return 200 \"fine\\n\"; }}
                     location /broken {{ return 500; }}
                   }}
                 }}"
            ),
        );
        world.judge_command(&format!(
            "nginx -p {folder} -c {folder}/nginx.conf -e stderr"
        ))
    })
}

fn apache<'world>(world: &'world World, more: &str) -> Server<'world> {
    let folder = world.path("");
    let folder = folder.display().to_string();
    // Apache gives up being root once it has read the key, and then serves what all may read.
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::create_dir_all(world.path("pages")).unwrap();
    world.write("pages/index.html", "fine\n");
    start(world, |port| {
        let modules: String = ["mpm_event", "authz_core", "dir", "ssl"]
            .map(|module| {
                format!("LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n")
            })
            .concat();
        world.write(
            "apache.conf",
            format!(
                "{modules}
ServerName flb.example.com
User www-data
Group www-data
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder} default
ErrorLog /dev/stderr
DocumentRoot {folder}/pages
SSLEngine on
SSLCertificateFile {folder}/pki/certs/flb/flb.fullchain.crt
SSLCertificateKeyFile {folder}/pki/certs/flb/flb.key
{more}
"
            ),
        );
        world.judge_command(&format!("apache2 -f {folder}/apache.conf -DFOREGROUND"))
    })
}

fn haproxy<'world>(world: &'world World, more: &str) -> Server<'world> {
    let folder = world.path("");
    let folder = folder.display().to_string();
    let files =
        ["fullchain.crt", "key"].map(|file| world.read_text(&format!("pki/certs/flb/flb.{file}")));
    world.write("flb.pem", files.concat());
    start(world, |port| {
        world.write(
            "haproxy.cfg",
            format!(
                "global
  maxconn 100
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend f
  bind 127.0.0.1:{port} ssl crt {folder}/flb.pem alpn h2,http/1.1 {more}
  http-request return status 200 content-type text/plain string fine
"
            ),
        );
        world.judge_command(&format!("haproxy -db -f {folder}/haproxy.cfg"))
    })
}

/// The subjects in the order of the server.
fn subjects(document: &serde_json::Value) -> Vec<String> {
    let chain = document["chain"].as_array().unwrap().iter();
    chain
        .map(|one| one["subject"].as_str().unwrap().to_owned())
        .collect()
}

/// What openssl shows: fingerprints of the chain in its order, and facts of the handshake.
fn as_openssl_sees(world: &World, server: &Server<'_>) -> (Vec<String>, String) {
    const FINGERPRINTS: &str = "
import hashlib, re, ssl, sys
text = open('seen.txt', encoding='latin-1').read()
blocks = re.findall('-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----', text, re.S)
print(*[hashlib.sha256(ssl.PEM_cert_to_DER_cert(b)).hexdigest() for b in blocks])
";
    let line = format!(
        "openssl s_client -connect {} -servername flb.example.com -showcerts -alpn h2,http/1.1",
        server.endpoint()
    );
    let seen = world.judge(&line).stdout;
    let text = String::from_utf8_lossy(&seen).into_owned();
    world.write("seen.txt", &seen);
    let found = world.python(FINGERPRINTS, &[]);
    let fingerprints = found.split_whitespace().map(str::to_owned).collect();
    (fingerprints, text)
}

#[test]
fn three_web_servers_are_as_openssl_sees_them() {
    let world = world();
    let servers = [
        ("nginx", nginx(&world, "")),
        ("apache", apache(&world, "")),
        ("haproxy", haproxy(&world, "")),
    ];
    for (name, server) in &servers {
        let seen = server.seen(0, &format!("{NAME} --http"));
        assert_eq!(matters(&seen), [""; 0], "{name}: {seen:#}");
        assert_eq!(subjects(&seen), ["CN=flb.example.com", "CN=web"], "{name}");
        let (fingerprints, text) = as_openssl_sees(&world, server);
        let own: Vec<&str> = seen["chain"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["fingerprint_sha256"].as_str().unwrap())
            .collect();
        assert_eq!(own, fingerprints, "{name}");
        for (field, marker) in [("cipher_suite", "Cipher is "), ("version", "New, ")] {
            let value = seen[field].as_str().unwrap().replace(' ', "v");
            assert!(
                text.contains(&format!("{marker}{value}")),
                "{name}: {value} in {text}"
            );
        }
        // Apache is without its module for HTTP/2.
        let alpn = if *name == "apache" { "http/1.1" } else { "h2" };
        assert_eq!(seen["protocol"], alpn, "{name}");
        assert!(text.contains(&format!("ALPN protocol: {alpn}")), "{text}");
        for version in seen["versions"].as_array().unwrap() {
            assert_eq!(version["taken"], true, "{name}: {version}");
        }
        assert_eq!(seen["without_client_certificate"]["http_status"], 200);
        assert_eq!(seen["inventory"]["drift"], "none");
        assert_eq!(seen["asks_for_client_certificate"], false);
        assert_eq!(seen["days_left"], 824);
    }
    // Several at once, each told.
    let all: Vec<String> = servers
        .iter()
        .map(|(_, server)| server.endpoint())
        .collect();
    let told = world.ok(&format!("probe {} {NAME}", all.join(" ")));
    for endpoint in &all {
        let line = format!("{endpoint}, asked for flb.example.com: good\n");
        assert!(told.stdout.contains(&line), "{told:#?}");
    }
    // An answer that is an error is a finding.
    let (_, nginx) = &servers[0];
    let seen = nginx.seen(3, &format!("{NAME} --http=/broken"));
    assert_eq!(matters(&seen), ["failure http_status"]);
}

#[test]
fn a_version_that_a_server_does_not_take_is_told() {
    let world = world();
    for (flag, taken) in [("-tls1_2", "TLS 1.2"), ("-tls1_3", "TLS 1.3")] {
        let server = openssl(&world, "flb", flag);
        let seen = server.seen(0, NAME);
        for version in seen["versions"].as_array().unwrap() {
            let is_it = version["version"] == taken;
            assert_eq!(version["taken"], is_it, "{flag}: {version}");
            assert_eq!(version["reason"].is_null(), is_it, "{version}");
        }
        let told = server.probe(NAME);
        let line = format!("  versions  {taken} (older ones cannot be tried)\n");
        assert!(told.stdout.contains(&line), "{told:#?}");
    }
    // Another application protocol than those of the web.
    let server = openssl(&world, "flb", "-alpn postgresql");
    let seen = server.seen(0, NAME);
    assert!(seen["protocol"].is_null(), "{seen:#}");
}

/// Article B's check: 400 without, 200 with; HAProxy and Apache refuse in the handshake instead.
#[test]
fn clients_without_with_and_with_a_foreign_certificate() {
    let world = world();
    let folder = world.path("");
    let ca = format!("{}/pki/ca/ca.crt", folder.display());
    let more = format!("ssl_client_certificate {ca}; ssl_verify_client on; ssl_verify_depth 2;");
    let server = nginx(&world, &more);
    let seen = server.seen(0, &format!("{NAME} --http --client client01"));
    assert_eq!(seen["client_authorities"][0], "CN=testca.com");
    assert_eq!(seen["without_client_certificate"]["http_status"], 400);
    assert_eq!(seen["with_client_certificate"]["http_status"], 200);
    assert_eq!(matters(&seen), [""; 0]);
    // The files by name are as good.
    let seen = server.seen(
        0,
        &format!(
            "{NAME} --http --client-cert pki/certs/client01/client01.fullchain.crt \
             --client-key pki/certs/client01/client01.key"
        ),
    );
    assert_eq!(seen["with_client_certificate"]["http_status"], 200);
    // Without --client that is good to know.
    let seen = server.seen(0, &format!("{NAME} --http"));
    assert_eq!(matters(&seen), ["note http_status"]);
    let seen = server.seen(3, &format!("{NAME} --http --client stranger"));
    assert_eq!(seen["with_client_certificate"]["http_status"], 400);
    let expected = ["failure http_status", "note client_ca_not_named"];
    assert_eq!(matters(&seen), expected);
    drop(server);

    let servers = [
        (
            "apache",
            apache(
                &world,
                &format!("SSLCACertificateFile {ca}\nSSLVerifyClient require\nSSLVerifyDepth 2"),
            ),
            &["certificate_required", "handshake_failure"],
        ),
        (
            "haproxy",
            haproxy(&world, &format!("ca-file {ca} verify required")),
            &["certificate_required", "handshake_failure"],
        ),
    ];
    for (name, server, alerts) in &servers {
        let seen = server.seen(0, &format!("{NAME} --http --client client01"));
        assert_eq!(
            seen["with_client_certificate"]["http_status"], 200,
            "{name}"
        );
        let without = &seen["without_client_certificate"];
        let alert = without["refusal"].as_str().unwrap();
        assert!(
            alerts.iter().any(|one| alert.contains(one)),
            "{name}: {alert}"
        );
        assert!(
            without["meaning"].as_str().unwrap().contains("got none"),
            "{without}"
        );
        for how in ["", "--http"] {
            let seen = server.seen(3, &format!("{NAME} {how} --client stranger"));
            let refused = &seen["with_client_certificate"];
            assert_eq!(
                refused["refusal"].as_str().unwrap(),
                "alert unknown_ca (48)",
                "{name}"
            );
            assert!(said(&seen, "refused").contains("does not trust the CA"));
        }
    }
    // A server that never asks.
    let server = haproxy(&world, "");
    let seen = server.seen(3, &format!("{NAME} --client client01"));
    assert_eq!(matters(&seen), ["failure client_not_asked"]);
    // One that asks, and does without.
    let server = haproxy(&world, &format!("ca-file {ca} verify optional"));
    let seen = server.seen(0, &format!("{NAME} --http"));
    assert_eq!(matters(&seen), ["note client_optional"]);
}

#[test]
fn all_addresses_of_a_name() {
    let world = world();
    let server = nginx(&world, "");
    let told = world.run(&format!(
        "probe localhost:{} --all-addresses --timeout 30 --json",
        server.port
    ));
    let document = told.document();
    let endpoints = document["endpoints"].as_array().unwrap();
    let getent = Command::new("getent")
        .args(["ahosts", "localhost"])
        .output();
    let found = String::from_utf8(getent.unwrap().stdout).unwrap();
    let mut addresses: Vec<&str> = found
        .lines()
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    assert_eq!(endpoints.len(), addresses.len(), "{document:#}\n{found}");
    let good = endpoints
        .iter()
        .filter(|endpoint| endpoint["seen"]["address"] == "127.0.0.1");
    assert_eq!(good.count(), 1, "{document:#}");
    // nginx listens on one of them only: the others could not be looked at.
    assert_eq!(told.code, i32::from(addresses.len() > 1), "{told:#?}");
}
