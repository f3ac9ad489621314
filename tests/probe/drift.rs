//! The certificate that is served, compared with what the inventory says should be there.

use crate::{
    server::{Server, matters, openssl, openssl_with, said, world},
    world::World,
};

const NAME: &str = "--server-name flb.example.com";

/// A server of the files as they are now; it has read them when it listens.
fn serving(world: &World) -> Server<'_> {
    openssl(world, "flb", "")
}

#[test]
fn older_generations_revoked_unrecorded_and_foreign_certificates() {
    let world = world();
    let server = serving(&world);
    assert_eq!(server.seen(0, NAME)["inventory"]["name"], "flb");

    world.ok("issue server backend --san backend.internal.local --ca web --key p256");
    let seen = server.seen(3, &format!("{NAME} --expect backend"));
    assert_eq!(seen["inventory"]["drift"], "another");
    assert!(said(&seen, "drift").contains("flb is served, and backend should be"));

    world.ok("renew flb");
    let seen = server.seen(3, NAME);
    assert_eq!(seen["inventory"]["drift"], "generation");
    let told = said(&seen, "drift");
    assert!(told.contains("1, and 2 is the current one"), "{told}");
    assert!(told.contains("certs/flb/flb.fullchain.crt"), "{told}");
    drop(server);

    // The current one, and then revoked.
    let server = serving(&world);
    assert_eq!(matters(&server.seen(0, NAME)), [""; 0]);
    world.ok("revoke flb --reason keyCompromise --yes");
    let seen = server.seen(3, NAME);
    assert_eq!(seen["inventory"]["drift"], "revoked");
    assert!(said(&seen, "drift").contains("keyCompromise"));
    // By the list as well, which needs no inventory.
    world.ok("crl");
    world.ok("crl web");
    let seen = server.seen(
        3,
        &format!("{NAME} --pki nowhere --ca pki/ca/ca.crt --crl pki/crl/web.chain.crl"),
    );
    assert!(seen["inventory"].is_null());
    assert_eq!(matters(&seen), ["failure revoked"]);
    drop(server);

    // Signed with the CA's key behind certmint's back.
    world.write(
        "ext.cnf",
        "subjectAltName = DNS:flb.example.com\nextendedKeyUsage = serverAuth\n",
    );
    world.accepts(
        "openssl x509 -req -in pki/certs/backend/backend.csr -CA pki/ca/ca.crt -CAkey pki/ca/ca.key \
         -CAcreateserial -days 30 -extfile ext.cnf -out secret.crt",
    );
    let server = openssl_with(
        &world,
        "-cert secret.crt -key pki/certs/backend/backend.key",
    );
    let seen = server.seen(3, NAME);
    assert_eq!(seen["inventory"]["drift"], "unrecorded");
    assert!(said(&seen, "drift").contains("somebody else has the CA's key"));
    drop(server);

    // Of another CA, with the name of one that is here.
    let foreign = "--pki foreign";
    world.ok(&format!(
        "ca init --cn foreign --key p256 --no-passphrase {foreign}"
    ));
    world.ok(&format!(
        "issue server x --san backend.internal.local --key p256 {foreign}"
    ));
    let server = openssl_with(
        &world,
        "-cert foreign/certs/x/x.crt -key foreign/certs/x/x.key",
    );
    let seen = server.seen(3, "--server-name backend.internal.local");
    assert_eq!(seen["inventory"]["drift"], "foreign");
    assert!(said(&seen, "drift").contains("which has backend for that name"));
    assert!(
        said(&seen, "issuer_missing").contains("foreign"),
        "{seen:#}"
    );
    // A server of another name and of a CA that is given is nobody's drift.
    drop(server);
    world.ok(&format!(
        "issue server y --san y.example --key p256 {foreign}"
    ));
    let server = openssl_with(
        &world,
        "-cert foreign/certs/y/y.crt -key foreign/certs/y/y.key",
    );
    let seen = server.seen(0, "--server-name y.example --ca foreign/ca/ca.crt");
    assert_eq!(matters(&seen), ["note drift"]);
}
