//! What is written is read as the same.

use std::fs;

use certmint::{
    manifest::{Manifest, Removed, parse, write, written_name},
    store::StoreName,
    x509::{DistinguishedNameBuilder, Name, oid},
};

use super::toml_files;

fn read(text: &str) -> Manifest {
    parse("pki.toml", text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

#[track_caller]
fn comes_back(text: &str) -> String {
    let manifest = read(text);
    let written = write(&manifest);
    assert_eq!(read(&written), manifest, "{written}");
    assert_eq!(write(&read(&written)), written);
    written
}

#[test]
fn templates_come_back() {
    for file in toml_files("templates/manifests") {
        comes_back(&fs::read_to_string(file).unwrap());
    }
}

#[test]
fn every_key_comes_back() {
    let written = comes_back(
        r#"
[defaults]
ca = "web"
key = "p256"
days = 100
renew_days = 10
reuse_key = true
reload = "true"
crl_days = 7
removed = "revoke"
country = "JP"
state = "Tōkyō"
locality = "Chiyoda"
organization = 'Example "K.K." \'
organizational_unit = ["Web", "Ops"]

[ca.root]
subject = ["DC=com", "DC=example", "emailAddress=pki@example.com", "CN=Root"]
key = "ed25519"
days = 5000
path_length = "unlimited"
permit_dns = ["example.com", "internal.local"]
permit_ip = ["10.0.0.0/8", "fd00::/8"]
exclude_dns = ["secret.example.com"]
exclude_ip = ["10.9.0.0/16"]
passphrase = { file = "secret/root.pass" }
renew_days = 900
crl_url = "http://pki.example.com/root.crl"
ca_issuers_url = "http://pki.example.com/root.crt"
ocsp_url = "http://ocsp.example.com/"
crl_days = 90

[ca.web]
issuer = "root"
common_name = "Web\t\u0041"
organizational_unit = "One"

[server."*.example.com"]
renew_days = 20

[server.old]
san = ["old.example.com", "10.0.0.7", "ip:fd00::7", "email:joe@example.com", "uri:urn:example:old", "uri:https://example.com/"]
common_name = "Old"
ca = "root"
key = "rsa3072"
days = 4000
allow_long_life = true
reuse_key = false
reload = ["systemctl", "reload", "nginx"]
probe = { address = "[fd00::7]:8443", server_name = "old.example.com" }
targets = ["nginx", "oci-lb", "mine"]
target.nginx = { document_root = "/srv/w w", listen = ["443", 8443], http2 = "off" }
target.nginx-lb.backend_revocation = true
target.nginx-lb.backends = []
target.mine = { depth = 0x10, words = [true, "\"a\"", 3], "odd key" = "" }
export.pem = { part = "chain", file = "out/old.pem" }
export.der = {}
export.jks = { password_file = "old.pass", alias = "Tomcat" }
export.truststore = { password_file = "old.pass", format = "jks", alias = "root", file = "out/trust.jks" }
export.k8s = { kind = "secret", name = "old-tls", namespace = "web", file = "out/old.yaml" }

[client.joe]
subject = []
reload = { haproxy = "ipv4@127.0.0.1:9999", certificate = "certs/joe.crt", file = "joe.crt", key_file = "joe.key" }
san = ["joe@example.com"]
export.p12 = { password_file = "joe.pass", for = "legacy", friendly_name = "Joe", file = "joe.pfx" }
export.p7b = {}
export.jks = { password_file = "joe.pass" }
export.truststore = { password_file = "joe.pass" }
export.k8s = {}

[peer."node.example.com"]
reload = { haproxy = "/run/haproxy/admin.sock", certificate = "/etc/haproxy/node.pem" }
san = ["node1.example.com"]
probe = "node1.example.com:443"
"#,
    );
    assert!(written.contains("uri:urn:example:old"), "{written}");
}

#[test]
fn issuers_come_first_whatever_the_order_of_the_file() {
    let manifest = read(
        "[ca.a]\ncommon_name = \"A\"\nissuer = \"b\"\n[ca.b]\ncommon_name = \"B\"\nissuer = \"c\"\npath_length = 1\n[ca.c]\ncommon_name = \"C\"\npath_length = 2\n",
    );
    let names: Vec<String> = manifest
        .authorities()
        .iter()
        .map(|authority| authority.name.to_string())
        .collect();
    assert_eq!(names, ["c", "b", "a"]);
    let name: StoreName = "b".parse().unwrap();
    assert_eq!(manifest.authority(&name).unwrap().days, 1825);
}

/// Others put manifests together from values: the same rules hold.
#[test]
fn a_manifest_cannot_be_put_together_against_the_rules() {
    let manifest = read("[ca.ca]\ncommon_name = \"Root\"\n[client.joe]\n");
    let certificates = manifest.certificates().to_vec();
    let without_ca = Manifest::new(Vec::new(), certificates.clone(), Removed::Keep);
    let told = without_ca.unwrap_err();
    assert_eq!(
        told[0].to_string(),
        "[client.joe]: there is no [ca.ca]: add [ca.ca]"
    );
    let doubled = [certificates.clone(), certificates].concat();
    let told = Manifest::new(manifest.authorities().to_vec(), doubled, Removed::Keep).unwrap_err();
    assert!(told[0].what.contains("same name"), "{told:?}");
}

#[test]
fn foreign_subjects_are_said_in_certmints_own_string_types() {
    // C=JP, O=Example as PrintableString, as openssl's string_mask = default writes them.
    let printable = [
        0x30, 0x1f, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, b'J', b'P',
        0x31, 0x10, 0x30, 0x0e, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x13, 0x07, b'E', b'x', b'a', b'm',
        b'p', b'l', b'e',
    ];
    let foreign = Name::from_der(&printable).unwrap();
    let ours = DistinguishedNameBuilder::new()
        .attribute(oid::COUNTRY, "JP")
        .and_then(|name| name.attribute(oid::ORGANIZATION, "Example"))
        .and_then(DistinguishedNameBuilder::build)
        .unwrap();
    assert_ne!(foreign, ours);
    assert_eq!(written_name(&foreign), Some(ours));
}
