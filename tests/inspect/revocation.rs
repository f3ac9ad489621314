//! Revocation lists, against openssl and Python's cryptography.

use certmint::inspect::{Description, ValidityState, describe};

use crate::lab::{Lab, now};

#[test]
fn a_list_of_openssl() {
    let lab = Lab::new();
    lab.chain();
    lab.write(
        "ca.cnf",
        b"[ca]\ndefault_ca = d\n[d]\ndatabase = index.txt\ncrlnumber = number\ndefault_md = sha256\n\
          default_crl_days = 7\nprivate_key = root.key\ncertificate = root.crt\ncrl_extensions = e\n\
          [e]\nauthorityKeyIdentifier = keyid\n",
    );
    lab.shell(
        "touch index.txt; echo 1A2B > number; \
               openssl ca -config ca.cnf -revoke leaf.crt -crl_reason keyCompromise 2>/dev/null; \
               openssl ca -config ca.cnf -revoke sub.crt -crl_reason superseded 2>/dev/null; \
               openssl ca -config ca.cnf -gencrl -out list.crl 2>/dev/null; \
               openssl crl -in list.crl -outform DER -out list.der",
    );
    for file in ["list.crl", "list.der"] {
        let described = lab.look(file);
        let [Description::RevocationList(one)] = described.as_slice() else {
            panic!("{file}")
        };
        assert_eq!(
            (one.version, one.count, one.number.as_deref()),
            (2, 2, Some("6699"))
        );
        assert_eq!(one.state, ValidityState::Valid);
        let serial = |name: &str| lab.openssl(&format!("x509 -in {name}.crt -noout -serial"));
        let mut expected = [
            (serial("leaf"), Some("keyCompromise")),
            (serial("sub"), Some("superseded")),
        ];
        expected.sort();
        let mut found: Vec<_> = one
            .entries
            .iter()
            .map(|entry| {
                (
                    format!("serial={}\n", entry.serial.hex),
                    entry.reason.as_deref(),
                )
            })
            .collect();
        found.sort();
        assert_eq!(found, expected);
        let expected =
            lab.openssl("crl -in list.crl -noout -issuer -lastupdate -nextupdate -crlnumber");
        assert_eq!(
            lab.inspect(&["--only", "issuer,dates,serial", file]),
            expected
        );
    }
    let items = lab.items("list.crl");
    let later = now() + time::Duration::days(8);
    let Ok(Description::RevocationList(one)) = describe(&items[0].object, later, None) else {
        panic!()
    };
    assert_eq!(one.state, ValidityState::Expired);
    let text = lab.inspect(&["list.crl"]);
    assert!(
        text.contains("2 certificates") && text.contains("keyCompromise"),
        "{text}"
    );
}

#[test]
fn a_list_with_everything_in_it() {
    let lab = Lab::new();
    lab.python(
        r#"
import datetime as d
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lists")])
now = d.datetime.now(d.timezone.utc)
builder = (x509.CertificateRevocationListBuilder().issuer_name(name).last_update(now)
  .next_update(now + d.timedelta(days=1))
  .add_extension(x509.CRLNumber(2**80), False)
  .add_extension(x509.IssuingDistributionPoint([x509.UniformResourceIdentifier("http://l")], None, True, False,
     frozenset([x509.ReasonFlags.key_compromise]), True, False), True))
for number in range(25):
    entry = (x509.RevokedCertificateBuilder().serial_number(number + 1).revocation_date(now))
    if number == 0:
        entry = entry.add_extension(x509.InvalidityDate(d.datetime(2020, 1, 2, 3, 4, 5)), False)
        entry = entry.add_extension(x509.CertificateIssuer([x509.DirectoryName(name)]), True)
        entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.certificate_hold), False)
    builder = builder.add_revoked_certificate(entry.build())
crl = builder.sign(key, hashes.SHA256())
open("all.crl", "wb").write(crl.public_bytes(serialization.Encoding.PEM))
"#,
    );
    let json = lab.json(&["all.crl"]);
    let list = &json["files"][0]["objects"][0];
    assert_eq!(list["count"], 25);
    assert_eq!(list["entries"].as_array().unwrap().len(), 25);
    assert_eq!(list["number"], "0x0100000000000000000000");
    let point = &list["extensions"][1];
    assert_eq!(
        (&point["name"], &point["critical"]),
        (&"issuingDistributionPoint".into(), &true.into())
    );
    assert_eq!(point["value"]["only_user_certificates"], true);
    assert_eq!(point["value"]["indirect"], true);
    assert_eq!(point["value"]["only_reasons"][0], "keyCompromise");
    assert_eq!(point["value"]["names"][0]["value"], "http://l");
    let first = &list["entries"][0];
    assert_eq!(first["reason"], "certificateHold");
    assert_eq!(first["invalid_since"], "2020-01-02T03:04:05Z");
    assert_eq!(first["extensions"][0]["value"][0]["value"], "CN=lists");
    assert!(lab.inspect(&["all.crl"]).contains("and 15 more"));
}
