//! What is not supported is refused by name, with a command that helps.

use certmint::key::{KeyAlgorithm, KeyError, KeyFile, PublicKey};

use crate::judges::{Desk, KINDS, SECRET, passphrase};

/// Runs the command of a hint on `OLD.key` and loads the `NEW.key` that it makes.
fn hint_works(desk: &Desk, error: &KeyError) {
    let hint = error
        .hint()
        .unwrap_or_else(|| panic!("no hint for: {error}"));
    let command = hint.split_once(": ").unwrap().1;
    assert!(command.starts_with("openssl "), "{command}");
    desk.write("secret", format!("{SECRET}\n{SECRET}\n"));
    let words = if command.contains("pkcs8 ") {
        "-passin file:secret -passout pass:other"
    } else {
        ""
    };
    desk.ok(&format!("{command} {words}"));
    let key = desk
        .read("NEW.key")
        .unwrap()
        .unlock(Some(&passphrase("other")));
    key.unwrap_or_else(|error| panic!("{command}: {error}"));
}

fn refusal(desk: &Desk, name: &str) -> KeyError {
    desk.load(name)
        .err()
        .unwrap_or_else(|| panic!("{name} was accepted"))
}

#[test]
fn unsupported_kinds_are_named_and_a_supported_key_can_be_made() {
    let kinds = [
        ("-algorithm ED448", "Ed448 (1.3.101.113)"),
        ("-algorithm X25519", "X25519 (1.3.101.110)"),
        ("-algorithm X448", "X448 (1.3.101.111)"),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
            "EC secp256k1 (1.3.132.0.10)",
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-224",
            "EC P-224 (1.3.132.0.33)",
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:prime192v1",
            "EC P-192 (1.2.840.10045.3.1.1)",
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1",
            "EC brainpoolP256r1 (1.3.36.3.3.2.8.1.1.7)",
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP512t1",
            "EC brainpoolP512t1 (1.3.36.3.3.2.8.1.1.14)",
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:sect233k1",
            "unknown algorithm (1.3.132.0.26)",
        ),
        (
            "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
            "RSA-PSS (1.2.840.113549.1.1.10)",
        ),
        (
            "-algorithm DH -pkeyopt group:ffdhe2048",
            "Diffie-Hellman (PKCS #3) (1.2.840.113549.1.3.1)",
        ),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
            "RSA with 1024 bits",
        ),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:2047",
            "RSA with 2047 bits",
        ),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_primes:3",
            "RSA with more than two primes",
        ),
    ];
    for (options, named) in kinds {
        let desk = Desk::new();
        desk.ok(&format!("openssl genpkey {options} -out OLD.key"));
        let error = refusal(&desk, "OLD.key");
        assert!(error.to_string().contains(named), "{error}");
        hint_works(&desk, &error);
        if options.contains("-algorithm EC") || options.contains("keygen_bits:1024") {
            desk.ok("openssl pkey -traditional -in OLD.key -out traditional.pem");
            assert!(
                refusal(&desk, "traditional.pem")
                    .to_string()
                    .contains(named)
            );
        }
        // Encrypted, it is refused for the same reason and not as damaged.
        desk.write("secret", SECRET);
        desk.ok("openssl pkcs8 -topk8 -passout file:secret -in OLD.key -out sealed.pem");
        assert!(refusal(&desk, "sealed.pem").to_string().contains(named));
    }
}

#[test]
fn dsa_is_refused_in_all_its_forms() {
    let desk = Desk::new();
    desk.ok("openssl dsaparam -genkey -noout -out dsa.pem 1024");
    desk.ok("openssl pkey -in dsa.pem -out OLD.key");
    desk.ok("openssl pkey -traditional -in OLD.key -outform DER -out dsa.der");
    desk.ok("openssl pkey -in OLD.key -traditional -aes128 -passout pass:secret -out sealed.pem");
    for name in ["dsa.pem", "OLD.key", "dsa.der", "sealed.pem"] {
        let error = refusal(&desk, name);
        assert!(
            error.to_string().contains("DSA (1.2.840.10040.4.1)"),
            "{name}: {error}"
        );
        hint_works(&desk, &error);
    }
}

#[test]
fn explicit_parameters_of_an_unusual_curve_are_refused() {
    let desk = Desk::new();
    desk.ok(
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 \
         -pkeyopt ec_param_enc:explicit -out OLD.key",
    );
    let error = refusal(&desk, "OLD.key");
    assert!(
        error
            .to_string()
            .contains("EC with explicit parameters (1.2.840.10045.2.1)"),
        "{error}"
    );
    let command = error.hint().unwrap().split_once(": ").unwrap().1.to_owned();
    desk.ok(&command);
    assert!(refusal(&desk, "NEW.key").to_string().contains("secp256k1"));
}

#[test]
fn unsupported_encryption_is_named_and_openssl_converts_it() {
    let legacy = "-provider legacy -provider default";
    let protections = [
        (
            "-v1 PBE-SHA1-3DES",
            "PKCS #12 PBE with SHA-1 and 3-key triple DES (1.2.840.113549.1.12.1.3)",
        ),
        (
            "-v1 PBE-SHA1-2DES",
            "PKCS #12 PBE with SHA-1 and 2-key triple DES (1.2.840.113549.1.12.1.4)",
        ),
        (
            "-v1 PBE-SHA1-RC2-40",
            "PKCS #12 PBE with SHA-1 and 40 bit RC2 (1.2.840.113549.1.12.1.6)",
        ),
        (
            "-v1 PBE-SHA1-RC2-128",
            "PKCS #12 PBE with SHA-1 and 128 bit RC2 (1.2.840.113549.1.12.1.5)",
        ),
        (
            "-v1 PBE-SHA1-RC4-128",
            "PKCS #12 PBE with SHA-1 and 128 bit RC4 (1.2.840.113549.1.12.1.1)",
        ),
        (
            "-v1 PBE-MD5-DES",
            "PBES1 with MD5 and DES (1.2.840.113549.1.5.3)",
        ),
        (
            "-v1 PBE-SHA1-DES",
            "PBES1 with SHA-1 and DES (1.2.840.113549.1.5.10)",
        ),
        (
            "-v1 PBE-SHA1-RC2-64",
            "PBES1 with SHA-1 and RC2 (1.2.840.113549.1.5.11)",
        ),
        (
            "-v2 camellia-256-cbc",
            "CAMELLIA-256-CBC (1.2.392.200011.61.1.1.1.4)",
        ),
        ("-v2 aria-128-cbc", "ARIA-128-CBC (1.2.410.200046.1.1.2)"),
        ("-v2 rc2-cbc", "RC2-CBC (1.2.840.113549.3.2)"),
        ("-v2 seed-cbc", "SEED-CBC (1.2.410.200004.1.4)"),
        (
            "-v2 aes-256-cbc -v2prf hmacWithSHA224",
            "HMAC with SHA-224 (1.2.840.113549.2.8)",
        ),
    ];
    for (options, named) in protections {
        let desk = Desk::new();
        desk.write("secret", SECRET);
        desk.ok(&format!("openssl genpkey {} -out plain.pem", KINDS[3].1));
        desk.ok(&format!(
            "openssl pkcs8 {legacy} -topk8 {options} -passout file:secret -in plain.pem -out OLD.key"
        ));
        // Refused before anybody is asked for the passphrase.
        let error = desk.read("OLD.key").unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
        hint_works(&desk, &error);
    }
}

#[test]
fn unsupported_traditional_encryption_is_named_and_openssl_converts_it() {
    for (option, named) in [
        ("camellia256", "CAMELLIA-256-CBC"),
        ("aria192", "ARIA-192-CBC"),
        ("seed", "SEED-CBC"),
    ] {
        let desk = Desk::new();
        desk.write("secret", SECRET);
        desk.ok(&format!("openssl genpkey {} -out plain.pem", KINDS[0].1));
        desk.ok(&format!(
            "openssl rsa -provider legacy -provider default -traditional -{option} \
             -passout file:secret -in plain.pem -out OLD.key"
        ));
        let error = desk.read("OLD.key").unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
        hint_works(&desk, &error);
    }
}

#[test]
fn what_is_no_private_key_is_said() {
    let desk = Desk::new();
    desk.ok(&format!("openssl genpkey {} -out key.pem", KINDS[3].1));
    desk.ok("openssl req -x509 -new -key key.pem -subj /CN=x -out cert.pem");
    desk.ok("openssl req -new -key key.pem -subj /CN=x -out request.pem");
    desk.ok("openssl pkey -in key.pem -pubout -out public.pem");
    desk.ok("openssl crl2pkcs7 -nocrl -certfile cert.pem -out bundle.pem");
    desk.ok("openssl x509 -in cert.pem -outform DER -out cert.der");
    desk.ok("openssl req -in request.pem -outform DER -out request.der");
    desk.ok("openssl pkey -in key.pem -pubout -outform DER -out public.der");
    desk.ok("openssl crl2pkcs7 -nocrl -certfile cert.pem -outform DER -out bundle.der");
    desk.ok("openssl pkcs12 -export -inkey key.pem -in cert.pem -passout pass:x -out store.p12");
    desk.ok("openssl ecparam -name P-256 -out parameters.pem");
    desk.ok("ssh-keygen -q -t ed25519 -N x -f ssh");
    desk.write("database", "");
    desk.write(
        "ca.cnf",
        "[ca]\ndefault_ca=d\n[d]\ndatabase=database\ndefault_md=sha256\ndefault_crl_days=1\n",
    );
    desk.ok("openssl ca -gencrl -config ca.cnf -keyfile key.pem -cert cert.pem -out crl.pem");
    desk.ok("openssl crl -in crl.pem -outform DER -out crl.der");
    desk.write(
        "putty.ppk",
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
    );
    desk.write("store.jks", [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]);
    desk.write("utf16.pem", [0xff, 0xfe, b'-', 0, b'-', 0]);
    for (name, said) in [
        ("cert.pem", "a certificate,"),
        ("cert.der", "a certificate,"),
        ("request.pem", "a certificate request,"),
        ("request.der", "a certificate request,"),
        ("public.pem", "a public key,"),
        ("public.der", "a public key,"),
        ("bundle.pem", "a PKCS #7 message,"),
        ("bundle.der", "a PKCS #7 message,"),
        ("crl.pem", "a certificate revocation list,"),
        ("crl.der", "a certificate revocation list,"),
        ("parameters.pem", "parameters only,"),
        ("store.p12", "a PKCS #12 key store,"),
        ("ssh", "an OpenSSH private key,"),
        ("ssh.pub", "an OpenSSH public key,"),
        ("putty.ppk", "a PuTTY private key,"),
        ("store.jks", "a Java key store,"),
        ("utf16.pem", "UTF-16 text,"),
    ] {
        let error = desk.read(name).unwrap_err();
        assert!(error.to_string().contains(said), "{name}: {error}");
    }
    for empty in [&b""[..], b" \r\n\t"] {
        assert!(matches!(KeyFile::read(empty), Err(KeyError::Empty)));
    }
    for noise in [
        &b"hello"[..],
        &[0; 64],
        b"-----BEGIN THING-----\n-----END THING-----\n",
        &[0xff; 9],
    ] {
        let error = KeyFile::read(noise).unwrap_err();
        assert!(matches!(error, KeyError::NoPrivateKey), "{error}");
    }
}

#[test]
fn the_hints_for_foreign_containers_work() {
    let desk = Desk::new();
    desk.ok("ssh-keygen -q -t rsa -b 2048 -N first -f OLD.key");
    let hint = desk.read("OLD.key").unwrap_err().hint().unwrap();
    let command = hint.split_once(": ").unwrap().1.split_once(" (").unwrap().0;
    assert_eq!(command, "ssh-keygen -p -m PKCS8 -f OLD.key");
    desk.ok(&format!("{command} -P first -N second"));
    desk.read("OLD.key")
        .unwrap()
        .unlock(Some(&passphrase("second")))
        .unwrap();

    desk.ok(&format!("openssl genpkey {} -out key.pem", KINDS[3].1));
    desk.ok("openssl pkcs12 -export -inkey key.pem -nocerts -passout pass:x -out OLD.p12");
    std::fs::copy(desk.path("OLD.p12"), desk.path("OLD.key")).unwrap();
    let hint = desk.read("OLD.key").unwrap_err().hint().unwrap();
    let command = hint.split_once(": ").unwrap().1;
    desk.ok(&format!("{command} -passin pass:x -passout pass:second"));
    desk.read("NEW.key")
        .unwrap()
        .unlock(Some(&passphrase("second")))
        .unwrap();
}

#[test]
fn several_private_keys_are_counted() {
    let desk = Desk::new();
    for name in ["one.pem", "two.pem"] {
        desk.ok(&format!("openssl genpkey {} -out {name}", KINDS[3].1));
    }
    desk.write(
        "both.pem",
        [desk.file("one.pem"), desk.file("two.pem")].concat(),
    );
    let error = desk.read("both.pem").unwrap_err();
    assert!(error.to_string().contains("2 private keys"), "{error}");
}

#[test]
fn public_keys_of_any_kind_are_described() {
    for (options, described, supported) in [
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
            "RSA 2048",
            true,
        ),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
            "RSA 1024",
            false,
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
            "EC P-256",
            true,
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
            "EC P-384",
            true,
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
            "EC P-521",
            true,
        ),
        ("-algorithm ED25519", "Ed25519", true),
        ("-algorithm ED448", "Ed448", false),
        ("-algorithm X25519", "X25519", false),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1",
            "EC brainpoolP256r1",
            false,
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
            "EC with explicit parameters",
            false,
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:sect233k1",
            "algorithm 1.3.132.0.26",
            false,
        ),
        (
            "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
            "RSA-PSS",
            false,
        ),
    ] {
        let desk = Desk::new();
        desk.ok(&format!("openssl genpkey {options} -out key.pem"));
        let der = desk.ok("openssl pkey -in key.pem -pubout -outform DER");
        let key = PublicKey::from_spki_der(&der).unwrap();
        assert_eq!(key.algorithm().to_string(), described);
        assert_eq!(key.algorithm().is_supported(), supported, "{described}");
        assert_eq!(key.spki_der(), der);
        assert!(der.ends_with(key.key_bits()));
        for length in 0..der.len() {
            assert!(
                PublicKey::from_spki_der(&der[..length]).is_err(),
                "{described} {length}"
            );
        }
        assert!(PublicKey::from_spki_der(&[&der[..], &[0]].concat()).is_err());
    }
    let desk = Desk::new();
    desk.ok("openssl dsaparam -genkey -noout -out dsa.pem 1024");
    let der = desk.ok("openssl pkey -in dsa.pem -pubout -outform DER");
    let key = PublicKey::from_spki_der(&der).unwrap();
    assert_eq!(key.algorithm().to_string(), "DSA 1024");
    assert!(
        matches!(key.algorithm(), KeyAlgorithm::Other { oid, .. } if oid == "1.2.840.10040.4.1")
    );
}
