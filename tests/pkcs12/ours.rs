//! Files of ours, opened by others.

use certmint::formats::pkcs12::{self, Bundle, NewPassword, Protection};

use crate::support::*;

const PASSWORD: &str = "changeit";
const NAME: &str = "My leaf";

fn written(pki: &Pki, protection: Protection, out: &str) -> String {
    written_with(pki, protection, out, PASSWORD, NAME)
}

fn written_with(
    pki: &Pki,
    protection: Protection,
    out: &str,
    password: &str,
    name: &str,
) -> String {
    let chain = [pki.read("intermediate.der"), pki.read("root.der")];
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let bundle = Bundle::new(&pki.key_der(), &pki.leaf(), &chain, Some(name)).unwrap();
    let password = if password.is_empty() {
        NewPassword::empty()
    } else {
        NewPassword::new(password.as_bytes()).unwrap()
    };
    let bytes = pkcs12::write(&bundle, &password, protection).unwrap();
    pkcs12::check(&bytes, &password, &bundle).unwrap();
    pki.write(out, &bytes)
}

/// Everything that Python's cryptography finds, as hexadecimal lines.
const PYTHON_READ: &str = r#"
import sys
from cryptography.hazmat.primitives.serialization import pkcs12, Encoding, PrivateFormat, NoEncryption
der = Encoding.DER
password = sys.argv[2].encode() if len(sys.argv) > 2 and sys.argv[2] else None
p = pkcs12.load_pkcs12(open(sys.argv[1], "rb").read(), password)
print(p.key.private_bytes(der, PrivateFormat.PKCS8, NoEncryption()).hex())
print(p.cert.certificate.public_bytes(der).hex())
print((p.cert.friendly_name or b"").hex())
for c in p.additional_certs: print(c.certificate.public_bytes(der).hex())
"#;

fn python_opens(pki: &Pki, file: &str, password: &str, name: &str) {
    let found = python(PYTHON_READ, &[file, password]);
    let expected = [
        hex(&pki.key_der()),
        hex(&pki.leaf()),
        hex(name.as_bytes()),
        hex(&pki.read("intermediate.der")),
        hex(&pki.read("root.der")),
    ];
    let mut found: Vec<&str> = found.lines().collect();
    let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    // cryptography gives the chain in no order that it promises.
    found[3..].sort_unstable();
    expected[3..].sort_unstable();
    assert_eq!(found, expected);
}

fn openssl_opens(pki: &Pki, file: &str, password: &str, name: &str, more: &[&str]) {
    let password = format!("pass:{password}");
    let open = |what: &[&str], out: &str| {
        let out = pki.path(out);
        let mut arguments = vec![
            "pkcs12", "-in", file, "-passin", &password, "-nodes", "-out", &out,
        ];
        arguments.extend(what);
        arguments.extend(more);
        run("openssl", &arguments);
        std::fs::read_to_string(&out).unwrap()
    };
    let key = open(&["-nocerts"], "opened.key");
    assert_eq!(key.matches("BEGIN PRIVATE KEY").count(), 1);
    assert!(key.contains(&format!("friendlyName: {name}")), "{key}");
    pki.to_pkcs8(&pki.path("opened.key"), &pki.path("opened.key.der"));
    assert_eq!(pki.read("opened.key.der"), pki.key_der());

    let leaf = open(&["-nokeys", "-clcerts"], "opened.leaf");
    assert!(leaf.contains(&format!("friendlyName: {name}")), "{leaf}");
    assert_eq!(leaf.matches("BEGIN CERTIFICATE").count(), 1);
    let body = |pem: &str| {
        pem[pem.find("-----BEGIN CERT").unwrap()..]
            .trim()
            .to_owned()
    };
    let original = String::from_utf8(pki.read("leaf.pem")).unwrap();
    assert_eq!(body(&leaf), body(&original));

    let chain = open(&["-nokeys", "-cacerts"], "opened.chain");
    assert!(!chain.contains("friendlyName"), "{chain}");
    let mut expected = pem_blocks(&String::from_utf8(pki.read("intermediate.pem")).unwrap());
    expected.extend(pem_blocks(
        &String::from_utf8(pki.read("root.pem")).unwrap(),
    ));
    assert_eq!(pem_blocks(&chain), expected, "chain in order");
}

fn keytool_opens(pki: &Pki, file: &str, name: &str, kind: &str) {
    let store = [
        "-storetype",
        "PKCS12",
        "-keystore",
        file,
        "-storepass",
        PASSWORD,
    ];
    let mut arguments = vec!["-list", "-rfc"];
    arguments.extend(store);
    let listed = text(&run("keytool", &arguments));
    assert!(
        listed.contains("Your keystore contains 1 entry"),
        "{kind}: {listed}"
    );
    // Java keeps aliases in lower case.
    let alias = name.to_lowercase();
    assert!(listed.contains(&format!("Alias name: {alias}")), "{listed}");
    assert!(listed.contains("Entry type: PrivateKeyEntry"), "{listed}");
    assert!(listed.contains("Certificate chain length: 3"), "{listed}");
    let expected: Vec<String> = ["leaf.pem", "intermediate.pem", "root.pem"]
        .iter()
        .flat_map(|name| pem_blocks(&String::from_utf8(pki.read(name)).unwrap()))
        .collect();
    assert_eq!(pem_blocks(&listed), expected);

    // The key itself: Java copies it into a new store, which OpenSSL opens.
    let copy = pki.path(&format!("{kind}.copy.p12"));
    run(
        "keytool",
        &[
            "-importkeystore",
            "-srckeystore",
            file,
            "-srcstoretype",
            "PKCS12",
            "-srcstorepass",
            PASSWORD,
            "-destkeystore",
            &copy,
            "-deststoretype",
            "PKCS12",
            "-deststorepass",
            PASSWORD,
            "-noprompt",
        ],
    );
    let key = pki.path("keytool.key");
    run(
        "openssl",
        &[
            "pkcs12",
            "-in",
            &copy,
            "-passin",
            "pass:changeit",
            "-nodes",
            "-nocerts",
            "-out",
            &key,
        ],
    );
    pki.to_pkcs8(&key, &pki.path("keytool.key.der"));
    assert_eq!(pki.read("keytool.key.der"), pki.key_der());
}

fn nss_opens(pki: &Pki, file: &str, password: &str, name: &str, database: &str) {
    let database = nss_database(pki, database);
    let listed = text(&run(
        "pk12util",
        &["-l", file, "-d", &database, "-W", password],
    ));
    assert_eq!(
        listed.matches("Certificate:").count()
            + listed.matches("Certificate(has private key):").count(),
        3,
        "{listed}"
    );
    assert!(
        listed.contains(&format!("Friendly Name: {name}")),
        "{listed}"
    );
    run("pk12util", &["-i", file, "-d", &database, "-W", password]);
    // The nickname in the database is the friendly name.
    let der = run("certutil", &["-L", "-d", &database, "-n", name, "-r"]).stdout;
    assert_eq!(der, pki.leaf());
    let keys = text(&run("certutil", &["-K", "-d", &database]));
    assert!(keys.contains(name), "{keys}");
    // The key itself: NSS exports it again, and OpenSSL opens that.
    let back = pki.path("nss.back.p12");
    run(
        "pk12util",
        &["-o", &back, "-n", name, "-d", &database, "-W", "again"],
    );
    let key = pki.path("nss.key");
    run(
        "openssl",
        &[
            "pkcs12",
            "-in",
            &back,
            "-passin",
            "pass:again",
            "-nodes",
            "-nocerts",
            "-out",
            &key,
        ],
    );
    pki.to_pkcs8(&key, &pki.path("nss.key.der"));
    assert_eq!(pki.read("nss.key.der"), pki.key_der());
}

/// NSS 3.87 has no Ed25519 keys: it lists the file and refuses to import it.
fn nss_refuses_the_key(pki: &Pki, file: &str) {
    let database = nss_database(pki, "nss");
    let imported = attempt("pk12util", &["-i", file, "-d", &database, "-W", PASSWORD]);
    assert!(!imported.status.success());
}

fn opened_by_all(kind: &str, protection: Protection) {
    let pki = Pki::new(kind);
    let more: &[&str] = match protection {
        Protection::Modern => &[],
        Protection::Legacy => &["-legacy"],
    };
    let file = written(&pki, protection, "ours.p12");
    openssl_opens(&pki, &file, PASSWORD, NAME, more);
    python_opens(&pki, &file, PASSWORD, NAME);
    keytool_opens(&pki, &file, NAME, kind);
    if kind == "ed25519" {
        nss_refuses_the_key(&pki, &file);
    } else {
        nss_opens(&pki, &file, PASSWORD, NAME, "nss");
    }
}

#[test]
fn rsa_files_open_everywhere() {
    opened_by_all("rsa", Protection::Modern);
}

#[test]
fn legacy_rsa_files_open_everywhere() {
    opened_by_all("rsa", Protection::Legacy);
}

#[test]
fn p256_files_open_everywhere() {
    opened_by_all("p256", Protection::Modern);
}

#[test]
fn legacy_p256_files_open_everywhere() {
    opened_by_all("p256", Protection::Legacy);
}

#[test]
fn p384_files_open_everywhere() {
    opened_by_all("p384", Protection::Modern);
}

#[test]
fn p521_files_open_everywhere() {
    opened_by_all("p521", Protection::Modern);
}

#[test]
fn ed25519_files_open_everywhere_but_in_nss() {
    opened_by_all("ed25519", Protection::Modern);
}

#[test]
fn the_protection_is_what_openssl_says_it_is() {
    let pki = Pki::new("p256");
    let info = |file: &str, more: &[&str]| {
        let mut arguments = vec![
            "pkcs12",
            "-in",
            file,
            "-passin",
            "pass:changeit",
            "-info",
            "-noout",
        ];
        arguments.extend(more);
        String::from_utf8(run("openssl", &arguments).stderr).unwrap()
    };
    let modern = info(&written(&pki, Protection::Modern, "modern.p12"), &[]);
    assert!(modern.contains("MAC: sha256, Iteration 250000"), "{modern}");
    assert!(
        modern.contains("MAC length: 32, salt length: 16"),
        "{modern}"
    );
    let pbes2 = "PBES2, PBKDF2, AES-256-CBC, Iteration 250000, PRF hmacWithSHA256";
    assert_eq!(modern.matches(pbes2).count(), 2, "{modern}");
    let legacy = info(
        &written(&pki, Protection::Legacy, "legacy.p12"),
        &["-legacy"],
    );
    assert!(legacy.contains("MAC: sha1, Iteration 2048"), "{legacy}");
    let pbe = "pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048";
    assert_eq!(legacy.matches(pbe).count(), 2, "{legacy}");
}

#[test]
fn passwords_and_names_outside_ascii() {
    let pki = Pki::new("p256");
    for (protection, out) in [
        (Protection::Modern, "modern.p12"),
        (Protection::Legacy, "legacy.p12"),
    ] {
        let password = "Pa\u{df}w\u{f6}rt \u{20ac}";
        let name = "Schl\u{fc}ssel";
        let file = written_with(&pki, protection, out, password, name);
        python_opens(&pki, &file, password, name);
        nss_opens(&pki, &file, password, name, &format!("nss-{out}"));
        let opened = attempt(
            "openssl",
            &[
                "pkcs12",
                "-in",
                &file,
                "-passin",
                &format!("pass:{password}"),
                "-nodes",
                "-legacy",
            ],
        );
        assert!(opened.status.success());
        // The warning that goes with such a password: Java refuses it.
        let java = attempt(
            "keytool",
            &[
                "-list",
                "-keystore",
                &file,
                "-storetype",
                "PKCS12",
                "-storepass",
                password,
            ],
        );
        assert!(!java.status.success());
    }
}

#[test]
fn the_empty_password_opens_where_it_is_allowed() {
    let pki = Pki::new("p256");
    for (protection, out) in [
        (Protection::Modern, "modern.p12"),
        (Protection::Legacy, "legacy.p12"),
    ] {
        let file = written_with(&pki, protection, out, "", NAME);
        openssl_opens(&pki, &file, "", NAME, &["-legacy"]);
        python_opens(&pki, &file, "", NAME);
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(pkcs12::read(&bytes, None).unwrap().keys().count(), 1);
    }
}
