//! What a bundle refuses, and what a check finds.

use certmint::formats::pkcs12::{self, Bundle, Difference, NewPassword, Pkcs12Error, Protection};

use crate::support::*;

#[test]
fn a_key_must_fit_its_certificate() {
    for (kind, _) in KINDS {
        let pki = Pki::new(kind);
        let [key, other] = ["leaf.key.der", "root.key.der"].map(|name| pki.read(name));
        assert!(Bundle::new(&key, &pki.leaf(), &[], None).is_ok(), "{kind}");
        assert!(matches!(
            Bundle::new(&other, &pki.leaf(), &[], None),
            Err(Pkcs12Error::KeyDoesNotFit { .. })
        ));
    }
}

#[test]
fn a_chain_must_go_upwards() {
    let pki = Pki::new("p256");
    let key = pki.key_der();
    let [leaf, intermediate, root] =
        ["leaf.der", "intermediate.der", "root.der"].map(|name| pki.read(name));
    let bundle = |chain: &[&[u8]]| Bundle::new(&key, &leaf, chain, None);
    assert!(bundle(&[]).is_ok());
    assert!(bundle(&[&intermediate]).is_ok());
    assert!(bundle(&[&intermediate, &root]).is_ok());
    for (wrong, at) in [
        (&[&root[..], &intermediate][..], 1),
        (&[&root], 1),
        (&[&intermediate, &intermediate], 2),
        (&[&leaf, &intermediate], 1),
        (&[&intermediate, &root, &root], 3),
    ] {
        match bundle(wrong) {
            Err(
                Pkcs12Error::ChainOrder { position, .. }
                | Pkcs12Error::DoubledCertificate { position },
            ) => assert_eq!(position, at),
            other => panic!("{other:?}"),
        }
    }
    // Same name, another key: the key identifiers tell them apart.
    pki.key("root", "p256");
    pki.certificate("root", "/O=Example/CN=Root", None, "ca");
    let renewed = pki.read("root.der");
    assert!(matches!(
        bundle(&[&intermediate, &renewed]),
        Err(Pkcs12Error::ChainOrder { position: 2, .. })
    ));
}

#[test]
fn friendly_names_must_fit_a_bmp_string() {
    let pki = Pki::new("p256");
    let bundle = |name: &str| Bundle::new(&pki.key_der(), &pki.leaf(), &[], Some(name));
    assert!(bundle("x").is_ok());
    assert!(bundle(&"x".repeat(255)).is_ok());
    for name in ["", "a\u{1f600}", "a\nb", "a\0b", &"x".repeat(256)] {
        assert!(
            matches!(bundle(name), Err(Pkcs12Error::FriendlyName { .. })),
            "{name:?}"
        );
    }
}

#[test]
fn keys_that_cannot_be_checked_are_named() {
    let pki = Pki::new("p256");
    let leaf = pki.leaf();
    for (arguments, word) in [
        (
            &[
                "-algorithm",
                "EC",
                "-pkeyopt",
                "ec_paramgen_curve:secp256k1",
            ][..],
            "1.3.132.0.10",
        ),
        (&["-algorithm", "ED448"], "1.3.101.113"),
    ] {
        let [pem, out] = [pki.path("odd.pem"), pki.path("odd.der")];
        let mut all = vec!["genpkey", "-out", &pem];
        all.extend(arguments);
        run("openssl", &all);
        pki.to_pkcs8(&pem, &out);
        let error = Bundle::new(&pki.read("odd.der"), &leaf, &[], None).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
    for (key, certificate) in [
        (&b""[..], &leaf[..]),
        (b"\x30\x00", &leaf),
        (b"junk", &leaf),
    ] {
        assert!(matches!(
            Bundle::new(key, certificate, &[], None),
            Err(Pkcs12Error::Key(_))
        ));
    }
    let mut longer = leaf.clone();
    longer.push(0);
    for certificate in [&b""[..], b"junk", &longer, &leaf[..leaf.len() - 1]] {
        assert!(matches!(
            Bundle::new(&pki.key_der(), certificate, &[], None),
            Err(Pkcs12Error::Certificate { .. })
        ));
    }
}

/// RFC 5958 keys, which OpenSSL 3.0 does not read, go out as PKCS#8 of version 1.
#[test]
fn a_key_with_its_public_key_is_written_without_it() {
    let pki = Pki::new("ed25519");
    let version_1 = pki.key_der();
    let public = run(
        "openssl",
        &[
            "pkey",
            "-in",
            &pki.path("leaf.key"),
            "-pubout",
            "-outform",
            "DER",
        ],
    )
    .stdout;
    let mut version_2 = vec![0x30, 0x51, 0x02, 0x01, 0x01];
    version_2.extend(&version_1[5..]);
    version_2.extend([0x81, 0x21, 0x00]);
    version_2.extend(&public[12..]);
    let bundle = Bundle::new(&version_2, &pki.leaf(), &[], None).unwrap();
    let password = NewPassword::new(b"changeit").unwrap();
    let bytes = pkcs12::write(&bundle, &password, Protection::Legacy).unwrap();
    pkcs12::check(&bytes, &password, &bundle).unwrap();
    let store = pkcs12::read(&bytes, Some(b"changeit")).unwrap();
    assert_eq!(store.keys().next().unwrap().pkcs8.as_slice(), version_1);
}

#[test]
fn a_check_finds_every_difference() {
    let pki = Pki::new("p256");
    let key = pki.key_der();
    let [leaf, intermediate, root] =
        ["leaf.der", "intermediate.der", "root.der"].map(|name| pki.read(name));
    let chain: [&[u8]; 2] = [&intermediate, &root];
    let password = NewPassword::new(b"changeit").unwrap();
    let bundle = Bundle::new(&key, &leaf, &chain, Some("name")).unwrap();
    let bytes = pkcs12::write(&bundle, &password, Protection::Legacy).unwrap();
    pkcs12::check(&bytes, &password, &bundle).unwrap();

    let difference = |bundle: &Bundle| match pkcs12::check(&bytes, &password, bundle) {
        Err(Pkcs12Error::Differs(difference)) => difference,
        other => panic!("{other:?}"),
    };
    let other = Bundle::new(&pki.read("root.key.der"), &root, &[], Some("name")).unwrap();
    assert_eq!(difference(&other), Difference::Key);
    let other = Bundle::new(&key, &leaf, &[&intermediate], Some("name")).unwrap();
    assert_eq!(difference(&other), Difference::Chain);
    let other = Bundle::new(&key, &leaf, &chain, Some("Name")).unwrap();
    assert_eq!(difference(&other), Difference::FriendlyName);
    let other = Bundle::new(&key, &leaf, &chain, None).unwrap();
    assert_eq!(difference(&other), Difference::FriendlyName);
    // A renewed certificate over the same key.
    pki.certificate(
        "leaf",
        "/O=Example/CN=leaf.example",
        Some("intermediate"),
        "leaf",
    );
    let other = Bundle::new(&key, &pki.leaf(), &chain, Some("name")).unwrap();
    assert_eq!(difference(&other), Difference::Certificate);

    let wrong = NewPassword::new(b"changeit!").unwrap();
    assert!(matches!(
        pkcs12::check(&bytes, &wrong, &bundle),
        Err(Pkcs12Error::WrongPassword)
    ));
}
