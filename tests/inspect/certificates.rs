//! The facts of certificates and requests, against openssl.

use certmint::inspect::{Description, ProofOfPossession, SelfSigned, ValidityState};

use crate::lab::{Lab, now};

/// A certificate with every kind of name that openssl writes.
fn rich(lab: &Lab) {
    lab.write(
        "rich.cnf",
        b"[req]\ndistinguished_name = dn\nx509_extensions = ext\nprompt = no\nstring_mask = utf8only\n\
          utf8 = yes\n[dn]\nC = DE\nO = Acme, Inc.\n0.OU = first\n1.OU = M\\\"x+y\nCN = M\xc3\xbcller \n\
          +UID = \"#7/\"\n[ext]\nbasicConstraints = critical,CA:TRUE,pathlen:3\n\
          keyUsage = critical,digitalSignature,keyCertSign,cRLSign\n\
          extendedKeyUsage = serverAuth,clientAuth,1.2.3\n\
          subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid,issuer:always\n\
          subjectAltName = @names\ncrlDistributionPoints = URI:http://a/1,URI:http://b/2\n\
          authorityInfoAccess = OCSP;URI:http://o,caIssuers;URI:http://i\n\
          nameConstraints = permitted;DNS:a.b,permitted;IP:10.0.0.0/255.0.0.0,excluded;email:x\n\
          certificatePolicies = 1.2.3.4,2.5.29.32.0,@cps\npolicyConstraints = requireExplicitPolicy:3\n\
          inhibitAnyPolicy = 2\ntlsfeature = status_request\nnsComment = hi\nnsCertType = server,client\n\
          [cps]\npolicyIdentifier = 1.3.5.8\nCPS.1 = http://cps\n\
          [names]\nDNS.1 = a.b\nIP.1 = 1.2.3.4\nIP.2 = fd00::1\nemail.1 = a@b\nURI.1 = http://x\nRID.1 = 1.2.3\n\
          dirName.1 = dir\notherName.1 = 1.3.6.1.4.1.311.20.2.3;UTF8:u@x\n[dir]\nCN = dir\nO = o\n",
    );
    lab.openssl("req -x509 -newkey rsa:2048 -nodes -keyout rich.key -out rich.crt -days 99 -config rich.cnf");
}

#[test]
fn only_prints_what_openssl_prints() {
    let lab = Lab::new();
    rich(&lab);
    for (ours, theirs) in [
        ("subject", "-subject"),
        ("issuer", "-issuer"),
        ("serial", "-serial"),
        ("dates", "-dates"),
        ("fingerprint", "-fingerprint -sha256"),
        ("pubkey", "-pubkey"),
        ("san", "-ext subjectAltName"),
        ("subject,san", "-subject -ext subjectAltName"),
        (
            "extensions",
            "-ext basicConstraints,keyUsage,extendedKeyUsage,subjectKeyIdentifier,\
             authorityKeyIdentifier,subjectAltName,crlDistributionPoints,authorityInfoAccess,\
             nameConstraints,certificatePolicies,policyConstraints,inhibitAnyPolicy,tlsfeature,\
             nsComment,nsCertType",
        ),
    ] {
        let expected = lab.openssl(&format!("x509 -in rich.crt -noout {theirs}"));
        assert_eq!(
            lab.inspect(&["--only", ours, "rich.crt"]),
            expected,
            "{ours}"
        );
    }
}

#[test]
fn the_recipe_s_two_lines() {
    let lab = Lab::new();
    lab.openssl(
        "req -x509 -newkey rsa:2048 -nodes -keyout flb.key -out flb.crt -days 9 \
         -subj /CN=www.2026testsite.com -addext subjectAltName=DNS:www.2026testsite.com",
    );
    assert_eq!(
        lab.inspect(&["--only", "subject,san", "flb.crt"]),
        "subject=CN = www.2026testsite.com\nX509v3 Subject Alternative Name: \n    \
         DNS:www.2026testsite.com\n"
    );
}

#[test]
fn odd_string_types_and_serials_as_openssl_prints_them() {
    let lab = Lab::new();
    for (name, options) in [
        ("bmp", "-subj /CN=caf\u{e9} -utf8 -set_serial 0"),
        (
            "spaces",
            "-subj '/CN= edge /O=a;b<c>d\\\\e=f' -set_serial -129",
        ),
        ("empty", "-subj / -set_serial 0x00ff"),
        (
            "oid",
            "-subj /1.2.3.4=x/emailAddress=a@b/street=s/DC=d/DC=e -set_serial 127",
        ),
    ] {
        let mask = if name == "bmp" {
            "MASK:0x800"
        } else {
            "utf8only"
        };
        lab.write(
            "mask.cnf",
            format!("[req]\ndistinguished_name = dn\nstring_mask = {mask}\n[dn]\n").as_bytes(),
        );
        lab.openssl(&format!(
            "req -x509 -newkey ed25519 -nodes -keyout k.key -out {name}.crt -days 9 -config mask.cnf {options}"
        ));
        let file = format!("{name}.crt");
        let expected = lab.openssl(&format!("x509 -in {file} -noout -subject -serial"));
        assert_eq!(
            lab.inspect(&["--only", "subject,serial", &file]),
            expected,
            "{name}"
        );
    }
}

#[test]
fn keys_and_signatures_of_every_kind() {
    let lab = Lab::new();
    for (name, options, key, signature) in [
        ("rsa", "rsa:3072", "RSA 3072", "sha256WithRSAEncryption"),
        (
            "p256",
            "ec -pkeyopt ec_paramgen_curve:P-256",
            "EC P-256",
            "ecdsa-with-SHA256",
        ),
        (
            "p384",
            "ec -pkeyopt ec_paramgen_curve:P-384 -sha384",
            "EC P-384",
            "ecdsa-with-SHA384",
        ),
        (
            "p521",
            "ec -pkeyopt ec_paramgen_curve:P-521 -sha512",
            "EC P-521",
            "ecdsa-with-SHA512",
        ),
        ("ed25519", "ed25519", "Ed25519", "Ed25519"),
        ("ed448", "ed448", "Ed448", "Ed448"),
        (
            "pss",
            "rsa:2048 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32",
            "RSA 2048",
            "RSASSA-PSS with SHA-256, salt of 32 octets",
        ),
    ] {
        lab.openssl(&format!(
            "req -x509 -newkey {options} -nodes -keyout {name}.key -out {name}.crt -subj /CN={name} -days 9"
        ));
        let described = lab.look(&format!("{name}.crt"));
        let [Description::Certificate(one)] = described.as_slice() else {
            panic!("{name}")
        };
        assert_eq!(one.public_key.algorithm, key);
        assert_eq!(one.signature_algorithm.name, signature);
        let self_signed = if name == "ed448" {
            SelfSigned::Unchecked
        } else {
            SelfSigned::Yes
        };
        assert_eq!(one.self_signed, self_signed, "{name}");
        assert_eq!(
            one.public_key.exponent.as_deref(),
            key.starts_with("RSA").then_some("65537")
        );
        let pin = lab.shell(&format!(
            "openssl x509 -in {name}.crt -noout -pubkey | openssl pkey -pubin -outform DER | \
             openssl dgst -sha256 -binary | base64"
        ));
        assert_eq!(one.public_key.pin_sha256, pin.trim());
        let sha1 = lab.openssl(&format!("x509 -in {name}.crt -noout -fingerprint -sha1"));
        assert_eq!(
            format!("sha1 Fingerprint={}\n", one.fingerprints.sha1),
            sha1
        );
        assert!(one.ca);
    }
}

#[test]
fn a_certificate_with_its_own_name_and_another_key_is_not_self_signed() {
    let lab = Lab::new();
    lab.root("one");
    lab.openssl("req -new -newkey ed25519 -nodes -keyout two.key -subj /CN=one -out two.csr");
    lab.openssl("x509 -req -in two.csr -CA one.crt -CAkey one.key -set_serial 1 -out two.crt");
    let described = lab.look("two.crt");
    let [Description::Certificate(two)] = described.as_slice() else {
        panic!()
    };
    assert_eq!(two.self_signed, SelfSigned::SelfIssued);
    lab.signed("leaf", "one", "basicConstraints=CA:FALSE\n", 3);
    let described = lab.look("leaf.crt");
    let [Description::Certificate(leaf)] = described.as_slice() else {
        panic!()
    };
    assert_eq!(leaf.self_signed, SelfSigned::No);
    assert!(!leaf.ca);
    assert_eq!(leaf.validity.state, ValidityState::Valid);
}

#[test]
fn days_since_the_end_are_counted() {
    let lab = Lab::new();
    lab.root("root");
    let items = lab.items("root.crt");
    let at = |days: i64| {
        // An hour off the boundary.
        let then = now() + time::Duration::days(days) + time::Duration::HOUR;
        let Ok(Description::Certificate(one)) =
            certmint::inspect::describe(&items[0].object, then, None)
        else {
            panic!()
        };
        (
            one.validity.state,
            one.validity.days_left,
            one.validity.days_since_expiry,
        )
    };
    assert_eq!(at(0), (ValidityState::Valid, Some(99), None));
    assert_eq!(at(101), (ValidityState::Expired, None, Some(1)));
    assert_eq!(at(-1), (ValidityState::NotYetValid, Some(100), None));
}

#[test]
fn requests_tell_their_proof_and_hide_their_password() {
    let lab = Lab::new();
    lab.write(
        "req.cnf",
        b"[req]\ndistinguished_name = dn\nreq_extensions = ext\nattributes = attrs\nprompt = no\n\
          [dn]\nCN = flb\n[ext]\nsubjectAltName = DNS:flb.example,IP:10.0.0.7\nkeyUsage = critical,digitalSignature\n\
          [attrs]\nchallengePassword = sesame99\nunstructuredName = some name\n",
    );
    lab.openssl("req -new -newkey rsa:2048 -nodes -keyout flb.key -out flb.csr -config req.cnf");
    let described = lab.look("flb.csr");
    let [Description::CertificateRequest(one)] = described.as_slice() else {
        panic!()
    };
    assert_eq!(one.proof_of_possession, ProofOfPossession::Ok);
    assert_eq!(one.subject.rfc4514, "CN=flb");
    let names: Vec<&str> = one.extensions.iter().filter_map(|one| one.name).collect();
    assert_eq!(names, ["subjectAltName", "keyUsage"]);
    assert!(one.extensions[1].critical);
    let mut attributes: Vec<(&str, Option<&str>)> = one
        .attributes
        .iter()
        .map(|one| (one.name.as_str(), one.value.as_deref()))
        .collect();
    attributes.sort();
    assert_eq!(
        attributes,
        [
            ("challengePassword", None),
            ("unstructuredName", Some("some name")),
        ]
    );
    for arguments in [&["flb.csr"][..], &["--json", "flb.csr"]] {
        assert!(!lab.inspect(arguments).contains("sesame"), "{arguments:?}");
    }
    let expected = lab.openssl("req -in flb.csr -noout -pubkey -subject");
    assert_eq!(
        lab.inspect(&["--only", "pubkey,subject", "flb.csr"]),
        expected
    );

    // One bit of the signature.
    lab.openssl("req -in flb.csr -outform DER -out flb.der");
    let mut der = lab.read("flb.der");
    *der.last_mut().unwrap() ^= 1;
    lab.write("broken.der", &der);
    let described = lab.look("broken.der");
    let [Description::CertificateRequest(one)] = described.as_slice() else {
        panic!()
    };
    assert!(matches!(
        one.proof_of_possession,
        ProofOfPossession::Failed { .. }
    ));
}
