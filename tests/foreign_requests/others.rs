//! Requests from other programs than openssl, and published ones.

use crate::{desk::Desk, judge};

#[test]
fn from_java() {
    let mut desk = Desk::new();
    for (name, options) in [
        ("rsa", "-keyalg RSA -keysize 2048"),
        ("ec", "-keyalg EC -groupname secp384r1"),
    ] {
        let store = format!("-keystore {name}.p12 -storetype PKCS12 -storepass secret0 -alias own");
        desk.world.accepts(&format!(
            "keytool -genkeypair {options} {store} -dname 'CN=java.example, OU=One, OU=Two, O=Acme, C=JP'"
        ));
        desk.world.accepts(&format!(
            "keytool -certreq {store} -file {name}.csr -ext san=dns:java.example,ip:10.0.0.7"
        ));
        // Java asks for the key identifier of its own self-signed certificate too.
        let decisions = desk.signs(name, "--profile server");
        assert!(
            decisions.contains(&"subjectAltName granted".to_owned()),
            "{decisions:?}"
        );
        assert!(
            decisions
                .iter()
                .all(|decision| decision.ends_with(" granted")),
            "{decisions:?}"
        );
    }
}

#[test]
fn from_gnutls() {
    let mut desk = Desk::new();
    desk.world.write(
        "template",
        "organization = \"Acme\"\nunit = \"one\"\nunit = \"two\"\nlocality = \"Köln\"\nstate = \"NRW\"\n\
         country = DE\ncn = \"gnutls.example\"\ndc = \"example\"\ndc = \"com\"\ndns_name = \"gnutls.example\"\n\
         ip_address = \"10.0.0.7\"\nsigning_key\ntls_www_server\n",
    );
    for (name, options) in [
        ("rsa", "--key-type rsa --bits 2048"),
        ("ecdsa", "--key-type ecdsa --curve secp256r1"),
        ("ed25519", "--key-type ed25519"),
    ] {
        desk.world.accepts(&format!(
            "certtool --generate-privkey {options} --no-text --outfile {name}.key"
        ));
        desk.world.accepts(&format!(
            "certtool --generate-request --template template --no-text --load-privkey {name}.key \
             --outfile {name}.csr"
        ));
        let decisions = desk.signs(name, "--profile server");
        assert!(
            decisions.contains(&"subjectAltName granted".to_owned()),
            "{decisions:?}"
        );
    }
}

#[test]
fn from_nss() {
    let mut desk = Desk::new();
    std::fs::create_dir(desk.world.path("nss")).unwrap();
    desk.world
        .accepts("certutil -N -d sql:nss --empty-password");
    desk.world.write("noise", [7; 64]);
    desk.world.accepts(
        "certutil -R -d sql:nss -k ec -q nistp256 -z noise -a -o nss.csr \
         -s 'CN=nss.example,OU=Two,OU=One,DC=example,DC=com' -8 nss.example",
    );
    let decisions = desk.signs("nss", "--profile server");
    assert!(
        decisions.contains(&"subjectAltName granted".to_owned()),
        "{decisions:?}"
    );
}

#[test]
fn from_python() {
    let mut desk = Desk::new();
    // Attributes in the order and with the string types that cryptography chooses, and extensions of
    // its own kinds.
    const PROGRAM: &str = r#"
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP521R1())
O = x509.NameOID
name = x509.Name([
    x509.RelativeDistinguishedName([x509.NameAttribute(O.ORGANIZATIONAL_UNIT_NAME, "a"),
                                    x509.NameAttribute(O.COMMON_NAME, "python.example")]),
    *(x509.RelativeDistinguishedName([x509.NameAttribute(kind, value)]) for kind, value in
      [(O.COUNTRY_NAME, "JP"), (O.PSEUDONYM, "日本"), (O.JURISDICTION_COUNTRY_NAME, "JP")]),
])
builder = x509.CertificateSigningRequestBuilder().subject_name(name)
builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("python.example")]), False)
builder = builder.add_attribute(x509.oid.AttributeOID.CHALLENGE_PASSWORD, b"secret0")
request = builder.sign(key, hashes.SHA256())
open("python.csr", "wb").write(request.public_bytes(serialization.Encoding.DER))
"#;
    desk.world.python(PROGRAM, &[]);
    assert_eq!(
        desk.signs("python", "--profile server"),
        ["subjectAltName granted"]
    );
}

/// Windows puts its extensions under an attribute of its own (1.3.6.1.4.1.311.2.1.14, [MS-WCCE]
/// §2.2.2.7.7), beside others that name the template and the machine.
#[test]
fn from_windows() {
    let mut desk = Desk::new();
    const PROGRAM: &str = r#"
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
def tlv(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content
def oid(text):
    first, second, *rest = map(int, text.split("."))
    octets = bytes([40 * first + second])
    for arc in rest:
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.insert(0, arc & 0x7F | 0x80)
        octets += bytes(part)
    return tlv(0x06, octets)
key = rsa.generate_private_key(65537, 2048)
spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
name = x509.Name([x509.NameAttribute(x509.NameOID.DOMAIN_COMPONENT, "com"),
                  x509.NameAttribute(x509.NameOID.DOMAIN_COMPONENT, "example"),
                  x509.NameAttribute(x509.NameOID.COMMON_NAME, "windows.example")]).public_bytes()
names = x509.SubjectAlternativeName([x509.DNSName("windows.example")]).public_bytes()
extensions = tlv(0x30,
    tlv(0x30, oid("1.3.6.1.4.1.311.20.2"), tlv(0x04, tlv(0x1E, "WebServer".encode("utf-16-be")))),
    tlv(0x30, oid("2.5.29.17"), tlv(0x04, names)))
attributes = tlv(0xA0,
    tlv(0x30, oid("1.3.6.1.4.1.311.13.2.3"), tlv(0x31, tlv(0x16, b"10.0.20348.2"))),
    tlv(0x30, oid("1.3.6.1.4.1.311.2.1.14"), tlv(0x31, extensions)))
information = tlv(0x30, tlv(0x02, b"\0"), name, spki, attributes)
signature = key.sign(information, padding.PKCS1v15(), hashes.SHA256())
algorithm = tlv(0x30, oid("1.2.840.113549.1.1.11"), b"\x05\0")
open("windows.csr", "wb").write(tlv(0x30, information, algorithm, tlv(0x03, b"\0" + signature)))
"#;
    desk.world.python(PROGRAM, &[]);
    desk.world
        .accepts("openssl req -in windows.csr -inform DER -noout -verify");
    let decisions = desk.signs("windows", "--profile server");
    assert_eq!(decisions.len(), 2, "{decisions:?}");
    assert!(
        decisions[0].starts_with("microsoftCertificateTemplateName refused"),
        "{decisions:?}"
    );
    assert_eq!(decisions[1], "subjectAltName granted");
}

/// The requests of Python's cryptography-vectors, each with what comes of it. Some of their signatures
/// were made up by whoever wrote them.
#[test]
fn published_ones() {
    const SIGNED: &str = "";
    const MADE_UP: &str = "the signature does not verify";
    const DAMAGED: &str = "not a valid certification request";
    const EXPECTED: [(&str, &str); 26] = [
        ("bad-version.pem", MADE_UP),
        ("basic_constraints.pem", MADE_UP),
        ("challenge-invalid.der", DAMAGED),
        ("challenge-multi-valued.der", MADE_UP),
        ("challenge-unstructured.pem", SIGNED),
        ("challenge.pem", SIGNED),
        ("dsa_sha1.der", "its key is DSA 1024"),
        ("dsa_sha1.pem", "its key is DSA 1024"),
        // A P-384 key that signs with SHA-256.
        ("ec_sha256.der", SIGNED),
        ("ec_sha256.pem", SIGNED),
        ("ec_sha256_old_header.pem", SIGNED),
        ("freeipa-bad-critical.pem", SIGNED),
        ("invalid_signature.pem", MADE_UP),
        ("long-form-attribute.pem", DAMAGED),
        ("rsa_md4.der", "1.2.840.113549.1.1.3 is not supported"),
        ("rsa_md4.pem", "1.2.840.113549.1.1.3 is not supported"),
        ("rsa_sha1.der", SIGNED),
        ("rsa_sha1.pem", SIGNED),
        ("rsa_sha256.der", SIGNED),
        ("rsa_sha256.pem", SIGNED),
        ("san_rsa_sha1.der", SIGNED),
        ("san_rsa_sha1.pem", SIGNED),
        ("two_basic_constraints.pem", "basicConstraints twice"),
        ("unsupported_extension.pem", MADE_UP),
        ("unsupported_extension_critical.pem", MADE_UP),
        ("zero-element-attribute.pem", DAMAGED),
    ];
    let mut desk = Desk::new();
    let folder = judge::vectors().join("x509/requests");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), EXPECTED.len());
    for (file, expected) in EXPECTED {
        let name = file.replace('.', "-");
        std::fs::copy(folder.join(file), desk.world.path(&format!("{name}.csr"))).unwrap();
        if expected == SIGNED {
            desk.signs(&name, "--profile client");
        } else {
            desk.refuses(&name, "--profile client", expected);
        }
    }
}
