//! What certmint writes and signs is taken by openssl, certtool and Python.

use certmint::key::{
    Digest, Iterations, KeyError, KeyFile, KeySpec, PrivateKey, Protection, SignatureAlgorithm,
};

use crate::judges::{Desk, SECRET, passphrase};

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn plain_keys_are_taken_by_every_judge() {
    for spec in KeySpec::ALL {
        let desk = Desk::new();
        let key = PrivateKey::generate(spec).unwrap();
        desk.write("key.pem", key.to_pkcs8_pem().as_bytes());
        desk.ok("openssl pkey -in key.pem -check -noout");
        let public = desk.ok("openssl pkey -in key.pem -pubout -outform DER");
        assert_eq!(public, key.public_key().spki_der(), "{spec}");
        // What openssl writes again is the same to the byte.
        assert_eq!(
            desk.ok("openssl pkey -in key.pem"),
            key.to_pkcs8_pem().as_bytes(),
            "{spec}"
        );
        desk.ok("certtool -k --infile key.pem");
        desk.write(
            "look.py",
            "import sys\n\
             from cryptography.hazmat.primitives import serialization as s\n\
             key = s.load_pem_private_key(open('key.pem', 'rb').read(), None)\n\
             form = s.PublicFormat.SubjectPublicKeyInfo\n\
             print(key.public_key().public_bytes(s.Encoding.DER, form).hex())\n",
        );
        let seen = String::from_utf8(desk.ok("python3 look.py")).unwrap();
        assert_eq!(
            seen.trim(),
            hexadecimal(key.public_key().spki_der()),
            "{spec}"
        );
    }
}

#[test]
fn encrypted_keys_are_taken_by_every_judge() {
    for protection in [Protection::default(), Protection::Scrypt] {
        for spec in [
            KeySpec::Rsa2048,
            KeySpec::P256,
            KeySpec::P384,
            KeySpec::P521,
            KeySpec::Ed25519,
        ] {
            let desk = Desk::new();
            desk.write("secret", SECRET);
            let key = PrivateKey::generate(spec).unwrap();
            let sealed = key
                .to_encrypted_pem(&passphrase(SECRET), &protection)
                .unwrap();
            desk.write("key.pem", sealed.as_bytes());
            let opened = desk.ok("openssl pkey -passin file:secret -in key.pem");
            assert_eq!(opened, key.to_pkcs8_pem().as_bytes(), "{spec}");
            desk.write(
                "look.py",
                "from cryptography.hazmat.primitives import serialization as s\n\
                 word = open('secret', 'rb').read()\n\
                 key = s.load_pem_private_key(open('key.pem', 'rb').read(), word)\n\
                 form = s.PublicFormat.SubjectPublicKeyInfo\n\
                 print(key.public_key().public_bytes(s.Encoding.DER, form).hex())\n",
            );
            let seen = String::from_utf8(desk.ok("python3 look.py")).unwrap();
            assert_eq!(
                seen.trim(),
                hexadecimal(key.public_key().spki_der()),
                "{spec}"
            );
            let again = KeyFile::read(sealed.as_bytes()).unwrap();
            assert!(matches!(
                again.unlock(None),
                Err(KeyError::PassphraseNeeded)
            ));
            let again = again.unlock(Some(&passphrase(SECRET))).unwrap();
            assert_eq!(again.pkcs8_der().as_bytes(), key.pkcs8_der().as_bytes());
        }
    }
}

#[test]
fn certtool_opens_the_default_protection() {
    let desk = Desk::new();
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let sealed = key
        .to_encrypted_pem(&passphrase("secret-word"), &Protection::default())
        .unwrap();
    desk.write("key.pem", sealed.as_bytes());
    let seen = desk.ok("certtool -k --pkcs8 --password secret-word --infile key.pem");
    assert!(String::from_utf8(seen).unwrap().contains("SECP256R1"));
}

#[test]
fn the_encryption_is_what_was_ordered() {
    let desk = Desk::new();
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let look = |protection: Protection| {
        let sealed = key
            .to_encrypted_pem(&passphrase(SECRET), &protection)
            .unwrap();
        desk.write("key.pem", sealed.as_bytes());
        String::from_utf8(desk.ok("openssl asn1parse -in key.pem")).unwrap()
    };
    let usual = look(Protection::default());
    for part in [
        "PBES2",
        "PBKDF2",
        "hmacWithSHA256",
        "aes-256-cbc",
        ":0927C0",
    ] {
        assert!(usual.contains(part), "{part} in\n{usual}");
    }
    let more = look(Protection::Pbkdf2(Iterations::new(700_000).unwrap()));
    assert!(more.contains(":0AAE60"), "{more}");
    let scrypt = look(Protection::Scrypt);
    for part in ["scrypt", ":4000", ":08", "aes-256-cbc"] {
        assert!(scrypt.contains(part), "{part} in\n{scrypt}");
    }
    // Salt and initialisation vector are new each time.
    assert_ne!(look(Protection::default()), usual);
}

#[test]
fn weak_protection_cannot_be_ordered() {
    assert_eq!(Iterations::new(600_000).unwrap().get(), 600_000);
    assert_eq!(Iterations::new(10_000_000).unwrap().get(), 10_000_000);
    for wrong in [0, 1, 599_999, 10_000_001, u32::MAX] {
        let error = Iterations::new(wrong).unwrap_err();
        assert!(error.to_string().contains(&wrong.to_string()), "{error}");
    }
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    assert!(matches!(
        key.to_encrypted_pem(&passphrase(""), &Protection::default()),
        Err(KeyError::EmptyPassphrase)
    ));
    key.to_encrypted_pem(&passphrase("x"), &Protection::Scrypt)
        .unwrap();
}

#[test]
fn openssl_verifies_what_every_kind_signs() {
    for spec in KeySpec::ALL {
        let desk = Desk::new();
        let key = PrivateKey::generate(spec).unwrap();
        desk.write("key.pem", key.to_pkcs8_pem().as_bytes());
        desk.ok("openssl pkey -in key.pem -pubout -out public.pem");
        desk.write("message", b"to be signed");
        for digest in [
            None,
            Some(Digest::Sha256),
            Some(Digest::Sha384),
            Some(Digest::Sha512),
        ] {
            let algorithm = key.signature_algorithm(digest);
            desk.write("signature", key.sign(algorithm, b"to be signed").unwrap());
            let hash = match algorithm.digest() {
                Some(Digest::Sha256) => "-digest sha256",
                Some(Digest::Sha384) => "-digest sha384",
                Some(Digest::Sha512) => "-digest sha512",
                None => "",
            };
            desk.ok(&format!(
                "openssl pkeyutl -verify -rawin {hash} -pubin -inkey public.pem -in message -sigfile signature"
            ));
            if matches!(spec, KeySpec::Rsa2048) {
                assert_eq!(algorithm.digest(), digest.or(Some(Digest::Sha256)));
            }
        }
    }
}

#[test]
fn the_algorithm_identifiers_are_those_that_openssl_writes() {
    for (spec, digest) in [
        (KeySpec::Rsa2048, Some(Digest::Sha256)),
        (KeySpec::Rsa2048, Some(Digest::Sha384)),
        (KeySpec::Rsa2048, Some(Digest::Sha512)),
        (KeySpec::P256, None),
        (KeySpec::P384, None),
        (KeySpec::P521, None),
        (KeySpec::Ed25519, None),
    ] {
        let desk = Desk::new();
        let key = PrivateKey::generate(spec).unwrap();
        desk.write("key.pem", key.to_pkcs8_pem().as_bytes());
        let algorithm = key.signature_algorithm(digest);
        let hash = match algorithm.digest() {
            Some(Digest::Sha256) => "-sha256",
            Some(Digest::Sha384) => "-sha384",
            Some(Digest::Sha512) => "-sha512",
            None => "",
        };
        let certificate = desk.ok(&format!(
            "openssl req -x509 -new -key key.pem {hash} -subj /CN=x -outform DER"
        ));
        let identifier = algorithm.identifier_der();
        let found = certificate
            .windows(identifier.len())
            .filter(|part| *part == identifier);
        // In Ed25519 certificates the key has the same identifier as the two signature fields.
        let expected = if algorithm == SignatureAlgorithm::Ed25519 {
            3
        } else {
            2
        };
        assert_eq!(found.count(), expected, "{algorithm}");
    }
}

#[test]
fn a_key_signs_only_with_its_own_algorithms() {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    key.sign(SignatureAlgorithm::EcdsaP256Sha256, b"").unwrap();
    for other in [
        SignatureAlgorithm::EcdsaP384Sha384,
        SignatureAlgorithm::EcdsaP521Sha512,
        SignatureAlgorithm::RsaPkcs1Sha256,
        SignatureAlgorithm::Ed25519,
    ] {
        let error = key.sign(other, b"").unwrap_err();
        assert!(
            matches!(error, KeyError::AlgorithmMismatch { .. }),
            "{error}"
        );
    }
}

#[test]
fn keys_are_shared_between_threads_and_say_nothing_of_themselves() {
    fn shared<T: Send + Sync>(_: &T) {}
    let key = PrivateKey::generate(KeySpec::Ed25519).unwrap();
    shared(&key);
    assert_eq!(format!("{key:?}"), "PrivateKey(Ed25519)");
    assert_eq!(format!("{:?}", key.pkcs8_der()), "SecretDer(..)");
    assert_eq!(format!("{:?}", passphrase(SECRET)), "Passphrase(..)");
    let file = KeyFile::read(key.to_pkcs8_pem().as_bytes()).unwrap();
    assert_eq!(format!("{file:?}"), "KeyFile(PKCS#8)");
}
