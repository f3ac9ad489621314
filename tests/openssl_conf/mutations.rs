//! Configurations of the corpus with small changes: none makes the reader panic, and whatever it
//! reads, openssl reads too.

use certmint::formats::openssl_conf::{
    CertificateExtensions, Config, CopyExtensions, DistinguishedName, Included, RequestConfig,
};

use super::corpus;
use super::judge::{Made, encoded, judge_bytes, with_extensions, with_name};

/// A small generator of repeatable random numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// Configurations of the corpus with small changes.
struct Mutations {
    seeds: Vec<String>,
    random: Random,
}

impl Mutations {
    fn new(seed: u64) -> Self {
        let extensions = corpus::EXTENSIONS
            .iter()
            .map(|(_, lines)| with_extensions(lines));
        let names = corpus::NAMES.iter().map(|(_, lines)| with_name(lines));
        Self {
            seeds: corpus::WHOLE
                .iter()
                .map(|(_, text)| (*text).to_owned())
                .chain(extensions)
                .chain(names)
                .collect(),
            random: Random(seed),
        }
    }

    fn next(&mut self) -> Vec<u8> {
        const PIECES: [&str; 38] = [
            "=",
            "[",
            "]",
            "$",
            "${",
            "::",
            "\\",
            "\"",
            "'",
            "#",
            ",",
            ":",
            ";",
            "@",
            "\n",
            "\r\n",
            "\0",
            " ",
            "\t",
            ".",
            "a",
            "0",
            ".include x",
            ".pragma dollarid:on\n",
            "ASN1:",
            "EXP:1,",
            "SEQUENCE:",
            "DER:",
            "critical,",
            "é",
            "\u{feff}",
            "FORMAT:HEX,",
            "99999999999999999999",
            "-",
            "0x",
            "dirName:dn",
            "$ENV::A",
            "+",
        ];
        let random = &mut self.random;
        let mut bytes = self.seeds[random.below(self.seeds.len())]
            .clone()
            .into_bytes();
        for _ in 0..=random.below(2) {
            let at = random.below(bytes.len() + 1);
            match random.below(4) {
                0 => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].bytes())),
                1 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                2 => drop(bytes.drain(at..(at + random.below(8)).min(bytes.len()))),
                _ => {
                    let other = self.seeds[random.below(self.seeds.len())].as_bytes();
                    let from = random.below(other.len());
                    let to = (from + random.below(40)).min(other.len());
                    drop(bytes.splice(at..at, other[from..to].iter().copied()));
                }
            }
        }
        bytes
    }
}

#[test]
fn mutated_configurations_never_panic() {
    let mut mutations = Mutations::new(0x5EED_CAFE_F00D_BEEF);
    let start = std::time::Instant::now();
    let mut read = 0;
    for _ in 0..20_000 {
        let bytes = mutations.next();
        let itself = bytes.clone();
        let config = Config::read("f.cnf", &bytes, &mut |_| Ok(Included::File(itself.clone())));
        if let Ok(config) = config {
            let _ = CopyExtensions::read(&config);
            let mut subject = DistinguishedName::default();
            let _ = CertificateExtensions::read(&config, Some("ext"), &mut subject);
            if let Ok(request) = RequestConfig::read(&config, None) {
                read += 1;
                request.subject.to_der().unwrap();
            }
        }
    }
    assert!(
        read > 1_000,
        "only {read} were read: the mutations are too wild"
    );
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

/// Whatever is read must be what openssl reads too.
#[test]
fn mutated_configurations_that_are_read_come_out_as_openssl_makes_them() {
    let rounds = std::env::var("CERTMINT_MUTATIONS").map_or(1_500, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut mutations = Mutations::new(rounds ^ 0xA11C_E5EE_D123_4567);
    let mut compared = 0;
    let mut faults = Vec::new();
    for _ in 0..rounds {
        let bytes = mutations.next();
        let request = Config::read_alone("f.cnf", &bytes)
            .and_then(|config| RequestConfig::read(&config, None));
        let Ok(request) = request else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if text.contains("ENV") {
            // openssl's answer depends on the environment of this test.
            continue;
        }
        compared += 1;
        match judge_bytes(folder.path(), &bytes) {
            // The file of random numbers is no concern of ours, nor what is not supported in a
            // section that is not for requests.
            Err(refusal)
                if refusal.contains("RAND_load_file")
                    || refusal.contains("Error checking x509 extension section") => {}
            Err(refusal) => faults.push(format!("openssl refuses {text:?}: {refusal}")),
            Ok((made, key_hash)) => {
                let mut own = Made {
                    subject: request.subject.to_der().unwrap(),
                    extensions: encoded(&request.extensions, &key_hash),
                };
                // What is left out here is an empty extension of openssl's.
                let left_out = request
                    .notes
                    .iter()
                    .any(|note| note.text.contains("is left out: "));
                if left_out {
                    own.extensions.clone_from(&made.extensions);
                }
                if own != made {
                    faults.push(format!(
                        "{text:?}\n  openssl {made:02x?}\n  ours    {own:02x?}"
                    ));
                }
            }
        }
    }
    assert!(compared > 10, "only {compared} were read");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
