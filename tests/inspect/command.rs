//! `certmint inspect` as a command.

use crate::lab::Lab;

#[test]
fn one_unreadable_file_does_not_hide_the_others() {
    let lab = Lab::new();
    lab.root("root");
    lab.write("page.html", b"<html>");
    let output = lab.certmint(&["inspect", "page.html", "root.crt", "missing.crt"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("CN = root"), "{text}");
    let text = String::from_utf8(output.stderr).unwrap();
    for expected in [
        "certmint: page.html",
        "web page",
        "certmint: cannot read missing.crt",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let output = lab.certmint(&["inspect", "--json", "page.html", "root.crt"]);
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema"], "certmint.inspect/1");
    assert!(
        json["files"][0]["error"]["error"]
            .as_str()
            .unwrap()
            .contains("web page")
    );
    assert_eq!(json["files"][1]["objects"][0]["kind"], "certificate");
}

#[test]
fn the_command_line_is_checked() {
    let lab = Lab::new();
    lab.root("root");
    for arguments in [
        &["inspect"][..],
        &["inspect", "--only", "subject,nonsense", "root.crt"],
        &["inspect", "-", "--password-file", "-"],
        &["inspect", "-", "-"],
    ] {
        assert_eq!(
            lab.certmint(arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
    let output = lab.certmint(&["inspect", "--only", "subject", "root.key"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("subject")
    );
    let output = lab.certmint(&["inspect", "--only", "subject,san", "root.crt"]);
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "subject=CN = root\n"
    );
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("has no san")
    );
}

#[test]
fn standard_input_is_a_file() {
    let lab = Lab::new();
    lab.root("root");
    let program = env!("CARGO_BIN_EXE_certmint");
    let text = lab.shell(&format!("'{program}' inspect --only subject - < root.crt"));
    assert_eq!(text, "subject=CN = root\n");
}

#[test]
fn several_objects_have_a_heading_each() {
    let lab = Lab::new();
    lab.chain();
    lab.join("chain.pem", &["leaf.crt", "sub.crt"]);
    assert_eq!(
        lab.inspect(&["--only", "subject", "chain.pem", "root.crt"]),
        "==> chain.pem #1 <==\nsubject=CN = leaf\n\n==> chain.pem #2 <==\nsubject=CN = sub\n\n\
         ==> root.crt <==\nsubject=CN = root\n"
    );
    let json = lab.json(&["--only", "subject", "root.crt"]);
    let object = json["files"][0]["objects"][0].as_object().unwrap();
    let fields: Vec<&str> = object.keys().map(String::as_str).collect();
    assert_eq!(fields, ["encoding", "kind", "label", "line", "subject"]);
}

#[test]
fn the_openssl_commands_work() {
    let lab = Lab::new();
    lab.chain();
    lab.shell("cp leaf.crt \"it's mine.crt\"; openssl req -in leaf.csr -outform DER -out csr.der; \
               base64 csr.der > csr.b64; cat leaf.crt sub.crt > chain.pem; \
               openssl crl2pkcs7 -nocrl -certfile leaf.crt -out all.p7b; \
               openssl ecparam -name prime256v1 -out ec.pem; openssl pkey -in leaf.key -pubout -out leaf.pub; \
               openssl genrsa 2048 2>/dev/null | openssl rsa -RSAPublicKey_out -out rsa.pub 2>/dev/null; \
               openssl pkcs12 -export -inkey leaf.key -in leaf.crt -passout pass: -out leaf.p12");
    for (file, expected) in [
        ("it's mine.crt", "Subject: CN = leaf"),
        ("csr.der", "Subject: CN = leaf"),
        ("csr.b64", "Subject: CN = leaf"),
        ("chain.pem", "Subject: CN=sub"),
        ("leaf.key", "NIST CURVE: P-256"),
        ("leaf.pub", "NIST CURVE: P-256"),
        ("rsa.pub", "2048 bit"),
        ("all.p7b", "Subject: CN=leaf"),
        ("ec.pem", "prime256v1"),
    ] {
        let commands = lab.inspect(&["--show-openssl", file]);
        let shown = lab.shell(&commands);
        assert!(
            shown
                .replace("CN = ", "CN=")
                .contains(&expected.replace("CN = ", "CN=")),
            "{commands}{shown}"
        );
    }
    let commands = lab.inspect(&["--show-openssl", "leaf.p12"]);
    assert!(
        lab.shell(&format!("{} -passin pass:", commands.trim()))
            .contains("leaf")
    );
    assert_eq!(
        lab.inspect(&["--show-openssl", "--only", "subject,san", "leaf.crt"]),
        "openssl x509 -in leaf.crt -noout -subject -ext subjectAltName\n"
    );
}

#[test]
fn lines_fit_a_terminal() {
    let lab = Lab::new();
    let names: Vec<String> = (0..40)
        .map(|number| format!("DNS:host{number}.example.com"))
        .collect();
    lab.openssl(&format!(
        "req -x509 -newkey rsa:4096 -nodes -keyout k.key -out wide.crt -days 9 -subj '/C=JP/O={}' \
         -addext subjectAltName={} -addext extendedKeyUsage=serverAuth,clientAuth,codeSigning,emailProtection,timeStamping,OCSPSigning,ipsecIKE",
        "long name ".repeat(6).trim(),
        names.join(",")
    ));
    let text = lab.inspect(&["wide.crt"]);
    for line in text.lines().skip(1) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert_eq!(text.matches("DNS:host").count(), 40);
    assert!(
        text.lines()
            .any(|line| line.trim() == "DNS:host7.example.com")
    );
}
