//! Files that were cut, changed or made to hurt.

use std::time::{Duration, Instant};

use certmint::formats::pkcs12::{self, MAX_ITERATIONS, Pkcs12Error};

use crate::support::*;

/// A small pseudo-random generator (xorshift64*): the same mutations in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// Small files with few iterations, of each shape.
fn seeds(pki: &Pki) -> Vec<Vec<u8>> {
    let mut seeds = vec![
        pki.openssl_export("a.p12", &["-iter", "1", "-nomaciter"]),
        pki.openssl_export("b.p12", &["-legacy", "-iter", "1", "-nomaciter"]),
        pki.openssl_export("c.p12", &["-keypbe", "NONE", "-certpbe", "NONE", "-nomac"]),
        pki.openssl_export(
            "d.p12",
            &[
                "-iter",
                "1",
                "-nomac",
                "-certpbe",
                "NONE",
                "-keypbe",
                "DES-EDE3-CBC",
            ],
        ),
    ];
    let database = nss_database(pki, "nss");
    run(
        "pk12util",
        &["-i", &pki.path("a.p12"), "-d", &database, "-W", "changeit"],
    );
    let out = pki.path("e.p12");
    run(
        "pk12util",
        &["-o", &out, "-n", "leaf", "-d", &database, "-W", "changeit"],
    );
    seeds.push(pki.read("e.p12"));
    seeds
}

#[test]
fn every_truncation_is_refused() {
    let pki = Pki::new("p256");
    for seed in seeds(&pki) {
        assert!(pkcs12::read(&seed, Some(b"changeit")).is_ok());
        for end in 0..seed.len() {
            let cut = &seed[..end];
            assert!(pkcs12::read(cut, Some(b"changeit")).is_err(), "{end}");
            assert!(pkcs12::facts(cut).is_err(), "{end}");
        }
        // The cut file is still known for what it was meant to be.
        assert!(pkcs12::is_pkcs12(&seed[..40]));
        assert!(!pkcs12::is_pkcs12(&seed[..10]));
    }
}

#[test]
fn mutations_neither_panic_nor_hang() {
    let pki = Pki::new("p256");
    let seeds = seeds(&pki);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut slowest = Duration::ZERO;
    for round in 0..6000 {
        // NSS's file costs 600,000 iterations each time that its MAC is looked at.
        let seed = match round % 200 {
            0 => &seeds[4],
            other => &seeds[other % 4],
        };
        let mut bytes = seed.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.next() as u8,
                2 => {
                    bytes.remove(at);
                }
                _ => bytes.insert(at, random.next() as u8),
            }
        }
        let start = Instant::now();
        let _ = pkcs12::read(&bytes, Some(b"changeit"));
        let _ = pkcs12::facts(&bytes);
        slowest = slowest.max(start.elapsed());
    }
    assert!(slowest < Duration::from_secs(60), "{slowest:?}");
}

/// Exactly the changes that no MAC catches: in a file without one.
#[test]
fn a_short_initialization_vector_is_refused() {
    let pki = Pki::new("p256");
    let bytes = pki.openssl_export(
        "iv.p12",
        &[
            "-iter",
            "1",
            "-nomac",
            "-certpbe",
            "NONE",
            "-keypbe",
            "DES-EDE3-CBC",
        ],
    );
    // OID of DES-EDE3-CBC, then the OCTET STRING with 8 bytes: make it 4 and a filler.
    let oid = [0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];
    let at = bytes
        .windows(oid.len())
        .position(|window| window == oid)
        .unwrap()
        + oid.len();
    assert_eq!(bytes[at..at + 2], [0x04, 0x08]);
    let mut short = bytes.clone();
    short[at + 1] = 4;
    short[at + 6] = 0x04;
    short[at + 7] = 2;
    let error = pkcs12::read(&short, Some(b"changeit")).unwrap_err();
    assert!(
        error.to_string().contains("initialization vector"),
        "{error}"
    );
}

#[test]
fn iterations_are_bounded_before_work_begins() {
    let pki = Pki::new("p256");
    for more in [&[][..], &["-nomac"]] {
        let mut arguments = vec!["-iter", "1000001", "-certpbe", "NONE"];
        arguments.extend(more);
        let bytes = pki.openssl_export("slow.p12", &arguments);
        let count = [0x02, 0x03, 0x0f, 0x42, 0x41];
        let hostile: Vec<u8> = {
            let mut bytes = bytes.clone();
            let places: Vec<usize> = bytes
                .windows(count.len())
                .enumerate()
                .filter(|(_, window)| *window == count)
                .map(|(at, _)| at)
                .collect();
            assert!(!places.is_empty());
            for at in places {
                bytes[at + 2..at + 5].copy_from_slice(&[0x7f, 0xff, 0xff]);
            }
            bytes
        };
        // 8,388,607 is below the limit of one derivation; it only shows that the place is right.
        let facts = pkcs12::facts(&hostile).unwrap();
        let key = facts.keys[0].as_ref().unwrap();
        assert_eq!(key.iterations, Some(8_388_607));
    }
    for iterations in [MAX_ITERATIONS + 1, u64::from(u32::MAX), u64::MAX >> 1] {
        let file = python(PYTHON_COSTLY, &[&iterations.to_string()]);
        let bytes = from_hex(file.trim());
        let start = Instant::now();
        match pkcs12::read(&bytes, Some(b"changeit")) {
            Err(Pkcs12Error::TooManyIterations {
                iterations: found,
                limit,
            }) => {
                assert_eq!((found, limit), (iterations, MAX_ITERATIONS));
            }
            other => panic!("{other:?}"),
        }
        assert!(start.elapsed() < Duration::from_secs(1));
    }
}

/// A file with nothing but a MAC that asks for the given number of iterations.
const PYTHON_COSTLY: &str = r#"
import sys
def tlv(tag, *parts):
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body
n = int(sys.argv[1])
number = tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))
data = tlv(6, bytes.fromhex("2a864886f70d010701"))
safe = tlv(0x30, data, tlv(0xa0, tlv(4, tlv(0x30))))
sha1 = tlv(0x30, tlv(6, bytes.fromhex("2b0e03021a")), tlv(5))
mac = tlv(0x30, tlv(0x30, sha1, tlv(4, bytes(20))), tlv(4, bytes(8)), number)
print(tlv(0x30, tlv(2, b"\3"), safe, mac).hex())
"#;

#[test]
fn other_files_are_not_pkcs12() {
    let pki = Pki::new("p256");
    for bytes in [
        Vec::new(),
        b"-----BEGIN CERTIFICATE-----".to_vec(),
        vec![0x30],
        vec![0xff; 1000],
        [0x30, 0x80].repeat(10_000),
        pki.leaf(),
        pki.key_der(),
    ] {
        assert!(!pkcs12::is_pkcs12(&bytes));
        assert!(matches!(
            pkcs12::read(&bytes, None),
            Err(Pkcs12Error::NotPkcs12)
        ));
        assert!(matches!(pkcs12::facts(&bytes), Err(Pkcs12Error::NotPkcs12)));
    }
    let mut long = pki.openssl_export("long.p12", &[]);
    long.extend(b"\n\n");
    assert_eq!(pkcs12::read(&long, Some(b"changeit")).unwrap().trailing, 2);
    long.resize(pkcs12::MAX_SIZE + 1, 0);
    assert!(matches!(
        pkcs12::read(&long, None),
        Err(Pkcs12Error::TooLarge { .. })
    ));
}
