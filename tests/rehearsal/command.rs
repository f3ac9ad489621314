//! What the command says and takes.

use crate::server::world;

#[test]
fn the_text_names_files_and_reasons() {
    let world = world();
    let told = world.ok("rehearse flb --client client01");
    assert!(
        told.stdout
            .starts_with("flb as the server for flb.example.com, client01\n"),
        "{told:#?}"
    );
    assert!(told.stdout.contains("pki/ca/ca.crt"), "{told:#?}");
    let told = world.run("rehearse flb --client stranger");
    assert_eq!(told.code, 3, "{told:#?}");
    for part in [
        "accepted  the server's certificate by the client: CN = flb.example.com\n",
        "refused   the client's certificate by the server: CN = stranger\n",
        "TLS 1.2   the server refuses (rustls: UnknownIssuer)\n",
        "TLS 1.3   the server refuses (rustls: UnknownIssuer)\n",
    ] {
        assert!(told.stdout.contains(part), "{part}: {told:#?}");
    }
    for (line, part) in [
        ("rehearse nobody", "no certificate nobody"),
        ("rehearse flb --client nobody", "no certificate nobody"),
        ("rehearse flb --ca nothing", "nothing"),
        ("rehearse flb --crl pki/ca/ca.crt", "revocation list"),
    ] {
        let told = world.refused(line);
        assert!(told.stderr.contains(part), "{line}: {told:#?}");
    }
    for line in [
        "rehearse",
        "rehearse flb --clients-ca pki/ca/ca.crt",
        "rehearse flb --host a..b",
    ] {
        assert_eq!(world.run(line).code, 2, "{line}");
    }
}

#[test]
fn encrypted_keys_are_asked_for_their_passphrase_and_nothing_is_shown_of_it() {
    let world = world();
    world.write("pass", "rightphrase\n");
    world.write("wrong", "wrongphrase\n");
    world.accepts(
        "openssl pkcs8 -topk8 -in pki/certs/flb/flb.key -out locked.key -v2 aes-256-cbc \
         -passout file:pass",
    );
    world.write("pki/certs/flb/flb.key", world.read("locked.key"));
    let told = world.ok("rehearse flb --passphrase-file pass");
    assert!(!told.stdout.contains("phrase"), "{told:#?}");
    let told = world.refused("rehearse flb --passphrase-file wrong");
    assert!(told.stderr.contains("passphrase"), "{told:#?}");
    assert!(!told.stderr.contains("wrongphrase"), "{told:#?}");
}

/// Of a file that is missing its path is told and what to do; a pipe in the place of one is not waited
/// for.
#[test]
fn files_that_are_missing_or_none_are_told() {
    let world = world();
    let own = "pki/certs/flb/flb";
    for (file, what, remedy) in [
        (
            format!("{own}.fullchain.crt"),
            "the chain of flb",
            "certmint renew flb",
        ),
        (
            format!("{own}.key"),
            "the private key of flb",
            "certmint renew flb",
        ),
        (
            "pki/ca/ca.crt".to_owned(),
            "the CA's certificate",
            "--ca FILE",
        ),
    ] {
        world.ok("rehearse flb");
        let content = world.read(&file);
        std::fs::remove_file(world.path(&file)).unwrap();
        let told = world.refused("rehearse flb");
        let line = format!("{what} is not there: {file}\n");
        assert!(told.stderr.contains(&line), "{told:#?}");
        assert!(told.stderr.contains(remedy), "{told:#?}");

        world.accepts(&format!("mkfifo {file}"));
        let told = world.refused("rehearse flb");
        let line = format!("{what} is no regular file: {file}\n");
        assert!(told.stderr.contains(&line), "{told:#?}");
        std::fs::remove_file(world.path(&file)).unwrap();
        world.write(&file, content);
    }
    let told = world.refused("rehearse flb --ca nothing.crt");
    assert!(
        told.stderr.contains("nothing.crt: no such file"),
        "{told:#?}"
    );
    assert!(told.stderr.contains("check the path"), "{told:#?}");
}
