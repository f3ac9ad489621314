//! PKCS#7 between certmint and OpenSSL, GnuTLS and Java, both ways.
// Helpers of tests may stop at the first surprise; clippy excuses only the test functions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "pkcs_support/mod.rs"]
mod support;

use certmint::formats::pkcs7::{self, Pkcs7Error};
use support::*;

fn three(pki: &Pki) -> [Vec<u8>; 3] {
    ["leaf.der", "intermediate.der", "root.der"].map(|name| pki.read(name))
}

#[test]
fn ours_opens_in_openssl_gnutls_and_java() {
    for (kind, _) in KINDS {
        let pki = Pki::new(kind);
        let certificates = three(&pki);
        let certificates: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
        let bytes = pkcs7::write(&certificates).unwrap();
        let file = pki.write("ours.p7b", &bytes);

        let printed = text(&run(
            "openssl",
            &["pkcs7", "-inform", "DER", "-in", &file, "-print_certs"],
        ));
        let expected: Vec<String> = ["leaf.pem", "intermediate.pem", "root.pem"]
            .iter()
            .flat_map(|name| pem_blocks(&String::from_utf8(pki.read(name)).unwrap()))
            .collect();
        assert_eq!(pem_blocks(&printed), expected, "in order");

        let info = text(&run(
            "certtool",
            &["--p7-info", "--inder", "--infile", &file],
        ));
        assert_eq!(info.matches("BEGIN CERTIFICATE").count(), 3, "{info}");

        let listed = text(&run("keytool", &["-printcert", "-file", &file]));
        assert_eq!(listed.matches("Owner: ").count(), 3, "{listed}");

        // The same bytes as OpenSSL's own.
        let theirs = pki.path("theirs.p7b");
        let [leaf, chain] = [pki.path("leaf.pem"), pki.chain_pem()];
        run(
            "openssl",
            &[
                "crl2pkcs7",
                "-nocrl",
                "-certfile",
                &leaf,
                "-certfile",
                &chain,
                "-outform",
                "DER",
                "-out",
                &theirs,
            ],
        );
        assert_eq!(bytes, pki.read("theirs.p7b"));

        let read = pkcs7::read(&bytes).unwrap();
        assert_eq!(read.certificates, certificates);
        assert!(read.is_certs_only() && read.crls.is_empty() && read.others == 0);
    }
}

#[test]
fn java_imports_ours_as_a_reply() {
    let pki = Pki::new("p256");
    let store = pki.path("reply.p12");
    pki.openssl_export("reply.p12", &[]);
    let certificates = three(&pki);
    let certificates: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    let file = pki.write("reply.p7b", &pkcs7::write(&certificates).unwrap());
    run(
        "keytool",
        &[
            "-importcert",
            "-noprompt",
            "-alias",
            "leaf",
            "-file",
            &file,
            "-keystore",
            &store,
            "-storetype",
            "PKCS12",
            "-storepass",
            "changeit",
        ],
    );
}

#[test]
fn theirs_with_crls_signers_and_ber() {
    let pki = Pki::new("rsa");
    let [leaf, key, chain, root, root_key] = [
        pki.path("leaf.pem"),
        pki.path("leaf.key"),
        pki.chain_pem(),
        pki.path("root.pem"),
        pki.path("root.key"),
    ];

    // Certificates and a CRL.
    pki.write("index.txt", b"");
    let configuration = pki.write(
        "ca.cnf",
        format!(
            "[ca]\ndefault_ca=d\n[d]\ndatabase={}\ndefault_md=sha256\ndefault_crl_days=7\n",
            pki.path("index.txt")
        )
        .as_bytes(),
    );
    let [crl, crl_der, bag] = [
        pki.path("crl.pem"),
        pki.path("crl.der"),
        pki.path("bag.p7b"),
    ];
    run(
        "openssl",
        &[
            "ca",
            "-gencrl",
            "-config",
            &configuration,
            "-cert",
            &root,
            "-keyfile",
            &root_key,
            "-out",
            &crl,
        ],
    );
    run(
        "openssl",
        &["crl", "-in", &crl, "-outform", "DER", "-out", &crl_der],
    );
    run(
        "openssl",
        &[
            "crl2pkcs7",
            "-in",
            &crl,
            "-certfile",
            &chain,
            "-outform",
            "DER",
            "-out",
            &bag,
        ],
    );
    let read = pkcs7::read(&pki.read("bag.p7b")).unwrap();
    assert_eq!(
        read.certificates,
        [pki.read("intermediate.der"), pki.read("root.der")]
    );
    assert_eq!(read.crls, [pki.read("crl.der")]);
    assert!(read.is_certs_only());

    // A signed message, streamed: BER with indefinite lengths.
    let [message, signed] = [pki.write("message", b"hello"), pki.path("signed.p7m")];
    for more in [&[][..], &["-stream"]] {
        let mut arguments = vec![
            "cms",
            "-sign",
            "-in",
            &message,
            "-signer",
            &leaf,
            "-inkey",
            &key,
            "-certfile",
            &chain,
            "-outform",
            "DER",
            "-nodetach",
            "-out",
            &signed,
        ];
        arguments.extend(more);
        run("openssl", &arguments);
        let bytes = pki.read("signed.p7m");
        assert_eq!(bytes[1] == 0x80, !more.is_empty());
        let read = pkcs7::read(&bytes).unwrap();
        let mut expected = three(&pki).to_vec();
        let mut found = read.certificates.clone();
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
        assert_eq!(read.signers, 1);
        assert!(!read.is_certs_only());
    }

    // Encrypted: no certificates to read, said by name.
    let enveloped = pki.path("enveloped.p7m");
    run(
        "openssl",
        &[
            "cms", "-encrypt", "-aes256", "-in", &message, "-outform", "DER", "-out", &enveloped,
            &leaf,
        ],
    );
    let error = pkcs7::read(&pki.read("enveloped.p7m")).unwrap_err();
    assert!(
        matches!(
            error,
            Pkcs7Error::OtherContent {
                name: "enveloped-data",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn gnutls_and_vectors() {
    let folder = python(
        "import cryptography_vectors as v; print(v.__path__[0])",
        &[],
    );
    let folder = std::path::Path::new(folder.trim()).join("pkcs7");
    for (name, count) in [("amazon-roots.der", 2), ("authenticode.der", 1)] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let path = folder.join(name);
        let read = pkcs7::read(&bytes).unwrap();
        assert_eq!(read.certificates.len(), count, "{name}");
        let judged = python(
            "import sys\nfrom cryptography.hazmat.primitives.serialization import pkcs7, Encoding\n\
             for c in pkcs7.load_der_pkcs7_certificates(open(sys.argv[1],'rb').read()): print(c.public_bytes(Encoding.DER).hex())",
            &[path.to_str().unwrap()],
        );
        let found: Vec<String> = read.certificates.iter().map(|der| hex(der)).collect();
        assert_eq!(found, judged.lines().collect::<Vec<_>>(), "{name}");
    }
    let error = pkcs7::read(&std::fs::read(folder.join("enveloped-no-content.der")).unwrap());
    assert!(matches!(error, Err(Pkcs7Error::OtherContent { .. })));

    // GnuTLS builds one of its own.
    let pki = Pki::new("p256");
    let out = pki.path("gnutls.p7b");
    run(
        "certtool",
        &[
            "--p7-generate",
            "--load-certificate",
            &pki.chain_pem(),
            "--outder",
            "--outfile",
            &out,
        ],
    );
    let mut found = pkcs7::read(&pki.read("gnutls.p7b")).unwrap().certificates;
    let mut expected = vec![pki.read("intermediate.der"), pki.read("root.der")];
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn bad_input_is_refused() {
    let pki = Pki::new("p256");
    let certificates = three(&pki);
    let certificates: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    let bytes = pkcs7::write(&certificates).unwrap();
    for end in 0..bytes.len() {
        assert!(pkcs7::read(&bytes[..end]).is_err(), "{end}");
    }
    assert!(pkcs7::is_pkcs7(&bytes[..40]));
    let mut state = 1u64;
    for _ in 0..5000 {
        let mut mutated = bytes.clone();
        for _ in 0..3 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize % mutated.len().min(200);
            mutated[at] = (state >> 24) as u8;
        }
        let _ = pkcs7::read(&mutated);
    }
    for other in [&b""[..], b"junk", certificates[0]] {
        assert!(matches!(pkcs7::read(other), Err(Pkcs7Error::NotPkcs7)));
    }
    assert!(matches!(pkcs7::write(&[]), Err(Pkcs7Error::Empty)));
    assert!(matches!(
        pkcs7::write(&[b"junk"]),
        Err(Pkcs7Error::NotDer { position: 1, .. })
    ));
    let mut longer = certificates[0].to_vec();
    longer.push(0);
    assert!(matches!(
        pkcs7::write(&[certificates[0], &longer]),
        Err(Pkcs7Error::NotDer { position: 2, .. })
    ));
}
