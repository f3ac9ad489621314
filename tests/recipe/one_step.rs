//! `issue server`: key, request, certificate and chains at once.

use crate::{
    BACKEND, FLB,
    validators::{Path, Purpose, everybody_accepts},
    world::World,
};

#[test]
fn in_one_step_with_rsa() {
    issue("rsa4096", "rsa2048", "RSA 2048");
}

#[test]
fn in_one_step_with_p256() {
    issue("p256", "p256", "EC P-256");
}

fn issue(authority_key: &str, key: &str, shown: &str) {
    let world = World::with_authority(authority_key);
    let issued = world.json(&format!("issue server flb --san {FLB} --key {key}"));
    assert_eq!(issued["certificate"]["key"], shown);
    let seen =
        world.accepts("openssl x509 -in pki/certs/flb/flb.crt -noout -subject -ext subjectAltName");
    assert_eq!(
        seen,
        format!("subject=CN = {FLB}\nX509v3 Subject Alternative Name: \n    DNS:{FLB}\n")
    );
    let path = Path {
        root: "pki/ca/ca.crt",
        intermediates: None,
        leaf: "pki/certs/flb/flb.crt",
    };
    everybody_accepts(&world, &path, &Purpose::Server(FLB));
    world.accepts("openssl req -in pki/certs/flb/flb.csr -noout -verify");
    let public_keys = [
        "openssl pkey -in pki/certs/flb/flb.key -pubout",
        "openssl x509 -in pki/certs/flb/flb.crt -noout -pubkey",
        "openssl req -in pki/certs/flb/flb.csr -noout -pubkey",
    ]
    .map(|line| world.accepts(line));
    assert_eq!(public_keys[0], public_keys[1]);
    assert_eq!(public_keys[0], public_keys[2]);
}

#[test]
fn under_an_intermediate() {
    let world = World::with_authority("p384");
    world.ok("ca intermediate web --cn 'Web CA' --key p256 --no-passphrase");
    world.ok(&format!(
        "issue server backend --san {BACKEND} --ca web --key p256"
    ));
    world.ok("issue client client01 --ca web --key p256 --san email:joe@example.com");
    for (name, purpose) in [
        ("backend", Purpose::Server(BACKEND)),
        ("client01", Purpose::Client),
    ] {
        let path = Path {
            root: "pki/ca/ca.crt",
            intermediates: Some("pki/ca/web.crt"),
            leaf: &format!("pki/certs/{name}/{name}.crt"),
        };
        everybody_accepts(&world, &path, &purpose);
    }
    let read = |name: &str| world.read_text(name);
    let (root, web) = (read("pki/ca/ca.crt"), read("pki/ca/web.crt"));
    let leaf = read("pki/certs/backend/backend.crt");
    assert_eq!(
        read("pki/certs/backend/backend.fullchain.crt"),
        format!("{leaf}{web}")
    );
    assert_eq!(
        read("pki/certs/backend/backend.chain.crt"),
        format!("{web}{root}")
    );
}

#[test]
fn a_client_and_a_peer() {
    let world = World::with_authority("p256");
    world.ok("issue client client01");
    world.ok("issue peer node1.internal.local --san ip:10.0.0.7 --key p256");
    let path = |leaf| Path {
        root: "pki/ca/ca.crt",
        intermediates: None,
        leaf,
    };
    everybody_accepts(
        &world,
        &path("pki/certs/client01/client01.crt"),
        &Purpose::Client,
    );
    let peer = "pki/certs/node1.internal.local/node1.internal.local.crt";
    everybody_accepts(
        &world,
        &path(peer),
        &Purpose::Server("node1.internal.local"),
    );
    world.accepts(&format!(
        "openssl verify -x509_strict -purpose sslclient -CAfile pki/ca/ca.crt {peer}"
    ));
    world.accepts(&format!(
        "openssl verify -x509_strict -verify_ip 10.0.0.7 -CAfile pki/ca/ca.crt {peer}"
    ));
    // The other way round nobody accepts them.
    let server = world.judge(
        "openssl verify -purpose sslserver -CAfile pki/ca/ca.crt pki/certs/client01/client01.crt",
    );
    assert!(!server.status.success());
    let told =
        world.run("verify pki/certs/client01/client01.crt --ca pki/ca/ca.crt --purpose server");
    assert_eq!(told.code, 3, "{told:#?}");
}

/// `keytool -importcert` builds the chain of a reply to a request of its own.
#[test]
fn java_takes_the_reply_to_its_request() {
    let world = World::with_authority("p256");
    let keytool = |line: &str| {
        world.accepts(&format!(
            "keytool {line} -keystore own.p12 -storetype PKCS12 -storepass secret0"
        ))
    };
    keytool("-genkeypair -alias own -keyalg EC -groupname secp256r1 -dname CN=java.example");
    keytool("-certreq -alias own -file own.csr -ext san=dns:java.example");
    world.ok("sign own.csr --out own.crt");
    keytool("-importcert -noprompt -alias root -file pki/ca/ca.crt");
    keytool("-importcert -noprompt -alias own -file own.crt");
    let listed = keytool("-list -v -alias own");
    assert!(listed.contains("Certificate chain length: 2"), "{listed}");
    assert!(listed.contains("DNSName: java.example"), "{listed}");
}
