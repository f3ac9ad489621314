//! Client certificates that openssl's server refuses, and the alerts by which it does.

use crate::{
    server::{matters, openssl, said, world},
    world::World,
};

const NAME: &str = "--server-name flb.example.com";

/// A client certificate that has ended, made by openssl with the key of `client01`.
fn expired(world: &World) {
    world.write(
        "ext.cnf",
        "extendedKeyUsage = clientAuth\nkeyUsage = digitalSignature\n",
    );
    world.write("index.txt", "");
    world.write(
        "ca.cnf",
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\n\
         default_md=sha256\npolicy=p\nunique_subject=no\nemail_in_dn=no\n[p]\ncommonName=supplied\n",
    );
    world.accepts(
        "openssl ca -batch -config ca.cnf -in pki/certs/client01/client01.csr -cert pki/ca/web.crt \
         -keyfile pki/ca/web.key -extfile ext.cnf -startdate 20200101000000Z \
         -enddate 20210101000000Z -notext -out expired.crt",
    );
    let chain = world.read_text("expired.crt") + &world.read_text("pki/ca/web.crt");
    world.write("expired.crt", chain);
}

#[test]
fn the_alert_says_why_a_client_is_refused() {
    let world = world();
    expired(&world);
    world.ok("issue client gone --ca web --key p256");
    world.ok("revoke gone --yes");
    world.ok("crl web");
    for version in ["-tls1_2", "-tls1_3"] {
        let server = openssl(
            &world,
            "flb",
            &format!(
                "{version} -CAfile pki/ca/ca.crt -Verify 3 -verify_return_error \
                 -CRL pki/crl/web.crl -crl_check"
            ),
        );
        let seen = server.seen(0, &format!("{NAME} --client client01"));
        assert_eq!(matters(&seen), [""; 0], "{seen:#}");
        let key = "--client-key pki/certs/client01/client01.key";
        for (client, alert, part) in [
            ("--client stranger", "unknown_ca", "does not trust the CA"),
            ("--client gone", "certificate_revoked", "is revoked"),
            (
                &format!("--client-cert expired.crt {key}"),
                "certificate_expired",
                "has ended",
            ),
            // Its fullchain has no clientAuth.
            ("--client flb", "unsupported_certificate", "not for clients"),
        ] {
            for how in ["", "--http"] {
                let seen = server.seen(3, &format!("{NAME} {how} {client}"));
                let refusal = seen["with_client_certificate"]["refusal"].as_str().unwrap();
                assert!(refusal.contains(alert), "{version} {client}: {refusal}");
                let said = said(&seen, "refused");
                assert!(said.contains(part), "{said}");
            }
        }
    }
}

#[test]
fn what_cannot_be_shown_is_refused_at_once() {
    let world = world();
    let told = world.refused(
        "probe localhost:1 --client-cert pki/certs/client01/client01.crt \
         --client-key pki/certs/flb/flb.key",
    );
    assert!(
        told.stderr.contains("does not belong to the certificate"),
        "{told:#?}"
    );
    world.refused("probe localhost:1 --client nobody");
    world.refused("probe localhost:1 --expect nobody");
    for line in [
        "probe localhost:1 --client-cert a.crt",
        "probe localhost:1 --client client01 --client-cert a --client-key b",
        "probe localhost:0",
        "probe https://localhost/",
        "probe localhost --http=no/slash",
        "probe localhost --starttls ftp",
        "probe localhost --timeout 0",
        "probe localhost --passphrase-file p",
        "probe",
    ] {
        let told = world.run(line);
        assert_eq!(told.code, 2, "{line}: {told:#?}");
    }
    // An encrypted key is asked for its passphrase, and a wrong one is told.
    world.write("pass", "right\n");
    world.write("wrong", "wrong\n");
    world.accepts(
        "openssl pkcs8 -topk8 -in pki/certs/client01/client01.key -out locked.key -v2 aes-256-cbc \
         -passout file:pass",
    );
    let server = openssl(
        &world,
        "flb",
        "-CAfile pki/ca/ca.crt -Verify 3 -verify_return_error",
    );
    let client = "--client-cert pki/certs/client01/client01.fullchain.crt --client-key locked.key";
    let told = server.probe(&format!("{client} --passphrase-file wrong"));
    assert_eq!(told.code, 1, "{told:#?}");
    let told = server.probe(&format!("{client} --passphrase-file pass"));
    assert_eq!(told.code, 0, "{told:#?}");
    for secret in ["right", "wrong"] {
        assert!(!told.stdout.contains(secret) && !told.stderr.contains(secret));
    }
}
