//! Revocation lists: what was revoked stays revoked, and the numbers go on.

use crate::world::World;

#[test]
fn the_list_made_here_revokes_what_the_index_revokes() {
    let world = World::with_openssl_ca();
    for host in ["one", "two", "three", "four"] {
        world.openssl_issues(&format!("{host}.example"));
    }
    world.openssl_revokes("one.example", "-crl_reason keyCompromise");
    world.openssl_revokes("three.example", "");
    // The certificate of one that is revoked is gone.
    std::fs::remove_file(world.path("old/newcerts/1002.pem")).unwrap();
    world.accepts("openssl ca -config openssl.cnf -gencrl -out old/crl.pem");
    world.ok("ca import old old --no-passphrase");
    world.ok("crl old");
    assert_eq!(world.serials_on("pki/crl/old.crl"), ["1000", "1002"]);
    assert_eq!(
        world.serials_on("pki/crl/old.crl"),
        world.serials_on("old/crl.pem")
    );
    let number = world.accepts("openssl crl -in pki/crl/old.crl -noout -crlnumber");
    assert_eq!(
        number.trim(),
        "crlNumber=0x0B",
        "openssl's last one is 0x0A"
    );
    let text = world.accepts("openssl crl -in pki/crl/old.crl -noout -text");
    assert!(text.contains("Key Compromise"), "{text}");
    // With the list, what was adopted is as a manifest wants it.
    world.ok("manifest from-inventory --out pki.toml");
    world.ok("plan --check");
}

/// Nobody kept an index, and the list is all that is known of what was revoked.
#[test]
fn a_list_alone_keeps_what_it_revokes() {
    let world = World::with_openssl_ca();
    world.openssl_issues("one.example");
    world.openssl_issues("two.example");
    world.openssl_revokes("one.example", "-crl_reason superseded");
    world.accepts("openssl ca -config openssl.cnf -gencrl -out last.crl");
    let report = world.json(
        "ca import old --cert old/cacert.pem --key old/private/cakey.pem --crl last.crl \
         --no-passphrase",
    );
    assert_eq!(report["revoked"], 1);
    assert_eq!(report["without_file"], 1);
    world.ok("crl old");
    assert_eq!(world.serials_on("pki/crl/old.crl"), ["1000"]);
    let number = world.accepts("openssl crl -in pki/crl/old.crl -noout -crlnumber");
    assert_eq!(number.trim(), "crlNumber=0x0B");
}

#[test]
fn the_list_of_another_ca_is_not_taken() {
    let world = World::with_openssl_ca();
    world.openssl_issues("one.example");
    world.openssl_revokes("one.example", "");
    world.accepts("openssl ca -config openssl.cnf -gencrl -out last.crl");
    world.ok("ca init --cn 'Other CA' --key p256 --no-passphrase --pki other");
    let told = world.run(
        "ca import other --cert other/ca/ca.crt --key other/ca/ca.key --crl last.crl \
         --no-passphrase",
    );
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("last.crl: it is the list of"),
        "{told:#?}"
    );
}
