//! CAs that openssl made: their names and key identifiers are theirs, byte for byte, and what may not
//! sign does not.

use crate::{desk::assert_identical, world::World};

/// A world with a request of a server, and openssl's keys for CAs.
fn desk() -> World {
    let world = World::new();
    for (name, options) in [
        ("p256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"),
        ("p384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384"),
        ("p521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521"),
        ("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"),
        ("ed25519", "-algorithm ED25519"),
        ("own", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"),
    ] {
        world.accepts(&format!("openssl genpkey {options} -out {name}.key"));
    }
    world.accepts(
        "openssl req -new -key own.key -subj /CN=h -addext subjectAltName=DNS:a.example -out own.csr",
    );
    world
}

/// Signs the request with the CA `NAME.crt` and its key.
fn line(name: &str, key: &str) -> String {
    format!("sign own.csr --out {name}-leaf.crt --ca-cert {name}.crt --ca-key {key}.key")
}

/// Has the CA sign, asserts that the names are the CA's, that the key identifier is, and that openssl
/// accepts.
fn signs(world: &World, name: &str, key: &str, verification: &str) {
    world.ok(&line(name, key));
    world.accepts(&format!(
        "openssl verify {verification} -CAfile {name}.crt {name}-leaf.crt"
    ));
    assert_identical(world, &[format!("own.csr={name}-leaf.crt={name}.crt")]);
    const IDENTIFIERS: &str = r#"
import sys
from cryptography import x509
def extension(file, oid):
    one = x509.load_pem_x509_certificate(open(file, "rb").read())
    try:
        return one.extensions.get_extension_for_oid(oid).value
    except x509.ExtensionNotFound:
        return None
subject = extension(sys.argv[1], x509.ExtensionOID.SUBJECT_KEY_IDENTIFIER)
authority = extension(sys.argv[2], x509.ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
print((subject and subject.digest) == (authority and authority.key_identifier))
"#;
    let same = world.python(
        IDENTIFIERS,
        &[&format!("{name}.crt"), &format!("{name}-leaf.crt")],
    );
    assert_eq!(same.trim(), "True", "{name}");
}

#[test]
fn names_and_keys_of_every_kind() {
    let world = desk();
    for (name, key, subject) in [
        ("plain", "p256", "/C=DE/O=Acme/CN=CA"),
        ("on-p384", "p384", "/C=DE/O=Acme/CN=CA"),
        ("on-p521", "p521", "/C=DE/O=Acme/CN=CA"),
        ("on-rsa", "rsa", "/C=DE/O=Acme/CN=CA"),
        ("on-ed25519", "ed25519", "/C=DE/O=Acme/CN=CA"),
        ("components", "p256", "/DC=com/DC=example/CN=CA"),
        ("units", "p256", "/O=A/OU=x/OU=y/CN=CA"),
        ("multi-valued", "p256", "/O=A/OU=x+CN=CA"),
        ("email", "p256", "/O=A/CN=CA/emailAddress=ca@example.com"),
    ] {
        world.accepts(&format!(
            "openssl req -x509 -new -key {key}.key -days 3650 -multivalue-rdn -subj {subject} \
             -addext keyUsage=critical,keyCertSign -out {name}.crt"
        ));
        signs(&world, name, key, "-x509_strict");
    }
    // As the recipe makes them: without keyUsage.
    world.accepts(
        "openssl req -x509 -new -key rsa.key -days 3650 -sha256 -subj /CN=testca.com -out recipe.crt",
    );
    signs(&world, "recipe", "rsa", "");
}

/// `string_mask`, organization, subject key identifier and key usage.
fn configured(world: &World, name: &str, mask: &str, organization: &str, rest: &str) {
    let configuration = format!(
        "[req]\ndistinguished_name=dn\nprompt=no\nstring_mask={mask}\nutf8=yes\nx509_extensions=e\n\
         [dn]\nC=DE\nO={organization}\nCN=CA\n[e]\n{rest}\n"
    );
    world.write(&format!("{name}.cnf"), configuration);
    world.accepts(&format!(
        "openssl req -x509 -new -key p256.key -days 3650 -config {name}.cnf -out {name}.crt"
    ));
}

const CA: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";

#[test]
fn string_types_of_every_kind() {
    let world = desk();
    for (name, mask, organization) in [
        ("bmp", "MASK:0x0800", "Acme"),
        ("t61", "MASK:0x0004", "Acme"),
        ("t61-latin1", "MASK:0x0004", "Müller"),
        ("universal", "MASK:0x0100", "Acme"),
        ("utf8", "utf8only", "Müller"),
    ] {
        configured(
            &world,
            name,
            mask,
            organization,
            &format!("{CA}subjectKeyIdentifier=hash"),
        );
        signs(&world, name, "p256", "-x509_strict");
    }
}

#[test]
fn key_identifiers_of_every_kind() {
    let world = desk();
    configured(
        &world,
        "short",
        "pkix",
        "Acme",
        &format!("{CA}subjectKeyIdentifier=01:02:03:04"),
    );
    signs(&world, "short", "p256", "-x509_strict");
    configured(
        &world,
        "without",
        "pkix",
        "Acme",
        &format!("{CA}subjectKeyIdentifier=none"),
    );
    signs(&world, "without", "p256", "");
}

#[test]
fn what_may_not_sign_does_not() {
    let world = desk();
    let refused = |name: &str, key: &str, because: &str| {
        let told = world.refused(&line(name, key));
        assert!(told.stderr.contains(because), "{because}\n{told:#?}");
        assert!(told.stderr.contains(&format!("{name}.crt")), "{told:#?}");
        assert!(!world.exists(&format!("{name}-leaf.crt")));
    };
    world.accepts("openssl req -new -key p256.key -subj '/CN=v1 CA' -out v1.csr");
    world.accepts("openssl x509 -req -in v1.csr -signkey p256.key -days 100 -out v1.crt");
    refused("v1", "p256", "version 1");

    configured(
        &world,
        "no-ca",
        "pkix",
        "Acme",
        "basicConstraints=critical,CA:FALSE",
    );
    refused("no-ca", "p256", "CA:FALSE");

    configured(
        &world,
        "unsaid",
        "pkix",
        "Acme",
        "keyUsage=critical,keyCertSign",
    );
    refused("unsaid", "p256", "no basicConstraints");

    configured(
        &world,
        "usage",
        "pkix",
        "Acme",
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign",
    );
    refused("usage", "p256", "lacks keyCertSign");

    configured(&world, "good", "pkix", "Acme", CA);
    refused("good", "own", "the key does not fit");
    refused("good", "rsa", "the key does not fit");
    world.ok(&line("good", "p256"));

    world.accepts(
        "openssl req -x509 -new -key p256.key -days 3650 -subj / -addext keyUsage=critical,keyCertSign -out nameless.crt",
    );
    refused("nameless", "p256", "without a subject");
}

#[test]
fn a_ca_whose_time_is_over_or_short() {
    let world = desk();
    // `openssl req -x509` of Debian 12 takes no dates, so the certificates come from Python.
    const AUTHORITY: &str = r#"
import sys
from datetime import datetime, timedelta, timezone
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
file, start, end = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
key = serialization.load_pem_private_key(open("p256.key", "rb").read(), None)
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CA")])
now = datetime.now(timezone.utc)
builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
builder = builder.serial_number(x509.random_serial_number())
builder = builder.not_valid_before(now + timedelta(days=start)).not_valid_after(now + timedelta(days=end))
builder = builder.add_extension(x509.BasicConstraints(True, None), True)
made = builder.sign(key, hashes.SHA256())
open(file, "wb").write(made.public_bytes(serialization.Encoding.PEM))
"#;
    for (name, start, end, because) in [
        ("over", "-20", "-10", "expired"),
        ("early", "10", "1000", "not valid before"),
        ("short", "-10", "100", "longer than its issuer"),
    ] {
        world.python(AUTHORITY, &[&format!("{name}.crt"), start, end]);
        let told = world.refused(&line(name, "p256"));
        assert!(told.stderr.contains(because), "{because}\n{told:#?}");
        assert!(told.stderr.contains("hint: "), "{told:#?}");
        assert!(!world.exists(&format!("{name}-leaf.crt")));
    }
    world.ok(&format!("{} --days 90", line("short", "p256")));
    world.accepts("openssl verify -CAfile short.crt short-leaf.crt");
}

#[test]
fn the_cas_own_key_is_not_certified() {
    let world = desk();
    configured(&world, "good", "pkix", "Acme", CA);
    world.accepts(
        "openssl req -new -key p256.key -subj /CN=h -addext subjectAltName=DNS:a.example -out own.csr",
    );
    let told = world.refused(&line("good", "p256"));
    assert!(told.stderr.contains("is the key of CN=CA"), "{told:#?}");
}

/// A CA in any form of file: DER, an encrypted key, a key in openssl's own traditional form.
#[test]
fn files_of_every_form() {
    let world = desk();
    configured(
        &world,
        "good",
        "pkix",
        "Acme",
        &format!("{CA}subjectKeyIdentifier=hash"),
    );
    world.accepts("openssl x509 -in good.crt -outform DER -out good.der");
    world.accepts("openssl ec -in p256.key -out sec1.key");
    world.accepts(
        "openssl pkcs8 -topk8 -in p256.key -outform DER -passout pass:secret0 -out locked.der",
    );
    world.write("passphrase", "secret0\n");
    for (number, (certificate, key)) in [
        ("good.der", "p256.key"),
        ("good.crt", "sec1.key"),
        ("good.der", "locked.der --passphrase-file passphrase"),
    ]
    .into_iter()
    .enumerate()
    {
        world.ok(&format!(
            "sign own.csr --out {number}.crt --ca-cert {certificate} --ca-key {key}"
        ));
        world.accepts(&format!(
            "openssl verify -x509_strict -CAfile good.crt {number}.crt"
        ));
    }
    world.write("passphrase", "wrong\n");
    let told = world.refused(
        "sign own.csr --out wrong.crt --ca-cert good.crt --ca-key locked.der --passphrase-file passphrase",
    );
    assert!(told.stderr.contains("passphrase"), "{told:#?}");
    assert!(told.stderr.contains("locked.der"), "{told:#?}");
    // One CA, however often it was used: the inventory has it once.
    let known = world.json("ca list");
    assert_eq!(known["authorities"].as_array().unwrap().len(), 1);
}
