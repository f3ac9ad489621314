//! What differs is told, just that, and nothing where nothing does.

use std::fs;

use super::{Desk, SMALL};

#[test]
fn a_pki_that_is_not_there_is_made_whole() {
    let desk = Desk::new(SMALL);
    assert_eq!(desk.lines(), ["CA ca: make — new", "flb: issue — new"]);
    assert!(!desk.world.exists("pki"));
}

#[test]
fn what_the_commands_made_is_what_the_manifest_says() {
    let desk = Desk::small();
    desk.nothing_to_do();
}

#[test]
fn each_change_is_told_with_what_it_was_and_what_it_is_to_be() {
    let desk = Desk::small();
    let server = "[server.flb]\nsan = [\"www.2026testsite.com\"]\n";
    for (to, wanted) in [
        (
            "[server.flb]\nsan = [\"www.2026testsite.com\", \"www2.example.com\"]\n",
            "SAN www2.example.com added",
        ),
        (
            "[server.flb]\nsan = [\"10.0.0.7\"]\ncommon_name = \"www.2026testsite.com\"\n",
            "SAN 10.0.0.7 added, SAN www.2026testsite.com removed",
        ),
        (
            "[server.flb]\nsan = [\"www.2026testsite.com\"]\norganization = \"Example\"\n",
            "subject O = Example, CN = www.2026testsite.com instead of CN = www.2026testsite.com",
        ),
        (
            "[peer.flb]\nsan = [\"www.2026testsite.com\"]\n",
            "peer instead of server",
        ),
        (
            "[server.flb]\nsan = [\"www.2026testsite.com\"]\ndays = 90\n",
            "824 days left, and 90 days are the most",
        ),
    ] {
        desk.world.write("pki.toml", SMALL);
        desk.edit(server, to);
        assert_eq!(desk.lines(), [format!("flb: reissue — {wanted}")], "{to}");
    }
    desk.world.write(
        "pki.toml",
        SMALL.replace(
            "2026testsite.com\"]\nkey = \"p256\"",
            "2026testsite.com\"]\nkey = \"rsa3072\"",
        ),
    );
    assert_eq!(desk.lines(), ["flb: reissue — key rsa3072 instead of p256"]);
}

#[test]
fn what_makes_no_difference_to_a_certificate_is_no_step() {
    let desk = Desk::small();
    desk.ok("issue server two --san a.example --san b.example --key p256");
    desk.append(
        "days = 825\nrenew_days = 20\nreload = \"true\"\nprobe = \"127.0.0.1:1\"\ntargets = [\"nginx\"]\n\n\
         [server.two]\nsan = [\"B.example\", \"a.example\"]\ncommon_name = \"A.EXAMPLE\"\nkey = \"p256\"\n",
    );
    desk.nothing_to_do();
}

#[test]
fn another_issuer_is_a_reason() {
    let desk = Desk::small();
    desk.ok("ca intermediate web --issuer ca --cn Web --key p256 --no-passphrase");
    desk.append("ca = \"web\"\n\n[ca.web]\nissuer = \"ca\"\ncommon_name = \"Web\"\nkey = \"p256\"\npassphrase = \"none\"\n");
    assert_eq!(desk.lines(), ["flb: reissue — signed by web instead of ca"]);
    // The CA is still to be made.
    desk.edit("web", "other");
    desk.edit("Web", "Other");
    assert_eq!(
        desk.lines(),
        [
            "CA other: make — new",
            "flb: reissue — signed by other instead of ca"
        ]
    );
}

#[test]
fn a_revoked_certificate_is_made_again() {
    let desk = Desk::small();
    desk.ok("revoke flb --reason key-compromise --yes");
    let lines = desk.lines();
    assert_eq!(
        lines[0],
        "flb: reissue — the one before is revoked (keyCompromise)"
    );
}

/// Whoever puts a certificate on hold wants it to be unusable, and may want it back.
#[test]
fn a_certificate_on_hold_is_not_made_again() {
    let desk = Desk::small();
    desk.ok("revoke flb --reason certificateHold --yes");
    let document = desk.world.json("plan");
    assert_eq!(document["steps"].as_array().unwrap().len(), 0);
    let what = document["conflicts"][0]["what"].as_str().unwrap();
    assert!(what.contains("certificateHold"), "{what}");
    desk.ok("revoke flb --release --yes");
    desk.nothing_to_do();
}

#[test]
fn what_the_manifest_does_not_have_is_left_alone_unless_it_says_otherwise() {
    let desk = Desk::small();
    desk.ok("issue client client01 --key p256");
    desk.ok("issue client client02 --key p256");
    desk.ok("renew client01");
    desk.append("\n[client.client02]\nkey = \"p256\"\n");
    desk.nothing_to_do();
    desk.append("\n[defaults]\nremoved = \"revoke\"\n");
    // Both generations of it, since whoever has the older key can still use it.
    let lines = desk.lines();
    let document = desk.world.json("plan");
    for (position, generation) in [2, 1].into_iter().enumerate() {
        let serial = desk.world.accepts(&format!(
            "openssl x509 -in pki/certs/.generations/client01/{generation}/client01.crt -noout -serial"
        ));
        let serial = serial.trim().strip_prefix("serial=").unwrap();
        let start = &serial[..8];
        assert_eq!(
            lines[position],
            format!(
                "client01: revoke — removed from the manifest (generation {generation}, serial {start}…)"
            )
        );
        assert_eq!(document["steps"][position]["generation"], generation);
        assert_eq!(document["steps"][position]["serial"], serial);
    }
    assert_eq!(lines[2..], ["CA ca: make revocation list — there is none"]);
}

#[test]
fn files_are_put_right_and_a_lost_key_is_a_new_certificate() {
    let desk = Desk::small();
    let file = |name: &str| desk.world.path(&format!("pki/certs/flb/flb.{name}"));
    fs::write(file("crt"), "something else").unwrap();
    fs::remove_file(file("chain.crt")).unwrap();
    fs::remove_file(desk.world.path("pki/ca/ca.crt")).unwrap();
    assert_eq!(
        desk.lines(),
        [
            "CA ca: write files again — its certificate is missing or changed",
            "flb: write files again — flb.crt is missing or changed, flb.chain.crt is missing or changed"
        ]
    );
    fs::remove_file(file("key")).unwrap();
    assert_eq!(desk.lines()[1], "flb: reissue — its private key is missing");
    desk.edit("testsite.com\"]", "testsite.com\", \"two.example\"]");
    assert_eq!(
        desk.lines()[1],
        "flb: reissue — its private key is missing, SAN two.example added"
    );
}
