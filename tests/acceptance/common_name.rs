//! Where there is no alternative name to judge by, some clients look at the common name: each in its
//! own way, and as our rules say.

use certmint::{
    acceptance::find,
    x509::{Extension, San, SanSet, oid},
};

use crate::{
    clients::{Served, Verdict, ask_curl, ask_gnutls, ask_java, ask_openssl, ask_python, serve},
    found, make,
    pairs::Change,
    paper::{Workshop, some_name},
    sample::Sample,
};

fn called(sample: &mut Sample, common_name: &str, host: &'static str, names: &[San]) {
    sample.leaf.subject = Some(common_name.to_owned());
    sample.host = host;
    sample.leaf.without(oid::SUBJECT_ALT_NAME);
    if let Some(names) = SanSet::new(names.iter().cloned()).unwrap() {
        sample.leaf.with(Extension {
            oid: oid::SUBJECT_ALT_NAME,
            critical: false,
            value: Extension::subject_alt_name(&names, &some_name())
                .unwrap()
                .value,
        });
    }
}

fn address() -> San {
    San::ip("10.9.9.9").unwrap()
}

const SAMPLES: &[Change] = &[
    |sample| called(sample, "www.example.com", "www.example.com", &[]),
    |sample| called(sample, "WWW.Example.com", "www.example.com", &[]),
    |sample| called(sample, "other.example.com", "www.example.com", &[]),
    |sample| called(sample, "*.example.com", "www.example.com", &[]),
    |sample| called(sample, "*.example.com", "a.b.example.com", &[]),
    |sample| {
        called(
            sample,
            "www.example.com/CN=z.example.com",
            "www.example.com",
            &[],
        )
    },
    |sample| {
        called(
            sample,
            "z.example.com/CN=www.example.com",
            "www.example.com",
            &[],
        )
    },
    |sample| called(sample, "www.example.com", "www.example.com", &[address()]),
    |sample| {
        let other = San::dns("other.example.com").unwrap();
        called(sample, "www.example.com", "www.example.com", &[other]);
    },
    |sample| called(sample, "127.0.0.1", "127.0.0.1", &[]),
    |sample| called(sample, "127.0.0.1", "127.0.0.1", &[address()]),
];

/// Holds the rule about names to what the client says of each sample.
fn agree(name: &str, rule: &str, ask: impl FnOnce(&Workshop, &[Served]) -> Vec<Verdict>) {
    let workshop = Workshop::new();
    let destination = find(name).unwrap();
    let made: Vec<_> = (0..)
        .zip(SAMPLES)
        .map(|(number, change)| make(&workshop, number, &format!("sample{number}"), *change))
        .collect();
    let ours: Vec<bool> = made
        .iter()
        .map(|one| !found(&workshop, destination, one).contains(&rule))
        .collect();
    let (_servers, served) = serve(&workshop, made);
    let verdicts = ask(&workshop, &served);
    assert_eq!(verdicts.len(), ours.len(), "{name} did not judge them all");
    let wrong: Vec<String> = (0..)
        .zip(ours.iter().zip(&verdicts))
        .filter(|(_, (ours, theirs))| **ours != theirs.accepts)
        .map(|(number, (_, theirs))| format!("sample {number}: {}", theirs.says))
        .collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    assert!(
        ours.contains(&true) && ours.contains(&false),
        "{name}: {ours:?}"
    );
}

#[test]
fn curl_falls_back_as_the_rule_says() {
    agree("curl", "curl-host-name", ask_curl);
}

#[test]
fn gnutls_falls_back_as_the_rule_says() {
    agree("gnutls", "gnutls-host-name", ask_gnutls);
}

#[test]
fn openssl_falls_back_as_the_rule_says() {
    agree("openssl", "openssl-host-name", ask_openssl);
}

#[test]
fn python_falls_back_as_the_rule_says() {
    agree("python", "openssl-host-name", ask_python);
}

#[test]
fn java_falls_back_as_the_rule_says() {
    agree("java", "java-host-name", ask_java);
}
