//! Subjects as people and programs write them.

use crate::desk::Desk;

#[test]
fn subjects_are_kept_as_written() {
    let mut desk = Desk::new();
    for (name, subject) in [
        ("plain", "/C=DE/O=Acme/CN=host.example"),
        ("email", "/C=DE/CN=host/emailAddress=a@example.com"),
        ("multi-valued", "/C=DE/O=Acme/OU=A+CN=host"),
        ("two-units", "/O=Acme/OU=one/OU=two/CN=h"),
        ("three-components", "/DC=com/DC=example/DC=corp/CN=h"),
        (
            "many",
            "/CN=h/UID=u1/serialNumber=123/title=T/GN=g/SN=s/street=st/postalCode=12345",
        ),
        ("unknown-attribute", "/1.2.3.4.5=foo/CN=h"),
        ("no-common-name", "/C=DE/O=Acme"),
        ("empty-value", "/C=DE/O=Acme/CN=h/OU="),
    ] {
        desk.request(name, &format!("-multivalue-rdn -subj {subject}"));
        desk.signs(name, "--profile client");
    }
    desk.request("utf8", "-utf8 -subj '/C=DE/O=Müller GmbH/CN=日本'");
    desk.signs("utf8", "--profile client");
    let longest = "a".repeat(64);
    desk.request("longest", &format!("-subj /CN={longest}"));
    desk.signs("longest", "--profile client");
}

/// Every kind of string that openssl writes, by its `string_mask` (ASN1_STRING_set_default_mask).
#[test]
fn string_types_are_kept() {
    let mut desk = Desk::new();
    for (name, mask) in [
        ("default", "default"),
        ("pkix", "pkix"),
        ("utf8only", "utf8only"),
        ("nombstr", "nombstr"),
        ("printable", "MASK:0x0002"),
        ("t61", "MASK:0x0004"),
        ("ia5", "MASK:0x0010"),
        ("universal", "MASK:0x0100"),
        ("bmp", "MASK:0x0800"),
        ("utf8", "MASK:0x2000"),
    ] {
        desk.request_from(name, &format!("string_mask={mask}\n[dn]\nO=Acme\nCN=h"));
        desk.signs(name, "--profile client");
    }
    desk.request_from(
        "t61-latin1",
        "utf8=yes\nstring_mask=MASK:0x0004\n[dn]\nO=Müller\nCN=h",
    );
    desk.signs("t61-latin1", "--profile client");
    desk.request_from(
        "bmp-japanese",
        "utf8=yes\nstring_mask=MASK:0x0800\n[dn]\nO=日本\nCN=h",
    );
    desk.signs("bmp-japanese", "--profile client");
}

#[test]
fn a_request_without_a_subject_needs_a_name() {
    let mut desk = Desk::new();
    desk.request("nobody", "-subj /");
    desk.refuses("nobody", "--profile client", "neither a subject nor");
    desk.request("by-name", "-subj / -addext subjectAltName=DNS:a.example");
    let decided = desk.signs("by-name", "--profile server");
    assert_eq!(
        decided,
        ["subjectAltName changed: made critical, because the subject is empty (RFC 5280 §4.2.1.6)"]
    );
    let names = desk
        .world
        .accepts("openssl x509 -in by-name.crt -noout -ext subjectAltName");
    assert!(names.contains("Alternative Name: critical"), "{names}");
}

#[test]
fn attributes_without_a_place_are_told() {
    let mut desk = Desk::new();
    desk.request_from(
        "challenge",
        "attributes=a\n[dn]\nCN=h\n[a]\nchallengePassword=secret0\nunstructuredName=un",
    );
    let told = desk
        .world
        .ok("sign challenge.csr --out told.crt --ca-cert ca.crt --ca-key ca.key --profile client");
    assert!(told.stderr.contains("challengePassword"), "{told:#?}");
    assert!(told.stderr.contains("unstructuredName"), "{told:#?}");
    desk.signs("challenge", "--profile client");
    assert!(!desk.world.read_text("challenge.crt").contains("secret0"));
}
