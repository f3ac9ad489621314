//! Files of others, opened by us.

use certmint::formats::pkcs12::{self, OtherKind, Pkcs12Error, Store};

use crate::support::*;

const PASSWORD: Option<&[u8]> = Some(b"changeit");

fn read(bytes: &[u8]) -> Store {
    pkcs12::read(bytes, PASSWORD).unwrap()
}

/// Key, leaf, two certificates above it, names: as `Pki::openssl_export` puts them in.
fn is_complete(pki: &Pki, store: &Store) {
    let keys: Vec<_> = store.keys().collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(normal_key(pki, &keys[0].pkcs8), pki.key_der());
    assert_eq!(keys[0].friendly_name.as_deref(), Some("leaf"));
    let mut found: Vec<_> = store
        .certificates()
        .map(|entry| entry.der.clone())
        .collect();
    let leaf = store
        .certificates()
        .find(|entry| entry.der == pki.leaf())
        .unwrap();
    assert_eq!(leaf.friendly_name.as_deref(), Some("leaf"));
    assert!(leaf.local_key_id.is_some());
    assert_eq!(leaf.local_key_id, keys[0].local_key_id);
    let mut expected = vec![
        pki.leaf(),
        pki.read("intermediate.der"),
        pki.read("root.der"),
    ];
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(store.others().count(), 0);
}

#[test]
fn openssl_in_all_its_forms() {
    let pki = Pki::new("p256");
    let forms: [(&[&str], &str, &[&str], &str); 13] = [
        (
            &[],
            "HMAC-SHA256",
            &["PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA256, 2048 iterations"],
            "PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA256, 2048 iterations",
        ),
        (
            &["-legacy"],
            "HMAC-SHA1",
            &["PBE-SHA1-RC2-40, 2048 iterations"],
            "PBE-SHA1-3DES, 2048 iterations",
        ),
        (
            &["-legacy", "-descert"],
            "HMAC-SHA1",
            &["PBE-SHA1-3DES, 2048 iterations"],
            "PBE-SHA1-3DES, 2048 iterations",
        ),
        (
            &["-descert"],
            "HMAC-SHA256",
            &["PBE-SHA1-3DES, 2048 iterations"],
            "PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA256, 2048 iterations",
        ),
        (&["-macalg", "sha1"], "HMAC-SHA1", &[], ""),
        (&["-macalg", "sha224"], "HMAC-SHA224", &[], ""),
        (&["-macalg", "sha384"], "HMAC-SHA384", &[], ""),
        (&["-macalg", "sha512"], "HMAC-SHA512", &[], ""),
        (
            &["-keypbe", "AES-128-CBC", "-certpbe", "AES-192-CBC"],
            "HMAC-SHA256",
            &["PBES2, AES-192-CBC, PBKDF2 with HMAC-SHA256, 2048 iterations"],
            "PBES2, AES-128-CBC, PBKDF2 with HMAC-SHA256, 2048 iterations",
        ),
        (
            &["-keypbe", "DES-EDE3-CBC", "-certpbe", "DES-EDE3-CBC"],
            "HMAC-SHA256",
            &["PBES2, 3DES-CBC, PBKDF2 with HMAC-SHA256, 2048 iterations"],
            "PBES2, 3DES-CBC, PBKDF2 with HMAC-SHA256, 2048 iterations",
        ),
        (
            &[
                "-legacy",
                "-keypbe",
                "PBE-SHA1-RC2-128",
                "-certpbe",
                "PBE-SHA1-2DES",
            ],
            "HMAC-SHA1",
            &["PBE-SHA1-2DES, 2048 iterations"],
            "PBE-SHA1-RC2-128, 2048 iterations",
        ),
        (
            &["-iter", "100000"],
            "HMAC-SHA256",
            &["PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA256, 100000 iterations"],
            "PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA256, 100000 iterations",
        ),
        (
            &["-nomaciter"],
            "HMAC-SHA256, PKCS#12 key derivation, 1 iterations",
            &[],
            "",
        ),
    ];
    for (arguments, mac, contents, key) in forms {
        let bytes = pki.openssl_export("openssl.p12", arguments);
        let store = read(&bytes);
        is_complete(&pki, &store);
        let facts = &store.facts;
        let found = facts.mac.as_ref().unwrap().to_string();
        assert!(found.starts_with(mac), "{arguments:?}: {found}");
        if let Some(content) = contents.first() {
            assert_eq!(facts.contents[0].as_ref().unwrap().to_string(), *content);
            assert_eq!(facts.keys[0].as_ref().unwrap().to_string(), key);
        }
        // The same facts without the password.
        assert_eq!(pkcs12::facts(&bytes).unwrap(), *facts, "{arguments:?}");
        assert!(facts.is_protected());
        assert!(matches!(
            pkcs12::read(&bytes, None),
            Err(Pkcs12Error::NeedsPassword)
        ));
        for wrong in [&b"changeiT"[..], b"", b"\xff", b"changeit\0"] {
            let error = pkcs12::read(&bytes, Some(wrong)).unwrap_err();
            assert!(
                matches!(
                    error,
                    Pkcs12Error::WrongPassword | Pkcs12Error::PasswordNotText
                ),
                "{error:?}"
            );
        }
    }
}

#[test]
fn openssl_without_mac_or_encryption() {
    let pki = Pki::new("rsa");
    // No MAC: the password is known to be wrong by the decryption only.
    let bytes = pki.openssl_export("no.p12", &["-nomac"]);
    is_complete(&pki, &read(&bytes));
    assert!(pkcs12::facts(&bytes).unwrap().mac.is_none());
    assert!(matches!(
        pkcs12::read(&bytes, None),
        Err(Pkcs12Error::NeedsPassword)
    ));
    assert!(matches!(
        pkcs12::read(&bytes, Some(b"x")),
        Err(Pkcs12Error::WrongPassword)
    ));

    // A MAC, and nothing encrypted.
    let bytes = pki.openssl_export("no.p12", &["-keypbe", "NONE", "-certpbe", "NONE"]);
    let store = read(&bytes);
    is_complete(&pki, &store);
    assert_eq!(store.facts.contents, [None, None]);
    assert_eq!(store.facts.keys, [None]);
    assert!(matches!(
        pkcs12::read(&bytes, None),
        Err(Pkcs12Error::NeedsPassword)
    ));

    // Nothing at all: any password opens it, and none.
    let bytes = pki.openssl_export("no.p12", &["-keypbe", "NONE", "-certpbe", "NONE", "-nomac"]);
    for password in [None, Some(&b""[..]), Some(b"x")] {
        let store = pkcs12::read(&bytes, password).unwrap();
        is_complete(&pki, &store);
        assert!(!store.facts.is_protected());
    }

    for arguments in [["-keypbe", "NONE"], ["-certpbe", "NONE"]] {
        is_complete(&pki, &read(&pki.openssl_export("no.p12", &arguments)));
    }
}

#[test]
fn openssl_with_the_empty_password() {
    let pki = Pki::new("p256");
    for more in [&[][..], &["-legacy"]] {
        let mut arguments = vec!["-passout", "pass:"];
        arguments.extend(more);
        let bytes = pki.openssl_export("empty.p12", &arguments);
        is_complete(&pki, &pkcs12::read(&bytes, None).unwrap());
        is_complete(&pki, &pkcs12::read(&bytes, Some(b"")).unwrap());
        assert!(matches!(
            pkcs12::read(&bytes, PASSWORD),
            Err(Pkcs12Error::WrongPassword)
        ));
    }
}

#[test]
fn openssl_keys_only_certificates_only_and_names() {
    let pki = Pki::new("p256");
    let [key, leaf, root, out] =
        ["leaf.key", "leaf.pem", "root.pem", "part.p12"].map(|name| pki.path(name));

    run(
        "openssl",
        &[
            "pkcs12",
            "-export",
            "-inkey",
            &key,
            "-nocerts",
            "-name",
            "only",
            "-passout",
            "pass:changeit",
            "-out",
            &out,
        ],
    );
    let store = read(&pki.read("part.p12"));
    assert_eq!((store.keys().count(), store.certificates().count()), (1, 0));
    assert_eq!(
        store.keys().next().unwrap().friendly_name.as_deref(),
        Some("only")
    );
    assert_eq!(store.keys().next().unwrap().local_key_id, None);

    run(
        "openssl",
        &[
            "pkcs12",
            "-export",
            "-in",
            &leaf,
            "-nokeys",
            "-caname",
            "Root name",
            "-certfile",
            &root,
            "-passout",
            "pass:changeit",
            "-out",
            &out,
        ],
    );
    let store = read(&pki.read("part.p12"));
    assert_eq!((store.keys().count(), store.certificates().count()), (0, 2));
    let names: Vec<_> = store
        .certificates()
        .map(|entry| entry.friendly_name.as_deref())
        .collect();
    assert!(names.contains(&Some("Root name")), "{names:?}");

    for (name, password) in [
        ("n\u{e4}me \u{20ac}", "p\u{e4}ss\u{20ac}"),
        ("smile", "\u{1f600}"),
    ] {
        let password_argument = format!("pass:{password}");
        for legacy in [&[][..], &["-legacy"]] {
            let mut arguments = vec!["-name", name, "-passout", &password_argument];
            arguments.extend(legacy);
            let bytes = pki.openssl_export("unicode.p12", &arguments);
            let store = pkcs12::read(&bytes, Some(password.as_bytes())).unwrap();
            assert_eq!(
                store.keys().next().unwrap().friendly_name.as_deref(),
                Some(name)
            );
        }
    }
}

#[test]
fn every_kind_of_key_comes_out_as_it_went_in() {
    for (kind, _) in KINDS {
        let pki = Pki::new(kind);
        is_complete(&pki, &read(&pki.openssl_export("kind.p12", &[])));
    }
}

#[test]
fn algorithms_that_are_not_supported_are_named() {
    let pki = Pki::new("p256");
    for (scheme, name, oid) in [
        (
            "PBE-SHA1-RC4-128",
            "PBE-SHA1-RC4-128",
            "1.2.840.113549.1.12.1.1",
        ),
        ("PBE-MD5-DES", "PBE-MD5-DES", "1.2.840.113549.1.5.3"),
        (
            "CAMELLIA-256-CBC",
            "Camellia-256-CBC",
            "1.2.392.200011.61.1.1.1.4",
        ),
    ] {
        let bytes = pki.openssl_export("odd.p12", &["-legacy", "-keypbe", scheme]);
        let error = pkcs12::read(&bytes, PASSWORD).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(name) && text.contains(oid), "{text}");
        assert!(error.hint().unwrap().contains("openssl pkcs12"));
        // It is named without the password as well.
        let facts = pkcs12::facts(&bytes).unwrap();
        assert!(facts.keys[0].as_ref().unwrap().name.contains(name));
    }
    let bytes = pki.openssl_export("odd.p12", &["-macalg", "sha3-256"]);
    let text = pkcs12::read(&bytes, PASSWORD).unwrap_err().to_string();
    assert!(
        text.contains("SHA3-256") && text.contains("2.16.840.1.101.3.4.2.8"),
        "{text}"
    );
}

fn keytool(pki: &Pki, store: &str, arguments: &[&str], properties: &[&str]) {
    let path = pki.path(store);
    let mut all: Vec<&str> = properties.to_vec();
    all.extend(arguments);
    all.extend([
        "-storetype",
        "PKCS12",
        "-keystore",
        &path,
        "-storepass",
        "changeit",
    ]);
    run("keytool", &all);
}

#[test]
fn java_keys_of_every_kind() {
    let pki = Pki::new("p256");
    for (alias, arguments) in [
        ("one", &["-keyalg", "RSA", "-keysize", "2048"][..]),
        ("two", &["-keyalg", "EC", "-groupname", "secp384r1"]),
        ("three", &["-keyalg", "Ed25519"]),
    ] {
        let mut all = vec!["-genkeypair", "-alias", alias, "-dname", "CN=java"];
        all.extend(arguments);
        keytool(&pki, "java.p12", &all, &[]);
    }
    let store = read(&pki.read("java.p12"));
    let names: Vec<_> = store
        .keys()
        .map(|key| key.friendly_name.as_deref().unwrap())
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
    for alias in ["one", "two", "three"] {
        let key = store
            .keys()
            .find(|key| key.friendly_name.as_deref() == Some(alias))
            .unwrap();
        let certificate = store
            .certificates()
            .find(|certificate| certificate.local_key_id == key.local_key_id)
            .unwrap();
        assert!(!certificate.trusted);
        let out = pki.path("java.der");
        keytool(
            &pki,
            "java.p12",
            &["-exportcert", "-alias", alias, "-file", &out],
            &[],
        );
        assert_eq!(certificate.der, pki.read("java.der"));
        // The key fits its certificate, as OpenSSL sees it.
        let key = pki.write("java.key.der", &key.pkcs8);
        let from_key = run(
            "openssl",
            &["pkey", "-inform", "DER", "-in", &key, "-pubout"],
        )
        .stdout;
        let from_certificate = run(
            "openssl",
            &["x509", "-inform", "DER", "-in", &out, "-noout", "-pubkey"],
        )
        .stdout;
        assert_eq!(from_key, from_certificate);
    }
    assert!(store.facts.mac.unwrap().name.starts_with("HMAC-SHA256"));
}

#[test]
fn java_legacy_trust_store_and_secret_keys() {
    let pki = Pki::new("p256");
    keytool(
        &pki,
        "legacy.p12",
        &[
            "-genkeypair",
            "-alias",
            "old",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=old",
        ],
        &["-J-Dkeystore.pkcs12.legacy"],
    );
    let store = read(&pki.read("legacy.p12"));
    assert_eq!(store.keys().count(), 1);
    assert!(store.facts.mac.unwrap().name.starts_with("HMAC-SHA1"));
    assert!(
        store
            .facts
            .contents
            .iter()
            .flatten()
            .any(|content| content.name == "PBE-SHA1-RC2-40")
    );

    for (alias, certificate) in [("root", "root.pem"), ("middle", "intermediate.pem")] {
        keytool(
            &pki,
            "trust.p12",
            &[
                "-importcert",
                "-noprompt",
                "-alias",
                alias,
                "-file",
                &pki.path(certificate),
            ],
            &[],
        );
    }
    let store = read(&pki.read("trust.p12"));
    assert_eq!((store.keys().count(), store.certificates().count()), (0, 2));
    for (alias, file) in [("root", "root.der"), ("middle", "intermediate.der")] {
        let entry = store
            .certificates()
            .find(|entry| entry.friendly_name.as_deref() == Some(alias))
            .unwrap();
        assert!(entry.trusted);
        assert_eq!(entry.der, pki.read(file));
    }

    keytool(
        &pki,
        "trust.p12",
        &[
            "-genseckey",
            "-alias",
            "secret",
            "-keyalg",
            "AES",
            "-keysize",
            "256",
        ],
        &[],
    );
    let store = read(&pki.read("trust.p12"));
    assert_eq!(store.certificates().count(), 2);
    let others: Vec<_> = store.others().collect();
    assert_eq!(others.len(), 1);
    assert_eq!(others[0].kind, OtherKind::Secret);
    assert_eq!(others[0].friendly_name.as_deref(), Some("secret"));

    // A trust store without password, as Java 18 and later ship theirs.
    keytool(
        &pki,
        "open.p12",
        &[
            "-importcert",
            "-noprompt",
            "-alias",
            "root",
            "-file",
            &pki.path("root.pem"),
        ],
        &[
            "-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE",
            "-J-Dkeystore.pkcs12.macAlgorithm=NONE",
        ],
    );
    let store = pkcs12::read(&pki.read("open.p12"), None).unwrap();
    assert_eq!(
        store.certificates().next().unwrap().der,
        pki.read("root.der")
    );
    assert!(!store.facts.is_protected());
}

/// NSS derives with 600,000 iterations, slowly: RSA in all forms, the curves in one.
#[test]
fn nss_writes_ber() {
    let old: &[&str] = &[
        "-c",
        "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC",
        "-C",
        "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC",
    ];
    let forms: [(&str, &[&[&str]]); 4] = [
        (
            "rsa",
            &[&[], &["-c", "AES-256-CBC", "-C", "AES-256-CBC"], old],
        ),
        ("p256", &[old]),
        ("p384", &[&["-M", "SHA-256"]]),
        ("p521", &[&[]]),
    ];
    for (kind, forms) in forms {
        let pki = Pki::new(kind);
        pki.openssl_export("in.p12", &[]);
        let database = nss_database(&pki, "nss");
        let [input, output] = [pki.path("in.p12"), pki.path("out.p12")];
        run(
            "pk12util",
            &["-i", &input, "-d", &database, "-W", "changeit"],
        );
        for more in forms {
            let mut arguments = vec![
                "-o", &output, "-n", "leaf", "-d", &database, "-W", "changeit",
            ];
            arguments.extend(*more);
            run("pk12util", &arguments);
            let bytes = pki.read("out.p12");
            assert_eq!(bytes[1], 0x80, "indefinite length");
            is_complete(&pki, &read(&bytes));
            assert!(matches!(
                pkcs12::read(&bytes, Some(b"no")),
                Err(Pkcs12Error::WrongPassword)
            ));
        }
    }
}

/// The empty password as NSS writes it.
#[test]
fn nss_with_the_empty_password() {
    let pki = Pki::new("p256");
    pki.openssl_export("in.p12", &[]);
    let database = nss_database(&pki, "nss");
    let [input, output] = [pki.path("in.p12"), pki.path("out.p12")];
    run(
        "pk12util",
        &["-i", &input, "-d", &database, "-W", "changeit"],
    );
    run(
        "pk12util",
        &["-o", &output, "-n", "leaf", "-d", &database, "-W", ""],
    );
    is_complete(&pki, &pkcs12::read(&pki.read("out.p12"), None).unwrap());
}

/// Writes a bundle and a trust store with each kind of encryption into a folder.
const PYTHON_WRITE: &str = r#"
import sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as s
from cryptography.hazmat.primitives.serialization import pkcs12
folder = sys.argv[1]
load = lambda name: x509.load_der_x509_certificate(open(f"{folder}/{name}.der", "rb").read())
key = s.load_der_private_key(open(f"{folder}/leaf.key.der", "rb").read(), None)
def build(pbe, mac):
    builder = s.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(5000)
    return builder.key_cert_algorithm(pbe).hmac_hash(mac).build(b"changeit")
chain = [load("intermediate"), load("root")]
trusted = [pkcs12.PKCS12Certificate(c, n) for c, n in zip(chain, [b"middle", b"root"])]
for how, encryption in {
    "best": s.BestAvailableEncryption(b"changeit"),
    "none": s.NoEncryption(),
    "3des": build(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA1()),
    "aes": build(pkcs12.PBES.PBESv2SHA256AndAES256CBC, hashes.SHA256()),
}.items():
    open(f"{folder}/{how}.p12", "wb").write(
        pkcs12.serialize_key_and_certificates(b"leaf", key, load("leaf"), chain, encryption))
    open(f"{folder}/{how}.trust.p12", "wb").write(pkcs12.serialize_java_truststore(trusted, encryption))
"#;

#[test]
fn python_in_all_its_forms() {
    for (kind, _) in KINDS {
        let pki = Pki::new(kind);
        let folder = pki.file("x").parent().unwrap().to_str().unwrap().to_owned();
        python(PYTHON_WRITE, &[&folder]);
        for how in ["best", "none", "3des", "aes"] {
            let password = if how == "none" { None } else { PASSWORD };
            let store = pkcs12::read(&pki.read(&format!("{how}.p12")), password).unwrap();
            is_complete(&pki, &store);
            let store = pkcs12::read(&pki.read(&format!("{how}.trust.p12")), password).unwrap();
            let found: Vec<_> = store
                .certificates()
                .map(|entry| (entry.friendly_name.as_deref().unwrap(), entry.trusted))
                .collect();
            assert_eq!(found, [("middle", true), ("root", true)]);
        }
    }
}

/// Puts a PBMAC1 (RFC 9579) on a file that has no MAC, with Python's own PBKDF2 and HMAC.
const PYTHON_PBMAC1: &str = r#"
import sys, hashlib, hmac
source, target, prf, mac, length = sys.argv[1:]
def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    size = bytes([n]) if n < 128 else bytes([0x82]) + n.to_bytes(2, "big")
    return bytes([tag]) + size + body
def head(b):  # length of tag and length, of the content
    n = b[1]
    if n < 128: return 2, n
    k = n & 0x7f
    return 2 + k, int.from_bytes(b[2:2 + k], "big")
def split(b):
    out = []
    while b:
        h, n = head(b); out.append(b[:h + n]); b = b[h + n:]
    return out
body = lambda b: b[head(b)[0]:]
version, safe = split(body(open(source, "rb").read()))
content = body(body(split(body(safe))[1]))
oids = {"sha1": "2a864886f70d0207", "sha256": "2a864886f70d0209", "sha384": "2a864886f70d020a", "sha512": "2a864886f70d020b"}
alg = lambda name: tlv(0x30, tlv(6, bytes.fromhex(oids[name])), tlv(5))
salt = bytes(range(16))
key = hashlib.pbkdf2_hmac(prf, b"changeit", salt, 2048, int(length))
number = lambda n: tlv(2, n.to_bytes(2, "big"))
pbkdf2 = tlv(0x30, tlv(6, bytes.fromhex("2a864886f70d01050c")), tlv(0x30, tlv(4, salt), number(2048), number(int(length)), alg(prf)))
pbmac1 = tlv(0x30, tlv(6, bytes.fromhex("2a864886f70d01050e")), tlv(0x30, pbkdf2, alg(mac)))
value = hmac.new(key, content, mac).digest()
mac_data = tlv(0x30, tlv(0x30, pbmac1, tlv(4, value)), tlv(4, b"NOT USED"), tlv(2, b"\1"))
open(target, "wb").write(tlv(0x30, version, safe, mac_data))
"#;

#[test]
fn pbmac1_is_verified() {
    let pki = Pki::new("p256");
    pki.openssl_export("plain.p12", &["-nomac"]);
    let [source, target] = [pki.path("plain.p12"), pki.path("pbmac1.p12")];
    for (prf, mac, length) in [
        ("sha256", "sha256", "32"),
        ("sha512", "sha512", "64"),
        ("sha1", "sha384", "20"),
        ("sha384", "sha1", "48"),
    ] {
        python(PYTHON_PBMAC1, &[&source, &target, prf, mac, length]);
        let bytes = pki.read("pbmac1.p12");
        let store = read(&bytes);
        is_complete(&pki, &store);
        let expected = format!(
            "PBMAC1, HMAC-{}, PBKDF2 with HMAC-{}, 2048 iterations",
            mac.to_uppercase(),
            prf.to_uppercase()
        );
        assert_eq!(store.facts.mac.unwrap().to_string(), expected);
        assert!(matches!(
            pkcs12::read(&bytes, Some(b"no")),
            Err(Pkcs12Error::WrongPassword)
        ));
    }
    // RFC 9579 asks for at least 20 bytes of key.
    python(PYTHON_PBMAC1, &[&source, &target, "sha256", "sha256", "19"]);
    let error = pkcs12::read(&pki.read("pbmac1.p12"), PASSWORD).unwrap_err();
    assert!(error.to_string().contains("19 bytes"), "{error}");
}

/// A file with every bag of RFC 7292 that no tool writes, nested as deep as asked.
const PYTHON_RARE: &str = r#"
import sys
target, certificate, depth = sys.argv[1:]
def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    size = bytes([n]) if n < 128 else bytes([0x82]) + n.to_bytes(2, "big")
    return bytes([tag]) + size + body
oid = lambda text: tlv(6, bytes.fromhex(text))
bag = lambda kind, value: tlv(0x30, oid("2a864886f70d010c0a01" + kind), tlv(0xa0, value))
x509 = tlv(0x30, oid("2a864886f70d01091601"), tlv(0xa0, tlv(4, open(certificate, "rb").read())))
sdsi = tlv(0x30, oid("2a864886f70d01091602"), tlv(0xa0, tlv(0x16, b"c2RzaQ==")))
crl = tlv(0x30, oid("2a864886f70d01091701"), tlv(0xa0, tlv(4, b"crl")))
contents = tlv(0x30, bag("03", x509), bag("03", sdsi), bag("04", crl), bag("63", tlv(5)))
for _ in range(int(depth)): contents = tlv(0x30, bag("06", contents))
data = lambda value: tlv(0x30, oid("2a864886f70d010701"), tlv(0xa0, tlv(4, value)))
open(target, "wb").write(tlv(0x30, tlv(2, b"\3"), data(tlv(0x30, data(contents)))))
"#;

#[test]
fn rare_bags_are_named_and_nesting_is_bounded() {
    let pki = Pki::new("p256");
    let [target, certificate] = [pki.path("rare.p12"), pki.path("leaf.der")];
    for depth in ["0", "1", "8"] {
        python(PYTHON_RARE, &[&target, &certificate, depth]);
        let store = pkcs12::read(&pki.read("rare.p12"), None).unwrap();
        let certificates: Vec<_> = store.certificates().map(|entry| &entry.der).collect();
        assert_eq!(certificates, [&pki.leaf()]);
        let others: Vec<String> = store.others().map(|entry| entry.kind.to_string()).collect();
        assert_eq!(
            others,
            [
                "certificate of type 1.2.840.113549.1.9.22.2",
                "certificate revocation list",
                "entry of type 1.2.840.113549.1.12.10.1.99"
            ]
        );
    }
    python(PYTHON_RARE, &[&target, &certificate, "9"]);
    assert!(matches!(
        pkcs12::read(&pki.read("rare.p12"), None),
        Err(Pkcs12Error::Damaged {
            part: "nested contents",
            ..
        })
    ));
}
