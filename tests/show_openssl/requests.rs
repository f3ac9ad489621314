//! `csr new --show-openssl`

use crate::{desk::Desk, hostile::HOSTILE};

#[test]
fn requests() {
    let sans = [
        "--san",
        "a.example",
        "--san",
        "ip:fd00::7",
        "--san",
        "http://a/,$b",
    ];
    let subject = [
        "--cn",
        HOSTILE[5],
        "--org",
        HOSTILE[0],
        "--org-unit",
        "1",
        "--org-unit",
        "2",
    ];
    for kind in ["rsa2048", "p256", "p384", "p521", "ed25519"] {
        let desk = Desk::new();
        desk.prepare(&["key", "new", "--key", kind, "--out", "r.key"]);
        for (position, flags) in [&sans[..], &["--cn", "only"], &subject].iter().enumerate() {
            let out = format!("{position}.csr");
            let new = ["csr", "new", "--key-file", "r.key", "--out", &out];
            desk.run(&[&new[..], flags].concat());
            desk.same_request(&out);
        }
        // Names alone and no host name among them: the subject is empty.
        let new = ["csr", "new", "--key-file", "r.key", "--out", "e.csr"];
        desk.run(&[&new[..], &["--san", "10.0.0.7"]].concat());
        desk.same_request("e.csr");
    }
}

pub(crate) const CONFIGURATION: &str = "[ req ]
prompt = no
default_md = sha384
distinguished_name = dn
req_extensions = req_ext
[ dn ]
C = JP
0.OU = one
1.OU = two
CN = www.2026testsite.com
[ req_ext ]
subjectAltName = @alt_names
1.2.3.4.5 = ASN1:UTF8String:hello
certificatePolicies = 1.2.3.4
tlsfeature = status_request
[ none ]
subjectAltName = DNS:other.example, otherName:1.2.3.4;UTF8:some one, dirName:dn
extendedKeyUsage = critical, clientAuth, 1.3.6.1.5.5.7.3.17, 1.2.3.4
keyUsage = digitalSignature
crlDistributionPoints = URI:http://a.example/ca.crl
[ alt_names ]
DNS.1 = www.2026testsite.com
IP.1 = 10.0.0.7
";

#[test]
fn requests_from_a_configuration() {
    for kind in ["rsa2048", "p521"] {
        let desk = Desk::new();
        desk.write("my flb.cnf", CONFIGURATION);
        desk.write("pass", "correct horse\n");
        let encrypted = ["--passphrase-file", "pass"];
        desk.prepare(
            &[
                &["key", "new", "--key", kind, "--out", "r.key"],
                &encrypted[..],
            ]
            .concat(),
        );
        for (out, more) in [("a.csr", &[][..]), ("b.csr", &["--extensions", "none"])] {
            let new = ["csr", "new", "--key-file", "r.key", "--out", out];
            let config = ["--config", "my flb.cnf"];
            desk.run(&[&new[..], &config, &encrypted, more].concat());
            desk.same_request(out);
        }
    }
}
