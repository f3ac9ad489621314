//! Every parser against damaged input: the bodies of the fuzz targets (`fuzz/`), with the seeds
//! that openssl makes, cut short and mutated by a small generator that always gives the same
//! mutations of the same seed. What libFuzzer does for hours, this does for seconds in every run.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

#[path = "../fuzz/src/bodies.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared with the fuzz targets"
)]
mod bodies;
mod judge;

use std::time::{Duration, Instant};

/// Mutations of all the seeds of a target together.
const ROUNDS: usize = 4_000;

/// Cuts of one seed; longer ones are cut at so many places, evenly.
const CUTS: usize = 300;

/// No input of these sizes may take longer, even on a busy machine without optimisation.
const PATIENCE: Duration = Duration::from_secs(20);

/// xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators" (2016).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % bound.max(1)
    }
}

/// Bytes that mean something to parsers of DER, PEM and text.
const SPECIAL: [u8; 20] = [
    0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x13, 0x1f, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x84, 0xa0, 0xff,
    b'\n', b'$', b'-', b'"',
];

fn mutate(seed: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len());
        let until = (at + 1 + chance.below(16)).min(bytes.len());
        match chance.below(8) {
            _ if bytes.is_empty() => bytes.push(0x30),
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at] = SPECIAL[chance.below(SPECIAL.len())],
            2 => bytes[at] = bytes[at].wrapping_add(if chance.below(2) == 0 { 1 } else { 255 }),
            3 => drop(bytes.drain(at..until)),
            4 => {
                let copy = bytes[at..until].to_vec();
                bytes.splice(at..at, copy);
            }
            5 => bytes.insert(at, SPECIAL[chance.below(SPECIAL.len())]),
            6 => bytes[at..until].fill(SPECIAL[chance.below(SPECIAL.len())]),
            _ => {
                let from = chance.below(other.len());
                let length = chance.below(64).min(other.len() - from);
                bytes.splice(at..until, other[from..from + length].iter().copied());
            }
        }
    }
    bytes
}

/// Shows the input if the body panics.
struct Witness<'a>(&'a str, &'a [u8]);

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let hex: String = self.1.iter().map(|byte| format!("{byte:02x}")).collect();
            eprintln!("input of {} in hexadecimal: {hex}", self.0);
        }
    }
}

fn run(name: &str) {
    let body = bodies::TARGETS
        .iter()
        .find(|(target, _)| *target == name)
        .unwrap()
        .1;
    let folder = tempfile::tempdir().unwrap();
    let mut seeds = judge::command("bash");
    seeds
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds.sh"))
        .arg(folder.path());
    judge::ok(seeds);
    let files = std::fs::read_dir(folder.path().join(name)).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let seeds: Vec<Vec<u8>> = files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect();
    assert!(!seeds.is_empty(), "no seeds for {name}");

    let try_one = |bytes: &[u8]| {
        let start = Instant::now();
        let witness = Witness(name, bytes);
        body(bytes);
        assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
        drop(witness);
    };
    for seed in &seeds {
        try_one(seed);
        let step = seed.len().div_ceil(CUTS).max(1);
        (0..seed.len())
            .step_by(step)
            .for_each(|length| try_one(&seed[..length]));
    }
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    for round in 0..ROUNDS {
        let other = &seeds[chance.below(seeds.len())];
        try_one(&mutate(&seeds[round % seeds.len()], other, &mut chance));
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test] fn $name() { run(stringify!($name)); })*

        #[test]
        fn every_target_is_tried() {
            let tried = [$(stringify!($name)),*];
            assert_eq!(tried.to_vec(), bodies::TARGETS.map(|(name, _)| name).to_vec());
        }
    };
}

targets! {
    certificate
    general_names
    inspect
    key_file
    manifest
    name
    name_constraints
    openssl_conf
    openssl_index
    path_validation
    pkcs12
    pkcs7
    request
    san
}
