//! Every form that openssl writes is read as the key that openssl says it is.

use certmint::key::{KeyError, KeyForm, KeySpec, PrivateKey};

use crate::judges::{Desk, KINDS, SECRET, passphrase};

const SECRET_OUT: &str = "-passout file:secret";

fn with_key(options: &str) -> Desk {
    let desk = Desk::new();
    desk.write("secret", SECRET);
    desk.ok(&format!("openssl genpkey {options} -out plain.pem"));
    desk.ok("openssl pkey -in plain.pem -pubout -outform DER -out public.der");
    desk
}

#[test]
fn pkcs8_of_every_kind_reads_and_is_written_back_as_openssl_wrote_it() {
    for (kind, options) in KINDS {
        let desk = with_key(options);
        let key = desk.assert_loads("plain.pem");
        assert_eq!(
            key.to_pkcs8_pem().as_bytes(),
            desk.file("plain.pem"),
            "{kind}"
        );
        desk.ok("openssl pkcs8 -topk8 -nocrypt -in plain.pem -outform DER -out plain.der");
        desk.assert_loads("plain.der");
        assert_eq!(key.pkcs8_der().as_bytes(), desk.file("plain.der"), "{kind}");
        assert_eq!(desk.read("plain.pem").unwrap().form(), KeyForm::Pkcs8);
        assert!(!desk.read("plain.pem").unwrap().is_encrypted());
    }
}

#[test]
fn traditional_forms_read_plain_and_encrypted() {
    for (kind, options) in KINDS.into_iter().filter(|(kind, _)| *kind != "ed25519") {
        let desk = with_key(options);
        let form = if kind.starts_with("rsa") {
            KeyForm::Pkcs1
        } else {
            KeyForm::Sec1
        };
        desk.ok("openssl pkey -traditional -in plain.pem -out traditional.pem");
        let key = desk.assert_loads("traditional.pem");
        assert_eq!(
            key.to_pkcs8_pem().as_bytes(),
            desk.file("plain.pem"),
            "{kind}"
        );
        assert_eq!(desk.read("traditional.pem").unwrap().form(), form);
        desk.ok("openssl pkey -traditional -in plain.pem -outform DER -out traditional.der");
        desk.assert_loads("traditional.der");
        assert_eq!(desk.read("traditional.der").unwrap().form(), form);
        for cipher in ["aes128", "aes192", "aes256", "des3"] {
            desk.ok(&format!(
                "openssl pkey -traditional -{cipher} {SECRET_OUT} -in plain.pem -out old.pem"
            ));
            desk.assert_loads("old.pem");
            assert_eq!(desk.read("old.pem").unwrap().form(), KeyForm::Traditional);
            assert!(desk.read("old.pem").unwrap().is_encrypted());
        }
    }
}

#[test]
fn traditional_encryption_with_single_des_reads() {
    let desk = with_key(KINDS[3].1);
    desk.ok(&format!(
        "openssl ec -provider legacy -provider default -des {SECRET_OUT} -in plain.pem -out old.pem"
    ));
    assert!(
        String::from_utf8(desk.file("old.pem"))
            .unwrap()
            .contains("DEK-Info: DES-CBC,")
    );
    desk.assert_loads("old.pem");
}

#[test]
fn a_leading_ec_parameters_block_is_no_obstacle() {
    for curve in ["prime256v1", "secp384r1", "secp521r1"] {
        let desk = Desk::new();
        desk.ok(&format!(
            "openssl ecparam -name {curve} -genkey -out ec.pem"
        ));
        assert!(
            desk.file("ec.pem")
                .starts_with(b"-----BEGIN EC PARAMETERS-----")
        );
        desk.ok("openssl pkey -in ec.pem -pubout -outform DER -out public.der");
        desk.assert_loads("ec.pem");
    }
}

#[test]
fn a_key_without_its_curve_needs_the_ec_parameters_block() {
    let desk = with_key(KINDS[3].1);
    // SEC 1 as it stands inside PKCS#8: the parameters are left out there.
    let pkcs8 = desk.ok("openssl pkcs8 -topk8 -nocrypt -in plain.pem -outform DER");
    let offset = pkcs8
        .windows(3)
        .position(|window| window == [0x30, 0x6b, 0x02])
        .unwrap();
    desk.write("bare.der", &pkcs8[offset..]);
    assert!(matches!(desk.load("bare.der"), Err(KeyError::CurveMissing)));
    let label = |der: &[u8], label: &str| pem::encode(&pem::Pem::new(label, der));
    let curve = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    desk.write(
        "both.pem",
        label(&curve, "EC PARAMETERS") + &label(&pkcs8[offset..], "EC PRIVATE KEY"),
    );
    desk.assert_loads("both.pem");
}

#[test]
fn explicit_parameters_of_a_usual_curve_read() {
    for curve in ["P-256", "P-384", "P-521"] {
        let desk = Desk::new();
        let options = format!("-algorithm EC -pkeyopt ec_paramgen_curve:{curve}");
        desk.ok(&format!("openssl genpkey {options} -out named.pem"));
        desk.ok("openssl pkey -in named.pem -pubout -outform DER -out public.der");
        desk.ok("openssl pkey -in named.pem -ec_param_enc explicit -out explicit.pem");
        desk.ok("openssl pkey -traditional -in explicit.pem -out explicit-sec1.pem");
        for name in ["explicit.pem", "explicit-sec1.pem"] {
            let key = desk.assert_loads(name);
            assert_eq!(
                key.to_pkcs8_pem().as_bytes(),
                desk.file("named.pem"),
                "{curve}"
            );
        }
    }
}

#[test]
fn a_compressed_public_half_and_a_missing_one_read() {
    for (kind, options) in &KINDS[3..6] {
        let desk = with_key(options);
        desk.ok("openssl ec -in plain.pem -conv_form compressed -out compressed.pem");
        desk.ok("openssl ec -in plain.pem -no_public -out private-only.pem");
        for name in ["compressed.pem", "private-only.pem"] {
            let key = desk.assert_loads(name);
            assert_eq!(
                key.to_pkcs8_pem().as_bytes(),
                desk.file("plain.pem"),
                "{kind} {name}"
            );
        }
    }
}

#[test]
fn encrypted_pkcs8_reads_with_every_supported_cipher_and_derivation() {
    let desk = with_key(KINDS[3].1);
    let ciphers = ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des3"];
    let functions = [
        "hmacWithSHA1",
        "hmacWithSHA256",
        "hmacWithSHA384",
        "hmacWithSHA512",
    ];
    let mut made = Vec::new();
    for cipher in ciphers {
        made.extend(functions.map(|prf| format!("-v2 {cipher} -v2prf {prf}")));
        made.push(format!("-v2 {cipher} -scrypt"));
    }
    made.push("-v2 aes-256-cbc -iter 1".to_owned());
    made.push("-v2 aes-256-cbc -iter 1000000".to_owned());
    made.push("-scrypt -scrypt_N 1024 -scrypt_r 16 -scrypt_p 4".to_owned());
    for options in made {
        for (format, name) in [("PEM", "sealed.pem"), ("DER", "sealed.der")] {
            desk.ok(&format!(
                "openssl pkcs8 -topk8 {options} {SECRET_OUT} -in plain.pem -outform {format} -out {name}"
            ));
            desk.assert_loads(name);
            let file = desk.read(name).unwrap();
            assert_eq!(file.form(), KeyForm::EncryptedPkcs8, "{options}");
            assert!(matches!(file.unlock(None), Err(KeyError::PassphraseNeeded)));
        }
    }
}

#[test]
fn encrypted_keys_of_every_kind_read() {
    for (_, options) in KINDS {
        let desk = with_key(options);
        desk.ok(&format!(
            "openssl pkcs8 -topk8 {SECRET_OUT} -in plain.pem -out sealed.pem"
        ));
        desk.assert_loads("sealed.pem");
    }
}

#[test]
fn keys_that_gnutls_and_python_encrypted_read() {
    let desk = with_key(KINDS[0].1);
    desk.ok(
        "certtool --load-privkey plain.pem --pkcs8 --password secret-word --to-p8 \
             --outfile gnutls.pem --pkcs-cipher aes-256",
    );
    let opened = desk
        .read("gnutls.pem")
        .unwrap()
        .unlock(Some(&passphrase("secret-word")));
    assert_eq!(
        opened.unwrap().public_key().spki_der(),
        desk.file("public.der")
    );
    desk.write(
        "seal.py",
        "from cryptography.hazmat.primitives import serialization as s\n\
         key = s.load_pem_private_key(open('plain.pem', 'rb').read(), None)\n\
         word = s.BestAvailableEncryption(open('secret', 'rb').read())\n\
         for form in ('PKCS8', 'TraditionalOpenSSL'):\n\
         \x20   open(form, 'wb').write(key.private_bytes(s.Encoding.PEM, getattr(s.PrivateFormat, form), word))\n",
    );
    desk.ok("python3 seal.py");
    desk.assert_loads("PKCS8");
    desk.assert_loads("TraditionalOpenSSL");
}

#[test]
fn rsa_with_odd_sizes_and_exponent_three_reads() {
    for options in [
        "-pkeyopt rsa_keygen_bits:2056",
        "-pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3",
    ] {
        let desk = with_key(&format!("-algorithm RSA {options}"));
        desk.assert_loads("plain.pem");
    }
}

#[test]
fn the_key_is_found_after_certificates_and_text() {
    let desk = with_key(KINDS[3].1);
    desk.ok("openssl req -x509 -key plain.pem -subj /CN=x -days 1 -out cert.pem");
    let (certificate, key) = (desk.file("cert.pem"), desk.file("plain.pem"));
    let text = b"Bag Attributes\n    friendlyName: caf\xe9\nKey Attributes: <No Attributes>\n";
    desk.write(
        "after.pem",
        [&certificate[..], &certificate, text, &key].concat(),
    );
    desk.write("before.pem", [text, &key[..], &certificate].concat());
    desk.write(
        "windows.pem",
        String::from_utf8(key).unwrap().replace('\n', "\r\n"),
    );
    for name in ["after.pem", "before.pem", "windows.pem"] {
        desk.assert_loads(name);
    }
}

#[test]
fn pkcs8_version_2_reads_and_becomes_version_1() {
    let made = PrivateKey::generate(KeySpec::Ed25519).unwrap();
    let v1 = made.pkcs8_der().as_bytes();
    assert_eq!(v1.len(), 48);
    let mut v2 = v1.to_vec();
    v2[1] += 35;
    v2[4] = 1;
    v2.extend([0x81, 0x21, 0x00]);
    v2.extend(made.public_key().key_bits());
    assert_eq!(
        PrivateKey::from_pkcs8_der(&v2)
            .unwrap()
            .pkcs8_der()
            .as_bytes(),
        v1
    );
    *v2.last_mut().unwrap() ^= 1;
    assert!(matches!(
        PrivateKey::from_pkcs8_der(&v2),
        Err(KeyError::PublicHalfMismatch)
    ));
}

#[test]
fn a_passphrase_with_other_than_ascii_characters_reads() {
    let desk = with_key(KINDS[3].1);
    desk.write("word", "Schlüssel-ключ-鍵");
    desk.ok("openssl pkcs8 -topk8 -passout file:word -in plain.pem -out sealed.pem");
    let opened = desk
        .read("sealed.pem")
        .unwrap()
        .unlock(Some(&passphrase("Schlüssel-ключ-鍵")));
    assert_eq!(
        opened.unwrap().public_key().spki_der(),
        desk.file("public.der")
    );
}

#[test]
fn a_curve_that_is_spelled_out_beside_the_key_is_not_guessed() {
    let desk = Desk::new();
    // The private number alone would fit P-256 as well as secp256k1.
    desk.ok("openssl ecparam -name secp256k1 -param_enc explicit -out parameters.pem");
    let mut bare = vec![0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20];
    bare.extend([7; 32]);
    let key = pem::encode(&pem::Pem::new("EC PRIVATE KEY", bare));
    desk.write(
        "both.pem",
        [desk.file("parameters.pem"), key.into_bytes()].concat(),
    );
    let error = desk.load("both.pem").unwrap_err();
    assert!(
        error.to_string().contains("EC with explicit parameters"),
        "{error}"
    );
}
