//! CAs: what can be set, and what no renewal can bring about.

use super::{Desk, SMALL};

#[test]
fn settings_of_a_ca_are_told_one_by_one() {
    let desk = Desk::small();
    desk.edit(
        "passphrase",
        "ocsp_url = \"http://ocsp.example/\"\ncrl_days = 7\npassphrase",
    );
    assert_eq!(
        desk.lines(),
        [
            "CA ca: configure — ocsp_url = http://ocsp.example/, crl_days = 7",
            "CA ca: make revocation list — there is none"
        ]
    );
}

/// What cannot be done, and the exit code.
#[test]
fn a_ca_keeps_name_key_and_limits() {
    let desk = Desk::small();
    for (from, to, wanted) in [
        (
            "testca.com",
            "other.com",
            "the manifest calls it CN = other.com, and it is CN = testca.com",
        ),
        (
            "key = \"p256\"\npass",
            "key = \"rsa4096\"\npass",
            "the manifest wants a key rsa4096, and it has EC P-256",
        ),
        (
            "passphrase",
            "path_length = 3\npassphrase",
            "the manifest wants path length 3, and it has 1",
        ),
        (
            "passphrase",
            "permit_dns = [\"2026testsite.com\"]\npassphrase",
            "the manifest permits and excludes other names than it does",
        ),
        (
            "passphrase",
            "issuer = \"root\"\npath_length = 1\npassphrase",
            "the manifest wants a subordinate CA, and it is a root",
        ),
    ] {
        desk.world.write("pki.toml", SMALL);
        desk.edit(from, to);
        if to.contains("issuer") {
            desk.append("ca = \"ca\"\n\n[ca.root]\ncommon_name = \"Root\"\npath_length = 2\n");
        }
        let told = desk.world.run("plan --check");
        assert_eq!(told.code, 3, "{told:#?}");
        let line = format!("ca: cannot be done — {wanted}");
        assert!(told.stdout.contains(&line), "{line}\n{told:#?}");
        let document = desk.world.json("plan");
        assert_eq!(document["conflicts"][0]["what"], wanted);
    }
}

/// A CA that is called otherwise in the manifest is not made a second time.
#[test]
fn a_second_ca_of_one_subject_is_not_made() {
    let desk = Desk::small();
    desk.edit("[ca.ca]", "[ca.other]");
    desk.append(
        "\n[ca.web]\nissuer = \"other\"\ncommon_name = \"Web\"\nkey = \"p256\"\ncrl_days = 7\n",
    );
    desk.edit("[server.flb]\n", "[server.flb]\nca = \"other\"\n");
    desk.append("\n[client.joe]\nca = \"web\"\n");
    let document = desk.world.json("plan");
    assert_eq!(document["steps"].as_array().unwrap().len(), 0, "{document}");
    let conflicts = document["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "{document}");
    assert_eq!(conflicts[0]["name"], "other");
    assert_eq!(conflicts[0]["what"], "CA ca has the same subject");
    desk.edit("testca.com", "another.com");
    assert_eq!(desk.lines()[0], "CA other: make — new");
}

#[test]
fn a_ca_of_other_limits_is_what_the_manifest_says() {
    let desk = Desk::new(SMALL);
    desk.ok("ca init --cn testca.com --key p256 --no-passphrase --permit-dns 2026testsite.com --permit-ip 10.0.0.0/8 --path-len 2 --org Example --days 5000");
    desk.ok("issue server flb --san www.2026testsite.com --key p256");
    desk.edit(
        "passphrase",
        "permit_dns = [\"2026testsite.com\"]\npermit_ip = [\"10.0.0.0/8\"]\npath_length = 2\norganization = \"Example\"\ndays = 5000\npassphrase",
    );
    desk.nothing_to_do();
}

/// A root that openssl made and another program keeps is adopted, and the manifest fits it although
/// its string types are others.
#[test]
fn an_adopted_ca_is_compared_by_what_its_name_says() {
    let desk = Desk::new(
        "[ca.old]\nsubject = [\"C=JP\", \"O=Example\", \"CN=Old Root\"]\nkey = \"rsa2048\"\npath_length = \"unlimited\"\n",
    );
    desk.world.write(
        "ca.cnf",
        "[req]\ndistinguished_name=dn\nprompt=no\nstring_mask=default\nx509_extensions=e\n[dn]\nC=JP\nO=Example\nCN=Old Root\n[e]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n",
    );
    desk.world.accepts(
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout old.key -out old.crt -days 3650 -config ca.cnf",
    );
    desk.ok("ca import old --cert old.crt --key old.key --no-passphrase");
    desk.nothing_to_do();
}

/// While a CA is rolled over its manifest stays: what the old key signed is made anew by the
/// successor once that has taken over.
#[test]
fn what_the_old_key_of_a_ca_signed_is_made_anew() {
    let desk = Desk::new(
        "[ca.ca]\ncommon_name = \"Root\"\nkey = \"p256\"\n\n[ca.web]\nissuer = \"ca\"\ncommon_name = \"Web\"\nkey = \"p256\"\n\n[server.\"old.example\"]\nca = \"web\"\nkey = \"p256\"\n",
    );
    desk.ok("ca init --cn Root --key p256 --no-passphrase");
    desk.ok("ca intermediate web --cn Web --issuer ca --key p256 --no-passphrase");
    desk.ok("issue server old.example --ca web --key p256");
    desk.nothing_to_do();
    desk.ok("ca rollover next web --no-passphrase");
    desk.nothing_to_do();
    desk.ok("ca rollover next web --yes");
    assert_eq!(
        desk.lines(),
        ["old.example: reissue — CA web has another key now"]
    );
    desk.ok("apply");
    desk.nothing_to_do();
    let leaf = "pki/certs/old.example/old.example";
    desk.world.accepts(&format!(
        "openssl verify -CAfile pki/ca/ca.crt -untrusted {leaf}.fullchain.crt {leaf}.crt"
    ));
    let issuer = desk.world.accepts(&format!(
        "openssl x509 -in {leaf}.crt -noout -ext authorityKeyIdentifier"
    ));
    let successor = desk
        .world
        .accepts("openssl x509 -in pki/ca/web-2.crt -noout -ext subjectKeyIdentifier");
    let last = |said: &str| said.lines().last().unwrap().trim().to_owned();
    assert_eq!(last(&issuer), last(&successor));
}

/// A subordinate CA whose root was rolled over is signed again by the new root, and keeps its key.
#[test]
fn a_subordinate_ca_is_signed_again_by_the_new_root() {
    let desk = Desk::new(
        "[ca.ca]\ncommon_name = \"Root\"\nkey = \"p256\"\n\n[ca.web]\nissuer = \"ca\"\ncommon_name = \"Web\"\nkey = \"p256\"\n",
    );
    desk.ok("ca init --cn Root --key p256 --no-passphrase");
    desk.ok("ca intermediate web --cn Web --issuer ca --key p256 --no-passphrase");
    desk.ok("ca rollover next ca --no-passphrase --wait 0");
    desk.ok("ca rollover next ca --yes");
    assert_eq!(desk.lines(), ["CA web: renew — CA ca has another key now"]);
    desk.ok("apply");
    desk.nothing_to_do();
}
