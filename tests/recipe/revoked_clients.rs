//! Servers that are given the revocation lists refuse the client that was revoked, and no other.

use crate::{
    FLB,
    clients::{Call, Own, everybody_gets, openssl},
    servers::{Files, Server, apache, files, nginx},
    world::World,
};

/// A server certificate `flb`, and clients of a root: `c1` and `c2`, and of a CA below it: `c3` and
/// `c4`, each with its PKCS#12.
fn with_clients() -> World {
    let world = World::with_authority("p256");
    world.ok("ca intermediate web --issuer ca --cn Web --key p256 --no-passphrase");
    world.ok(&format!("issue server flb --san {FLB} --ca ca --key p256"));
    world.write("password", "secret0\n");
    for (name, ca) in [("c1", "ca"), ("c2", "ca"), ("c3", "web"), ("c4", "web")] {
        world.ok(&format!("issue client {name} --ca {ca} --key p256"));
        world.ok(&format!(
            "export p12 {name} --out {name}.p12 --password-file password"
        ));
    }
    let authorities = ["ca", "web"].map(|name| world.read_text(&format!("pki/ca/{name}.crt")));
    world.write("clients.crt", authorities.concat());
    world
}

type Serve = fn(&World, &Files) -> Server;

/// Starts a server with the lists as they are now; nginx and Apache read them when they start.
fn serve(world: &World, serve: Serve, lists: &str) -> Server {
    let mut paths = Default::default();
    let mut files = files(FLB, "flb", &mut paths);
    files.clients = Some("clients.crt");
    files.revoked = Some(lists);
    serve(world, &files)
}

/// Calls a server as a client; `talk` makes something of the call.
fn as_client<T>(port: u16, name: &str, talk: impl FnOnce(&Call) -> T) -> T {
    let [certificate, key] = ["crt", "key"].map(|end| format!("pki/certs/{name}/{name}.{end}"));
    let bundle = format!("{name}.p12");
    talk(&Call {
        host: FLB,
        port,
        root: "pki/ca/ca.crt",
        own: Some(Own {
            certificate: &certificate,
            key: &key,
            bundle: &bundle,
            password: "secret0",
        }),
    })
}

/// nginx answers a client whose certificate it does not accept with 400.
#[test]
fn nginx_refuses_revoked_clients_and_accepts_the_others() {
    let world = with_clients();
    world.ok("crl ca");
    world.ok("crl web");
    let chain = "pki/crl/web.chain.crl";
    let expect = |lists: &str, statuses: &[(&str, u16)]| {
        let server = serve(&world, nginx, lists);
        for (name, status) in statuses {
            let said = as_client(server.port, name, |call| openssl(&world, call));
            let expected = format!("HTTP/1.1 {status} ");
            assert!(said.contains(&expected), "{name} with {lists}\n{said}");
        }
    };
    expect(chain, &[("c1", 200), ("c3", 200)]);
    world.ok("revoke c1 --reason keyCompromise --yes");
    world.ok("revoke c3 --reason cessationOfOperation --yes");
    expect(chain, &[("c1", 400), ("c2", 200), ("c3", 400), ("c4", 200)]);
    let server = serve(&world, nginx, chain);
    for (name, status) in [("c3", 400), ("c4", 200)] {
        as_client(server.port, name, |call| {
            everybody_gets(&world, call, status)
        });
    }
    // A list for each CA of the chain is needed, which is why there is the chain file.
    expect("pki/crl/ca.crl", &[("c2", 200), ("c4", 400)]);
    // The CA itself revoked: everything below it is.
    world.ok("revoke web --reason cACompromise --yes");
    expect(chain, &[("c2", 200), ("c4", 400)]);
}

/// Apache with `SSLCARevocationCheck chain` ends the handshake, or answers 403.
#[test]
fn apache_refuses_revoked_clients_and_accepts_the_others() {
    let world = with_clients();
    world.ok("crl");
    world.ok("revoke c1 --yes");
    world.ok("revoke c3 --yes");
    let server = serve(&world, apache, "pki/crl/web.chain.crl");
    for (name, is_good) in [("c1", false), ("c2", true), ("c3", false), ("c4", true)] {
        let said = as_client(server.port, name, |call| openssl(&world, call));
        assert_eq!(said.contains("HTTP/1.1 200"), is_good, "{name}\n{said}");
    }
}
