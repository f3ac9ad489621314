//! Keys in every form, and what fits what.

use certmint::{
    inspect::{Description, InspectError, describe},
    key::{KeyError, Passphrase},
};
use zeroize::Zeroizing;

use crate::lab::{Lab, now};

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(Zeroizing::new(text.to_owned()))
}

#[test]
fn encryption_is_told_without_the_passphrase() {
    let lab = Lab::new();
    lab.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out plain.key");
    for (name, command, algorithm, iterations) in [
        (
            "pbkdf2",
            "pkcs8 -topk8 -v2 aes-256-cbc -iter 12345",
            "PBES2, AES-256-CBC, PBKDF2 and HMAC with SHA-256",
            Some("12345"),
        ),
        (
            "scrypt",
            "pkcs8 -topk8 -scrypt",
            "PBES2, AES-256-CBC, scrypt with N=16384, r=8, p=1",
            None,
        ),
        (
            "pbes1",
            "pkcs8 -provider legacy -provider default -topk8 -v1 PBE-SHA1-3DES",
            "PKCS #12 PBE with SHA-1 and 3-key triple DES",
            Some("2048"),
        ),
        (
            "traditional",
            "ec -aes128",
            "traditional PEM encryption, AES-128-CBC, one round of MD5",
            Some("1"),
        ),
    ] {
        lab.openssl(&format!(
            "{command} -in plain.key -passout pass:sesame -out {name}.key 2>/dev/null"
        ));
        let described = lab.look(&format!("{name}.key"));
        let [Description::PrivateKey(one)] = described.as_slice() else {
            panic!("{name}")
        };
        let encryption = one.encryption.as_ref().unwrap();
        assert_eq!(encryption.algorithm, algorithm, "{name}");
        assert_eq!(encryption.iterations.as_deref(), iterations, "{name}");
        assert!(one.locked && one.public_key.is_none(), "{name}");
        if name == "pbes1" {
            assert!(one.hint.as_ref().unwrap().contains("openssl pkcs8"));
            continue;
        }
        let items = lab.items(&format!("{name}.key"));
        let Ok(Description::PrivateKey(opened)) =
            describe(&items[0].object, now(), Some(&passphrase("sesame")))
        else {
            panic!("{name}")
        };
        assert_eq!(opened.public_key.unwrap().algorithm, "EC P-256");
        assert!(matches!(
            describe(&items[0].object, now(), Some(&passphrase("wrong"))),
            Err(InspectError::Key(KeyError::WrongPassphrase))
        ));
    }
}

#[test]
fn every_form_of_a_private_key() {
    let lab = Lab::new();
    lab.shell("openssl genrsa -out rsa8.key 2048 2>/dev/null; openssl rsa -in rsa8.key -traditional -out rsa1.key 2>/dev/null; \
               openssl ecparam -name secp384r1 -genkey -out sec1.key; \
               openssl genpkey -algorithm ed25519 -out ed.key; openssl genpkey -algorithm ed448 -out ed448.key; \
               openssl ec -in sec1.key -no_public -outform DER -out nopub.der 2>/dev/null");
    for (file, form, algorithm) in [
        ("rsa8.key", "PKCS#8", Some("RSA 2048")),
        ("rsa1.key", "PKCS #1", Some("RSA 2048")),
        ("sec1.key", "SEC 1", Some("EC P-384")),
        ("nopub.der", "SEC 1", Some("EC P-384")),
        ("ed.key", "PKCS#8", Some("Ed25519")),
        ("ed448.key", "PKCS#8", None),
    ] {
        let described = lab.look(file);
        let [Description::PrivateKey(one)] = described.as_slice() else {
            panic!("{file}")
        };
        assert_eq!(one.form.as_deref(), Some(form), "{file}");
        let found = one.public_key.as_ref().map(|key| key.algorithm.as_str());
        assert_eq!(found, algorithm, "{file}");
        assert_eq!(one.problem.is_some(), algorithm.is_none(), "{file}");
    }
    assert!(lab.inspect(&["ed448.key"]).contains("Ed448"));
}

#[test]
fn keys_requests_and_certificates_find_each_other() {
    let lab = Lab::new();
    for (name, algorithm) in [
        ("rsa", "rsa:2048"),
        ("ec", "ec -pkeyopt ec_paramgen_curve:P-521"),
        ("ed", "ed25519"),
    ] {
        lab.openssl(&format!(
            "req -new -newkey {algorithm} -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}"
        ));
        lab.openssl(&format!(
            "x509 -req -in {name}.csr -signkey {name}.key -days 9 -out {name}.crt 2>/dev/null"
        ));
        lab.openssl(&format!("pkey -in {name}.key -pubout -out {name}.pub"));
    }
    let json = lab.json(&["rsa.key", "ec.key", "ed.crt", "rsa.crt", "ec.csr", "ed.pub"]);
    let pairs: Vec<(&str, &str)> = json["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            (
                pair["place"].as_str().unwrap(),
                pair["fits"][0]["place"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        pairs,
        [
            ("rsa.key", "rsa.crt"),
            ("ec.key", "ec.csr"),
            ("ed.crt", "ed.pub"),
            ("rsa.crt", "rsa.key"),
            ("ec.csr", "ec.key"),
            ("ed.pub", "ed.crt"),
        ]
    );
    let text = lab.inspect(&["rsa.key", "rsa.crt"]);
    assert!(text.contains("fits       certificate rsa.crt"), "{text}");
    // Nothing fits.
    let json = lab.json(&["rsa.key", "ec.crt", "ed.csr"]);
    assert_eq!(json["pairs"].as_array().unwrap().len(), 0);
    // An encrypted key says nothing of its public half until it is opened.
    lab.shell(
        "openssl pkcs8 -topk8 -in rsa.key -passout pass:sesame -out locked.key; echo sesame > pass",
    );
    assert!(!lab.inspect(&["locked.key", "rsa.crt"]).contains("fits"));
    let opened = lab.inspect(&["locked.key", "rsa.crt", "--password-file", "pass"]);
    assert!(
        opened.contains("fits       certificate rsa.crt"),
        "{opened}"
    );
}
