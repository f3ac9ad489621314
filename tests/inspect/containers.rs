//! Every container that openssl, Java and people make.

use certmint::inspect::{Encoding, InspectError, Resemblance, open};

use crate::lab::Lab;

#[test]
fn pem_of_many_blocks_with_text_between() {
    let lab = Lab::new();
    lab.chain();
    lab.shell(
        "openssl x509 -in leaf.crt -text > bundle.pem; openssl x509 -in sub.crt >> bundle.pem; \
               sed 's/$/\\r/' root.crt >> bundle.pem; cat leaf.key leaf.csr >> bundle.pem",
    );
    assert_eq!(
        lab.kinds("bundle.pem"),
        [
            "certificate",
            "certificate",
            "certificate",
            "private key",
            "request"
        ]
    );
    let encodings: Vec<_> = lab
        .items("bundle.pem")
        .into_iter()
        .map(|item| item.encoding)
        .collect();
    assert!(matches!(&encodings[3], Encoding::Pem { label, .. } if label == "PRIVATE KEY"));
}

#[test]
fn der_one_after_the_other_and_base64_without_armour() {
    let lab = Lab::new();
    lab.chain();
    lab.shell(
        "for one in leaf sub root; do openssl x509 -in $one.crt -outform DER; done > all.der",
    );
    assert_eq!(lab.kinds("all.der"), ["certificate"; 3]);
    lab.shell("base64 all.der > all.b64; base64 -w0 all.der > line.b64; grep -v -- ----- leaf.crt > bare.b64");
    assert_eq!(lab.kinds("all.b64"), ["certificate"; 3]);
    assert_eq!(lab.kinds("line.b64"), ["certificate"; 3]);
    assert_eq!(lab.kinds("bare.b64"), ["certificate"]);
    assert_eq!(lab.items("bare.b64")[0].encoding, Encoding::Base64);
    lab.shell(
        "openssl req -in leaf.csr -outform DER -out csr.der; \
               openssl pkey -in leaf.key -outform DER -out key.der; \
               openssl pkey -in leaf.key -pubout -outform DER -out pub.der",
    );
    assert_eq!(lab.kinds("csr.der"), ["request"]);
    assert_eq!(lab.kinds("key.der"), ["private key"]);
    assert_eq!(lab.kinds("pub.der"), ["public key"]);
}

#[test]
fn labels_of_openssl_and_others() {
    let lab = Lab::new();
    lab.chain();
    lab.shell("openssl x509 -in leaf.crt -trustout -addtrust serverAuth -addreject clientAuth \
               -setalias mine -out trusted.pem; \
               sed 's/BEGIN CERT/BEGIN NEW CERT/; s/END CERT/END NEW CERT/' leaf.csr > new.csr; \
               openssl crl2pkcs7 -nocrl -certfile leaf.crt -certfile sub.crt -out bundle.p7b; \
               openssl crl2pkcs7 -nocrl -certfile leaf.crt -certfile sub.crt -outform DER -out bundle.p7c; \
               sed 's/PKCS7/CMS/' bundle.p7b > bundle.cms; \
               openssl ecparam -name prime256v1 -out ec.pem; \
               openssl dhparam -out dh.pem -dsaparam 1024 2>/dev/null; \
               openssl genrsa -out rsa.key 2048 2>/dev/null; openssl rsa -in rsa.key -RSAPublicKey_out -out rsapub.pem; \
               openssl rsa -in rsa.key -RSAPublicKey_out -outform DER -out rsapub.der");
    assert_eq!(lab.kinds("new.csr"), ["request"]);
    for file in ["bundle.p7b", "bundle.p7c", "bundle.cms"] {
        assert_eq!(lab.kinds(file), ["PKCS#7"]);
        let described = lab.look(file);
        let leaves: Vec<&str> = described[0].leaves().iter().map(|one| one.kind()).collect();
        assert_eq!(leaves, ["certificate", "certificate"], "{file}");
    }
    for (file, kind) in [
        ("ec.pem", "parameters"),
        ("dh.pem", "parameters"),
        ("rsapub.pem", "public key"),
        ("rsapub.der", "public key"),
    ] {
        assert_eq!(lab.kinds(file), [kind], "{file}");
    }
    let trusted = lab.json(&["trusted.pem"]);
    let trust = &trusted["files"][0]["objects"][0]["trust"];
    assert_eq!(trust["alias"], "mine");
    assert_eq!(trust["trusted"][0], "serverAuth");
    assert_eq!(trust["rejected"][0], "clientAuth");
    assert!(lab.inspect(&["ec.pem", "dh.pem"]).contains("1024 bits"));
}

#[test]
fn pkcs12_opens_with_its_password_only() {
    let lab = Lab::new();
    lab.chain();
    lab.shell(
        "openssl pkcs12 -export -inkey leaf.key -in leaf.crt -certfile sub.crt -name 'my leaf' \
               -passout pass:sesame -out leaf.p12; echo sesame > pass; echo wrong > wrong; \
               openssl pkcs12 -export -inkey leaf.key -in leaf.crt -passout pass: -out open.p12",
    );
    let output = lab.certmint(&["inspect", "leaf.p12"]);
    assert!(output.status.success());
    let (text, note) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(
        text.contains("not opened") && text.contains("AES-256-CBC"),
        "{text}"
    );
    assert!(note.contains("--password-file"), "{note}");

    let text = lab.inspect(&["leaf.p12", "--password-file", "pass"]);
    for expected in [
        "3 entries",
        "my leaf",
        "CN = leaf",
        "CN = sub",
        "private key  EC P-256",
        "each is issued by the next",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(!text.contains("sesame"));
    let json = lab.json(&["leaf.p12", "--password-file", "pass"]);
    assert_eq!(
        json["files"][0]["objects"][0]["entries"]
            .as_array()
            .unwrap()
            .len(),
        3
    );

    let output = lab.certmint(&["inspect", "leaf.p12", "--password-file", "wrong"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("wrong password")
    );
    // A file without a password needs none.
    assert!(lab.inspect(&["open.p12"]).contains("CN = leaf"));
    // The subject of the leaf, past everything else in the file.
    let text = lab.inspect(&["leaf.p12", "--password-file", "pass", "--only", "subject"]);
    assert!(
        text.contains("subject=CN = leaf\n") && text.contains("subject=CN = sub\n"),
        "{text}"
    );
}

#[test]
fn pkcs12_of_java_and_nss() {
    let lab = Lab::new();
    lab.shell(
        "keytool -genkeypair -keyalg EC -alias java -dname CN=java -keystore java.p12 \
               -storetype PKCS12 -storepass changeit -validity 9 2>/dev/null; echo changeit > pass",
    );
    let text = lab.inspect(&["java.p12", "--password-file", "pass"]);
    assert!(
        text.contains("CN = java") && text.contains("private key  EC"),
        "{text}"
    );
    lab.shell(
        "keytool -genkeypair -keyalg EC -alias java -dname CN=java -keystore java.jks \
               -storetype JKS -storepass changeit -keypass changeit -validity 9 2>/dev/null",
    );
    let Err(InspectError::Unknown(resemblance)) = open(&lab.read("java.jks")) else {
        panic!()
    };
    assert_eq!(resemblance, Resemblance::JavaKeyStore);
    let output = lab.certmint(&["inspect", "java.jks"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("Java keystore") && error.contains("keytool -importkeystore"),
        "{error}"
    );
}

#[test]
fn what_is_nothing_of_ours_is_told() {
    for (file, expected) in [
        (&b""[..], Resemblance::Empty),
        (b"<!DOCTYPE html><html><body>Not found", Resemblance::Html),
        (
            b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me",
            Resemblance::OpenSshKey,
        ),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Resemblance::Picture),
        (b"just some words\n", Resemblance::Text),
        (b"\x30\x82\x03\x00\x30\x82", Resemblance::TruncatedDer),
    ] {
        let Err(InspectError::Unknown(found)) = open(file) else {
            panic!("{file:?}")
        };
        assert_eq!(found, expected);
    }
}

#[test]
fn what_cannot_be_read_does_not_hide_the_rest() {
    let lab = Lab::new();
    lab.root("root");
    lab.shell("{ echo '-----BEGIN OPENSSH PRIVATE KEY-----'; echo b3BlbnNzaC1rZXktdjE=; \
                 echo '-----END OPENSSH PRIVATE KEY-----'; cat root.crt; head -5 root.crt; } > mixed.pem; \
               sed 's/ CERTIFICATE/ CERTIFICATE REQUEST/' root.crt > mislabelled.pem");
    let kinds = lab.kinds("mixed.pem");
    assert_eq!(kinds.len(), 3);
    assert_eq!(kinds[1], "certificate");
    assert_eq!(kinds[2], "unreadable");
    let output = lab.certmint(&["inspect", "mixed.pem"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("ssh-keygen -p -m PKCS8") && text.contains("cut off"),
        "{text}"
    );
    assert!(text.contains("CN = root"), "{text}");
    let output = lab.certmint(&["inspect", "mislabelled.pem"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("a request was expected, and it holds a certificate"),
        "{text}"
    );
}
