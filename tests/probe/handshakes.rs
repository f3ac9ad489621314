//! Looking at live endpoints: servers of openssl, and ports where none is.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use certmint::{
    inspect::verify::Host,
    probe::{Endpoint, Handshake, Patience, ProbeError, ProtocolVersion, Served, served, shown},
    x509::Certificate,
};

use crate::world::World;

const TIMEOUT: Duration = Duration::from_secs(20);

/// `openssl s_server` until the test ends.
struct Server {
    process: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port(address: &str) -> u16 {
    let listener = TcpListener::bind((address, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn serve(world: &World, name: &str, more: &str) -> Server {
    serve_on(world, name, more, "127.0.0.1", free_port("127.0.0.1"))
}

fn serve_on(world: &World, name: &str, more: &str, address: &str, port: u16) -> Server {
    let shown = if address.contains(':') {
        format!("[{address}]")
    } else {
        address.to_owned()
    };
    let line = format!(
        "openssl s_server -accept {shown}:{port} -cert pki/certs/{name}/{name}.fullchain.crt \
         -cert_chain pki/certs/{name}/{name}.fullchain.crt -key pki/certs/{name}/{name}.key -quiet {more}"
    );
    let process = world
        .judge_command(&line)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server { process, port };
    let started = Instant::now();
    while TcpStream::connect((address, port)).is_err() {
        assert!(started.elapsed() < TIMEOUT, "{line} does not start");
        thread::sleep(Duration::from_millis(20));
    }
    server
}

fn world() -> World {
    let world = World::with_authority("p256");
    for name in ["flb", "other"] {
        world.ok(&format!(
            "issue server {name} --san {name}.example.com --key p256"
        ));
    }
    world
}

fn endpoint(port: u16) -> Endpoint {
    format!("127.0.0.1:{port}").parse().unwrap()
}

fn host(name: &str) -> Host {
    name.parse().unwrap()
}

fn certificate(world: &World, path: &str) -> Certificate {
    world.accepts(&format!(
        "openssl x509 -in {path} -outform DER -out looked.der"
    ));
    Certificate::from_der(&world.read("looked.der")).unwrap()
}

fn leaf(world: &World, name: &str) -> Certificate {
    certificate(world, &format!("pki/certs/{name}/{name}.crt"))
}

fn look(server: &Server, name: &str) -> Served {
    served(&endpoint(server.port), &host(name), TIMEOUT).unwrap()
}

#[test]
fn what_a_server_shows_is_told_with_its_version() {
    let world = World::with_authority("p256");
    world.ok("ca intermediate sub --issuer ca --cn sub --key p256 --no-passphrase");
    world.ok("issue server flb --ca sub --san flb.example.com --key rsa2048");
    for (flag, version) in [
        ("-tls1_2", ProtocolVersion::Tls12),
        ("-tls1_3", ProtocolVersion::Tls13),
    ] {
        let server = serve(&world, "flb", flag);
        let served = look(&server, "flb.example.com");
        assert_eq!(served.version, Some(version));
        assert_eq!(served.certificate, leaf(&world, "flb"));
        assert!(
            served
                .others
                .contains(&certificate(&world, "pki/ca/sub.crt"))
        );
        assert_eq!(served.handshake, Handshake::Whole);
        assert_eq!(served.address.unwrap().to_string(), "127.0.0.1");
    }
}

#[test]
fn every_kind_of_key_is_looked_at() {
    let world = World::with_authority("p256");
    for key in ["rsa3072", "p384", "p521", "ed25519"] {
        world.ok(&format!(
            "issue server {key} --san a.example.com --key {key}"
        ));
        for flag in ["-tls1_2", "-tls1_3"] {
            let server = serve(&world, key, flag);
            let looked = served(&endpoint(server.port), &host("a.example.com"), TIMEOUT);
            if (key, flag) == ("p521", "-tls1_2") {
                // rustls does not offer the curve (RFC 8422 §5.1.1), and neither do browsers.
                let refused = matches!(looked, Err(ProbeError::Refused { .. }));
                assert!(refused, "{looked:?}");
                continue;
            }
            let looked = looked.unwrap_or_else(|error| panic!("{key} {flag}: {error}"));
            assert_eq!(looked.certificate, leaf(&world, key));
        }
    }
}

#[test]
fn the_server_name_chooses_among_certificates() {
    let world = world();
    let more = "-servername other.example.com -cert2 pki/certs/other/other.crt \
                -key2 pki/certs/other/other.key";
    let server = serve(&world, "flb", more);
    for name in ["flb", "other"] {
        let served = look(&server, &format!("{name}.example.com"));
        assert_eq!(served.certificate, leaf(&world, name), "{name}");
    }
    // An address is not sent as a name: the server's first certificate.
    assert_eq!(look(&server, "127.0.0.1").certificate, leaf(&world, "flb"));
}

#[test]
fn an_expired_certificate_of_version_1_is_looked_at_too() {
    let world = world();
    let folder = "pki/certs/flb";
    world.accepts(&format!(
        "openssl x509 -req -in {folder}/flb.csr -CA pki/ca/ca.crt -CAkey pki/ca/ca.key \
         -CAcreateserial -days -1 -out {folder}/flb.fullchain.crt"
    ));
    for flag in ["-tls1_2", "-tls1_3"] {
        let server = serve(&world, "flb", flag);
        let served = look(&server, "flb.example.com");
        assert_eq!(served.certificate.version().0, 1);
    }
}

#[test]
fn a_server_that_asks_for_a_client_certificate_still_shows_its_own() {
    let world = world();
    // With TLS 1.2 the server breaks off; with 1.3 the client's part is over by then.
    let server = serve(&world, "flb", "-tls1_2 -CAfile pki/ca/ca.crt -Verify 1");
    let served = look(&server, "flb.example.com");
    assert_eq!(served.certificate, leaf(&world, "flb"));
    assert!(
        matches!(served.handshake, Handshake::BrokenOff(_)),
        "{served:?}"
    );
    let server = serve(&world, "flb", "-tls1_3 -CAfile pki/ca/ca.crt -Verify 1");
    assert_eq!(look(&server, "flb.example.com").handshake, Handshake::Whole);
}

#[test]
fn a_host_name_and_ipv6_are_reached() {
    let world = world();
    let server = serve_on(&world, "flb", "", "::1", free_port("::1"));
    let endpoint: Endpoint = format!("[::1]:{}", server.port).parse().unwrap();
    let by_address = served(&endpoint, &host("flb.example.com"), TIMEOUT).unwrap();
    assert_eq!(by_address.address.unwrap().to_string(), "::1");
    // localhost may be looked up as either address: the next one is tried.
    let server = serve(&world, "flb", "");
    let endpoint: Endpoint = format!("localhost:{}", server.port).parse().unwrap();
    served(&endpoint, &host("flb.example.com"), TIMEOUT).unwrap();
}

#[test]
fn what_is_no_tls_server_is_told_in_time() {
    let name = host("flb.example.com");
    // Nobody listens.
    let error = served(&endpoint(free_port("127.0.0.1")), &name, TIMEOUT).unwrap_err();
    assert!(matches!(error, ProbeError::NoConnection { .. }), "{error}");

    // Somebody listens and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let started = Instant::now();
    let error = served(&endpoint(port), &name, Duration::from_millis(300)).unwrap_err();
    assert!(matches!(error, ProbeError::TooSlow { .. }), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5));

    // Somebody sends an octet now and then, and would for ever.
    let dripping = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = dripping.local_addr().unwrap().port();
    let drip = thread::spawn(move || {
        let (mut stream, _) = dripping.accept().unwrap();
        // The header of a handshake record of 16,000 octets.
        let header = [22, 3, 3, 0x3e, 0x80];
        let octets = header.into_iter().chain(std::iter::repeat(2));
        for octet in octets {
            if stream.write_all(&[octet]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
    });
    let started = Instant::now();
    let error = served(&endpoint(port), &name, Duration::from_millis(500)).unwrap_err();
    assert!(matches!(error, ProbeError::TooSlow { .. }), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5));
    drip.join().unwrap();

    // Somebody speaks another protocol.
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = web.local_addr().unwrap().port();
    let answer = thread::spawn(move || {
        let (mut stream, _) = web.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        let _ = stream.read(&mut [0; 1024]);
    });
    let error = served(&endpoint(port), &name, TIMEOUT).unwrap_err();
    assert!(matches!(error, ProbeError::PlainText { .. }), "{error}");
    answer.join().unwrap();

    let nowhere: Endpoint = "no-such-host.invalid:443".parse().unwrap();
    let error = served(&nowhere, &name, TIMEOUT).unwrap_err();
    assert!(matches!(error, ProbeError::Unknown { .. }), "{error}");
    assert!(error.hint().is_some());
}

fn patience(milliseconds: u64) -> Patience {
    Patience {
        each: TIMEOUT,
        whole: Duration::from_millis(milliseconds),
        in_a_row: 8,
    }
}

#[test]
fn a_certificate_is_waited_for() {
    let world = world();
    let name = host("flb.example.com");
    let first = leaf(&world, "flb");
    let second = leaf(&world, "other");

    let server = serve(&world, "flb", "");
    let port = server.port;
    shown(&endpoint(port), &name, &first, patience(20_000)).unwrap();
    let error = shown(&endpoint(port), &name, &second, patience(500)).unwrap_err();
    assert!(matches!(error, ProbeError::Another { .. }), "{error}");
    let serial = first.serial_octets();
    let serial = certmint::x509::colon_hexadecimal(serial);
    assert!(error.to_string().contains(&serial), "{error}");

    // The server stops, and a while later another one is there.
    drop(server);
    let restart = thread::scope(|scope| {
        let waiting =
            scope.spawn(|| shown(&endpoint(port), &name, &second, patience(20_000)).map(drop));
        thread::sleep(Duration::from_millis(700));
        let server = serve_on(&world, "other", "", "127.0.0.1", port);
        (waiting.join().unwrap(), server)
    });
    restart.0.unwrap();
}
