//! The PKCS#12 vectors of Python cryptography (PyPI package cryptography-vectors).

use std::path::PathBuf;

use certmint::formats::pkcs12;

use crate::support::*;

fn folder() -> PathBuf {
    let found = python(
        "import cryptography_vectors as v; print(v.__path__[0])",
        &[],
    );
    PathBuf::from(found.trim()).join("pkcs12")
}

/// Reads every file with the password that its test in cryptography uses; one line per file and one
/// per certificate.
const JUDGE: &str = r#"
import sys, warnings
warnings.simplefilter("ignore")
from cryptography.hazmat.primitives.serialization import pkcs12, Encoding, PrivateFormat, NoEncryption
der = Encoding.DER
for line in sys.argv[1].splitlines():
    path, password = line.split("|")
    p = pkcs12.load_pkcs12(open(path, "rb").read(), password.encode() or None)
    certs = ([p.cert] if p.cert else []) + p.additional_certs
    key = p.key.private_bytes(der, PrivateFormat.PKCS8, NoEncryption()).hex() if p.key else "none"
    print(key, " ".join(sorted(c.certificate.public_bytes(der).hex() + "=" + (c.friendly_name or b"").hex() for c in certs)))
"#;

/// The password of a vector; `None` is a file without one.
fn password(name: &str) -> Option<&'static str> {
    match name {
        "no-password.p12" | "java-truststore.p12" => None,
        name if name.ends_with("no-pwd.p12") => None,
        name if name.ends_with("-pwd.p12") => Some("password"),
        _ => Some("cryptography"),
    }
}

#[test]
fn all_vectors_open() {
    let pki = Pki::empty();
    let folder = folder();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".p12"))
        .collect();
    names.sort();
    assert!(names.len() >= 30, "{names:?}");
    let path = |name: &str| folder.join(name).to_str().map(str::to_owned).unwrap();
    let questions: Vec<String> = names
        .iter()
        .map(|name| format!("{}|{}", path(name), password(name).unwrap_or_default()))
        .collect();
    let judged = python(JUDGE, &[&questions.join("\n")]);
    for (name, expected) in names.iter().zip(judged.lines()) {
        let bytes = std::fs::read(path(name)).unwrap();
        let store = pkcs12::read(&bytes, password(name).map(str::as_bytes))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let (expected_key, expected) = expected.split_once(' ').unwrap();
        match store.keys().collect::<Vec<_>>().as_slice() {
            [] => assert_eq!(expected_key, "none", "{name}"),
            [key] => assert_eq!(
                normal_key(&pki, &key.pkcs8),
                normal_key(&pki, &from_hex(expected_key)),
                "{name}"
            ),
            _ => panic!("{name}"),
        }
        let mut certificates: Vec<String> = store
            .certificates()
            .map(|entry| {
                let friendly = entry.friendly_name.clone().unwrap_or_default();
                format!("{}={}", hex(&entry.der), hex(friendly.as_bytes()))
            })
            .collect();
        certificates.sort();
        assert_eq!(certificates.join(" "), expected, "{name}");
        if store.facts.mac.is_some() {
            assert!(pkcs12::read(&bytes, Some(b"wrong")).is_err(), "{name}");
        }
    }
}
