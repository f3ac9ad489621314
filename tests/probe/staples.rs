//! OCSP responses that openssl's server sends along.

use crate::{
    server::{matters, openssl_with, said, world},
    world::World,
};

const NAME: &str = "--server-name flb.example.com";
const OWN: &str = "-cert pki/certs/flb/flb.crt -key pki/certs/flb/flb.key \
                   -cert_chain pki/ca/web.crt";

/// A response about a certificate, by openssl's responder; `index` is its database.
fn response(world: &World, certificate: &str, index: &str, signer: &str, more: &str, out: &str) {
    world.write("index.txt", index);
    world.accepts(&format!(
        "openssl ocsp -index index.txt -CA pki/ca/web.crt -rsigner {signer}.crt -rkey {signer}.key \
         -issuer pki/ca/web.crt -cert {certificate} {more} -respout {out}"
    ));
}

fn line_of(world: &World, state: &str) -> String {
    let serial = world.accepts("openssl x509 -in pki/certs/flb/flb.crt -noout -serial");
    let serial = serial.trim().trim_start_matches("serial=");
    format!("{state}\t{serial}\tunknown\t/CN=flb.example.com\n")
}

#[test]
fn a_stapled_response_is_read_and_judged() {
    let world = world();
    let certificate = "pki/certs/flb/flb.crt";
    let good = line_of(&world, "V\t391231235959Z\t");
    let revoked = line_of(&world, "R\t391231235959Z\t260101000000Z,keyCompromise");
    let web = "pki/ca/web";
    response(&world, certificate, &good, web, "-ndays 7", "good.der");
    response(
        &world,
        certificate,
        &revoked,
        web,
        "-ndays 7",
        "revoked.der",
    );
    response(&world, certificate, "", web, "-ndays 7", "unknown.der");
    world.ok("issue server backend --san backend.example.com --ca web --key p256");
    let backend = "pki/certs/backend/backend.crt";
    response(&world, backend, "", web, "-ndays 7", "another.der");
    // Signed by a certificate of the CA that is no responder's.
    response(
        &world,
        certificate,
        &good,
        "pki/certs/flb/flb",
        "-ndays 7",
        "forged.der",
    );
    // Signed by a responder that the CA authorised.
    world.write("ext.cnf", "extendedKeyUsage = OCSPSigning\n");
    world.accepts(
        "openssl x509 -req -in pki/certs/backend/backend.csr -CA pki/ca/web.crt \
         -CAkey pki/ca/web.key -CAcreateserial -days 30 -extfile ext.cnf -out responder.crt",
    );
    std::fs::copy(
        world.path("pki/certs/backend/backend.key"),
        world.path("responder.key"),
    )
    .unwrap();
    response(
        &world,
        certificate,
        &good,
        "responder",
        "-ndays 7",
        "delegated.der",
    );
    // Responders say tryLater with five octets (RFC 6960 §2.3).
    world.write("later.der", [0x30, 3, 0x0a, 1, 3]);
    world.write("noise.der", [0x30, 3, 0x0a, 1, 0]);
    for (file, code, expected, status, part) in [
        ("good.der", 0, vec![], Some("good"), ""),
        ("delegated.der", 0, vec![], Some("good"), ""),
        (
            "revoked.der",
            3,
            vec!["failure ocsp_staple"],
            Some("revoked"),
            "revoked since 2026-01-01",
        ),
        (
            "unknown.der",
            3,
            vec!["failure ocsp_staple"],
            Some("unknown"),
            "does not know the certificate",
        ),
        (
            "another.der",
            3,
            vec!["failure ocsp_staple"],
            None,
            "another certificate",
        ),
        (
            "forged.der",
            3,
            vec!["failure ocsp_staple"],
            Some("good"),
            "not signed by the certificate's issuer",
        ),
        ("later.der", 0, vec!["note ocsp_staple"], None, "tryLater"),
        (
            "noise.der",
            3,
            vec!["failure ocsp_staple"],
            None,
            "cannot be read",
        ),
    ] {
        let server = openssl_with(&world, &format!("{OWN} -status_file {file}"));
        let seen = server.seen(code, NAME);
        assert_eq!(matters(&seen), expected, "{file}: {seen:#}");
        assert_eq!(seen["ocsp"]["status"].as_str(), status, "{file}");
        if part.is_empty() {
            assert_eq!(seen["ocsp"]["authentic"], true, "{file}");
        } else {
            let told = said(&seen, "ocsp_staple");
            assert!(told.contains(part), "{file}: {told}");
        }
        if file == "good.der" {
            // The moments are those that openssl reads.
            let text = world.accepts("openssl ocsp -respin good.der -resp_text -noverify");
            let moment = |field: &str| {
                let line = text.lines().find(|line| line.contains(field)).unwrap();
                let moment = line.split_once(": ").unwrap().1.to_owned();
                world.python(
                    "import sys, datetime; print(datetime.datetime.strptime(sys.argv[1], \
                     '%b %d %H:%M:%S %Y GMT').strftime('%Y-%m-%dT%H:%M:%SZ'))",
                    &[&moment],
                )
            };
            for (field, name) in [
                ("this_update", "This Update"),
                ("next_update", "Next Update"),
            ] {
                assert_eq!(seen["ocsp"][field].as_str().unwrap(), moment(name).trim());
            }
            let told = server.probe(NAME).stdout;
            assert!(told.contains("  OCSP      good, from "), "{told}");
        }
    }
    let server = openssl_with(&world, OWN);
    assert!(server.seen(0, NAME)["ocsp"].is_null());
    drop(server);

    // A certificate that demands a response, which the server does not send.
    for features in ["status_request", "5, 17", "17, 5, 18"] {
        world.write(
            "must.cnf",
            format!(
                "subjectAltName = DNS:flb.example.com\nextendedKeyUsage = serverAuth\n\
                 tlsfeature = {features}\n"
            ),
        );
        made(&world, "flb", "-days 300", "must.cnf", "must.crt");
        let server = openssl_with(
            &world,
            "-cert must.crt -key pki/certs/flb/flb.key -cert_chain pki/ca/web.crt",
        );
        let seen = server.seen(3, NAME);
        assert!(
            said(&seen, "ocsp_staple").contains("demands a stapled"),
            "{features}: {seen:#}"
        );
    }
    // Another feature demands nothing.
    world.write(
        "must.cnf",
        "subjectAltName = DNS:flb.example.com\nextendedKeyUsage = serverAuth\n\
         tlsfeature = 17\n",
    );
    made(&world, "flb", "-days 300", "must.cnf", "other.crt");
    let server = openssl_with(
        &world,
        "-cert other.crt -key pki/certs/flb/flb.key -cert_chain pki/ca/web.crt",
    );
    assert!(!matters(&server.seen(3, NAME)).contains(&"failure ocsp_staple".to_owned()));
}

/// A certificate of `web` for the key of `name`.
fn made(world: &World, name: &str, days: &str, extensions: &str, out: &str) {
    world.accepts(&format!(
        "openssl x509 -req -in pki/certs/{name}/{name}.csr -CA pki/ca/web.crt \
         -CAkey pki/ca/web.key -CAcreateserial {days} -extfile {extensions} -out {out}"
    ));
}

/// What the response of a friendly responder cannot be: signed by one whose time is over, about the
/// certificate of another CA with the same number, or from the future.
#[test]
fn a_stapled_response_of_the_wrong_time_or_ca_is_no_good() {
    let world = world();
    let good = line_of(&world, "V\t391231235959Z\t");
    world.ok("issue server backend --san backend.example.com --ca web --key p256");
    world.write("ext.cnf", "extendedKeyUsage = OCSPSigning\n");
    made(&world, "backend", "-days -1", "ext.cnf", "responder.crt");
    std::fs::copy(
        world.path("pki/certs/backend/backend.key"),
        world.path("responder.key"),
    )
    .unwrap();
    let certificate = "pki/certs/flb/flb.crt";
    response(
        &world,
        certificate,
        &good,
        "responder",
        "-ndays 7",
        "late.der",
    );
    // The same number, below another CA: openssl asks by number, and names the CA that it is given.
    let serial = world.accepts("openssl x509 -in pki/certs/flb/flb.crt -noout -serial");
    let serial = serial.trim().trim_start_matches("serial=");
    for (issuer, out) in [
        ("pki/ca/other.crt", "foreign.der"),
        ("twin.crt", "twin.der"),
    ] {
        if issuer == "twin.crt" {
            // As another CA of the same name, which only its key tells apart.
            world.accepts(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
                 -keyout twin.key -out twin.crt -days 30 -subj /CN=web",
            );
        }
        world.write("index.txt", &good);
        world.accepts(&format!(
            "openssl ocsp -index index.txt -CA {issuer} -rsigner pki/ca/web.crt \
             -rkey pki/ca/web.key -issuer {issuer} -serial 0x{serial} -ndays 7 -respout {out}"
        ));
    }
    // With digests of another kind.
    world.accepts(&format!(
        "openssl ocsp -index index.txt -CA pki/ca/web.crt -rsigner pki/ca/web.crt \
         -rkey pki/ca/web.key -sha256 -issuer pki/ca/web.crt -serial 0x{serial} -ndays 7 \
         -respout sha256.der"
    ));
    world.python(
        FUTURE,
        &[
            "pki/certs/flb/flb.crt",
            "pki/ca/web.crt",
            "pki/ca/web.key",
            "future.der",
        ],
    );
    for (file, status, part) in [
        (
            "late.der",
            Some("good"),
            "not signed by the certificate's issuer",
        ),
        ("foreign.der", None, "another certificate"),
        ("twin.der", None, "another certificate"),
        ("future.der", Some("good"), "begins only at"),
        ("sha256.der", Some("good"), ""),
    ] {
        let server = openssl_with(&world, &format!("{OWN} -status_file {file}"));
        let seen = server.seen(if part.is_empty() { 0 } else { 3 }, NAME);
        assert_eq!(seen["ocsp"]["status"].as_str(), status, "{file}");
        if part.is_empty() {
            assert_eq!(seen["ocsp"]["authentic"], true, "{file}");
        } else {
            let told = said(&seen, "ocsp_staple");
            assert!(told.contains(part), "{file}: {told}");
        }
    }
}

/// openssl's responder has no other moment than this one.
const FUTURE: &str = "
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
read = lambda name: open(name, 'rb').read()
leaf, issuer = (x509.load_pem_x509_certificate(read(name)) for name in sys.argv[1:3])
key = serialization.load_pem_private_key(read(sys.argv[3]), None)
start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
response = ocsp.OCSPResponseBuilder().add_response(
    cert=leaf, issuer=issuer, algorithm=hashes.SHA1(), cert_status=ocsp.OCSPCertStatus.GOOD,
    this_update=start, next_update=start + datetime.timedelta(days=7),
    revocation_time=None, revocation_reason=None,
).responder_id(ocsp.OCSPResponderEncoding.HASH, issuer).sign(key, hashes.SHA256())
open(sys.argv[4], 'wb').write(response.public_bytes(serialization.Encoding.DER))
";
