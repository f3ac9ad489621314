//! Each thing that can be wrong with an endpoint, once, with what is said about it.

use std::{io::Read as _, io::Write as _, net::TcpListener, thread};

use crate::{
    server::{free_port, matters, openssl, openssl_with, said, start, world},
    world::World,
};

const NAME: &str = "--server-name flb.example.com";

/// A certificate of `web` for the key of `flb`, as openssl makes it.
fn made(world: &World, days: &str, file: &str) {
    world.write(
        "ext.cnf",
        "subjectAltName = DNS:flb.example.com\nextendedKeyUsage = serverAuth\n\
         keyUsage = digitalSignature\n",
    );
    world.accepts(&format!(
        "openssl x509 -req -in pki/certs/flb/flb.csr -CA pki/ca/web.crt -CAkey pki/ca/web.key \
         -CAcreateserial {days} -extfile ext.cnf -out {file}"
    ));
}

const KEY: &str = "-key pki/certs/flb/flb.key";
const CHAIN: &str = "pki/ca/web.crt";

#[test]
fn what_a_server_shows_wrongly() {
    let world = world();
    made(&world, "-days -1", "expired.crt");
    made(&world, "-days 10", "short.crt");
    let web = world.read_text("pki/ca/web.crt");
    let root = world.read_text("pki/ca/ca.crt");
    let other = world.read_text("pki/ca/other.crt");
    world.write("web-then-root.pem", format!("{web}{root}"));
    world.write("root-then-web.pem", format!("{root}{web}"));
    world.write("twice.pem", format!("{web}{web}"));
    world.write("unrelated.pem", format!("{web}{other}"));
    let own = "-cert pki/certs/flb/flb.crt";
    for (files, name, code, expected, part) in [
        (
            format!("-cert expired.crt {KEY} -cert_chain {CHAIN}"),
            NAME,
            3,
            vec!["failure expired", "failure drift"],
            ("expired", "expired"),
        ),
        (
            format!("-cert short.crt {KEY} -cert_chain {CHAIN}"),
            NAME,
            3,
            vec!["failure drift", "note expires_soon"],
            ("expires_soon", "ends in 9 days"),
        ),
        (
            format!("{own} {KEY} -cert_chain {CHAIN}"),
            "--server-name www.example.com",
            3,
            vec!["failure host_name"],
            ("host_name", "the certificate is for flb.example.com"),
        ),
        (
            format!("{own} {KEY} -cert_chain {CHAIN}"),
            "--server-name flb.example.com --ca pki/ca/other.crt",
            3,
            vec!["failure issuer_missing"],
            ("issuer_missing", "testca.com"),
        ),
        (
            format!("{own} {KEY}"),
            NAME,
            3,
            vec!["failure intermediate_missing"],
            ("intermediate_missing", "CN = web"),
        ),
        (
            format!("{own} {KEY} -cert_chain web-then-root.pem"),
            NAME,
            0,
            vec!["note root_sent"],
            ("root_sent", "CN = testca.com"),
        ),
        (
            format!("{own} {KEY} -cert_chain root-then-web.pem"),
            NAME,
            3,
            vec!["failure chain_order", "note root_sent"],
            ("chain_order", "order is wrong"),
        ),
        (
            format!("{own} {KEY} -cert_chain twice.pem"),
            NAME,
            0,
            vec!["note chain_doubled"],
            ("chain_doubled", "sent twice"),
        ),
        (
            format!("{own} {KEY} -cert_chain unrelated.pem"),
            NAME,
            0,
            vec!["note chain_unrelated", "note root_sent"],
            ("chain_unrelated", "CN = other"),
        ),
    ] {
        let server = openssl_with(&world, &files);
        let seen = server.seen(code, name);
        assert_eq!(matters(&seen), expected, "{files}: {seen:#}");
        let told = said(&seen, part.0);
        assert!(told.contains(part.1), "{files}: {told}");
        // The text says the same, with what to do.
        let text = server.probe(name).stdout;
        for line in told.lines().filter(|line| !line.is_empty()) {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}

#[test]
fn what_keeps_from_looking() {
    let world = world();
    let told = world.run(&format!("probe 127.0.0.1:{}", free_port()));
    assert_eq!((told.code, told.stdout.as_str()), (1, ""), "{told:#?}");
    assert!(told.stderr.contains("Connection refused"), "{told:#?}");
    assert!(told.stderr.contains("is the server running"), "{told:#?}");

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let told = world.run(&format!("probe 127.0.0.1:{port} --timeout 1"));
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("no answer within 1 seconds"),
        "{told:#?}"
    );
    assert!(told.stderr.contains("--starttls"), "{told:#?}");

    // nginx without `ssl`, which answers a handshake with a page.
    let folder = world.path("");
    let folder = folder.display().to_string();
    let plain = start(&world, |port| {
        world.write(
            "nginx.conf",
            format!(
                "daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;
                 events {{}}
                 http {{ access_log off;
                   client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
                   fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
                   scgi_temp_path {folder}/t5;
                   server {{ listen 127.0.0.1:{port}; }} }}"
            ),
        );
        world.judge_command(&format!(
            "nginx -p {folder} -c {folder}/nginx.conf -e stderr"
        ))
    });
    let told = plain.probe("");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("no TLS: the server says"), "{told:#?}");
    assert!(told.stderr.contains("speaks HTTP without TLS"), "{told:#?}");

    // A mail server says so itself.
    for (greeting, protocol) in [("220 mail ESMTP", "smtp"), ("* OK ready", "imap")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(greeting.as_bytes()).unwrap();
            stream.write_all(b"\r\n").unwrap();
            let _ = stream.read(&mut [0; 1024]);
        });
        let told = world.run(&format!("probe 127.0.0.1:{port}"));
        assert_eq!(told.code, 1, "{told:#?}");
        let hint = format!("add --starttls {protocol}");
        assert!(told.stderr.contains(&hint), "{told:#?}");
        serving.join().unwrap();
    }

    // No common version: what openssl's server takes is too old.
    let server = openssl(&world, "flb", "-cipher ALL:@SECLEVEL=0 -tls1_1");
    let told = server.probe("");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("does not take that protocol version"),
        "{told:#?}"
    );
    drop(server);

    // A key that nobody takes any more, in a certificate that openssl serves if it is told to.
    for (key, kind) in [("rsa:1024", "RSA 1024"), ("rsa:2048", "")] {
        world.accepts(&format!(
            "openssl req -newkey {key} -nodes -keyout small.key -out small.csr -subj /CN=small"
        ));
        world.accepts(
            "openssl x509 -req -in small.csr -CA pki/ca/web.crt -CAkey pki/ca/web.key \
             -CAcreateserial -days 90 -out small.crt",
        );
        for version in ["-tls1_2", "-tls1_3"] {
            let server = openssl_with(
                &world,
                &format!(
                    "-cert small.crt -key small.key -cert_chain pki/ca/web.crt \
                     -cipher DEFAULT@SECLEVEL=0 {version}"
                ),
            );
            let told = server.probe("");
            if kind.is_empty() {
                assert_eq!(told.code, 3, "{told:#?}");
                continue;
            }
            assert_eq!(told.code, 1, "{told:#?}");
            let why = format!("has the key {kind}, which");
            assert!(told.stderr.contains(&why), "{told:#?}");
            assert!(told.stderr.contains("--key rsa2048"), "{told:#?}");
        }
    }

    // The address of a browser is no endpoint.
    let told = world.run("probe https://127.0.0.1:8443/");
    assert_eq!(told.code, 2, "{told:#?}");
    assert!(
        told.stderr
            .contains("is a URL: write HOST:PORT, as in 127.0.0.1:8443"),
        "{told:#?}"
    );

    // One that can be looked at and one that cannot: both are told.
    let server = openssl(&world, "flb", "");
    let told = world.run(&format!(
        "probe {} 127.0.0.1:{}",
        server.endpoint(),
        free_port()
    ));
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stdout.contains(": good"), "{told:#?}");
    assert!(told.stderr.contains("Connection refused"), "{told:#?}");

    // Nothing to judge by.
    let told = world.refused("probe 127.0.0.1:1 --pki nowhere");
    assert!(told.stderr.contains("--ca FILE"), "{told:#?}");
}

/// A length in more octets than it needs (X.690 §10.1), which openssl serves and path validation does
/// not read: of the algorithm inside what is signed.
const LOOSE: &str = "
import base64, sys
def read(octets, start=0):
    length, begin = octets[start + 1], start + 2
    if length & 0x80:
        count = length & 0x7f
        length, begin = int.from_bytes(octets[begin:begin + count], 'big'), begin + count
    return octets[begin:begin + length], begin + length
def write(content):
    length = len(content).to_bytes(2, 'big')
    return b'\\x30' + (b'\\x82' + length if length[0] else b'\\x81' + length[1:]) + content
text = open(sys.argv[1]).read().split('-----')[2]
outer, _ = read(base64.b64decode(text))
signed, end = read(outer)
_, start = read(signed)
_, start = read(signed, start)
algorithm, behind = read(signed, start)
loose = signed[:start] + bytes([0x30, 0x81, len(algorithm)]) + algorithm + signed[behind:]
text = base64.encodebytes(write(write(loose) + outer[end:])).decode()
open(sys.argv[2], 'w').write(f'-----BEGIN CERTIFICATE-----\\n{text}-----END CERTIFICATE-----\\n')
";

#[test]
fn one_certificate_that_cannot_be_judged_keeps_no_other_endpoint_from_it() {
    let world = world();
    world.python(LOOSE, &["pki/certs/flb/flb.crt", "loose.crt"]);
    let loose = openssl_with(
        &world,
        &format!("-cert loose.crt {KEY} -cert_chain {CHAIN}"),
    );
    let good = openssl(&world, "flb", "");
    for endpoints in [[&loose, &good], [&good, &loose]] {
        let [first, second] = endpoints.map(crate::server::Server::endpoint);
        let told = world.run(&format!("probe {first} {second} {NAME} --json"));
        assert_eq!(told.code, 1, "{told:#?}");
        assert!(told.stderr.contains("cannot be judged"), "{told:#?}");
        let document = told.document();
        for (entry, endpoint) in document["endpoints"]
            .as_array()
            .unwrap()
            .iter()
            .zip(endpoints)
        {
            let is_good = endpoint.port == good.port;
            assert_eq!(entry["endpoint"], endpoint.endpoint());
            assert_eq!(entry["seen"]["accepted"].as_bool(), is_good.then_some(true));
            assert_eq!(entry["error"].is_null(), is_good, "{entry:#}");
        }
    }
}
