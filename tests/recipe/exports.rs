//! `export`: foreign formats, opened by those who read them.

use std::os::unix::fs::PermissionsExt as _;

use crate::world::World;

/// A client below an intermediate, and a password file.
fn client() -> World {
    let world = World::with_authority("p256");
    world.ok("ca intermediate web --cn 'Web CA' --key p256 --no-passphrase");
    world.ok("issue client client01 --ca web --key rsa2048");
    world.write("password", "secret0\n");
    world
}

#[test]
fn everybody_opens_a_modern_pkcs12() {
    let world = client();
    let exported = world.json(
        "export p12 client01 --out client01.p12 --friendly-name 'Client 01' --password-file password",
    );
    assert_eq!(exported["format"], "p12");
    opened(&world, "");
    let facts = world.accepts("openssl pkcs12 -in client01.p12 -info -noout -passin file:password");
    assert!(facts.is_empty(), "{facts}");
    let info = world.judge("openssl pkcs12 -in client01.p12 -info -noout -passin file:password");
    let info = String::from_utf8_lossy(&info.stderr).into_owned();
    assert!(info.contains("MAC: sha256"), "{info}");
    assert!(info.contains("PBES2, PBKDF2, AES-256-CBC"), "{info}");
}

/// What is revoked can be had, and whoever takes it is told.
#[test]
fn a_revoked_certificate_is_exported_with_a_note() {
    let world = client();
    let lines = [
        "pem client01 --out one.pem",
        "der client01 --out one.der",
        "p7b client01 --out one.p7b",
        "p12 client01 --out one.p12 --password-file password",
        "jks client01 --out one.jks --password-file password",
        "k8s client01 --out one.yaml",
        "bundle client01 --out one",
    ];
    let note = "client01 is revoked: whoever looks at the revocation list refuses it";
    for line in lines {
        let told = world.ok(&format!("export {line}"));
        assert!(!told.stderr.contains("revoked"), "{line}: {told:#?}");
    }
    world.ok("revoke client01 --yes");
    for line in lines {
        let told = world.ok(&format!("export {}", line.replace("one", "two")));
        assert!(told.stderr.contains(note), "{line}: {told:#?}");
    }
}

#[test]
fn everybody_opens_a_legacy_pkcs12() {
    let world = client();
    world.ok(
        "export p12 client01 --out client01.p12 --for legacy --friendly-name 'Client 01' --password-file password",
    );
    opened(&world, "-legacy");
    let info =
        world.judge("openssl pkcs12 -legacy -in client01.p12 -info -noout -passin file:password");
    let info = String::from_utf8_lossy(&info.stderr).into_owned();
    assert!(info.contains("MAC: sha1"), "{info}");
    assert!(info.contains("pbeWithSHA1And3-KeyTripleDES-CBC"), "{info}");
}

fn opened(world: &World, legacy: &str) {
    let mode = world
        .path("client01.p12")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let key = world.accepts(&format!(
        "openssl pkcs12 {legacy} -in client01.p12 -nocerts -nodes -passin file:password"
    ));
    assert!(key.contains("friendlyName: Client 01"), "{key}");
    world.write("out.key", key);
    assert_eq!(
        world.accepts("openssl pkey -in out.key -pubout"),
        world.accepts("openssl pkey -in pki/certs/client01/client01.key -pubout")
    );
    let certificates = world.accepts(&format!(
        "openssl pkcs12 {legacy} -in client01.p12 -nokeys -passin file:password"
    ));
    for subject in ["CN = client01", "CN = Web CA", "CN = testca.com"] {
        assert!(
            certificates.contains(&format!("subject={subject}\n")),
            "{certificates}"
        );
    }

    let listed = world.accepts(
        "keytool -list -v -keystore client01.p12 -storetype PKCS12 -storepass:file password",
    );
    assert!(listed.contains("Entry type: PrivateKeyEntry"), "{listed}");
    assert!(listed.contains("Certificate chain length: 3"), "{listed}");
    assert!(listed.contains("Alias name: client 01"), "{listed}");

    std::fs::create_dir(world.path("nss")).unwrap();
    world.accepts("certutil -N -d sql:nss --empty-password");
    world.accepts("pk12util -i client01.p12 -d sql:nss -w password");
    let keys = world.accepts("certutil -K -d sql:nss");
    assert!(keys.contains("Client 01"), "{keys}");
    world.accepts("certutil -A -d sql:nss -n root -t CT,C,C -i pki/ca/ca.crt");
    world.accepts("certutil -V -d sql:nss -n 'Client 01' -e -u C");

    const PROGRAM: &str = r#"
from cryptography.hazmat.primitives.serialization import pkcs12
bundle = pkcs12.load_pkcs12(open("client01.p12", "rb").read(), b"secret0")
assert bundle.key.public_key() == bundle.cert.certificate.public_key()
print(bundle.cert.friendly_name.decode())
for one in [bundle.cert, *bundle.additional_certs]:
    print(one.certificate.subject.rfc4514_string())
"#;
    assert_eq!(
        world.python(PROGRAM, &[]),
        "Client 01\nCN=client01\nCN=Web CA\nCN=testca.com\n"
    );
}

#[test]
fn openssl_reads_the_plain_formats() {
    let world = client();
    let fingerprint = |file: &str, form: &str| {
        world.accepts(&format!(
            "openssl x509 -in {file} -inform {form} -noout -fingerprint -sha256"
        ))
    };
    let own = fingerprint("pki/certs/client01/client01.crt", "PEM");

    world.ok("export der client01 --out client01.cer");
    assert_eq!(fingerprint("client01.cer", "DER"), own);

    world.ok("export pem client01 --out client01.pem");
    assert_eq!(fingerprint("client01.pem", "PEM"), own);
    let serial =
        world.json("list --sort recorded --reverse --limit 1")["certificates"][0]["serial"]
            .as_str()
            .unwrap()
            .to_owned();
    world.ok(&format!("export pem --serial {serial} --out again.pem"));
    assert_eq!(fingerprint("again.pem", "PEM"), own);
    for (part, file) in [("fullchain", "fullchain.crt"), ("chain", "chain.crt")] {
        world.ok(&format!(
            "export pem client01 --part {part} --out {part}.pem"
        ));
        assert_eq!(
            world.read(&format!("{part}.pem")),
            world.read(&format!("pki/certs/client01/client01.{file}"))
        );
    }

    world.ok("export p7b client01 --out client01.p7b");
    let printed = world.accepts("openssl pkcs7 -in client01.p7b -print_certs -noout");
    let subjects: Vec<&str> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("subject="))
        .collect();
    assert_eq!(
        subjects,
        ["CN = client01", "CN = Web CA", "CN = testca.com"]
    );
    let listed = world.accepts("keytool -printcert -file client01.p7b");
    assert!(listed.contains("Owner: CN=client01"), "{listed}");
}

#[test]
fn nothing_is_overwritten() {
    let world = client();
    world.write("taken", "mine");
    for line in [
        "export p12 client01 --out taken --password-file password",
        "export p7b client01 --out taken",
        "export der client01 --out taken",
        "export pem client01 --out taken",
        "key new --key p256 --out taken",
        "csr new --key-file pki/certs/client01/client01.key --cn x --out taken",
        "sign pki/certs/client01/client01.csr --profile client --out taken",
        "issue client client01 --key p256 --ca web",
        "ca init --cn again --key p256 --no-passphrase",
        "ca intermediate web --issuer ca --cn again --key p256 --no-passphrase",
    ] {
        let told = world.refused(line);
        assert!(told.stderr.contains("exists"), "{line}\n{told:#?}");
    }
    assert_eq!(world.read_text("taken"), "mine");
    assert_eq!(
        world.json("list")["certificates"].as_array().unwrap().len(),
        3
    );
}
