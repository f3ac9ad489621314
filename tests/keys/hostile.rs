//! Damaged and hostile files: an error each, soon, and never a panic.

use std::time::{Duration, Instant};

use certmint::key::{KeyError, KeyFile, KeySpec, PrivateKey, PublicKey};

use crate::judges::{Desk, KINDS, SECRET, passphrase};

/// DER of one element.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let mut der = vec![tag, 0x82, length[0], length[1]];
    match content.len() {
        0..0x80 => der = vec![tag, length[1]],
        0x80..0x100 => der = vec![tag, 0x81, length[1]],
        _ => {}
    }
    der.extend(content);
    der
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

fn integer(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let mut digits = &bytes[..];
    while digits.len() > 1 && digits[0] == 0 && digits[1] < 0x80 {
        digits = &digits[1..];
    }
    if digits[0] >= 0x80 {
        element(2, &[&[0], digits].concat())
    } else {
        element(2, digits)
    }
}

const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12];
const SCRYPT: &[u8] = &[0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11];
const AES256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];
const TRIPLE_DES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 7];

/// An encrypted PKCS#8 key with any parameters.
fn sealed(kdf: &[u8], parameters: &[Vec<u8>], cipher: &[u8], vector: &[u8]) -> Vec<u8> {
    sealed_bytes(kdf, parameters, cipher, vector, &[0; 64])
}

fn sealed_bytes(
    kdf: &[u8],
    parameters: &[Vec<u8>],
    cipher: &[u8],
    vector: &[u8],
    ciphertext: &[u8],
) -> Vec<u8> {
    sequence(&[
        sequence(&[
            element(6, PBES2),
            sequence(&[
                sequence(&[element(6, kdf), sequence(parameters)]),
                sequence(&[element(6, cipher), element(4, vector)]),
            ]),
        ]),
        element(4, ciphertext),
    ])
}

fn pbkdf2(iterations: Vec<u8>) -> Vec<u8> {
    sealed(PBKDF2, &[element(4, &[1; 8]), iterations], AES256, &[0; 16])
}

fn scrypt(cost: u64, block_size: u64, parallelization: u64) -> Vec<u8> {
    let parameters = [
        element(4, &[1; 8]),
        integer(cost),
        integer(block_size),
        integer(parallelization),
    ];
    sealed(SCRYPT, &parameters, AES256, &[0; 16])
}

fn opened(file: &[u8]) -> Result<PrivateKey, KeyError> {
    KeyFile::read(file)?.unlock(Some(&passphrase(SECRET)))
}

#[test]
fn iteration_counts_over_the_bound_are_refused_by_number_at_once() {
    let start = Instant::now();
    for iterations in [10_000_001, 100_000_000, u64::from(u32::MAX), u64::MAX] {
        let error = KeyFile::read(&pbkdf2(integer(iterations))).unwrap_err();
        assert!(
            error.to_string().contains(&iterations.to_string()),
            "{error}"
        );
        assert!(error.to_string().contains("10000000"), "{error}");
        assert!(error.hint().unwrap().contains("openssl pkcs8"));
    }
    let huge = KeyFile::read(&pbkdf2(element(2, &[0x7f; 300]))).unwrap_err();
    assert!(matches!(huge, KeyError::TooManyIterations { .. }), "{huge}");
    for wrong in [integer(0), element(2, &[0xff]), element(2, &[])] {
        assert!(KeyFile::read(&pbkdf2(wrong)).is_err());
    }
    assert!(start.elapsed() < Duration::from_secs(1));
    // The nearest that is accepted (opening it takes two seconds, and finds no key).
    KeyFile::read(&pbkdf2(integer(10_000_000))).unwrap();
    assert!(matches!(
        opened(&pbkdf2(integer(1))),
        Err(KeyError::WrongPassphrase)
    ));
}

#[test]
fn scrypt_over_the_bounds_is_refused_by_number_at_once() {
    let start = Instant::now();
    for (cost, block_size, parallelization) in [
        (1 << 19, 8, 1),
        (1 << 18, 9, 1),
        (1 << 14, 8, 65),
        (2, 1, 1 << 40),
        (2, 1 << 40, 1),
        (1 << 63, 8, 1),
        (1 << 40, u64::MAX, u64::MAX),
        (2, 1 << 20, 3),
        (2, 1 << 21, 2),
    ] {
        let error = KeyFile::read(&scrypt(cost, block_size, parallelization)).unwrap_err();
        let numbers = format!("N={cost}, r={block_size}, p={parallelization}");
        assert!(error.to_string().contains(&numbers), "{error}");
    }
    for (cost, block_size, parallelization) in
        [(0, 8, 1), (1, 8, 1), (3, 8, 1), (4, 0, 1), (4, 8, 0)]
    {
        let error = KeyFile::read(&scrypt(cost, block_size, parallelization)).unwrap_err();
        assert!(matches!(error, KeyError::Malformed(_)), "{error}");
    }
    assert!(start.elapsed() < Duration::from_secs(1));
    // The nearest that are accepted.
    for (cost, block_size, parallelization) in [(1 << 18, 8, 1), (1 << 14, 8, 64), (2, 1, 1)] {
        KeyFile::read(&scrypt(cost, block_size, parallelization)).unwrap();
    }
    assert!(matches!(
        opened(&scrypt(2, 1, 1)),
        Err(KeyError::WrongPassphrase)
    ));
    assert!(matches!(
        opened(&scrypt(1 << 18, 8, 1)),
        Err(KeyError::WrongPassphrase)
    ));
}

#[test]
fn odd_parameters_are_errors() {
    let salt = |length: usize| element(4, &vec![1; length]);
    let usual = |length| sealed(PBKDF2, &[salt(length), integer(1)], AES256, &[0; 16]);
    // Long and empty salts are odd, not wrong.
    for length in [0, 8, 32, 33, 200] {
        assert!(matches!(
            opened(&usual(length)),
            Err(KeyError::WrongPassphrase)
        ));
    }
    for (cipher, vector) in [(TRIPLE_DES, 4), (TRIPLE_DES, 16), (AES256, 8), (AES256, 0)] {
        let file = sealed(PBKDF2, &[salt(8), integer(1)], cipher, &vec![0; vector]);
        assert!(
            matches!(opened(&file), Err(KeyError::Malformed(_))),
            "{vector}"
        );
    }
    for (length, right) in [(32, true), (16, false), (u64::MAX, false)] {
        let file = sealed(
            PBKDF2,
            &[salt(8), integer(1), integer(length)],
            AES256,
            &[0; 16],
        );
        assert_eq!(KeyFile::read(&file).is_ok(), right, "{length}");
    }
    // Ciphertext that does not end at a block is damage, whatever the passphrase.
    let parameters = [salt(8), integer(1)];
    for (length, right) in [(0, false), (15, false), (16, true), (63, false)] {
        let file = sealed_bytes(PBKDF2, &parameters, AES256, &[0; 16], &vec![0; length]);
        let error = opened(&file).unwrap_err();
        assert_eq!(
            matches!(error, KeyError::WrongPassphrase),
            right,
            "{length}: {error}"
        );
    }
}

#[test]
fn a_wrong_passphrase_is_told_from_damage() {
    let desk = Desk::new();
    desk.write("secret", SECRET);
    desk.ok(&format!("openssl genpkey {} -out plain.pem", KINDS[0].1));
    desk.ok("openssl pkcs8 -topk8 -passout file:secret -in plain.pem -outform DER -out sealed.der");
    desk.ok("openssl pkey -traditional -aes256 -passout file:secret -in plain.pem -out old.pem");
    for name in ["sealed.der", "old.pem"] {
        let file = desk.read(name).unwrap();
        for wrong in ["", "correct horsE", "correct horse ", "x"] {
            let error = file.unlock(Some(&passphrase(wrong))).unwrap_err();
            assert!(
                matches!(error, KeyError::WrongPassphrase),
                "{name}: {error}"
            );
        }
    }
    let mut sealed = desk.file("sealed.der");
    let middle = sealed.len() - 600;
    sealed[middle] ^= 1;
    let error = opened(&sealed).unwrap_err();
    assert!(matches!(error, KeyError::DamagedInside(_)), "{error}");
    let old = pem::parse(desk.file("old.pem")).unwrap();
    let mut damaged = old.contents().to_vec();
    damaged[600] ^= 1;
    let mut block = pem::Pem::new("RSA PRIVATE KEY", damaged);
    block.headers_mut().add("Proc-Type", "4,ENCRYPTED").unwrap();
    block
        .headers_mut()
        .add("DEK-Info", old.headers().get("DEK-Info").unwrap())
        .unwrap();
    let error = opened(pem::encode(&block).as_bytes()).unwrap_err();
    assert!(matches!(error, KeyError::DamagedInside(_)), "{error}");
}

#[test]
fn a_public_half_of_another_key_is_refused() {
    for spec in [KeySpec::P256, KeySpec::P384, KeySpec::P521] {
        let (one, two) = (
            PrivateKey::generate(spec).unwrap(),
            PrivateKey::generate(spec).unwrap(),
        );
        let mut mixed = one.pkcs8_der().as_bytes().to_vec();
        let point = two.public_key().key_bits();
        let start = mixed.len() - point.len();
        mixed[start..].copy_from_slice(point);
        let error = PrivateKey::from_pkcs8_der(&mixed).unwrap_err();
        assert!(
            matches!(error, KeyError::PublicHalfMismatch),
            "{spec}: {error}"
        );
    }
    // An RSA key whose public exponent is another.
    let rsa = PrivateKey::generate(KeySpec::Rsa2048).unwrap();
    let mut mixed = rsa.pkcs8_der().as_bytes().to_vec();
    let exponent = [0x02, 0x03, 0x01, 0x00, 0x01];
    let start = mixed
        .windows(5)
        .position(|window| window == exponent)
        .unwrap();
    mixed[start + 4] = 3;
    let error = PrivateKey::from_pkcs8_der(&mixed).unwrap_err();
    assert!(matches!(error, KeyError::Inconsistent("RSA")), "{error}");
}

#[test]
fn private_numbers_that_no_curve_has_are_refused() {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let der = key.pkcs8_der().as_bytes();
    let start = der
        .windows(4)
        .position(|window| window == [0x01, 0x01, 0x04, 0x20])
        .unwrap()
        + 4;
    for number in [[0x00; 32], [0xff; 32]] {
        let mut wrong = der.to_vec();
        wrong[start..start + 32].copy_from_slice(&number);
        assert!(PrivateKey::from_pkcs8_der(&wrong).is_err());
    }
}

/// A key in every form: the forms that openssl writes, cheap to open.
fn every_form(desk: &Desk) -> Vec<(String, Vec<u8>)> {
    desk.write("secret", SECRET);
    let mut forms = Vec::new();
    for (kind, options) in [KINDS[0], KINDS[3], KINDS[5], KINDS[6]] {
        desk.ok(&format!("openssl genpkey {options} -out plain.pem"));
        let mut lines = vec![
            "openssl pkcs8 -topk8 -nocrypt -in plain.pem".to_owned(),
            "openssl pkcs8 -topk8 -iter 1 -passout file:secret -in plain.pem".to_owned(),
        ];
        if kind != "ed25519" {
            lines.push("openssl pkey -traditional -in plain.pem".to_owned());
        }
        if kind == "p256" {
            lines.push(
                "openssl pkcs8 -topk8 -scrypt -scrypt_N 2 -scrypt_r 1 -scrypt_p 1 \
                 -passout file:secret -in plain.pem"
                    .to_owned(),
            );
            lines.push("openssl pkey -ec_param_enc explicit -in plain.pem".to_owned());
        }
        for line in lines {
            forms.push((format!("{kind} PEM {line}"), desk.ok(&line)));
            forms.push((
                format!("{kind} DER {line}"),
                desk.ok(&format!("{line} -outform DER")),
            ));
        }
        if kind != "ed25519" {
            let line = "openssl pkey -traditional -aes128 -passout file:secret -in plain.pem";
            forms.push((format!("{kind} PEM {line}"), desk.ok(line)));
        }
    }
    forms
}

#[test]
fn truncated_files_are_errors_at_every_byte() {
    let desk = Desk::new();
    for (form, file) in every_form(&desk) {
        opened(&file).unwrap_or_else(|error| panic!("{form}: {error}"));
        for length in 0..file.trim_ascii_end().len() {
            assert!(opened(&file[..length]).is_err(), "{form} at {length}");
        }
    }
}

#[test]
fn mutated_files_never_panic() {
    let desk = Desk::new();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap() % bound
    };
    for (form, file) in every_form(&desk) {
        let start = Instant::now();
        for _ in 0..5_000 {
            let mut mutated = file.clone();
            for _ in 0..=random(3) {
                let place = random(mutated.len());
                match random(4) {
                    0 => mutated[place] ^= 1 << random(8),
                    1 => mutated[place] = u8::try_from(random(256)).unwrap(),
                    2 => drop(mutated.remove(place)),
                    _ => mutated.insert(place, u8::try_from(random(256)).unwrap()),
                }
            }
            let _ = opened(&mutated);
            let _ = PublicKey::from_spki_der(&mutated);
        }
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "{form}: {:?}",
            start.elapsed()
        );
    }
}
