//! TLS clients that call a server on this machine by its name: openssl, GnuTLS, Python and Java.

use std::process::Stdio;

use crate::{judge, validators::java_client, world::World};

/// Whom to call, whom to trust, and with which certificate.
pub(crate) struct Call<'call> {
    pub(crate) host: &'call str,
    pub(crate) port: u16,
    pub(crate) root: &'call str,
    pub(crate) own: Option<Own<'call>>,
}

/// A client's own certificate.
pub(crate) struct Own<'file> {
    pub(crate) certificate: &'file str,
    pub(crate) key: &'file str,
    pub(crate) bundle: &'file str,
    pub(crate) password: &'file str,
}

/// Calls with every client; each has to accept the server's certificate and get this status.
pub(crate) fn everybody_gets(world: &World, call: &Call, status: u16) {
    for (client, said) in [
        ("openssl", openssl(world, call)),
        ("gnutls", gnutls(world, call)),
        ("python", python(world, call)),
        ("java", java(world, call)),
    ] {
        assert!(
            said.contains(&format!("HTTP/1.1 {status} ")),
            "{client} does not see {status}:\n{said}"
        );
    }
}

/// openssl refuses the server's certificate when it trusts another root.
pub(crate) fn openssl_refuses(world: &World, call: &Call) {
    let said = openssl(world, call);
    assert!(
        said.contains("certificate verify failed") || said.contains("Verification error"),
        "{said}"
    );
    assert!(!said.contains("HTTP/1.1"), "{said}");
}

fn request(call: &Call) -> String {
    format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        call.host
    )
}

pub(crate) fn openssl(world: &World, call: &Call) -> String {
    let own = call.own.as_ref().map_or_else(String::new, |own| {
        format!("-cert {} -key {}", own.certificate, own.key)
    });
    let Call {
        host, port, root, ..
    } = call;
    talk(
        world,
        &format!(
            "openssl s_client -quiet -connect 127.0.0.1:{port} -servername {host} -CAfile {root} \
             -x509_strict -verify_return_error -verify_hostname {host} {own}"
        ),
        &request(call),
    )
}

fn gnutls(world: &World, call: &Call) -> String {
    let own = call.own.as_ref().map_or_else(String::new, |own| {
        format!(
            "--x509certfile {} --x509keyfile {}",
            own.certificate, own.key
        )
    });
    let Call {
        host, port, root, ..
    } = call;
    talk(
        world,
        &format!(
            "gnutls-cli --x509cafile {root} --sni-hostname {host} --verify-hostname {host} \
             --port {port} {own} 127.0.0.1"
        ),
        &request(call),
    )
}

/// Runs a client that sends its standard input and prints what comes back, until the server closes.
fn talk(world: &World, line: &str, request: &str) -> String {
    world.write("request", request);
    let mut client = world.judge_command(line);
    client.stdin(Stdio::from(
        std::fs::File::open(world.path("request")).unwrap(),
    ));
    let output = client.output().unwrap();
    format!(
        "{}{}",
        judge::text(&output),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// As the default context of Python 3.13, which checks strictly.
fn python(world: &World, call: &Call) -> String {
    const PROGRAM: &str = r#"
import http.client, socket, ssl, sys
host, port, root, certificate, key = sys.argv[1:]
context = ssl.create_default_context(cafile=root)
context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
if certificate:
    context.load_cert_chain(certificate, key)
connection = http.client.HTTPSConnection(host, int(port), context=context)
connection._create_connection = lambda address, *rest: socket.create_connection(("127.0.0.1", address[1]))
connection.request("GET", "/")
answer = connection.getresponse()
print("HTTP/1.1", answer.status, answer.reason)
"#;
    let port = call.port.to_string();
    let (certificate, key) = call
        .own
        .as_ref()
        .map_or(("", ""), |own| (own.certificate, own.key));
    world.python(PROGRAM, &[call.host, &port, call.root, certificate, key])
}

fn java(world: &World, call: &Call) -> String {
    let own = call.own.as_ref().map_or_else(String::new, |own| {
        format!("{} {}", own.bundle, own.password)
    });
    java_client(
        world,
        &format!("get {} {} {} {own}", call.root, call.host, call.port),
    )
}
