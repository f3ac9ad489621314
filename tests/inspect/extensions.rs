//! Extensions that openssl's command line does not write, made by Python's cryptography.

use serde_json::{Value, json};

use crate::lab::Lab;

const PROGRAM: &str = r#"
import datetime as d
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import *
OID = x509.ObjectIdentifier
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "all")])
now = d.datetime.now(d.timezone.utc)
builder = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
  .serial_number(7).not_valid_before(now).not_valid_after(now + d.timedelta(days=9)))
relative = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "part")])
for extension, critical in [
  (x509.AuthorityKeyIdentifier(b"\x01\x02", [x509.DirectoryName(name)], 0x80ff), False),
  (x509.CertificatePolicies([x509.PolicyInformation(OID("1.2.3"), ["http://cps",
      x509.UserNotice(x509.NoticeReference("Org", [1, 2]), "read this")])]), True),
  (x509.PolicyConstraints(0, 5), True),
  (x509.CRLDistributionPoints([
      x509.DistributionPoint(None, relative, frozenset([x509.ReasonFlags.key_compromise,
          x509.ReasonFlags.aa_compromise]), [x509.DirectoryName(name)])]), False),
  (x509.FreshestCRL([x509.DistributionPoint([x509.UniformResourceIdentifier("http://delta")], None, None, None)]), False),
  (x509.MSCertificateTemplate(OID("1.3.6.1.4.1.311.21.8.1.2"), 100, 3), False),
  (x509.TLSFeature([x509.TLSFeatureType.status_request, x509.TLSFeatureType.status_request_v2]), False),
  (x509.OCSPNoCheck(), False),
  (x509.PrivateKeyUsagePeriod(d.datetime(2020, 1, 1), d.datetime(2030, 1, 1)), False),
  (x509.NameConstraints([x509.IPAddress(__import__("ipaddress").ip_network("fd00::/8")), x509.DirectoryName(name)], None), True),
  (x509.UnrecognizedExtension(OID("2.5.29.33"), bytes.fromhex("300c300a06032a030406032a0305")), False),
  (x509.UnrecognizedExtension(OID("1.3.6.1.4.1.311.20.2"), bytes.fromhex("1e0e0055007300650072") + b"\0S\0A\0M"[:6]), False),
  (x509.UnrecognizedExtension(OID("1.2.3.4.5.6"), b"\x0c\x05hello"), False),
  (x509.UnrecognizedExtension(OID("1.2.3.4.5.7"), b"\x04\x02\x00\xff"), True),
  (x509.UnrecognizedExtension(OID("2.5.29.37"), b"\x30\x05\x06"), False),
  (x509.UnrecognizedExtension(OID("2.5.29.19"), b"junk"), True),
]:
    builder = builder.add_extension(extension, critical)
certificate = builder.sign(key, hashes.SHA256())
open("all.crt", "wb").write(certificate.public_bytes(serialization.Encoding.DER))
"#;

#[test]
fn every_extension_is_read() {
    let lab = Lab::new();
    lab.python(PROGRAM);
    let document = lab.json(&["all.crt"]);
    let certificate = &document["files"][0]["objects"][0];
    assert_eq!(
        certificate["serial"],
        json!({ "hex": "07", "decimal": "7" })
    );
    let extension = |oid: &str| -> &Value {
        let all = certificate["extensions"].as_array().unwrap();
        all.iter()
            .find(|one| one["oid"] == oid)
            .unwrap_or_else(|| panic!("{oid}"))
    };
    let directory = json!({ "type": "directory", "value": "CN=all" });
    for (oid, critical, value) in [
        (
            "2.5.29.35",
            false,
            json!({ "key_identifier": "01:02", "issuer": [directory], "serial": "80FF" }),
        ),
        (
            "2.5.29.32",
            true,
            json!([{ "oid": "1.2.3", "name": null, "qualifiers": [
                { "type": "cps", "text": "http://cps" },
                { "type": "userNotice", "text": "Org #1 #2 read this" } ] }]),
        ),
        (
            "2.5.29.36",
            true,
            json!({ "require_explicit_policy": "0", "inhibit_policy_mapping": "5" }),
        ),
        (
            "2.5.29.31",
            false,
            json!([{ "names": [], "relative_name": "CN=part", "crl_issuer": [directory],
                     "reasons": ["keyCompromise", "aACompromise"] }]),
        ),
        (
            "2.5.29.46",
            false,
            json!([{ "names": [{ "type": "uri", "value": "http://delta" }], "relative_name": null,
                     "crl_issuer": [], "reasons": [] }]),
        ),
        (
            "1.3.6.1.4.1.311.21.7",
            false,
            json!({ "template": "1.3.6.1.4.1.311.21.8.1.2", "major": "100", "minor": "3" }),
        ),
        (
            "1.3.6.1.5.5.7.1.24",
            false,
            json!(["status_request", "status_request_v2"]),
        ),
        ("1.3.6.1.5.5.7.48.1.5", false, Value::Null),
        (
            "2.5.29.16",
            false,
            json!({ "not_before": "2020-01-01T00:00:00Z", "not_after": "2030-01-01T00:00:00Z" }),
        ),
        (
            "2.5.29.30",
            true,
            json!({ "permitted": [{ "type": "ip", "value": "fd00::/8" }, directory], "excluded": [] }),
        ),
        (
            "2.5.29.33",
            false,
            json!([{ "issuer_domain_policy": "1.2.3.4", "subject_domain_policy": "1.2.3.5" }]),
        ),
        ("1.3.6.1.4.1.311.20.2", false, json!("UserSAM")),
        (
            "1.2.3.4.5.6",
            false,
            json!({ "hex": "0c0568656c6c6f", "text": "hello" }),
        ),
        (
            "1.2.3.4.5.7",
            true,
            json!({ "hex": "040200ff", "text": null }),
        ),
    ] {
        assert_eq!(extension(oid)["value"], value, "{oid}");
        assert_eq!(extension(oid)["critical"], critical, "{oid}");
    }
    for oid in ["2.5.29.37", "2.5.29.19"] {
        assert!(extension(oid)["value"]["malformed"].is_string(), "{oid}");
    }
    assert_eq!(extension("2.5.29.35")["name"], "authorityKeyIdentifier");
    let text = lab.inspect(&["all.crt"]);
    assert!(text.contains("not a valid"), "{text}");
    // OpenSSL agrees about what it knows.
    for file in ["issuer", "subject"] {
        let expected = lab.openssl(&format!("x509 -inform DER -in all.crt -noout -{file}"));
        assert_eq!(lab.inspect(&["--only", file, "all.crt"]), expected);
    }
}

#[test]
fn timestamps_of_logs_are_counted() {
    let lab = Lab::new();
    // A list of two entries of 1 and 2 octets (RFC 6962 §3.3), then one that is cut off.
    for (name, list, expected) in [
        ("good", "0409000700010a00020b0c", json!({ "count": 2 })),
        ("bad", "0409000700010a00030b0c", Value::Null),
    ] {
        lab.write(
            "sct.cnf",
            format!("1.3.6.1.4.1.11129.2.4.2=DER:{list}\n").as_bytes(),
        );
        lab.root("root");
        lab.openssl("req -new -key root.key -subj /CN=x -out x.csr");
        lab.openssl("x509 -req -in x.csr -signkey root.key -extfile sct.cnf -out x.crt");
        let document = lab.json(&["x.crt"]);
        let all = document["files"][0]["objects"][0]["extensions"]
            .as_array()
            .unwrap()
            .clone();
        let value = all
            .iter()
            .find(|one| one["name"] == "signedCertificateTimestamps")
            .unwrap();
        match expected {
            Value::Null => assert!(value["value"]["malformed"].is_string(), "{name}"),
            expected => assert_eq!(value["value"], expected, "{name}"),
        }
    }
}
