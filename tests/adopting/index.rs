//! Directories of `openssl ca`.

use std::fs;

use crate::world::World;

/// Three valid, one revoked with a reason, one on hold; the file of one is gone.
fn kept_by_openssl() -> World {
    let world = World::with_openssl_ca();
    for host in ["one", "two", "three", "stolen", "held"] {
        world.openssl_issues(&format!("{host}.example"));
    }
    world.openssl_revokes("stolen.example", "-crl_reason keyCompromise");
    world.openssl_revokes("held.example", "-crl_hold holdInstructionReject");
    fs::remove_file(world.path("old/newcerts/1002.pem")).unwrap();
    world
}

#[test]
fn certificates_and_revocations_agree_with_the_index() {
    let world = kept_by_openssl();
    let report = world.json("ca import old old --no-passphrase");
    assert_eq!(report["origin"], "openssl");
    assert_eq!(report["added"], 5);
    assert_eq!(report["valid"], 3);
    assert_eq!(report["revoked"], 2);
    assert_eq!(report["expired"], 0);
    assert_eq!(report["without_file"], 1);
    assert_eq!(report["refused"].as_array().unwrap().len(), 0);
    assert_eq!(world.listed(), world.index("old/index.txt"));

    let list = world.json("list");
    let rows = list["certificates"].as_array().unwrap();
    let row = |name: &str| {
        let subject = format!("CN={name}");
        rows.iter()
            .find(|row| row["subject"] == subject || row["subject"] == format!("CN = {name}"))
            .unwrap_or_else(|| panic!("no {name} in {list:#}"))
    };
    assert_eq!(row("one.example")["kind"], "server");
    assert_eq!(row("one.example")["sans"][0], "dns:one.example");
    // What the index alone knows.
    assert_eq!(row("three.example")["state"], "listed");
    assert_eq!(row("three.example")["serial"], "1002");
    for (state, count) in [("listed", 1), ("lost", 0), ("revoked", 2)] {
        let rows = world.json(&format!("list --state {state}"));
        assert_eq!(
            rows["certificates"].as_array().unwrap().len(),
            count,
            "{state}"
        );
    }
    // Exit code 3: what is revoked is on no list yet.
    let status = world.run("status --json");
    assert_eq!(status.code, 3, "{status:#?}");
    assert_eq!(status.document()["certificates_by_state"]["listed"], 1);

    for file in ["ca.crt", "key"] {
        assert!(!world.exists(&format!("pki/certs/one.example/{file}")));
    }
    assert_eq!(
        world.read("pki/ca/old.crt"),
        world.read_pem("old/cacert.pem")
    );
}

impl World {
    /// The first certificate of a file without the text that openssl writes before it.
    fn read_pem(&self, file: &str) -> Vec<u8> {
        self.accepts(&format!("openssl x509 -in {file}"))
            .into_bytes()
    }
}

#[test]
fn again_brings_what_is_new_and_what_was_revoked_since() {
    let world = kept_by_openssl();
    world.ok("ca import old old --no-passphrase");
    let again = world.json("ca import old old");
    assert_eq!(again["added"], 0);
    assert_eq!(again["revoked_since"], 0);
    assert_eq!(again["files"].as_array().unwrap().len(), 0);

    world.openssl_issues("four.example");
    world.openssl_revokes("one.example", "-crl_reason superseded");
    // The certificate that had been lost is found.
    world.accepts("openssl x509 -in three.example.crt -out old/newcerts/1002.pem");
    let again = world.json("ca import old old");
    assert_eq!(again["added"], 1);
    assert_eq!(again["completed"], 1);
    assert_eq!(again["revoked_since"], 1);
    assert_eq!(again["without_file"], 0);
    assert_eq!(world.listed(), world.index("old/index.txt"));
}

#[test]
fn the_ca_goes_on_signing_here() {
    let world = kept_by_openssl();
    world.ok("ca import old old --no-passphrase");
    world.ok("issue server new.example --key p256");
    world.accepts(
        "openssl verify -x509_strict -CAfile old/cacert.pem pki/certs/new.example/new.example.crt",
    );
    // What openssl issued and what certmint issued stand under the same root.
    world.accepts("openssl verify -CAfile pki/ca/old.crt one.example.crt");
}

/// The other program goes on for a while with the certificate that it has.
#[test]
fn a_ca_that_was_renewed_here_is_imported_again() {
    let world = kept_by_openssl();
    world.ok("ca import old old --no-passphrase");
    world.ok("ca renew old");
    world.openssl_issues("four.example");
    let again = world.json("ca import old old");
    assert_eq!(again["added"], 1);
    assert_eq!(world.listed(), world.index("old/index.txt"));
}

#[test]
fn a_certificate_that_is_not_where_programs_put_it() {
    let world = kept_by_openssl();
    fs::rename(world.path("old/cacert.pem"), world.path("root.pem")).unwrap();
    world.refused("ca import old old --no-passphrase");
    let report =
        world.json("ca import old old --cert root.pem --key old/private/cakey.pem --no-passphrase");
    assert_eq!(report["origin"], "openssl");
    assert_eq!(report["added"], 5);
    assert_eq!(world.listed(), world.index("old/index.txt"));
}

#[test]
fn files_instead_of_a_directory() {
    let world = kept_by_openssl();
    let report = world.json(
        "ca import old --cert old/cacert.pem --key old/private/cakey.pem \
         --index old/index.txt --newcerts old/newcerts --no-passphrase",
    );
    assert_eq!(report["origin"], "files");
    assert_eq!(report["added"], 5);
    assert_eq!(report["without_file"], 1);
    assert_eq!(world.listed(), world.index("old/index.txt"));
}

#[test]
fn certificates_get_a_folder_where_their_keys_are_found() {
    let world = kept_by_openssl();
    for host in ["one", "stolen"] {
        fs::copy(
            world.path(&format!("{host}.example.key")),
            world.path(&format!("old/private/{host}.example.key")),
        )
        .unwrap();
    }
    let report = world.json("ca import old old --no-passphrase --with-files");
    let folders = report["folders"].as_array().unwrap();
    assert_eq!(folders.len(), 1, "a revoked one gets none: {report:#}");
    assert_eq!(folders[0]["name"], "one.example");
    let folder = "pki/certs/one.example/one.example";
    assert_eq!(
        world.accepts(&format!("openssl pkey -in {folder}.key -pubout")),
        world.accepts("openssl x509 -in one.example.crt -noout -pubkey"),
    );
    assert_eq!(
        world.read(&format!("{folder}.crt")),
        world.read_pem("one.example.crt")
    );
    assert_eq!(
        world.read(&format!("{folder}.chain.crt")),
        world.read("pki/ca/old.crt")
    );
    let mode = |file: &str| {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(world.path(file)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(&format!("{folder}.key")), 0o600);
    assert_eq!(mode("pki/ca/old.key"), 0o600);
    let again = world.json("ca import old old --with-files");
    assert_eq!(again["folders"].as_array().unwrap().len(), 0);
    assert_eq!(again["without_folder"].as_array().unwrap().len(), 0);
}
